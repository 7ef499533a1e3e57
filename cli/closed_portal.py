"""Why a portal lets no contact in, for every command that somebody might ask why."""

from datetime import datetime

from cli import moments
from portico.people.rules import Workspace

ALONE = "no contact gets in. The team can, by the console."


def closed(workspace: Workspace, *, at: datetime) -> tuple[str, str] | None:
    """Return why no contact can sign in now, and how to change that; ``None``: the portal is open.

    Its team can, by a way of its own that leads to the console.
    """
    name, change = f"The portal of {workspace.name}", f"portico workspace set {workspace.id}"
    if not workspace.portal_enabled:
        return (
            f"{name} is switched off: {ALONE}",
            f"To switch it on: {change} --portal-enabled",
        )
    if workspace.is_paused(at=at):
        until = moments.written(workspace.paused_until)
        return (
            f"{name} is paused until {until}: {ALONE}",
            f"To end the pause: {change} --reset paused-until",
        )
    return None
