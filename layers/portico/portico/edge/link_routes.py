"""The routes of a workspace's links."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from portico.aws.queries import page_listed, page_within
from portico.aws.tables import Rows
from portico.clock import SYSTEM, Clock, epoch
from portico.edge.cursors import cursor_at, page_size_of, place_of
from portico.edge.problems import problem
from portico.edge.requests import shaped
from portico.edge.responses import Response
from portico.edge.team_access import TeamAccess, idempotency_key_of
from portico.errors import InvalidRequest, NotFound, PorticoError, RoleTooSmall, TakenAlready
from portico.events import Caller
from portico.ids import is_contact
from portico.links.link_batches import (
    MOST_LINKS,
    LinkAnswer,
    LinkBatches,
    MadeBefore,
    MadeLink,
    Maker,
)
from portico.links.link_uses import LinkUse
from portico.links.new_link import MOST_LINK_DAYS, SharingRefused, WantedLink
from portico.links.rules import Link
from portico.links.store import Links, place_of_personal_links, shelf_of_links
from portico.links.team_links import LONGEST_LINK_OVERLAP, TeamLinks, address_of
from portico.people.memberships import Role
from portico.settings import ManageLinksSettings
from portico.team.rules import MAY, Action, may
from portico.team.team_caller import KeyCaller, TeamCaller
from portico.trail.lookup import Line

LARGEST_BATCH = 64 * 1024
"""Bytes of a request that makes links."""

_LINK = re.compile(r"[0-9a-f]{16}\Z")
_PLACE = re.compile(r"(personal|shared)#([A-Za-z0-9_-]{1,40}#)?[0-9]{1,12}#([0-9a-f]{16})\Z")
_LINE = re.compile(r"[0-9T:.+-]{20,40}#[A-Za-z0-9_-]{1,60}\Z")


@dataclass(frozen=True, slots=True)
class AskedLinks:
    """POST …/links: make up to a hundred links. Each is read as an `WishedLink`."""

    links: list[Any]


@dataclass(frozen=True, slots=True)
class WishedLink:
    """One link to make."""

    contact: str | None = None
    to: str | None = None
    days: int | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class AskedRotation:
    """POST …/links/{link}/rotate: put another link in its place."""

    overlap_days: int = LONGEST_LINK_OVERLAP.days
    days: int | None = None


@dataclass(frozen=True, slots=True)
class LinkRoutes:
    """What the door answers about links."""

    people_table: str
    sign_in_table: str
    trail_table: str
    access: TeamAccess
    clock: Clock = SYSTEM

    @classmethod
    def behind(cls, access: TeamAccess, settings: ManageLinksSettings) -> Self:
        """Make the routes from a door's settings."""
        return cls(settings.people_table, settings.sign_in_table, settings.trail_table, access)

    def list(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with a page of the links, of all or of one contact, newest first.

        A page can have fewer links than it may, or none, if others of it have ended.
        """
        found = self.access.of_anyone(path, caller, Action.READ_LINKS)
        workspace_id, size = found.workspace.id, page_size_of(path.get("limit"))
        contact, ended = path.get("contact", ""), path.get("ended", "false")
        # An empty id is a script's mistake, and no wish for everybody's links.
        if "contact" in path and not is_contact(contact):
            raise InvalidRequest("contact", "a contact's id")
        if ended not in ("true", "false"):
            raise InvalidRequest("ended", "true or false")
        starting = place_of_personal_links(contact) if contact else ""
        name = f"{workspace_id}|links|{contact}|{ended}"
        after = self._after(path.get("cursor"), workspace_id, name, starting)
        store = Links(self.people_table, workspace_id)
        keys, last = page_listed(
            store.rows,
            shelf_of_links(workspace_id),
            starting=starting,
            after=after,
            newest_first=True,
            size=size,
        )
        now = self.clock.now()
        links = [each for each in store.at(keys) if ended == "true" or each.is_alive(at=now)]
        following = cursor_at([last[0]], of=name) if last else None
        return Response(200, {"links": [self._answer(each) for each in links], "next": following})

    def show(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with one link, and who has signed in by it, newest first."""
        found = self.access.of_anyone(path, caller, Action.READ_LINKS)
        workspace_id, size = found.workspace.id, page_size_of(path.get("limit"))
        link = Links(self.people_table, workspace_id).get(_link_id(path))
        if link is None:
            raise NotFound
        name = f"{workspace_id}|link-uses|{link.id}"
        after = ""
        if "cursor" in path:
            (after,) = place_of(path["cursor"], of=name)
            if not _LINE.match(after):
                raise InvalidRequest("cursor", "it is not a cursor of this list")
        rows = Rows(self.trail_table, f"{workspace_id}#")
        pk = f"{workspace_id}#trail#link-{link.id}"
        lines, last = page_within(rows, pk, after=after, newest_first=True, size=size)
        uses = [LinkUse.of_line(Line.from_row(each)) for each in lines]
        return Response(
            200,
            {
                "link": self._answer(link),
                "uses": [
                    {"contact": each.contact, "at": epoch(each.at), "method": each.method}
                    for each in uses
                    if each is not None
                ],
                "next": cursor_at([last], of=name) if last else None,
            },
        )

    def create(self, asked: AskedLinks, path: dict[str, str], caller: Caller) -> Response:
        """Make links, and answer for each of them by itself."""
        found = self.access.of_anyone(path, caller, Action.WRITE_LINKS)
        if not 0 < len(asked.links) <= MOST_LINKS:
            raise InvalidRequest("links", f"1 to {MOST_LINKS}")
        once = idempotency_key_of(caller, found, "links", asked.links)
        maker = Maker(found.by, once.random_part(), once.body, found.reach, _may_share(found))
        wanted = [_wanted(each) for each in asked.links]
        batches = LinkBatches(self.people_table, self.sign_in_table)
        answers = batches.create(found.workspace, wanted, maker)
        told = [self._made(each, found, caller) for each in answers]
        return Response(200, {"links": told})

    def rotate(self, asked: AskedRotation, path: dict[str, str], caller: Caller) -> Response:
        """Put another link in the place of one."""
        found = self.access.of_anyone(path, caller, Action.WRITE_LINKS)
        if not 0 <= asked.overlap_days <= LONGEST_LINK_OVERLAP.days:
            raise InvalidRequest("overlap_days", f"0 to {LONGEST_LINK_OVERLAP.days}")
        try:
            after, token, before = TeamLinks(self.people_table).rotate(
                found.workspace,
                _link_id(path),
                overlap=timedelta(days=asked.overlap_days),
                lifetime=_lifetime(asked.days),
                by=found.by,
                reach=found.reach,
                may_share=_may_share(found),
            )
        except SharingRefused:
            raise _too_small() from None
        made = self._made(MadeLink(after, token), found, caller)
        return Response(200, {**made, "replaced": self._answer(before)})

    def revoke(self, path: dict[str, str], caller: Caller) -> Response:
        """Revoke a link."""
        found = self.access.of_anyone(path, caller, Action.WRITE_LINKS)
        link = TeamLinks(self.people_table).revoke_one(
            found.workspace, _link_id(path), by=found.by, reach=found.reach
        )
        return Response(200, {"link": self._answer(link)})

    def _after(
        self, cursor: str | None, workspace_id: str, name: str, starting: str
    ) -> tuple[str, str, str] | None:
        if cursor is None:
            return None
        (place,) = place_of(cursor, of=name)
        found = _PLACE.match(place)
        if found is None or not place.startswith(starting):
            raise InvalidRequest("cursor", "it is not a cursor of this list")
        return place, *Links(self.people_table, workspace_id).key(found[3])

    def _made(
        self, answer: LinkAnswer, found: TeamCaller | KeyCaller, caller: Caller
    ) -> dict[str, Any]:
        """Return how one of the links that were asked for is answered."""
        match answer:
            case MadeLink(link=link, token=token):
                url = address_of(caller.own_origin, found.workspace.id, token, to=link.destination)
                return {"link": self._answer(link), "token": token, "url": url}
            case MadeBefore(link=before):
                told: PorticoError = TakenAlready("link")
                return {"problem": _told(told, caller), "made": before}
            case SharingRefused():
                return {"problem": _told(_too_small(), caller)}
            case PorticoError():
                return {"problem": _told(answer, caller)}

    def _answer(self, link: Link) -> dict[str, Any]:
        when = {
            name: epoch(moment) if (moment := getattr(link, name)) else None
            for name in ("created_at", "expires_at", "revoked_at")
        }
        return {
            "id": link.id,
            "kind": link.kind,
            "state": link.state(at=self.clock.now()),
            "contact": link.contact,
            "email_hint": link.email_hint,
            "to": link.destination,
            "label": link.label,
            "break_glass": link.break_glass,
            "portal": link.portal,
            "entrance": link.is_entrance,
            "replaced_by": link.replaced_by,
            **when,
        }


def _wanted(item: Any) -> WantedLink | InvalidRequest:
    """Read one of the links that are asked for, or say what is wrong with it."""
    try:
        return _read(item)
    except InvalidRequest as invalid:
        return invalid


def _read(item: Any) -> WantedLink:
    if not isinstance(item, dict):
        raise InvalidRequest("links", "objects")
    asked = shaped(item, WishedLink)
    if asked.contact is not None and not is_contact(asked.contact):
        raise InvalidRequest("contact", "a contact's id")
    return WantedLink(asked.contact, asked.to, _lifetime(asked.days), asked.label)


def _lifetime(days: int | None) -> timedelta | None:
    if days is None:
        return None
    # A number that no time can have is refused before it becomes one.
    if not 1 <= days <= MOST_LINK_DAYS:
        raise InvalidRequest("days", f"1 to {MOST_LINK_DAYS}")
    return timedelta(days=days)


def _link_id(path: dict[str, str]) -> str:
    if not _LINK.match(path["link"]):
        raise NotFound
    return path["link"]


def _may_share(found: TeamCaller | KeyCaller) -> bool:
    return isinstance(found, TeamCaller) and may(found.role, Action.WRITE_SHARED_LINKS)


def _too_small() -> RoleTooSmall:
    roles = MAY[Action.WRITE_SHARED_LINKS]
    return RoleTooSmall(tuple(each.value for each in Role if each in roles))


def _told(error: PorticoError, caller: Caller) -> dict[str, Any]:
    content = problem(error, request_id=caller.request_id).content
    return content if isinstance(content, dict) else {}
