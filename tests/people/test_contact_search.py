"""Lists of contacts: all of them, or those whom a text finds (people/contact_search.py)."""

import os
from collections import Counter
from itertools import chain

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from portico.aws.tables import ALWAYS, Rows, transact_surely
from portico.aws.values import item_of
from portico.errors import InvalidRequest
from portico.events import Event
from portico.people.contact_search import ContactPage, ContactSearch, Sought
from portico.people.heads import Heads
from portico.people.rules import Contact
from portico.people.search_rows import found_by, search_keys
from portico.people.store import People, head_row, search_mark_key
from tests.support.driver import NOON, Portal


@pytest.fixture
def search(portal) -> ContactSearch:
    return ContactSearch(People("people", "acme"))


def names(page: ContactPage) -> list[str]:
    return [each.name for each in page.contacts]


def walked(search: ContactSearch, text: str | None, limit: int) -> list[list[str]]:
    """The ids on each page."""
    pages, after = [], ""
    while True:
        page = (
            search.all(after=after, limit=limit)
            if text is None
            else search.matching(Sought.typed(text), after=after, limit=limit)
        )
        pages.append([each.id for each in page.contacts])
        if page.ends_with is None:
            return pages
        after = page.ends_with


def fill(portal: Portal, number: int) -> list[str]:
    """Many contacts, whose names and addresses share beginnings; return their ids."""
    first, last = ["Ann", "Anna", "Annika", "Ben", "Bo"], ["Archer", "Annan", "Okafor", "Bek"]
    return [
        portal.adds(
            f"{first[n % 5]} {last[n // 5 % 4]}",
            f"{['ann', 'anna', 'b', 'z'][n % 4]}{n}@example.com",
        ).id
        for n in range(number)
    ]


class TestAllContacts:
    def test_stand_in_the_order_of_their_addresses(self, portal, search):
        portal.adds("Zoe Zander", "aaron@example.com")
        portal.adds("Aaron Aal", "zoe@example.com")

        assert names(search.all(limit=99)) == ["Zoe Zander", "Ann Archer", "Aaron Aal"]

    @pytest.mark.parametrize("limit", [1, 2, 7, 99])
    def test_are_each_on_one_page(self, portal, search, limit):
        ids = {portal.ann.id, *fill(portal, 20)}

        pages = walked(search, None, limit)

        assert sorted(chain(*pages)) == sorted(ids)
        assert all(len(page) <= limit for page in pages)

    def test_who_stay_are_met_once_while_others_come_and_go(self, portal, search):
        ids = fill(portal, 30)
        heads, met, after, turn = Heads("people", "acme"), [], "", 0
        gone = set()
        while True:
            page = search.all(after=after, limit=4)
            met += [each.id for each in page.contacts]
            if page.ends_with is None:
                break
            after, turn = page.ends_with, turn + 1
            portal.adds("Cy New", f"m{turn}@example.com")
            leaving = portal.team.contact("acme", ids[turn])
            gone.add(leaving.id)
            event = Event("account.deleted", NOON, leaving.id, 365)
            transact_surely(heads.deleting(leaving, event))
            portal.team.change_contact("acme", ids[-turn], {"name": f"Mo {turn}"}, by="test")

        stayed = [each for each in ids if each not in gone]
        assert [met.count(each) for each in stayed] == [1] * len(stayed)

    def test_are_those_of_one_workspace(self, portal, search):
        portal.neighbour()

        assert names(search.all(limit=99)) == ["Ann Archer"]

    @pytest.mark.parametrize("contacts", [3, 60])
    def test_cost_two_calls_a_page(self, portal, search, wire, contacts):
        fill(portal, contacts)
        wire.forget()

        search.all(limit=50)

        assert wire.operations == ["dynamodb.Query", "dynamodb.BatchGetItem"]

    def test_are_incomplete_until_the_upgrade(self, portal, search):
        assert search.all(limit=9).is_complete
        pk, sk = search_mark_key("acme")
        part = Rows("people", "acme#").deleting(pk, sk, ALWAYS)
        transact_surely({"mark": part})

        assert not search.all(limit=9).is_complete

    def test_leave_out_a_row_whose_contact_has_moved_just_now(self, portal, search):
        portal.writes("people", {"pk": "acme#find#@", "sk": f"old@example.com#{portal.ann.id}"})
        try:
            assert names(search.all(limit=9)) == ["Ann Archer"]
        finally:
            portal.removes(
                "people", {"pk": "acme#find#@", "sk": f"old@example.com#{portal.ann.id}"}
            )


