"""Connect another account to a signed-in contact. The trip is that of a sign-in."""

from dataclasses import dataclass
from datetime import datetime

from portico.aws.tables import Rows, TransactionRefused, transact_surely
from portico.errors import MethodOff
from portico.events import Caller
from portico.limits.rules import ACCOUNT_BUCKET, AccountUse
from portico.links.destinations import return_to
from portico.links.rules import ACCOUNT_LINK
from portico.people.store import workspace_of
from portico.sessions.access_token_check import TokenChecker
from portico.sessions.current_session import Standings
from portico.sessions.store import SessionStore
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
    """Begins trips that connect an account."""

    standings: Standings
    starts: SsoStarts

    @classmethod
    def from_settings(cls, settings: StartSsoSettings, starts: SsoStarts) -> "AccountLinks":
        """Make it from a door's settings. *starts* begins its trips."""
        checker = TokenChecker(settings.signing_keys.split(","))
        tables = settings.people_table, settings.sign_in_table
        return cls(Standings(*tables, checker), starts)

    def start(self, asked: AskedAccount, caller: Caller) -> StartedTrip:
        """Send a contact's browser to a provider, to connect their account.

        Raises:
            NotSignedIn, ReAuthNeeded: the session has ended, or is too old for this.
            MethodOff: the connection does not exist, or is off.
            SsoFailed, TooManyRequests, TryLater, CrossSite: as for every start.
        """
        now = self.starts.clock.now()
        standing = self.standings.of(asked.workspace, caller)
        standing.demand_fresh(at=now)
        self.starts.limits.use_account(standing.session.id, AccountUse.EDIT, at=now)
        workspace = standing.workspace
        if not CONNECTION.match(asked.connection) or not workspace.offers(asked.connection):
            raise MethodOff
        connection = Connections(self.starts.people_table, workspace.id).get(asked.connection)
        if connection is None or not connection.on:
            raise MethodOff
        self.starts.limits.start(workspace, caller.network, bucket=ACCOUNT_BUCKET, at=now)
        leaving = TripStart(
            workspace,
            connection,
            link=ACCOUNT_LINK,
            contact=standing.contact.id,
            to=return_to(workspace, None, None, issuer=caller.own_origin),
            adds=standing.session.id,
            sver=standing.contact.sver,
            # Codes are mailed, and so is what resets a password.
            by_sso=standing.session.method.startswith("sso:")
            and not standing.session.needed_only_the_mailbox(
                address_change=standing.contact.address_change
            ),
        )
        return self.starts.send(leaving, caller)


def link_account(
    trip: Trip,
    person: Person,
    workspace_id: str,
    caller: Caller,
    *,
    tables: tuple[str, str],
    name: str,
    at: datetime,
) -> None:
    """Connect the account that a trip found to its contact, and tell the contact by mail.

    Args:
        trip: the trip, with its contact and session.
        person: the person that the provider signed in.
        workspace_id: the trip's workspace.
        caller: the browser that came back, checked by the state.
        tables: the names of the People and the SignIn table.
        name: the name of the trip.
        at: the time.

    Raises:
        Refusal: the account is another contact's, or the session has ended meanwhile, or ways in
            were changed too often within the hour, or the team has switched the connection, SSO
            or the portal off.
        TryLater: nothing has changed.
    """
    # Loaded here: the door that starts a trip connects nothing.
    from portico.mail.letters import Change  # noqa: PLC0415
    from portico.notices.store import Happened, Notices  # noqa: PLC0415
    from portico.people.heads import Heads  # noqa: PLC0415
    from portico.people.identities import owning  # noqa: PLC0415
    from portico.people.open_checks import OpenChecks  # noqa: PLC0415

    contact, sver = trip.contact or "", trip.sver or 0
    people_table, sign_in_table = tables
    rows = Rows(people_table, f"{workspace_id}#")
    happened = Happened(
        Change.IDENTITY_LINKED,
        contact,
        caller.host,
        trip.stay.keep_days,
        name=name,
        at=at,
        label=trip.connection.label,
        device=trip.device,
    )
    notices = Notices(sign_in_table, workspace_id)
    parts = {
        "identity": owning(
            rows,
            person.identity,
            workspace_id=workspace_id,
            contact=contact,
            sver=sver,
            at=at,
            by_mailbox=not trip.by_sso,
        ),
        "session": SessionStore(sign_in_table, workspace_id).running(
            contact, trip.adds or "", at=at
        ),
        "standing": Heads(people_table, workspace_id).standing(contact, sver=sver, at=at),
        "notice": notices.asking(happened),
        "count": notices.counting(contact, at=at),
        # The contact may have spent minutes at the provider.
        **OpenChecks(people_table, workspace_id, at).still_connecting(trip.connection.id),
    }
    try:
        transact_surely(parts)
    except TransactionRefused as refused:
        if "settings" in refused.failed:
            row = refused.rows.get("settings")
            is_off = row is not None and not workspace_of(row).is_open(at=at)
            reason = "portal-unavailable" if is_off else "sso-failed"
            raise Refusal(reason, reason if is_off else "connection-off") from None
        if "connection" in refused.failed:
            raise Refusal("sso-failed", "connection-off") from None
        if "identity" in refused.failed:
            raise Refusal("already-linked") from None
        if refused.failed == {"count"}:
            raise Refusal("try-later", "too-many-changes") from None
        raise Refusal("sso-expired", "session-ended") from None
