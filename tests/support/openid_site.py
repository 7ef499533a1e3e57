"""A portal on another site: an OpenID client, with a browser before it."""

import base64
import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet

from portico.events import Event
from portico.ids import digest
from portico.openid.registered_client import RegisteredClient as Registered
from portico.openid.store import RegisteredClients
from tests.support.doors import ORIGIN, Answer
from tests.support.driver import NOON, Browser, Portal

CALLBACK = "https://help.example.net/callback"
SIGNED_OUT = "https://help.example.net/signed-out"
BEGIN = "https://help.example.net/login"
AUTHORIZE = "/oauth2/authorize"
TOKEN = "POST /oauth2/token"


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge."""
    hashed = sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


def query_of(url: str) -> dict[str, str]:
    """Return the parameters of an address."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def marks_of(url: str) -> dict[str, str]:
    """Return the marks of a fragment."""
    pairs = (each.partition("=") for each in urlsplit(url).fragment.split("&"))
    return {name: unquote(value) for name, _, value in pairs}


@dataclass
class Site:
    """One registered portal; what it holds between its requests."""

    portal: Portal
    registered: Registered
    secret: str | None = field(default=None, repr=False)
    verifier: str = field(default="", repr=False)
    state: str = ""
    nonce: str = ""
    tokens: dict[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def register(
        cls, portal: Portal, name: str = "help", *, public: bool = False, **more: Any
    ) -> "Site":
        """Let the team register a portal."""
        secret = None if public else f"pos_{secrets.token_urlsafe(32)}"
        given: dict[str, Any] = {
            "label": "Help",
            "redirect_uris": [CALLBACK],
            "post_logout_uris": [SIGNED_OUT],
            "secrets": [digest(secret)] if secret else [],
        }
        registered = Registered(id=name, workspace_id=portal.id, **given | more)
        home = portal.team.workspace(portal.id)
        event = Event("portal.added", NOON, f"portal-{name}", home.trail_days, by="test")
        RegisteredClients("people", portal.id).put(registered, home, event)
        return cls(portal, registered, secret)

    @property
    def client_id(self) -> str:
        return self.registered.client_id

    def asks(self, **changed: str | None) -> dict[str, str]:
        """Return the parameters of a new authorization request; ``None`` takes one away."""
        self.verifier = secrets.token_urlsafe(48)
        self.state, self.nonce = secrets.token_urlsafe(8), secrets.token_urlsafe(8)
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid email profile",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        }
        return {k: v for k, v in (asked | changed).items() if v is not None}

    def sends(self, browser: Browser, **changed: str | None) -> Answer:
        """Send a browser to the authorization endpoint, as a link on another site does."""
        return self.returns(browser, self.asks(**changed))

    def returns(self, browser: Browser, asked: dict[str, str] | str) -> Answer:
        """Let a browser go to the authorization endpoint with these parameters."""
        return browser.sends("authorize", f"GET {AUTHORIZE}", origin=None, query=asked)

    def gets_a_code(self, browser: Browser, **changed: str | None) -> str:
        """Send a browser that is signed in, and take the code that it brings."""
        answer = self.sends(browser, **changed)
        assert answer.status == 303, answer.event
        return query_of(answer.headers["location"])["code"]

    def fetches(self, form: dict[str, str] | str, **more: Any) -> Answer:
        """Send one token request, proving who it is as a portal of its kind does."""
        headers = {} if self.secret is None else {"authorization": self.basic()}
        return self.portal.knock(
            "token", TOKEN, form=form, origin=None, **{"headers": headers} | more
        )

    def basic(self, secret: str | None = None) -> str:
        """Return the ``Authorization`` header of a confidential portal."""
        pair = f"{self.client_id}:{secret or self.secret}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"

    def redeems(self, code: str, **changed: str | None) -> Answer:
        """Exchange a code; what changed in the request is said."""
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": self.verifier,
        }
        if self.secret is None:
            form["client_id"] = self.client_id
        answer = self.fetches({k: v for k, v in (form | changed).items() if v is not None})
        if answer.status == 200:
            self.tokens = answer.body
        return answer

    def refreshes(self, token: str | None = None, **changed: str) -> Answer:
        """Exchange the refresh token it holds, or another."""
        form = {
            "grant_type": "refresh_token",
            "refresh_token": token or self.tokens["refresh_token"],
        }
        if self.secret is None:
            form["client_id"] = self.client_id
        answer = self.fetches(form | changed)
        if answer.status == 200:
            self.tokens = answer.body
        return answer

    def signs_in(self, browser: Browser, **changed: str | None) -> dict[str, Any]:
        """Do all of it with a browser that is signed in, and return the tokens."""
        answer = self.redeems(self.gets_a_code(browser, **changed))
        assert answer.status == 200, answer.event
        return self.tokens

    def reads(self, token: str) -> dict[str, Any]:
        """Check a token's signature as any client does, and return its claims."""
        keys = self.portal.knock("session", "GET /.well-known/jwks.json").body
        read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"])
        return dict(read.claims)


def header_of(token: str) -> dict[str, Any]:
    """Return a token's header."""
    part = token.partition(".")[0]
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return read


__all__ = ["AUTHORIZE", "BEGIN", "CALLBACK", "ORIGIN", "SIGNED_OUT", "TOKEN", "Site"]
