"""Connect one more account to a contact who is signed in: the same trip, with another end."""

from dataclasses import dataclass
from datetime import datetime

from portico.aws.tables import Rows, TransactionRefused, transact_surely
from portico.clock import epoch
from portico.codes.challenge import ACCOUNT_LINK, ReturnTo
from portico.errors import MethodOff
from portico.events import Caller
from portico.limits.rules import ACCOUNT_BUCKET
from portico.links.destinations import choose, landing
from portico.mail.letters import Change
from portico.notices.store import Happened, Notices
from portico.people.identities import owning
from portico.people.store import head_key
from portico.sessions.access_token_check import TokenChecker
from portico.sessions.current_session import Standings
from portico.sessions.store import IS_RUNNING, session_key
from portico.settings import StartSsoSettings
from portico.sso.outcomes import Refusal
from portico.sso.rules import CONNECTION, Person
from portico.sso.start import SsoStarts, StartedTrip, TripStart
from portico.sso.states import Trip
from portico.sso.store import Connections


@dataclass(frozen=True, slots=True)
class AskedAccount:
    """POST /v1/account/identities."""

    workspace: str
    connection: str


@dataclass(frozen=True, slots=True)
class AccountLinks:
    """The beginnings of trips that connect an account."""

    standings: Standings
    starts: SsoStarts

    @classmethod
    def from_settings(cls, settings: StartSsoSettings, starts: SsoStarts) -> "AccountLinks":
        """Make the additions of a door, whose trips begin as *starts* begins them."""
        checker = TokenChecker(settings.signing_keys.split(","))
        tables = settings.people_table, settings.sign_in_table
        return cls(Standings(*tables, checker), starts)

    def start(self, asked: AskedAccount, caller: Caller) -> StartedTrip:
        """Send a contact's browser to a provider, to connect an account of theirs.

        Raises:
            NotSignedIn, ReAuthNeeded: the session has ended, or is too old for this.
            MethodOff: there is no such connection, or it is off.
            SsoFailed, TooManyRequests, TryLater, CrossSite: as for every start.
        """
        now = self.starts.clock.now()
        standing = self.standings.of(asked.workspace, caller)
        standing.demand_fresh(at=now)
        workspace = standing.workspace
        if not CONNECTION.match(asked.connection) or not workspace.offers(asked.connection):
            raise MethodOff
        connection = Connections(self.starts.people_table, workspace.id).get(asked.connection)
        if connection is None or not connection.on:
            raise MethodOff
        office = workspace.is_office(caller.network)
        self.starts.limits.count_start(caller.network, bucket=ACCOUNT_BUCKET, office=office, at=now)
        destination = choose(workspace, None, None)
        leaving = TripStart(
            workspace,
            connection,
            link=ACCOUNT_LINK,
            contact=standing.contact.id,
            to=ReturnTo(
                str(destination), landing(workspace, destination, None, issuer=caller.own_origin)
            ),
            adds=standing.session.id,
            sver=standing.contact.sver,
        )
        return self.starts.send(leaving, caller)


def link_account(
    trip: Trip,
    person: Person,
    workspace_id: str,
    caller: Caller,
    *,
    tables: tuple[str, str],
    at: datetime,
) -> None:
    """Make the account that a trip has brought the contact's, and tell them.

    Args:
        trip: with the contact and the session that began it.
        person: whom the provider has signed in.
        workspace_id: of the trip.
        caller: the browser that came back; the state has vouched for it.
        tables: the People and the SignIn table.
        at: the time.

    Raises:
        Refusal: it is another contact's, or the session has ended meanwhile.
        TryLater: nothing has changed.
    """
    contact, sver = trip.contact or "", trip.sver or 0
    people, sign_in = (Rows(table, f"{workspace_id}#") for table in tables)
    own = owning(
        people, person.identity, workspace_id=workspace_id, contact=contact, sver=sver, at=at
    )
    is_running = sign_in.checking(
        *session_key(workspace_id, contact, trip.adds or ""), IS_RUNNING, {":now": epoch(at)}
    )
    is_theirs = people.checking(
        *head_key(workspace_id, contact),
        "active = :yes AND sver = :sver",
        {":yes": True, ":sver": sver},
    )
    happened = Happened(
        Change.IDENTITY_LINKED,
        contact,
        caller.host,
        trip.keep_days,
        begun=at,
        at=at,
        label=trip.connection.label,
        device=trip.device,
    )
    telling = Notices(sign_in.table, workspace_id).asking(happened)
    try:
        transact_surely([own, is_running, is_theirs, telling])
    except TransactionRefused as refused:
        if 0 in refused.failed:
            raise Refusal("already-linked") from None
        raise Refusal("sso-expired", "session-ended") from None
