"""Identities: who somebody is at a provider. Each belongs to exactly one contact."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any, Self

from portico.aws.tables import MOST_AT_ONCE, NOT_THERE, Rows, get_many
from portico.clock import epoch
from portico.ids import digest

IS_THEIRS = "contact = :contact"


@dataclass(frozen=True, slots=True)
class Identity:
    """One account at one provider: its connection, its issuer, and its stable key.

    The key is never an address, because addresses change hands.
    """

    connection: str
    issuer: str
    subject: str

    @property
    def key(self) -> str:
        """Its part of a row's key: a hash, which shows nothing of the provider's key."""
        return f"{self.connection}#{digest(f'{self.issuer}|{self.subject}')[:32]}"

    def row(self) -> dict[str, Any]:
        """Return the attributes that a challenge or a pending sign-in stores."""
        return {"connection": self.connection, "issuer": self.issuer, "subject": self.subject}

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read the attributes that :meth:`row` returned."""
        return cls(row["connection"], row["issuer"], row["subject"])


def identity_key(workspace_id: str, identity: Identity) -> tuple[str, str]:
    """Return the key of an identity's row, unique in its workspace."""
    return f"{workspace_id}#identity#{identity.key}", "identity"


@dataclass(frozen=True, slots=True)
class Owned:
    """An identity, its contact, and the directory record that last vouched for it."""

    identity: Identity
    contact: str
    record: str | None


def owned(rows: Rows, workspace_id: str) -> Iterator[Owned]:
    """Read all identities of a workspace. Only for a team; no door does this."""
    # Loaded here, because only a team lists identities and no function does.
    from portico.aws.queries import keys_listed  # noqa: PLC0415

    keys = keys_listed(rows, f"{workspace_id}#identities")
    for some in batched(keys, MOST_AT_ONCE, strict=False):
        for row in get_many([(rows, *key) for key in some], consistent=False):
            if row is not None:
                yield Owned(Identity.from_row(row), row["contact"], row.get("record"))


def owning(
    rows: Rows,
    identity: Identity,
    *,
    workspace_id: str,
    contact: str,
    sver: int,
    at: datetime,
    record: str | None = None,
    vouched: bool = False,
    by_mailbox: bool = False,
) -> dict[str, Any]:
    """Return the part of a transaction that makes *identity* the contact's.

    It fails if the identity is another contact's. The row keeps the head's ``sver`` as a hint:
    it saves the next sign-in a read, and is checked each time. *record* names the directory
    record that vouched for the identity; the contact's sessions end with that record. *vouched*
    says that the head with this ``sver`` knows that the contact's address is theirs. *by_mailbox*
    says that reading the contact's mailbox was enough to connect it.
    """
    row = _row(
        identity,
        workspace_id,
        contact,
        sver,
        epoch(at),
        record,
        vouched=vouched,
        by_mailbox=by_mailbox,
    )
    return rows.putting(row, f"{NOT_THERE} OR {IS_THEIRS}", {":contact": contact})


def keeping(
    rows: Rows,
    identity: Identity,
    *,
    workspace_id: str,
    contact: str,
    sver: int,
    linked_at: int,
    record: str | None = None,
    vouched: bool = False,
    by_mailbox: bool = False,
) -> dict[str, Any]:
    """Return the part of a transaction that renews what :func:`owning` wrote at *linked_at*.

    It fails if the contact has lost it since.
    """
    row = _row(
        identity,
        workspace_id,
        contact,
        sver,
        linked_at,
        record,
        vouched=vouched,
        by_mailbox=by_mailbox,
    )
    values = {":contact": contact, ":linked_at": linked_at}
    return rows.putting(row, f"{IS_THEIRS} AND linked_at = :linked_at", values)


def _row(
    identity: Identity,
    workspace_id: str,
    contact: str,
    sver: int,
    linked_at: int,
    record: str | None,
    *,
    vouched: bool,
    by_mailbox: bool,
) -> dict[str, Any]:
    pk, sk = identity_key(workspace_id, identity)
    row = {
        "pk": pk,
        "sk": sk,
        "contact": contact,
        **identity.row(),
        "sver": sver,
        "linked_at": linked_at,
        "list": f"{workspace_id}#identities",
        "listed": f"{contact}#{identity.key}",
    }
    optional = {
        "record": record,
        "vouched": vouched or None,
        "by_mailbox": by_mailbox or None,
    }
    return row | {name: value for name, value in optional.items() if value is not None}


def still_owning(rows: Rows, workspace_id: str, identity: Identity, contact: str) -> dict[str, Any]:
    """Return the part of a transaction that checks that *identity* is still the contact's."""
    return rows.checking(*identity_key(workspace_id, identity), IS_THEIRS, {":contact": contact})


def disowning(rows: Rows, workspace_id: str, identity: Identity, contact: str) -> dict[str, Any]:
    """Return the part of a transaction that takes *identity* away from the contact."""
    return rows.deleting(*identity_key(workspace_id, identity), IS_THEIRS, {":contact": contact})


def letting_go(rows: Rows, workspace_id: str, identity: Identity, contact: str) -> dict[str, Any]:
    """Return the part of a transaction that takes *identity* away, if it is still there."""
    key = identity_key(workspace_id, identity)
    return rows.deleting(*key, f"{NOT_THERE} OR {IS_THEIRS}", {":contact": contact})
