"""The end-session endpoint: sign a portal's contact out here, then send them back to the portal.

A request with an id_token of ours may end the session that the token came from. A request
without one could come from any page, so the contact has to confirm it.

Source: OpenID Connect RP-Initiated Logout 1.0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from portico.aws.tables import Rows, get_many
from portico.clock import SYSTEM, Clock
from portico.errors import InvalidRequest
from portico.events import Caller
from portico.openid.id_token_hint import Hint
from portico.openid.registered_client import (
    NOT_KNOWN,
    NOT_REGISTERED,
    ClientId,
    RegisteredClient,
    client_key,
)
from portico.openid.rules import language
from portico.people.rules import Contact
from portico.people.store import head_key
from portico.sessions.access_token_check import TokenChecker
from portico.sessions.rules import RefreshToken, Session
from portico.sessions.sign_out import SignOuts
from portico.sessions.store import session_key
from portico.settings import EndSessionSettings

ENDPOINT = "/oauth2/end_session"
CARRIED = ("client_id", "post_logout_redirect_uri", "state", "ui_locales")
"""Parameters that go to our page and back. The hint does not: no address may hold a token."""
LONGEST_REQUEST = 4096
"""Characters of these parameters, percent-encoded. The page's fragment encodes them once more, and
a gateway takes 10 KB of headers at most."""


@dataclass(frozen=True, slots=True)
class EndSessionAnswer:
    """Where the browser goes next, and the outcome that the door counts."""

    location: str
    outcome: str
    drops: str | None = None
    """The workspace whose cookie the browser should delete."""
    client: ClientId | None = None
    refusal: str = ""
    """The mistake of that portal. It is told nothing: only the log has it."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request to sign out, and what it proves."""

    workspace_id: str
    client: ClientId | None
    hint: Hint | None
    token: RefreshToken | None
    """The browser's refresh token for the workspace."""
    parameters: dict[str, str]

    @property
    def query(self) -> str:
        """The query string that repeats this request."""
        return urlencode(self.parameters)

    @property
    def spoken(self) -> str:
        """The fragment key that gives the page the portal's language, if the page has it."""
        found = language(self.parameters.get("ui_locales"))
        return f"&lang={found}" if found else ""

    @property
    def is_theirs(self) -> bool:
        """Whether the hinted contact is signed in in this browser."""
        is_whole = self.hint is not None and self.token is not None
        return is_whole and self.hint.contact == self.token.contact  # type: ignore[union-attr]


@dataclass(frozen=True, slots=True)
class _Found:
    """The result of one read: the portal, the hint's session, and this browser's running one."""

    portal: RegisteredClient | None
    hinted: Session | None
    here: Session | None


