"""Tell owners that somebody on the team keeps people in whom their directory has as gone."""

from datetime import datetime

from portico.aws.tables import Parts
from portico.clock import epoch
from portico.directory.scim.synced_user import SyncedUser
from portico.events import Event
from portico.mail.letters import Change
from portico.people.rules import Workspace
from portico.team.owner_notices import OwnerNotices


def telling_of_kept(
    tables: tuple[str, str],
    workspace: Workspace,
    user: SyncedUser,
    *,
    who: str,
    by: str,
    host: str,
    at: datetime,
) -> Parts:
    """Return the parts that mail it to all owners, once for all people of one mass.

    Args:
        tables: the names of the People table and of the SignIn table.
        workspace: the workspace.
        user: one whom the team keeps.
        who: who keeps them, as the mail names them.
        by: who keeps them, as the trail names them.
        host: our own host, which the mail names.
        at: the time.
    """
    mass = epoch(user.hold.until) if user.hold else 0
    event = Event("record.kept", at, workspace.id, workspace.trail_days, by)
    notices = OwnerNotices(*tables, workspace, host)
    return notices.telling(event, who, change=Change.HELD_KEPT, name=f"kept|{mass}|{by}")
