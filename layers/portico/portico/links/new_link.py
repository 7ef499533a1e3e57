"""What a new link is to be, who may have it, and the line of the trail about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portico import ids
from portico.errors import InvalidRequest, Refused
from portico.events import Event
from portico.links.destinations import Destination, areas_of
from portico.links.rules import PERSONAL, SHARED, Link, public_id
from portico.people.addresses import masked
from portico.people.rules import Contact, Workspace
from portico.printable import is_printable_name

LONGEST_LINK_LABEL = 100
MOST_LINK_DAYS = 3650
"""Ten years, for the command and the API."""


@dataclass(frozen=True, slots=True)
class WantedLink:
    """A link to make: personal if *contact* (an id) is given."""

    contact: str | None = None
    to: str | None = None
    lifetime: timedelta | None = None
    """``None``: as long as the workspace says."""
    label: str | None = None
    break_glass: bool = False


class SharingRefused(Refused):
    """A shared link lets in whoever is handed it, so not every role makes one."""


def check_link(wanted: WantedLink, workspace: Workspace) -> None:
    """Check what a link is to be.

    Raises:
        InvalidRequest: the portal has no such area, or the label is not valid.
    """
    destination = Destination.parse(wanted.to)
    if wanted.to is not None and (destination is None or not destination.is_in(workspace)):
        there = ", ".join(areas_of(workspace))
        raise InvalidRequest("to", f"no area of this workspace's portal. It has: {there}")
    label = wanted.label
    if label is not None and not (
        0 < len(label) <= LONGEST_LINK_LABEL and is_printable_name(label)
    ):
        raise InvalidRequest("label", f"1 to {LONGEST_LINK_LABEL} printable characters")


def check_owner(owner: Contact, wanted: WantedLink) -> None:
    """Check whom a personal link is for. Who has no address yet types and proves one.

    Raises:
        InvalidRequest: they have none, and the link is to let them in whatever the rule says.
    """
    if wanted.break_glass and not owner.email:
        raise InvalidRequest("contact", "has no address yet: give them one first")


def link_lifetime(wanted: timedelta | None, workspace: Workspace) -> timedelta:
    """Return how long a new link works."""
    return timedelta(days=workspace.link_days) if wanted is None else wanted


def new_link(
    wanted: WantedLink,
    workspace: Workspace,
    owner: Contact | None,
    *,
    at: datetime,
    token: str | None = None,
) -> tuple[Link, str]:
    """Return a new link of *owner*, or a shared one, and its token, which nobody can see again."""
    token = token or ids.new_link_token()
    link = Link(
        id=public_id(token),
        workspace_id=workspace.id,
        token_hash=ids.digest(token),
        kind=PERSONAL if owner else SHARED,
        created_at=at,
        expires_at=at + link_lifetime(wanted.lifetime, workspace),
        contact=owner.id if owner else None,
        email_hint=masked(owner.email) if owner and owner.email else None,
        asks_email=owner is not None and not owner.email,
        destination=wanted.to,
        label=wanted.label,
        break_glass=wanted.break_glass and owner is not None,
        renewal=0 if _renews(wanted, owner) else None,
    )
    return link, token


def _renews(wanted: WantedLink, owner: Contact | None) -> bool:
    """Say whether a link is mailed anew once it has ended: one whose end nobody chose."""
    has_mailbox = owner is not None and bool(owner.email)
    return has_mailbox and wanted.lifetime is None and not wanted.break_glass


def created(link: Link, workspace: Workspace, by: str) -> Event:
    """Return the trail's line about a new link. It never has the token."""
    kind = "break-glass" if link.break_glass else link.kind
    return link_event("link.created", link, workspace, by, at=link.created_at, kind=kind)


def link_event(
    name: str, link: Link, workspace: Workspace, by: str, *, at: datetime, **detail: str
) -> Event:
    """Return a line of the trail about a link, filed under its contact or under itself."""
    subject = link.contact or f"link-{link.id}"
    told = {"link": link.id, **label_detail(link), **detail}
    return Event(name, at, subject, workspace.trail_days, by, detail=told)


def label_detail(link: Link) -> dict[str, str]:
    """Return what a line says of the label: that of a personal link goes when its contact is erased,
    and lines stay.
    """
    return {"label": link.label} if link.label and link.contact is None else {}
