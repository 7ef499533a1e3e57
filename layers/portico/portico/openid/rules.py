"""Decide whether an existing session satisfies a portal's request."""

import json
import re
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from urllib.parse import quote

from portico.clock import epoch, moment
from portico.errors import ProtocolRefused
from portico.people.rules import Contact, language_of
from portico.strict_parsers import words_in

SCOPES = ("openid", "email", "profile", "refs")
"""The scopes that we have. We ignore any other (OpenID Connect Core, 3.1.2.1)."""

ASKED = "portico_asked"
"""The parameter in which the page says when a request first came."""
MEANT = "portico_meant"
"""The parameter with which the page replaces an ``id_token_hint``: no address may hold a token."""
ASKED_LIFETIME = timedelta(hours=1)
"""How long a sign-in may take until its request counts as a new one."""

LONGEST_PARAMETERS = {
    "nonce": 512,
    "state": 2048,
    "redirect_uri": 512,
    "scope": 512,
    "login_hint": 254,
}
"""Characters. The nonce goes into a token, and KMS signs 4,096 bytes at most."""
LONGEST_LOCATION = 8000
"""Characters that we add to an address at most, and that the page takes. A gateway allows 10 KB of
headers, and answers more with a bare 500."""

S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
"""The SHA-256 of a verifier, in base64url without padding (RFC 7636, 4.2)."""
SHORTEST_NONCE = 16
"""Characters of the nonce that stands in for PKCE. Made of random bytes, it is 64 bits or more."""
SEND_PKCE = "send code_challenge with code_challenge_method=S256"
NO_PKCE = {
    True: f"PKCE is missing: {SEND_PKCE}",
    False: f"PKCE is missing: {SEND_PKCE}, or register this client with --without-pkce",
}
"""What the portal's developer reads, of a public client and of a confidential one."""

UNSUPPORTED = {"request": "request_not_supported", "request_uri": "request_uri_not_supported"}


class Prompt(StrEnum):
    """The values of ``prompt``: what a portal wants shown, whatever session exists."""

    NONE = "none"
    LOGIN = "login"
    SELECT = "select_account"


class AuthorizeVerdict(StrEnum):
    """What to do with a portal's request."""

    GO = "go"
    """Answer it with the session."""
    SIGN_IN = "sign-in"
    """Nobody is signed in: show the page."""
    AGAIN = "again"
    """The session does not satisfy the request: show the page, and do not offer the session."""
    CHOOSE = "choose"
    """The contact must choose: show the page, and offer the session."""
    OTHERWISE = "otherwise"
    """Somebody has signed in for this request, but not the contact whom the portal means."""


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """How the portal wants the contact signed in."""

    prompts: frozenset[str]
    max_age: timedelta | None
    asked_at: datetime | None
    """When the page was first shown for this request; ``None`` if never, or too long ago."""

    @classmethod
    def read(cls, parameters: dict[str, str], *, at: datetime) -> Self:
        """Read the parameters of an authorization request.

        Raises:
            ProtocolRefused: one has the wrong shape, or two contradict each other.
        """
        for name, limit in LONGEST_PARAMETERS.items():
            if len(parameters.get(name, "")) > limit:
                raise ProtocolRefused("invalid_request", f"{name}: at most {limit} characters")
        # A token holds it as JSON escapes it, and a longer one could never be signed.
        if len(json.dumps(parameters.get("nonce", ""))) - 2 > LONGEST_PARAMETERS["nonce"]:
            raise ProtocolRefused("invalid_request", "nonce: too long once it is escaped in JSON")
        if not fits(parameters.get("state", "")):
            raise ProtocolRefused("invalid_request", "state: too long once it is percent-encoded")
        for name, error in UNSUPPORTED.items():
            if name in parameters:
                raise ProtocolRefused(error, f"{name}: send the parameters themselves")
        if parameters.get("response_mode", "query") != "query":
            raise ProtocolRefused("invalid_request", "response_mode: only query")
        prompts = frozenset(words_in(parameters.get("prompt")))
        if Prompt.NONE in prompts and len(prompts) > 1:
            raise ProtocolRefused("invalid_request", "prompt: none cannot be combined with others")
        return cls(prompts, _max_age(parameters.get("max_age")), _asked_at(parameters, at))

    @property
    def is_silent(self) -> bool:
        """Whether we must answer without showing the page."""
        return Prompt.NONE in self.prompts

    def verdict(
        self,
        *,
        signed_in_at: datetime | None,
        contact: str | None,
        hinted: str | None,
        at: datetime,
    ) -> AuthorizeVerdict:
        """Decide what to do with the request.

        Args:
            signed_in_at: when the session began; ``None`` if nobody is signed in.
            contact: the session's contact.
            hinted: the contact of the portal's ``id_token_hint``, if it sent one.
            at: the time.
        """
        if signed_in_at is None:
            return AuthorizeVerdict.SIGN_IN
        since = self.asked_at is not None and signed_in_at >= self.asked_at
        if hinted is not None and contact != hinted:
            return AuthorizeVerdict.OTHERWISE if since else AuthorizeVerdict.AGAIN
        if Prompt.SELECT in self.prompts and self.asked_at is None:
            return AuthorizeVerdict.CHOOSE
        # A sign-in after the request came is what the request asked for.
        if since:
            return AuthorizeVerdict.GO
        is_old = self.max_age is not None and signed_in_at + self.max_age < at
        return (
            AuthorizeVerdict.AGAIN
            if is_old or Prompt.LOGIN in self.prompts
            else AuthorizeVerdict.GO
        )


