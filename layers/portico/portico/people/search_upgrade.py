"""Write search rows for contacts of earlier versions. Only the command ``portico upgrade`` does this.

What is left is read from the rows: contacts whose head does not say what they are found by, or
says it of a former name or address; rows of accounts that are deleted; and, at the end of each
workspace, the row that says that all can be found.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

from portico.aws.queries import rows_within
from portico.aws.tables import ALWAYS, MOST_AT_ONCE, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock, epoch
from portico.errors import TryLater
from portico.people.rules import Contact
from portico.people.search_rows import contact_in, found_by, moving, search_partition
from portico.people.store import People, all_workspaces, head_key, search_mark_key

MEND_TRIES = 3
"""Tries, because people sign in and change their names meanwhile."""
MARK = "complete"
"""In the place of a contact's id: the workspace's own row."""


@dataclass(frozen=True, slots=True)
class SearchUpgrade:
    """The search rows of all workspaces."""

    table: str
    clock: Clock = SYSTEM

    def left(self) -> Iterator[str]:
        """Yield ``<workspace>#<contact>`` for each contact who cannot be found as they are.

        After those of a workspace comes ``<workspace>#complete``, if it has no such row.
        """
        for id_, _ in all_workspaces(self.table):
            people = People(self.table, id_)
            for contact in people.contacts():
                if not is_findable(contact):
                    yield f"{id_}#{contact.id}"
            yield from (f"{id_}#{each}" for each in _deleted(people))
            if people.rows.get(*search_mark_key(id_)) is None:
                yield f"{id_}#{MARK}"

    def mend(self, key: str) -> None:
        """Bring one of them up to date.

        Raises:
            TryLater: the contact was changed several times meanwhile, or DynamoDB is out of reach.
        """
        id_, _, what = key.partition("#")
        people = People(self.table, id_)
        if what == MARK:
            pk, sk = search_mark_key(id_)
            now = epoch(self.clock.now())
            people.rows.put({"pk": pk, "sk": sk, "complete_at": now}, ALWAYS)
            return
        for _ in range(MEND_TRIES):
            contact = people.contact(what)
            if contact is None or is_findable(contact):
                return
            try:
                _mend(people, contact)
            except TransactionRefused:
                continue  # they have changed just now
            return
        raise TryLater(cause="a contact was changed meanwhile")


def is_findable(contact: Contact) -> bool:
    """Say whether the search rows are those of the contact as they are now."""
    return contact.found_by == _wanted(contact)


def _wanted(contact: Contact) -> list[str] | None:
    # What is left of a deleted account has no name, and is found by nothing.
    return None if contact.is_gone else found_by(contact.email, contact.name)


def _deleted(people: People) -> Iterator[str]:
    """Yield the contacts who are found and have deleted their account, by an earlier version."""
    pk = search_partition(people.workspace_id, None)
    found = (contact_in(row["sk"]) for row in rows_within(people.rows, pk))
    for some in batched(found, MOST_AT_ONCE, strict=False):
        yield from (each.id for each in people.contacts_by_id(some).values() if each.is_gone)


def _mend(people: People, contact: Contact) -> None:
    before, after = contact.found_by, _wanted(contact)
    change = "REMOVE event, found_by" if after is None else "SET found_by = :after REMOVE event"
    was = "attribute_not_exists(found_by)" if before is None else "found_by = :before"
    values: dict[str, Any] = {":name": contact.name, ":email": contact.email}
    values |= {":after": after} if after is not None else {}
    values |= {":before": before} if before is not None else {}
    head = people.rows.updating(
        *head_key(people.workspace_id, contact.id),
        change,
        f"{' AND '.join(f'{each} = :{each}' for each in ('name', 'email'))} AND {was}",
        values,
    )
    transact_surely({"head": head, **moving(people.rows, contact, before or (), after or ())})
