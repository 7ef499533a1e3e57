"""The directory: people synced from a workspace's own source, each of them active or not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any, Self

from portico.aws.tables import (
    ALWAYS,
    MOST_AT_ONCE,
    NOT_THERE,
    Parts,
    Rows,
    TransactionRefused,
    get_many,
    transact_surely,
)
from portico.clock import epoch, moment
from portico.errors import TryLater
from portico.events import Event
from portico.ids import digest

SCIM_SOURCE = "SCIM"
"""The source of records that a directory syncs. Those of files are in small letters, so that none
has the same."""


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
    """When an import last changed it."""
    held_until: datetime | None = None
    """Until when it lets somebody in whom the directory has as gone. ``None``: nothing is held."""
    is_kept: bool = False
    """Whether it lets in somebody whom the directory has as gone, because the team has said so."""

    @property
    def name(self) -> str:
        """The record's name, unique in its workspace."""
        return f"{self.source}#{self.external_id}"

    @property
    def object(self) -> str | None:
        """The stable key of the identity, made of tenant and object id."""
        return f"{self.tenant}.{self.object_id}" if self.tenant and self.object_id else None

    def is_in(self, *, at: datetime) -> bool:
        """Say whether it lets its person in: it is active, and no moment has passed until which it
        is held.
        """
        return self.active and (self.held_until is None or at < self.held_until)

    @property
    def outlives_its_word(self) -> bool:
        """Whether it lets in somebody whom the directory has as gone."""
        return self.is_kept or self.held_until is not None

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a record from its row, or from a row that finds it: each holds the whole record."""
        return cls(
            row["source"],
            row["external_id"],
            row.get("tenant"),
            row.get("object_id"),
            row["user_name"],
            tuple(row["emails"]),
            row["active"] is True,
            moment(row["imported_at"]),
            moment(row["held_until"]) if "held_until" in row else None,
            row.get("kept") is True,
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
        held = epoch(self.held_until) if self.held_until else None
        optional = {
            "tenant": self.tenant,
            "object_id": self.object_id,
            "held_until": held,
            "kept": self.is_kept or None,
        }
        return row | {name: value for name, value in optional.items() if value is not None}


def record_key(workspace_id: str, source: str, external_id: str) -> tuple[str, str]:
    """Return the key of a record."""
    return f"{workspace_id}#record#{source}#{external_id}", "record"


def records_listed_in(workspace_id: str) -> str:
    """Return the shelf of the index that lists all records by their user names."""
    return f"{workspace_id}#records"


def object_key(workspace_id: str, tenant: str, object_id: str) -> tuple[str, str]:
    """Return the key that finds a record by its tenant and object id."""
    return f"{workspace_id}#record-key#object#{tenant}#{object_id}", "record"


def email_key(workspace_id: str, email: str) -> tuple[str, str]:
    """Return the key that finds a record by an address."""
    return f"{workspace_id}#record-key#email#{digest(email)[:32]}", "record"


def in_group_key(workspace_id: str, group: str, user: str) -> tuple[str, str]:
    """Return the key that says that a synced user is in a group."""
    return f"{workspace_id}#scim#{user}", f"in#{group}"


def last_import_key(workspace_id: str) -> tuple[str, str]:
    """Return the key of the row that says when records were last imported."""
    return f"{workspace_id}#directory", "import"


def record_keys(workspace_id: str, record: Record) -> list[tuple[str, str]]:
    """Return the keys by which sign-in finds a record."""
    keys = [email_key(workspace_id, each) for each in record.emails]
    if record.tenant and record.object_id:
        keys.append(object_key(workspace_id, record.tenant, record.object_id))
    return keys


NOT_OVERTAKEN = "(attribute_not_exists(imported_at) OR imported_at <= :imported_at)"
"""No later import has written it."""
RECORD_TRIES = 5
"""How often a record is kept anew while people come in by it."""


@dataclass(eq=False)
class InUse(Exception):
    """An address or object id of *record* already finds another active record."""

    record: Record


@dataclass(eq=False)
class Overtaken(Exception):
    """A later import has written the record meanwhile."""


@dataclass(eq=False)
class BesideRefused(TryLater):
    """A record was not written, because what belongs to it could not be: *failed* names which."""

    failed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Directory:
    """The directory records of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def get(self, source: str, external_id: str) -> Record | None:
        """Read a record."""
        row = self.rows.get(*record_key(self.workspace_id, source, external_id))
        return Record.from_row(row) if row else None

    def put(
        self,
        record: Record,
        event: Event,
        also: Callable[[frozenset[str]], Parts] = lambda _: {},
        *,
        takes_over: bool = False,
        in_order: bool = False,
    ) -> None:
        """Keep a record and what it is found by, and write what belongs to it, together.

        Args:
            record: as it is now.
            event: the trail's line.
            also: returns parts that belong to the same transaction, for the contacts who have
                come in by the record.
            takes_over: whether the record may take an address or object id from an active record
                of another source.
            in_order: whether what was imported later stays.

        Raises:
            Overtaken: it was imported later *in order*.
            InUse: one of those rows already finds another, active record. We cannot tell apart
                two people who share an address: whoever imports must say whose it is.
            BesideRefused: one of *also* did not hold. Nothing was written.
            TryLater: nothing was written.
        """
        for _ in range(RECORD_TRIES):
            try:
                self._put(record, event, also, takes_over=takes_over, in_order=in_order)
            except _SomebodyCameIn:
                continue
            return
        raise TryLater(cause="directory.put: people keep coming in by the record")

    def _put(
        self,
        record: Record,
        event: Event,
        also: Callable[[frozenset[str]], Parts],
        *,
        takes_over: bool,
        in_order: bool,
    ) -> None:
        pk, sk = record_key(self.workspace_id, record.source, record.external_id)
        there = self.rows.get(pk, sk) or {}
        old = Record.from_row(there) if there else None
        if in_order and old is not None and old.imported_at > record.imported_at:
            raise Overtaken
        contacts: frozenset[str] = there.get("contacts", frozenset())
        found_by = self._found_by(record)
        left = [key for key in self._found_by(old) if key not in found_by]
        if not record.active:
            # A person who has left gives up every key that finds somebody else by now.
            found_by = self._still_its_own(record, found_by, or_free=True, at=event.at)
        listed = {"list": records_listed_in(self.workspace_id), "listed": record.user_name}
        row = {"pk": pk, "sk": sk, **record.row(), **listed, "event": event.rider()}
        # They only become more: whoever has come in since is missing among *also*.
        nobody_new = f"{NOT_THERE} OR attribute_not_exists(contacts)"
        values: dict[str, Any] = {}
        if contacts:
            row["contacts"] = contacts
            nobody_new, values = "size(contacts) = :known", {":known": len(contacts)}
        if in_order:
            nobody_new = f"({nobody_new}) AND {NOT_OVERTAKEN}"
            values |= {":imported_at": epoch(record.imported_at)}
        parts = {"record": self.rows.putting(row, nobody_new, values)}
        finding = {f"found by {pk}": (pk, sk) for pk, sk in found_by}
        its_own = "source = :source AND external_id = :id"
        mine = {":source": record.source, ":id": record.external_id}
        for name, (pk, sk) in finding.items():
            free = f"attribute_not_exists(pk) OR active = :no OR held_until <= :now OR ({its_own})"
            free += " OR source <> :source" if takes_over else ""
            row = {"pk": pk, "sk": sk, **record.row()}
            values = {":no": False, ":now": epoch(event.at), **mine}
            parts[name] = self.rows.putting(row, free, values)
        for pk, sk in self._still_its_own(record, left, or_free=False, at=event.at):
            # The record has lost this address, which must not find it: keep the row, inactive.
            row = {"pk": pk, "sk": sk, **record.row(), "active": False}
            parts[f"left {pk}"] = self.rows.putting(row, its_own, mine)
        try:
            transact_surely({**parts, **also(contacts)})
        except TransactionRefused as refused:
            if "record" in refused.failed:
                raise _SomebodyCameIn from None
            if refused.failed & finding.keys():
                raise InUse(record) from None
            cause = "directory.put: changed by somebody else"
            raise BesideRefused(cause, refused.failed) from None

    def all(self) -> Iterator[Record]:
        """Read every record. Only for a team; no door does this."""
        # Loaded here, because only a team lists records and no function does.
        from portico.aws.queries import keys_listed  # noqa: PLC0415

        keys = keys_listed(self.rows, records_listed_in(self.workspace_id))
        for some in batched(keys, MOST_AT_ONCE, strict=False):
            rows = get_many([(self.rows, *key) for key in some], consistent=False)
            yield from (Record.from_row(row) for row in rows if row)

    def imported(self, event: Event) -> None:
        """Record that an import has just finished."""
        pk, sk = last_import_key(self.workspace_id)
        row = {"pk": pk, "sk": sk, "at": epoch(event.at), "event": event.rider()}
        self.rows.put(row, ALWAYS)

    def last_import(self) -> datetime | None:
        """Return when records were last imported."""
        row = self.rows.get(*last_import_key(self.workspace_id))
        return moment(row["at"]) if row else None

    def _still_its_own(
        self, record: Record, keys: list[tuple[str, str]], *, or_free: bool, at: datetime
    ) -> list[tuple[str, str]]:
        if not keys:
            return []
        rows = get_many([(self.rows, *key) for key in keys], consistent=True)
        found = []
        for key, row in zip(keys, rows, strict=True):
            other = Record.from_row(row) if row else None
            is_free = other is None or not other.is_in(at=at)
            if (or_free and is_free) or (other is not None and other.name == record.name):
                found.append(key)
        return found

    def _found_by(self, record: Record | None) -> list[tuple[str, str]]:
        return record_keys(self.workspace_id, record) if record else []


class _SomebodyCameIn(Exception):
    """Somebody has signed in by the record since it was read."""
