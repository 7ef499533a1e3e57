"""Trade a code for a session."""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from portico import ids
from portico.aws import deadline
from portico.aws.keys import KeyRing, ring
from portico.aws.tables import Rows
from portico.clock import SYSTEM, Clock
from portico.codes.challenges import GENERATIONS_THAT_COUNT, Challenge, ReturnTo, id_of
from portico.codes.connecting import browser_of
from portico.codes.notices import Notices
from portico.codes.rules import derive_code, read_code, same
from portico.codes.store import Challenges
from portico.errors import AlreadyLinked, ChallengeClosed, CodeNotAccepted, InvalidRequest, TryLater
from portico.events import Caller, Event
from portico.limits.known import mark_of
from portico.links.store import Links
from portico.mail.letters import Purpose
from portico.people.identities import Identity, owning
from portico.sessions.flow import Sessions
from portico.sessions.proofs import AlsoRefused, ContactChanged, Proof, SignedIn, UsedAlready
from portico.settings import VerifyCode

SIGNS_IN = (Purpose.SIGN_IN, Purpose.LINK)
"""The purposes whose codes this door takes; others have doors of their own."""
NEVER_MAILED = (0, -1)
"""Generations that no mail has: compared in the place of mails that were not sent."""


@dataclass(frozen=True, slots=True)
class TypedCode:
    """POST /v1/codes/verify."""

    challenge: str = field(repr=False)
    code: str = field(repr=False)
    request_id: str | None = None
    shared_computer: bool = False


@dataclass(frozen=True, slots=True)
class Verified:
    """A session, and where its contact wanted to go."""

    signed_in: SignedIn
    return_to: ReturnTo
    mark: str | None = field(repr=False)
    """By which this browser is known the next time; none for a shared computer's."""

    def answer(self) -> dict[str, Any]:
        """Return the answer's members."""
        to = {"area": self.return_to.area, "url": self.return_to.url}
        return {**self.signed_in.answer(), "return_to": to}


@dataclass(frozen=True, slots=True)
class Codes:
    """Trading codes for sessions."""

    people_table: str
    sign_in_table: str
    keys: KeyRing
    sessions: Sessions
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: VerifyCode) -> "Codes":
        """Make the codes of a door."""
        return cls(
            settings.people_table,
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
            AlreadyLinked: the right code, for an account of another contact.
            CrossSite: not the origin that asked for the code.
            TryLater: nothing was consumed; the same request can be sent again.
        """
        id_ = id_of(typed.challenge)
        code = read_code(typed.code)
        request_id = typed.request_id or ids.random_part()
        if len(request_id) > 64:
            raise InvalidRequest("request_id", "64 characters at most")
        now = self.clock.now()
        challenges = Challenges(self.sign_in_table, id_.workspace)
        tried = self._press(typed.challenge, request_id, code)
        challenge, is_counted = challenges.count_attempt(
            id_, caller, tried=tried, browser=browser_of(caller), at=now
        )
        generation = self._matching(challenge, code)
        if generation is None:
            if is_counted:
                self._note(challenges, challenge, caller)
            raise CodeNotAccepted(challenge.attempts_left)
        try:
            proof = self._proof(challenge, generation, typed, request_id)
            signed_in = self.sessions.begin(proof, caller, also=self._also(challenge, proof))
        except TryLater:
            deadline.leave(deadline.TIME_TO_MEND)
            challenges.give_attempt_back(id_, tried=tried)
            raise
        except UsedAlready:
            raise ChallengeClosed("used") from None
        except ContactChanged:
            self._note(challenges, challenge, caller, reason="contact-changed")
            raise ChallengeClosed("expired") from None
        except AlsoRefused:
            if challenge.connects:
                # Whoever typed this code has proved both, and may be told plainly.
                self._note(challenges, challenge, caller, reason="already-linked")
                raise AlreadyLinked from None
            raise ChallengeClosed("used") from None
        return Verified(signed_in, challenge.return_to, self._mark(signed_in, typed))

    def _note(
        self, challenges: Challenges, challenge: Challenge, caller: Caller, **detail: str
    ) -> None:
        detail = {"attempts_left": str(challenge.attempts_left), **detail}
        now = self.clock.now()
        challenges.note(
            challenge.id, Event("code.refused", now, network=caller.network, detail=detail)
        )

    def _mark(self, signed_in: SignedIn, typed: TypedCode) -> str | None:
        if typed.shared_computer:
            return None
        key = self.keys.current().mailbox
        return mark_of(key, workspace=signed_in.workspace, contact=signed_in.contact)

    def _matching(self, challenge: Challenge, code: str) -> int | None:
        if challenge.purpose not in SIGNS_IN:
            return None
        good = challenge.good_generations(at=self.clock.now())
        found = None
        # The same work whether a mail went out or not, and whichever code was typed.
        for generation in (*good, *NEVER_MAILED)[:GENERATIONS_THAT_COUNT]:
            claim = challenge.claims.get(generation)
            keys = self.keys.of(claim.key) if claim else self.keys.current()
            if keys is None:
                continue
            mailed = derive_code(
                keys.code,
                challenge=str(challenge.id),
                purpose=challenge.purpose,
                generation=generation,
            )
            if same(mailed, code) and claim:
                found = generation
        return found

    def _also(self, challenge: Challenge, proof: Proof) -> list[dict[str, Any]]:
        """Return what belongs to the session's transaction."""
        now = self.clock.now()
        also = []
        if challenge.connects:
            rows = Rows(self.people_table, f"{proof.workspace}#")
            identity = Identity.from_row(challenge.connects)
            also.append(
                owning(
                    rows,
                    identity,
                    workspace=proof.workspace,
                    contact=proof.contact,
                    sver=proof.sver,
                    at=now,
                )
            )
            # In the same transaction: no account is connected without its contact being told.
            notices = Notices(self.sign_in_table, proof.workspace)
            label = challenge.connects["label"]
            also.append(notices.asking(challenge, proof.contact, label, now))
        if challenge.is_break_glass:
            event = Event(
                "link.used", now, proof.contact, proof.keep_days, detail={"link": challenge.link}
            )
            links = Links(self.people_table, proof.workspace)
            also.append(links.using(challenge.link, request_id=proof.request_id, event=event))
        return also

    def _press(self, challenge: str, request_id: str, code: str) -> str:
        # Keyed, because it is stored: without the key nobody can guess a code against it.
        text = f"press|{challenge}|{request_id}|{code}"
        # 128 bits of it: the row has to stay under a kilobyte, and no press is like another.
        return ids.base64url(hmac.digest(self.keys.current().code, text.encode(), sha256)[:16])

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
