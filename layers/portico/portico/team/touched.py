"""Count the contacts who lose a way in by a change that nobody has made yet.

It reads what is there, up to a bound, and says so where it stopped. It writes nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

from portico.aws.queries import places_listed
from portico.aws.tables import MOST_AT_ONCE
from portico.clock import SYSTEM
from portico.directory.dry_run import Connected, RecordMatching
from portico.directory.store import Record, email_key, object_key, record_key
from portico.people.contact_search import MOST_ON_A_PAGE, ContactSearch
from portico.people.identities import Identity, Owned
from portico.people.password_store import SET_BY, password_key
from portico.people.rules import Contact
from portico.people.store import People
from portico.team.touched_rules import KnownContact, TouchedContact, WaysChange, touched_by

MOST_LOOKED_AT = 1000
"""Contacts that one count looks at: some forty calls of BatchGetItem at most."""
MOST_ACCOUNTS = 10_000
"""Accounts whose index entries one count reads: 1.5 MB."""
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class TouchedCount:
    """How many a change touches."""

    count: int
    """Contacts who lose a way in, of those that were looked at."""
    shut_out: int
    """Of these, contacts without any other."""
    looked_at: int
    is_complete: bool
    """Whether nobody else can be touched."""
    first: list[TouchedContact]
    """Some of them, those who are shut out first."""


NOBODY = TouchedCount(0, 0, 0, is_complete=True, first=[])


@dataclass(frozen=True, slots=True)
class TouchedContacts:
    """Counts in one workspace."""

    people: People

    def count(self, change: WaysChange) -> TouchedCount:
        """Count whom *change* takes a way in from.

        Raises:
            TryLater: DynamoDB is out of reach.
        """
        if not change.takes_away:
            return NOBODY
        accounts = _Accounts.read(self.people)
        if change.touches_all:
            contacts, is_all = self._walked()
            seen = [each for each in contacts if accounts.knows(each.id)]
            is_complete = is_all and len(seen) == len(contacts)
        else:
            ids = [each for each in accounts.of_any(change.closed) if accounts.knows(each)]
            seen = list(self.people.contacts_by_id(ids[:MOST_LOOKED_AT]).values())
            is_complete = accounts.until is None and len(ids) <= MOST_LOOKED_AT
        known = self._known(seen, accounts, change)
        found = [each for each in (touched_by(change, one) for one in known) if each]
        first = sorted(found, key=lambda each: not each.is_shut_out)[:MOST_NAMED]
        return TouchedCount(
            count=len(found),
            shut_out=sum(each.is_shut_out for each in found),
            looked_at=len(seen),
            is_complete=is_complete,
            first=first,
        )

    def _walked(self) -> tuple[list[Contact], bool]:
        """Read contacts by address, and whether they are all."""
        search, found, after = ContactSearch(self.people), list[Contact](), ""
        while len(found) < MOST_LOOKED_AT:
            size = min(MOST_ON_A_PAGE, MOST_LOOKED_AT - len(found))
            page = search.all(after=after, limit=size)
            found += page.contacts
            if page.ends_with is None or not page.is_complete:
                return found, page.is_complete
            after = page.ends_with
        return found, False

    def _known(
        self, contacts: Sequence[Contact], accounts: "_Accounts", change: WaysChange
    ) -> Iterator[KnownContact]:
        asks_records = change.after.needs_record
        owned = self._owned(contacts, accounts, all_=asks_records)
        matching = self._matching(contacts, owned, change) if asks_records else None
        passwords = self._with_password([each.id for each in contacts])
        for each in contacts:
            yield KnownContact(
                contact=each,
                has_password=each.id in passwords,
                accounts=frozenset(one.identity.connection for one in owned.get(each.id, []))
                if asks_records or each.voids
                else accounts.at.get(each.id, frozenset()),
                without_record=matching.why_not(each) if matching else None,
            )

    def _owned(
        self, contacts: Sequence[Contact], accounts: "_Accounts", *, all_: bool
    ) -> dict[str, list[Owned]]:
        """Read the accounts that sign somebody in, where the index does not say enough."""
        asked = [each for each in contacts if all_ or each.voids]
        of = {each.id: each for each in asked}
        found: dict[str, list[Owned]] = defaultdict(list)
        keys = [key for each in asked for key in accounts.keys.get(each.id, [])]
        for row in self.people.many(keys):
            # The index lags: who has lost an account meanwhile, or got another's, is not asked.
            contact = of.get(row["contact"]) if row else None
            if row is None or contact is None:
                continue
            if contact.is_void(row["linked_at"], row["sver"]):
                continue
            one = Owned(Identity.from_row(row), contact.id, row.get("record"))
            found[contact.id].append(one)
        return found

    def _matching(
        self,
        contacts: Sequence[Contact],
        owned: dict[str, list[Owned]],
        change: WaysChange,
    ) -> RecordMatching:
        every = [each for some in owned.values() for each in some]
        id_ = self.people.workspace_id
        keys = [email_key(id_, each.email) for each in contacts if each.email]
        keys += [record_key(id_, *each.record.split("#", 1)) for each in every if each.record]
        parts = (each.identity.subject.split(".") for each in every)
        keys += [object_key(id_, *both) for both in parts if len(both) == 2 and all(both)]
        rows = self.people.many(list(dict.fromkeys(keys)))
        records = [Record.from_row(row) for row in rows if row]
        connected = Connected(change.after.connections, change.after.domains)
        return RecordMatching.of(records, every, connected, at=SYSTEM.now())

    def _with_password(self, contacts: Sequence[str]) -> frozenset[str]:
        """Return which of these have a password. The hashes stay where they are."""
        found: set[str] = set()
        for some in batched(contacts, MOST_AT_ONCE, strict=False):
            keys = [password_key(self.people.workspace_id, each) for each in some]
            rows = self.people.read(*keys, consistent=False, only=[SET_BY])
            found |= {id_ for id_, row in zip(some, rows, strict=True) if row and SET_BY in row}
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Accounts:
    """The accounts of a workspace's contacts, as the index lists them: by contact."""

    at: dict[str, frozenset[str]]
    """The connections at which a contact has one."""
    keys: dict[str, list[tuple[str, str]]]
    until: str | None
    """The contact at whom we stopped; ``None``: everybody's are here."""

    @classmethod
    def read(cls, people: People) -> "_Accounts":
        shelf = f"{people.workspace_id}#identities"
        listed, is_all = places_listed(people.rows, shelf, most=MOST_ACCOUNTS)
        at: dict[str, set[str]] = defaultdict(set)
        keys: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for each in listed:
            contact, connection, _ = each["listed"].split("#")
            at[contact].add(connection)
            keys[contact].append((each["pk"], each["sk"]))
        until = None if is_all else listed[-1]["listed"].partition("#")[0]
        return cls({contact: frozenset(some) for contact, some in at.items()}, dict(keys), until)

    def knows(self, contact: str) -> bool:
        """Say whether all accounts of a contact are here."""
        return self.until is None or contact < self.until

    def of_any(self, connections: frozenset[str]) -> list[str]:
        """Return the contacts who have an account at one of *connections*."""
        return [each for each, theirs in self.at.items() if theirs & connections]
