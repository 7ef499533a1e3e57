"""Update a workspace's contacts from a list of any length.

Each line is decided by itself: one transaction writes a new contact's head and address. A contact
who already matches the list costs no write, so importing the same list again finishes an import
that was cut off.
"""

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import Any

from portico import ids
from portico.aws.retry import with_retries
from portico.clock import SYSTEM, Clock
from portico.errors import NotFound, TakenAlready
from portico.events import Event
from portico.people.rules import Contact, Workspace
from portico.people.store import People

AT_ONCE = 100
"""Lines read, compared and written together: one DynamoDB call reads this many rows."""
MOST_WRITERS = 10
"""Writes at the same time. Botocore's pool holds this many connections."""

ADDED, CHANGED, UNCHANGED, REFUSED = "added", "changed", "unchanged", "refused"


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One line of a list."""

    line: int
    email: str
    """Normalised."""
    says: dict[str, Any]
    """``name``, and ``language`` and ``active`` if the list has them. An import leaves other fields
    unchanged."""
    id: str | None = None
    """The contact's id, if the list has one."""


@dataclass(frozen=True, slots=True)
class Done:
    """The outcome of one line."""

    entry: ContactLine
    outcome: str
    reason: str = ""
    """Why the line was refused."""
    contact: str = ""
    """The id of the existing contact."""
    changes: dict[str, Any] = field(default_factory=dict)
    """The changed fields of an existing contact."""


@dataclass
class Enrolment:
    """One import into one workspace.

    Args:
        dry_run: say what an import would do, and write nothing.
        width: how many writes may run at the same time.
        pause: sleeps the given seconds while DynamoDB refuses more writes.
    """

    table: str
    workspace: Workspace
    by: str
    clock: Clock = SYSTEM
    dry_run: bool = False
    width: int = MOST_WRITERS
    pause: Callable[[float], object] = time.sleep

    def take(self, entries: Iterable[ContactLine]) -> Generator[list[Done]]:
        """Write *entries* in batches and yield the outcome of each batch once it is written.

        No address may occur twice.

        Raises:
            TryLater: DynamoDB was out of reach for about a minute. Lines that were not yielded
                may be written or not; importing the same list again continues from there.
        """
        pool = ThreadPoolExecutor(self.width, thread_name_prefix="enrolment")
        try:
            for some in batched(entries, AT_ONCE, strict=False):
                yield self._keep(some, pool)
        finally:
            pool.shutdown(cancel_futures=True)

    def _keep(self, entries: Sequence[ContactLine], pool: ThreadPoolExecutor) -> list[Done]:
        verdicts = with_retries(lambda: self._judged(entries), pause=self.pause)
        if self.dry_run:
            return verdicts
        return list(pool.map(self._written, verdicts))

    def _judged(self, entries: Sequence[ContactLine]) -> list[Done]:
        by_email = self._people.contacts_by_email(each.email for each in entries)
        by_id = self._people.contacts_by_id(each.id for each in entries if each.id)
        return [
            verdict(each, by_email.get(each.email), by_id.get(each.id or "")) for each in entries
        ]

    def _written(self, verdict: Done) -> Done:
        if verdict.outcome == ADDED:
            return self._add(verdict)
        return self._change(verdict) if verdict.outcome == CHANGED else verdict

    def _add(self, verdict: Done) -> Done:
        entry = verdict.entry
        contact = Contact(
            entry.id or ids.new_contact_id(), self.workspace.id, email=entry.email, **entry.says
        )
        event = self._event("contact.added", contact.id)
        try:
            with_retries(lambda: self._people.add_contact(contact, event), pause=self.pause)
        except TakenAlready:
            # Our earlier try took it, if only its answer was lost; or somebody else did just now.
            (now,) = with_retries(lambda: self._judged([entry]), pause=self.pause)
            if now.outcome == UNCHANGED and self._is_there(contact):
                return verdict
            taken = replace(now, outcome=REFUSED, reason="its address or id was taken just now")
            return taken if now.outcome == ADDED else self._written(now)
        return verdict

    def _change(self, verdict: Done) -> Done:
        changes = verdict.changes
        name = "contact.changed"
        if "active" in changes:
            name = "contact.activated" if changes["active"] else "contact.deactivated"
        event = self._event(name, verdict.contact, fields=",".join(sorted(changes)))
        try:
            with_retries(
                lambda: self._people.change_contact(verdict.contact, changes, event),
                pause=self.pause,
            )
        except NotFound:
            return replace(verdict, outcome=REFUSED, reason="the contact was removed just now")
        return verdict

    def _is_there(self, contact: Contact) -> bool:
        return contact.id in self._people.contacts_by_id([contact.id])

    def _event(self, name: str, subject: str, **detail: str) -> Event:
        return Event(
            name, self.clock.now(), subject, self.workspace.trail_days, self.by, detail=detail
        )

    @property
    def _people(self) -> People:
        return People(self.table, self.workspace.id)


def verdict(entry: ContactLine, there: Contact | None, of_id: Contact | None) -> Done:
    """Decide what to do with a line.

    Args:
        entry: the line.
        there: the contact who has the line's address.
        of_id: the contact who has the line's id.
    """
    if entry.id and there and there.id != entry.id:
        return Done(entry, REFUSED, f"id: the address belongs to {there.id}")
    if entry.id and of_id and of_id.email != entry.email:
        return Done(
            entry, REFUSED, "id: its contact has another address, and an import changes none"
        )
    if there is None:
        return Done(entry, ADDED)
    changes = {name: value for name, value in entry.says.items() if getattr(there, name) != value}
    return Done(entry, CHANGED if changes else UNCHANGED, contact=there.id, changes=changes)
