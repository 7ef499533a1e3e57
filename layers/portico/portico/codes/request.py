"""Request a code, and request another mail of it."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from portico import ids
from portico.aws import deadline
from portico.clock import SYSTEM, Clock
from portico.codes.challenge import Challenge, id_of
from portico.codes.rules import CODE_LENGTH, CODE_LIFETIME, label_of
from portico.codes.store import Challenges, NewChallenge
from portico.errors import ChallengeClosed, InvalidRequest, MethodOff, TryLater
from portico.events import Caller, Event
from portico.limits.known_browser import known_cookie, sealed
from portico.limits.rules import NEW_EMAIL_BUCKET, SHARED_BUCKET, SIGN_UP_BUCKET
from portico.limits.store import Limits
from portico.links.destinations import return_to
from portico.links.rules import TEAM_LINK, AskedRenewal, Link, team_token
from portico.links.store import Links, open_link
from portico.mail.devices import device_of
from portico.mail.letters import Purpose
from portico.people.addresses import mailable
from portico.people.rules import Workspace, language_of
from portico.people.store import People
from portico.settings import PasswordSettings, RequestCodeSettings

if TYPE_CHECKING:
    from portico.codes.mail_news import MailTold


@dataclass(frozen=True, slots=True)
class AskedCode:
    """POST /v1/codes: a link, and the address that a shared one asks for."""

    workspace: str = ""
    link: str = field(default="", repr=False)
    to: str | None = None
    email: str | None = None
    auto: bool = False
    pending: str | None = field(default=None, repr=False)
    """After SSO, instead of a link: the identity that waits for an address."""
    language: str | None = None
    """What the page is shown in. The mail is written in it, if it is one of ours."""


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """POST /v1/codes/resend."""

    challenge: str = field(repr=False)
    language: str | None = None
    """As in `AskedCode`, for this mail and those after it."""


@dataclass(frozen=True, slots=True)
class AskedMail:
    """POST /v1/codes/mail: what became of the newest one."""

    challenge: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CodeAsked:
    """What the page shows while the mail is on its way."""

    challenge: Challenge

    def answer(self) -> dict[str, Any]:
        """Return the members of the JSON answer."""
        wait = self.challenge.resend_after()
        id_ = str(self.challenge.id)
        return {
            "challenge": id_,
            "label": label_of(id_, self.challenge.generation),
            "resend_after": int(wait.total_seconds()) if wait else None,
            "expires_in": int(CODE_LIFETIME.total_seconds()),
            "code_length": CODE_LENGTH,
        }


@dataclass(frozen=True, slots=True)
class CodeRequests:
    """Takes requests for codes. It looks no contact up, so a known address takes the same work."""

    people_table: str
    sign_in_table: str
    limits: Limits
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: RequestCodeSettings | PasswordSettings) -> "CodeRequests":
        """Make it from a door's settings."""
        return cls(settings.people_table, settings.sign_in_table, Limits(settings.sign_in_table))

    def request(
        self, asked: AskedCode, caller: Caller, *, purpose: Purpose = Purpose.SIGN_IN
    ) -> CodeAsked:
        """Begin a challenge and ask for its first mail.

        Args:
            asked: the link, and the address that a shared one asks for.
            caller: the browser, which alone may type the code.
            purpose: what the code is for: sign-in, reset of a password, or sign-up.

        Raises:
            InvalidRequest: the address is not valid, missing, or given with a personal link.
            InvalidPortalLink, PortalUnavailable, MethodOff, CrossSite: not allowed here.
            ResendTooSoon: ``auto``, and this link sent by itself within the last half hour.
            TooManyRequests: the network's budget is spent.
            TryLater: nothing was stored, and nothing will be mailed.
        """
        email = mailable(asked.email) if asked.email is not None else None
        if asked.pending is not None and purpose is Purpose.SIGN_IN:
            return self._prove(asked, asked.pending, email, caller)
        if asked.link == team_token(asked.workspace) and purpose is Purpose.SIGN_IN:
            return self._ask_for_team(asked, email, caller)
        now = self.clock.now()
        workspace, link = open_link(
            self.people_table, asked.workspace, asked.link, at=now, consistent=True
        )
        workspace.admit(caller, at=now)
        _allow(purpose, workspace, link)
        is_asked_for = link.asks_email or not link.is_personal
        if is_asked_for != (email is not None):
            raise InvalidRequest("email", "required" if is_asked_for else "not asked for")
        if purpose is Purpose.SIGN_UP or link.asks_email:
            _admit(workspace, email or "")
        if asked.auto and (is_asked_for or not workspace.send_on_open):
            raise InvalidRequest("auto", "not for this link")
        # Anybody's address may be typed where a contact gets their first one.
        bucket = NEW_EMAIL_BUCKET if link.asks_email else link.kind
        bucket = SIGN_UP_BUCKET if purpose is Purpose.SIGN_UP else bucket
        self.limits.start(workspace, caller.network, bucket=bucket, at=now)
        new = self._new(purpose, workspace, link, email, asked, caller)
        event = Event("code.requested", now, network=caller.network, detail={"link": link.id})
        challenges = Challenges(self.sign_in_table, workspace.id)
        if not asked.auto:
            return CodeAsked(challenges.begin(new, caller, event))
        links = Links(self.sign_in_table, workspace.id)
        try:
            links.count_send_on_open(link.id, request=caller.request_id, at=now)
            return CodeAsked(challenges.begin(new, caller, event))
        except TryLater:
            deadline.leave(deadline.TIME_TO_MEND)
            links.forget_send_on_open(link.id, request=caller.request_id)
            raise

    def resend(self, asked: AskedAgain, caller: Caller) -> CodeAsked:
        """Request one more mail of the same challenge. The previous code stays good.

        Raises:
            ChallengeClosed, ResendTooSoon, TooManyRequests, CrossSite: the challenge takes no
                further mail.
        """
        id_ = id_of(asked.challenge)
        now = self.clock.now()
        challenges = Challenges(self.sign_in_table, id_.workspace_id)
        event = Event("code.resent", now, network=caller.network)
        return CodeAsked(
            challenges.ask_again(id_, caller, event, language=language_of(asked.language))
        )

    def told(self, asked: AskedMail, caller: Caller) -> "MailTold":
        """Say what became of the newest mail, to the page of a personal link.

        Raises:
            ChallengeClosed, TooManyRequests, CrossSite: nothing is told.
        """
        # Loaded here: a page asks only when no code was typed within half a minute.
        from portico.codes.mail_news import MailQuestions  # noqa: PLC0415

        return MailQuestions(self.sign_in_table, self.clock).ask(asked.challenge, caller)

    def renew(self, asked: AskedRenewal, caller: Caller) -> None:
        """Ask for a new link, which brings the page where codes are asked for.

        Raises:
            InvalidPortalLink, PortalUnavailable, CrossSite, TooManyRequests, TryLater: as there.
        """
        # Loaded here: few links have ended.
        from portico.notices.link_renewals import LinkRenewals  # noqa: PLC0415

        renewals = LinkRenewals(self.people_table, self.sign_in_table, self.limits, self.clock)
        renewals.ask(asked, caller)

    def _ask_for_team(self, asked: AskedCode, email: str | None, caller: Caller) -> CodeAsked:
        # Loaded here: only a team comes by, mostly while its portal is closed.
        from portico.codes.team_codes import ask_for_team  # noqa: PLC0415

        if asked.auto:
            raise InvalidRequest("auto", "not for this link")
        detail = {"link": TEAM_LINK}
        event = Event("code.requested", self.clock.now(), network=caller.network, detail=detail)
        tables, language = (self.people_table, self.sign_in_table), language_of(asked.language)
        return CodeAsked(
            ask_for_team(tables, asked.workspace, email, caller, event, language=language)
        )

    def _prove(
        self, asked: AskedCode, pending: str, email: str | None, caller: Caller
    ) -> CodeAsked:
        # Loaded here: only a sign-in by SSO that lacks an address comes by.
        from portico.codes.pending_identity import (  # noqa: PLC0415
            PendingId,
            PendingIdentities,
            ask_for_proof,
            browser_of,
        )

        if email is None:
            raise InvalidRequest("email", "required")
        now, workspace_id = self.clock.now(), asked.workspace
        id_ = PendingId.parse(pending)
        if id_ is None or id_.workspace_id != workspace_id:
            raise ChallengeClosed("expired")
        # What waits comes first. Whoever makes an id up must not see which workspaces there are.
        connecting = PendingIdentities(self.sign_in_table, workspace_id).find(
            id_, browser=browser_of(caller), at=now
        )
        if connecting is None:
            raise ChallengeClosed("expired")
        workspace = People(self.people_table, workspace_id).workspace_row()
        if workspace is None:
            raise ChallengeClosed("expired")
        workspace.admit(caller, at=now)
        # Only who may sign up by the address is mailed without being a contact.
        bucket = SIGN_UP_BUCKET if workspace.takes_sign_ups() else SHARED_BUCKET
        self.limits.start(workspace, caller.network, bucket=bucket, at=now)
        if not workspace.proves(connecting.identity.connection):
            raise MethodOff
        # The page that asks now knows better than the one that sent the browser to the provider.
        connecting = replace(
            connecting, language=language_of(asked.language) or connecting.language
        )
        return CodeAsked(
            ask_for_proof(self.sign_in_table, workspace_id, connecting, email, caller, now)
        )

    def _new(
        self,
        purpose: Purpose,
        workspace: Workspace,
        link: Link,
        email: str | None,
        asked: AskedCode,
        caller: Caller,
    ) -> NewChallenge:
        mark = caller.cookies.get(known_cookie(workspace.id), "")
        return NewChallenge(
            id=ids.new_challenge_id(workspace.id),
            purpose=purpose,
            link=link.id,
            email=email,
            contact_id=link.contact,
            return_to=return_to(workspace, asked.to, link, issuer=caller.own_origin),
            stay=workspace.stay,
            device=device_of(caller.user_agent),
            known=sealed(mark),
            break_glass=link.break_glass,
            gives_email=link.asks_email,
            language=language_of(asked.language),
        )


def _allow(purpose: Purpose, workspace: Workspace, link: Link) -> None:
    match purpose:
        case Purpose.RESET:
            is_on = workspace.takes_passwords() and not link.asks_email
        case Purpose.SIGN_UP:
            # A personal link already belongs to a contact.
            is_on = workspace.takes_sign_ups() and not link.is_personal
        case _:
            is_on = workspace.takes_codes(break_glass=link.break_glass)
    if not is_on:
        raise MethodOff


def _admit(workspace: Workspace, email: str) -> None:
    # Loaded here, because requests of the daily path are no sign-ups.
    from portico.people.disposable_domains import may_sign_up  # noqa: PLC0415

    if not may_sign_up(workspace, email):
        raise InvalidRequest("email", "not allowed here")
