"""Tell owners when a directory puts many people out at once: a mistake there looks like this.

Access ends all the same, at once, unless the workspace wants it held (decision 0057).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portico.aws.tables import (
    NOT_THERE,
    ConditionFailed,
    Rows,
    TransactionRefused,
    transact_surely,
)
from portico.clock import SYSTEM, Clock, epoch, moment
from portico.events import Event
from portico.mail.letters import Change
from portico.people.rules import Workspace
from portico.team.owner_notices import OwnerNotices

LEAVING_WINDOW = timedelta(minutes=60)
"""From the first who leaves."""
FEW = 5
"""So many may always leave. A small company's whole team is no mass."""
SHARE = 0.2
"""Of the people who were active when the window began: so many are no mass."""
LEAVING_ROW_AFTERLIFE = timedelta(days=1)


def leaving_key(workspace_id: str) -> tuple[str, str]:
    """Return the key of the row that counts who leaves a workspace's directory."""
    return f"{workspace_id}#scim-left", "window"


def new_window(key: tuple[str, str], at: datetime, *, gone: int) -> dict[str, Any]:
    """Return that row as it begins."""
    ttl = epoch(at + LEAVING_WINDOW + LEAVING_ROW_AFTERLIFE)
    return {"pk": key[0], "sk": key[1], "since": epoch(at), "gone": gone, "ttl": ttl}


@dataclass(frozen=True, slots=True)
class MassDeparture:
    """Counts who leaves a workspace's directory."""

    people_table: str
    sign_in_table: str
    workspace: Workspace
    clock: Clock = SYSTEM

    def note(
        self,
        active: Callable[[], int],
        *,
        host: str,
        by: str,
        gone: int = 1,
        held: Callable[[], int] = int,
    ) -> None:
        """Count who has left, and tell all owners once a window if they are many.

        Args:
            active: counts the people who are active now. It is asked once a window.
            held: counts whose access is held. It is asked when owners are told.
            host: our own host, which the mails name.
            by: who has put them out, for the trail.
            gone: how many have left.

        Raises:
            TryLater: it was not counted, or nobody was told.
        """
        row = self._counted(gone)
        if row["gone"] <= FEW or "told_at" in row:
            return
        if "active" not in row:
            row = self._rows.update(
                *self._key,
                "SET active = if_not_exists(active, :active)",
                "attribute_exists(pk)",
                {":active": active() + row["gone"]},
            )
        if row["gone"] > SHARE * row["active"]:
            self._tell(row, held, host=host, by=by)

    def _counted(self, gone: int) -> dict[str, Any]:
        now = self.clock.now()
        begun = epoch(now - LEAVING_WINDOW)
        for _ in range(2):
            try:
                return self._rows.update(
                    *self._key,
                    "ADD gone :gone REMOVE event",
                    "since > :begun",
                    {":gone": gone, ":begun": begun},
                )
            except ConditionFailed:
                row = new_window(self._key, now, gone=gone)
                try:
                    self._rows.put(row, f"{NOT_THERE} OR since <= :begun", {":begun": begun})
                except ConditionFailed:
                    # Somebody else has begun it in this moment.
                    continue
                return row
        return {"gone": 0}

    def _tell(self, row: dict[str, Any], held: Callable[[], int], *, host: str, by: str) -> None:
        told, change = f"{row['gone']} / {row['active']}", Change.MANY_LEFT
        detail = {"gone": str(row["gone"]), "active": str(row["active"])}
        if "held_until" in row:
            until = moment(row["held_until"])
            detail |= {"held": str(held()), "until": until.isoformat()}
            told, change = f"{detail['held']} → {until:%Y-%m-%d %H:%M} UTC", Change.MANY_HELD
        workspace = self.workspace
        event = Event(
            "directory.many-left",
            self.clock.now(),
            workspace.id,
            workspace.trail_days,
            by,
            detail=detail,
        )
        notices = OwnerNotices(self.people_table, self.sign_in_table, workspace, host)
        once = self._rows.updating(
            *self._key,
            "SET told_at = :now, event = :event",
            "since = :since AND attribute_not_exists(told_at)",
            {":now": epoch(event.at), ":event": event.rider(), ":since": row["since"]},
        )
        telling = notices.telling(event, told, change=change)
        try:
            transact_surely({"window": once, **telling})
        except TransactionRefused:
            # Somebody else has told them in this moment.
            return

    @property
    def _key(self) -> tuple[str, str]:
        return leaving_key(self.workspace.id)

    @property
    def _rows(self) -> Rows:
        return Rows(self.sign_in_table, f"{self.workspace.id}#")
