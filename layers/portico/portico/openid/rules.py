"""When a session that is there is good enough for what a portal asks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from urllib.parse import quote

from portico.clock import epoch, moment
from portico.errors import ProtocolRefused
from portico.header_values import words_in
from portico.people.rules import LOCALES

SCOPES = ("openid", "email", "profile")
"""What may be asked for; whatever else is asked for is left alone (OpenID Connect Core, 3.1.2.1)."""

ASKED = "portico_asked"
"""The parameter that says when a request first came, once the page has had it."""
MEANT = "portico_meant"
"""The parameter that takes an ``id_token_hint``'s place then: no token lies about in an address."""
ASKED_LIFETIME = timedelta(hours=1)
"""How long a sign-in may take until its request counts as a new one."""

LONGEST_PARAMETERS = {
    "nonce": 512,
    "state": 2048,
    "redirect_uri": 512,
    "scope": 512,
    "login_hint": 254,
}
"""Characters. The nonce goes into a token, and KMS signs 4,096 bytes."""
LONGEST_LOCATION = 8000
"""Characters of what we add to one, which is what the page takes. A gateway has no room for more
than 10 KB of headers, and would answer a bare 500."""

UNSUPPORTED = {"request": "request_not_supported", "request_uri": "request_uri_not_supported"}


class Prompt(StrEnum):
    """How a portal may ask for less or more than a session that is there."""

    NONE = "none"
    LOGIN = "login"
    SELECT = "select_account"


class AuthorizeVerdict(StrEnum):
    """What a portal's request comes to."""

    GO = "go"
    """The session answers it."""
    SIGN_IN = "sign-in"
    """There is none: show the page."""
    AGAIN = "again"
    """There is one that does not do: show the page, and do not offer it."""
    CHOOSE = "choose"
    """Let the contact say who they are: the page, with the session there is."""
    OTHERWISE = "otherwise"
    """Somebody signed in, but not the contact whom the portal means."""


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """How the contact is to be signed in."""

    prompts: frozenset[str]
    max_age: timedelta | None
    asked_at: datetime | None
    """When the page was first shown for this request; ``None``: it was not, or long ago."""

    @classmethod
    def read(cls, parameters: dict[str, str], *, at: datetime) -> Self:
        """Read the parameters of an authorization request.

        Raises:
            ProtocolRefused: they contradict each other, or are none.
        """
        for name, limit in LONGEST_PARAMETERS.items():
            if len(parameters.get(name, "")) > limit:
                raise ProtocolRefused("invalid_request", f"{name}: at most {limit} characters")
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
        """Whether nothing may be shown."""
        return Prompt.NONE in self.prompts

    def verdict(
        self,
        *,
        signed_in_at: datetime | None,
        contact: str | None,
        hinted: str | None,
        at: datetime,
    ) -> AuthorizeVerdict:
        """Say what is to be done.

        Args:
            signed_in_at: when the session there is began; ``None``: there is none.
            contact: whose it is.
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
        # Whoever has signed in since the request came has done what it asked for.
        if since:
            return AuthorizeVerdict.GO
        is_old = self.max_age is not None and signed_in_at + self.max_age < at
        return (
            AuthorizeVerdict.AGAIN
            if is_old or Prompt.LOGIN in self.prompts
            else AuthorizeVerdict.GO
        )


def fits(state: str) -> bool:
    """Say whether a state can go back in an address; one that cannot is refused, and left out."""
    return len(quote(state)) <= LONGEST_LOCATION


def granted(scope: str | None) -> str:
    """Return the part of a wanted scope that there is, each once and in our order."""
    wanted = set(words_in(scope))
    return " ".join(each for each in SCOPES if each in wanted)


def language(ui_locales: str | None) -> str | None:
    """Return the first of a portal's languages that the page speaks."""
    wanted = (each.partition("-")[0].lower() for each in words_in(ui_locales)[:20])
    return next((each for each in wanted if each in LOCALES), None)


def claims_of(name: str, email: str, scope: str) -> dict[str, Any]:
    """Return what a scope tells of a contact (OpenID Connect Core, 5.4)."""
    asked = words_in(scope)
    told = {"email": email} if "email" in asked else {}
    return told | ({"name": name} if "profile" in asked else {})


def _max_age(text: str | None) -> timedelta | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ProtocolRefused("invalid_request", "max_age: whole seconds")
    return timedelta(seconds=int(text))


def _asked_at(parameters: dict[str, str], at: datetime) -> datetime | None:
    # Whoever makes the time up only does without the prompt, which they could have left out.
    text = parameters.get(ASKED, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        return None
    asked = moment(int(text))
    return asked if at - ASKED_LIFETIME < asked <= at else None


def asked_now(at: datetime) -> str:
    """Return the time as the page brings it back."""
    return str(epoch(at))
