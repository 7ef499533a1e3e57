"""How much of the team's side one member, or one key, may use: counted before anything is done."""

from datetime import datetime, timedelta
from enum import StrEnum

from portico.aws.tables import ConditionFailed, Rows
from portico.clock import epoch
from portico.errors import TooManyRequests, seconds_until

MEMBER_WINDOW, KEY_WINDOW = timedelta(minutes=1), timedelta(seconds=1)
BUDGET_ROW_AFTERLIFE = timedelta(hours=1)


class TeamUse(StrEnum):
    """What is counted, as the row's attributes name it."""

    READ = "reads"
    CHANGE = "changes"
    BY_KEY = "requests"
    IMPORT = "parts"
    EXCHANGE = "exchanges"


MOST_USES = {
    TeamUse.READ: 120,
    TeamUse.CHANGE: 30,
    TeamUse.BY_KEY: 25,
    TeamUse.IMPORT: 60,
    TeamUse.EXCHANGE: 20,
}
"""Of a member in a minute, of a key in a second, of all imports of a workspace in a minute, and of
tokens that a key fetches in a minute."""
IMPORTS = "imports"
"""Whose budget the parts of imports count in, whoever sends them."""


def count_use(table: str, workspace_id: str, who: str, use: TeamUse, *, at: datetime) -> None:
    """Count one request of a member or a key.

    Args:
        table: the SignIn table.
        workspace_id: the workspace.
        who: the id of the contact, or of the key.
        use: what it is.
        at: the time.

    Raises:
        TooManyRequests: the window's are spent; nothing was counted.
        TryLater: the counter is out of reach.
    """
    window = KEY_WINDOW if use is TeamUse.BY_KEY else MEMBER_WINDOW
    number = epoch(at) // int(window.total_seconds())
    ends = datetime.fromtimestamp((number + 1) * window.total_seconds(), tz=at.tzinfo)
    try:
        Rows(table, f"{workspace_id}#").update(
            f"{workspace_id}#team-use#{who}#{number}",
            "uses",
            f"ADD {use} :one SET expires_at = :ends, ttl = :broom",
            f"attribute_not_exists({use}) OR {use} < :most",
            {
                ":one": 1,
                ":most": MOST_USES[use],
                ":ends": epoch(ends),
                ":broom": epoch(ends + BUDGET_ROW_AFTERLIFE),
            },
        )
    except ConditionFailed:
        raise TooManyRequests(seconds_until(ends, at=at)) from None
