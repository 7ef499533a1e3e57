"""Errors as values. The base class says how to react, the class says what happened.

``edge/problems.py`` gives each class its status. Two classes carry their own, because HTTP or OAuth
defines it: :class:`InvalidRequest` and :class:`ProtocolRefused`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


class PorticoError(Exception):
    """The base of all errors that Portico raises for a caller who has to act."""


class Invalid(PorticoError):
    """The request is not valid. Sending it again does not help."""


class Refused(PorticoError):
    """The request is valid, and the answer is no."""


class Gone(PorticoError):
    """What the request names does not exist (any more)."""


class TooSoon(PorticoError):
    """The same request may succeed later."""


@dataclass(eq=False)
class TryLater(PorticoError):
    """A service that we need is out of reach. The same request can be sent again.

    Nothing was consumed. *cause* is for our log, never for the caller.
    """

    cause: str


@dataclass(eq=False)
class InvalidRequest(Invalid):
    """A field, the content type or the method does not fit the route."""

    field: str
    reason: str
    status: int = 400
    """400; or 405 or 415, where HTTP has its own status."""
    allow: tuple[str, ...] = ()
    """With 405: the methods that the path has."""
    others: tuple[tuple[str, str], ...] = ()
    """Further fields that do not fit, each with its reason."""


@dataclass(eq=False)
class TooLarge(Invalid):
    """The body is over the limit, refused before it is parsed."""

    limit: int


class CrossSite(Refused):
    """A browser sent this from a site that is neither ours nor the workspace's portal."""


@dataclass(eq=False)
class PortalUnavailable(Refused):
    """The workspace has switched its portal off, or has paused it."""

    told: dict[str, Any] = field(default_factory=dict)
    """Members of the answer for whoever may know the workspace, e.g. its support contact."""


class MethodOff(Refused):
    """The workspace does not allow this way of signing in."""


@dataclass(eq=False)
class CodeNotAccepted(Refused):
    """The characters are not the mailed ones. The contact may try again."""

    attempts_left: int


class PasswordNotAccepted(Refused):
    """No contact has this address and this password. The answer never says which is wrong."""


@dataclass(eq=False)
class SsoFailed(Refused):
    """A provider did not sign the contact in. *reason* is a word for the page."""

    reason: str


class NotSignedIn(Refused):
    """There is no session, or it has ended."""


class ReAuthNeeded(Refused):
    """The session runs, but began too long ago for this request: sign in again."""


@dataclass(eq=False)
class ProtocolRefused(Refused):
    """A refusal that OAuth has its own error for (RFC 6749, 5.2; RFC 6750, 3.1)."""

    error: str
    description: str
    status: int = 400
    scheme: str = ""
    """With 401, the scheme that ``WWW-Authenticate`` asks for."""


@dataclass(eq=False)
class InvalidPortalLink(Gone):
    """The link is unknown, cut, revoked, expired or another workspace's."""

    told: dict[str, Any] = field(default_factory=dict)
    """Members of the answer for whoever has the token of a link that has ended."""


@dataclass(eq=False)
class ChallengeClosed(Gone):
    """The challenge takes no more codes, or the change of address can no longer be undone."""

    reason: str
    """``expired`` or ``used``. Of a challenge also ``attempts``; of an undo also ``voided``: a change
    before this one was undone, and took this one with it."""


class NotFound(Gone):
    """There is nothing of this name."""


@dataclass(eq=False)
class ResendTooSoon(TooSoon):
    """The wait before the next mail is not over."""

    retry_after: timedelta


@dataclass(eq=False)
class TooManyRequests(TooSoon):
    """A budget is spent. *retry_after* is ``None`` if waiting does not help."""

    retry_after: timedelta | None


@dataclass(eq=False)
class AddressJustChanged(TooSoon):
    """The account's address was changed lately, and whoever had it may still take it back."""

    retry_after: timedelta


class GuessesSpent(TooManyRequests):
    """Too many passwords were tried for one address. We compare none until the wait is over."""


class AlreadyLinked(Refused):
    """The account to connect belongs to another contact, whom the answer does not name."""


@dataclass(eq=False)
class TeamRefused(Refused):
    """The session is good, and gives no access to the team's side. *reason* is a word for the page."""

    reason: str
    until: datetime | None = None
    """When it will give access by itself, where that is known."""


@dataclass(eq=False)
class RoleTooSmall(Refused):
    """The caller is known, and may not do this. *needs* names the roles, or the key's scope."""

    needs: tuple[str, ...]


class RoleTooHigh(Refused):
    """It would act on somebody whose role is as high as the caller's, or higher."""


class OnTheTeam(Refused):
    """The contact has a role that stands in the way. They must step down first."""


class LastOwner(Refused):
    """No owner of the team would be left."""


@dataclass(eq=False)
class LimitReached(Refused):
    """There are as many of them as there may be: *what*, e.g. ``keys``."""

    what: str


class PreconditionMissing(Refused):
    """A change must say by ``If-Match`` which state it changes."""


@dataclass(eq=False)
class ChangedMeanwhile(Refused):
    """It is no longer in the state that ``If-Match`` names."""

    now: dict[str, Any]
    """What it is now, as an answer's members."""


@dataclass(eq=False)
class NotNext(Refused):
    """A part of a file comes out of turn, or another one was taken in its place."""

    now: dict[str, Any]
    """The import as it is now, as an answer's members. ``next`` says where it goes on."""


class OtherBody(Refused):
    """Its ``Idempotency-Key`` was used for another request before."""


@dataclass(eq=False)
class ChangedSince(Refused):
    """A change cannot be undone: these *fields* have been changed since."""

    fields: tuple[str, ...]


@dataclass(eq=False)
class ContactMerged(Gone):
    """The contact was merged into another one, who has their place now."""

    workspace: str
    survivor: str
    """The id of whoever has it in the end."""


@dataclass(eq=False)
class CannotMerge(Refused):
    """Two contacts cannot become one. *reason* is a word for whoever asked."""

    reason: str
    """``survivor-off``, ``survivor-without-address``, ``lost-in-directory``, ``too-many-rows``, ``too-many-refs`` or
    ``too-many-merges``."""
    count: int | None = None
    """How many there would be, if there are too many."""
    most: int | None = None


class LastWayIn(Refused):
    """Removing this would leave the contact without a way to sign in."""


@dataclass(eq=False)
class RefConflict(Refused):
    """A ref is one contact's, and the address that came with it is another's."""

    contacts: tuple[str, ...]
    """The ids of both."""


@dataclass(eq=False)
class TakenAlready(Refused):
    """A unique name belongs to somebody else (a workspace id, an email)."""

    what: str
    until: datetime | None = None
    """When it is free, where it is only reserved for whoever had it."""


def seconds_until(moment: datetime, *, at: datetime) -> timedelta:
    """Return the wait from *at* to *moment*, rounded up to a whole second, at least one."""
    wait = moment - at
    whole = timedelta(seconds=-(-wait // timedelta(seconds=1)))
    return max(whole, timedelta(seconds=1))
