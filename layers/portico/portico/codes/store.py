"""Challenges in the SignIn table. Each change is one conditional write, which decides."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portico.aws.tables import IS_THERE, ConditionFailed, Rows
from portico.clock import epoch
from portico.codes.challenge import Challenge
from portico.codes.rules import CHALLENGE_LIFETIME, CODE_LIFETIME, MOST_ATTEMPTS, RESEND_WAITS
from portico.errors import ChallengeClosed
from portico.events import Caller, Event
from portico.ids import ChallengeId
from portico.links.destinations import ReturnTo
from portico.mail.letters import Purpose
from portico.people.addresses import subject_of
from portico.people.rules import Stay

CHALLENGE_AFTERLIFE = timedelta(days=1)
"""How long we keep a closed challenge, so that a team can see what happened."""

IS_ALIVE = "expires_at > :now AND code_ends_at > :now"
HAS_ATTEMPTS_LEFT = "attempts < :attempts"
IS_SAME_ORIGIN = "origin = :origin"
IS_SAME_BROWSER = "(attribute_not_exists(browser) OR browser = :browser)"


@dataclass(frozen=True, slots=True)
class NewChallenge:
    """The values that a challenge begins with and that its row keeps."""

    id: ChallengeId
    purpose: Purpose
    link: str
    email: str | None
    contact_id: str | None
    return_to: ReturnTo
    stay: Stay
    device: str | None
    known: str | None
    connects: dict[str, Any] | None = None
    browser: str | None = None
    break_glass: bool = False
    language: str | None = None
    """The language of the page that asked, of `LOCALES`."""
    gives_email: bool = False
    """Whether the typed address may become that of the link's contact, who has none."""
    shared_computer: bool = False
    """Whether the session that asked is one of a shared computer."""

    def row(self, caller: Caller, event: Event) -> dict[str, Any]:
        """Return the row of a challenge that requests its first mail."""
        now = event.at
        pk, sk = challenge_key(self.id)
        row: dict[str, Any] = {
            "pk": pk,
            "sk": sk,
            "purpose": self.purpose.value,
            "link": self.link,
            # The subject in the trail. The sender replaces it by the contact.
            "subject": self.contact_id or subject_of(self.email or ""),
            "origin": caller.origin or "",
            "host": caller.host,
            "area": self.return_to.area,
            "url": self.return_to.url,
            **self.stay.row(),
            "generation": 1,
            "mail": 1,
            "asked": [epoch(now)],
            "attempts": 0,
            "code_ends_at": epoch(now + CODE_LIFETIME),
            "expires_at": epoch(now + CHALLENGE_LIFETIME),
            "ttl": epoch(now + CHALLENGE_LIFETIME + CHALLENGE_AFTERLIFE),
            "event": event.rider(),
        }
        optional = {
            "email": self.email,
            "contact_id": self.contact_id,
            "device": self.device,
            "known": self.known,
            "connects": self.connects,
            "browser": self.browser,
            "break_glass": self.break_glass or None,
            "gives_email": self.gives_email or None,
            "language": self.language,
            "shared_computer": self.shared_computer or None,
        }
        return row | {name: value for name, value in optional.items() if value is not None}


def challenge_key(id_: ChallengeId) -> tuple[str, str]:
    """Return the key of a challenge's row."""
    return f"{id_.workspace_id}#challenge#{id_.random}", "challenge"


