"""The trail's list: a row for each sign-in, the same in whatever order its events come
(portico/trail/list_rows.py, portico/trail/list_store.py, portico/trail/entries.py and portico/trail/search.py).
"""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from local import ses_events
from portico.clock import epoch
from portico.ids import fingerprint
from portico.people.addresses import subject_of
from portico.trail.entries import Entry, Outcome, SoughtEntries
from portico.trail.list_rows import CORE, shard_of
from portico.trail.list_store import forget_marks
from portico.trail.search import MOST_CALLS, MOST_ROWS_A_CALL, FoundEntries, Span, TrailList
from portico.trail.subjects import filed_under, forget_keys
from tests.support.doors import door, stream_record
from tests.support.driver import OK, Portal
from tests.support.row_capacity import KILOBYTE, size_of

KEEP = timedelta(days=365)
LIST = TrailList("trail", "acme", KEEP)
ALL, EVER = SoughtEntries(), Span()


def records(*changes: dict[str, Any]) -> Any:
    return door("record_trail").handler({"Records": list(changes)}, None)


def with_event(portal: Portal) -> list[dict[str, Any]]:
    rows = [*portal.rows("sign-in"), *portal.rows("people")]
    return [stream_record(row) for row in rows if row.get("event")]


def of_a_sign_in(portal: Portal, email: str = "ann@example.com") -> list[dict[str, Any]]:
    """The records of all that happens in one sign-in, with a wrong code in it."""
    browser = portal.another_browser()
    seen: list[dict[str, Any]] = []

    def note() -> None:
        # Two events that are one second apart, so the newest is the newest.
        portal.forward(seconds=1)
        now = [r for r in portal.rows("sign-in") if r["sk"].startswith(("challenge", "session#"))]
        seen.extend(stream_record(row) for row in now if row.get("event"))

    browser.asks_for_a_code(email)
    note()
    portal.delivers_mail()
    note()
    browser.types("0000000")
    note()
    browser.types_the_mailed_code()
    note()
    return seen


def entries(portal: Portal) -> list[Entry]:
    return [Entry.from_row(row) for row in portal.listed()]


def sign_ins(portal: Portal) -> list[Entry]:
    return [each for each in entries(portal) if each.is_sign_in]


def walked(sought: SoughtEntries = ALL, span: Span = EVER, *, size: int = 50) -> list[FoundEntries]:
    pages, at = [], ""
    while True:
        page = LIST.page(sought, span, before=at, size=size)
        pages.append(page)
        if page.ends_at is None:
            return pages
        at = page.ends_at


def found(*args: Any, **more: Any) -> list[Entry]:
    return [entry for page in walked(*args, **more) for entry in page.entries]


