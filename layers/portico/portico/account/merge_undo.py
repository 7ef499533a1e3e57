"""Undo a merge within 30 days: what was not changed since goes back, and the rest is named."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.account.merge_plan import names_of_accounts, names_of_refs
from portico.aws.tables import Parts, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock, epoch
from portico.errors import NotFound, RoleTooHigh, TryLater
from portico.events import Event
from portico.ids import is_contact
from portico.links.moved_links import moving_link
from portico.links.rules import Link
from portico.links.store import Links, link_key
from portico.mail.letters import Change
from portico.notices.store import Happened, Notices
from portico.people.identities import Identity, identity_key
from portico.people.memberships import ABOVE_ALL, Reach, Role, membership_key
from portico.people.merged_rows import (
    coming_back,
    giving_back,
    moving_account,
    moving_refs,
    noting,
    passing_on,
)
from portico.people.merges import (
    Merge,
    MergeRows,
    demand_own,
    merge_key,
    merged_key,
    merged_of,
)
from portico.people.pointers import Pointer, pointer_key
from portico.people.refs import Ref, refs_key, refs_of
from portico.people.rules import ASLEEP, Contact, Workspace
from portico.people.store import People, head_key

MERGE_UNDO_TRIES = 3
"""Tries, because the survivor may change something at the same moment."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What an undo needs, as read; and what goes back."""

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
    found: _Found

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
class MergeUndos:
    """Undoes merges of a team."""

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    def undo(
        self,
        workspace: Workspace,
        survivor: str,
        lost: str,
        *,
        host: str,
        by: str,
        reach: Reach = ABOVE_ALL,
    ) -> MergeUndone:
        """Make two contacts of one again. Both addresses are told.

        Addresses, accounts, refs and links go back unless the survivor has done something with them
        since. A password and a break-glass link stay gone, and sessions ended.

        Args:
            workspace: their workspace.
            survivor: the id of the contact who has stayed.
            lost: the id of the other.
            host: our own host, which the mails name.
            by: who does it, for the trail.
            reach: on whom they may act.

        Raises:
            NotFound: there is no such merge, or it can be undone no more.
            ContactMerged: the survivor was merged into somebody since: undo that first.
            RoleTooHigh: the survivor is out of *reach*.
            TryLater: nothing has changed.
        """
        people = People(self.people_table, workspace.id)
        for _ in range(MERGE_UNDO_TRIES):
            now = self.clock.now()
            found = self._read(people, survivor, lost, reach=reach, at=now)
            guard = reach.checking(people.rows, workspace.id, survivor)
            telling = self._telling(workspace, found, host=host, at=now)
            parts = _parts(people, workspace, found, by=by, at=now)
            try:
                transact_surely({**parts, **guard, **telling})
            except TransactionRefused as refused:
                if "member" in refused.failed:
                    raise RoleTooHigh from None
                continue
            return MergeUndone(workspace, found)
        raise TryLater(cause="a contact was changed meanwhile")

    def _read(
        self, people: People, survivor: str, lost: str, *, reach: Reach, at: datetime
    ) -> _Found:
        if not is_contact(survivor) or not is_contact(lost):
            raise NotFound
        id_ = people.workspace_id
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
            people, staying, gone, merge, merged_of(merged), refs_of(theirs), refs_of(losts)
        )

    def _sorted(
        self,
        people: People,
        survivor: Contact,
        lost: Contact,
        merge: Merge,
        merged: list[str],
        theirs: list[Ref],
        losts: list[Ref],
    ) -> _Found:
        """Read what was moved, and find what was not changed since."""
        id_ = people.workspace_id
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
        return _Found(
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

    def _telling(self, workspace: Workspace, found: _Found, *, host: str, at: datetime) -> Parts:
        notices = Notices(self.sign_in_table, workspace.id)
        was, survivor = found.merge.was, found.survivor
        told = [
            (found.lost.id, found.merge.email, was.get("language")),
            (survivor.id, survivor.email, survivor.language),
        ]
        return {
            f"notice {contact}": notices.asking(
                Happened(
                    Change.MERGE_UNDONE,
                    contact,
                    host,
                    workspace.trail_days,
                    name=f"{survivor.id}|{found.lost.id}|{at.isoformat()}",
                    at=at,
                    to=email,
                    language=language or workspace.locale,
                )
            )
            for contact, email, language in told
            if email
        }


def _parts(people: People, workspace: Workspace, found: _Found, *, by: str, at: datetime) -> Parts:
    rows, id_ = people.rows, people.workspace_id
    survivor, lost, merge = found.survivor, found.lost, found.merge
    detail = {"survivor": survivor.id, "lost": lost.id}
    days = workspace.trail_days
    back = Event("contact.merge-undone", at, lost.id, days, by, detail=detail)
    stays = Event("contact.merge-undone", at, survivor.id, days, by, detail=detail)
    was = merge.was | {"email": merge.email if found.has_email else ""}
    parts: dict[str, Any] = {
        **coming_back(rows, lost, survivor.id, was, back),
        "survivor": noting(rows, survivor, stays),
        **MergeRows(people.table, id_).undoing(merge, found.merged, at=at),
        **_refs(people, found),
    }
    if found.has_email and merge.email:
        parts["pointer"] = giving_back(
            rows, id_, merge.email, owner=survivor.id, to=lost.id, until=merge.undo_ends_at
        )
    for each in found.formers:
        parts[f"former {each['email']}"] = passing_on(
            rows, id_, each["email"], owner=survivor.id, to=lost.id, until=each["until"]
        )
    for each in found.accounts:
        identity = Identity.from_row(each)
        parts[f"identity {identity.key}"] = moving_account(
            rows,
            id_,
            identity,
            owner=survivor.id,
            to=lost.id,
            was=ASLEEP,
            linked_at=each["linked_at"],
        )
    links = Links(people.table, id_)
    for link in found.links:
        parts[f"link {link.id}"] = moving_link(links, link, to=lost.id, email=was["email"])
    return parts


def _refs(people: People, found: _Found) -> Parts:
    before = {(e["channel"], e["id"]): Ref.from_row(e) for e in found.merge.refs}
    return moving_refs(
        people.rows,
        people.workspace_id,
        owner=(found.survivor.id, found.survivors_refs),
        to=(found.lost.id, found.losts_refs),
        moved=found.refs,
        come=[before[each.channel, each.id] for each in found.refs],
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