class TestAText:
    @pytest.mark.parametrize(
        "text", ["ann", "ANN@", "ann@example.com", " arch ", "Archer Ann", "ann a", "ARCHER"]
    )
    def test_finds_by_the_beginning_of_an_address_or_of_words(self, portal, search, text):
        portal.adds("Ben Okafor", "ben@example.com")

        assert names(search.matching(Sought.typed(text), limit=9)) == ["Ann Archer"]

    @pytest.mark.parametrize("text", ["rcher", "example.com", "ann okafor", "x", "ann@example.org"])
    def test_finds_nobody_by_anything_else(self, portal, search, text):
        portal.adds("Ben Okafor", "ben@example.com")

        assert names(search.matching(Sought.typed(text), limit=9)) == []

    def test_finds_a_name_without_its_accents(self, portal, search):
        portal.adds("Zoë Müller", "zm@example.com")

        for text in ("zoe", "muller", "Mu\u0308ller", "ZOË"):
            assert names(search.matching(Sought.typed(text), limit=9)) == ["Zoë Müller"]

    @pytest.mark.parametrize("limit", [1, 3, 99])
    @pytest.mark.parametrize("text", ["an", "ann", "anna", "b", "bo bek", "ar an", "ann1"])
    def test_finds_each_once_though_several_rows_do(self, portal, search, text, limit):
        fill(portal, 40)
        sought = Sought.typed(text)
        everybody = search.all(limit=99).contacts

        found = list(chain(*walked(search, text, limit)))

        assert sorted(found) == sorted(each.id for each in everybody if sought.rows_of(each))
        assert len(found) > 0

    def test_costs_three_calls_a_page(self, portal, search, wire):
        fill(portal, 30)
        wire.forget()

        search.matching(Sought.typed("an"), limit=5)

        assert sorted(wire.operations) == [
            "dynamodb.BatchGetItem",
            "dynamodb.Query",
            "dynamodb.Query",
        ]

    @pytest.mark.parametrize("text", ["", "  ", "x" * 101])
    def test_is_neither_empty_nor_endless(self, text):
        with pytest.raises(InvalidRequest):
            Sought.typed(text)

    def test_of_signs_alone_finds_nobody(self, portal, search):
        assert names(search.matching(Sought.typed("!!!"), limit=9)) == []


class TestAWholeAddress:
    def test_finds_whoever_has_it(self, search):
        found = search.at(" ANN@example.com")

        assert found is not None
        assert found.name == "Ann Archer"

    def test_that_is_nobodys_finds_nobody(self, search):
        assert search.at("nobody@example.com") is None

    def test_that_is_none_is_refused(self, search):
        with pytest.raises(InvalidRequest):
            search.at("ann")


MANY = int(os.environ.get("PORTICO_MANY_CONTACTS", "400"))
"""Contacts of a walk. More take an emulator that sorts all of them for each page too long."""


def planted(number: int) -> list[str]:
    """Write so many contacts straight into the emulated table, and return their ids."""
    table = dynamodb_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].tables["people"]
    ids = []
    for n in range(number):
        contact = Contact(f"ct_{n:022}", "acme", f"Walker Number{n}", f"walker{n}@example.com")
        by = found_by(contact.email, contact.name)
        event = Event("contact.added", NOON, contact.id, 365)
        rows = [head_row(contact, event) | {"found_by": by}]
        rows += [{"pk": pk, "sk": sk} for pk, sk in search_keys(contact, by)]
        for row in rows:
            table.put_item(item_of(row))
        ids.append(contact.id)
    return ids


class TestAWalk:
    """Of many, while some of them come, leave and are renamed."""

    def test_meets_whoever_stays_exactly_once_at_a_flat_cost(self, portal, search, wire):
        ids = planted(MANY)
        people, heads = People("people", "acme"), Heads("people", "acme")
        event = Event("contact.changed", NOON, "x", 365)
        met: list[str] = []
        costs: set[tuple[str, ...]] = set()
        changed: set[str] = set()
        after, turn = "", 0
        while True:
            wire.forget()
            page = search.all(after=after, limit=MANY // 20)
            costs.add(tuple(wire.operations))
            met += [each.id for each in page.contacts]
            if page.ends_with is None:
                break
            after, turn = page.ends_with, turn + 1
            # One leaves, one is renamed, and one comes.
            some = [ids[(turn * 37 + n * 17) % MANY] for n in range(2)]
            contacts = people.contacts_by_id(some)
            for n, id_ in enumerate(some):
                contact = contacts[id_]
                if contact.is_gone or id_ in changed:
                    continue
                if n == 0:
                    # Without its pointer, which was not planted.
                    parts = heads.deleting(contact, event)
                    transact_surely({name: parts[name] for name in parts if name != "pointer"})
                    changed.add(id_)
                elif n == 1:
                    people.change_contact(contact, {"name": f"Renamed {turn}"}, event)
            portal.adds("Newly Come", f"new{turn}@example.com")

        stayed = [each for each in ids if each not in changed]
        counts = Counter(met)
        assert {counts[each] for each in stayed} == {1}
        assert costs == {("dynamodb.Query", "dynamodb.BatchGetItem")}
        assert len(changed) >= 10
