"""Contacts from a list: each line decided by itself, and the same list again changes nothing."""

import pytest

from portico.aws import retry
from portico.errors import TryLater
from portico.people.contact_import import AT_ONCE, ContactImport, ContactLine
from portico.people.pointers import pointer_key
from portico.people.store import head_key
from tests.support.moves import moves


def entry(n, **says):
    id_ = says.pop("id", None)
    return ContactLine(n, f"c{n}@example.com", {"name": f"Contact {n}", **says}, id_)


@pytest.fixture
def waits():
    return []


@pytest.fixture
def enrol(portal, waits):
    """Import lines, and say what became of each."""

    def enrol(*entries, **more):
        # One at a time: the emulated table loses what two threads write to it at once.
        more = {"width": 1, "pause": waits.append} | more
        work = ContactImport("people", portal.workspace, "cli:olga", **more)
        listed = {each.email for each in entries}
        return [done for some in work.take(entries, listed.__contains__) for done in some]

    return enrol


def contact(portal, n):
    return portal.team.contact("acme", f"c{n}@example.com")


def event_of(portal, n):
    pk, _ = head_key("acme", contact(portal, n).id)
    return next(row for row in portal.rows("people") if row["pk"] == pk)["event"]


class TestALine:
    def test_of_somebody_new_adds_head_and_address_together(self, portal, enrol, wire):
        (done,) = enrol(entry(1, language="de"))

        assert done.outcome == "added"
        assert wire.operations.count("dynamodb.TransactWriteItems") == 1
        assert (contact(portal, 1).name, contact(portal, 1).language) == ("Contact 1", "de")
        assert (event_of(portal, 1)["name"], event_of(portal, 1)["by"]) == (
            "contact.added",
            "cli:olga",
        )

    def test_of_somebody_who_is_so_already_writes_nothing(self, portal, enrol, wire):
        enrol(entry(1))
        rows = portal.rows("people")
        wire.forget()

        (done,) = enrol(entry(1))

        assert done.outcome == "unchanged"
        assert set(wire.operations) == {"dynamodb.BatchGetItem"}
        assert portal.rows("people") == rows

    def test_changes_what_it_says_and_leaves_the_rest(self, portal, enrol):
        enrol(entry(1, language="de"))

        (done,) = enrol(ContactLine(1, "c1@example.com", {"name": "Renamed"}))

        assert done.outcome == "changed"
        assert (contact(portal, 1).name, contact(portal, 1).language) == ("Renamed", "de")
        assert event_of(portal, 1)["name"] == "contact.changed"
        assert event_of(portal, 1)["detail"] == {"fields": "name"}

    @pytest.mark.parametrize(
        ("active", "name"), [(False, "contact.deactivated"), (True, "contact.activated")]
    )
    def test_that_switches_somebody_ends_their_sessions(self, portal, enrol, active, name):
        enrol(entry(1, active=not active))
        before = contact(portal, 1).sver

        enrol(entry(1, active=active))

        assert (contact(portal, 1).active, contact(portal, 1).sver) == (active, before + 1)
        assert event_of(portal, 1)["name"] == name

    def test_may_bring_an_id_of_its_own(self, portal, enrol):
        enrol(entry(1, id="ct_0123456789012345678901"))

        assert contact(portal, 1).id == "ct_0123456789012345678901"

    @pytest.mark.parametrize("dry_run", [True, False])
    def test_refuses_an_id_that_is_anothers(self, portal, enrol, dry_run):
        (taken,) = enrol(entry(2, id=portal.ann.id), dry_run=dry_run)
        (other,) = enrol(
            ContactLine(3, "ann@example.com", {"name": "A"}, "ct_0123456789012345678901"),
            dry_run=dry_run,
        )

        assert (taken.outcome, other.outcome) == ("refused", "refused")
        assert "has another address" in taken.reason
        assert portal.ann.id in other.reason

    def test_in_a_dry_run_is_judged_and_not_written(self, portal, enrol):
        rows = portal.rows("people")

        done = enrol(entry(1), ContactLine(2, "ann@example.com", {"name": "Anna"}), dry_run=True)

        assert [each.outcome for each in done] == ["added", "changed"]
        assert portal.rows("people") == rows


