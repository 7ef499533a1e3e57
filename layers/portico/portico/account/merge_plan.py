"""What a merge of two contacts would move, put to sleep and end; and why it may not be."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portico.account.erasure import former_addresses
from portico.account.profile import identities_of
from portico.aws.queries import rows_within
from portico.aws.tables import Rows
from portico.clock import epoch
from portico.errors import (
    AddressJustChanged,
    CannotMerge,
    InvalidRequest,
    NotFound,
    OnTheTeam,
    RoleTooHigh,
    seconds_until,
)
from portico.ids import is_contact
from portico.links.moved_links import living_links
from portico.links.rules import Link
from portico.links.store import Links
from portico.people.address_change import AddressChanges
from portico.people.identities import Identity
from portico.people.memberships import Reach, Role, membership_key
from portico.people.merged_rows import what_was
from portico.people.merges import (
    MOST_MERGED,
    MOST_MOVED,
    Merge,
    all_merged_into,
    demand_own,
    merge_key,
    merged_key,
    merged_of,
)
from portico.people.password_store import password_key
from portico.people.refs import MOST_REFS, Ref, refs_key, refs_of
from portico.people.rules import Contact, Workspace
from portico.people.store import People, head_key
from portico.sessions.rules import Session


@dataclass(frozen=True, slots=True)
class Both:
    """Two contacts, as read, and what they have that a merge touches."""

    survivor: Contact
    lost: Contact
    merge: Merge
    """What the merge would be; or what it was, if there was one already."""
    is_made: bool
    merged: list[str] = field(default_factory=list)
    """Who was merged into the survivor before."""
    merged_before: int = 0
    """How many were merged into either of them, also by another one."""
    survivors_refs: list[Ref] = field(default_factory=list)
    losts_refs: list[Ref] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MergePlans:
    """Reads what merges need, and asks the rules."""

    people: People
    sign_in_table: str

    def of(self, survivor: str, lost: str, *, reach: Reach, at: datetime) -> Both:
        """Return what the merge of *lost* into *survivor* would do. Nothing is written.

        Raises:
            NotFound: one of them is not there.
            ContactMerged: one of them was merged into another one before.
            InvalidRequest: both are one.
            RoleTooHigh: one of them is out of *reach*.
            OnTheTeam: the lost one has a role. Roles never move.
            AddressJustChanged: the lost one's last change of address can still be undone.
            CannotMerge: the survivor cannot sign in, the directory names the lost one, or there is
                too much to move.
        """
        if survivor == lost:
            raise InvalidRequest("lost", "is the contact who stays")
        if not is_contact(survivor) or not is_contact(lost):
            raise NotFound
        people, id_ = self.people, self.people.workspace_id
        heads = head_key(id_, survivor), head_key(id_, lost)
        roles = membership_key(id_, survivor), membership_key(id_, lost)
        refs = refs_key(id_, survivor), refs_key(id_, lost)
        more = merge_key(id_, survivor, lost), merged_key(id_, survivor), password_key(id_, lost)
        found = people.read(*heads, *roles, *refs, *more)
        first, second, role, losts_role, theirs, losts, made, merged, password = found
        staying = demand_own(people, _contact(first))
        _demand_reach(reach, (survivor, role), (lost, losts_role))
        going = _contact(second)
        if going is not None and going.merged_into == survivor and made and made.get("was"):
            return Both(staying, going, Merge.from_row(made), is_made=True)
        going = demand_own(people, going)
        if losts_role and losts_role.get("role"):
            raise OnTheTeam
        self._demand_rest(going, at=at)
        links = Links(people.table, id_)
        living = living_links(links, lost, at=at)
        both = Both(
            staying,
            going,
            Merge(
                survivor,
                lost,
                at,
                what_was(second or {}),
                self._formers(going),
                [_account(each) for each in identities_of(people, going, also_void=True)],
                [each.row() for each in refs_of(losts)],
                [each.id for each in living if not each.break_glass],
                [each.id for each in living if each.break_glass],
                took_password=bool(password and password.get("hash")),
                sessions=self._sessions(going, at=at),
            ),
            is_made=False,
            merged=merged_of(merged),
            merged_before=sum(self._merged_before(each) for each in (staying, going)),
            survivors_refs=refs_of(theirs),
            losts_refs=refs_of(losts),
            links=living,
        )
        demand_room(both)
        return both

    def _merged_before(self, contact: Contact) -> int:
        # Whoever reads what happened to a contact reads it of all of them.
        return len(all_merged_into(self.people, contact.id)) if contact.merges else 0

    def _demand_rest(self, lost: Contact, *, at: datetime) -> None:
        """Check that nobody can take an address of the lost one back any more.

        Whoever has taken an account over must not make it another's for good.
        """
        chain = AddressChanges(self.people.table, self.people.workspace_id).chain(lost)
        if chain and at < chain[-1].undo_ends_at:
            raise AddressJustChanged(seconds_until(chain[-1].undo_ends_at, at=at))

    def _formers(self, lost: Contact) -> list[dict[str, Any]]:
        pointers = self.people.pointers(former_addresses(self.people, lost))
        return [
            {"email": email, "until": _epoch(each.reserved_until)}
            | ({"left_at": _epoch(each.left_at)} if each.left_at else {})
            for email, each in pointers.items()
            if each.former == lost.id
        ]

    def _sessions(self, lost: Contact, *, at: datetime) -> int:
        id_ = self.people.workspace_id
        rows, pk = Rows(self.sign_in_table, f"{id_}#"), f"{id_}#contact#{lost.id}"
        found = map(Session.from_row, rows_within(rows, pk, starting="session#"))
        return sum(each.is_alive(sver=lost.sver, at=at) for each in found)


def demand_room(both: Both) -> None:
    """Check that the survivor can sign in, that the directory keeps its hold, and that one
    transaction has room for it all.

    Raises:
        CannotMerge: it cannot be.
    """
    survivor, merge = both.survivor, both.merge
    if not survivor.active:
        raise CannotMerge("survivor-off")
    if both.lost.synced_as or both.lost.off_by:
        # Whom the directory names, it can switch off. So must whoever has their place.
        raise CannotMerge("lost-in-directory")
    if not survivor.email and both.lost.email:
        raise CannotMerge("survivor-without-address")
    if merge.moved > MOST_MOVED:
        raise CannotMerge("too-many-rows", merge.moved, MOST_MOVED)
    refs = len(both.survivors_refs) + len(both.losts_refs)
    if refs > MOST_REFS:
        raise CannotMerge("too-many-refs", refs, MOST_REFS)
    if both.merged_before >= MOST_MERGED:
        raise CannotMerge("too-many-merges", both.merged_before + 1, MOST_MERGED)


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What a merge has done, or would do."""

    workspace: Workspace
    both: Both
    dry_run: bool

    def answer(self) -> dict[str, Any]:
        """Return the members of an answer. Times are seconds since 1970."""
        merge = self.both.merge
        emails = [merge.email, *(each["email"] for each in merge.formers)]
        return {
            "lost": merge.lost,
            "dry_run": self.dry_run,
            "moves": {"refs": names_of_refs(merge.refs), "links": merge.links},
            "sleeps": {
                "emails": [each for each in emails if each],
                "accounts": names_of_accounts(merge.accounts, self.workspace),
            },
            "ends": {
                "sessions": merge.sessions,
                "password": merge.took_password,
                "links": merge.ended_links,
            },
            "undo_until": epoch(merge.undo_ends_at),
        }


def names_of_refs(refs: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Return refs as an answer names them."""
    return [{"channel": each["channel"], "id": each["id"]} for each in refs]


def names_of_accounts(
    accounts: Sequence[dict[str, Any]], workspace: Workspace
) -> list[dict[str, str]]:
    """Return connected accounts as an answer names them: by their connection, which has a label."""
    return [
        {"connection": each["connection"], "label": workspace.label_of(each["connection"])}
        for each in accounts
    ]


def _demand_reach(reach: Reach, *whom: tuple[str, dict[str, Any] | None]) -> None:
    for contact, row in whom:
        role = Role(row["role"]) if row and row.get("role") else None
        if not reach.includes(contact, role):
            raise RoleTooHigh


def _contact(row: dict[str, Any] | None) -> Contact | None:
    return Contact.from_row(row) if row else None


def _account(row: dict[str, Any]) -> dict[str, Any]:
    return {**Identity.from_row(row).row(), "linked_at": row["linked_at"]}


def _epoch(at: datetime | None) -> int:
    return epoch(at) if at else 0
