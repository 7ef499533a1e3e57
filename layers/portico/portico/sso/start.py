"""Begin a trip to a provider."""

from dataclasses import dataclass, field

from portico.aws.keys import KeyRing, ring
from portico.aws.tables import Rows, get_many
from portico.clock import SYSTEM, Clock
from portico.errors import InvalidPortalLink, MethodOff, SsoFailed, TryLater
from portico.events import Caller, Event
from portico.ids import BROWSER_COOKIE, digest, is_workspace, random_part
from portico.limits.store import Limits
from portico.links.destinations import ReturnTo, return_to
from portico.links.rules import Link, public_id
from portico.links.store import checked_link, link_key
from portico.mail.devices import device_of
from portico.people.rules import Workspace, language_of
from portico.people.store import connection_key, settings_row_key
from portico.settings import StartSsoSettings
from portico.sso.discovery import Discovery, Misconfigured
from portico.sso.relying_party import Attempt, RelyingParty
from portico.sso.rules import CONNECTION, Connection
from portico.sso.states import STATE_LIFETIME, State, States, Trip
from portico.sso.store import client_secret
from portico.sso.transport import ProviderAway


@dataclass(frozen=True, slots=True)
class AskedSso:
    """POST /v1/sso/start."""

    workspace: str
    connection: str
    link: str = field(default="", repr=False)
    to: str | None = None
    language: str | None = None
    """What the page is shown in, for a code that may have to be mailed on the way."""


@dataclass(frozen=True, slots=True)
class StartedTrip:
    """The provider's address, and the cookie that identifies the browser when it returns."""

    authorize_url: str = field(repr=False)
    browser: str = field(repr=False)
    workspace_id: str
    connection: str


@dataclass(frozen=True, slots=True)
class TripStart:
    """A trip before it begins: its connection, and what follows it."""

    workspace: Workspace
    connection: Connection
    link: str
    contact: str | None
    to: ReturnTo
    adds: str | None = None
    sver: int | None = None
    language: str | None = None
    by_sso: bool = False


@dataclass(frozen=True, slots=True)
class SsoStarts:
    """Begins the trips of a deployment."""

    people_table: str
    sign_in_table: str
    keys: KeyRing
    secret_prefix: str
    discovery: Discovery
    limits: Limits
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: StartSsoSettings) -> "SsoStarts":
        """Make it from a door's settings."""
        return cls(
            settings.people_table,
            settings.sign_in_table,
            ring(settings.code_secret),
            settings.connection_secrets,
            Discovery(loopback=settings.provider_loopback == "open"),
            Limits(settings.sign_in_table),
        )

    def start(self, asked: AskedSso, caller: Caller) -> StartedTrip:
        """Store a one-time state for this browser and return where it goes.

        Raises:
            InvalidPortalLink, PortalUnavailable, CrossSite: as for every start.
            MethodOff: the connection does not exist, or is off.
            SsoFailed: the provider's documents do not fit the connection.
            TooManyRequests: the network's budget is spent.
            TryLater: nothing was stored.
        """
        workspace, link, connection = self._read(asked)
        now = self.clock.now()
        workspace.admit(caller, at=now)
        is_off = connection is None or not connection.on or not workspace.sso_method
        # An account needs an address to mail its code to, which this link's contact has not.
        if is_off or connection is None or link.asks_email:
            raise MethodOff
        self.limits.start(workspace, caller.network, bucket=link.kind, at=now)
        leaving = TripStart(
            workspace,
            connection,
            link=link.id,
            contact=link.contact,
            to=return_to(workspace, asked.to, link, issuer=caller.own_origin),
            language=language_of(asked.language),
        )
        return self.send(leaving, caller)

    def send(self, leaving: "TripStart", caller: Caller) -> StartedTrip:
        """Store a one-time state for this browser and return where it goes.

        Raises:
            SsoFailed: the provider's documents do not fit the connection.
            TryLater: nothing was stored.
        """
        now, workspace, connection = self.clock.now(), leaving.workspace, leaving.connection
        browser = caller.cookies.get(BROWSER_COOKIE) or random_part()
        state = State.new(workspace.id)
        secret = client_secret(self.secret_prefix, connection)
        keys = self.keys.current()
        attempt = Attempt.of(state, keys.code, connection, caller)
        try:
            url = RelyingParty(connection, secret, self.discovery).authorize_url(attempt)
        except ProviderAway as away:
            raise TryLater(cause=f"provider {connection.kind}: {away}") from away
        except Misconfigured as wrong:
            raise SsoFailed("misconfigured") from wrong
        trip = Trip(
            connection=connection,
            browser=digest(browser),
            link=leaving.link,
            contact=leaving.contact,
            return_to=leaving.to,
            stay=workspace.stay,
            device=device_of(caller.user_agent),
            origin=caller.origin or "",
            key=keys.version,
            expires_at=now + STATE_LIFETIME,
            adds=leaving.adds,
            sver=leaving.sver,
            language=leaving.language,
            by_sso=leaving.by_sso,
        )
        name = "sso.adding" if leaving.adds else "sso.started"
        event = Event(name, now, network=caller.network, detail={"connection": connection.id})
        States(self.sign_in_table, workspace.id).begin(state, trip, event)
        return StartedTrip(url, browser, workspace.id, connection.id)

    def _read(self, asked: AskedSso) -> tuple[Workspace, Link, Connection | None]:
        if not is_workspace(asked.workspace):
            raise InvalidPortalLink
        rows = Rows(self.people_table, f"{asked.workspace}#")
        named = asked.connection if CONNECTION.match(asked.connection) else "-"
        keys = (
            settings_row_key(asked.workspace),
            link_key(asked.workspace, public_id(asked.link)),
            connection_key(asked.workspace, named),
        )
        settings_row, link, row = get_many([(rows, *key) for key in keys], consistent=True)
        workspace, found = checked_link(settings_row, link, asked.link, at=self.clock.now())
        return workspace, found, Connection.from_row(row) if row else None
