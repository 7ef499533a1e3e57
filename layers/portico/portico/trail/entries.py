"""Read a row of a workspace's list: what its events say together, whatever order they came in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

from portico.trail.list_rows import PERSONAL_PART, STEP, Place


class Outcome(StrEnum):
    """How something ended, as far as it has."""

    ASKED = "asked"
    """A sign-in has begun, and nothing came of it yet."""
    MAILED = "mailed"
    """The code is with SES, and nobody has typed it."""
    WITHHELD = "withheld"
    """There is no mail, for a reason."""
    REFUSED = "refused"
    """Somebody was not let in."""
    SIGNED_IN = "signed-in"
    DONE = "done"
    """It happened, and was no sign-in."""


DELIVERIES = {
    "mail.delayed": "delayed",
    "mail.bounced": "bounced",
    "mail.rejected": "rejected",
    "mail.complained": "complained",
}
"""Lines about a mail, from the least bad to the worst. Of one that arrived there is none."""
ARRIVED = "delivered"
TROUBLE_SHOWS = timedelta(hours=1)
"""By then SES has told that it does not get rid of a mail: it tells of each delay when it tries again."""
THINGS = ("key", "link", "portal", "connection")
"""What the team has made, and what a line is about that is of no sign-in."""
_ASKED = ("code.requested", "code.resent", "sso.started", "sso.adding")
_RANKS = {
    Outcome.ASKED: 0,
    Outcome.MAILED: 1,
    Outcome.WITHHELD: 1,
    Outcome.DONE: 1,
    Outcome.REFUSED: 2,
    Outcome.SIGNED_IN: 3,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a row."""

    key: str
    name: str
    at: datetime
    by: str
    detail: Mapping[str, str]
    subject: str | None
    """A contact, a link, and so on; of an address its keyed name, until that is erased."""
    network: str | None
    purpose: str | None

    @property
    def contact(self) -> str | None:
        """The contact whom it concerns."""
        if self.subject and self.subject.startswith("ct_"):
            return self.subject
        return self.detail.get("contact")

    @property
    def outcome(self) -> Outcome:
        """What the row comes to if this step decides."""
        if self.name == "session.started":
            return Outcome.SIGNED_IN
        if self.name in _ASKED:
            return Outcome.ASKED
        if self.name == "code.mailed":
            return Outcome.MAILED
        if self.name.endswith(".withheld"):
            return Outcome.WITHHELD
        if self.name.endswith(".refused") or self.detail.get("reason", "").endswith("-reuse"):
            return Outcome.REFUSED
        return Outcome.DONE

    @property
    def turn(self) -> tuple[datetime, int, str]:
        """Where it stands among the steps of its row: in the order that there is, in one moment too."""
        return self.at, _RANKS[self.outcome], self.key

    @property
    def weight(self) -> tuple[bool, bool, datetime, int, str]:
        """How much it counts among the steps of its row."""
        # Whoever has come in has come in. Else the newest step decides; what became of a mail
        # decides nothing where there is another.
        is_fate = self.name in DELIVERIES
        is_in = self.outcome is Outcome.SIGNED_IN
        return is_in, not is_fate, self.at, _RANKS[self.outcome], self.key


