"""The rows that a merge moves from one contact to another, and back: heads, addresses, accounts, refs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from portico.aws.tables import NOT_THERE, Parts, Rows
from portico.clock import epoch
from portico.events import Event
from portico.people.identities import IS_THEIRS, Identity, identity_key
from portico.people.pointers import former_shelf, pointer_key, pointer_row
from portico.people.refs import Ref, RefRows, ref_key
from portico.people.rules import ASLEEP, Contact
from portico.people.search_rows import found_by, moving
from portico.people.store import IS_KEPT, head_key, shelf_of_contact

COMES_BACK = (
    "name",
    "email",
    "active",
    "language",
    "time_zone",
    "email_verified",
    "updated_at",
    "suppressed",
    "address_change",
    "voids",
    "voids_sver",
    "proofs",
    "proof_wanted",
)
"""Attributes of a head that an undo gives back."""
NEVER = 1_000_000_000
"""The proof that confirms a ref that came unconfirmed: none. It was about another address."""


SLEEP = [ASLEEP, ASLEEP]
"""The span of :attr:`Contact.voids` in which all accounts lie that sleep."""


def what_was(head: dict[str, Any]) -> dict[str, Any]:
    """Return what an undo needs of a head's row."""
    return {name: head[name] for name in COMES_BACK if name in head}


def noting(rows: Rows, survivor: Contact, event: Event) -> dict[str, Any]:
    """Return the part that puts a line on the survivor's head. It fails if they are gone."""
    key = head_key(survivor.workspace_id, survivor.id)
    return rows.updating(*key, "SET event = :event", IS_KEPT, {":event": event.rider()})


def taking_over(rows: Rows, survivor: Contact, event: Event) -> dict[str, Any]:
    """Return the part of the survivor's head.

    It fails if they are gone or off, or have another address or other voids than was read.
    """
    was, values = "attribute_not_exists(voids) OR ", {":voids": survivor.voids}
    # The version before does not know that such an account sleeps; it knows spans.
    voids = survivor.voids if SLEEP in survivor.voids else [SLEEP, *survivor.voids]
    return rows.updating(
        *head_key(survivor.workspace_id, survivor.id),
        "SET event = :event, voids = :after ADD merges :one",
        f"{IS_KEPT} AND active = :yes AND email = :email "
        f"AND ({was if not survivor.voids else ''}voids = :voids)",
        {
            **values,
            ":after": voids,
            ":event": event.rider(),
            ":one": 1,
            ":yes": True,
            ":email": survivor.email,
        },
    )


def coming_back(
    rows: Rows, lost: Contact, survivor: str, was: dict[str, Any], event: Event
) -> Parts:
    """Return the parts that make a contact of what is left of one who was merged.

    ``head`` refuses if they were not merged into *survivor*. Nothing that was begun before goes on.
    """
    contact = replace(lost, name=was["name"], email=was["email"])
    by = found_by(contact.email, contact.name)
    shelf, place = shelf_of_contact(contact)
    values = was | {"found_by": by, "list": shelf, "listed": place}
    sets = ", ".join(f"{name} = :{name}" for name in values)
    head = rows.updating(
        *head_key(contact.workspace_id, contact.id),
        f"SET {sets}, sver = sver + :one, event = :event REMOVE ended_at, merged_into",
        "merged_into = :survivor AND sver = :sver",
        {
            **{f":{name}": value for name, value in values.items()},
            ":one": 1,
            ":event": event.rider(),
            ":survivor": survivor,
            ":sver": lost.sver,
        },
    )
    return {"head": head, **moving(rows, contact, (), by)}


def reserving_for(
    rows: Rows, workspace_id: str, email: str, *, owner: str, to: str, at: datetime, until: datetime
) -> dict[str, Any]:
    """Return the part that reserves *owner*'s own address for another contact."""
    row = _former_row(workspace_id, email, to, epoch(until), epoch(at))
    return rows.putting(row, "contact = :owner", {":owner": owner})


