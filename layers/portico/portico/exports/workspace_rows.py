"""All rows of one workspace that another stack needs, found without reading a whole table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

from portico.aws.queries import keys_listed, keys_merged, rows_within
from portico.aws.tables import MOST_AT_ONCE
from portico.directory.scim.group_store import (
    MEMBER,
    group_key,
    group_name_key,
    groups_listed_in,
    reckoning_key,
)
from portico.directory.scim.synced_group import SyncedGroup
from portico.directory.scim.synced_user import SyncedUser
from portico.directory.scim.user_store import (
    found_by,
    held_in,
    listed_in,
    user_key,
    user_name_key,
)
from portico.directory.store import Record, in_group_key, last_import_key, record_keys
from portico.links.store import shelf_of_links
from portico.people.memberships import team_key, team_settings_key
from portico.people.merges import merged_key, merged_of
from portico.people.password_store import password_key
from portico.people.pointers import former_shelf, pointer_key
from portico.people.refs import ref_key, refs_key, refs_of
from portico.people.rules import Contact
from portico.people.search_rows import search_keys
from portico.people.store import (
    SHELVES,
    People,
    logo_key,
    search_mark_key,
    settings_row_key,
    words_key,
)

type KindsAndRows = Iterator[tuple[str, dict[str, Any]]]
"""Rows, each with what it is counted as; nothing: it comes along with another."""


@dataclass(frozen=True, slots=True)
class WorkspaceRows:
    """The rows of one workspace, in the order in which another stack takes them.

    The settings come last: without them there is no workspace, and nobody can sign in.
    """

    people: People
    passwords: bool = False
    """Whether hashes of passwords come along."""

    def all(self) -> KindsAndRows:
        """Yield each row, without the line that a stream would take to the trail once more."""
        for kind, row in self._all():
            yield kind, {name: value for name, value in row.items() if name != "event"}

    def _all(self) -> KindsAndRows:
        yield from self._contacts()
        yield from self._listed("former addresses", former_shelf(self._id))
        yield from self._listed("connected accounts", f"{self._id}#identities")
        yield from self._listed("links", shelf_of_links(self._id))
        yield from self._listed("portals", f"{self._id}#portals")
        yield from self._listed("connections", f"{self._id}#connections")
        yield from self._records()
        yield from self._synced_users()
        yield from self._synced_groups()
        for row in rows_within(self.people.rows, team_key(self._id)):
            yield ("members" if "role" in row else ""), row
        own = (
            last_import_key,
            reckoning_key,
            words_key,
            logo_key,
            search_mark_key,
            team_settings_key,
        )
        yield from self._read("", [each(self._id) for each in own])
        yield from self._read("", [settings_row_key(self._id)])

    def _contacts(self) -> KindsAndRows:
        shelves = [f"{self._id}#contacts#{shelf:02}" for shelf in range(SHELVES)]
        for pk, _ in keys_merged(self.people.rows, shelves):
            rows = {row["sk"]: row for row in rows_within(self.people.rows, pk)}
            head = rows.pop("head", None)
            # Whoever has gone meanwhile does not come along.
            if head is not None and not Contact.from_row(head).is_gone:
                yield "contacts", head
                yield from self._of_contact(Contact.from_row(head), rows)

    def _of_contact(self, contact: Contact, rows: dict[str, dict[str, Any]]) -> KindsAndRows:
        password = rows.pop(password_key(self._id, contact.id)[1], None)
        if password is not None and self.passwords:
            yield ("passwords" if "hash" in password else ""), password
        refs = refs_of(rows.get(refs_key(self._id, contact.id)[1]))
        for row in rows.values():
            yield "", row
        yield from self._lost(contact.id, rows)
        for pk, sk in search_keys(contact, contact.found_by or ()):
            yield "", {"pk": pk, "sk": sk}
        if contact.email:
            yield from self._read("", [pointer_key(self._id, contact.email)])
        yield from self._read("refs", [ref_key(self._id, each.channel, each.id) for each in refs])

    def _lost(self, survivor: str, rows: dict[str, dict[str, Any]]) -> KindsAndRows:
        """Yield what is left of those who were merged into a contact: an undo needs it, and so does
        whoever asks by their ids.
        """
        for lost in merged_of(rows.get(merged_key(self._id, survivor)[1])):
            pk, password = password_key(self._id, lost)
            left = {row["sk"]: row for row in rows_within(self.people.rows, pk)}
            for sk, row in left.items():
                if self.passwords or sk != password:
                    yield "", row
            yield from self._lost(lost, left)

    def _records(self) -> KindsAndRows:
        for kind, row in self._listed("directory records", f"{self._id}#records"):
            yield kind, row
            yield from self._read("", record_keys(self._id, Record.from_row(row)))

    def _synced_users(self) -> KindsAndRows:
        for listed in rows_within(self.people.rows, listed_in(self._id)):
            yield "", listed
            for kind, row in self._read("synced users", [user_key(self._id, listed["sk"])]):
                user = SyncedUser.from_row(row)
                yield kind, row
                found = [(found_by(self._id, each), user.id) for each in user.names]
                yield from self._read("", [user_name_key(self._id, user.user_name), *found])
        for held in rows_within(self.people.rows, held_in(self._id)):
            yield "", held

    def _synced_groups(self) -> KindsAndRows:
        for listed in rows_within(self.people.rows, groups_listed_in(self._id)):
            yield "", listed
            pk, sk = group_key(self._id, listed["sk"])
            for row in rows_within(self.people.rows, pk):
                yield ("synced groups" if row["sk"] == sk else ""), row
                if row["sk"] == sk:
                    group = SyncedGroup.from_row(row)
                    external = found_by(self._id, f"group-external|{group.external_id}")
                    keys = [group_name_key(self._id, group.name), (external, group.id)]
                    yield from self._read("", keys)
                else:
                    user = row["sk"].removeprefix(MEMBER)
                    yield from self._read(
                        "", [in_group_key(self._id, group=listed["sk"], user=user)]
                    )

    def _listed(self, kind: str, shelf: str) -> KindsAndRows:
        yield from self._read(kind, keys_listed(self.people.rows, shelf))

    def _read(self, kind: str, keys: Iterable[tuple[str, str]]) -> KindsAndRows:
        for some in batched(keys, MOST_AT_ONCE, strict=False):
            for row in self.people.read(*some):
                if row is not None:
                    yield kind, row

    @property
    def _id(self) -> str:
        return self.people.workspace_id