class TestASignIn:
    def test_is_one_row_and_says_how_it_ended(self, portal):
        told = of_a_sign_in(portal)
        records(*told)

        (entry,) = sign_ins(portal)
        assert (entry.outcome, entry.way, entry.contact) == (
            Outcome.SIGNED_IN,
            "code",
            portal.ann.id,
        )
        assert [step.name for step in entry.steps] == [
            "code.requested",
            "code.mailed",
            "code.refused",
            "session.started",
        ]
        assert entry.place.id == fingerprint(portal_challenge(told))

    def test_tra_01_is_the_same_row_doubled_and_in_any_order(self, portal):
        told = of_a_sign_in(portal)
        distinct = list(
            {each["dynamodb"]["NewImage"]["event"]["M"]["id"]["S"]: each for each in told}.values()
        )
        rows = []
        for order in itertools.permutations(distinct):
            for row in portal.listed():
                portal.removes("trail", row)
            for each in (*order, order[0]):
                assert records(each) == OK
            rows.append(portal.listed())

        assert len(rows) == 24
        assert all(each == rows[0] for each in rows)
        assert len(rows[0]) == 1

    def test_is_one_row_over_midnight(self, portal):
        portal.clock.move_to(portal.now.replace(hour=23, minute=59, second=58))

        records(*of_a_sign_in(portal))

        (row,) = [each for each in portal.listed() if "session.started" in str(each)]
        assert row["sk"].startswith("2026-11-21T23:59:58Z#")
        assert "code.requested" in str(row)

    @pytest.mark.parametrize("split", [1, 2, 3])
    def test_is_one_row_of_two_batches_at_once(self, portal, wire, split):
        told = of_a_sign_in(portal)
        wire.before("dynamodb.UpdateItem", lambda: records(*told[split:]))

        assert records(*told[:split]) == OK

        (entry,) = sign_ins(portal)
        assert len(entry.steps) == 4

    def test_costs_one_write_for_all_that_a_batch_has_of_it(self, portal, wire):
        told = of_a_sign_in(portal)
        records(*told[:1])
        wire.forget()

        records(*told)

        assert wire.operations.count("dynamodb.UpdateItem") == 1

    def test_is_one_write_unit_long(self, portal):
        records(*of_a_sign_in(portal))

        (row,) = [each for each in portal.listed() if "session.started" in str(each)]
        assert size_of(row) <= KILOBYTE

    def test_tra_02_of_nobody_is_named_by_no_hash_that_an_address_alone_gives(self, portal):
        portal.browser.asks_for_a_code("nobody@example.com")
        portal.delivers_mail()
        portal.records_trail()

        (entry,) = sign_ins(portal)
        assert (entry.outcome, entry.reason) == (Outcome.WITHHELD, "not-a-contact")
        text = str(portal.whole_trail())
        assert subject_of("nobody@example.com") not in text
        assert filed_under("trail", "acme", subject_of("nobody@example.com")) in text

    def test_says_what_became_of_its_mail(self, portal, post):
        mail = post.sends_a_code()
        post.tells(ses_events.delayed(mail))
        portal.records_trail()
        post.tells(ses_events.bounced(mail))
        portal.records_trail()

        (entry,) = sign_ins(portal)
        assert entry.delivery == "bounced"
        assert entry.outcome is Outcome.MAILED

    def test_keeps_no_words_of_others_and_no_address(self, portal, post):
        mail = post.sends_a_code()
        post.tells(ses_events.bounced(mail, "550 5.1.1 <ann@example.com> \x1b[31m=cmd()"))
        portal.records_trail()

        assert "cmd" not in str(portal.listed())
        assert "@" not in str(portal.listed())
        assert "said" not in CORE

    def test_is_gone_with_the_workspaces_retention(self, portal):
        portal.sets(trail_days=7)
        portal.browser.asks_for_a_code()
        portal.records_trail()

        (row,) = [each for each in portal.listed() if "code.requested" in str(each)]
        assert row["ttl"] == row["expires_at"] == epoch(portal.now + timedelta(days=7))
        week = TrailList("trail", "acme", timedelta(days=7))
        assert week.page(SoughtEntries(events=("code",)), Span()).entries
        portal.forward(days=7, seconds=1)
        assert not week.page(SoughtEntries(), Span()).entries


def portal_challenge(told: list[dict[str, Any]]) -> str:
    pk = told[0]["dynamodb"]["Keys"]["pk"]["S"]
    workspace, _, random = pk.split("#")
    return f"chl_{workspace}_{random}"


