"""Counts of a workspace's list by day, for charts.

They are counted while the list is walked, a page at a time. Pages add up: no row is in two. What was
counted of a day that is over is kept, so that it is counted once, and not by each who asks.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portico.aws.queries import page_before
from portico.aws.tables import ConditionFailed
from portico.aws.values import Row
from portico.clock import epoch
from portico.errors import TryLater
from portico.trail.entries import Entry
from portico.trail.list_rows import counts_key, list_key
from portico.trail.list_store import end_of
from portico.trail.search import NEWEST, OLDEST, FoundEntries, PageWork, Span, TrailList, Walk

SETTLED_AFTER = timedelta(hours=2)
"""So long after its end, a day's counts are kept. What is added later takes them away
(`list_store.LATE_AFTER`); in between lies what two clocks may differ by."""
CALLS_TO_COUNT = 64
"""Calls to DynamoDB for one page: four days that few rows have."""
MOST_NAMES = 1000
"""Ways, reasons and so on of one day that are kept."""


NAMED = ("outcomes", "ways", "reasons", "deliveries", "mails")


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
    mails: Counter[str] = field(default_factory=Counter)
    """Of mails, and not of sign-ins: those that were sent, and what became of them."""

    def count(self, entry: Entry, *, now: datetime) -> None:
        """Count one row."""
        # A password that was refused is a try to sign in, with a row of its own.
        if not entry.is_sign_in and entry.decisive.name != "password.refused":
            self.others += 1
            return
        self.sign_ins += 1
        self.outcomes[str(entry.outcome)] += 1
        # A row that is kept names its members, and DynamoDB knows no name that is empty.
        if entry.way:
            self.ways[entry.way] += 1
        if entry.reason:
            self.reasons[entry.reason] += 1
        if entry.delivery:
            self.deliveries[entry.delivery] += 1
        fates = entry.fates(now)
        if fates:
            self.mails["sent"] += len(fates)
            self.mails.update(fate for fate in fates if fate)

    def add(self, counts: Row) -> None:
        """Count what was kept."""
        self.sign_ins += counts["sign_ins"]
        self.others += counts["others"]
        for name in NAMED:
            getattr(self, name).update(counts[name])

    @property
    def total(self) -> int:
        """How many rows are counted."""
        return self.sign_ins + self.others

    def answer(self, day: str) -> dict[str, Any]:
        """Return the members of the answer about this day."""
        return {
            "day": day,
            "sign_ins": self.sign_ins,
            "others": self.others,
            **{name: dict(sorted(getattr(self, name).items())) for name in NAMED},
        }


def counted(entries: Iterable[Entry], *, now: datetime) -> list[dict[str, Any]]:
    """Return the counts of each day that has rows, newest first."""
    days: dict[str, DayCounts] = defaultdict(DayCounts)
    for each in entries:
        days[each.place.day].count(each, now=now)
    return [days[day].answer(day) for day in sorted(days, reverse=True)]


@dataclass(frozen=True, slots=True)
class TrailCounts:
    """Counts the list of one workspace."""

    trail: TrailList

    def page(self, span: Span, *, before: str = "") -> tuple[dict[str, DayCounts], FoundEntries]:
        """Return the counts of a page by day, newest first, and how far it got.

        Args:
            span: of which time.
            before: where the last page ended.

        Raises:
            TryLater: the Trail is out of reach.
        """
        trail, work = self.trail, PageWork(calls=CALLS_TO_COUNT)
        first, at = trail.first(span), before or trail.last(span)
        since, days = trail.days(first[:10], at[:10], work)
        kept = self._kept(first[:10], at[:10], work)
        found: dict[str, DayCounts] = {}
        for day, shards in days:
            if at <= f"{day}{OLDEST}":
                continue
            counts = found[day] = DayCounts()
            known, is_whole = kept.get(day, {}), at >= f"{day}{NEWEST}"
            is_settled = (
                first <= f"{day}T00:00:00Z"
                and end_of(day) + SETTLED_AFTER <= trail.clock.now()
                # Nobody knows what was above the place at which a page began elsewhere.
                and (is_whole or known.get("counted_to") == at)
            )
            base = DayCounts()
            if is_settled and "counts" in known:
                base.add(known["counts"])
                at = known["counted_to"]
            if is_whole:
                counts.add(base.answer(day))
            if at > f"{day}{OLDEST}":
                keys = [list_key(trail.workspace_id, day, each) for each in sorted(shards)]
                walk = Walk(trail.rows, keys, first, at, work, size=48, consistent=is_settled)
                fresh, at = _counted(walk, at, f"{day}{OLDEST}", now=trail.clock.now())
                counts.add(fresh.answer(day))
                base.add(fresh.answer(day))
                if is_settled:
                    self._keep(day, base, at, known)
            if work.is_spent:
                return found, trail.found_to(at, since)
        return found, FoundEntries([], None, trail.found_to(first, since).searched_until, since)

    def _kept(self, first: str, last: str, work: PageWork) -> dict[str, Row]:
        # A day that is not among them is counted.
        pk, _ = counts_key(self.trail.workspace_id, last)
        found, _ = page_before(self.trail.rows, pk, first=first, before=f"{last}{NEWEST}")
        work.count(0)
        return {row["sk"]: _readable(row) for row in found}

    def _keep(self, day: str, counts: DayCounts, at: str, known: Row) -> None:
        if sum(len(getattr(counts, name)) for name in NAMED) > MOST_NAMES:
            return
        told = counts.answer(day)
        del told["day"]
        ends = epoch(end_of(day) + self.trail.keep)
        values = {":counts": told, ":to": at, ":ends": ends}
        late = {":late": known["late"]} if "late" in known else {}
        # Whatever was added since the day was read may be missing. Who asks has their answer anyway.
        with suppress(ConditionFailed, TryLater):
            self.trail.rows.update(
                *counts_key(self.trail.workspace_id, day),
                "SET counts = :counts, counted_to = :to, expires_at = :ends, ttl = :ends",
                "late = :late" if late else "attribute_not_exists(late)",
                values | late,
            )


def _readable(row: Row) -> Row:
    """Return what is kept of a day; what an earlier version counted less of counts as not kept."""
    if set(NAMED) <= row.get("counts", {}).keys():
        return row
    return {name: value for name, value in row.items() if name not in ("counts", "counted_to")}


def _counted(walk: Walk, at: str, end: str, *, now: datetime) -> tuple[DayCounts, str]:
    """Count rows of a day, and say how far that got."""
    counts = DayCounts()
    for row in walk:
        if row is None:
            return counts, at
        at = row["sk"]
        entry = Entry.from_row(row)
        if entry.steps:
            counts.count(entry, now=now)
    return counts, end
