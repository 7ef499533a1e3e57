"""A portal fetches tokens: for a code, once; and again and again for a refresh token."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, UnauthorizedClientError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant

from portico.aws import deadline
from portico.aws.beside import beside
from portico.aws.keys import KeyRing, ring
from portico.aws.tables import Rows, TransactionRefused, get_many, transact_surely
from portico.clock import SYSTEM, Clock, epoch, moment
from portico.errors import NotSignedIn, ProtocolRefused, TryLater
from portico.events import Caller
from portico.people.rules import Contact
from portico.people.store import door_key, head_key, workspace_of
from portico.provider.grants import Grant, grant_key
from portico.provider.portals import ClientId, Portal, portal_key
from portico.provider.protocol import Asked, Client, OnlyS256, Server
from portico.provider.tokens import Subject
from portico.sessions.rotating import Rotations
from portico.sessions.rules import ACCESS_TOKEN_LIVES, RefreshToken, Session, session_id
from portico.sessions.store import SessionStore, happened, session_key
from portico.settings import Token

type Answer = tuple[int, dict[str, Any], dict[str, str]]
"""Status, JSON members, headers."""


@dataclass(frozen=True, slots=True)
class Exchanges:
    """The token endpoint of a deployment."""

    people_table: str
    sign_in_table: str
    keys: KeyRing
    signing_key: str
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: Token) -> "Exchanges":
        """Make the endpoint of a door."""
        return cls(
            settings.people_table,
            settings.sign_in_table,
            ring(settings.code_secret),
            settings.signing_keys.split(",")[0],
        )

    def exchange(self, parameters: dict[str, str], caller: Caller) -> Answer:
        """Answer a token request (RFC 6749, 4.1.3 and 6).

        Raises:
            ProtocolRefused: the request is no request.
            TryLater: nothing was used up; the same request can be sent again.
        """
        basic = caller.authorization or ""
        if basic and "client_secret" in parameters:
            raise ProtocolRefused("invalid_request", "one way to prove who you are, not two")
        exchange = _Exchange(self, parameters, caller, self.clock.now())
        server = Server(exchange.portal)
        server.register_grant(CodeGrant, [OnlyS256()])
        server.register_grant(RenewedGrant)
        server.register_token_generator("default", exchange.tokens)
        asked = Asked("POST", f"{caller.own_origin}/oauth2/token", parameters, basic)
        asked.credential = exchange
        try:
            answer: Answer = server.create_token_response(asked)
        except UnicodeDecodeError:
            # What stood behind Basic was no text.
            raise ProtocolRefused("invalid_client", "Basic: no text", 401, "Basic") from None
        return answer


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """Codes: what decides is one transaction, when the tokens are made."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

    def query_authorization_code(self, _code: str, client: Client) -> "Grant | None":
        """Return what the code stands for, if it is this portal's."""
        grant: Grant | None = self.request.credential.grant
        return grant if grant is not None and grant.portal == client.portal.id else None

    def authenticate_user(self, authorization_code: Grant) -> Grant:
        """Return whose it is."""
        return authorization_code

    def delete_authorization_code(self, authorization_code: Grant) -> None:
        """Delete nothing: the session that it became says that it was used."""


class RenewedGrant(RefreshTokenGrant):  # type: ignore[misc]
    """Refresh tokens, each good once (RFC 9700, 4.14.2)."""

    TOKEN_ENDPOINT_AUTH_METHODS = CodeGrant.TOKEN_ENDPOINT_AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, _refresh_token: str) -> "_Family | None":
        """Return the portal's session that the token belongs to."""
        family: _Family | None = self.request.credential.family
        return family

    def authenticate_user(self, refresh_token: "_Family") -> "_Family":
        """Return whose it is."""
        return refresh_token

    def revoke_old_credential(self, refresh_token: "_Family") -> None:
        """Revoke nothing: the exchange did."""