def passing_on(
    rows: Rows, workspace_id: str, former: Mapping[str, Any], *, owner: str, to: str
) -> dict[str, Any]:
    """Return the part by which an address that *owner* had left is one that *to* has left.

    It fails if the row is another one by now. *former* has ``email``, ``until`` and perhaps
    ``left_at``, which stay as they were, in seconds since 1970.
    """
    until = former["until"]
    row = _former_row(workspace_id, former["email"], to, until, former.get("left_at"))
    values = {":owner": owner, ":until": until}
    return rows.putting(row, "former = :owner AND reserved_until = :until", values)


def giving_back(
    rows: Rows, workspace_id: str, email: str, *, owner: str, to: str, until: datetime
) -> dict[str, Any]:
    """Return the part by which *to* has the address again that was reserved for *owner*.

    It fails if *owner* has done anything with it since.
    """
    condition = f"{NOT_THERE} OR (former = :owner AND reserved_until = :until)"
    values = {":owner": owner, ":until": epoch(until)}
    return rows.putting(pointer_row(workspace_id, to, email), condition, values)


def moving_account(
    rows: Rows,
    workspace_id: str,
    identity: Identity,
    *,
    owner: str,
    to: str,
    was: int,
    linked_at: int = ASLEEP,
) -> dict[str, Any]:
    """Return the part that moves an account to another contact.

    It fails if *owner* has it no more, or has connected it since.

    Args:
        rows: the workspace's rows.
        workspace_id: the workspace.
        identity: the account.
        owner: whose it is.
        to: whose it will be.
        was: when it was connected, in seconds since 1970.
        linked_at: when it counts as connected.
    """
    return rows.updating(
        *identity_key(workspace_id, identity),
        # No head has this `sver`, so the next use reads the head, and sees that it sleeps.
        "SET contact = :to, sver = :none, linked_at = :at, listed = :listed REMOVE vouched",
        f"{IS_THEIRS} AND linked_at = :was",
        {
            ":to": to,
            ":none": 0,
            ":at": linked_at,
            ":listed": f"{to}#{identity.key}",
            ":contact": owner,
            ":was": was,
        },
    )


def moving_refs(
    rows: Rows,
    workspace_id: str,
    *,
    owner: tuple[str, Sequence[Ref]],
    to: tuple[str, Sequence[Ref]],
    moved: Sequence[Ref],
    come: Sequence[Ref],
) -> Parts:
    """Return the parts that move refs. They refuse if one of the two has others than was read.

    Args:
        rows: the workspace's rows.
        workspace_id: the workspace.
        owner: who has them, and all of theirs.
        to: who gets them, and all of theirs.
        moved: those that move, as their owner has them.
        come: the same, as the other one will have them.
    """
    (owner_id, owners), (to_id, theirs) = owner, to
    refs, left = RefRows(rows.table, workspace_id), [e for e in owners if e not in moved]
    if not moved:
        # One that they are given in this moment must not stay behind. Written and not checked: the
        # door may write this row, and check none of its partition.
        return {f"refs of {owner_id}": refs.writing(owner_id, owners, owners)}
    parts = {
        f"refs of {owner_id}": refs.writing(owner_id, owners, left),
        f"refs of {to_id}": refs.writing(to_id, theirs, [*theirs, *come]),
    }
    for each in moved:
        pk, sk = ref_key(workspace_id, each.channel, each.id)
        row = {"pk": pk, "sk": sk, "contact": to_id, "channel": each.channel, "id": each.id}
        part = rows.putting(row, IS_THEIRS, {":contact": owner_id})
        parts[f"ref {each.channel} {each.id}"] = part
    return parts


def brought(ref: Ref, contact: Contact) -> Ref:
    """Return a ref as its next contact has it.

    What was confirmed stays so: whoever merges says that both are one. What was not waits on: the
    survivor's proofs are about the survivor's own address.
    """
    return replace(ref, waits_for=0 if ref.is_confirmed(contact) else NEVER)


def _former_row(
    workspace_id: str, email: str, contact: str, until: int, left_at: int | None
) -> dict[str, Any]:
    pk, sk = pointer_key(workspace_id, email)
    left = {"left_at": left_at} if left_at else {}
    return left | {
        "pk": pk,
        "sk": sk,
        "former": contact,
        "reserved_until": until,
        "list": former_shelf(workspace_id),
        "listed": f"{contact}#{email}",
    }