class TestARecorderThatIsKilled:
    def test_tra_01_between_line_and_row_writes_the_row_when_the_batch_comes_again(
        self, portal, wire
    ):
        told = of_a_sign_in(portal)
        wire.cut("dynamodb.UpdateItem")

        answer = records(*told)
        assert len(answer["batchItemFailures"]) == len(told)
        assert not portal.listed()
        assert portal.rows("trail")
        wire.mend()

        assert records(*told) == OK
        (entry,) = sign_ins(portal)
        assert len(entry.steps) == 4

    def test_never_leaves_a_row_in_a_part_that_is_not_marked(self, portal, wire):
        """A row without its mark would be in no list."""
        told = of_a_sign_in(portal)
        wire.cut("dynamodb.UpdateItem", after=1)
        records(*told)
        assert not portal.listed()
        wire.mend()

        records(*told)

        assert len(found()) == 1
        written = [p["Key"]["pk"]["S"] for p in wire.parameters("dynamodb.UpdateItem")]
        assert written.index("acme#listed") < written.index(portal.listed()[0]["pk"])

    def test_in_a_new_environment_finds_the_same_key(self, portal):
        portal.browser.asks_for_a_code("nobody@example.com")
        records(*with_event(portal))
        before = portal.whole_trail()
        forget_keys()
        forget_marks()

        records(*with_event(portal))

        assert portal.whole_trail() == before


class TestTheList:
    def test_has_a_row_for_what_the_team_does_and_none_for_a_sign_out(self, portal):
        portal.browser.signs_in()
        portal.records_trail()
        portal.browser.signs_out()
        portal.deactivates()
        portal.records_trail()

        names = [entry.decisive.name for entry in found()]
        assert "contact.deactivated" in names
        assert "session.ended" not in names

    def test_begins_with_the_newest_and_shows_each_once(self, portal):
        for _ in range(7):
            records(*of_a_sign_in(portal))
            portal.forward(hours=7)

        for size in (2, 3, 50):
            places = [entry.place for entry in found(size=size)]
            assert places == sorted(set(places), reverse=True)
            assert len(places) == 7

    def test_has_what_happened_within_one_second_in_its_order(self, portal):
        for active in (False, True) * 4:
            portal.team.set_active("acme", portal.ann.id, active, by="cli:olga")
            records(*with_event(portal))
            portal.clock.shift(timedelta(milliseconds=7))

        names = [each.decisive.name for each in found(SoughtEntries(by="cli:olga"))]

        assert names == ["contact.activated", "contact.deactivated"] * 4

    def test_says_since_when_it_is_complete(self, portal):
        assert LIST.page(SoughtEntries(), Span()).since is None

        records(*of_a_sign_in(portal))

        assert LIST.page(SoughtEntries(), Span()).since == portal.now - timedelta(seconds=4)

    def test_of_another_workspace_is_another(self, portal):
        portal.neighbour()
        portal.records_trail()

        other = TrailList("trail", "globex", KEEP)
        names = {e.contact for e in other.page(SoughtEntries(), Span()).entries}
        assert portal.ann.id not in names

    @pytest.mark.parametrize(
        ("sought", "outcomes"),
        [
            (SoughtEntries(outcome="signed-in"), ["signed-in"]),
            (SoughtEntries(outcome="withheld"), ["withheld"]),
            (SoughtEntries(reason="not-a-contact"), ["withheld"]),
            (SoughtEntries(way="code"), ["withheld", "signed-in"]),
            (SoughtEntries(way="password"), []),
            (SoughtEntries(way="sso"), []),
            (SoughtEntries(events=("code.refused",)), ["signed-in"]),
            (SoughtEntries(events=("workspace", "link")), ["done", "done"]),
            (SoughtEntries(by="contact"), ["withheld", "signed-in"]),
            (SoughtEntries(by="member"), []),
            (SoughtEntries(delivery="bounced"), []),
        ],
        ids=str,
    )
    def test_is_filtered(self, portal, sought, outcomes):
        portal.records_trail()
        records(*of_a_sign_in(portal))
        portal.another_browser().asks_for_a_code("nobody@example.com")
        portal.delivers_mail()
        portal.records_trail()

        assert [str(entry.outcome) for entry in found(sought)] == outcomes

    def test_is_cut_to_a_span_whose_ends_belong_to_it(self, portal):
        moments = []
        for _ in range(5):
            portal.forward(days=1)
            moments.append(portal.now)
            portal.another_browser().asks_for_a_code()
            portal.records_trail()

        span = Span(moments[1], moments[3])
        assert [e.place.began for e in found(SoughtEntries(way="code"), span)] == moments[3:0:-1]


