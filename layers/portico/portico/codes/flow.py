"""Ask for a code, ask again, and trade it for a session."""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from portico import ids
from portico.aws.keys import KeyRing, ring
from portico.clock import SYSTEM, Clock
from portico.codes.challenges import CODE_LIVES, Challenge, ReturnTo, is_mine
from portico.codes.rules import CODE_LENGTH, derive_code, label_of, read_code, same
from portico.codes.store import Challenges, NewChallenge
from portico.errors import (
    ChallengeClosed,
    CodeNotAccepted,
    InvalidRequest,
    MethodOff,
    TryLater,
)
from portico.events import Caller, Event
from portico.ids import ChallengeId, InvalidName
from portico.limits.store import Limits
from portico.links.destinations import choose
from portico.links.rules import Link
from portico.links.store import Links, open_link
from portico.mail.letters import Purpose
from portico.mail.origins import coarse_origin
from portico.people.addresses import normalise
from portico.people.rules import Workspace
from portico.sessions.flow import ContactChanged, Proof, Sessions, SignedIn, UsedAlready
from portico.settings import RequestCode, VerifyCode


@dataclass(frozen=True, slots=True)
class AskedCode:
    """POST /v1/codes: a link, and the address that a shared one asks for."""

    workspace: str
    link: str = field(default="", repr=False)
    to: str | None = None
    email: str | None = None
    auto: bool = False


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """POST /v1/codes/resend."""

    challenge: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TypedCode:
    """POST /v1/codes/verify."""

    challenge: str = field(repr=False)
    code: str = field(repr=False)
    request_id: str | None = None
    shared_computer: bool = False


@dataclass(frozen=True, slots=True)
class CodeAsked:
    """What the page shows while the mail is on its way."""

    challenge: Challenge

    def answer(self) -> dict[str, Any]:
        """Return the answer's members."""
        wait = self.challenge.resend_after()
        id_ = str(self.challenge.id)
        return {
            "challenge": id_,
            "label": label_of(id_, self.challenge.generation),
            "resend_after": int(wait.total_seconds()) if wait else None,
            "expires_in": int(CODE_LIVES.total_seconds()),
            "code_length": CODE_LENGTH,
        }


@dataclass(frozen=True, slots=True)
class Verified:
    """A session, and where its contact wanted to go."""

    signed_in: SignedIn
    return_to: ReturnTo

    def answer(self) -> dict[str, Any]:
        """Return the answer's members."""
        to = {"area": self.return_to.area, "url": self.return_to.url}
        return {**self.signed_in.answer(), "return_to": to}


@dataclass(frozen=True, slots=True)
class CodeRequests:
    """Asking for codes. Never looks a contact up: known or not, the work is the same."""

    people_table: str
    sign_in_table: str
    limits: Limits
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: RequestCode) -> "CodeRequests":
        """Make the requests of a door."""
        return cls(settings.people_table, settings.sign_in_table, Limits(settings.sign_in_table))

    def request(self, asked: AskedCode, caller: Caller) -> CodeAsked:
        """Begin a challenge and ask for its first mail.

        Raises:
            InvalidRequest: the address is none, is missing, or is not asked for.
            InvalidPortalLink, PortalUnavailable, MethodOff, CrossSite: it is not to be.
            ResendTooSoon: ``auto``, and this link has sent by itself within half an hour.
            TooManyRequests: the network's budget is spent.
            TryLater: nothing was stored, and nothing will be mailed.
        """
        email = normalise(asked.email) if asked.email is not None else None
        now = self.clock.now()
        workspace, link = open_link(
            self.people_table, asked.workspace, asked.link, at=now, consistent=True
        )
        workspace.admit(caller)
        if not workspace.code_method:
            raise MethodOff
        if link.is_personal == (email is not None):
            raise InvalidRequest("email", "not asked for" if link.is_personal else "required")
        office = workspace.is_office(caller.network)
        bucket = f"office-{workspace.id}" if office else link.kind
        self.limits.count_start(caller.network, bucket=bucket, office=office, at=now)
        new = self._new(workspace, link, email, asked, caller)
        event = Event("code.requested", now, network=caller.network, detail={"link": link.id})
        challenges = Challenges(self.sign_in_table, workspace.id)
        if not asked.auto:
            return CodeAsked(challenges.begin(new, caller, event))
        links = Links(self.sign_in_table, workspace.id)
        links.count_send_on_open(link.id, at=now)
        try:
            return CodeAsked(challenges.begin(new, caller, event))
        except TryLater:
            links.forget_send_on_open(link.id)
            raise

    def resend(self, asked: AskedAgain, caller: Caller) -> CodeAsked:
        """Ask for one more mail of the same challenge. The code before it stays good.

        Raises:
            ChallengeClosed, ResendTooSoon, TooManyRequests, CrossSite: why not.
        """
        id_ = _challenge(asked.challenge)
        now = self.clock.now()
        challenges = Challenges(self.sign_in_table, id_.workspace)
        event = Event("code.resent", now, network=caller.network)
        return CodeAsked(challenges.ask_again(id_, caller, event))

    def _new(
        self,
        workspace: Workspace,
        link: Link,
        email: str | None,
        asked: AskedCode,
        caller: Caller,
    ) -> NewChallenge:
        destination = choose(workspace, asked.to, link.destination)
        return NewChallenge(
            id=ids.new_challenge_id(workspace.id),
            purpose=Purpose.SIGN_IN,
            link=link.id,
            email=email,
            contact_id=link.contact,
            return_to=ReturnTo(str(destination), destination.url(workspace)),
            idle=workspace.idle,
            absolute=workspace.absolute,
            keep_days=workspace.trail_days,
            device=coarse_origin(caller.user_agent),
        )


