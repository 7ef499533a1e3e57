"""The directory: people synced from a workspace's own source, and who of them may come in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from portico.aws.tables import Rows, get_many, transact
from portico.clock import epoch, moment
from portico.events import Event
from portico.ids import digest


class Rule(StrEnum):
    """Whether SSO, or any way in, needs a directory record."""

    OFF = "off"
    MATCH_REQUIRED = "match_required"
    """SSO only for contacts with an active record; others may use a code."""
    SSO_ONLY = "sso_only"
    """A match or a refusal: no code, no password, no proof."""


@dataclass(frozen=True, slots=True)
class Record:
    """One person of a directory."""

    source: str
    external_id: str
    tenant: str | None
    object_id: str | None
    user_name: str
    emails: tuple[str, ...]
    active: bool
    imported_at: datetime

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a record, or one of the rows that point to it: each holds it whole."""
        return cls(
            row["source"],
            row["external_id"],
            row.get("tenant"),
            row.get("object_id"),
            row["user_name"],
            tuple(row["emails"]),
            row["active"],
            moment(row["imported_at"]),
        )

    def row(self) -> dict[str, Any]:
        """Return the attributes of its rows."""
        row: dict[str, Any] = {
            "source": self.source,
            "external_id": self.external_id,
            "user_name": self.user_name,
            "emails": list(self.emails),
            "active": self.active,
            "imported_at": epoch(self.imported_at),
        }
        optional = {"tenant": self.tenant, "object_id": self.object_id}
        return row | {name: value for name, value in optional.items() if value is not None}


def record_key(workspace: str, source: str, external_id: str) -> tuple[str, str]:
    """Return the key of a record."""
    return f"{workspace}#record#{source}#{external_id}", "record"


def object_key(workspace: str, tenant: str, object_id: str) -> tuple[str, str]:
    """Return the key under which a record is found by its tenant and object id."""
    return f"{workspace}#record-key#object#{tenant}#{object_id}", "record"


def email_key(workspace: str, email: str) -> tuple[str, str]:
    """Return the key under which a record is found by an address."""
    return f"{workspace}#record-key#email#{digest(email)[:32]}", "record"


@dataclass(frozen=True, slots=True)
class Directory:
    """The directory records of one workspace."""

    table: str
    workspace: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace}#")

    def put(self, record: Record, event: Event) -> None:
        """Keep a record and what it is found by, together; the newest import wins."""
        old_row = self.rows.get(*record_key(self.workspace, record.source, record.external_id))
        old = Record.from_row(old_row) if old_row else None
        pk, sk = record_key(self.workspace, record.source, record.external_id)
        listed = {"list": f"{self.workspace}#records", "listed": record.user_name}
        anything = "attribute_not_exists(pk) OR attribute_exists(pk)"
        parts = [
            self.rows.putting(
                {"pk": pk, "sk": sk, **record.row(), **listed, "event": event.rider()}, anything
            )
        ]
        for key_pk, key_sk in self._found_by(record):
            row = {"pk": key_pk, "sk": key_sk, **record.row()}
            parts.append(self.rows.putting(row, anything))
        if old is not None:
            # An address that the record no longer has must not find it: it is kept, inactive.
            for key_pk, key_sk in set(self._found_by(old)) - set(self._found_by(record)):
                gone = {"pk": key_pk, "sk": key_sk, **old.row(), "active": False}
                parts.append(self.rows.putting(gone, anything))
        transact(parts)

    def all(self) -> Iterator[Record]:
        """Read every record, for a team's dry run."""
        keys = list(self.rows.listed(f"{self.workspace}#records"))
        for start in range(0, len(keys), 100):
            part = keys[start : start + 100]
            rows = get_many([(self.rows, *key) for key in part], consistent=False)
            yield from (Record.from_row(row) for row in rows if row)

    def _found_by(self, record: Record) -> Sequence[tuple[str, str]]:
        keys = [email_key(self.workspace, each) for each in record.emails]
        if record.tenant and record.object_id:
            keys.append(object_key(self.workspace, record.tenant, record.object_id))
        return keys
