"""What is known of somebody who does not get in: values, read once, from which the rules decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from portico.deliveries.ses_events import DeliveryState
from portico.directory.store import Record
from portico.events import origin_of
from portico.links.rules import Link
from portico.people.addresses import masked
from portico.people.memberships import Role
from portico.people.rules import Contact, Workspace, language_of
from portico.sessions.rules import Session
from portico.trail.lookup import Line

PATIENCE = timedelta(minutes=2)
"""So long a mail may be on its way, and a trip to a provider or a portal may take."""


@dataclass(frozen=True, slots=True)
class Near:
    """A contact whose address is nearly the one that was asked for, or who had that one."""

    contact: Contact
    email: str
    """Their address now."""
    is_former: bool = False
    """The address that was asked for was theirs."""


@dataclass(frozen=True, slots=True)
class DiagnosisSubject:
    """Whom a diagnosis is about."""

    email: str | None
    """As it was asked for, or the contact's. ``None``: a sign-in of nobody, or there is none."""
    contact: Contact | None = None
    sign_in: str | None = None
    """Only what happened in this sign-in counts."""
    trail: tuple[str, ...] = ()
    """Under what the trail keeps it."""

    @property
    def name(self) -> str:
        """What the team calls them."""
        if self.contact is not None and self.contact.name:
            return self.contact.name
        return self.email or "Somebody"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rules decide from."""

    workspace: Workspace
    host: str
    """Our own host, which sentences and values name."""
    at: datetime
    subject: DiagnosisSubject
    role: Role | None = None
    """The contact's, on the workspace's team."""
    lines: Sequence[Line] = ()
    """What happened to them, newest first, as far as it was read."""
    near: Sequence[Near] = ()
    hides: bool = False
    """Whether whoever asks sees addresses of others only masked."""
    links: Sequence[Link] = ()
    """The contact's own links, newest first, as far as they were read."""
    record: Record | None = None
    """The directory record that the contact's address finds."""
    deliveries: Mapping[int, DeliveryState] = field(default_factory=dict)
    """What became of the newest sign-in's mails, by their numbers."""
    session: Session | None = None
    """The browser's session that began last."""
    refusing_since: datetime | None = None
    """Since when mails to the address's domain come back, whoever they are for."""
    spent: Mapping[str, datetime] = field(default_factory=dict)
    """Networks that the contact came from and that have used up their budget, until when."""

    @property
    def contact(self) -> Contact | None:
        """The contact, if it is one."""
        return self.subject.contact

    @property
    def language(self) -> str:
        """The language that the person is spoken to in."""
        theirs = self.contact.language if self.contact else None
        return language_of(theirs) or language_of(self.workspace.locale) or "en"

    @property
    def origin(self) -> str:
        """Our own origin."""
        return origin_of(self.host)

    @property
    def page(self) -> str:
        """Where the person signs in, as far as everybody may know it."""
        if self.workspace.entrance:
            return f"{self.origin}/{self.workspace.id}"
        return self.workspace.portal_url

    def shown(self, email: str) -> str:
        """Return another one's address as whoever asks may see it."""
        return masked(email) if self.hides else email

    def named(self, contact: Contact) -> str:
        """Return what a sentence calls another contact: their name too, where it may be seen."""
        name = self.name_of(contact)
        return f"{name} ({contact.id})" if name else contact.id

    def name_of(self, contact: Contact) -> str:
        """Return another contact's name as whoever asks may see it; ``""``: not at all."""
        return "" if self.hides else contact.name

    def newest(self, *names: str) -> Line | None:
        """Return the newest line with one of these names."""
        return next((each for each in self.lines if each.name in names), None)
