"""Tell owners when a directory puts many people out at once: a mistake there looks like this.

Access ends all the same, at once. Nothing is held back, since the next sync undoes all of it
(decision 0052).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portico.aws.tables import (
    NOT_THERE,
    ConditionFailed,
    Rows,
    TransactionRefused,
    transact_surely,
)
from portico.clock import SYSTEM, Clock, epoch
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


@dataclass(frozen=True, slots=True)
class MassDeparture:
    """Counts who leaves a workspace's directory."""

    people_table: str
    sign_in_table: str
    workspace: Workspace
    clock: Clock = SYSTEM

    def note(self, active: Callable[[], int], *, host: str, by: str, gone: int = 1) -> None:
        """Count who has left, and tell all owners once a window if they are many.

        Args:
            active: counts the people who are active now. It is asked once a window.
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
            self._tell(row, host=host, by=by)

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
                ttl = epoch(now + LEAVING_WINDOW + LEAVING_ROW_AFTERLIFE)
                pk, sk = self._key
                row = {"pk": pk, "sk": sk, "since": epoch(now), "gone": gone, "ttl": ttl}
                try:
                    self._rows.put(row, f"{NOT_THERE} OR since <= :begun", {":begun": begun})
                except ConditionFailed:
                    # Somebody else has begun it in this moment.
                    continue
                return row
        return {"gone": 0}

    def _tell(self, row: dict[str, Any], *, host: str, by: str) -> None:
        told = f"{row['gone']} / {row['active']}"
        detail = {"gone": str(row["gone"]), "active": str(row["active"])}
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
        telling = notices.telling(event, told, change=Change.MANY_LEFT)
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
