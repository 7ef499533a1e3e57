"""Merge two contacts who are one person, as their team.

Only the survivor's ways in work afterwards. One transaction decides, so no moment has both or neither.
What the lost contact had been given in that very moment is brought along afterwards, and once more by
whoever repeats it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.account.merge_plan import Both, MergePlans, MergeReport
from portico.account.profile import identities_of
from portico.aws.tables import Parts, TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock
from portico.errors import OnTheTeam, RoleTooHigh, TryLater
from portico.events import Event
from portico.links.moved_links import ending_link, living_links, moving_link
from portico.links.new_link import link_event
from portico.links.store import Links
from portico.mail.letters import Change
from portico.notices.store import Happened, Notices
from portico.people.heads import Heads
from portico.people.identities import Identity
from portico.people.memberships import ABOVE_ALL, Reach, is_no_member
from portico.people.merged_rows import (
    brought,
    moving_account,
    moving_refs,
    passing_on,
    reserving_for,
    taking_over,
)
from portico.people.merges import MOST_MOVED, MergeRows
from portico.people.password_store import Passwords
from portico.people.rules import Workspace
from portico.people.store import People

MERGE_TRIES = 3
"""Tries, because both may sign in or change something at the same moment."""


@dataclass(frozen=True, slots=True)
class ContactMerges:
    """Merges contacts of a team."""

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    def merge(
        self,
        workspace: Workspace,
        survivor: str,
        lost: str,
        *,
        host: str,
        by: str,
        reach: Reach = ABOVE_ALL,
        dry_run: bool = False,
    ) -> MergeReport:
        """Make one contact of two. Refs and links move; the lost one's address and accounts sleep.

        A merge that is there already is answered as it was, and brings along what was left behind.

        Args:
            workspace: their workspace.
            survivor: the id of the contact who stays.
            lost: the id of the other.
            host: our own host, which the mails name.
            by: who does it, for the trail.
            reach: on whom they may act.
            dry_run: only say what would be done.

        Raises:
            NotFound, ContactMerged, InvalidRequest, RoleTooHigh, OnTheTeam, AddressJustChanged,
            CannotMerge: as `MergePlans.of`.
            TryLater: nothing has changed.
        """
        people = People(self.people_table, workspace.id)
        plans = MergePlans(people, self.sign_in_table)
        for _ in range(MERGE_TRIES):
            now = self.clock.now()
            both = plans.of(survivor, lost, reach=reach, at=now)
            if dry_run or both.is_made:
                break
            try:
                self._write(people, workspace, both, host=host, by=by, reach=reach)
                break
            except TransactionRefused as refused:
                if "member of the lost one" in refused.failed:
                    raise OnTheTeam from None
                if "member" in refused.failed:
                    raise RoleTooHigh from None
        else:
            raise TryLater(cause="a contact was changed meanwhile")
        if not dry_run:
            self._gather(people, both, at=now)
        return MergeReport(workspace, both, dry_run)

    def _write(
        self,
        people: People,
        workspace: Workspace,
        both: Both,
        *,
        host: str,
        by: str,
        reach: Reach,
    ) -> None:
        survivor, lost, merge = both.survivor, both.lost, both.merge
        rows, id_, now = people.rows, people.workspace_id, merge.at
        detail = {"survivor": survivor.id, "lost": lost.id}
        days = workspace.trail_days
        gone = Event("contact.merged", now, lost.id, days, by, detail=detail)
        stays = Event("contact.merged", now, survivor.id, days, by, detail=detail)
        # First the one whom the others ask for: what refuses is seen by its name.
        parts: dict[str, Any] = {
            **Heads(people.table, id_).deleting(lost, gone, merged_into=survivor.id),
            "survivor": taking_over(rows, survivor, stays),
            "member of the lost one": is_no_member(rows, id_, lost.id),
            **reach.checking(rows, id_, survivor.id),
            **MergeRows(people.table, id_).making(merge, both.merged),
            **_moving(people, both),
        }
        if lost.email:
            # In the place of the part that frees it.
            parts["pointer"] = reserving_for(
                rows,
                id_,
                lost.email,
                owner=lost.id,
                to=survivor.id,
                at=merge.at,
                until=merge.undo_ends_at,
            )
        if merge.took_password:
            going = Event("password.removed", now, lost.id, days, by)
            parts["password"] = Passwords(people.table, id_).removing(lost.id, going)
        links = Links(people.table, id_)
        for each in both.links:
            if each.break_glass:
                event = link_event("link.revoked", each, workspace, by, at=now)
                parts[f"link {each.id}"] = ending_link(links, each, event)
        transact_surely({**parts, **self._telling(workspace, both, host=host)})

    def _gather(self, people: People, both: Both, *, at: datetime) -> None:
        """Bring along what the lost one was given while the merge was written.

        Nobody can give them anything any more. The index lags by a moment, so a repeat may find more.
        """
        survivor, lost, merge = both.survivor, both.lost, both.merge
        links, id_ = Links(people.table, people.workspace_id), people.workspace_id
        # An undo must have room for them as well.
        room = max(0, MOST_MOVED - merge.moved)
        accounts = identities_of(people, lost, also_void=True)[:room]
        late = living_links(links, lost.id, at=at)[: room - len(accounts)]
        if not accounts and not late:
            return
        known = [
            {**Identity.from_row(each).row(), "linked_at": each["linked_at"]} for each in accounts
        ]
        parts: dict[str, Any] = {
            "merge": MergeRows(people.table, id_).adding(merge, known, [each.id for each in late]),
            **_accounts(people, known, owner=lost.id, to=survivor.id),
        }
        for link in late:
            parts[f"link {link.id}"] = moving_link(
                links, link, to=survivor.id, email=survivor.email
            )
        try:
            transact_surely(parts)
        except TransactionRefused:
            # Somebody else does it, or has undone the merge. Neither is a way in meanwhile.
            return

    def _telling(self, workspace: Workspace, both: Both, *, host: str) -> Parts:
        """Return the parts that tell both addresses."""
        notices = Notices(self.sign_in_table, workspace.id)
        told = [(both.lost, Change.ACCOUNT_MERGED), (both.survivor, Change.ACCOUNT_JOINED)]
        return {
            f"notice {contact.id}": notices.asking(
                Happened(
                    change,
                    contact.id,
                    host,
                    workspace.trail_days,
                    name=f"{both.merge.survivor}|{both.merge.lost}|{both.merge.at.isoformat()}",
                    at=both.merge.at,
                    to=contact.email,
                    language=contact.language or workspace.locale,
                )
            )
            for contact, change in told
            if contact.email
        }


def _moving(people: People, both: Both) -> Parts:
    """Return the parts that move what the lost one had."""
    survivor, lost, merge = both.survivor, both.lost, both.merge
    rows, id_ = people.rows, people.workspace_id
    links = Links(people.table, id_)
    return {
        **{
            f"former {each['email']}": passing_on(rows, id_, each, owner=lost.id, to=survivor.id)
            for each in merge.formers
        },
        **_accounts(people, merge.accounts, owner=lost.id, to=survivor.id),
        **moving_refs(
            rows,
            id_,
            owner=(lost.id, both.losts_refs),
            to=(survivor.id, both.survivors_refs),
            moved=both.losts_refs,
            come=[brought(each, lost) for each in both.losts_refs],
        ),
        **{
            f"link {each.id}": moving_link(links, each, to=survivor.id, email=survivor.email)
            for each in both.links
            if not each.break_glass
        },
    }


def _accounts(
    people: People, accounts: list[dict[str, Any]], *, owner: str, to: str
) -> dict[str, Any]:
    parts = {}
    for each in accounts:
        identity = Identity.from_row(each)
        parts[f"identity {identity.key}"] = moving_account(
            people.rows,
            people.workspace_id,
            identity,
            owner=owner,
            to=to,
            was=each["linked_at"],
        )
    return parts
