"""The authorization endpoint: answer a portal's request with a code, or show the page first."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant

from portico.aws.tables import Rows, get_many
from portico.clock import SYSTEM, Clock
from portico.errors import NotSignedIn, ProtocolRefused, TryLater
from portico.events import Caller, Event
from portico.openid.authorization_codes import Grant, keep, new_code
from portico.openid.protocol import Asked, OnlyS256, Server, said
from portico.openid.registered_client import (
    NOT_KNOWN,
    NOT_REGISTERED,
    ClientId,
    RegisteredClient,
    client_key,
)
from portico.openid.rules import (
    ASKED,
    LONGEST_LOCATION,
    MEANT,
    AuthorizeRequest,
    AuthorizeVerdict,
    asked_now,
    fits,
    granted,
    language,
)
from portico.people.rules import Contact, Workspace
from portico.people.store import head_key, settings_row_key, workspace_of
from portico.sessions.access_token import ID
from portico.sessions.access_token_check import TokenChecker
from portico.sessions.rules import RefreshToken, Session, is_good
from portico.sessions.store import session_key
from portico.settings import AuthorizeSettings
from portico.strict_parsers import words_in

NO_MISTAKES = ("login_required", "interaction_required")
"""Errors that a portal asks for by ``prompt=none``."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where the browser goes next, and the outcome that the door counts."""

    location: str
    outcome: str
    cause: str = ""
    """What was out of reach. Only the log says it; the portal learns only that something was."""
    refusal: str = ""
    """The portal's mistake: the error and its description, as it was told. A portal may show
    neither, and is told nothing where no address of it is known, so the log has it too."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The result of one read: the workspace, the portal, and who is signed in."""

    workspace: Workspace
    portal: RegisteredClient
    session: Session | None
    contact: Contact | None


