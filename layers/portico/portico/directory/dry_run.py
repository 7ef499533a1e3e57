"""The dry run of the directory rule: which contacts have no record that lets them in?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from portico.directory.store import Directory, Record
from portico.people.identities import Owned, owned
from portico.people.rules import Contact
from portico.people.store import People


@dataclass(frozen=True, slots=True)
class Connected:
    """The workspace's connections that are on, and the domains that they vouch for."""

    ids: frozenset[str]
    domains: frozenset[str]
    """The domains that at least one connection vouches for."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An active contact without a match, and why."""

    contact: Contact
    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """Which contacts match today."""

    contacts: int
    """The number of active contacts."""
    records: int
    inactive_records: int
    unmatched: list[Unmatched]
    last_import: datetime | None


def check(table: str, workspace_id: str, connected: Connected, *, at: datetime) -> Check:
    """Match every active contact of a workspace as a sign-in would, without a sign-in."""
    people, directory = People(table, workspace_id), Directory(table, workspace_id)
    records = list(directory.all())
    contacts = [each for each in people.contacts() if each.is_in(at=at)]
    matching = RecordMatching.of(records, owned(people.rows, workspace_id), connected, at=at)
    reasons = ((each, matching.why_not(each)) for each in contacts)
    return Check(
        contacts=len(contacts),
        records=len(records),
        inactive_records=sum(not each.is_in(at=at) for each in records),
        unmatched=[Unmatched(each, reason) for each, reason in reasons if reason is not None],
        last_import=directory.last_import(),
    )


@dataclass(frozen=True, slots=True)
class RecordMatching:
    """Some records and identities, and what they say about a contact."""

    by_name: dict[str, list[Record]]
    by_email: dict[str, list[Record]]
    identities: dict[str, list[Owned]]
    connected: Connected

    @classmethod
    def of(
        cls,
        records: Iterable[Record],
        identities: Iterable[Owned],
        connected: Connected,
        *,
        at: datetime,
    ) -> "RecordMatching":
        """Sort records and identities by what a contact finds them by."""
        by_name: dict[str, list[Record]] = defaultdict(list)
        by_email: dict[str, list[Record]] = defaultdict(list)
        theirs: dict[str, list[Owned]] = defaultdict(list)
        for known in records:
            record = replace(known, active=known.is_in(at=at))
            for name in filter(None, (record.name, record.object)):
                by_name[name].append(record)
            for email in record.emails:
                by_email[email].append(record)
        for each in identities:
            if each.identity.connection in connected.ids:
                theirs[each.contact].append(each)
        return cls(by_name, by_email, theirs, connected)

    def why_not(self, contact: Contact) -> str | None:
        """Return why no record lets the contact in; ``None``: one does."""
        if not self.connected.ids:
            return "no connection is on"
        by_identity = [
            record
            for each in self.identities.get(contact.id, [])
            for name in (each.identity.subject, each.record or "")
            for record in self.by_name.get(name, [])
        ]
        if any(record.active for record in by_identity):
            return None
        by_email = self.by_email.get(contact.email, [])
        if not by_identity and not by_email:
            return "no record"
        if not any(record.active for record in by_email):
            return "the record is inactive"
        # The record is there, but perhaps no connection vouches that the address is theirs.
        domain = contact.email.rpartition("@")[2]
        if domain not in self.connected.domains:
            return f"no connection vouches for {domain}"
        return None
