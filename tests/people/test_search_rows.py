"""Search rows: what a contact is found by, whoever writes their head (people/search_rows.py)."""

import pytest

from portico.aws.tables import Rows, transact_surely
from portico.errors import NotFound
from portico.events import Event
from portico.ids import new_contact_id
from portico.people.contact_import import ContactImport, ContactLine
from portico.people.heads import Heads
from portico.people.rules import Contact
from portico.people.search_rows import found_by, words_of
from portico.people.store import People
from tests.support.driver import NOON, Portal
from tests.support.row_capacity import write_units


def rows_of(portal: Portal, contact: str) -> set[tuple[str, str]]:
    """The search rows that name a contact: letter, and what comes before the id."""
    return {
        (row["pk"].removeprefix("acme#find#"), row["sk"].removesuffix(f"#{contact}"))
        for row in portal.rows("people")
        if "#find#" in row["pk"] and row["sk"].endswith(f"#{contact}")
    }


ANN = {("@", "ann@example.com"), ("a", "ann"), ("a", "archer")}


class TestWords:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Ann Archer", ["ann", "archer"]),
            ("  ANN   ann ", ["ann"]),
            ("Zoë O’Brien-Łuk", ["zoe", "obrien", "luk"]),
            ("d'Angelo", ["dangelo"]),
            ("Straße", ["strasse"]),
            ("Ｆｕｌｌ Ｗｉｄｔｈ", ["full", "width"]),
            ("山田 太郎", ["山田", "太郎"]),
            ("नमस्ते", ["नमसते"]),
            ("İpek Yıldız", ["ipek", "yildiz"]),
            ("a#b", ["a", "b"]),
            ("🙂", []),
            ("x" * 100, ["x" * 32]),
        ],
    )
    def test_are_folded(self, text, words):
        assert words_of(text) == words

    def test_of_a_long_name_are_the_first_two_and_the_last(self):
        found = found_by("m@example.com", "María José Carreño Quiñones")

        assert found == ["m@example.com", "maria", "jose", "quinones"]

    def test_typed_in_one_normal_form_are_found_in_another(self):
        assert words_of("Zoe\u0308") == words_of("Zo\u00eb")


