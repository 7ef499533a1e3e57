"""Check a person's directory record inside the transaction that signs them in.

An import may be running, so the record's own row decides at that moment.
"""

from dataclasses import dataclass
from typing import Any

from portico.aws.tables import IS_THERE, Rows
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

    def still_matching(self, match: RecordMatch) -> dict[str, Any]:
        """Return the part of a transaction that checks that a match still holds."""
        key, condition, values = self._match(match)
        return self.rows.checking(*key, condition, values)

    def letting_in(self, match: RecordMatch, contact: str, *, asks_match: bool) -> dict[str, Any]:
        """Return the part of a transaction that adds a contact to the record that lets them in.

        When the record ends, it names the contacts whose sessions must end, even if an index lags.

        Args:
            match: the record, and what found it.
            contact: the contact who signs in.
            asks_match: whether the workspace's rule needs the match to hold still.
        """
        key, condition, values = self._match(match)
        if not asks_match:
            condition, values = IS_THERE, {}
        return self.rows.updating(
            *key,
            "ADD contacts :contacts REMOVE event",
            condition,
            {**values, ":contacts": frozenset({contact})},
        )

    def _match(self, match: RecordMatch) -> tuple[tuple[str, str], str, dict[str, Any]]:
        record = match.record
        key = record_key(self.workspace_id, record.source, record.external_id)
        if match.email is not None:
            still_theirs = "contains(emails, :email)"
            values: dict[str, Any] = {":email": match.email}
        else:
            still_theirs = "tenant = :tenant AND object_id = :object"
            values = {":tenant": record.tenant, ":object": record.object_id}
        return key, f"active = :yes AND {still_theirs}", {":yes": True, **values}
