"""What the terminal shows once the house is open: the links to click."""

from typing import Any


def directions(world: dict[str, Any], host: str, providers: str) -> str:
    """Return the lines, the ways in first.

    Args:
        world: as in ``world.json``.
        host: name and port of the front.
        providers: the origin of the fake providers.
    """
    links = world["links"]
    lines = [
        "Start here",
        f"  1. open        {links[0]['url']}",
        f"  2. type        {world['contacts'][0]['email']}",
        f"  3. read        http://{host}/_local/mailbox",
        f"  Everything     http://{host}/_local/",
        f"  Providers      {providers}/",
    ]
    for workspace in world["workspaces"]:
        lines += ["", f"{workspace['name']} ({workspace['id']}). {workspace['about']}"]
        connected = [
            each["label"] for each in world["connections"] if each["workspace"] == workspace["id"]
        ]
        if connected:
            lines.append(f"  Connected with {', '.join(connected)}")
        own = [each for each in links if each["workspace"] == workspace["id"]]
        for link in own:
            lines += [f"  {link['label']}", f"    {link['url']}"]
    lines += ["", "Doors reload when their files change. Ctrl-C ends everything."]
    return "\n".join(lines)
