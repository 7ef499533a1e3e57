"""Lines of what a directory has sent and we have not kept, and why."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portico.aws.tables import ALWAYS, Rows
from portico.clock import SYSTEM, Clock, epoch
from portico.directory.store import SCIM_SOURCE
from portico.errors import InvalidRequest
from portico.events import Event
from portico.ids import digest
from portico.people.addresses import normalise, subject_of
from portico.people.rules import Workspace

_QUOTED = re.compile(r"'.*'", re.DOTALL)
REFUSAL_KEPT = timedelta(days=1)


def record_subject(source: str, external_id: str) -> str:
    """Return the subject under which the trail keeps what happened to a directory record."""
    return f"record-{digest(f'{source}#{external_id}')[:16]}"


@dataclass(frozen=True, slots=True)
class Refusals:
    """What one key has sent in vain."""

    sign_in_table: str
    workspace: Workspace
    by: str
    clock: Clock = SYSTEM

    def note(self, why: str, *, user: str | None, sent: dict[str, Any]) -> None:
        """Record that a user was not kept, under their record or under their address.

        Args:
            why: the answer's own words. What they quote was sent, and is left out.
            user: the id, of somebody who is kept already.
            sent: the body. Somebody new is known by the user name alone, if that is an address.

        Raises:
            TryLater: it was not recorded.
        """
        subject = record_subject(SCIM_SOURCE, user) if user else _address_in(sent)
        if subject is None:
            return
        now, workspace = self.clock.now(), self.workspace
        reason = _QUOTED.sub("…", why)
        event = Event(
            "record.refused", now, subject, workspace.trail_days, self.by, detail={"reason": reason}
        )
        row = {
            "pk": f"{workspace.id}#scim-refused#{subject}",
            "sk": "newest",
            "ttl": epoch(now + REFUSAL_KEPT),
            "event": event.rider(),
        }
        Rows(self.sign_in_table, f"{workspace.id}#").put(row, ALWAYS)


def _address_in(sent: dict[str, Any]) -> str | None:
    name = next((value for key, value in sent.items() if key.lower() == "username"), None)
    try:
        return subject_of(normalise(name)) if isinstance(name, str) else None
    except InvalidRequest:
        return None
