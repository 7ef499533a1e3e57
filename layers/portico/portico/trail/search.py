"""Search a workspace's list, newest first. A call does a bounded amount of work, whatever it finds.

What is indexed (a contact, an address, a sign-in) is found exactly. Everything else filters while
the list is walked, and the answer says how far that got.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from portico.aws.parallel import in_parallel
from portico.aws.queries import page_before
from portico.aws.tables import MOST_AT_ONCE, Rows, get_many
from portico.aws.values import Row
from portico.clock import SYSTEM, Clock
from portico.trail.entries import Entry, SoughtEntries
from portico.trail.list_rows import Place, list_key, shard_of, stamp, step_of
from portico.trail.list_store import SINCE, days_key
from portico.trail.subjects import subjects_in_trail

MOST_CALLS = 24
"""Calls to DynamoDB for one page, at about five milliseconds each and four at once."""
MOST_ROWS_A_CALL = 600
"""Rows read for one page."""
ROWS_AT_ONCE = 24
"""Rows of one partition in one call."""
NEWEST, OLDEST = "~", "!"
"""Sort after, and before, every sort key of a row or a line."""


@dataclass(frozen=True, slots=True)
class FoundEntries:
    """A page of a list."""

    entries: list[Entry]
    ends_at: str | None
    """Where the next page begins; ``None``: there is none."""
    searched_until: datetime
    """Everything that is younger was looked at."""
    since: datetime | None
    """When the list began; what happened before is in no list. ``None``: there is none yet."""


@dataclass(slots=True)
class PageWork:
    """What one page may still cost."""

    calls: int = MOST_CALLS
    rows: int = MOST_ROWS_A_CALL

    @property
    def is_spent(self) -> bool:
        """Whether it must come to an end."""
        return self.calls <= 0 or self.rows <= 0

    def count(self, rows: int, *, calls: int = 1) -> None:
        """Take away what was done."""
        self.calls -= calls
        self.rows -= rows


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when."""

    since: datetime | None = None
    until: datetime | None = None
    """The last moment of it."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Rows of several partitions as one, newest first, until the work is spent."""

    rows: Rows
    partitions: Sequence[str]
    first: str
    before: str
    work: PageWork
    size: int = ROWS_AT_ONCE
    consistent: bool = False

    def __iter__(self) -> Iterator[Row | None]:
        """Yield rows; and ``None`` where it had to stop."""
        waiting = dict.fromkeys(self.partitions, self.before)
        read: dict[str, list[Row]] = {pk: [] for pk in self.partitions}
        while True:
            empty = [pk for pk in waiting if not read[pk]]
            if empty and self.work.is_spent:
                yield None
                return
            pages = {pk: in_parallel(self._page(pk, waiting[pk])) for pk in empty}
            for pk, page in pages.items():
                found, ends_at = page.result()
                self.work.count(len(found))
                read[pk] = found[::-1]
                if ends_at is None:
                    del waiting[pk]
                else:
                    waiting[pk] = ends_at
            newest = max((pk for pk in read if read[pk]), key=lambda pk: _sk(read[pk]), default="")
            if not newest:
                return
            yield read[newest].pop()

    def _page(self, pk: str, before: str) -> Any:
        return lambda: page_before(
            self.rows,
            pk,
            first=self.first,
            before=before,
            size=self.size,
            consistent=self.consistent,
        )