@dataclass(frozen=True)
class Entry:
    """One row: a sign-in, or something else that happened."""

    place: Place
    steps: Sequence[Step] = field(repr=False)
    """Oldest first."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row."""
        steps = []
        for name, core in row.items():
            if not name.startswith(STEP):
                continue
            key = name.removeprefix(STEP)
            personal = row.get(f"{PERSONAL_PART}{key}") or {}
            step = Step(
                key,
                core["name"],
                datetime.fromisoformat(core["at"]),
                core["by"],
                core.get("detail") or {},
                core.get("subject") or personal.get("subject"),
                personal.get("network"),
                core.get("purpose"),
            )
            steps.append(step)
        return cls(Place.parse(row["sk"]), sorted(steps, key=lambda step: step.turn))

    @cached_property
    def decisive(self) -> Step:
        """The step that says how it ended."""
        return max(self.steps, key=lambda step: step.weight)

    @property
    def is_sign_in(self) -> bool:
        """Whether the row is of a sign-in, and so may have several steps."""
        return not self.place.id.startswith("evt_")

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        return self.decisive.outcome

    @cached_property
    def way(self) -> str | None:
        """The way in: ``code``, ``password``, ``sso:<connection>``; ``None``: it is none."""
        for step in reversed(self.steps):
            if "method" in step.detail:
                return step.detail["method"]
            room = step.name.partition(".")[0]
            if room == "sso":
                return f"sso:{step.detail.get('connection', '')}"
            if room == "code" or step.name == "password.refused":
                return room
        return "code" if self.is_sign_in else None

    @property
    def purpose(self) -> str | None:
        """What a code was for, if not to sign in."""
        return next((step.purpose for step in self.steps if step.purpose), None)

    @property
    def reason(self) -> str | None:
        """Why it did not go through."""
        return self.decisive.detail.get("reason")

    @property
    def contact(self) -> str | None:
        """The contact, once it is known."""
        return next((s.contact for s in reversed(self.steps) if s.contact), None)

    @cached_property
    def about(self) -> str | None:
        """What the team has made that it is about, such as ``key:<id>``; of a sign-in, and of what
        is about a contact or the workspace alone, ``None``.
        """
        if self.is_sign_in:
            return None
        # Of what has several, that of which the event itself speaks.
        own = self.decisive.name.partition(".")[0]
        found = (name for name in (own, *THINGS) if name in THINGS and name in self.decisive.detail)
        kind = next(found, None)
        return f"{kind}:{self.decisive.detail[kind]}" if kind else None

    @property
    def label(self) -> str | None:
        """What that was called when it happened; ``None``: the line does not say."""
        return self.decisive.detail.get("label") if self.about else None

    @property
    def delivery(self) -> str | None:
        """The worst that we know of its newest mail; ``None``: nothing went wrong that we know of."""
        known = [step for step in self.steps if step.name in DELIVERIES]
        if not known:
            return None
        newest = max(step.detail.get("generation", "") for step in known)
        names = {step.name for step in known if step.detail.get("generation", "") == newest}
        return next(DELIVERIES[name] for name in reversed(DELIVERIES) if name in names)

    def fates(self, now: datetime) -> list[str | None]:
        """Return what became of each of its mails with a code; ``None``: nothing is known yet.

        SES tells of every mail that it cannot hand over, and of that reliably. So one of which it
        has told nothing within `TROUBLE_SHOWS` has been taken by its reader's server, as have those
        whose code was typed. No line says that a mail arrived.
        """
        is_in = any(step.outcome is Outcome.SIGNED_IN for step in self.steps)
        fates: list[str | None] = []
        for mailed in self.steps:
            if mailed.name != "code.mailed":
                continue
            names = {s.name for s in self.steps if _mail_of(s) == _mail_of(mailed)}
            worst = next((DELIVERIES[name] for name in reversed(DELIVERIES) if name in names), None)
            has_arrived = is_in or now >= mailed.at + TROUBLE_SHOWS
            fates.append(worst or (ARRIVED if has_arrived else None))
        return fates

    def told(self, name: str) -> str | None:
        """Return a detail of the newest step that has it."""
        return next((s.detail[name] for s in reversed(self.steps) if name in s.detail), None)

    def shown_at(self, subjects: frozenset[str]) -> str | None:
        """Return the step at which a walk through the lines of *subjects* meets this row last.

        Args:
            subjects: names of an address, as the trail files it. A contact's steps always count.
        """
        for step in self.steps:
            if step.subject and (step.subject.startswith("ct_") or step.subject in subjects):
                return step.key
        return None


def _mail_of(step: Step) -> str:
    """Return which of a sign-in's mails a step is about."""
    return step.detail.get("generation", "")


@dataclass(frozen=True, slots=True)
class SoughtEntries:
    """Which rows are wanted. What is ``None`` does not matter."""

    events: tuple[str, ...] = ()
    """Names (``code.withheld``) or kinds (``code``); one of a row's steps must be one of them."""
    outcome: str | None = None
    way: str | None = None
    """``sso`` is every connection."""
    reason: str | None = None
    delivery: str | None = None
    by: str | None = None
    """Who did it, or the kind of it: ``member``, ``key``, ``cli``, ``contact``, ``mail``."""

    @property
    def is_everything(self) -> bool:
        """Whether every row is wanted."""
        return self == SoughtEntries()

    def fits(self, entry: Entry) -> bool:
        """Say whether a row is wanted."""
        return (
            (self.outcome is None or entry.outcome == self.outcome)
            and (self.way is None or _is_of(entry.way or "", self.way))
            and (
                self.reason is None
                or any(s.detail.get("reason") == self.reason for s in entry.steps)
            )
            and (self.delivery is None or entry.delivery == self.delivery)
            and (self.by is None or any(_is_of(s.by, self.by) for s in entry.steps))
            and (
                not self.events
                or any(_is_of(s.name, each, ".") for s in entry.steps for each in self.events)
            )
        )


def _is_of(text: str, wanted: str, mark: str = ":") -> bool:
    return text == wanted or text.startswith(f"{wanted}{mark}")
