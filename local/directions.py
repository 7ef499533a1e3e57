"""What the terminal shows once the house is open: the links to click."""

from typing import Any


def directions(world: dict[str, Any], host: str, providers: str, other_portal: str) -> str:
    """Return the lines, the ways in first.

    Args:
        world: as in ``world.json``.
        host: name and port of the front.
        providers: the origin of the fake providers.
        other_portal: the origin of the sample portal on another site.
    """
    links = world["links"]
    lines = [
        "Start here",
        f"  1. open        {links[0]['url']}",
        f"  2. type        {world['contacts'][0]['email']}",
        f"  3. read        http://{host}/_local/mailbox",
        f"  Providers      {providers}/",
        f"  Another site   {other_portal}/  (a portal that is an OpenID client)",
        f"  Everything     http://{host}/_local/",
    ]
    for workspace in world["workspaces"]:
        labels = [
            each["label"] for each in world["connections"] if each["workspace"] == workspace["id"]
        ]
        lines += ["", f"{workspace['name']} ({workspace['id']}). {workspace['about']}"]
        if labels:
            lines.append(f"  Connected with {', '.join(labels)}")
        own = [each for each in links if each["workspace"] == workspace["id"]]
        for link in own:
            lines += [f"  {link['label']}", f"    {link['url']}"]
    lines += ["", "Doors reload when their files change. Ctrl-C ends everything."]
    return "\n".join(lines)