def check_challenge(parameters: dict[str, str], *, is_public: bool, may_leave_it_out: bool) -> None:
    """Check what binds the code of a request to the browser that asked for it.

    A challenge that is sent must be one by S256, whatever the client may leave out.

    Args:
        parameters: the request's.
        is_public: whether the client keeps no secret.
        may_leave_it_out: whether it is registered to send no challenge.

    Raises:
        ProtocolRefused: nothing binds it.

    Source: RFC 9700, 2.1.1; OpenID Connect Core, 3.1.2.1.
    """
    challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
    if challenge is None and method is None:
        if not may_leave_it_out:
            raise ProtocolRefused("invalid_request", NO_PKCE[is_public])
        # Such a client compares the nonce in the id_token with its own, so it must have both.
        if "openid" not in words_in(parameters.get("scope")):
            raise ProtocolRefused("invalid_scope", "scope: openid")
        if len(parameters.get("nonce", "")) < SHORTEST_NONCE:
            raise ProtocolRefused(
                "invalid_request", f"nonce: {SHORTEST_NONCE} characters or more, without PKCE"
            )
        return
    if method != "S256":
        raise ProtocolRefused("invalid_request", f"code_challenge_method: S256; {SEND_PKCE}")
    if not S256_CHALLENGE.match(challenge or ""):
        raise ProtocolRefused("invalid_request", "code_challenge: 43 characters of base64url")


def fits(state: str) -> bool:
    """Say whether a state is short enough for the address that answers the request."""
    return len(quote(state)) <= LONGEST_LOCATION


def granted(scope: str | None) -> str:
    """Return the part of a wanted scope that we have, each scope once and in our order."""
    wanted = set(words_in(scope))
    return " ".join(each for each in SCOPES if each in wanted)


def language(ui_locales: str | None) -> str | None:
    """Return the first of a portal's languages that the page speaks."""
    found = (language_of(each) for each in words_in(ui_locales)[:20])
    return next(filter(None, found), None)


@dataclass(frozen=True, slots=True)
class Profile:
    """What the tokens of a portal say of a contact."""

    name: str
    email: str
    email_verified: bool = False

    @classmethod
    def of(cls, contact: Contact) -> Self:
        """Return what is told of *contact* now."""
        return cls(**{each.name: getattr(contact, each.name) for each in fields(cls)})

    def claims(self, scope: str) -> dict[str, Any]:
        """Return the claims that a scope allows (OpenID Connect Core, 5.4)."""
        asked = words_in(scope)
        told: dict[str, Any] = {}
        if "email" in asked:
            told |= {"email": self.email, "email_verified": self.email_verified}
        if "profile" in asked:
            told["name"] = self.name
            if "email" in asked:
                # A contact has no other name to sign in with, and the scope `profile` alone must
                # not tell the address.
                told["preferred_username"] = self.email
        return told


def details(contact: Contact, scope: str) -> dict[str, Any]:
    """Return the claims that a scope allows, and that userinfo alone says, where they are known."""
    if "profile" not in words_in(scope):
        return {}
    known = {
        "locale": contact.language,
        "zoneinfo": contact.time_zone,
        "updated_at": contact.updated_at,
    }
    return {name: value for name, value in known.items() if value is not None}


def _max_age(text: str | None) -> timedelta | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ProtocolRefused("invalid_request", "max_age: whole seconds")
    return timedelta(seconds=int(text))


def _asked_at(parameters: dict[str, str], at: datetime) -> datetime | None:
    # A portal that invents the time only skips its own prompt, which it could have left out.
    text = parameters.get(ASKED, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        return None
    asked = moment(int(text))
    return asked if at - ASKED_LIFETIME < asked <= at else None


def asked_now(at: datetime) -> str:
    """Return the time in the form in which the page sends it back."""
    return str(epoch(at))