@dataclass(frozen=True, slots=True)
class Challenges:
    """The challenges of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def begin(self, new: NewChallenge, caller: Caller, event: Event) -> Challenge:
        """Write a new challenge that requests its first mail."""
        row = new.row(caller, event)
        # An id of 128 random bits exists already only if this is the SDK's repeat of our own
        # write, whose answer was lost. Writing it again would mail it again.
        with suppress(ConditionFailed):
            self.rows.put(row, "attribute_not_exists(pk)")
        return Challenge.from_row(row)

    def get(self, id_: ChallengeId) -> Challenge | None:
        """Read a challenge, consistently."""
        row = self.rows.get(*challenge_key(id_))
        return Challenge.from_row(row) if row else None

    def ask_again(
        self, id_: ChallengeId, caller: Caller, event: Event, *, language: str | None = None
    ) -> Challenge:
        """Request one more mail, in *language* if the page's has changed.

        Raises:
            ChallengeClosed, ResendTooSoon, TooManyRequests, CrossSite: the challenge takes no
                further mail.
        """
        now = event.at
        waits = {f":wait_{n}": epoch(now - wait) for n, wait in enumerate(RESEND_WAITS, 1)}
        numbers = {f":n_{n}": n for n in range(1, len(RESEND_WAITS) + 1)}
        wait_is_over = " OR ".join(
            f"(generation = :n_{n} AND asked[{n - 1}] <= :wait_{n})"
            for n in range(1, len(RESEND_WAITS) + 1)
        )
        has_time_left = "expires_at >= :code_ends"
        in_language = ", language = :language" if language else ""
        try:
            row = self.rows.update(
                *challenge_key(id_),
                "SET generation = generation + :one, mail = generation + :one, "
                "asked = list_append(asked, :asked), code_ends_at = :code_ends, "
                f"resent_by = :request, event = :event{in_language} "
                # Each mail may be asked about as often as the one before.
                "REMOVE questions",
                f"{IS_THERE} AND {IS_SAME_ORIGIN} AND {HAS_ATTEMPTS_LEFT} "
                f"AND {has_time_left} AND ({wait_is_over})",
                {
                    **waits,
                    **numbers,
                    ":one": 1,
                    ":asked": [epoch(now)],
                    ":code_ends": epoch(now + CODE_LIFETIME),
                    ":request": caller.request_id,
                    ":event": event.rider(),
                    ":origin": caller.origin or "",
                    ":attempts": MOST_ATTEMPTS,
                    **({":language": language} if language else {}),
                },
            )
        except ConditionFailed as failed:
            if failed.row is None:
                raise ChallengeClosed("expired") from None
            row = failed.row
            challenge = Challenge.from_row(row)
            _show(challenge, caller)
            if challenge.resent_by != caller.request_id:
                raise challenge.why_no_resend(caller, at=now) from None
        return _show(Challenge.from_row(row), caller)

    def count_attempt(
        self, id_: ChallengeId, caller: Caller, *, tried: str, browser: str, at: datetime
    ) -> tuple[Challenge, bool]:
        """Count one attempt before anything is compared, so that of fifty at once only five count.

        Args:
            id_: the challenge.
            caller: the browser. Only the one that asked for the code may try.
            tried: names this press of the button (request id and code, keyed). A repeat of the
                same press, after a lost answer, does not count again and learns nothing new.
            browser: the hash of its cookie. A challenge that connects an identity checks it.
            at: the time.

        Returns:
            The challenge, and whether this press counts as new: it was not counted before, or its
            line in the trail could not be written then.

        Raises:
            ChallengeClosed, CrossSite: the challenge takes no attempt.
        """
        is_another_press = "(attribute_not_exists(tried) OR tried <> :tried)"
        try:
            row = self.rows.update(
                *challenge_key(id_),
                "SET attempts = attempts + :one, tried = :tried REMOVE event",
                f"{IS_THERE} AND {IS_SAME_ORIGIN} AND {IS_ALIVE} AND {HAS_ATTEMPTS_LEFT} "
                f"AND {is_another_press} AND {IS_SAME_BROWSER}",
                {
                    ":one": 1,
                    ":tried": tried,
                    ":browser": browser,
                    ":origin": caller.origin or "",
                    ":now": epoch(at),
                    ":attempts": MOST_ATTEMPTS,
                },
            )
        except ConditionFailed as failed:
            if failed.row is None:
                raise ChallengeClosed("expired") from None
            challenge = _show(Challenge.from_row(failed.row), caller)
            is_same_press = (
                challenge.tried == tried
                and challenge.origin == caller.origin
                and challenge.browser in (None, browser)
            )
            is_over = at >= challenge.expires_at or at >= challenge.code_ends_at
            if not is_same_press or is_over:
                raise challenge.why_no_attempt(caller, browser=browser, at=at) from None
            # The count removed the earlier event, so an event that is there now came after it.
            is_told = failed.row.get("event", {}).get("name") == "code.refused"
            return challenge, not is_told
        return _show(Challenge.from_row(row), caller), True

    def give_attempt_back(self, id_: ChallengeId, *, tried: str) -> None:
        """Undo the count of a right code that could not become a session."""
        change = "SET attempts = attempts - :one REMOVE tried"
        values = {":one": 1, ":tried": tried}
        with suppress(ConditionFailed):
            self.rows.update(*challenge_key(id_), change, "tried = :tried", values)

    def using(self, id_: ChallengeId, *, request_id: str) -> dict[str, Any]:
        """Return the part of a transaction that uses up a challenge that becomes no session.

        Refused, it was used: what the challenge was exchanged for says by which press.
        """
        return self.rows.updating(
            *challenge_key(id_),
            "SET used_by = :request REMOVE event",
            f"{IS_THERE} AND attribute_not_exists(used_by)",
            {":request": request_id},
        )

    def note(self, id_: ChallengeId, event: Event) -> None:
        """Record an event, and change nothing else."""
        self.rows.update(
            *challenge_key(id_), "SET event = :event", IS_THERE, {":event": event.rider()}
        )


def _show(challenge: Challenge, caller: Caller) -> Challenge:
    # The page that asked for the code was the workspace's own.
    if challenge.origin == caller.origin:
        caller.may_read()
    return challenge