class TestALineWithAnAddressThatWasLeft:
    """ACC-10: whoever has moved is found by the address that the list still has."""

    @pytest.fixture
    def moved(self, portal):
        """Ann has moved, long enough ago for the address to be free."""
        moves(portal.ann.id, "ann@new.example")
        portal.forward(hours=73)
        return portal.ann.id

    @pytest.mark.parametrize("hours", [0, 73])
    def test_acc_10_switches_off_whoever_left_it_and_says_so(self, portal, enrol, hours):
        moves(portal.ann.id, "ann@new.example")
        portal.forward(hours=hours)
        line = ContactLine(2, "ann@example.com", {"name": "Ann Archer", "active": False})

        (done,) = enrol(line)

        assert (done.outcome, done.contact) == ("changed", portal.ann.id)
        assert done.has_moved_to == "ann@new.example"
        ann = portal.team.contact("acme", portal.ann.id)
        assert (ann.active, ann.email) == (False, "ann@new.example")
        assert [each.id for each in portal.team._people("acme").contacts()] == [portal.ann.id]

    def test_changes_nothing_else_of_them(self, portal, enrol, moved):
        line = ContactLine(2, "ann@example.com", {"name": "Another Ann", "active": True})

        (done,) = enrol(line)

        assert (done.outcome, done.has_moved_to) == ("unchanged", "ann@new.example")
        assert portal.team.contact("acme", moved).name == "Ann Archer"

    def test_switches_nobody_on(self, portal, enrol, moved):
        portal.deactivates("ann@new.example")

        (done,) = enrol(ContactLine(2, "ann@example.com", {"name": "Ann", "active": True}))

        assert done.outcome == "refused"
        assert moved in done.reason
        assert not portal.team.contact("acme", moved).active

    @pytest.mark.parametrize("by_one", [1, -1])
    @pytest.mark.parametrize("between", [0, AT_ONCE])
    @pytest.mark.parametrize("dry_run", [True, False])
    def test_yields_to_the_line_with_their_own(
        self, portal, enrol, moved, by_one, between, dry_run
    ):
        lines = [
            ContactLine(2, "ann@example.com", {"name": "Ann Archer", "active": False}),
            *(entry(n) for n in range(between)),
            ContactLine(3, "ann@new.example", {"name": "Ann Archer", "active": True}),
        ]

        done = enrol(*lines[::by_one], dry_run=dry_run)

        assert portal.team.contact("acme", moved).active
        assert [each.outcome for each in done if each.contact == moved] == ["unchanged"] * 2

    @pytest.mark.parametrize("by_one", [1, -1])
    @pytest.mark.parametrize("between", [0, AT_ONCE])
    def test_is_judged_by_who_was_there_before(self, portal, enrol, moved, by_one, between):
        moves(moved, "ann@third.example")
        portal.forward(hours=73)
        lines = [
            ContactLine(2, "ann@example.com", {"name": "Ann Archer", "active": False}),
            *(entry(n) for n in range(between)),
            ContactLine(3, "ann@new.example", {"name": "Ann Archer", "active": True}),
        ]

        done = enrol(*lines[::by_one])

        outcomes = {each.entry.email: each.outcome for each in done}
        assert (outcomes["ann@example.com"], outcomes["ann@new.example"]) == (
            "changed",
            "unchanged",
        )

    def test_waits_for_the_end_and_is_not_passed_over_on_the_way(self, portal, moved):
        lines = [
            entry(1),
            ContactLine(2, "ann@example.com", {"name": "Ann Archer", "active": False}),
            *(entry(n) for n in range(3, AT_ONCE + 10)),
        ]
        work = ContactImport("people", portal.workspace, "cli:olga", width=1)

        reached = [work.reached for _ in work.take(lines, lambda _: False)]

        assert reached == [1, 1, AT_ONCE + 9]
        assert not portal.team.contact("acme", moved).active

    def test_adds_somebody_else_who_brings_an_id(self, portal, enrol, moved):
        entry = ContactLine(2, "ann@example.com", {"name": "Anna"}, "ct_0123456789012345678901")

        (done,) = enrol(entry)

        assert done.outcome == "added"
        assert portal.team.contact("acme", "ann@example.com").name == "Anna"

    def test_of_a_team_finds_them_for_every_command(self, portal, moved):
        assert portal.team.contact("acme", "ann@example.com").id == moved

    def test_finds_nobody_once_somebody_else_has_it(self, portal, enrol, moved):
        anna = portal.adds("Anna", "ann@example.com")

        (done,) = enrol(ContactLine(2, "ann@example.com", {"name": "Anna", "active": False}))

        assert (done.contact, done.has_moved_to) == (anna.id, "")
        assert portal.team.contact("acme", moved).active


