"""Workspaces and contacts, with what the doors need of them."""

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import cache, cached_property
from ipaddress import ip_address, ip_network
from types import UnionType
from typing import Any, Self, get_origin
from urllib.parse import urlsplit

from portico.clock import epoch
from portico.errors import PortalUnavailable
from portico.events import Caller
from portico.people import directory_rule
from portico.people.directory_rule import DirectoryRule

LOCALES = ("en", "de", "fr", "es", "pt", "it", "ja", "ar")
"""The languages of page and mail."""


def language_of(tag: str | None) -> str | None:
    """Return which of `LOCALES` a language tag names, or ``None``.

    ``"pt-BR"`` and ``"pt_BR"`` are Portuguese.
    """
    language = (tag or "").strip().lower().replace("_", "-").partition("-")[0]
    return language if language in LOCALES else None


AREAS = {
    "dashboard": "/",
    "tickets": "/tickets",
    "ticket": "/tickets/{id}",
    "request": "/requests/{flow}",
}
"""The default path of each area of a portal. A workspace can set others."""


CODE_WAY, PASSWORD_WAY, SIGN_UP_WAY = "code", "password", "sign-up"


def sso_way(connection: str) -> str:
    """Return how the way in by a connection is called."""
    return f"sso:{connection}"


@dataclass(frozen=True, slots=True)
class Stay:
    """The limits that a sign-in carries from its first request to its session."""

    idle: timedelta
    """How long the session may be idle."""
    absolute: timedelta
    """How long the session may last."""
    keep_days: int
    """How many days the trail keeps the sign-in's lines."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read the attributes that :meth:`row` returned."""
        return cls(
            timedelta(seconds=row["idle"]), timedelta(seconds=row["absolute"]), row["keep_days"]
        )

    def row(self) -> dict[str, Any]:
        """Return the attributes of a row: seconds, seconds, days."""
        return {
            "idle": int(self.idle.total_seconds()),
            "absolute": int(self.absolute.total_seconds()),
            "keep_days": self.keep_days,
        }