@dataclass(frozen=True, slots=True)
class _Family:
    """A refresh token, the session it names, and the contact's head."""

    token: RefreshToken = field(repr=False)
    session: Session
    contact: Contact

    def check_client(self, client: Client) -> bool:
        return self.session.portal == client.portal.id

    def get_scope(self) -> str:
        return self.session.scope


@dataclass
class _Exchange:
    """One request: what was read for it, in one call, once authlib knows who asks."""

    of: Exchanges
    parameters: dict[str, str] = field(repr=False)
    caller: Caller
    at: datetime
    client: Portal | None = None
    grant: Grant | None = None
    family: _Family | None = None
    _asked_for: str | None = None

    def portal(self, client_id: str) -> Portal | None:
        """Read the portal, and what its code or refresh token names."""
        if self._asked_for is None:
            self._asked_for = client_id
            self._read(client_id)
        return self.client if self._asked_for == client_id else None

    def _read(self, client_id: str) -> None:
        client = ClientId.parse(client_id)
        if client is None or self.parameters.get("client_id", client_id) != client_id:
            return
        workspace = client.workspace
        people = Rows(self.of.people_table, f"{workspace}#")
        sign_in = Rows(self.of.sign_in_table, f"{workspace}#")
        wanted = [(people, *door_key(workspace)), (people, *portal_key(workspace, client.portal))]
        code = self.parameters.get("code")
        token = RefreshToken.parse(self.parameters.get("refresh_token", ""))
        if code is not None:
            wanted.append((sign_in, *grant_key(workspace, code)))
        elif token is not None:
            wanted += [
                (people, *head_key(workspace, token.contact)),
                (sign_in, *session_key(workspace, token.contact, token.session)),
            ]
        door, row, *found = get_many(wanted, consistent=True)
        portal = Portal.from_row(row) if row else None
        if door is None or portal is None or not portal.on:
            return
        self.client = portal
        if not workspace_of(door).portal_enabled:
            raise UnauthorizedClientError("The workspace has switched its portal off.")
        if code is not None and found[0]:
            self.grant = Grant.from_row(found[0])
        elif token is not None and all(found):
            session, contact = Session.from_row(found[1] or {}), Contact.from_row(found[0] or {})
            self.family = _Family(token, session, contact)

    def tokens(self, *, user: "Grant | _Family", scope: str, **_: object) -> dict[str, Any]:
        """Make the tokens that answer the request.

        Raises:
            InvalidGrantError: there are none to be had.
            TryLater: nothing was used up.
        """
        return self._first(user) if isinstance(user, Grant) else self._next(user, scope)

    def _first(self, grant: Grant) -> dict[str, Any]:
        keys, portal = self.of.keys.current(), self._portal
        code = self.parameters["code"]
        id_ = session_id(code)
        token = RefreshToken.first(keys.refresh, contact=grant.contact, session=id_, challenge=code)
        idle = timedelta(seconds=grant.idle)
        session = Session(
            id=id_,
            workspace=portal.workspace,
            contact=grant.contact,
            sver=grant.sver,
            method=grant.method,
            signed_in_at=moment(grant.signed_in_at),
            expires_at=moment(grant.session_ends_at),
            idle_ends_at=self.at + idle,
            idle=idle,
            shared_computer=grant.shared_computer,
            n=0,
            current=token.hash,
            previous=None,
            previous_stays=False,
            rotated_at=self.at,
            key=keys.version,
            ended_at=None,
            ended_by=None,
            keep_days=grant.keep_days,
            portal=portal.id,
            parent=grant.session,
            scope=grant.scope,
        )
        if not grant.is_due(at=self.at):
            self._end(session)
            raise InvalidGrantError("The code is older than a minute.")
        subject = self._subject(session, grant.name, grant.email, grant.scope)
        access = subject.access_token(key=self.of.signing_key, at=self.at)
        signing = beside(
            lambda: subject.id_token(access, grant.nonce, key=self.of.signing_key, at=self.at)
        )
        self._begin(session)
        try:
            id_token = signing.result()
        except TryLater:
            self._leave(session)
            raise
        return _answer(access, token, id_token, grant.scope)

    def _begin(self, session: Session) -> None:
        detail = {"portal": session.portal or "", "parent": session.parent or ""}
        event = happened(
            "session.started", session, self.caller, at=self.at, method=session.method, **detail
        )
        workspace = session.workspace
        parts = [
            self._store.granting(session, event, request=self.caller.request_id),
            Rows(self.of.people_table, f"{workspace}#").checking(
                *head_key(workspace, session.contact),
                "active = :yes AND sver = :sver",
                {":yes": True, ":sver": session.sver},
            ),
            Rows(self.of.sign_in_table, f"{workspace}#").checking(
                *session_key(workspace, session.contact, session.parent or ""),
                "attribute_not_exists(ended_at) AND expires_at > :now",
                {":now": epoch(self.at)},
            ),
        ]
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if 0 in refused.failed:
                # Somebody has had the tokens: of two who hold a code, one stole it.
                self._end(session)
            raise InvalidGrantError("The code was used, or the sign-in has ended.") from None
        except TryLater:
            # Perhaps it was done, and only its answer is lost.
            self._leave(session)
            raise

    def _next(self, family: _Family, scope: str) -> dict[str, Any]:
        held, contact = family.session, family.contact
        # Only who holds a token of the family may have something signed.
        is_held = family.token.hash in (held.current, held.previous)
        if not (contact.active and is_held):
            if contact.active:
                # It may be an old one that was stolen, which ends the family.
                self._rotate(family)
            raise InvalidGrantError("The sign-in has ended.")
        subject = self._subject(held, contact.name, contact.email, scope)
        signing = beside(lambda: subject.access_token(key=self.of.signing_key, at=self.at))
        parent = self._store.get(held.contact, held.parent or "")
        access = signing.result()
        # A parent that only rested is no reason: its contact is busy in the portal.
        if parent is None or parent.ended_at is not None or self.at >= parent.expires_at:
            raise InvalidGrantError("The sign-in has ended.")
        signing = beside(lambda: subject.id_token(access, "", key=self.of.signing_key, at=self.at))
        rotations, token = self._rotate(family)
        try:
            id_token = signing.result()
        except TryLater:
            rotations.keep(held.workspace, family.token, token)
            raise
        return _answer(access, token, id_token, scope)

    def _rotate(self, family: _Family) -> tuple[Rotations, RefreshToken]:
        rotations = Rotations(self.of.sign_in_table, self.of.keys)
        try:
            _, token = rotations.rotate(
                family.session.workspace,
                family.token,
                self.caller,
                sver=family.contact.sver,
                portal=family.session.portal,
                at=self.at,
            )
        except NotSignedIn:
            raise InvalidGrantError("The sign-in has ended.") from None
        return rotations, token

    def _subject(self, session: Session, name: str, email: str, scope: str) -> Subject:
        return Subject(self.caller.own_origin, self._portal, session, name, email, scope)

    def _end(self, session: Session) -> None:
        event = happened("session.ended", session, self.caller, at=self.at, reason="code-reuse")
        self._store.end(session.contact, session.id, by="code-reuse", event=event)

    def _leave(self, session: Session) -> None:
        deadline.leave(deadline.TIME_TO_MEND)
        self._store.leave_unanswered(session.contact, session.id, request=self.caller.request_id)

    @property
    def _portal(self) -> Portal:
        if self.client is None:
            raise InvalidGrantError
        return self.client

    @property
    def _store(self) -> SessionStore:
        return SessionStore(self.of.sign_in_table, self._portal.workspace)


def _answer(access: str, refresh: RefreshToken, id_token: str, scope: str) -> dict[str, Any]:
    return {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": int(ACCESS_TOKEN_LIVES.total_seconds()),
        "refresh_token": str(refresh),
        "id_token": id_token,
        "scope": scope,
    }