@dataclass(frozen=True, slots=True)
class Authorizations:
    """The authorization endpoint of a deployment."""

    people_table: str
    sign_in_table: str
    checker: TokenChecker
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: AuthorizeSettings) -> "Authorizations":
        """Make the endpoint from a door's settings."""
        checker = TokenChecker(settings.signing_keys.split(","))
        return cls(settings.people_table, settings.sign_in_table, checker)

    def authorize(self, parameters: dict[str, str], cookie: str, caller: Caller) -> Redirect:
        """Answer an authorization request.

        Args:
            parameters: the request's, each once.
            cookie: the browser's refresh token for this workspace, or an empty text.
            caller: the browser.

        Raises:
            TryLater: we cannot answer yet, and do not know an address to answer to.
        """
        now = self.clock.now()
        client = ClientId.parse(parameters.get("client_id"))
        if client is None:
            return _nowhere("", NOT_KNOWN)
        found = self._read(client, cookie, at=now)
        if found is None:
            return _nowhere(client.workspace_id, NOT_KNOWN)
        if not found.workspace.is_open(at=now):
            return to_page(client.workspace_id, "portal-unavailable")
        if not found.portal.takes(parameters.get("redirect_uri")):
            # A browser never goes to an address that is not registered, not even with an error.
            return _nowhere(client.workspace_id, f"redirect_uri: {NOT_REGISTERED}")
        try:
            return self._answer(parameters, found, caller, at=now)
        except ProtocolRefused as refused:
            told = {"error": refused.error, "error_description": refused.description}
            is_mistake = refused.error not in NO_MISTAKES
            said_of_it = f"{refused.error}: {refused.description}" if is_mistake else ""
            return replace(_back(parameters, caller, told, "refused"), refusal=said_of_it)
        except TryLater as away:
            told = {"error": "server_error", "error_description": "try again shortly"}
            return replace(_back(parameters, caller, told, "try-later"), cause=away.cause)

    def _read(self, client: ClientId, cookie: str, *, at: datetime) -> _Found | None:
        workspace_id = client.workspace_id
        people = Rows(self.people_table, f"{workspace_id}#")
        sign_in = Rows(self.sign_in_table, f"{workspace_id}#")
        wanted = [
            (people, *settings_row_key(workspace_id)),
            (people, *client_key(workspace_id, client.portal)),
        ]
        token = RefreshToken.parse(cookie)
        if token is not None:
            wanted += [
                (people, *head_key(workspace_id, token.contact)),
                (sign_in, *session_key(workspace_id, token.contact, token.session)),
            ]
        settings_row, row, *theirs = get_many(wanted, consistent=True)
        portal = RegisteredClient.from_row(row) if row else None
        if settings_row is None or portal is None or not portal.on:
            return None
        workspace = workspace_of(settings_row)
        session, contact = None, None
        if token is not None and all(theirs):
            contact, session = Contact.from_row(theirs[0] or {}), Session.from_row(theirs[1] or {})
            is_here = is_good(session, token, contact.sver, active=contact.is_in(at=at), at=at)
            if not (is_here and session.began_by_one_of(workspace.ways_in)):
                session = None
        return _Found(workspace, portal, session, contact)

    def _answer(
        self, parameters: dict[str, str], found: _Found, caller: Caller, *, at: datetime
    ) -> Redirect:
        server = Server(lambda _: found.portal)
        server.register_grant(AuthorizationCodeGrant, [OnlyS256()])
        asked = Asked("GET", f"{caller.own_origin}/oauth2/authorize", parameters)
        wish = AuthorizeRequest.read(parameters, at=at)
        try:
            server.get_consent_grant(asked)
        except OAuth2Error as error:
            raise said(error) from None
        scope = granted(parameters.get("scope"))
        if "openid" not in words_in(scope):
            raise ProtocolRefused("invalid_scope", "scope: openid")
        session = found.session
        hinted = self._hinted(parameters, found.portal, caller)
        verdict = wish.verdict(
            signed_in_at=session.signed_in_at if session else None,
            contact=session.contact if session else None,
            hinted=hinted,
            at=at,
        )
        if verdict is AuthorizeVerdict.GO and session is not None and found.contact is not None:
            grant = Grant.of(found.portal.id, parameters, scope, session, found.contact, at=at)
            return self._grant(grant, parameters, found.workspace, caller, at=at)
        if verdict is AuthorizeVerdict.OTHERWISE or wish.is_silent:
            words = "somebody else is signed in" if session else "nobody is signed in"
            name = (
                "interaction_required" if verdict is AuthorizeVerdict.CHOOSE else "login_required"
            )
            raise ProtocolRefused(name, words)
        kept = {ASKED: asked_now(at)} | ({MEANT: hinted} if hinted else {})
        return _shown(parameters | kept, found, again=verdict is AuthorizeVerdict.AGAIN)

    def _grant(
        self,
        grant: Grant,
        parameters: dict[str, str],
        workspace: Workspace,
        caller: Caller,
        *,
        at: datetime,
    ) -> Redirect:
        code = new_code()
        event = Event(
            "portal.granted",
            at,
            grant.contact,
            grant.keep_days,
            network=caller.network,
            detail={"portal": grant.portal, "session": grant.session},
        )
        keep(self.sign_in_table, workspace.id, code, grant, event)
        return _back(parameters, caller, {"code": code}, "granted")

    def _hinted(
        self, parameters: dict[str, str], portal: RegisteredClient, caller: Caller
    ) -> str | None:
        text = parameters.get("id_token_hint")
        if text is None:
            return parameters.get(MEANT)
        try:
            claims = self.checker.read(text, typ=ID, issuer=caller.own_origin)
        except NotSignedIn:
            claims = {}
        if claims.get("aud") != portal.client_id:
            raise ProtocolRefused(
                "invalid_request", "id_token_hint: not an id_token of this client"
            )
        subject: str = claims["sub"]
        return subject


def to_page(workspace_id: str, reason: str) -> Redirect:
    """Send the browser to our own page with a reason, because no portal address is known."""
    return Redirect(f"/{workspace_id}#e={reason}", reason)


def _nowhere(workspace_id: str, mistake: str) -> Redirect:
    return replace(to_page(workspace_id, "portal-not-known"), refusal=mistake)


def _back(
    parameters: dict[str, str], caller: Caller, told: dict[str, str], outcome: str
) -> Redirect:
    # `iss` tells a portal with several providers which of them answers (RFC 9207).
    state = parameters.get("state")
    carried = {"state": state} if state and fits(state) else {}
    uri = parameters["redirect_uri"]
    query = urlencode(told | carried | {"iss": caller.own_origin})
    return Redirect(f"{uri}{'&' if '?' in uri else '?'}{query}", outcome)


def _shown(parameters: dict[str, str], found: _Found, *, again: bool) -> Redirect:
    # In the fragment, which no log sees. The page sends the request again after the sign-in.
    kept = {name: value for name, value in parameters.items() if name != "id_token_hint"}
    request = urlencode(kept)
    fragment: dict[str, Any] = {"l": found.portal.client_id, "o": request}
    optional = {
        "again": "1" if again else None,
        "hint": parameters.get("login_hint"),
        "lang": language(parameters.get("ui_locales")),
    }
    fragment |= {name: value for name, value in optional.items() if value}
    text = "&".join(f"{key}={quote(value, safe='')}" for key, value in fragment.items())
    if len(text) > LONGEST_LOCATION:
        raise ProtocolRefused("invalid_request", "the request is too long for an address")
    return Redirect(f"/{found.workspace.id}#{text}", "shown")
