"""Why a portal lets no contact in, for every command that somebody might ask why."""

from datetime import datetime

from cli import moments
from portico.people.rules import Workspace

ALONE = "no contact gets in. The team can, by the console."


def closed(workspace: Workspace, *, at: datetime) -> tuple[str, str] | None:
    """Return why no contact can sign in now, and how to change that; ``None``: the portal is open.

    Its team can, by a way of its own that leads to the console.
    """
    paused = workspace.paused_until if workspace.is_paused(at=at) else 0
    return why_closed(
        workspace.id, workspace.name, is_on=workspace.portal_enabled, paused_until=paused
    )


def why_closed(
    workspace_id: str, name: str, *, is_on: bool, paused_until: int
) -> tuple[str, str] | None:
    """Return the same of a workspace of which no more is known.

    Args:
        workspace_id: its id.
        name: its name.
        is_on: whether its portal is switched on.
        paused_until: seconds since 1970; 0: it is not paused now.
    """
    portal, change = f"The portal of {name}", f"portico workspace set {workspace_id}"
    if not is_on:
        return (
            f"{portal} is switched off: {ALONE}",
            f"To switch it on: {change} --portal-enabled",
        )
    if paused_until:
        until = moments.written(paused_until)
        return (
            f"{portal} is paused until {until}: {ALONE}",
            f"To end the pause: {change} --reset paused-until",
        )
    return None