@dataclass(frozen=True, slots=True)
class TrailList:
    """The list of one workspace."""

    table: str
    workspace_id: str
    keep: timedelta
    """How long its rows are kept. What is older is gone, though its row may still be there."""
    clock: Clock = SYSTEM

    def page(
        self,
        sought: SoughtEntries,
        span: Span,
        *,
        before: str = "",
        size: int = 50,
        shard: str = "",
    ) -> FoundEntries:
        """Return a page of all rows that are wanted.

        Args:
            sought: which.
            span: of which time.
            before: where the last page ended.
            size: the most entries of it.
            shard: the one sixteenth of each day to look at; all, if there is none.

        Raises:
            TryLater: the Trail is out of reach.
        """
        work, first = PageWork(), self.first(span)
        found: list[Entry] = []
        at = before or self.last(span)
        since, days = self.days(first[:10], at[:10], work)
        # A page of everything needs few rows of each part, but reads them all at once.
        some = max(8, size // 4) if sought.is_everything else ROWS_AT_ONCE
        for day, shards in days:
            # Where a page ended with a day, there is nothing of that day to ask for.
            if at <= f"{day}{OLDEST}":
                continue
            parts = [shard] if shard in shards else [] if shard else sorted(shards)
            keys = [list_key(self.workspace_id, day, each) for each in parts]
            for row in Walk(self.rows, keys, first, at, work, size=some):
                if row is None:
                    return self._found(found, at, since)
                at = row["sk"]
                entry = Entry.from_row(row)
                if entry.steps and sought.fits(entry):
                    found.append(entry)
                if len(found) == size:
                    return self._found(found, at, since)
            # All of this day is looked at.
            at = min(at, f"{day}{OLDEST}")
            if work.is_spent:
                return self._found(found, at, since)
        return FoundEntries(found, None, _time(first), since)

    def of_subjects(
        self,
        subjects: Sequence[str],
        sought: SoughtEntries,
        span: Span,
        *,
        before: str = "",
        size: int = 50,
    ) -> FoundEntries:
        """Return a page of the rows of a contact or an address, found by their lines.

        Args:
            subjects: the contact, and the address as `people.addresses.subject_of` names it.
            sought: which of their rows.
            span: of which time.
            before: where the last page ended.
            size: the most entries of it.

        Raises:
            TryLater: the Trail is out of reach.
        """
        work, first = PageWork(), self.first(span)
        since = self._since(work)
        filed = [
            each
            for subject in dict.fromkeys(subjects)
            for each in subjects_in_trail(self.table, self.workspace_id, subject)
        ]
        keys = [f"{self.workspace_id}#trail#{each}" for each in filed]
        found: list[Entry] = []
        lines: list[Row] = []
        at, ends_at = before or self.last(span), None
        for line in Walk(self.rows, keys, first.removesuffix("Z"), at, work, size=MOST_AT_ONCE):
            if line is None or len(lines) == MOST_AT_ONCE:
                ends_at = at
                break
            at = line["sk"]
            if "listed" in line:
                lines.append(line)
        read = self._read(list(dict.fromkeys(line["listed"] for line in lines)), work)
        for line in lines:
            entry = read.get(line["listed"])
            is_met = entry and entry.shown_at(frozenset(filed)) == step_of(line["id"])
            if entry and is_met and sought.fits(entry):
                found.append(entry)
            if len(found) == size:
                return self._found(found, line["sk"], since)
        if ends_at is None:
            return FoundEntries(found, None, _time(first), since)
        return self._found(found, ends_at, since)

    def one(self, place: Place) -> FoundEntries:
        """Return the one row of *place*, if it is there and not too old.

        Raises:
            TryLater: the Trail is out of reach.
        """
        work = PageWork()
        since, entry = self._since(work), self._read([place.sk], work).get(place.sk)
        is_kept = entry is not None and place.began >= self.oldest
        return FoundEntries([entry] if entry and is_kept else [], None, place.began, since)

    def sign_in(self, id_: str, span: Span, *, before: str = "") -> FoundEntries:
        """Return the sign-in with an id of twelve characters, of which one does not know the day.

        Only one sixteenth of each day can hold it.
        """
        found = self.page(
            SoughtEntries(), span, before=before, size=MOST_ROWS_A_CALL, shard=shard_of(id_)
        )
        wanted = [each for each in found.entries if each.place.id == id_]
        ends_at = None if wanted else found.ends_at
        return FoundEntries(wanted, ends_at, found.searched_until, found.since)

    def _read(self, places: Sequence[str], work: PageWork) -> dict[str, Entry]:
        if not places:
            return {}
        wanted = [(self.rows, *Place.parse(sk).key(self.workspace_id)) for sk in places]
        work.count(len(places))
        rows = get_many(wanted, consistent=False)
        read = [Entry.from_row(row) for row in rows if row]
        # One that was erased before its events came has none.
        return {each.place.sk: each for each in read if each.steps}

    def days(
        self, first: str, last: str, work: PageWork
    ) -> tuple[datetime | None, Iterator[tuple[str, frozenset[str]]]]:
        """Return since when there is a list, and its days from *last* to *first*, each with the
        parts that have rows.
        """
        pk = days_key(self.workspace_id)
        since = self._since(work)

        def days() -> Iterator[tuple[str, frozenset[str]]]:
            before = f"{last}{NEWEST}"
            while True:
                found, ends_at = page_before(self.rows, pk, first=first, before=before)
                work.count(len(found))
                for row in found:
                    yield row["sk"], row["shards"]
                if ends_at is None:
                    return
                before = ends_at

        return since, days()

    def _since(self, work: PageWork) -> datetime | None:
        work.count(1)
        row = self.rows.get(days_key(self.workspace_id), SINCE)
        return max(datetime.fromisoformat(row["since"]), self.oldest) if row else None

    def found_to(self, at: str, since: datetime | None) -> FoundEntries:
        """Return a page that ends at *at*, without rows."""
        return self._found([], at, since)

    def _found(self, entries: list[Entry], at: str, since: datetime | None) -> FoundEntries:
        return FoundEntries(entries, at, _time(at), since)

    def first(self, span: Span) -> str:
        """Return the lowest sort key of a time."""
        return stamp(max(span.since, self.oldest) if span.since else self.oldest)

    def last(self, span: Span) -> str:
        """Return what is higher than every sort key of a time."""
        until = span.until or self.clock.now() + timedelta(minutes=1)
        return f"{stamp(until)}{NEWEST}"

    @property
    def oldest(self) -> datetime:
        """From when on rows are kept."""
        return self.clock.now() - self.keep

    @property
    def rows(self) -> Rows:
        """The workspace's rows."""
        return Rows(self.table, f"{self.workspace_id}#")


def _sk(rows: list[Row]) -> str:
    return str(rows[-1]["sk"])


def _time(at: str) -> datetime:
    """Return the time of a sort key, or of the begin of a day."""
    text = at[:19] if len(at) >= 19 else at[:10]
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
