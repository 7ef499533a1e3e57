"""Find or make a contact by the help desk's own name for them.

A ref never changes an existing contact, and never leads to one that somebody has only named: an
address that was typed into a chat may be anybody's. So a ref that comes with the address of a contact
waits until that contact has proved it once more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from portico import ids
from portico.aws.tables import Parts, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock, epoch
from portico.errors import (
    LimitReached,
    NotFound,
    RefConflict,
    RoleTooHigh,
    TakenAlready,
    TryLater,
)
from portico.events import Event
from portico.people.addresses import mailable
from portico.people.contact_names import contact_name
from portico.people.heads import Heads
from portico.people.memberships import Reach, Role, membership_key
from portico.people.merges import merged_key, merged_of
from portico.people.pointers import Pointer, pointer_key
from portico.people.refs import MOST_REFS, Ref, RefRows, ref_key, ref_name, refs_key, refs_of
from portico.people.rules import Contact, Workspace
from portico.people.store import People, head_key
from portico.printable import is_printable_name

REF_TRIES = 3
"""Tries, because the help desk may say the same of two messages at once."""


@dataclass(frozen=True, slots=True)
class AskedRef:
    """PUT …/contacts/by-ref."""

    channel: str
    id: str = field(repr=False)
    name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    verified: bool = False
    """Whether the caller has made sure that the address is this person's."""


@dataclass(frozen=True, slots=True)
class Referred:
    """A contact with their refs, what a team sees beside these, and whether they are new."""

    contact: Contact
    refs: list[Ref]
    is_new: bool = False
    role: Role | None = None
    merged: Sequence[str] = ()
    """The ids of those who were merged into them."""


class _Meanwhile(Exception):
    """A row changed between reading and writing."""