@dataclass(frozen=True, slots=True)
class Codes:
    """Trading codes for sessions."""

    sign_in_table: str
    keys: KeyRing
    sessions: Sessions
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: VerifyCode) -> "Codes":
        """Make the codes of a door."""
        return cls(
            settings.sign_in_table,
            ring(settings.code_secret),
            Sessions.from_settings(settings),
        )

    def verify(self, typed: TypedCode, caller: Caller) -> Verified:
        """Trade a code for a session.

        Raises:
            InvalidRequest: what was typed can be no code; it costs no attempt.
            CodeNotAccepted: it is not the one we mailed.
            ChallengeClosed: expired, used, or five attempts are over.
            CrossSite: not the origin that asked for the code.
            TryLater: nothing was consumed; the same request can be sent again.
        """
        id_ = _challenge(typed.challenge)
        code = read_code(typed.code)
        request_id = typed.request_id or ids.random_part()
        if len(request_id) > 64:
            raise InvalidRequest("request_id", "64 characters at most")
        now = self.clock.now()
        challenges = Challenges(self.sign_in_table, id_.workspace)
        tried = self._press(typed.challenge, request_id, code)
        challenge, is_counted = challenges.count_attempt(id_, caller, tried=tried, at=now)
        generation = self._matching(challenge, code)
        if generation is None:
            left = challenge.attempts_left
            if is_counted:
                detail = {"attempts_left": str(left)}
                challenges.note(
                    id_, Event("code.refused", now, network=caller.network, detail=detail)
                )
            raise CodeNotAccepted(left)
        try:
            signed_in = self.sessions.begin(
                self._proof(challenge, generation, typed, request_id), caller
            )
        except TryLater:
            challenges.give_attempt_back(id_, tried=tried)
            raise
        except UsedAlready:
            raise ChallengeClosed("used") from None
        except ContactChanged:
            raise ChallengeClosed("expired") from None
        return Verified(signed_in, challenge.return_to)

    def _matching(self, challenge: Challenge, code: str) -> int | None:
        if not is_mine(challenge, Purpose.SIGN_IN):
            return None
        found = None
        # Every good code is compared, whichever was typed: the time tells nothing.
        for generation in challenge.good_generations(at=self.clock.now()):
            key = self.keys.of(challenge.claims[generation].key).code
            mailed = derive_code(
                key,
                challenge=str(challenge.id),
                purpose=challenge.purpose,
                generation=generation,
            )
            if same(mailed, code):
                found = generation
        return found

    def _press(self, challenge: str, request_id: str, code: str) -> str:
        # Keyed, because it is stored: without the key nobody can guess a code against it.
        text = f"press|{challenge}|{request_id}|{code}"
        return hmac.digest(self.keys.current().code, text.encode(), sha256).hex()

    def _proof(
        self, challenge: Challenge, generation: int, typed: TypedCode, request_id: str
    ) -> Proof:
        return Proof(
            challenge=str(challenge.id),
            request_id=request_id,
            workspace=challenge.id.workspace,
            contact=challenge.contact_id or "",
            name=challenge.contact_name or "",
            email=challenge.contact_email or "",
            sver=challenge.claims[generation].sver,
            method="code",
            idle=challenge.idle,
            absolute=challenge.absolute,
            keep_days=challenge.keep_days,
            shared_computer=typed.shared_computer,
            device=challenge.device,
        )


def _challenge(text: str) -> ChallengeId:
    try:
        return ids.parse_challenge(text)
    except InvalidName:
        # An id that never was cannot be told from one that is over.
        raise ChallengeClosed("expired") from None
