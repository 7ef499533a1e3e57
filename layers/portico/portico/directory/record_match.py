"""Check a person's directory record inside the transaction that signs them in.

An import may be running, so the record's own row decides at that moment.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.aws.tables import IS_THERE, Rows
from portico.clock import epoch
from portico.directory.store import Record, record_key


@dataclass(frozen=True, slots=True)
class RecordMatch:
    """A record, and what found it when a person signed in."""

    record: Record
    email: str | None
    """The address that found it; ``None`` if tenant and object id did."""


@dataclass(frozen=True, slots=True)
class RecordMatches:
    """The record matches of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#record#")

    def still_matching(self, match: RecordMatch, *, at: datetime) -> dict[str, Any]:
        """Return the part of a transaction that checks that a match still holds."""
        key, condition, values = self._match(match, at)
        return self.rows.checking(*key, condition, values)

    def letting_in(
        self, match: RecordMatch, contact: str, *, asks_match: bool, at: datetime
    ) -> dict[str, Any]:
        """Return the part of a transaction that adds a contact to the record that lets them in.

        When the record ends, it names the contacts whose sessions must end, even if an index lags.

        Args:
            match: the record, and what found it.
            contact: the contact who signs in.
            asks_match: whether the workspace's rule needs the match to hold still.
            at: the time.
        """
        key, condition, values = self._match(match, at)
        if not asks_match:
            condition, values = IS_THERE, {}
        else:
            # Who is held stays in; nobody else comes in by their record, whom the end of the hold
            # would not know.
            condition += " AND (attribute_not_exists(held_until) OR contains(contacts, :contact))"
            values[":contact"] = contact
        return self.rows.updating(
            *key,
            "ADD contacts :contacts REMOVE event",
            condition,
            {**values, ":contacts": frozenset({contact})},
        )

    def _match(
        self, match: RecordMatch, at: datetime
    ) -> tuple[tuple[str, str], str, dict[str, Any]]:
        record = match.record
        key = record_key(self.workspace_id, record.source, record.external_id)
        if match.email is not None:
            still_theirs = "contains(emails, :email)"
            values: dict[str, Any] = {":email": match.email}
        else:
            still_theirs = "tenant = :tenant AND object_id = :object"
            values = {":tenant": record.tenant, ":object": record.object_id}
        is_in = "active = :yes AND (attribute_not_exists(held_until) OR held_until > :now)"
        return key, f"{is_in} AND {still_theirs}", {":yes": True, ":now": epoch(at), **values}
