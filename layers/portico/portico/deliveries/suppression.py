"""When an address gets no mail: one rule, from all that was held against it.

A row keeps a set of strikes, and nothing else is decided from. So it does not matter in which order
events come, how often, or to whom: the same set says the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from portico.clock import epoch, moment


class Why(StrEnum):
    """What a strike is for."""

    BOUNCED = "bounced"
    """The answering server refused the mail for good."""
    UNKNOWN_TWICE = "unknown-twice"
    """Within a day, servers told two workspaces that there is no such mailbox."""
    COMPLAINED = "complained"
    """Whoever reads the mailbox reported a mail as spam."""


HELD_FOR: tuple[timedelta | None, ...] = (timedelta(hours=24), timedelta(days=7), None)
"""After the first bounce, the second, the third. ``None``: until somebody lifts it."""
FORGOTTEN_AFTER = timedelta(days=180)
"""A bounce this long after the one before is a first one again."""
COMPLAINTS_FOR_CODES = 2
"""The first complaint stops notices, the second one codes as well: a code was asked for."""
MOST_STRIKES = 20
"""One row keeps no more. The third bounce already holds until it is lifted."""


@dataclass(frozen=True, slots=True, order=True)
class Strike:
    """One thing that is held against an address. A row keeps it as text."""

    sent: datetime
    """When the mail was handed to SES, in whole seconds."""
    at: datetime
    """When it was refused or reported."""
    why: Why
    mail: str
    """The mail's name and generation: ``1f2e3d4c5b6a-1``."""
    code: str
    """The server's own code, e.g. ``5.1.1``, or ``-``."""

    def __str__(self) -> str:
        return "|".join(
            (self.why, str(epoch(self.sent)), str(epoch(self.at)), self.mail, self.code)
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what :meth:`__str__` wrote."""
        why, sent, at, mail, code = text.split("|")
        return cls(moment(int(sent)), moment(int(at)), Why(why), mail, code)


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address gets no mail."""

    reason: str
    """``bounce`` or ``complaint``."""
    code: str
    """The server's own code, or ``-``."""
    since: datetime
    until: datetime | None
    """``None``: until somebody lifts it."""
    notices_only: bool = False
    """Codes still go out: their reader asks for them."""

    def stops(self, *, notice: bool) -> bool:
        """Say whether a mail stays back."""
        return notice or not self.notices_only


def suppression_of(strikes: Iterable[str], *, at: datetime) -> Suppression | None:
    """Return what holds mails back at this time; the one that holds back more, and longer.

    Args:
        strikes: all that a row keeps.
        at: the time.
    """
    found = sorted(map(Strike.parse, strikes))
    complaints = [each for each in found if each.why is Why.COMPLAINED]
    unknown = [each for each in found if each.why is Why.UNKNOWN_TWICE]
    if unknown:
        return Suppression("bounce", unknown[-1].code, unknown[0].at, None)
    if len({each.mail for each in complaints}) >= COMPLAINTS_FOR_CODES:
        return Suppression("complaint", "-", complaints[0].at, None)
    bounce = _after_bounces([each for each in found if each.why is Why.BOUNCED])
    if bounce is not None and (bounce.until is None or at < bounce.until):
        return bounce
    if complaints:
        return Suppression("complaint", "-", complaints[0].at, None, notices_only=True)
    return None


def _after_bounces(bounces: list[Strike]) -> Suppression | None:
    held: Suppression | None = None
    step = 0
    newest: datetime | None = None
    for each in bounces:
        if newest is not None and each.sent >= newest + FORGOTTEN_AFTER:
            held, step = None, 0
        newest = each.sent
        if held is not None and (held.until is None or each.sent < held.until):
            # It was on its way when the one before came back: nothing new is learned.
            continue
        lasts = HELD_FOR[min(step, len(HELD_FOR) - 1)]
        held = Suppression("bounce", each.code, each.at, each.at + lasts if lasts else None)
        step += 1
    return held


@dataclass(frozen=True, slots=True)
class Unknown:
    """A server said that there is no such mailbox: to whom, and of which mail. Kept as text."""

    workspace_id: str
    subject: str
    strike: Strike

    def __str__(self) -> str:
        return f"{self.workspace_id}|{self.subject}|{self.strike}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what :meth:`__str__` wrote."""
        workspace_id, subject, strike = text.split("|", 2)
        return cls(workspace_id, subject, Strike.parse(strike))


def unknown_twice(heard: Iterable[str]) -> list[Unknown]:
    """Return what was heard within a day of the same being told to another workspace.

    Args:
        heard: all that is kept of one address, over all workspaces.
    """
    found = [Unknown.parse(each) for each in sorted(heard)]
    return [
        one
        for one in found
        if any(
            one.workspace_id != other.workspace_id
            and abs(one.strike.at - other.strike.at) <= timedelta(days=1)
            for other in found
        )
    ]
