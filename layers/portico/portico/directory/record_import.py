"""Update the directory records of a workspace, and end the sessions of people who have left."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from portico.aws.tables import Parts
from portico.clock import SYSTEM, Clock, epoch, moment
from portico.directory.store import Directory, InUse, Overtaken, Record
from portico.events import Event
from portico.ids import digest
from portico.people.identities import owned
from portico.people.rules import Workspace
from portico.people.store import People


@dataclass(slots=True)
class Imported:
    """What an import did."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    deactivated: int = 0
    signed_out: list[str] = field(default_factory=list)
    """The contacts whose sessions ended."""
    moved: dict[str, str] = field(default_factory=dict)
    """By contact: the former address of the record by which this contact was found."""
    in_use: list[Record] = field(default_factory=list)
    """Records not kept, because their address or object id finds another active record."""


@dataclass
class DirectoryImport:
    """One import into one workspace."""

    table: str
    workspace: Workspace
    by: str
    clock: Clock = SYSTEM

    def take(self, records: Iterable[Record], *, is_complete: bool) -> Imported:
        """Store *records*. The newest import wins, record by record, whichever is slower: of two at
        once, the later one knows of somebody who has left.

        Args:
            records: the records in their current state.
            is_complete: whether they are all people of their sources. Then whoever is missing
                has left.

        Raises:
            TryLater: DynamoDB is out of reach. Records stored so far are kept; importing the
                same list again continues from there.
        """
        done, now = Imported(), moment(epoch(self.clock.now()))
        known = {each.name: each for each in self._directory.all()}
        given = {each.name: each for each in records}
        wanted = list(given.values())
        if is_complete:
            sources = {each.source for each in wanted}
            wanted += [
                replace(each, active=False, imported_at=now)
                for name, each in known.items()
                if name not in given and each.source in sources
            ]
        # People who leave come first, so that their address is free for its next owner. Two
        # who swap addresses need a second round.
        wanted.sort(key=lambda each: each.active)
        for again in self._keep(wanted, known, done):
            done.in_use += self._keep([again], known, done)
        detail = {
            "added": str(done.added),
            "changed": str(done.changed),
            "deactivated": str(done.deactivated),
        }
        self._directory.imported(self._event("directory.imported", self.workspace.id, **detail))
        return done

    def _keep(
        self, records: Iterable[Record], known: dict[str, Record], done: Imported
    ) -> list[Record]:
        refused = []
        for record in records:
            before = known.get(record.name)
            if before and replace(record, imported_at=before.imported_at) == before:
                done.unchanged += 1
                continue
            try:
                self._put(record, before, done)
            except Overtaken:
                done.unchanged += 1
            except InUse:
                refused.append(record)
        return refused

    def _put(self, record: Record, before: Record | None, done: Imported) -> None:
        leaves = before is not None and before.active and not record.active
        what = "deactivated" if leaves else "changed" if before else "added"
        event = self._event(f"record.{what}", f"record-{digest(record.name)[:16]}")
        owners: list[str] = []
        moved: dict[str, str] = {}

        def ending(came_in: frozenset[str]) -> Parts:
            owners.clear()
            moved.clear()
            if before and leaves:
                pointers = self._people.pointers(before.emails)
                moved.update({p.former: email for email, p in pointers.items() if p.former})
                having = {p.contact for p in pointers.values() if p.contact}
                owners.extend(sorted({*came_in, *having, *moved, *self._linked(before)}))
            return {
                f"head {each}": self._people.ending_sessions(each, self._ended(each))
                for each in owners
            }

        self._directory.put(record, event, ending, in_order=True)
        setattr(done, what, getattr(done, what) + 1)
        done.signed_out += owners
        done.moved |= moved

    def _linked(self, record: Record) -> set[str]:
        """Find the contacts whose accounts stand for the record."""
        names = filter(None, (record.name, record.object))
        return {who for name in names for who in self._by_identity[name]}

    @cached_property
    def _by_identity(self) -> dict[str, set[str]]:
        # Read once, and only if somebody has left.
        found: dict[str, set[str]] = defaultdict(set)
        for each in owned(self._people.rows, self.workspace.id):
            found[each.identity.subject].add(each.contact)
            if each.record is not None:
                found[each.record].add(each.contact)
        return found

    def _ended(self, contact: str) -> Event:
        return self._event("contact.left-directory", contact)

    def _event(self, name: str, subject: str, **detail: str) -> Event:
        return Event(
            name, self.clock.now(), subject, self.workspace.trail_days, self.by, detail=detail
        )

    @property
    def _directory(self) -> Directory:
        return Directory(self.table, self.workspace.id)

    @property
    def _people(self) -> People:
        return People(self.table, self.workspace.id)