@dataclass(frozen=True, slots=True)
class EndSessions:
    """The end-session endpoint of a deployment."""

    people_table: str
    sign_in_table: str
    checker: TokenChecker
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: EndSessionSettings) -> "EndSessions":
        """Make the endpoint from a door's settings."""
        checker = TokenChecker(settings.signing_keys.split(","))
        return cls(settings.people_table, settings.sign_in_table, checker)

    def leave(
        self,
        parameters: Mapping[str, str],
        cookies: Mapping[str, str],
        caller: Caller,
        *,
        posted: bool,
    ) -> EndSessionAnswer:
        """End the sessions that the request proves, and say where the browser goes next.

        Args:
            parameters: the request's, each once.
            cookies: the browser's refresh tokens, by workspace.
            caller: the browser.
            posted: whether the request is a POST.

        Raises:
            InvalidRequest: the request is too long, or its hint is another portal's.
            TryLater: the same request can be sent again.
        """
        asked = self._understood(parameters, cookies, caller)
        found = self._read(asked, at=self.clock.now())
        if asked.hint is None and asked.client is not None and found.portal is None:
            location = f"/{asked.workspace_id}#e=portal-not-known"
            return EndSessionAnswer(
                location, "portal-not-known", client=asked.client, refusal=NOT_KNOWN
            )
        self._end(asked, found, caller)
        if posted and asked.workspace_id not in cookies:
            # A POST from another site has no cookie of ours, but a navigation has: send the
            # browser here again, to clear the cookie or to ask another contact who is signed in.
            return EndSessionAnswer(f"{ENDPOINT}?{asked.query}", "sent-again")
        if found.here is not None and not asked.is_theirs:
            # Nothing proves that this contact wants to sign out. If the hint names somebody else,
            # the two share a computer: the other one is signed out, and this one must confirm.
            request = quote(asked.query, safe="")
            return EndSessionAnswer(
                f"/{asked.workspace_id}#out={request}{asked.spoken}", "confirmation-asked"
            )
        drops = asked.workspace_id if asked.is_theirs else None
        onward, mistake = _onward(asked, found.portal)
        return EndSessionAnswer(onward, "signed-out", drops, asked.client, mistake)

    def _understood(
        self, parameters: Mapping[str, str], cookies: Mapping[str, str], caller: Caller
    ) -> _Asked:
        named = parameters.get("client_id")
        client = ClientId.parse(named)
        hint = Hint.read(self.checker, parameters.get("id_token_hint"), issuer=caller.own_origin)
        if hint is not None and named is None:
            client = hint.client
        if (named is not None and client is None) or (hint is not None and hint.client != client):
            raise InvalidRequest("client_id", "the client that the id_token was issued to")
        carried = {name: parameters[name] for name in CARRIED if name in parameters}
        if client is not None:
            workspace_id = client.workspace_id
            carried["client_id"] = str(client)
        elif len(cookies) > 1:
            raise InvalidRequest("client_id", "required")
        else:
            workspace_id = next(iter(cookies), "")
        token = RefreshToken.parse(cookies.get(workspace_id, ""))
        asked = _Asked(workspace_id, client, hint, token, carried)
        if len(asked.query) > LONGEST_REQUEST:
            raise InvalidRequest("parameters", "too long")
        return asked

    def _read(self, asked: _Asked, *, at: datetime) -> _Found:
        people = Rows(self.people_table, f"{asked.workspace_id}#")
        sign_in = Rows(self.sign_in_table, f"{asked.workspace_id}#")
        keys: dict[str, tuple[Rows, str, str]] = {}
        if asked.client is not None:
            keys["portal"] = people, *client_key(asked.workspace_id, asked.client.portal)
        if asked.hint is not None:
            hint = asked.hint
            keys["hinted"] = sign_in, *session_key(asked.workspace_id, hint.contact, hint.session)
        if asked.token is not None:
            token = asked.token
            keys["here"] = sign_in, *session_key(asked.workspace_id, token.contact, token.session)
            keys["head"] = people, *head_key(asked.workspace_id, token.contact)
        # Both may be the same session, and DynamoDB refuses to read a row twice.
        wanted = list(dict.fromkeys(keys.values()))
        read = get_many(wanted, consistent=True) if wanted else []
        rows = dict(zip(wanted, read, strict=True))
        row = {name: rows[key] for name, key in keys.items()}
        portal, hinted = row.get("portal"), row.get("hinted")
        return _Found(
            RegisteredClient.from_row(portal) if portal else None,
            Session.from_row(hinted) if hinted else None,
            _running(row.get("here"), row.get("head"), asked.token, at=at),
        )

    def _end(self, asked: _Asked, found: _Found, caller: Caller) -> None:
        # One write per session. If the second write fails, the portal can send the request
        # again: it finds the first session ended, and ends the second.
        theirs = (found.hinted, found.here if asked.is_theirs else None)
        ends = {each.id: each for each in theirs if each is not None}
        sign_outs = SignOuts(self.people_table, self.sign_in_table, self.clock)
        for each in ends.values():
            sign_outs.here(each, caller, asked_by=asked.client.portal if asked.client else "")


def _running(
    row: dict[str, Any] | None,
    head: dict[str, Any] | None,
    token: RefreshToken | None,
    *,
    at: datetime,
) -> Session | None:
    if row is None or head is None or token is None:
        return None
    session, contact = Session.from_row(row), Contact.from_row(head)
    is_proved = session.portal is None and token.hash in (session.current, session.previous)
    is_alive = contact.is_in(at=at) and session.is_alive(sver=contact.sver, at=at)
    return session if is_proved and is_alive else None


def _onward(asked: _Asked, portal: RegisteredClient | None) -> tuple[str, str]:
    """Return where the browser goes, and the portal's mistake if that is not where it wanted."""
    uri = asked.parameters.get("post_logout_redirect_uri")
    ours = f"/{asked.workspace_id}#bye{asked.spoken}"
    if uri is None:
        return ours, ""
    if asked.client is None:
        return ours, "post_logout_redirect_uri: send id_token_hint or client_id with it"
    if portal is None or not portal.on:
        return ours, NOT_KNOWN
    # Compared character by character: only a registered address is the portal's.
    if uri not in portal.post_logout_uris:
        return ours, f"post_logout_redirect_uri: {NOT_REGISTERED}"
    state = asked.parameters.get("state")
    if state is None:
        return uri, ""
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode({'state': state})}", ""
