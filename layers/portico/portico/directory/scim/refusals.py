"""Lines of what a directory has sent and we have not kept, and why."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, Self

from portico.aws.tables import ALWAYS, MOST_AT_ONCE, Rows, get_many
from portico.clock import SYSTEM, Clock, epoch, moment
from portico.directory.store import SCIM_SOURCE
from portico.errors import InvalidRequest
from portico.events import Event
from portico.ids import digest
from portico.people.addresses import normalise, subject_of
from portico.people.rules import Workspace
from portico.printable import printable

_QUOTED = re.compile(r"'.*'", re.DOTALL)
REFUSAL_KEPT = timedelta(days=1)
LAST_REFUSAL_KEPT = timedelta(days=30)
"""As long as it is kept when a key was used last."""
LONGEST_REASON = 300
"""Characters of what the team is shown of a reason."""


def record_subject(source: str, external_id: str) -> str:
    """Return the subject under which the trail keeps what happened to a directory record."""
    return f"record-{digest(f'{source}#{external_id}')[:16]}"


def last_refusal_key(workspace_id: str, key: str) -> tuple[str, str]:
    """Return the key of the row of what a workspace's key has last sent in vain."""
    return f"{workspace_id}#scim-refused#key-{key}", "last"


@dataclass(frozen=True, slots=True)
class LastRefusal:
    """What a key has last sent in vain."""

    at: datetime
    status: int
    """Of the answer: 400 or 409."""
    reason: str
    """In the answer's own words, without what they quote."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row."""
        return cls(moment(row["at"]), row["status"], row["reason"])


def last_refusals(table: str, workspace_id: str, keys: Iterable[str]) -> dict[str, LastRefusal]:
    """Return what each of *keys* has last sent in vain, a read for every hundred.

    Args:
        table: the SignIn table.
        workspace_id: the workspace.
        keys: ids of its keys.

    Raises:
        TryLater: the rows are out of reach.
    """
    rows, found = Rows(table, f"{workspace_id}#"), dict[str, LastRefusal]()
    for some in batched(keys, MOST_AT_ONCE, strict=False):
        wanted = [(rows, *last_refusal_key(workspace_id, each)) for each in some]
        read = zip(some, get_many(wanted, consistent=False), strict=True)
        found |= {key: LastRefusal.from_row(row) for key, row in read if row}
    return found


@dataclass(frozen=True, slots=True)
class Refusals:
    """What one key has sent in vain."""

    sign_in_table: str
    workspace: Workspace
    by: str
    clock: Clock = SYSTEM

    def note(self, why: str, *, status: int, user: str | None, sent: dict[str, Any]) -> None:
        """Record that something was not kept, for the key; and of a user under their record or
        under their address.

        Args:
            why: the answer's own words. What they quote was sent, and is left out.
            status: the answer's.
            user: the id, of somebody who is kept already.
            sent: the body. Somebody new is known by the user name alone, if that is an address.

        Raises:
            TryLater: it was not recorded.
        """
        now, workspace = self.clock.now(), self.workspace
        reason = printable(_QUOTED.sub("…", why))[:LONGEST_REASON]
        self._note_last(reason, status, now)
        subject = record_subject(SCIM_SOURCE, user) if user else _address_in(sent)
        if subject is None:
            return
        event = Event(
            "record.refused", now, subject, workspace.trail_days, self.by, detail={"reason": reason}
        )
        row = {
            "pk": f"{workspace.id}#scim-refused#{subject}",
            "sk": "newest",
            "ttl": epoch(now + REFUSAL_KEPT),
            "event": event.rider(),
        }
        self._rows.put(row, ALWAYS)

    def _note_last(self, reason: str, status: int, at: datetime) -> None:
        # Only this key writes its row, and only when it is refused: no more than 25 times a second.
        pk, sk = last_refusal_key(self.workspace.id, self.by.removeprefix("key:"))
        row = {"pk": pk, "sk": sk, "at": epoch(at), "status": status}
        row["reason"] = reason
        self._rows.put(row | {"ttl": epoch(at + LAST_REFUSAL_KEPT)}, ALWAYS)

    @property
    def _rows(self) -> Rows:
        return Rows(self.sign_in_table, f"{self.workspace.id}#")


def _address_in(sent: dict[str, Any]) -> str | None:
    name = next((value for key, value in sent.items() if key.lower() == "username"), None)
    try:
        return subject_of(normalise(name)) if isinstance(name, str) else None
    except InvalidRequest:
        return None
