"""Counts by day, of which those of days that are over are kept (portico/trail/overview.py)."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portico.aws.tables import Rows
from portico.codes.rules import CHALLENGE_LIFETIME, CODE_LIFETIME
from portico.ids import fingerprint
from portico.trail.entries import TROUBLE_SHOWS, Entry, Step
from portico.trail.list_rows import Place, shard_of
from portico.trail.overview import SETTLED_AFTER, DayCounts, TrailCounts
from portico.trail.search import Span, TrailList
from tests.support.driver import Portal
from tests.trail.test_list import KEEP, of_a_sign_in, records

COUNTS = TrailCounts(TrailList("trail", "acme", KEEP))
DIGITS = frozenset("0123456789abcdef")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def fill(portal: Portal, *, ago: int, rows: int) -> str:
    """Write rows of a day so many days ago; return the day."""
    day = (portal.now - timedelta(days=ago)).date().isoformat()
    for n in range(rows):
        began, id_ = f"{day}T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}", fingerprint(f"{day}{n}")
        step = {"name": "code.requested", "at": f"{began}.000+00:00", "by": "contact"}
        row = {"pk": f"acme#listed#{day}#{shard_of(id_)}", "sk": f"{began}Z#{id_}"}
        portal.writes("trail", row | {"step_01234567": step})
    portal.writes("trail", {"pk": "acme#listed", "sk": day, "shards": DIGITS})
    portal.writes("trail", {"pk": "acme#listed", "sk": "-since", "since": f"{day}T00:00:00+00:00"})
    return day


def step(n: int, name: str, day: str, **detail: str) -> dict[str, Any]:
    """An event of a row, so many seconds after the row begins."""
    core = {"name": name, "at": f"{day}T00:00:{n:02}.000+00:00", "by": "mail", "detail": detail}
    return {f"step_{n:08}": core}


def mail(day: str, n: int, generation: str = "1") -> dict[str, Any]:
    return step(n, "code.mailed", day, generation=generation)


def fill_with(portal: Portal, day: str, steps: dict[str, Any]) -> None:
    """Write one row of a day."""
    id_ = fingerprint(day)
    row = {"pk": f"acme#listed#{day}#{shard_of(id_)}", "sk": f"{day}T00:00:00Z#{id_}"}
    portal.writes("trail", row | steps)
    portal.writes("trail", {"pk": "acme#listed", "sk": day, "shards": DIGITS})


def since(portal: Portal, days: int) -> Span:
    return Span(
        portal.now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
    )


def counted(span: Span) -> tuple[dict[str, int], int]:
    """Sign-ins by day, and how many pages they took."""
    found, at, pages = Counter[str](), "", 0
    while True:
        page, rest = COUNTS.page(span, before=at)
        pages += 1
        found.update({day: each.sign_ins for day, each in page.items()})
        if rest.ends_at is None:
            return {day: count for day, count in found.items() if count}, pages
        at = rest.ends_at


def kept(portal: Portal) -> dict[str, dict[str, Any]]:
    return {row["sk"]: row for row in portal.whole_trail() if row["pk"] == "acme#counted"}


class TestADayThatIsOver:
    def test_is_counted_once_and_read_from_then_on(self, portal, wire):
        days = [fill(portal, ago=ago, rows=20) for ago in range(1, 8)]
        span = since(portal, 7)
        first, pages = counted(span)
        assert first == dict.fromkeys(days, 20)
        assert pages == 2
        wire.forget()

        again, pages = counted(span)

        assert again == first
        assert pages == 1
        # When the list began, which days there are, and what was counted of them.
        assert Counter(wire.operations) == {"dynamodb.GetItem": 1, "dynamodb.Query": 2}

    def test_with_more_rows_than_a_page_reads_is_counted_in_several_and_kept_as_well(
        self, portal, wire
    ):
        day = fill(portal, ago=1, rows=700)
        first, pages = counted(since(portal, 1))
        assert first == {day: 700}
        assert pages > 1
        wire.forget()

        assert counted(since(portal, 1)) == (first, 1)
        assert len(wire.operations) == 3

    def test_goes_on_where_somebody_else_has_stopped(self, portal):
        day = fill(portal, ago=1, rows=700)
        COUNTS.page(since(portal, 1))

        assert counted(since(portal, 1))[0] == {day: 700}
        assert kept(portal)[day]["counts"]["sign_ins"] == 700

    def test_counted_by_two_at_once_is_right_for_both(self, portal):
        day = fill(portal, ago=1, rows=700)
        span, sums = since(portal, 1), [0, 0]
        places: list[str | None] = ["", ""]

        while any(each is not None for each in places):
            for who, at in enumerate(places):
                if at is not None:
                    page, rest = COUNTS.page(span, before=at)
                    sums[who] += sum(each.sign_ins for each in page.values())
                    places[who] = rest.ends_at

        assert sums == [700, 700]
        assert counted(span)[0] == {day: 700}

    def test_of_which_a_part_is_wanted_is_counted_and_not_kept(self, portal):
        day = fill(portal, ago=1, rows=120)
        begin = since(portal, 1).since
        assert begin
        later = Span(begin + timedelta(minutes=1))

        assert counted(later)[0] == {day: 60}
        assert kept(portal) == {}

        counted(since(portal, 1))
        assert counted(later)[0] == {day: 60}

    def test_of_another_workspace_is_another(self, portal):
        fill(portal, ago=1, rows=5)
        counted(since(portal, 1))

        other = TrailCounts(TrailList("trail", "globex", KEEP))

        assert other.page(since(portal, 1))[0] == {}


class TestADayThatMayStillGrow:
    def test_is_counted_each_time(self, portal):
        day = fill(portal, ago=0, rows=5)
        assert counted(since(portal, 0))[0] == {day: 5}
        assert kept(portal) == {}

    def test_is_one_that_was_over_less_than_two_hours_ago(self, portal):
        fill(portal, ago=0, rows=5)
        midnight = portal.now.replace(hour=0, minute=0, second=0) + timedelta(days=1)
        portal.forward(seconds=(midnight - portal.now).total_seconds() + 7190)
        counted(since(portal, 1))
        assert kept(portal) == {}

        portal.forward(seconds=20)
        counted(since(portal, 1))
        assert len(kept(portal)) == 1


class TestMails:
    """Sent, delivered, bounced: from the rows that there are (docs/decisions/0070)."""

    def of_today(self, portal) -> dict[str, int]:
        (day,) = COUNTS.page(since(portal, 0))[0].values()
        return dict(day.mails)

    def test_are_sent_and_no_more_is_known_at_first(self, portal):
        records(*of_a_sign_in(portal)[:2])

        assert self.of_today(portal) == {"sent": 1}

    def test_have_arrived_where_the_code_was_typed(self, portal):
        records(*of_a_sign_in(portal))

        assert self.of_today(portal) == {"sent": 1, "delivered": 1}

    def test_have_arrived_after_an_hour_without_a_word_of_trouble(self, portal):
        records(*of_a_sign_in(portal)[:2])

        portal.forward(seconds=3590)
        assert self.of_today(portal) == {"sent": 1}

        portal.forward(seconds=20)
        assert self.of_today(portal) == {"sent": 1, "delivered": 1}

    @pytest.mark.parametrize("state", ["delayed", "bounced", "rejected", "complained"])
    def test_in_trouble_are_what_ses_told_of_them(self, portal, state):
        day = portal.now.date().isoformat()
        mailed = mail(day, 0)
        fill_with(portal, day, mailed | step(1, f"mail.{state}", day, generation="1"))
        portal.forward(hours=3)

        assert self.of_today(portal) == {"sent": 1, state: 1}

    def test_of_one_sign_in_are_counted_one_by_one(self, portal):
        day = portal.now.date().isoformat()
        first = mail(day, 0) | step(1, "mail.bounced", day, generation="1")
        fill_with(portal, day, first | mail(day, 2, generation="2"))
        portal.forward(hours=3)

        assert self.of_today(portal) == {"sent": 2, "bounced": 1, "delivered": 1}

    def test_are_all_known_by_the_time_a_day_is_kept(self):
        assert CHALLENGE_LIFETIME + CODE_LIFETIME + TROUBLE_SHOWS < SETTLED_AFTER

    def test_add_up_with_what_is_kept(self, portal):
        day = (portal.now - timedelta(days=1)).date().isoformat()
        fill_with(portal, day, mail(day, 0))
        for _ in range(2):
            assert COUNTS.page(since(portal, 1))[0][day].mails == {"sent": 1, "delivered": 1}

        assert kept(portal)[day]["counts"]["mails"] == {"sent": 1, "delivered": 1}

    def test_are_counted_anew_where_a_version_before_has_kept_the_day_without_them(self, portal):
        day = (portal.now - timedelta(days=1)).date().isoformat()
        fill_with(portal, day, mail(day, 0))
        COUNTS.page(since(portal, 1))
        row = kept(portal)[day]
        del row["counts"]["mails"]
        portal.writes("trail", row)

        assert COUNTS.page(since(portal, 1))[0][day].mails == {"sent": 1, "delivered": 1}
        assert COUNTS.page(since(portal, 1))[0][day].sign_ins == 1
        assert kept(portal)[day]["counts"]["mails"] == {"sent": 1, "delivered": 1}


class TestAWay:
    def test_without_a_name_is_no_key_of_a_map(self):
        # DynamoDB refuses an attribute without a name, in a map as well.
        entry = Entry(
            Place.parse("2026-11-20T12:00:00Z#0123456789ab"),
            [Step("0", "session.started", NOON, "contact", {"method": ""}, None, None, None)],
        )
        counts = DayCounts()

        counts.count(entry, now=NOON)

        assert (counts.sign_ins, counts.ways) == (1, {})


class TestWhatComesLate:
    """An event of a day that is over: a complaint, or what waited while the trail was out of reach."""

    def test_takes_the_counts_away_so_that_the_day_is_counted_anew(self, portal):
        events = of_a_sign_in(portal)
        records(*events[:2])
        portal.forward(days=2)
        span = since(portal, 3)
        (before,) = COUNTS.page(span)[0].values()
        assert before.outcomes == {"mailed": 1}

        records(*events[2:])

        (after,) = COUNTS.page(span)[0].values()
        assert after.outcomes == {"signed-in": 1}
        (row,) = kept(portal).values()
        assert row["late"] == 1
        assert row["counts"]["outcomes"] == {"signed-in": 1}

    def test_while_the_day_is_counted_keeps_the_counts_from_being_kept(self, portal, monkeypatch):
        events = of_a_sign_in(portal)
        records(*events[:2])
        portal.forward(days=2)
        whole = Rows.update

        def update(rows: Rows, pk: str, *rest: Any) -> Any:
            if pk == "acme#counted":
                monkeypatch.setattr(Rows, "update", whole)
                records(*events[2:])
            return whole(rows, pk, *rest)

        monkeypatch.setattr(Rows, "update", update)

        COUNTS.page(since(portal, 3))

        (row,) = kept(portal).values()
        assert "counts" not in row
        (after,) = COUNTS.page(since(portal, 3))[0].values()
        assert after.outcomes == {"signed-in": 1}

    def test_costs_no_write_while_its_day_lasts(self, portal, wire):
        events = of_a_sign_in(portal)
        records(*events[:2])
        wire.forget()

        records(*events[2:])

        assert kept(portal) == {}
        # A line for each, and one write of the list's row.
        assert Counter(wire.operations) == {"dynamodb.PutItem": 3, "dynamodb.UpdateItem": 1}

    def test_is_gone_with_the_rows_of_the_day(self, portal):
        day = fill(portal, ago=1, rows=5)
        counted(since(portal, 1))

        row = kept(portal)[day]

        over = portal.now.replace(hour=0, minute=0, second=0, microsecond=0)
        assert row["expires_at"] == row["ttl"] == int((over + KEEP).timestamp())
