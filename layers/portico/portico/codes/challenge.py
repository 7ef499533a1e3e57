"""A challenge: one code sign-in in one browser. Its rules take values and the time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from portico.clock import moment
from portico.codes.rules import (
    CODE_LIFETIME,
    GENERATIONS_THAT_COUNT,
    LATEST_SEND,
    MOST_ATTEMPTS,
    RESEND_WAITS,
)
from portico.errors import (
    ChallengeClosed,
    CrossSite,
    PorticoError,
    ResendTooSoon,
    TooManyRequests,
    seconds_until,
)
from portico.events import Caller
from portico.ids import ChallengeId, InvalidName, parse_challenge
from portico.links.destinations import ReturnTo
from portico.links.rules import TEAM_LINK
from portico.people.rules import Stay

NOT_YET = 0
"""The ``sver`` of a taken mail whose code creates the contact. Real ones begin with 1."""


@dataclass(frozen=True, slots=True)
class TakenMail:
    """A mail that a sender has taken. From then on its code counts."""

    at: datetime
    key: str
    """The code key's version, so that a retry after a rotation mails the same code."""
    sver: int
    sent: bool

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a taken mail."""
        return cls(moment(row["at"]), row["key"], row["sver"], "sent" in row)


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge's row."""

    id: ChallengeId
    purpose: str
    link: str
    email: str | None
    """The typed address; ``None`` for a personal link."""
    contact_id: str | None
    """The contact of a personal link, or the contact that the sender found."""
    contact_name: str | None
    contact_email: str | None
    contact_proved: bool
    """Whether the contact's address was proved already when a sender mailed the code."""
    origin: str | None
    host: str
    device: str | None
    connects: dict[str, Any] | None
    """Purpose ``link``: the identity to connect, and its name in the mail."""
    browser: str | None
    """Purpose ``link``: the hash of the cookie of the one browser that may type the code."""
    is_break_glass: bool
    gives_email: bool
    """Whether the typed address may become that of the link's contact, who has none."""
    gives_to: tuple[str, ...] | None
    """What leads to that contact in a search, as the sender read it; ``None``: none is given."""
    known: str | None
    """The seal of the mark that the browser sent, if any."""
    language: str | None
    """The language of the page that asked last."""
    shared_computer: bool
    """Whether a session of a shared computer asked, so that the next one is one too."""
    return_to: ReturnTo
    stay: Stay
    generation: int
    asked: tuple[datetime, ...]
    attempts: int
    tried: str | None
    mail: int | None
    expires_at: datetime
    code_ends_at: datetime
    resent_by: str | None
    taken: dict[int, TakenMail]
    unmailed: dict[int, TakenMail]
    """Filler for mails that no sender took. It makes every row as long, and is never valid."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row."""
        contact = row.get("contact", {})
        numbers = range(1, row["generation"] + 1)
        return cls(
            id=id_in(row["pk"]),
            purpose=row["purpose"],
            link=row["link"],
            email=row.get("email"),
            contact_id=contact.get("id") or row.get("contact_id"),
            contact_name=contact.get("name"),
            contact_email=contact.get("email"),
            contact_proved=contact.get("proved") is True,
            origin=row.get("origin") or None,
            host=row["host"],
            device=row.get("device"),
            connects=row.get("connects"),
            browser=row.get("browser"),
            is_break_glass=bool(row.get("break_glass")),
            gives_email=row.get("gives_email") is True,
            gives_to=tuple(contact["gives_to"]) if "gives_to" in contact else None,
            known=row.get("known"),
            language=row.get("language"),
            shared_computer=row.get("shared_computer") is True,
            return_to=ReturnTo(row["area"], row["url"]),
            stay=Stay.from_row(row),
            generation=row["generation"],
            asked=tuple(moment(each) for each in row["asked"]),
            attempts=row["attempts"],
            tried=row.get("tried"),
            mail=row.get("mail"),
            expires_at=moment(row["expires_at"]),
            code_ends_at=moment(row["code_ends_at"]),
            resent_by=row.get("resent_by"),
            taken={
                n: TakenMail.from_row(row[f"claim_{n}"]) for n in numbers if f"claim_{n}" in row
            },
            unmailed={
                n: TakenMail.from_row(row[f"unmailed_{n}"])
                for n in numbers
                if f"unmailed_{n}" in row
            },
        )

    @property
    def is_personal(self) -> bool:
        """Whether a personal link began it."""
        return self.email is None

    @property
    def is_for_team(self) -> bool:
        """Whether it was asked for at the team's own way in: its code leads to the console alone."""
        return self.link == TEAM_LINK

    @property
    def attempts_left(self) -> int:
        """How many codes may still be typed."""
        return max(0, MOST_ATTEMPTS - self.attempts)

    def resend_after(self) -> timedelta | None:
        """Return the wait before the next mail, or ``None`` if there is no next mail."""
        waits = RESEND_WAITS[self.generation - 1 : self.generation]
        return waits[0] if waits else None

    def good_generations(self, *, at: datetime) -> tuple[int, ...]:
        """Return the mails whose codes count now: the last two mailed ones, if young enough."""
        mailed = sorted(self.taken)[-GENERATIONS_THAT_COUNT:]
        return tuple(n for n in mailed if at < self.asked[n - 1] + CODE_LIFETIME)

    def is_due(self, generation: int, *, at: datetime) -> bool:
        """Say whether there is still time to mail *generation* and type its code."""
        return at < self.asked[generation - 1] + CODE_LIFETIME - LATEST_SEND

    def why_no_attempt(self, caller: Caller, *, browser: str, at: datetime) -> PorticoError:
        """Return why this challenge takes no further attempt."""
        if self.origin != caller.origin or self.browser not in (None, browser):
            return CrossSite()
        if at >= self.expires_at or at >= self.code_ends_at:
            return ChallengeClosed("expired")
        return ChallengeClosed("attempts")

    def why_no_resend(self, caller: Caller, *, at: datetime) -> PorticoError:
        """Return why this challenge takes no further resend."""
        if self.origin != caller.origin:
            return CrossSite()
        if self.attempts_left == 0:
            return ChallengeClosed("attempts")
        if at + CODE_LIFETIME > self.expires_at:
            return ChallengeClosed("expired")
        wait = self.resend_after()
        if wait is None:
            return TooManyRequests(None)  # waiting does not help
        return ResendTooSoon(seconds_until(self.asked[-1] + wait, at=at))


def id_in(key: str) -> ChallengeId:
    """Return the id of the challenge whose row has this partition key."""
    workspace_id, _, random = key.split("#")
    return ChallengeId(workspace_id, random)


def id_of(text: str) -> ChallengeId:
    """Read a challenge's id as a browser sends it.

    Raises:
        ChallengeClosed: the text is no such id. The answer is that of a closed challenge.
    """
    try:
        return parse_challenge(text)
    except InvalidName:
        raise ChallengeClosed("expired") from None
