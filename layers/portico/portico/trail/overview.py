"""Counts of a workspace's list by day, for charts.

They are counted while the list is walked, a page at a time. Pages add up: no row is in two.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from portico.trail.entries import Entry


@dataclass(slots=True)
class DayCounts:
    """What a page has of one day."""

    sign_ins: int = 0
    """Rows that are sign-ins."""
    others: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """Of sign-ins, and so below."""
    ways: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    deliveries: Counter[str] = field(default_factory=Counter)

    def count(self, entry: Entry) -> None:
        """Count one row."""
        # A password that was refused is a try to sign in, with a row of its own.
        if not entry.is_sign_in and entry.decisive.name != "password.refused":
            self.others += 1
            return
        self.sign_ins += 1
        self.outcomes[str(entry.outcome)] += 1
        self.ways[entry.way or ""] += 1
        if entry.reason:
            self.reasons[entry.reason] += 1
        if entry.delivery:
            self.deliveries[entry.delivery] += 1

    def answer(self, day: str) -> dict[str, Any]:
        """Return the members of the answer about this day."""
        return {
            "day": day,
            "sign_ins": self.sign_ins,
            "others": self.others,
            **{
                name: dict(sorted(getattr(self, name).items()))
                for name in ("outcomes", "ways", "reasons", "deliveries")
            },
        }


def counted(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the counts of each day that has rows, newest first."""
    days: dict[str, DayCounts] = defaultdict(DayCounts)
    for each in entries:
        days[each.place.day].count(each)
    return [days[day].answer(day) for day in sorted(days, reverse=True)]