class TestOfAContact:
    def walked(self, subjects: list[str], size: int) -> list[Entry]:
        got, at = [], ""
        while True:
            page = LIST.of_subjects(subjects, SoughtEntries(), Span(), before=at, size=size)
            got += page.entries
            if page.ends_at is None:
                return got
            at = page.ends_at

    @pytest.mark.parametrize("size", [1, 2, 50])
    def test_each_is_found_once_by_contact_and_by_address(self, portal, size):
        portal.adds("Ben", "ben@example.com")
        for email in ("ann@example.com", "ben@example.com", "ann@example.com"):
            records(*of_a_sign_in(portal, email))
            portal.forward(hours=1)
        theirs = [e.place for e in sign_ins(portal) if e.contact == portal.ann.id][::-1]

        for subjects in ([portal.ann.id], [portal.ann.id, subject_of("ann@example.com")]):
            assert [e.place for e in self.walked(subjects, size)] == theirs

    def test_of_nobodys_address_is_found_by_it(self, portal):
        portal.browser.asks_for_a_code("nobody@example.com")
        portal.delivers_mail()
        portal.records_trail()

        (entry,) = self.walked([subject_of("nobody@example.com")], 50)
        assert entry.reason == "not-a-contact"

    def test_many_lines_that_are_not_listed_come_to_an_end(self, portal):
        """A page goes on also where nothing was found."""
        for n in range(450):
            at = (portal.now - timedelta(minutes=n + 1)).isoformat(timespec="milliseconds")
            row = {"pk": f"acme#trail#{portal.ann.id}", "sk": f"{at}#evt_{n}", "name": "x"}
            portal.writes("trail", row)
        records(*of_a_sign_in(portal))

        assert len(self.walked([portal.ann.id], 50)) == 1

    def test_a_sign_in_is_found_by_its_id_with_and_without_its_day(self, portal):
        records(*of_a_sign_in(portal))
        (entry,) = sign_ins(portal)
        portal.forward(days=3)

        assert LIST.one(entry.place).entries == [entry]
        assert LIST.sign_in(entry.place.id, Span()).entries == [entry]


class TestACall:
    def test_tra_04_does_a_bounded_amount_of_work_and_says_how_far_it_got(self, portal, wire):
        """300 ms: 24 calls, four at once, and 600 rows to read."""
        day = portal.now - timedelta(days=1)
        for n in range(1700):
            fill(portal, day, n)
        wire.forget()

        page = LIST.page(SoughtEntries(reason="never"), Span())

        assert not page.entries
        assert page.ends_at is not None
        assert day - timedelta(seconds=1700) < page.searched_until < day
        assert len(wire.operations) <= MOST_CALLS + 16
        pages = walked(SoughtEntries(reason="never"))
        assert [p.searched_until for p in pages] == sorted(
            (p.searched_until for p in pages), reverse=True
        )
        assert len(pages) <= 1700 // (MOST_ROWS_A_CALL // 3)


def fill(portal: Portal, day: Any, n: int) -> None:
    began = (day - timedelta(seconds=n)).isoformat()[:19]
    id_ = fingerprint(str(n))
    step = {"name": "code.requested", "at": f"{began}.000+00:00", "by": "contact"}
    row = {"pk": f"acme#listed#{began[:10]}#{shard_of(id_)}", "sk": f"{began}Z#{id_}"}
    portal.writes("trail", row | {"step_01234567": step})
    if n < 1:
        mark = {"pk": "acme#listed", "sk": began[:10], "shards": frozenset("0123456789abcdef")}
        portal.writes("trail", mark)
        portal.writes("trail", {"pk": "acme#listed", "sk": "-since", "since": f"{began}+00:00"})