@dataclass(frozen=True, slots=True)
class ContactRefs:
    """Looks after refs, for a team and its keys."""

    people_table: str
    clock: Clock = SYSTEM

    def put(
        self,
        workspace: Workspace,
        asked: AskedRef,
        *,
        by: str,
        reach: Reach,
        tells_of: Callable[[str | None], None] = lambda _: None,
    ) -> Referred:
        """Return the contact of a ref. If it has none, the ref gets one.

        With the address of an existing contact the ref is theirs. With another address, or without
        one, a contact is made. With an address it is unconfirmed unless *verified* was said.

        Args:
            workspace: the workspace.
            asked: the ref, and what else is known of whoever has it.
            by: who asks, for the trail.
            reach: on whom they may act.
            tells_of: called with each existing contact of whom the answer tells, before anything is
                written or told; with ``None`` where it tells that nobody has the address.

        Raises:
            InvalidRequest: something that was asked for cannot be stored.
            RefConflict: the ref is one contact's, and the address another's.
            TakenAlready: the address is reserved for a contact who has just left it.
            LimitReached: the contact has as many refs as they may have.
            RoleTooHigh: the ref would be attached to somebody out of *reach*.
            NotFound: the address is that of a contact who is being deleted.
            TryLater: nothing has changed.
        """
        channel, id_ = ref_name(asked.channel, asked.id)
        email = mailable(asked.email) if asked.email else ""
        people = People(self.people_table, workspace.id)
        for _ in range(REF_TRIES):
            keys = [ref_key(workspace.id, channel, id_)]
            keys += [pointer_key(workspace.id, email)] if email else []
            row, *pointers = people.read(*keys)
            at_email = Pointer.from_row(pointers[0]).contact if pointers else None
            at_ref = row["contact"] if row else None
            if at_ref is not None and email and at_email is None:
                tells_of(None)
            for contact in dict.fromkeys([at_ref, at_email]):
                if contact is not None:
                    tells_of(contact)
            try:
                if at_ref is not None:
                    return self._known(workspace, at_ref, at_email, asked, by, reach)
                ref = Ref(channel, id_, epoch(self.clock.now()))
                if at_email is not None:
                    return self._attach(workspace, at_email, email, ref, asked, by, reach)
                return self._make(workspace, email, ref, asked, by)
            except _Meanwhile:
                continue
        raise TryLater(cause="the ref was changed meanwhile")

    def contact_at(self, workspace: Workspace, channel: str, id_: str) -> str | None:
        """Return the id of the contact of a ref.

        Raises:
            InvalidRequest: it can be no ref.
        """
        key = ref_key(workspace.id, *ref_name(channel, id_))
        row = People(self.people_table, workspace.id).rows.get(*key)
        return row["contact"] if row else None

    def detach(
        self, workspace: Workspace, contact: str, channel: str, id_: str, *, by: str, reach: Reach
    ) -> Referred:
        """Take a ref from a contact.

        Raises:
            NotFound: they have no such ref.
            RoleTooHigh: they are out of *reach*.
            TryLater: nothing has changed.
        """
        for _ in range(REF_TRIES):
            found = self._read(workspace, contact)
            gone = next((e for e in found.refs if (e.channel, e.id) == (channel, id_)), None)
            if gone is None:
                raise NotFound
            parts = self._rows(workspace).detaching(contact, found.refs, gone)
            event = self._event(workspace, "contact.ref-detached", contact, by, channel=channel)
            try:
                self._write(workspace, found, parts, event, reach)
            except _Meanwhile:
                continue
            return replace(found, refs=[each for each in found.refs if each != gone])
        raise TryLater(cause="the refs were changed meanwhile")

    def _known(
        self,
        workspace: Workspace,
        contact: str,
        at_email: str | None,
        asked: AskedRef,
        by: str,
        reach: Reach,
    ) -> Referred:
        if at_email is not None and at_email != contact:
            raise RefConflict(tuple(sorted((contact, at_email))))
        found = self._read(workspace, contact)
        ref = next((e for e in found.refs if (e.channel, e.id) == (asked.channel, asked.id)), None)
        if ref is None:
            raise _Meanwhile
        is_vouched = asked.verified and at_email == contact
        if not is_vouched or ref.is_confirmed(found.contact):
            return found
        parts = self._rows(workspace).confirming(contact, found.refs, ref)
        detail = {"channel": ref.channel, "verified": "yes"}
        event = self._event(workspace, "contact.ref-confirmed", contact, by, **detail)
        self._write(workspace, found, parts, event, reach)
        now = [replace(each, waits_for=0) if each == ref else each for each in found.refs]
        return replace(found, refs=now)

    def _attach(
        self,
        workspace: Workspace,
        contact: str,
        email: str,
        ref: Ref,
        asked: AskedRef,
        by: str,
        reach: Reach,
    ) -> Referred:
        found = self._read(workspace, contact)
        if found.contact.email != email:
            raise _Meanwhile
        if len(found.refs) >= MOST_REFS:
            raise LimitReached("refs")
        if not asked.verified:
            ref = replace(ref, waits_for=found.contact.proofs + 1)
        parts = self._rows(workspace).attaching(contact, found.refs, ref)
        detail = {"channel": ref.channel, "verified": "yes" if asked.verified else "no"}
        event = self._event(workspace, "contact.ref-attached", contact, by, **detail)
        self._write(workspace, found, parts, event, reach, proof_wanted=not asked.verified)
        return replace(found, refs=[*found.refs, ref])

    def _make(
        self, workspace: Workspace, email: str, ref: Ref, asked: AskedRef, by: str
    ) -> Referred:
        contact = Contact(ids.new_contact_id(), workspace.id, _called(asked), email)
        if email and not asked.verified:
            # Named by somebody, as an existing contact's would be: whoever reads that mailbox may
            # be anybody else, and a contact by the address one day.
            ref = replace(ref, waits_for=contact.proofs + 1)
        people = People(self.people_table, workspace.id)
        event = self._event(workspace, "contact.added", contact.id, by, channel=ref.channel)
        added, parts = people.adding(contact, event)
        try:
            transact_surely({**parts, **self._rows(workspace).attaching(contact.id, (), ref)})
        except TransactionRefused as refused:
            if "ref" in refused.failed:
                raise _Meanwhile from None
            pointer = Pointer.from_row(refused.rows.get("pointer"))
            if pointer.contact:
                raise _Meanwhile from None
            raise TakenAlready("email", until=pointer.reserved_until) from None
        return Referred(added, [ref], is_new=True)

    def _write(
        self,
        workspace: Workspace,
        found: Referred,
        parts: Parts,
        event: Event,
        reach: Reach,
        *,
        proof_wanted: bool = False,
    ) -> None:
        people, contact = People(self.people_table, workspace.id), found.contact
        heads = Heads(self.people_table, workspace.id)
        guard = reach.checking(people.rows, workspace.id, contact.id)
        head = heads.noting_refs(contact, event, proof_wanted=proof_wanted)
        try:
            transact_surely({**parts, "head": head, **guard})
        except TransactionRefused as refused:
            if "member" in refused.failed:
                raise RoleTooHigh from None
            raise _Meanwhile from None

    def _read(self, workspace: Workspace, contact: str) -> Referred:
        of = head_key, refs_key, membership_key, merged_key
        rows = People(self.people_table, workspace.id).read(*(k(workspace.id, contact) for k in of))
        head, refs, member, merged = rows
        found = Contact.from_row(head) if head else None
        if found is None or found.is_gone:
            raise NotFound
        role = Role(member["role"]) if member and "role" in member else None
        return Referred(found, refs_of(refs), role=role, merged=merged_of(merged))

    def _rows(self, workspace: Workspace) -> RefRows:
        return RefRows(self.people_table, workspace.id)

    def _event(
        self, workspace: Workspace, name: str, contact: str, by: str, **detail: str
    ) -> Event:
        return Event(name, self.clock.now(), contact, workspace.trail_days, by, detail=detail)


def _called(asked: AskedRef) -> str:
    """Return the name of a new contact: the one that was said, or what the channel calls them."""
    if asked.name:
        return contact_name(asked.name)
    called = asked.id.strip()[:100]
    return called if called and is_printable_name(called) else asked.channel