class TestTrouble:
    def test_of_a_lost_answer_adds_the_contact_once(self, portal, enrol, wire):
        wire.lose_answers("dynamodb.TransactWriteItems", times=2)

        (done,) = enrol(entry(1))

        assert done.outcome == "added"
        heads = [row for row in portal.rows("people") if row.get("email") == "c1@example.com"]
        assert [row["id"] for row in heads] == [contact(portal, 1).id]

    def test_of_somebody_faster_takes_the_contact_as_they_made_it(self, portal, enrol, wire):
        wire.before(
            "dynamodb.TransactWriteItems", lambda: portal.adds("Contact 1", "c1@example.com")
        )

        (done,) = enrol(entry(1))

        assert done.outcome == "unchanged"

    def test_of_a_full_table_waits_longer_each_time(self, portal, enrol, wire, waits, monkeypatch):
        monkeypatch.setattr("random.uniform", lambda _, most: most)
        wire.answer("dynamodb.TransactWriteItems", "ThrottlingException", times=6)

        (done,) = enrol(entry(1))

        assert done.outcome == "added"
        assert waits == [0.2, 0.4, 0.8]  # the SDK itself asks twice each time
        assert contact(portal, 1).active

    def test_of_a_table_that_stays_full_ends_within_two_minutes(self, enrol, wire, waits):
        wire.answer("dynamodb.BatchGetItem", "ProvisionedThroughputExceededException")

        with pytest.raises(TryLater):
            enrol(entry(1))

        assert len(waits) == retry.TRIES - 1
        assert sum(waits) < 120

    def test_that_no_waiting_mends_is_told_at_once(self, enrol, wire, waits):
        wire.answer("dynamodb.BatchGetItem", "AccessDeniedException")

        with pytest.raises(TryLater):
            enrol(entry(1))

        assert waits == []

    def test_in_the_middle_leaves_nobody_half_there(self, portal, enrol, wire):
        entries = [entry(n) for n in range(8)]
        write = "dynamodb.TransactWriteItems"
        for _ in range(2):
            wire.before(write, lambda: None)
        wire.before(write, lambda: wire.answer(write, "AccessDeniedException"))

        with pytest.raises(TryLater):
            enrol(*entries)

        keys = {row["pk"] for row in portal.rows("people")}
        heads = {head_key("acme", c.id)[0] for c in portal.team._people("acme").contacts()}
        mails = {pointer_key("acme", c.email)[0] for c in portal.team._people("acme").contacts()}
        assert {key for key in keys if "#contact#" in key} == heads
        assert {key for key in keys if "#email#" in key} == mails
        assert len(mails) == 1 + 3

        wire.mend()
        again = [each.outcome for each in enrol(*entries)]

        assert again == ["unchanged"] * 3 + ["added"] * 5


class TestALongList:
    def test_is_never_held_as_a_whole(self, portal):
        taken = []

        def lines():
            for n in range(5 * AT_ONCE):
                taken.append(n)
                yield entry(n)

        work = ContactImport("people", portal.workspace, "cli:olga", dry_run=True)
        done = 0
        for some in work.take(lines(), lambda _: False):
            done += len(some)
            assert len(some) <= AT_ONCE
            assert len(taken) == done

        assert done == 5 * AT_ONCE

    def test_costs_a_write_a_line_and_a_read_for_a_hundred(self, enrol, wire):
        entries = [entry(n) for n in range(30)]
        enrol(*entries)

        assert wire.operations.count("dynamodb.TransactWriteItems") == 30
        assert wire.operations.count("dynamodb.BatchGetItem") == 1
        wire.forget()

        enrol(*entries)
        assert wire.operations == ["dynamodb.BatchGetItem"] * 2


class TestWhatAListCosts:
    @pytest.mark.parametrize("name", ["Contact {n}", "Renamed {n}"], ids=["added", "renamed"])
    def test_is_at_most_one_call_and_a_fifth_for_a_row(self, portal, enrol, wire, name):
        rows = AT_ONCE
        if name.startswith("Renamed"):
            enrol(*(entry(n) for n in range(2, rows + 2)))
        wire.forget()

        done = enrol(*(entry(n, name=name.format(n=n)) for n in range(2, rows + 2)))

        assert {each.outcome for each in done} <= {"added", "changed"}
        assert len(wire.operations) <= 1.2 * rows
