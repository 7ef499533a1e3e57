"""Create, list, rotate and revoke links for a team: by its command, and by a door."""

from dataclasses import dataclass, replace
from datetime import timedelta

from portico import ids
from portico.aws.tables import TransactionRefused, transact_surely
from portico.clock import SYSTEM, Clock
from portico.errors import InvalidRequest, NotFound, RoleTooHigh, TakenAlready
from portico.events import Event
from portico.links.new_link import (
    SharingRefused,
    WantedLink,
    check_link,
    check_owner,
    created,
    label_detail,
    link_event,
    link_lifetime,
    new_link,
)
from portico.links.rules import Link, front_token, public_id
from portico.links.store import Links, link_key
from portico.people.flow import TeamPeople
from portico.people.memberships import ABOVE_ALL, Reach
from portico.people.rules import Workspace
from portico.people.store import People

LONGEST_LINK_OVERLAP = timedelta(days=7)
"""How long a link may work on beside the one that takes its place."""


@dataclass(frozen=True, slots=True)
class TeamLinks:
    """Creates, rotates and revokes links."""

    people_table: str
    clock: Clock = SYSTEM

    def create(
        self,
        workspace_id: str,
        *,
        by: str,
        contact: str | None = None,
        to: str | None = None,
        lifetime: timedelta | None = None,
        label: str | None = None,
        token: str | None = None,
        break_glass: bool = False,
    ) -> tuple[Link, str]:
        """Make a link, personal if *contact* (an id or an email) is given.

        *token* sets the token; the local world passes it to be the same at every start.

        Returns:
            The link, and its token, which is shown only now and never stored.

        Raises:
            NotFound: no such workspace or contact.
            InvalidRequest: this workspace's portal has no area *to*, the label is not valid, or a
                contact without an address was to have a break-glass link.
        """
        team = TeamPeople(self.people_table, self.clock)
        workspace = team.workspace(workspace_id)
        wanted = WantedLink(contact, to, lifetime, label, break_glass)
        check_link(wanted, workspace)
        owner = team.contact(workspace_id, contact) if contact else None
        if owner is not None:
            check_owner(owner, wanted)
        link, token = new_link(wanted, workspace, owner, at=self.clock.now(), token=token)
        Links(self.people_table, workspace_id).add(link, created(link, workspace, by))
        return link, token

    def all(self, workspace_id: str, *, contact: str | None = None) -> list[Link]:
        """Return all links of a workspace, or of one contact (an id), including ended ones until
        their rows are deleted.

        Raises:
            NotFound: no such workspace.
        """
        workspace = TeamPeople(self.people_table, self.clock).workspace(workspace_id)
        return Links(self.people_table, workspace.id).all(contact)

    def one(self, workspace: Workspace, id_: str) -> Link:
        """Return a link by its public id.

        Raises:
            NotFound: there is no such link.
        """
        found = Links(self.people_table, workspace.id).get(id_)
        if found is None:
            raise NotFound
        return found

    def rotate(
        self,
        workspace: Workspace,
        id_: str,
        *,
        overlap: timedelta = LONGEST_LINK_OVERLAP,
        lifetime: timedelta | None = None,
        by: str,
        reach: Reach = ABOVE_ALL,
        may_share: bool = True,
    ) -> tuple[Link, str, Link]:
        """Put another link in the place of one, which works on for a while.

        Args:
            workspace: the workspace.
            id_: the public id of the link that is to end.
            overlap: how long it works on, seven days at most. It never gets more time than it had.
            lifetime: how long the new one works; ``None``: as long as the workspace says.
            by: who does it, for the trail.
            reach: on whom they may act.
            may_share: whether they may make a shared link.

        Returns:
            The new link; its token, which is shown only now and never stored; and the old one.

        Raises:
            NotFound: there is no such link; or it has ended, or is an entrance or a break-glass link.
            TakenAlready: it was rotated before.
            RoleTooHigh: it is the link of somebody on whom they may not act.
            SharingRefused: it is a shared link.
            InvalidRequest: *overlap* is too long.
            TryLater: nothing has changed.
        """
        if not timedelta(0) <= overlap <= LONGEST_LINK_OVERLAP:
            raise InvalidRequest("overlap", f"{LONGEST_LINK_OVERLAP.days} days at most")
        links, now = Links(self.people_table, workspace.id), self.clock.now()
        before = links.get(id_)
        if before is None or before.is_entrance or before.break_glass:
            raise NotFound
        if before.replaced_by:
            raise TakenAlready("link")
        if not before.is_alive(at=now):
            raise NotFound
        if not before.is_personal and not may_share:
            raise SharingRefused
        token = ids.new_link_token()
        after = replace(
            before,
            id=public_id(token),
            token_hash=ids.digest(token),
            created_at=now,
            expires_at=now + link_lifetime(lifetime, workspace),
            renewal=0 if before.email_hint and lifetime is None else None,
        )
        ended = before.replaced(after.id, ends=now + overlap)
        event = link_event("link.replaced", before, workspace, by, at=now, into=after.id)
        parts = {
            "before": links.replacing(ended, ends=ended.expires_at or now, event=event),
            "after": links.adding(after, created(after, workspace, by)),
            **(reach.checking(links.rows, workspace.id, before.contact) if before.contact else {}),
        }
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if "member" in refused.failed:
                raise RoleTooHigh from None
            row = refused.rows.get("before") or {}
            if row.get("replaced_by"):
                # A colleague has rotated it in this moment.
                raise TakenAlready("link") from None
            raise NotFound from None
        return after, token, ended

    def revoke(self, workspace_id: str, link: str, *, by: str) -> Link:
        """Revoke a link by its public id. Of a front entrance, the setting is switched off.

        Raises:
            NotFound: no such workspace or link.
        """
        workspace = TeamPeople(self.people_table, self.clock).workspace(workspace_id)
        if link == public_id(front_token(workspace_id)):
            return self._close_entrance(workspace, by)
        return self.revoke_one(workspace, link, by=by)

    def revoke_one(
        self, workspace: Workspace, id_: str, *, by: str, reach: Reach = ABOVE_ALL
    ) -> Link:
        """Revoke a link that is no entrance. A repeat changes nothing.

        Raises:
            NotFound: there is no such link, or it is an entrance.
            RoleTooHigh: it is the link of somebody on whom they may not act.
            TryLater: nothing has changed.
        """
        links, now = Links(self.people_table, workspace.id), self.clock.now()
        before = links.get(id_)
        if before is None or before.is_entrance:
            raise NotFound
        if before.revoked_at is not None:
            return before
        detail = {"link": id_, **label_detail(before)}
        event = Event("link.revoked", now, f"link-{id_}", workspace.trail_days, by, detail=detail)
        try:
            transact_surely(
                {
                    "link": links.revoking(id_, event),
                    **(
                        reach.checking(links.rows, workspace.id, before.contact)
                        if before.contact
                        else {}
                    ),
                }
            )
        except TransactionRefused as refused:
            if "member" in refused.failed:
                raise RoleTooHigh from None
            raise NotFound from None
        return replace(before, revoked_at=event.at)

    def _close_entrance(self, workspace: Workspace, by: str) -> Link:
        if workspace.entrance:
            # Loaded here, because no door opens or closes a front entrance.
            from portico.links.team_workspaces import TeamWorkspaces  # noqa: PLC0415

            workspaces = TeamWorkspaces(self.people_table, self.clock)
            workspaces.change(workspace.id, {"entrance": False}, by=by)
        key = link_key(workspace.id, public_id(front_token(workspace.id)))
        (row,) = People(self.people_table, workspace.id).read(key)
        if row is None:
            raise NotFound
        return Link.from_row(row)


def address_of(host: str, workspace_id: str, token: str, *, to: str | None = None) -> str:
    """Return the URL to hand out.

    Token and destination are in the fragment, which no server, log, proxy or referrer sees.
    """
    fragment = f"l={token}" + (f"&to={to}" if to else "")
    return f"{host}/{workspace_id}#{fragment}"
