"""Check a typed code: count the attempt, then compare. Other modules trade in the right code."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256

from portico import ids
from portico.aws import deadline
from portico.aws.keys import KeyRing
from portico.clock import SYSTEM, Clock
from portico.codes.challenge import Challenge, TakenMail, id_of
from portico.codes.pending_identity import browser_of
from portico.codes.rules import GENERATIONS_THAT_COUNT, derive_code, read_code, same
from portico.codes.store import Challenges
from portico.errors import CodeNotAccepted, InvalidRequest
from portico.events import Caller, Event
from portico.mail.letters import Purpose

NEVER_MAILED = (0, -1)
"""Generations that no mail has. We compare their codes in the place of unsent mails."""
LONGEST_REQUEST_ID = 64


def request_id_of(given: str | None) -> str:
    """Return the name of one press of a button: the browser's name for it, or a new one.

    Raises:
        InvalidRequest: the name is longer than 64 characters.
    """
    if given and len(given) > LONGEST_REQUEST_ID:
        raise InvalidRequest("request_id", f"{LONGEST_REQUEST_ID} characters at most")
    return given or ids.random_part()


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """What a contact typed for a challenge, and the name of the press that sent it."""

    challenge: str = field(repr=False)
    code: str = field(repr=False)
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A right code: its challenge, and the mail that it came with."""

    challenge: Challenge
    mail: TakenMail
    request_id: str
    tried: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CodeChecks:
    """Checks codes. The caller must use up a right code in exchange for something."""

    sign_in_table: str
    keys: KeyRing
    clock: Clock = SYSTEM

    def check(self, entry: CodeEntry, caller: Caller, *, purposes: Collection[Purpose]) -> Checked:
        """Count an attempt and check the code.

        Args:
            entry: what was typed.
            caller: the browser. Only the one that asked for the code may try.
            purposes: the purposes that the code may have. A code of any other counts as wrong.

        Raises:
            InvalidRequest: the entry does not have the shape of a code. It costs no attempt.
            CodeNotAccepted: the code is not the one we mailed.
            ChallengeClosed: the code has expired, or five attempts were wrong.
            CrossSite: the request's origin is not the one that asked for the code.
            TryLater: the same request can be sent again.
        """
        id_ = id_of(entry.challenge)
        code = read_code(entry.code)
        request_id = request_id_of(entry.request_id)
        now = self.clock.now()
        challenges = Challenges(self.sign_in_table, id_.workspace_id)
        tried = self._press(entry.challenge, request_id, code)
        challenge, is_counted = challenges.count_attempt(
            id_, caller, tried=tried, browser=browser_of(caller), at=now
        )
        mail = self._matching(challenge, code, purposes)
        if mail is None:
            older = {"code": "older"} if self._is_older(challenge, code) else {}
            if is_counted:
                self.note_refusal(challenge, caller, **older)
            raise CodeNotAccepted(challenge.attempts_left)
        return Checked(challenge, mail, request_id, tried)

    def note_refusal(self, challenge: Challenge, caller: Caller, **detail: str) -> None:
        """Record in the trail that a code was refused.

        *detail* says why a right code was, or that it was an older mail's.
        """
        detail = {"attempts_left": str(challenge.attempts_left), **detail}
        event = Event("code.refused", self.clock.now(), network=caller.network, detail=detail)
        Challenges(self.sign_in_table, challenge.id.workspace_id).note(challenge.id, event)

    def give_back(self, checked: Checked) -> None:
        """Undo the count of a right code that could not be exchanged.

        Raises:
            TryLater: it could not be undone. The code is still good.
        """
        deadline.leave(deadline.TIME_TO_MEND)
        id_ = checked.challenge.id
        challenges = Challenges(self.sign_in_table, id_.workspace_id)
        challenges.give_attempt_back(id_, tried=checked.tried)

    def _matching(
        self, challenge: Challenge, code: str, purposes: Collection[Purpose]
    ) -> TakenMail | None:
        if challenge.purpose not in purposes:
            return None
        good = challenge.good_generations(at=self.clock.now())
        found = None
        # Do the same work whether a mail went out or not, and whatever code was typed.
        for generation in (*good, *NEVER_MAILED)[:GENERATIONS_THAT_COUNT]:
            if self._is_mails(challenge, generation, code):
                found = challenge.taken[generation]
        return found

    def _is_older(self, challenge: Challenge, code: str) -> bool:
        """Say whether a refused code is that of a mail that counts no more."""
        good = challenge.good_generations(at=self.clock.now())
        # All of them, for the same reason as above.
        mailed = [
            n for n in range(1, challenge.generation + 1) if self._is_mails(challenge, n, code)
        ]
        return any(n not in good for n in mailed)

    def _is_mails(self, challenge: Challenge, generation: int, code: str) -> bool:
        taken = challenge.taken.get(generation)
        keys = self.keys.of(taken.key) if taken else self.keys.current()
        if keys is None:
            return False
        mailed = derive_code(
            keys.code,
            challenge=str(challenge.id),
            purpose=challenge.purpose,
            generation=generation,
        )
        return same(mailed, code) and taken is not None

    def _press(self, challenge: str, request_id: str, code: str) -> str:
        # Keyed, because the row stores it: without the key nobody can try codes against it.
        text = f"press|{challenge}|{request_id}|{code}"
        # 128 bits: the row must stay under a kilobyte, and two presses must never be equal.
        return ids.base64url(hmac.digest(self.keys.current().code, text.encode(), sha256)[:16])
