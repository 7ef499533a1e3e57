"""Undo a merge within 30 days: what was not changed since goes back, and the rest is named."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.account.merge_undo_plan import MergeUndone, MergeUndoPlans, WayBack
from portico.aws.tables import Parts, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock
from portico.errors import RoleTooHigh, TryLater
from portico.events import Event
from portico.links.moved_links import moving_link
from portico.links.store import Links
from portico.mail.letters import Change
from portico.notices.store import Happened, Notices
from portico.people.identities import Identity
from portico.people.memberships import ABOVE_ALL, Reach
from portico.people.merged_rows import (
    coming_back,
    giving_back,
    moving_account,
    moving_refs,
    noting,
    passing_on,
)
from portico.people.merges import MergeRows
from portico.people.refs import Ref
from portico.people.rules import ASLEEP, Workspace
from portico.people.store import People

MERGE_UNDO_TRIES = 3
"""Tries, because the survivor may change something at the same moment."""


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
        plans = MergeUndoPlans(people)
        for _ in range(MERGE_UNDO_TRIES):
            now = self.clock.now()
            found = plans.of(survivor, lost, reach=reach, at=now)
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

    def _telling(self, workspace: Workspace, found: WayBack, *, host: str, at: datetime) -> Parts:
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


def _parts(people: People, workspace: Workspace, found: WayBack, *, by: str, at: datetime) -> Parts:
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
        part = passing_on(rows, id_, each, owner=survivor.id, to=lost.id)
        parts[f"former {each['email']}"] = part
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


def _refs(people: People, found: WayBack) -> Parts:
    before = {(e["channel"], e["id"]): Ref.from_row(e) for e in found.merge.refs}
    return moving_refs(
        people.rows,
        people.workspace_id,
        owner=(found.survivor.id, found.survivors_refs),
        to=(found.lost.id, found.losts_refs),
        moved=found.refs,
        come=[before[each.channel, each.id] for each in found.refs],
    )
