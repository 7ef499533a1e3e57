"""Check a typed code: count the attempt, then compare. What a right one is good for is not ours."""

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
"""Generations that no mail has: compared in the place of mails that were not sent."""
LONGEST_REQUEST_ID = 64


def request_id_of(given: str | None) -> str:
    """Return what names one press of a button: as the browser named it, or a new name.

    Raises:
        InvalidRequest: it is longer than 64 characters.
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
    """Checking codes; each right one still has to be used up by what it is exchanged for."""

    sign_in_table: str
    keys: KeyRing
    clock: Clock = SYSTEM

    def check(self, entry: CodeEntry, caller: Caller, *, purposes: Collection[Purpose]) -> Checked:
        """Count an attempt and say whether it is right.

        Args:
            entry: what was typed.
            caller: the browser; only the one that asked may try.
            purposes: what the code may be for; any other is as wrong as a wrong code.

        Raises:
            InvalidRequest: what was typed can be no code; it costs no attempt.
            CodeNotAccepted: it is not the one we mailed.
            ChallengeClosed: expired, or five attempts are over.
            CrossSite: not the origin that asked for the code.
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
            if is_counted:
                self.note_refusal(challenge, caller)
            raise CodeNotAccepted(challenge.attempts_left)
        return Checked(challenge, mail, request_id, tried)

    def note_refusal(self, challenge: Challenge, caller: Caller, **detail: str) -> None:
        """Tell the trail that a code was refused; *detail* says why a right one was."""
        detail = {"attempts_left": str(challenge.attempts_left), **detail}
        event = Event("code.refused", self.clock.now(), network=caller.network, detail=detail)
        Challenges(self.sign_in_table, challenge.id.workspace_id).note(challenge.id, event)

    def give_back(self, checked: Checked) -> None:
        """Undo the count of a right code that could not be exchanged.

        Raises:
            TryLater: it could not be undone; the code is still good.
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
        # The same work whether a mail went out or not, and whichever code was typed.
        for generation in (*good, *NEVER_MAILED)[:GENERATIONS_THAT_COUNT]:
            taken = challenge.taken.get(generation)
            keys = self.keys.of(taken.key) if taken else self.keys.current()
            if keys is None:
                continue
            mailed = derive_code(
                keys.code,
                challenge=str(challenge.id),
                purpose=challenge.purpose,
                generation=generation,
            )
            if same(mailed, code) and taken:
                found = taken
        return found

    def _press(self, challenge: str, request_id: str, code: str) -> str:
        # Keyed, because it is stored: without the key nobody can guess a code against it.
        text = f"press|{challenge}|{request_id}|{code}"
        # 128 bits of it: the row has to stay under a kilobyte, and no press is like another.
        return ids.base64url(hmac.digest(self.keys.current().code, text.encode(), sha256)[:16])
