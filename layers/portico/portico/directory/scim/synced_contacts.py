"""What happens to contacts in the transaction of a synced user: who leaves is out, who is back may
come in, and, if the workspace wants it, who is new becomes a contact.

A contact whom the directory has switched off says for whom, and one whom it names says as whom.
For that person alone are they switched on again. So whoever gets the address of somebody who has
left does not get their account.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from portico.aws.tables import Parts
from portico.clock import epoch
from portico.directory.scim.synced_user import SyncedUser
from portico.errors import InvalidRequest, RoleTooHigh
from portico.events import Event
from portico.ids import new_contact_id
from portico.people.address_chain import UNDO_LIFETIME
from portico.people.addresses import mailable
from portico.people.heads import Heads
from portico.people.memberships import (
    ABOVE_ALL,
    Reach,
    Role,
    is_no_member,
    membership_key,
)
from portico.people.pointers import Pointer
from portico.people.rules import Contact, Workspace
from portico.people.store import People, head_key

LONGEST_CHAIN = 3
"""Merges that are followed: one into another, and that one into a third."""


class TeamLeaves(Exception):
    """One of those who leave is on the team, whose access nothing holds."""


LEFT, BACK = "contact.left-directory", "contact.back-in-directory"


def person_of(user: SyncedUser) -> str:
    """Return how a contact names the person of a directory.

    The directory's own id outlives a user who is deleted and sent anew.
    """
    return f"directory:{user.external_id or user.id}"


@dataclass(frozen=True, slots=True)
class Meant:
    """A contact whom a user may stand for."""

    contact: Contact
    role: Role | None

    @property
    def has_role(self) -> bool:
        """Whether they are on the team."""
        return self.role is not None


@dataclass(frozen=True, slots=True)
class SyncedContacts:
    """The contacts of one workspace, as its directory changes them."""

    table: str
    workspace: Workspace
    by: str
    at: datetime
    new_id: str = field(default_factory=new_contact_id)
    """Of the contact whom this request may make."""
    reach: Reach = ABOVE_ALL
    """Whose access may end."""

    def leaving(self, user: SyncedUser, came_in: frozenset[str]) -> Parts:
        """Return the parts that end the access of everybody who has come in by a user's record,
        or has one of its addresses, or had it when they left it.

        Sessions and open codes end for all of them. Contacts without a role are switched off, and
        with that their links and every other way in.

        Args:
            user: as they were.
            came_in: the contacts who have come in by the record.

        Raises:
            RoleTooHigh: one of them has a role that is out of reach.
        """
        parts: dict[str, Any] = {}
        for each in self._theirs(user, came_in):
            id_ = each.contact.id
            if not self.reach.includes(id_, each.role):
                raise RoleTooHigh
            event = self._event(LEFT, id_)
            if each.has_role or not each.contact.active:
                parts[f"head {id_}"] = self._people.ending_sessions(id_, event)
                parts |= self._while_with_role(each)
                continue
            off = self._heads.switching_off(each.contact, event, off_by=person_of(user))
            parts |= {f"head {id_}": off, **self._while_without_role(id_)}
        return parts

    def holding(
        self, user: SyncedUser, came_in: frozenset[str], until: datetime
    ) -> tuple[frozenset[str], Parts]:
        """Return whose access ends at a moment, and the parts that say so of them.

        Whom the team has switched off is out, and stays so.

        Args:
            user: as they were.
            came_in: the contacts who have come in by the record.
            until: the moment.

        Raises:
            TeamLeaves: one of them has a role.
        """
        found = [each for each in self._theirs(user, came_in) if each.contact.active]
        if any(each.has_role for each in found):
            raise TeamLeaves
        parts: dict[str, Any] = {}
        for each in found:
            contact, id_ = each.contact, each.contact.id
            if contact.out_from is not None and contact.out_from <= epoch(until):
                # Another person of the directory has the address too, and has left before.
                continue
            by = person_of(user)
            parts[f"head {id_}"] = self._heads.holding(contact, off_by=by, until=epoch(until))
            parts |= self._while_without_role(id_)
        return frozenset(each.contact.id for each in found), parts

    def releasing(self, user: SyncedUser) -> Parts:
        """Return the parts by which nobody is out at the moment that a hold has named.

        Args:
            user: as they were.
        """
        if user.hold is None:
            return {}
        return {
            f"head {each.contact.id}": self._heads.releasing(
                each.contact, self._event(BACK, each.contact.id)
            )
            for each in self._read(sorted(user.hold.contacts))
            if each.contact.out_from is not None and each.contact.off_by == user.hold.person
        }

    def _theirs(self, user: SyncedUser, came_in: frozenset[str]) -> list[Meant]:
        """Return those whose access a user's leaving ends."""
        pointers = self._people.pointers(user.emails()).values()
        had = [each.former for each in pointers if _left_as(user, each)]
        having = [each.contact for each in pointers]
        held = user.hold.contacts if user.hold else frozenset()
        surely = {user.contact, *came_in, *held}
        return [
            each
            for each in self._read([user.contact, *having, *had, *sorted({*came_in, *held})])
            if each.contact.synced_as in (None, person_of(user)) or each.contact.id in surely
        ]

    def staying(
        self, before: SyncedUser | None, after: SyncedUser, came_in: frozenset[str]
    ) -> tuple[SyncedUser, Parts]:
        """Return the user with their contact, and the parts for somebody who may come in.

        Whom the directory has switched off for this person is switched on. If the workspace keeps
        contacts by its directory, a person without one gets one, and a contact without a role gets
        the name that the directory has for them.

        Args:
            before: as they were; ``None``: they are new.
            after: as they are sent.
            came_in: the contacts who have come in by the record.
        """
        theirs = {person_of(each) for each in (before, after) if each} | {f"directory:{after.id}"}
        after = self._remembering(before, after, theirs)
        pointers = list(self._people.pointers(after.emails()).values())
        having = [each.contact for each in pointers]
        known = self._read([after.contact, *having, *sorted(came_in)])
        parts = dict(self.releasing(before)) if before else {}
        if before is None or not before.is_known_inside:
            for each in known:
                if not each.contact.active and each.contact.off_by in theirs:
                    event = self._event(BACK, each.contact.id)
                    part = self._heads.switching_on(each.contact, event)
                    parts[f"head {each.contact.id}"] = part
        if not self.workspace.directory_contacts:
            return after, parts
        ours = [each for each in known if _is_this_person(each.contact, theirs)]
        if ours:
            parts |= self._named(ours[0], before, after, parts)
            return replace(after, contact=ours[0].contact.id), parts
        if known or any(each.is_reserved(at=self.at) for each in pointers):
            # Somebody else has the address, or may still take it back.
            return after, parts
        return self._made(after, parts)

    def _remembering(
        self, before: SyncedUser | None, after: SyncedUser, theirs: set[str]
    ) -> SyncedUser:
        """Return the user with the contact who has an address that the directory takes from them.

        Nothing else leads to that contact afterwards, and who leaves is out by any address.
        """
        lost = set(before.emails()) - set(after.emails()) if before else set()
        if before is None or after.contact or not lost:
            return after
        pointers = self._people.pointers(sorted(lost)).values()
        ids = [
            each.contact or (each.former if _left_as(before, each) else None) for each in pointers
        ]
        ours = (each for each in self._read(ids) if _is_this_person(each.contact, theirs))
        known = next(ours, None)
        return replace(after, contact=known.contact.id) if known else after

    def _made(self, user: SyncedUser, parts: Parts) -> tuple[SyncedUser, Parts]:
        try:
            email = mailable(next(iter(user.emails()), ""))
        except InvalidRequest:
            # Nobody can be mailed to there: a record is all that there can be.
            return user, parts
        contact = Contact(
            self.new_id, self.workspace.id, user.shown_name, email, synced_as=person_of(user)
        )
        made = self._people.adding(contact, self._event("contact.added", contact.id))[1]
        new = {f"new {name}": part for name, part in made.items()}
        return replace(user, contact=contact.id), {**parts, **new}

    def _named(
        self, each: Meant, before: SyncedUser | None, after: SyncedUser, parts: Parts
    ) -> Parts:
        contact, head = each.contact, f"head {each.contact.id}"
        is_new = before is None or contact.synced_as is None
        is_named = is_new or before is None or before.shown_name != after.shown_name
        if each.has_role or head in parts or not is_named:
            return {}
        if contact.synced_as == person_of(after) and contact.name == after.shown_name:
            return {}
        event = self._event("contact.changed", contact.id, fields="name")
        as_ = contact.synced_as or person_of(after)
        named = dict(self._heads.naming(contact, after.shown_name, event, synced_as=as_))
        return {head: named.pop("head"), **named, **self._while_without_role(contact.id)}

    def _read(self, ids: Iterable[str | None], *, steps: int = LONGEST_CHAIN) -> list[Meant]:
        """Read contacts and whether each has a role, in their order, without those who are gone.

        Whoever was merged into another one is that one.
        """
        wanted = list(dict.fromkeys(each for each in ids if each))
        heads = [head_key(self.workspace.id, each) for each in wanted]
        roles = [membership_key(self.workspace.id, each) for each in wanted]
        found = self._people.read(*heads, *roles) if wanted else []
        rows = zip(found[: len(wanted)], found[len(wanted) :], strict=True)
        contacts = [Meant(Contact.from_row(head), _role_in(role)) for head, role in rows if head]
        there = [each for each in contacts if not each.contact.is_gone]
        merged = {each.contact.merged_into for each in contacts if each.contact.is_gone} - {None}
        merged -= {each.contact.id for each in there}
        return there + (self._read(sorted(filter(None, merged)), steps=steps - 1) if steps else [])

    def _while_without_role(self, contact: str) -> Parts:
        rows = self._people.rows
        return {f"member {contact}": is_no_member(rows, self.workspace.id, contact)}

    def _while_with_role(self, each: Meant) -> Parts:
        if each.role is None or not each.contact.active:
            return {}
        key = membership_key(self.workspace.id, each.contact.id)
        check = self._people.rows.checking(*key, "role = :role", {":role": each.role.value})
        return {f"member {each.contact.id}": check}

    def _event(self, name: str, contact: str, **detail: str) -> Event:
        days = self.workspace.trail_days
        return Event(name, self.at, contact, days, self.by, detail=detail)

    @property
    def _people(self) -> People:
        return People(self.table, self.workspace.id)

    @property
    def _heads(self) -> Heads:
        return Heads(self.table, self.workspace.id)


def _is_this_person(contact: Contact, theirs: set[str]) -> bool:
    """Say whether a contact may be the person: they were never known as somebody else."""
    return contact.synced_as in {None, *theirs} and contact.off_by in {None, *theirs}


def _role_in(row: dict[str, Any] | None) -> Role | None:
    """Return the role of a membership's row. It stays without one when the role is taken."""
    return Role(row["role"]) if row is not None and "role" in row else None


def _left_as(user: SyncedUser, pointer: Pointer) -> bool:
    """Say whether somebody has left an address while the directory had it for this user.

    Who had left it before that is somebody else.
    """
    if pointer.contact or pointer.reserved_until is None:
        return False
    left_at = pointer.left_at or pointer.reserved_until - UNDO_LIFETIME
    return user.created_at <= left_at
