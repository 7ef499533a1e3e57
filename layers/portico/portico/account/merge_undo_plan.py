"""What an undo of a merge gives back, and what stays with the survivor, who has changed it since."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.account.merge_plan import names_of_accounts, names_of_refs
from portico.clock import epoch
from portico.errors import NotFound, RoleTooHigh
from portico.ids import is_contact
from portico.links.rules import Link
from portico.links.store import link_key
from portico.people.identities import Identity, identity_key
from portico.people.memberships import Reach, Role, membership_key
from portico.people.merges import Merge, demand_own, merge_key, merged_key, merged_of
from portico.people.pointers import Pointer, pointer_key
from portico.people.refs import Ref, refs_key, refs_of
from portico.people.rules import ASLEEP, Contact, Workspace
from portico.people.store import People, head_key


@dataclass(frozen=True, slots=True)
class WayBack:
    """A merge, as read, and what of it goes back: all that is as the merge has left it."""

    survivor: Contact
    lost: Contact
    merge: Merge
    merged: list[str]
    survivors_refs: list[Ref]
    losts_refs: list[Ref]
    has_email: bool
    formers: list[dict[str, Any]]
    accounts: list[dict[str, Any]]
    refs: list[Ref]
    links: list[Link]


@dataclass(frozen=True, slots=True)
class MergeUndone:
    """What an undo gave back, and what it could not."""

    workspace: Workspace
    found: WayBack

    def answer(self) -> dict[str, Any]:
        """Return the members of an answer."""
        found, merge = self.found, self.found.merge
        kept_refs = {(each.channel, each.id) for each in found.refs}
        kept_links = {each.id for each in found.links}
        emails = [each["email"] for each in merge.formers]
        back = [each["email"] for each in found.formers]
        own = [merge.email] if merge.email else []
        return {
            "lost": merge.lost,
            "back": {
                "emails": [*(own if found.has_email else []), *back],
                "accounts": names_of_accounts(found.accounts, self.workspace),
                "refs": [{"channel": each.channel, "id": each.id} for each in found.refs],
                "links": [each.id for each in found.links],
            },
            "stays": {
                "emails": [
                    *([] if found.has_email else own),
                    *(each for each in emails if each not in back),
                ],
                "accounts": names_of_accounts(
                    [each for each in merge.accounts if each not in found.accounts], self.workspace
                ),
                "refs": names_of_refs(
                    [e for e in merge.refs if (e["channel"], e["id"]) not in kept_refs]
                ),
                "links": [each for each in merge.links if each not in kept_links],
                "ended_links": merge.ended_links,
                "password": merge.took_password,
            },
        }


@dataclass(frozen=True, slots=True)
class MergeUndoPlans:
    """Reads what undos of merges need."""

    people: People

    def of(self, survivor: str, lost: str, *, reach: Reach, at: datetime) -> WayBack:
        """Return what would go back. Nothing is written.

        Raises:
            NotFound, ContactMerged, RoleTooHigh: as `MergeUndos.undo`.
        """
        if not is_contact(survivor) or not is_contact(lost):
            raise NotFound
        people, id_ = self.people, self.people.workspace_id
        heads = head_key(id_, survivor), head_key(id_, lost)
        refs = refs_key(id_, survivor), refs_key(id_, lost)
        more = (
            merge_key(id_, survivor, lost),
            merged_key(id_, survivor),
            membership_key(id_, survivor),
        )
        first, second, theirs, losts, made, merged, member = people.read(*heads, *refs, *more)
        staying = demand_own(people, Contact.from_row(first) if first else None)
        role = Role(member["role"]) if member and member.get("role") else None
        if not reach.includes(survivor, role):
            raise RoleTooHigh
        merge, gone = Merge.from_row(made) if made else None, _contact(second)
        if merge is None or gone is None or not merge.can_be_undone(at=at):
            raise NotFound
        if gone.merged_into != survivor:
            raise NotFound
        return self._sorted(
            staying, gone, merge, merged_of(merged), refs_of(theirs), refs_of(losts)
        )

    def _sorted(
        self,
        survivor: Contact,
        lost: Contact,
        merge: Merge,
        merged: list[str],
        theirs: list[Ref],
        losts: list[Ref],
    ) -> WayBack:
        """Read what was moved, and find what was not changed since."""
        people, id_ = self.people, self.people.workspace_id
        emails = [merge.email] if merge.email else []
        keys = [pointer_key(id_, each) for each in emails]
        keys += [pointer_key(id_, each["email"]) for each in merge.formers]
        keys += [identity_key(id_, Identity.from_row(each)) for each in merge.accounts]
        keys += [link_key(id_, each) for each in merge.links]
        rows = iter(people.many(keys))
        own = Pointer.from_row(next(rows)) if emails else None
        pointers = [next(rows) for _ in merge.formers]
        accounts = [next(rows) for _ in merge.accounts]
        links = [Link.from_row(row) for row in rows if row is not None]
        named = {(each["channel"], each["id"]) for each in merge.refs}
        return WayBack(
            survivor,
            lost,
            merge,
            merged,
            theirs,
            losts,
            own is not None and _is_untouched(own, survivor.id, epoch(merge.undo_ends_at)),
            [
                each
                for each, row in zip(merge.formers, pointers, strict=True)
                if row
                and (row.get("former"), row.get("reserved_until")) == (survivor.id, each["until"])
            ],
            [
                each
                for each, row in zip(merge.accounts, accounts, strict=True)
                if row and (row["contact"], row["linked_at"]) == (survivor.id, ASLEEP)
            ],
            [each for each in theirs if (each.channel, each.id) in named],
            [each for each in links if each.contact == survivor.id],
        )


def _is_untouched(pointer: Pointer, survivor: str, until: int) -> bool:
    """Say whether the address is as the merge has left it, or nobody's."""
    if pointer.contact is not None:
        return False
    if pointer.former is None:
        return True
    return pointer.former == survivor and (
        pointer.reserved_until is not None and epoch(pointer.reserved_until) == until
    )


def _contact(row: dict[str, Any] | None) -> Contact | None:
    return Contact.from_row(row) if row else None
