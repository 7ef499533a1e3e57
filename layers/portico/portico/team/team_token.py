"""Give a team member a token with the scope ``team``, which our own page alone can ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.aws.tables import Rows, get_many
from portico.clock import epoch, moment
from portico.errors import CrossSite, NotSignedIn, TeamRefused, TryLater
from portico.events import Caller
from portico.people.address_change import address_change_key
from portico.people.memberships import connection_stamp, membership_key, team_settings_key
from portico.people.rules import Contact
from portico.people.store import connection_key, head_key, settings_row_key, workspace_of
from portico.sessions.access_token import ACCESS, Claims, signed
from portico.sessions.flow import Sessions
from portico.sessions.proof import SignedIn
from portico.sessions.refresh import Rotations
from portico.sessions.rules import RefreshToken, Session, is_good
from portico.sessions.store import session_key
from portico.team.rules import ADDRESS_REST, LONGEST_TEAM_VISIT, why_no_visit
from portico.team.store import Membership
from portico.team.team_settings import TeamSettings, address_stamp

TEAM_SCOPE = "team"


def team_audience(issuer: str, workspace_id: str) -> str:
    """Return the audience of a team's tokens. No portal is called so, and no door of contacts."""
    return f"{issuer}/v1/workspaces/{workspace_id}"


def demand_own_page(caller: Caller) -> None:
    """Check that our own page sent a request, and that a browser says so twice.

    Raises:
        CrossSite: it did not, or does not prove it.
    """
    if caller.origin != caller.own_origin:
        raise CrossSite
    demand_own_origin(caller)


def demand_own_origin(caller: Caller) -> None:
    """Check that a request came from our own origin; a page's reads have no ``Origin`` there.

    No script can set ``Sec-Fetch-Site``, so it says enough where a token is shown as well.

    Raises:
        CrossSite: it came from elsewhere, or the browser does not say.

    Source: Fetch Standard, "append a request Origin header": GET and HEAD to one's own origin.
    """
    if caller.origin not in (None, caller.own_origin) or caller.fetch_site != "same-origin":
        raise CrossSite


@dataclass(frozen=True, slots=True)
class TeamTokens:
    """Exchanges a member's refresh token for a team's token, by the rules of a deployment."""

    sessions: Sessions

    def refresh(self, workspace_id: str, token: RefreshToken, caller: Caller) -> SignedIn:
        """Exchange a refresh token. The new one goes into the cookie, as after every refresh.

        Raises:
            CrossSite: our own page did not ask.
            NotSignedIn: there is no such session, or it has ended.
            TeamRefused: the contact is not on the team, or the session is not good enough.
            TryLater: the same request can be sent again.
        """
        demand_own_page(caller)
        people = Rows(self.sessions.people_table, f"{workspace_id}#")
        sign_in = Rows(self.sessions.sign_in_table, f"{workspace_id}#")
        head, settings_row, row, member, team = get_many(
            [
                (people, *head_key(workspace_id, token.contact)),
                (people, *settings_row_key(workspace_id)),
                (sign_in, *session_key(workspace_id, token.contact, token.session)),
                (people, *membership_key(workspace_id, token.contact)),
                (people, *team_settings_key(workspace_id)),
            ],
            consistent=True,
        )
        now = self.sessions.clock.now()
        if settings_row is None or head is None or row is None:
            raise NotSignedIn
        workspace, contact = workspace_of(settings_row), Contact.from_row(head)
        session = Session.from_row(row)
        # A portal that is off or paused is the team's to open again.
        if not is_good(session, token, contact.sver, active=contact.is_in(at=now), at=now):
            raise NotSignedIn
        membership = Membership.from_row(member)
        if membership is None:
            raise TeamRefused("not-a-member")
        settings = TeamSettings.from_row(team)
        why = why_no_visit(session, settings, rested_since=session.rotated_at, at=now)
        why = why or self._unconfirmed(people, workspace_id, session, contact, settings, at=now)
        if why:
            raise TeamRefused(why)
        moved = contact.address_change
        if session.needed_only_the_mailbox(address_change=moved) and settings.is_sso_alone:
            # Loaded here: few members have just connected an account.
            from portico.team.account_rest import AccountRests  # noqa: PLC0415

            tables = self.sessions.people_table, self.sessions.sign_in_table
            rests = AccountRests(*tables, workspace, caller.host)
            if until := rests.ends(session, contact, membership, settings, at=now):
                raise TeamRefused("account", until)
        rotations = Rotations(self.sessions.sign_in_table, self.sessions.keys)
        kept_session, kept = rotations.rotate(
            workspace_id, token, caller, sver=contact.sver, ways=workspace.ways_in, at=now
        )
        try:
            made = self._sign(kept_session, contact, caller, at=now)
        except TryLater:
            rotations.keep(workspace_id, token, kept)
            raise
        stays = min(kept_session.idle, kept_session.expires_at - now)
        person = contact.id, contact.name, contact.email
        role = membership.role.value
        return SignedIn(workspace_id, *person, made, str(kept), stays, role=role)

    def _unconfirmed(
        self,
        people: Rows,
        workspace_id: str,
        session: Session,
        contact: Contact,
        settings: TeamSettings,
        *,
        at: datetime,
    ) -> str | None:
        """Return what an owner has to confirm first. Few members need a row more than the others."""
        _, _, connection = session.method.partition(":")
        wanted: list[tuple[str, Rows, str, str]] = []
        if connection:
            wanted.append(("connection", people, *connection_key(workspace_id, connection)))
        change = contact.address_change
        if change and address_stamp(contact.id, change) not in settings.confirmed:
            key = address_change_key(workspace_id, contact.id, change)
            wanted.append(("address", people, *key))
        if not wanted:
            return None
        rows = get_many([each[1:] for each in wanted], consistent=True)
        return _first_reason([each[0] for each in wanted], rows, settings, at=at)

    def _sign(self, session: Session, contact: Contact, caller: Caller, *, at: datetime) -> str:
        claims = Claims(
            issuer=caller.own_origin,
            workspace_id=session.workspace_id,
            contact=contact.id,
            name=contact.name,
            email=contact.email,
            session=session.id,
            method=session.method,
            signed_in_at=session.signed_in_at,
            session_expires_at=session.expires_at,
        ).to_dict(at=at)
        claims["aud"] = team_audience(caller.own_origin, session.workspace_id)
        claims["scope"] = TEAM_SCOPE
        claims["exp"] = min(claims["exp"], epoch(session.signed_in_at + LONGEST_TEAM_VISIT))
        return signed(claims, typ=ACCESS, key=self.sessions.signing_key)


def _first_reason(
    kinds: Sequence[str],
    rows: Sequence[dict[str, Any] | None],
    settings: TeamSettings,
    *,
    at: datetime,
) -> str | None:
    for kind, row in zip(kinds, rows, strict=True):
        if kind == "connection":
            if row is None or row.get("on", True) is not True:
                return "method"
            if connection_stamp(row) not in settings.confirmed:
                return "connection"
        # A change whose row is gone is older than anything that could be undone.
        elif row is not None and at < moment(row["changed_at"]) + ADDRESS_REST:
            return "address-changed"
    return None
