"""Create, list and revoke links for a team."""

from dataclasses import dataclass
from datetime import timedelta

from portico import ids
from portico.clock import SYSTEM, Clock
from portico.errors import InvalidRequest, NotFound
from portico.events import Event
from portico.links.destinations import Destination
from portico.links.rules import PERSONAL, SHARED, Link, front_token, public_id
from portico.links.store import Links, link_key
from portico.people.addresses import masked
from portico.people.flow import TeamPeople
from portico.people.rules import Workspace
from portico.people.store import People


@dataclass(frozen=True, slots=True)
class TeamLinks:
    """Creates and revokes links, for the CLI and the local world."""

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
            InvalidRequest: this workspace's portal has no area *to*, or the contact no address.
        """
        team = TeamPeople(self.people_table, self.clock)
        workspace = team.workspace(workspace_id)
        destination = Destination.parse(to)
        if to is not None and (destination is None or not destination.is_in(workspace)):
            raise InvalidRequest("to", "no area of this workspace's portal")
        owner = team.contact(workspace_id, contact) if contact else None
        if owner is not None and not owner.email:
            # A code could be mailed nowhere.
            raise InvalidRequest("contact", "has no address yet: give them one first")
        token = token or ids.new_link_token()
        now = self.clock.now()
        link = Link(
            id=public_id(token),
            workspace_id=workspace_id,
            token_hash=ids.digest(token),
            kind=PERSONAL if owner else SHARED,
            created_at=now,
            expires_at=now + (lifetime or timedelta(days=workspace.link_days)),
            contact=owner.id if owner else None,
            email_hint=masked(owner.email) if owner else None,
            destination=to,
            label=label,
            break_glass=break_glass and owner is not None,
        )
        Links(self.people_table, workspace_id).add(
            link, self._event(workspace, "link.created", link, by)
        )
        return link, token

    def all(self, workspace_id: str) -> list[Link]:
        """Return all links of a workspace, including ended ones until their rows are deleted.

        Raises:
            NotFound: no such workspace.
        """
        workspace = TeamPeople(self.people_table, self.clock).workspace(workspace_id)
        return Links(self.people_table, workspace.id).all()

    def revoke(self, workspace_id: str, link: str, *, by: str) -> Link:
        """Revoke a link by its public id. Of a front entrance, the setting is switched off.

        Raises:
            NotFound: no such workspace or link.
        """
        workspace = TeamPeople(self.people_table, self.clock).workspace(workspace_id)
        if link == public_id(front_token(workspace_id)):
            return self._close_entrance(workspace, by)
        now = self.clock.now()
        event = Event(
            "link.revoked", now, f"link-{link}", workspace.trail_days, by, detail={"link": link}
        )
        return Links(self.people_table, workspace_id).revoke(link, event)

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

    def _event(self, workspace: Workspace, name: str, link: Link, by: str) -> Event:
        subject = link.contact or f"link-{link.id}"
        detail = {"link": link.id, "kind": "break-glass" if link.break_glass else link.kind}
        return Event(name, self.clock.now(), subject, workspace.trail_days, by, detail=detail)


def address_of(host: str, workspace_id: str, token: str, *, to: str | None = None) -> str:
    """Return the URL to hand out.

    Token and destination are in the fragment, which no server, log, proxy or referrer sees.
    """
    fragment = f"l={token}" + (f"&to={to}" if to else "")
    return f"{host}/{workspace_id}#{fragment}"