@dataclass(frozen=True)
class Workspace:
    """One company's portal and its rules: the row that nearly every door reads, under 4 KB.

    Fields are row attributes. Times are whole seconds and days, as a team sets them.
    """

    id: str
    name: str
    portal_url: str
    """The portal's origin and optional path, without a slash at the end."""
    portal_enabled: bool = True
    paused_until: int = 0
    """Seconds since 1970. Before, the portal answers as if it were off; 0: no pause."""
    entrance: bool = False
    """Whether ``/{workspace}`` alone opens a sign-in. Its link is written together with this."""
    areas: dict[str, str] = field(default_factory=lambda: dict(AREAS))
    request_flows: list[str] = field(default_factory=list)
    """The flows that ``request:{flow}`` may name."""
    portal_origins: list[str] = field(default_factory=list)
    """Origins that may call us from a browser, besides that of ``portal_url``."""
    locale: str = "en"
    logo: str | None = None
    """16 hex characters of the logo's digest; ``None`` without a logo."""
    accent_color: str | None = None
    sender_name: str | None = None
    code_method: bool = True
    sso_method: bool = True
    """Whether contacts may use connections at all. Each connection has its own switch too."""
    password_method: bool = False
    sign_up: bool = False
    """Whether people can become contacts by proving an address."""
    sign_up_domains: list[str] = field(default_factory=list)
    """Domains whose addresses may sign up. An empty list allows all."""
    sign_up_blocked: list[str] = field(default_factory=list)
    """Domains whose addresses may not sign up."""
    sign_up_disposable: bool = False
    """Whether addresses of throw-away services may sign up."""
    account_deletion: bool = False
    """Whether contacts may delete their own account."""
    send_on_open: bool = True
    """Mail the code as soon as a personal link's page opens."""
    code_in_subject: bool = False
    check_pasted_code: bool = True
    """Whether the page checks a pasted code as soon as it is complete, without a press."""
    directory_rule: str = "off"
    directory_contacts: bool = False
    """Whether people whom a directory syncs become contacts, with their names from there."""
    directory_hold: bool = False
    """Whether people stay in for a while when a directory puts many out at once."""
    directory_groups: list[str] = field(default_factory=list)
    """Ids of synced groups whose people may come in. Without any, groups decide nothing."""
    groups_ruled_at: int = 0
    """The version of the settings that changed ``directory_groups`` last; 0: none has."""
    connections: list[dict[str, Any]] = field(default_factory=list)
    """What the page needs of each SSO connection: id, kind, label, on. Of one that is not ready also
    ``draft`` and ``waits``, which decide nothing: it is off."""
    portals: list[dict[str, Any]] = field(default_factory=list)
    """What the doors need of each portal on another site: id, initiate_login_uri, areas."""
    session_idle_seconds: int = 8 * 3600
    session_absolute_seconds: int = 7 * 24 * 3600
    link_days: int = 90
    """How long a new link works."""
    office_networks: list[str] = field(default_factory=list)
    """Address ranges that many contacts share. A network in them has twenty times the budget."""
    inbound_addresses: list[str] = field(default_factory=list)
    """The help desk's own addresses. We mail no code there, because a ticket would publish it."""
    trail_days: int = 365
    version: int = 0
    """Raised by every write of the workspace's settings, words, logo, portals and connections."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row; attributes that are no field are left alone.

        Raises:
            TypeError: one is missing, or is of another kind than its field.
        """
        kinds = _kinds()
        found = {name: value for name, value in row.items() if name in kinds}
        # "no" is not False: a setting that cannot be read must never count as the lenient one.
        for name, value in found.items():
            if not isinstance(value, kinds[name]):
                raise TypeError(name)
        return cls(**found)

    def row(self) -> dict[str, Any]:
        """Return the attributes of the row."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @property
    def rule(self) -> DirectoryRule:
        """The directory rule. An unknown one counts as the strictest."""
        return DirectoryRule(self.directory_rule)

    def takes_codes(self, *, break_glass: bool = False) -> bool:
        """Say whether a code signs somebody in. The code of a break-glass link always does."""
        return break_glass or (self.code_method and directory_rule.takes_codes(self.directory_rule))

    def takes_passwords(self) -> bool:
        """Say whether a password signs somebody in."""
        return self.password_method and directory_rule.takes_passwords(self.directory_rule)

    def takes_sign_ups(self) -> bool:
        """Say whether people can sign up. Where a directory decides, nobody can."""
        return self.sign_up and directory_rule.takes_sign_ups(self.directory_rule)

    def needs_record(self) -> bool:
        """Say whether SSO lets in only people of the directory."""
        return directory_rule.needs_record(self.directory_rule)

    def lets_directory_name(self, contact: "Contact") -> bool:
        """Say whether a directory says the contact's name and address, so that they do not."""
        return self.directory_contacts and contact.synced_as is not None

    def welcomes(self, email: str) -> bool:
        """Say whether the team's domain lists let this address sign up. They include subdomains."""
        domain = email.rpartition("@")[2]
        theirs = {domain, *(domain[n + 1 :] for n, c in enumerate(domain) if c == ".")}
        is_listed = not self.sign_up_domains or not theirs.isdisjoint(self.sign_up_domains)
        return is_listed and theirs.isdisjoint(self.sign_up_blocked)

    def offers(self, connection: str) -> bool:
        """Say whether contacts may sign in through this connection now."""
        its_on = any(
            each["id"] == connection and each.get("on") is True for each in self.connections
        )
        return self.sso_method and its_on

    def label_of(self, connection: str) -> str:
        """Return the team's name for a connection, or the id of one that is gone."""
        labels = (each["label"] for each in self.connections if each["id"] == connection)
        return str(next(labels, connection))

    def proves(self, connection: str) -> bool:
        """Say whether a code of ours may connect an account of this connection to a contact.

        Under a directory rule the match is what lets somebody in; a code would get around it.
        """
        return self.offers(connection) and not self.needs_record()

    @property
    def ways_in(self) -> frozenset[str]:
        """The ways in that are open now, as a session names the one that it began by."""
        ways = {
            CODE_WAY: self.takes_codes(),
            PASSWORD_WAY: self.takes_passwords(),
            SIGN_UP_WAY: self.takes_sign_ups(),
        }
        offered = (each["id"] for each in self.connections if self.offers(each["id"]))
        open_ = {way for way, is_open in ways.items() if is_open}
        return frozenset(open_ | {sso_way(each) for each in offered})

    @cached_property
    def origins(self) -> frozenset[str]:
        """The origins of this workspace's portal."""
        parts = urlsplit(self.portal_url)
        return frozenset({f"{parts.scheme}://{parts.netloc}", *self.portal_origins})

    @property
    def stay(self) -> Stay:
        """How long a sign-in that begins now may last."""
        return Stay(
            timedelta(seconds=self.session_idle_seconds),
            timedelta(seconds=self.session_absolute_seconds),
            self.trail_days,
        )

    @property
    def sender(self) -> str:
        """The name that mails come from."""
        return self.sender_name or self.name

    def is_office(self, network: str) -> bool:
        """Say whether *network* (an address or a /64) lies in one of the office ranges."""
        asked = ip_network(network, strict=False)
        return any(
            ip_address(asked.network_address) in ip_network(office, strict=False)
            for office in self.office_networks
            if ip_network(office, strict=False).version == asked.version
        )

    def is_open(self, *, at: datetime) -> bool:
        """Say whether anybody may sign in: the portal is on, and no pause runs."""
        return self.portal_enabled and not self.is_paused(at=at)

    def is_paused(self, *, at: datetime) -> bool:
        """Say whether a pause runs."""
        return epoch(at) < self.paused_until

    def admit(self, caller: Caller, *, at: datetime) -> None:
        """Let *caller* act on this workspace.

        Raises:
            CrossSite: a browser sent the request from a page that is neither ours nor the portal's.
            PortalUnavailable: the workspace has switched its portal off, or has paused it.
        """
        self.demand_site(caller)
        if not self.is_open(at=at):
            raise PortalUnavailable

    def demand_site(self, caller: Caller) -> None:
        """Let *caller* act on this workspace, also while its portal is closed.

        Raises:
            CrossSite: a browser sent the request from a page that is neither ours nor the portal's.
        """
        if caller.is_browser:
            caller.demand_site(self.origins)


