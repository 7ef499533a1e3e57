"""Find who sent a request to the team's side: a member in a session, or a key. By one read."""

from dataclasses import dataclass
from datetime import datetime

from portico.aws.tables import Rows, get_many
from portico.clock import SYSTEM, Clock
from portico.errors import CrossSite, NotSignedIn
from portico.events import Caller
from portico.ids import is_workspace
from portico.people.memberships import Reach, Role, membership_key
from portico.people.rules import Contact, Workspace
from portico.people.store import head_key, settings_row_key, workspace_of
from portico.sessions.access_token import ACCESS
from portico.sessions.access_token_check import TokenChecker, bearer_of, is_due
from portico.sessions.current_session import Standing
from portico.sessions.rules import Session
from portico.sessions.store import session_key
from portico.strict_parsers import words_in
from portico.team.rules import REACH_OF_KEYS, reach_of
from portico.team.store import Membership
from portico.team.team_token import TEAM_SCOPE, demand_own_origin, team_audience
from portico.team.workspace_key import KEY_PREFIX, WorkspaceKey, read_key
from portico.team.workspace_key_store import workspace_key_key


@dataclass(frozen=True, slots=True)
class TeamCaller:
    """A member who asks for something, in a session that runs."""

    standing: Standing
    role: Role

    @property
    def workspace(self) -> Workspace:
        """The workspace."""
        return self.standing.workspace

    @property
    def contact(self) -> Contact:
        """The contact who is the member."""
        return self.standing.contact

    @property
    def id(self) -> str:
        """Whose budget a request counts in."""
        return self.contact.id

    @property
    def by(self) -> str:
        """Who the trail says has done it."""
        return f"member:{self.contact.id}"

    @property
    def reach(self) -> Reach:
        """On whom they may act."""
        return reach_of(self.role, self.contact.id)


@dataclass(frozen=True, slots=True)
class KeyCaller:
    """A machine that asks for something with a key."""

    key: WorkspaceKey
    workspace: Workspace

    @property
    def id(self) -> str:
        """Whose budget a request counts in."""
        return self.key.id

    @property
    def by(self) -> str:
        """Who the trail says has done it."""
        return f"key:{self.key.id}"

    @property
    def reach(self) -> Reach:
        """On whom it may act."""
        return REACH_OF_KEYS


@dataclass(frozen=True, slots=True)
class TeamCallers:
    """Finds who sent a request with a team's token."""

    people_table: str
    sign_in_table: str
    checker: TokenChecker
    clock: Clock = SYSTEM

    def of_all(self, workspace_id: str, caller: Caller) -> TeamCaller | KeyCaller:
        """Return the member, or the key: a browser sends none.

        Raises:
            NotSignedIn: the credential is missing, bad, ended, or another workspace's.
            CrossSite: a browser sent a key, or a token from a page that is not ours.
            TryLater: DynamoDB or KMS is out of reach.
        """
        text = bearer_of(caller)
        if text is None or not text.startswith(KEY_PREFIX):
            return self.of(workspace_id, caller)
        if caller.is_browser:
            raise CrossSite
        told = read_key(text)
        if told is None or told.workspace_id != workspace_id:
            raise NotSignedIn
        return opened_key(self.people_table, text, at=self.clock.now())

    def of(self, workspace_id: str, caller: Caller) -> TeamCaller:
        """Return the member. Whoever has lost the role has lost it for this request.

        Raises:
            NotSignedIn: there is no valid token of this team, its session has ended, or its
                contact is not on the team (any more).
            CrossSite: a browser sent it from a page that is not ours.
            TryLater: DynamoDB or KMS is out of reach.
        """
        token = bearer_of(caller)
        if token is None or not is_workspace(workspace_id):
            raise NotSignedIn
        demand_own_origin(caller)
        now, issuer = self.clock.now(), caller.own_origin
        claims = self.checker.read(token, typ=ACCESS, issuer=issuer)
        is_theirs = claims["aud"] == team_audience(issuer, workspace_id)
        if not (is_theirs and words_in(claims["scope"]) == [TEAM_SCOPE] and is_due(claims, at=now)):
            raise NotSignedIn
        people = Rows(self.people_table, f"{workspace_id}#")
        sign_in = Rows(self.sign_in_table, f"{workspace_id}#")
        settings_row, head, row, member = get_many(
            [
                (people, *settings_row_key(workspace_id)),
                (people, *head_key(workspace_id, claims["sub"])),
                (sign_in, *session_key(workspace_id, claims["sub"], claims["sid"])),
                (people, *membership_key(workspace_id, claims["sub"])),
            ],
            consistent=True,
        )
        membership = Membership.from_row(member)
        if settings_row is None or head is None or row is None or membership is None:
            raise NotSignedIn
        contact, session = Contact.from_row(head), Session.from_row(row)
        if not contact.is_in(at=now) or not session.is_alive(sver=contact.sver, at=now):
            raise NotSignedIn
        return TeamCaller(Standing(workspace_of(settings_row), contact, session), membership.role)


def opened_key(people_table: str, text: str, *, at: datetime) -> KeyCaller:
    """Return the key that *text* is, by one consistent read. A typing error costs none.

    Raises:
        NotSignedIn: it is no key, or one that was revoked, is held, or has ended.
        TryLater: the rows are out of reach.
    """
    told = read_key(text)
    if told is None:
        raise NotSignedIn
    people = Rows(people_table, f"{told.workspace_id}#")
    settings_row, row = get_many(
        [
            (people, *settings_row_key(told.workspace_id)),
            (people, *workspace_key_key(told.workspace_id, told.id)),
        ],
        consistent=True,
    )
    key = WorkspaceKey.from_row(row) if row else None
    if key is None or settings_row is None or not key.opens_with(text, at=at):
        raise NotSignedIn
    return KeyCaller(key, workspace_of(settings_row))
