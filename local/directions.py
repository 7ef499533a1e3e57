"""What the terminal shows once the house is open: the links to click."""

from typing import Any


def directions(world: dict[str, Any], host: str, providers: str) -> str:
    """Return the lines, the ways in first.

    Args:
        world: as in ``world.json``.
        host: name and port of the front.
        providers: the origin of the fake providers.
    """
    lines = [
        f"  Everything to click     http://{host}/_local/",
        f"  Mailbox                 http://{host}/_local/mailbox",
        f"  Fake providers          {providers}/",
    ]
    for workspace in world["workspaces"]:
        labels = [
            each["label"] for each in world["connections"] if each["workspace"] == workspace["id"]
        ]
        lines += ["", f"{workspace['name']}  ({workspace['id']}): {workspace['about']}"]
        if labels:
            lines.append(f"  Connected with {', '.join(labels)}")
        for link in world["links"]:
            if link["workspace"] == workspace["id"]:
                lines.append(f"  {link['label'] or link['kind']}\n    {link['url']}")
    known = ", ".join(
        each["email"]
        for each in world["contacts"]
        if each["workspace"] == "acme" and each["active"]
    )
    lines += ["", f"Acme's contacts: {known}. Ctrl-C ends everything."]
    return "\n".join(lines)