@cache
def _kinds() -> dict[str, Any]:
    """Return the types of the fields for :func:`isinstance`, e.g. ``list`` for ``list[str]``."""
    kinds = {each.name: each.type for each in fields(Workspace)}
    return {
        name: kind if isinstance(kind, UnionType) else get_origin(kind) or kind
        for name, kind in kinds.items()
    }


ASLEEP = 0
"""When an account was connected that came with another contact: it signs nobody in until its new
contact connects it themselves."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact's head: what a sign-in needs of a person, under 1 KB."""

    id: str
    workspace_id: str
    name: str
    email: str
    active: bool = True
    sver: int = 1
    """Raising it ends every session and every open challenge."""
    language: str | None = None
    time_zone: str | None = None
    """An IANA name, e.g. ``Europe/Berlin``, for the portal to show times in."""
    email_verified: bool = False
    """Whether the contact has proved that the address is theirs: by a code that was mailed to it,
    or by a provider that the team believes about its domain. Every other address begins unproved."""
    updated_at: int | None = None
    """When name, address, its proof, language or time zone changed last, in seconds since 1970.
    ``None``: no change since the contact was made by an earlier version."""
    suppressed: str | None = None
    """Why we send no mail to the address, as a team has marked it: ``bounce`` or ``complaint``."""
    strikes: frozenset[str] = frozenset()
    """What mail servers and readers hold against the address (``portico.deliveries``)."""
    held_by: str | None = None
    """The mark of the address's own row with the same."""
    address_change: str | None = None
    """The id of the newest change of address that was not undone."""
    voids: list[list[int]] = field(default_factory=list)
    """Spans of seconds since 1970, both ends included. An account that was connected within one
    signs nobody in: the change of address before it was undone."""
    voids_sver: int = 0
    """The ``sver`` that began with the newest of these spans; 0: nobody knows."""
    proofs: int = 0
    """How often a code has proved the address while somebody waited for that."""
    proof_wanted: bool = False
    """Whether a ref waits for the next proof of the address."""
    found_by: list[str] | None = None
    """What the search rows are made of: the address, and words of the name. ``None``: there are
    none yet, because the contact is from before search rows."""
    off_by: str | None = None
    """For whom the directory has switched the contact off, or will have at ``out_from``. ``None``: a
    team has, or nobody."""
    out_from: int | None = None
    """From when the contact is out, in seconds since 1970, whatever ``active`` says: the directory
    has them as gone, and that is held until then. ``None``: nothing is held."""
    synced_as: str | None = None
    """As whom a directory says the contact's name and address, so that they do not themselves."""

    merges: int = 0
    """How often somebody was merged into them, which an erasure must have seen."""
    merged_into: str | None = None
    """The id of the contact into whom they were merged. What is left of them is a deleted account's,
    until that is undone."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a head row."""
        names = {each.name for each in fields(cls)}
        values = {name: value for name, value in row.items() if name in names}
        # A value that is not a boolean counts as off.
        values["active"] = values.get("active", True) is True
        values["email_verified"] = values.get("email_verified") is True
        return cls(workspace_id=row["workspace"], **values)

    def is_in(self, *, at: datetime) -> bool:
        """Say whether the contact may come in: they are active, and no moment has passed from which
        they are out.
        """
        return self.active and (self.out_from is None or epoch(at) < self.out_from)

    @property
    def is_gone(self) -> bool:
        """Whether the account was deleted, and this is what is left of it."""
        return not self.name

    @property
    def is_known_to_be_theirs(self) -> bool:
        """Whether one more proof of the address would say nothing new."""
        return self.email_verified and not self.proof_wanted

    def is_void(self, linked_at: int, sver: int) -> bool:
        """Say whether an account is no way in.

        Args:
            linked_at: when it was connected, in seconds since 1970.
            sver: the contact's when it was last used, or connected; 0: nobody knows.
        """
        if linked_at == ASLEEP or any(first <= linked_at <= last for first, last in self.voids):
            return True
        # Connected while the newest span was on its way to the row: by the clock it came after it.
        came_before = 0 < sver < self.voids_sver
        return came_before and any(linked_at > last for _, last in self.voids[-1:])

    def row(self) -> dict[str, Any]:
        """Return the attributes of a new contact's row, to whom nothing has happened yet."""
        later = (
            "strikes",
            "held_by",
            "address_change",
            "voids",
            "voids_sver",
            "proofs",
            "proof_wanted",
            "found_by",
            "merges",
            "merged_into",
            "off_by",
            "out_from",
        )
        names = [each.name for each in fields(self) if each.name not in later]
        values = {name: getattr(self, name) for name in names if name != "synced_as"}
        if self.synced_as:
            values["synced_as"] = self.synced_as
        values["workspace"] = values.pop("workspace_id")
        return values
