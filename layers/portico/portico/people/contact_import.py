"""Update a workspace's contacts from a list of any length.

Each line is decided by itself: one transaction writes a new contact's head and address. A contact
who already matches the list costs no write, so importing the same list again finishes an import
that was cut off.
"""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import Any, Self

from portico import ids
from portico.aws.retry import with_retries
from portico.clock import SYSTEM, Clock
from portico.errors import NotFound, RoleTooHigh, TakenAlready
from portico.events import Event
from portico.people.memberships import ABOVE_ALL, Reach, Role, StillOwner, membership_key
from portico.people.rules import Contact, Workspace
from portico.people.store import People

AT_ONCE = 100
"""Lines read, compared and written together: one DynamoDB call reads this many rows."""
MOST_WRITERS = 10
"""Writes at the same time. Botocore's pool holds this many connections."""
OUT_OF_REACH = "the contact is on the team, with a role as high as yours or higher"
OF_AN_OWNER = "an owner of the team cannot be deactivated"
NOBODY_BACK = "active: a key lets nobody sign in again"

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
class ImportedLine:
    """The outcome of one line."""

    entry: ContactLine
    outcome: str
    reason: str = ""
    """Why the line was refused."""
    existing: Contact | None = None
    """The contact who is there, as read."""
    changes: dict[str, Any] = field(default_factory=dict)
    """The changed fields of an existing contact."""
    has_moved_to: str = ""
    """The contact's address, if the line has one that they had before."""

    @property
    def contact(self) -> str:
        """The id of the existing contact, or nothing."""
        return self.existing.id if self.existing else ""

    @property
    def switches_off_former(self) -> bool:
        """Whether the line would switch off a contact by an address that they have left."""
        return self.outcome == CHANGED and bool(self.has_moved_to)

    def unless_listed(self, is_listed: Callable[[str], bool]) -> Self:
        """Leave alone whoever has left the line's address, if the list has their own as well."""
        if self.switches_off_former and is_listed(self.has_moved_to):
            return replace(self, outcome=UNCHANGED, changes={})
        return self


