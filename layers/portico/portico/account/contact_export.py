"""All data of one contact, for their team: what the contact asks it for, in one file."""

from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from portico.account.erasure import former_addresses
from portico.account.history import MOST_EXPORTED
from portico.account.profile import identities_of, identity_id
from portico.aws.queries import rows_within
from portico.aws.tables import Rows
from portico.clock import epoch
from portico.people.merges import all_merged_into
from portico.people.password_store import Password, password_key
from portico.people.rules import Contact, Workspace
from portico.people.store import People
from portico.printable import printable

MOST_SESSIONS = 1000


@dataclass(frozen=True, slots=True)
class ContactExports:
    """Reads all data of contacts."""

    people_table: str
    sign_in_table: str
    trail_table: str

    def of(self, workspace: Workspace, contact: Contact) -> dict[str, Any]:
        """Return what there is of a contact, without secrets. Times are seconds since 1970.

        Its members are ``password``, ``identities``, ``sessions``, ``former_emails``, ``merged`` and
        ``events``; those of contacts who were merged into this one are among them.
        """
        people = People(self.people_table, workspace.id)
        password = Password.from_row(people.rows.get(*password_key(workspace.id, contact.id)))
        changed_at = epoch(password.changed_at) if password else None
        merged = [lost for _, lost in all_merged_into(people, contact.id)]
        return {
            "password": {"is_set": password is not None, "changed_at": changed_at},
            "identities": [
                {
                    "id": identity_id(each),
                    "connection": each["connection"],
                    "label": workspace.label_of(each["connection"]),
                    "linked_at": each["linked_at"],
                }
                for each in identities_of(people, contact)
            ],
            "sessions": self._sessions(workspace.id, contact.id),
            "former_emails": former_addresses(people, contact),
            "merged": merged,
            "events": self._events(workspace.id, [contact.id, *merged]),
        }

    def _sessions(self, workspace_id: str, contact: str) -> list[dict[str, Any]]:
        rows = Rows(self.sign_in_table, f"{workspace_id}#")
        pk = f"{workspace_id}#contact#{contact}"
        found = islice(rows_within(rows, pk, starting="session#"), MOST_SESSIONS)
        names = ("id", "device", "network", "method", "created_at", "expires_at", "ended_at")
        return [{name: row.get(name) for name in names} for row in found]

    def _events(self, workspace_id: str, contacts: list[str]) -> list[dict[str, Any]]:
        rows = Rows(self.trail_table, f"{workspace_id}#")
        each = (
            rows_within(rows, f"{workspace_id}#trail#{contact}", newest_first=True)
            for contact in contacts
        )
        found = merge(*each, key=lambda row: str(row["sk"]), reverse=True)
        return [
            {
                "at": epoch(datetime.fromisoformat(row["at"])),
                "name": row["name"],
                "by": row["by"],
                "network": row.get("network"),
                "detail": {n: printable(str(v)) for n, v in (row.get("detail") or {}).items()},
            }
            for row in islice(found, MOST_EXPORTED)
        ]