class TestSearchRows:
    def test_come_with_a_contact_whom_a_team_adds(self, portal):
        assert rows_of(portal, portal.ann.id) == ANN
        assert portal.team.contact("acme", portal.ann.id).found_by == [
            "ann@example.com",
            "ann",
            "archer",
        ]

    def test_come_with_an_import(self, portal):
        line = ContactLine(2, "ben@example.com", {"name": "Ben Okafor"})
        list(ContactImport("people", portal.workspace, "test").take([line], lambda _: True))

        ben = portal.team.contact("acme", "ben@example.com")
        assert rows_of(portal, ben.id) == {("@", "ben@example.com"), ("b", "ben"), ("o", "okafor")}

    def test_come_with_a_sign_up(self, portal):
        new = Contact(new_contact_id(), "acme", "Eve New", "eve@example.com")
        event = Event("contact.signed-up", NOON, new.id, 365)

        transact_surely(Heads("people", "acme").signing_up(new, event, proof="p"))

        assert rows_of(portal, new.id) == {("@", "eve@example.com"), ("e", "eve"), ("n", "new")}
        assert portal.team.contact("acme", new.id).found_by is not None

    def test_of_a_refused_contact_are_not_there(self, portal):
        before = portal.rows("people")
        line = ContactLine(2, "ann@example.com", {"name": "Other Ann"}, "ct_" + "A" * 22)

        list(ContactImport("people", portal.workspace, "test").take([line], lambda _: True))

        assert portal.rows("people") == before

    def test_follow_the_name(self, portal):
        portal.team.change_contact("acme", portal.ann.id, {"name": "Anna Archer"}, by="test")

        assert rows_of(portal, portal.ann.id) == ANN - {("a", "ann")} | {("a", "anna")}

    def test_stay_when_something_else_changes(self, portal):
        portal.team.change_contact("acme", portal.ann.id, {"language": "de"}, by="test")
        portal.deactivates()

        assert rows_of(portal, portal.ann.id) == ANN

    def test_follow_the_name_that_a_contact_gives_themselves(self, portal):
        heads, event = Heads("people", "acme"), Event("account.edited", NOON, portal.ann.id, 365)

        heads.edit(portal.ann, {"name": "Zoe Archer"}, event)

        assert rows_of(portal, portal.ann.id) == ANN - {("a", "ann")} | {("z", "zoe")}

    def test_follow_two_who_rename_at_once(self, portal):
        heads, event = Heads("people", "acme"), Event("account.edited", NOON, portal.ann.id, 365)
        heads.edit(portal.ann, {"name": "Zoe Archer"}, event)

        # Both have read Ann Archer. The second write must not leave Zoe's row behind.
        People("people", "acme").change_contact(portal.ann, {"name": "Ida Archer"}, event)
        heads.edit(portal.ann, {"name": "Kim Archer"}, event)

        assert rows_of(portal, portal.ann.id) == ANN - {("a", "ann")} | {("k", "kim")}

    def test_of_a_word_that_address_and_name_share_are_two(self, portal):
        found = portal.adds("anna@example.com", "anna@example.com")

        assert rows_of(portal, found.id) == {
            ("@", "anna@example.com"),
            ("a", "anna"),
            ("e", "example"),
            ("c", "com"),
        }

    def test_go_with_the_account(self, portal):
        event = Event("account.deleted", NOON, portal.ann.id, 365)

        transact_surely(Heads("people", "acme").deleting(portal.ann, event))

        assert rows_of(portal, portal.ann.id) == set()
        assert "found_by" not in next(
            row for row in portal.rows("people") if row["pk"] == f"acme#contact#{portal.ann.id}"
        )

    def test_of_a_deleted_account_do_not_come_back(self, portal):
        event = Event("account.deleted", NOON, portal.ann.id, 365)
        transact_surely(Heads("people", "acme").deleting(portal.ann, event))

        with pytest.raises(NotFound):
            People("people", "acme").change_contact(portal.ann, {"name": "Zoe"}, event)

        assert rows_of(portal, portal.ann.id) == set()

    def test_are_small(self, portal):
        found = [row for row in portal.rows("people") if "#find#" in row["pk"]]

        assert found
        assert {write_units(sum(map(len, row.values()))) for row in found} == {1}


class TestAContactFromBefore:
    """One whose head was written by an earlier version, which knows no search rows."""

    @pytest.fixture
    def ann(self, portal):
        rows = Rows("people", "acme#")
        rows.update(
            f"acme#contact#{portal.ann.id}", "head", "REMOVE found_by", "attribute_exists(pk)"
        )
        for letter, by in ANN:
            part = rows.deleting(
                f"acme#find#{letter}", f"{by}#{portal.ann.id}", "sk <> :x", {":x": "x"}
            )
            transact_surely({"row": part})
        return portal.team.contact("acme", portal.ann.id)

    def test_may_be_renamed_and_is_found_after_the_upgrade(self, portal, ann):
        portal.team.change_contact("acme", ann.id, {"name": "Zoe"}, by="test")

        assert rows_of(portal, ann.id) == set()

    def test_is_renamed_right_while_the_upgrade_runs(self, portal, ann):
        from portico.people.search_upgrade import SearchUpgrade

        upgrade = SearchUpgrade("people")
        upgrade.mend(f"acme#{ann.id}")
        assert rows_of(portal, ann.id) == ANN

        # This one has read the head before the upgrade wrote it.
        event = Event("contact.changed", NOON, ann.id, 365)
        People("people", "acme").change_contact(ann, {"name": "Zoe Archer"}, event)

        assert rows_of(portal, ann.id) == ANN - {("a", "ann")} | {("z", "zoe")}
