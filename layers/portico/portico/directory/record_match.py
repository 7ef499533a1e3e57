"""A directory record that stands for somebody, as a part of the transaction that lets them in.

An import may be under way: what counts is what the record's own row says then.
"""

from dataclasses import dataclass
from typing import Any

from portico.aws.tables import IS_THERE, Rows
from portico.directory.store import Record, record_key


@dataclass(frozen=True, slots=True)
class RecordMatch:
    """A record, and what it was found by when somebody signed in."""

    record: Record
    email: str | None
    """The address; ``None``: tenant and object id."""


@dataclass(frozen=True, slots=True)
class RecordMatches:
    """The matches of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#record#")

    def still_matching(self, match: RecordMatch) -> dict[str, Any]:
        """Return the part of a transaction that asks whether a match still stands."""
        key, condition, values = self._match(match)
        return self.rows.checking(*key, condition, values)

    def letting_in(self, match: RecordMatch, contact: str, *, asks_match: bool) -> dict[str, Any]:
        """Return the part of a transaction that notes on a record who comes in by it.

        The end of the record finds their sessions by it, however late an index tells of them.

        Args:
            match: the record, and what it was found by.
            contact: who comes in.
            asks_match: the workspace's rule asks that the match still stands.
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