@dataclass
class ContactImport:
    """One import into one workspace.

    Args:
        dry_run: say what an import would do, and write nothing.
        width: how many writes may run at the same time.
        pause: sleeps the given seconds while DynamoDB refuses more writes.
        reach: on whom whoever imports may act.
        reactivates: whether they may let a deactivated contact sign in again.
    """

    table: str
    workspace: Workspace
    by: str
    clock: Clock = SYSTEM
    dry_run: bool = False
    width: int = MOST_WRITERS
    pause: Callable[[float], object] = time.sleep
    reach: Reach = ABOVE_ALL
    reactivates: bool = True
    _last: int = 0
    _waiting: list[ContactLine] = field(default_factory=list)
    """Lines that would switch off whoever left their address, unless the list names them."""

    def take(
        self, entries: Iterable[ContactLine], is_listed: Callable[[str], bool]
    ) -> Generator[list[ImportedLine]]:
        """Write *entries* in batches and yield the outcome of each batch once it is written.

        Lines that depend on the rest of the list come last.

        Args:
            entries: no address may occur twice.
            is_listed: whether the whole list has an address. Asked once *entries* are at their end.

        Raises:
            TryLater: DynamoDB was out of reach for about a minute. Lines that were not yielded
                may be written or not; importing the same list again continues from there.
        """
        with self.writing() as pool:
            for some in batched(entries, AT_ONCE, strict=False):
                done, waiting = self.write(some, pool)
                self._waiting += waiting
                self._last = some[-1].line
                yield done
            # Only now is it known whether the list has somebody by their own address as well.
            while self._waiting:
                done = self.settle(
                    self._waiting[:AT_ONCE], lambda some: set(filter(is_listed, some)), pool
                )
                del self._waiting[:AT_ONCE]
                yield done

    @contextmanager
    def writing(self) -> Iterator[ThreadPoolExecutor]:
        """Open the threads that write."""
        pool = ThreadPoolExecutor(self.width, thread_name_prefix="contact-import")
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)

    def write(
        self, some: Sequence[ContactLine], pool: ThreadPoolExecutor
    ) -> tuple[list[ImportedLine], list[ContactLine]]:
        """Write at most :data:`AT_ONCE` lines.

        Returns:
            What became of them, and the lines that wait for :meth:`settle`, because they depend on
            the rest of the list.

        Raises:
            TryLater: some of them may be written. All can be written again.
        """
        verdicts = self._with_retries(some)
        waiting = [each for each in verdicts if each.switches_off_former]
        done = self._keep([each for each in verdicts if each not in waiting], pool)
        return done, [each.entry for each in waiting]

    def settle(
        self,
        some: Sequence[ContactLine],
        listed_of: Callable[[set[str]], set[str]],
        pool: ThreadPoolExecutor,
    ) -> list[ImportedLine]:
        """Write at most :data:`AT_ONCE` lines that waited, once the whole list is known.

        Args:
            some: the lines.
            listed_of: says which of some addresses the list has.
            pool: the threads.

        Raises:
            TryLater: as :meth:`write`.
        """
        verdicts = self._with_retries(some)
        listed = listed_of({each.has_moved_to for each in verdicts if each.switches_off_former})
        return self._keep([each.unless_listed(listed.__contains__) for each in verdicts], pool)

    @property
    def reached(self) -> int:
        """The line up to which everything was yielded."""
        return self._waiting[0].line - 1 if self._waiting else self._last

    def _with_retries(self, entries: Sequence[ContactLine]) -> list[ImportedLine]:
        return with_retries(lambda: self._judged(entries), pause=self.pause)

    def _keep(self, verdicts: list[ImportedLine], pool: ThreadPoolExecutor) -> list[ImportedLine]:
        if self.dry_run:
            return verdicts
        # Each thread works under the deadline of whoever imports.
        work = [pool.submit(copy_context().run, self._written, each) for each in verdicts]
        return [each.result() for each in work]

    def _judged(self, entries: Sequence[ContactLine]) -> list[ImportedLine]:
        pointers = self._people.pointers(each.email for each in entries)
        ids_ = {each.id for each in entries} | {each.contact for each in pointers.values()}
        ids_ |= {each.former for each in pointers.values()}
        heads = self._people.contacts_by_id(sorted(each for each in ids_ if each))
        there = [
            Existing(
                heads.get(pointers[each.email].contact or ""),
                heads.get(each.id or ""),
                heads.get(pointers[each.email].former or ""),
                is_reserved=pointers[each.email].is_reserved(at=self.clock.now()),
            )
            for each in entries
        ]
        found = [verdict(entry, each) for entry, each in zip(entries, there, strict=True)]
        return self._within_reach(found)

    def _within_reach(self, found: list[ImportedLine]) -> list[ImportedLine]:
        """Refuse the lines that the writes would refuse as well, for whom they would change."""
        changed = sorted({each.contact for each in found if each.outcome == CHANGED})
        if self.reach == ABOVE_ALL or not changed:
            return found
        id_ = self.workspace.id
        rows = self._people.read(*(membership_key(id_, each) for each in changed))
        roles = {who: Role(row["role"]) for who, row in zip(changed, rows, strict=True) if row}
        return [self._reached(each, roles.get(each.contact)) for each in found]

    def _reached(self, found: ImportedLine, role: Role | None) -> ImportedLine:
        if found.outcome != CHANGED:
            return found
        if not self.reach.includes(found.contact, role):
            return replace(found, outcome=REFUSED, reason=OUT_OF_REACH)
        if found.changes.get("active") is False and role is Role.OWNER:
            return replace(found, outcome=REFUSED, reason=OF_AN_OWNER)
        if found.changes.get("active") and not self.reactivates:
            return replace(found, outcome=REFUSED, reason=NOBODY_BACK)
        return found

    def _written(self, verdict: ImportedLine) -> ImportedLine:
        if verdict.outcome == ADDED:
            return self._add(verdict)
        return self._change(verdict) if verdict.outcome == CHANGED else verdict

    def _add(self, verdict: ImportedLine) -> ImportedLine:
        entry = verdict.entry
        contact = Contact(
            entry.id or ids.new_contact_id(), self.workspace.id, email=entry.email, **entry.says
        )
        event = self._event("contact.added", contact.id)
        try:
            with_retries(lambda: self._people.add_contact(contact, event), pause=self.pause)
        except TakenAlready:
            # Our earlier try took it, if only its answer was lost; or somebody else did just now.
            (now,) = self._with_retries([entry])
            if now.outcome == UNCHANGED and self._is_there(contact):
                return verdict
            taken = replace(now, outcome=REFUSED, reason="its address or id was taken just now")
            is_open = now.outcome == ADDED or now.switches_off_former
            return taken if is_open else self._written(now)
        return verdict

    def _change(self, verdict: ImportedLine) -> ImportedLine:
        changes, before = verdict.changes, verdict.existing
        if before is None:
            return verdict
        name = "contact.changed"
        if "active" in changes:
            name = "contact.activated" if changes["active"] else "contact.deactivated"
        event = self._event(name, before.id, fields=",".join(sorted(changes)))
        try:
            with_retries(
                lambda: self._people.change_contact(before, changes, event, reach=self.reach),
                pause=self.pause,
            )
        except NotFound:
            return replace(verdict, outcome=REFUSED, reason="the contact was removed just now")
        except StillOwner:
            return replace(verdict, outcome=REFUSED, reason=OF_AN_OWNER)
        except RoleTooHigh:
            return replace(verdict, outcome=REFUSED, reason=OUT_OF_REACH)
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


