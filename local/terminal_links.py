"""The links that the terminal shows when everything runs."""

from typing import Any


def terminal_links(world: dict[str, Any], host: str, providers: str, sample_client: str) -> str:
    """Return the lines, with the links to sign-in pages first.

    Args:
        world: the content of ``world.json``.
        host: name and port of the front.
        providers: the origin of the fake providers.
        sample_client: the origin of the sample portal on another site.
    """
    links = world["links"]
    team = next(each for each in world["contacts"] if each["role"] == "owner")
    lines = [
        "Start here",
        f"  1. open        {links[0]['url']}",
        f"  2. type        {world['contacts'][0]['email']}",
        f"  3. read        http://{host}/_local/mailbox",
        f"  Console        http://{host}/{team['workspace']}/team  ({team['email']} is {team['role']})",
        f"  Providers      {providers}/",
        f"  Another site   {sample_client}/  (a portal that is an OpenID client)",
        f"  Directory      {world['directory_url']}/  (a company's, which syncs its people to Acme)",
        f"  Everything     http://{host}/_local/",
    ]
    for workspace in world["workspaces"]:
        labels = [
            each["label"] for each in world["connections"] if each["workspace"] == workspace["id"]
        ]
        lines += ["", f"{workspace['name']} ({workspace['id']}). {workspace['about']}"]
        if labels:
            lines.append(f"  Connected with {', '.join(labels)}")
        # Of a link that was made on the way, e.g. by somebody who does not get in, the secret is not known.
        own = [each for each in links if each["workspace"] == workspace["id"] and each["url"]]
        for link in own:
            lines += [f"  {link['label']}", f"    {link['url']}"]
    lines += ["", "Doors reload when their files change. Ctrl-C ends everything."]
    return "\n".join(lines)
