"""What a person would expect of challenges: DESIGN in a few values, without rows or doors."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

CODE_LIVES = timedelta(minutes=10)
CHALLENGE_LIVES = timedelta(minutes=30)
LATEST_SEND = timedelta(minutes=5)
WAITS = [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
ATTEMPTS = 5
MAILS = 4
REPEAT = timedelta(minutes=1)
BUDGET = ((timedelta(hours=1), 5, 4), (timedelta(days=1), 10, 8))
"""A window, the most mails in it, and the most of them that strangers cause."""


@dataclass
class Person:
    """Somebody with a mailbox, and perhaps a contact."""

    email: str
    contact: str = ""
    """A contact's id; empty for a stranger."""
    active: bool = True
    age: int = 0
    """How often the contact was switched on or off: nothing of before counts afterwards."""
    granted: dict[tuple[str, int], tuple[datetime, bool]] = field(default_factory=dict)
    """Which mails the mailbox's budget was asked for, when, and whether by a stranger."""

    def has_room(self, *, stranger: bool, at: datetime) -> bool:
        times = [when for when, _ in self.granted.values()]
        return all(
            sum(at - window < when for when in times) < (of_strangers if stranger else of_all)
            for window, of_all, of_strangers in BUDGET
        )


@dataclass
class Press:
    """One press of the button, by whose name the same press again is known."""

    request_id: str
    code: str

    @property
    def name(self) -> tuple[str, str]:
        return self.request_id, self.code


def fresh(code: str) -> Press:
    """Press the button for the first time with this code."""
    return Press(uuid.uuid4().hex, code)


@dataclass
class Life:
    """One challenge, as it should be."""

    id: str
    person: Person
    codes: dict[int, str]
    """What each generation's code is, mailed or not."""
    personal: bool
    stranger: bool
    asked: list[datetime]
    mailed: dict[int, int] = field(default_factory=dict)
    """Which generations were mailed, and how old their contact was then."""
    withheld: set[int] = field(default_factory=set)
    attempts: int = 0
    pressed: tuple[str, str] | None = None
    session: tuple[str, datetime] | None = None
    """The request that began it, and when."""
    refreshed: bool = False
    evaluated: set[tuple[str, str]] = field(default_factory=set)
    """The presses whose code was compared, as far as a browser can tell."""
    sessions: set[str] = field(default_factory=set)
    """The sessions that came of it, as far as a browser can tell."""

    @property
    def generation(self) -> int:
        return len(self.asked)

    def is_over(self, *, at: datetime) -> bool:
        return at >= self.asked[-1] + CODE_LIVES or at >= self.asked[0] + CHALLENGE_LIVES

    def may_be_asked_again(self, *, at: datetime) -> bool:
        return (
            self.generation < MAILS
            and at >= self.asked[-1] + WAITS[self.generation - 1]
            and at + CODE_LIVES <= self.asked[0] + CHALLENGE_LIVES
            and self.attempts < ATTEMPTS
        )

    def is_mailed(self, generation: int, *, open_: bool, at: datetime) -> bool:
        """Say whether a sender that is handed this generation now mails it, and remember it."""
        is_for_somebody = open_ and self.person.contact != "" and self.person.active
        is_due = at < self.asked[generation - 1] + CODE_LIVES - LATEST_SEND
        is_granted = is_for_somebody and is_due and self._takes_budget(generation, at=at)
        is_done = generation in self.mailed or generation in self.withheld
        if is_done or generation != self.generation:
            return False
        if is_granted:
            self.mailed[generation] = self.person.age
        else:
            self.withheld.add(generation)
        return is_granted

    def presses(self, press: Press, *, at: datetime) -> int:
        """Return the status that a press is answered with, and remember it."""
        if self.is_over(at=at):
            return 410
        if self.pressed != press.name:
            if self.attempts == ATTEMPTS:
                return 410
            self.attempts += 1
            self.pressed = press.name
        mailed = sorted(self.mailed)[-2:]
        good = [n for n in mailed if at < self.asked[n - 1] + CODE_LIVES]
        right = [n for n in good if self.codes[n] == press.code]
        if not right:
            return 401
        if not self._may_become_a_session(press, at=at):
            return 410
        if not self.person.active or self.mailed[right[0]] != self.person.age:
            return 410
        self.session = (press.request_id, at)
        return 200

    def is_proved_by(self, code: str, *, at: datetime) -> bool:
        """Say whether *code* was mailed to this very contact, and not too long ago."""
        return (
            self.person.active
            and at < self.asked[0] + CHALLENGE_LIVES
            and any(
                code == self.codes[n]
                and age == self.person.age
                and at < self.asked[n - 1] + CODE_LIVES
                for n, age in self.mailed.items()
            )
        )

    def _takes_budget(self, generation: int, *, at: datetime) -> bool:
        name = (self.id, generation)
        if name not in self.person.granted:
            if not self.person.has_room(stranger=self.stranger, at=at):
                return False
            self.person.granted[name] = (at, self.stranger)
        return True

    def _may_become_a_session(self, press: Press, *, at: datetime) -> bool:
        if self.session is None:
            return True
        request_id, begun = self.session
        return press.request_id == request_id and at < begun + REPEAT and not self.refreshed


def busiest(window: timedelta, times: list[datetime]) -> int:
    """The most that fall into one window, wherever it begins."""
    return max((sum(each <= at < each + window for at in times) for each in times), default=0)