@dataclass(frozen=True, slots=True)
class Existing:
    """Who is there already."""

    by_address: Contact | None = None
    """The contact who has a line's address."""
    by_id: Contact | None = None
    """The contact who has its id."""
    former: Contact | None = None
    """The contact who had its address last, where nobody has it now."""
    is_reserved: bool = False
    """And who can still take it back."""


def verdict(entry: ContactLine, existing: Existing) -> ImportedLine:
    """Say what a line asks for."""
    known, of_id = existing.by_address, existing.by_id
    if entry.id and known and known.id != entry.id:
        return ImportedLine(entry, REFUSED, f"id: the address is that of {known.id}")
    if of_id and of_id.merged_into is not None:
        return ImportedLine(entry, REFUSED, f"id: was merged into {of_id.merged_into}")
    if entry.id and of_id and of_id.email != entry.email and of_id != existing.former:
        return ImportedLine(
            entry, REFUSED, "id: its contact has another address, which no import changes"
        )
    if known is None and existing.former is not None:
        return _of_former(entry, existing.former, existing)
    if known is None:
        return ImportedLine(entry, ADDED)
    changes = {name: value for name, value in entry.says.items() if getattr(known, name) != value}
    return ImportedLine(entry, CHANGED if changes else UNCHANGED, existing=known, changes=changes)


def _of_former(entry: ContactLine, former: Contact, existing: Existing) -> ImportedLine:
    """Say what becomes of a line with an address that a contact has left.

    It may mean them, or whoever has the address next. So it switches them off, which is what
    must not be missed; and nothing else that a list says of an old address is believed.
    """
    if entry.id and entry.id != former.id:
        if existing.is_reserved:
            return ImportedLine(
                entry, REFUSED, f"email: reserved for {former.id}, who has just left it"
            )
        return ImportedLine(entry, ADDED)
    found = ImportedLine(entry, UNCHANGED, existing=former, has_moved_to=former.email)
    active = entry.says.get("active")
    if active is True and not former.active:
        why = (
            f"email: was that of {former.id}, who is switched off; add whoever has it now by itself"
        )
        return ImportedLine(entry, REFUSED, why)
    if active is False and former.active:
        return replace(found, outcome=CHANGED, changes={"active": False})
    return found
