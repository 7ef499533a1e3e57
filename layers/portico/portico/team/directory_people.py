"""People of a workspace's directory: what it has sent of each, and what came of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from portico.clock import SYSTEM, Clock
from portico.directory.scim.group_store import SyncedGroups
from portico.directory.scim.refusals import record_subject
from portico.directory.scim.synced_contacts import BACK, LEFT
from portico.directory.scim.synced_group import SyncedGroup
from portico.directory.scim.synced_user import SyncedUser
from portico.directory.scim.user_store import SyncedUsers
from portico.directory.store import SCIM_SOURCE, Record, email_key, record_key
from portico.errors import InvalidRequest
from portico.people.addresses import normalise, subject_of
from portico.people.pointers import Pointer, pointer_key
from portico.people.rules import Contact, Workspace
from portico.people.store import People
from portico.trail.entries import Entry, SoughtEntries
from portico.trail.search import Span, TrailList

MOST_PEOPLE_FOUND = 5
"""People whom one address or one external id finds, active ones first."""
MOST_GROUPS_OF_ONE = 50
NEWEST_LINES = 10
"""Lines of somebody's log."""
_OF_RECORDS = SoughtEntries(
    (
        "record.added",
        "record.changed",
        "record.deactivated",
        "record.held",
        "record.kept",
        "record.let-go",
        "record.refused",
    )
)
_OF_CONTACTS = SoughtEntries((LEFT, BACK))


@dataclass(frozen=True, slots=True)
class DirectoryPerson:
    """One person, as the directory has sent them, and what we have made of it."""

    user: SyncedUser
    groups: list[SyncedGroup] = field(default_factory=list)
    has_all_groups: bool = True
    contacts: list[Contact] = field(default_factory=list)
    """Who has come in by the record, has an address of it, or was made from it."""
    log: list[Entry] = field(default_factory=list)
    """The newest lines first."""


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """Whom an address or an external id finds."""

    people: list[DirectoryPerson]
    are_all: bool
    file_record: Record | None
    """The record of a file that has the address."""
    refused: list[Entry]
    """What was sent in vain of somebody new with the address."""

    @property
    def is_nobody(self) -> bool:
        """Whether nothing was ever sent, or kept, of them."""
        return not (self.people or self.file_record or self.refused)


@dataclass(frozen=True, slots=True)
class DirectoryPeople:
    """The people of one workspace's directory."""

    people_table: str
    trail_table: str
    workspace: Workspace
    clock: Clock = SYSTEM

    def with_address(self, email: str, *, shows_log: bool) -> FoundPeople:
        """Find people by a whole address, as their address or their user name.

        Args:
            email: in its normal form.
            shows_log: whether the caller may read the trail.

        Raises:
            TryLater: a table is out of reach.
        """
        users = {
            each.id: each
            for name in ("userName", "emails.value")
            for each in self._users.found(name, email)
        }
        refused = self._lines([subject_of(email)], _OF_RECORDS) if shows_log else []
        (row,) = self._people.read(email_key(self.workspace.id, email), consistent=False)
        record = Record.from_row(row) if row else None
        if record is not None and record.source == SCIM_SOURCE:
            record = None
        return self._found(users.values(), record, refused, shows_log=shows_log)

    def with_external_id(self, id_: str, *, shows_log: bool) -> FoundPeople:
        """Find people by the directory's own id of them.

        Raises:
            TryLater: a table is out of reach.
        """
        users = [each for each in self._users.found("externalId", id_) if each.external_id == id_]
        return self._found(users, None, [], shows_log=shows_log)

    def page(self, *, after: str, size: int) -> tuple[list[SyncedUser], str | None]:
        """Return a page of all people, and what the next one is after; ``None``: it is the last."""
        return self._users.page(after=after, size=size)

    def _found(
        self,
        users: Iterable[SyncedUser],
        record: Record | None,
        refused: list[Entry],
        *,
        shows_log: bool,
    ) -> FoundPeople:
        in_order = sorted(users, key=lambda each: (not each.may_come_in, each.id))
        shown = [self._person(each, shows_log=shows_log) for each in in_order[:MOST_PEOPLE_FOUND]]
        return FoundPeople(shown, len(in_order) <= MOST_PEOPLE_FOUND, record, refused)

    def _person(self, user: SyncedUser, *, shows_log: bool) -> DirectoryPerson:
        contacts = self._contacts(user)
        ids = list(islice(self._groups.groups_of(user.id), MOST_GROUPS_OF_ONE + 1))
        groups = self._groups.many(ids[:MOST_GROUPS_OF_ONE])
        log: list[Entry] = []
        if shows_log:
            log = self._lines([record_subject(SCIM_SOURCE, user.id)], _OF_RECORDS)
            log += self._lines([each.id for each in contacts], _OF_CONTACTS)
            log.sort(key=lambda each: each.place.sk, reverse=True)
        return DirectoryPerson(
            user,
            sorted(groups, key=lambda each: each.name.casefold()),
            len(ids) <= MOST_GROUPS_OF_ONE,
            contacts,
            log[:NEWEST_LINES],
        )

    def _contacts(self, user: SyncedUser) -> list[Contact]:
        id_ = self.workspace.id
        emails = _addresses(user)
        keys = [record_key(id_, SCIM_SOURCE, user.id), *(pointer_key(id_, each) for each in emails)]
        record, *pointers = self._people.read(*keys, consistent=False)
        found = {user.contact, *(record or {}).get("contacts", frozenset())}
        found |= {Pointer.from_row(each).contact for each in pointers}
        named = self._people.contacts_by_id(sorted(each for each in found if each))
        return list(named.values())

    def _lines(self, subjects: Sequence[str], sought: SoughtEntries) -> list[Entry]:
        if not subjects:
            return []
        kept = timedelta(days=self.workspace.trail_days)
        trail = TrailList(self.trail_table, self.workspace.id, kept, self.clock)
        return trail.of_subjects(subjects, sought, Span(), size=NEWEST_LINES).entries

    @property
    def _users(self) -> SyncedUsers:
        return SyncedUsers(self.people_table, self.workspace.id)

    @property
    def _groups(self) -> SyncedGroups:
        return SyncedGroups(self.people_table, self.workspace.id)

    @property
    def _people(self) -> People:
        return People(self.people_table, self.workspace.id)


def _addresses(user: SyncedUser) -> list[str]:
    found = []
    for each in user.addresses or [user.user_name]:
        try:
            found.append(normalise(each))
        except InvalidRequest:
            continue
    return found
