"""Why a portal lets nobody in, for every command that somebody might ask why."""

from datetime import datetime

from cli import moments
from portico.people.rules import Workspace


def closed(workspace: Workspace, *, at: datetime) -> tuple[str, str] | None:
    """Return why nobody can sign in now, and how to change that; ``None``: the portal is open."""
    name, change = f"The portal of {workspace.name}", f"portico workspace set {workspace.id}"
    if not workspace.portal_enabled:
        return (
            f"{name} is switched off: nobody gets in.",
            f"To switch it on: {change} --portal-enabled",
        )
    if workspace.is_paused(at=at):
        until = moments.written(workspace.paused_until)
        return (
            f"{name} is paused until {until}: nobody gets in.",
            f"To end the pause: {change} --reset paused-until",
        )
    return None
