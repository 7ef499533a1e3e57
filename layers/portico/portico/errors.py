"""What can go wrong, as values: a kind says how to react, a class says what happened.

``edge/problems.py`` gives each class its status. Two classes name theirs, since HTTP or OAuth
defines it: :class:`InvalidRequest` and :class:`ProtocolRefused`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


class PorticoError(Exception):
    """Everything that Portico itself raises for a reader who has to act."""


class Invalid(PorticoError):
    """The request cannot be understood; sending it again does not help."""


class Refused(PorticoError):
    """The request is understood, and the answer is no."""


class Gone(PorticoError):
    """What the request speaks of is not there (any more)."""


class TooSoon(PorticoError):
    """The same request is welcome later."""


@dataclass(eq=False)
class TryLater(PorticoError):
    """Something behind us is out of reach; the same request can be sent again.

    Nothing was consumed. *cause* is for our log, never for the caller.
    """

    cause: str


@dataclass(eq=False)
class InvalidRequest(Invalid):
    """A field, the content type or the method is not what the route asks for."""

    field: str
    reason: str
    status: int = 400
    """400; 405 and 415 where HTTP has a word of its own."""
    allow: tuple[str, ...] = ()
    """With 405: the methods that the path has."""


@dataclass(eq=False)
class TooLarge(Invalid):
    """The body is over the limit, refused before it is parsed."""

    limit: int


class CrossSite(Refused):
    """A browser sent this from a site that is neither ours nor the workspace's portal."""


class PortalUnavailable(Refused):
    """The workspace has switched its portal off."""


class MethodOff(Refused):
    """The workspace does not allow this way of signing in."""


@dataclass(eq=False)
class CodeNotAccepted(Refused):
    """The characters are not the ones we mailed; the contact may try again."""

    attempts_left: int


class PasswordNotAccepted(Refused):
    """Nobody of this address has this password; why not is nobody's business."""


@dataclass(eq=False)
class SsoFailed(Refused):
    """A provider could not say who it is; *reason* is a word for the page."""

    reason: str


class NotSignedIn(Refused):
    """No session, or one that has ended."""


class ReAuthNeeded(Refused):
    """The session is good, but too old for what was asked: sign in again."""


@dataclass(eq=False)
class ProtocolRefused(Refused):
    """A client of ours is told no in its protocol's words (RFC 6749, 5.2; RFC 6750, 3.1)."""

    error: str
    description: str
    status: int = 400
    scheme: str = ""
    """What ``WWW-Authenticate`` asks for, with 401."""


class InvalidPortalLink(Gone):
    """Unknown, cut, revoked, expired or foreign: one answer for all of them."""


@dataclass(eq=False)
class ChallengeClosed(Gone):
    """The challenge takes no more codes: *reason* is ``expired``, ``used`` or ``attempts``."""

    reason: str


class NotFound(Gone):
    """There is no such thing here."""


@dataclass(eq=False)
class ResendTooSoon(TooSoon):
    """The wait is not over."""

    retry_after: timedelta


@dataclass(eq=False)
class TooManyRequests(TooSoon):
    """A budget is spent; *retry_after* is ``None`` where waiting does not help."""

    retry_after: timedelta | None


class GuessesSpent(TooManyRequests):
    """Too many passwords were tried for one address; none is looked at until later."""


class AlreadyLinked(Refused):
    """The account that was to be connected belongs to another contact, who is not named."""


class LastWayIn(Refused):
    """Taken away, this would leave the contact without any way to sign in."""


@dataclass(eq=False)
class TakenAlready(Refused):
    """A name that must be unique belongs to somebody else (a workspace id, an email)."""

    what: str


def seconds_until(moment: datetime, *, at: datetime) -> timedelta:
    """Return the wait from *at* to *moment*, rounded up to a whole second, at least one."""
    wait = moment - at
    whole = timedelta(seconds=-(-wait // timedelta(seconds=1)))
    return max(whole, timedelta(seconds=1))
