"""Changes of a workspace's settings, portals and connections, each with the values before and after.

Each has a row of its own for thirty days, in the transaction that makes it. Its line in the trail is
written from that row, so the settings row, which nearly every door reads, holds none. Undoing a
change is another change, to the values that stand here.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from portico.aws.queries import page_within
from portico.aws.tables import NOT_THERE, Rows
from portico.clock import epoch, moment
from portico.events import Event
from portico.ids import new_event_id
from portico.people.rules import Workspace

CHANGE_UNDO_LIFETIME = timedelta(days=30)
"""How long a change can be undone."""
CHANGE_ROW_AFTERLIFE = timedelta(days=3)
SETTINGS = "settings"
"""What a change is about: the workspace's settings, or ``portal:<name>``, ``connection:<id>``."""
_CHANGE = re.compile(r"evt_[0-9a-f]{11}[A-Za-z0-9_-]{11}")


def changes_key(workspace_id: str) -> str:
    """Return the partition of a workspace's changes."""
    return f"{workspace_id}#changes"


def is_change(text: str) -> bool:
    """Say whether *text* has the shape of a change's id."""
    return _CHANGE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One change, with the fields that it changed and no others."""

    id: str
    about: str
    before: dict[str, Any]
    """Empty: there was no such portal or connection."""
    after: dict[str, Any]
    at: datetime
    by: str
    undoes: str = ""
    """The change whose former values it brought back."""

    @classmethod
    def made(
        cls,
        about: str,
        before: dict[str, Any],
        after: dict[str, Any],
        *,
        by: str,
        at: datetime,
        undoes: str = "",
    ) -> Self:
        """Make a new change."""
        # The change's line in the trail has it too.
        return cls(new_event_id(at), about, before, after, at, by, undoes)

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row."""
        return cls(
            row["sk"],
            row["about"],
            json.loads(row["before"]),
            json.loads(row["after"]),
            moment(row["changed_at"]),
            row["by"],
            row.get("undoes", ""),
        )

    def row(self) -> dict[str, Any]:
        """Return the attributes of the row."""
        values = {"about": self.about, "before": _text(self.before), "after": _text(self.after)}
        row = {**values, "changed_at": epoch(self.at), "by": self.by}
        return row | ({"undoes": self.undoes} if self.undoes else {})

    @property
    def fields(self) -> list[str]:
        """The fields that it changed."""
        return sorted(self.before.keys() | self.after.keys())

    def changed_since(self, values: Mapping[str, Any]) -> set[str]:
        """Return the fields that are no longer as this change has set them.

        Args:
            values: all fields of what it is about, as they are now.
        """
        return {name for name, value in self.after.items() if values.get(name) != value}

    def is_kept(self, *, at: datetime) -> bool:
        """Say whether it can still be undone."""
        return at < self.at + CHANGE_UNDO_LIFETIME

    def event(self, name: str, workspace: Workspace, **detail: str) -> Event:
        """Return its line, under the workspace or under what it is about."""
        is_of_all = self.about == SETTINGS
        told = {"fields": ",".join(self.fields), **detail}
        told |= {"before": _text(self.before), "after": _text(self.after)}
        return Event(
            name,
            self.at,
            workspace.id if is_of_all else self.about.replace(":", "-"),
            workspace.trail_days,
            self.by,
            detail=told | ({"undoes": self.undoes} if self.undoes else {}),
            id=self.id,
        )


@dataclass(frozen=True, slots=True)
class SettingChangeLog:
    """The changes of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this log may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def key(self, change: str) -> tuple[str, str]:
        """Return the key of a change's row."""
        return changes_key(self.workspace_id), change

    def keys(self, change: str) -> list[tuple[str, str]]:
        """Return the keys to read for a change that somebody names: none if nothing is called so."""
        return [self.key(change)] if is_change(change) else []

    def found(self, rows: Sequence[dict[str, Any] | None], *, at: datetime) -> SettingChange | None:
        """Return the change among *rows*, if there is one that can still be undone."""
        change = SettingChange.from_row(rows[0]) if rows and rows[0] else None
        return change if change is not None and change.is_kept(at=at) else None

    def adding(self, change: SettingChange, event: Event) -> dict[str, Any]:
        """Return the part of a transaction that keeps a change, with its line."""
        pk, sk = self.key(change.id)
        ttl = epoch(change.at + CHANGE_UNDO_LIFETIME + CHANGE_ROW_AFTERLIFE)
        row = {"pk": pk, "sk": sk, **change.row(), "ttl": ttl, "event": event.rider()}
        return self.rows.putting(row, NOT_THERE)

    def page(
        self, *, after: str, size: int, at: datetime
    ) -> tuple[list[SettingChange], str | None]:
        """Return one page of the changes that can still be undone, the newest first.

        Args:
            after: the id of the last change that was shown.
            size: the most changes of it.
            at: the time.
        """
        pk = changes_key(self.workspace_id)
        found, last = page_within(self.rows, pk, after=after, newest_first=True, size=size)
        changes = [SettingChange.from_row(row) for row in found]
        kept = [each for each in changes if each.is_kept(at=at)]
        # Whoever comes after one that has ended is older.
        return kept, last if len(kept) == len(changes) else None


def differing(
    before: dict[str, Any], after: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return of both what differs."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before[name] for name in names if name in before}, {n: after[n] for n in names}


def _text(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
