"""The revocation endpoint: end a portal's session by its refresh token (RFC 7009)."""

from collections.abc import Mapping
from dataclasses import dataclass

from portico.aws.tables import Rows, get_many
from portico.clock import SYSTEM, Clock
from portico.errors import InvalidRequest, ProtocolRefused
from portico.events import Caller
from portico.openid.client_auth import Credentials, credentials_of
from portico.openid.registered_client import RegisteredClient, client_key
from portico.sessions.rules import RefreshToken, Session, SessionEnd
from portico.sessions.store import SessionStore, happened, session_key
from portico.settings import RevokeSettings


@dataclass(frozen=True, slots=True)
class Revocations:
    """The revocation endpoint of a deployment."""

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: RevokeSettings) -> "Revocations":
        """Make the endpoint from a door's settings."""
        return cls(settings.people_table, settings.sign_in_table)

    def revoke(self, form: Mapping[str, str], caller: Caller) -> None:
        """End a portal's session by its refresh token. An unknown token ends nothing.

        Raises:
            InvalidRequest: the request has no token, or two sets of credentials.
            ProtocolRefused: the credentials are wrong, or the token is an access token.
            TryLater: the same request can be sent again.
        """
        credentials = credentials_of(form, caller.authorization)
        text = form.get("token", "")
        token = RefreshToken.parse(text)
        portal, session = self._read(credentials, token)
        portal = credentials.prove(portal)
        if not text:
            raise InvalidRequest("token", "required")
        if _is_access_token(text):
            # APIs accept it for its ten minutes without asking us, so we cannot revoke it.
            raise ProtocolRefused("unsupported_token_type", "only refresh tokens are revoked")
        if session is None or token is None or not _is_theirs(session, token, portal):
            return
        if session.ended_at is None:
            self._end(session, caller)

    def _read(
        self, credentials: Credentials, token: RefreshToken | None
    ) -> tuple[RegisteredClient | None, Session | None]:
        workspace_id, portal = credentials.client
        people = Rows(self.people_table, f"{workspace_id}#")
        sign_in = Rows(self.sign_in_table, f"{workspace_id}#")
        wanted = [(people, *client_key(workspace_id, portal))]
        if token is not None:
            wanted.append((sign_in, *session_key(workspace_id, token.contact, token.session)))
        row, *theirs = get_many(wanted, consistent=True)
        session = Session.from_row(theirs[0]) if theirs and theirs[0] else None
        return RegisteredClient.from_row(row) if row else None, session

    def _end(self, session: Session, caller: Caller) -> None:
        now = self.clock.now()
        event = happened("session.ended", session, caller, at=now, reason="ended-by-portal")
        store = SessionStore(self.sign_in_table, session.workspace_id)
        store.end(session.contact, session.id, by=SessionEnd.PORTAL, event=event)


def _is_theirs(session: Session, token: RefreshToken, portal: RegisteredClient) -> bool:
    return session.portal == portal.id and token.hash in (session.current, session.previous)


def _is_access_token(text: str) -> bool:
    return text.startswith("eyJ") and text.count(".") == 2
