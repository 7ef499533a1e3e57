"""When an address counts as proved, and when it no longer does (people/heads.py).

A fact of the contact: proved by a code, reset by a move or an import. The code of a move that
contacts make themselves is such a code.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from portico.account.team_email_change import TeamEmailChanges
from portico.people.contact_import import ContactImport, ContactLine
from tests.account.conftest import Member
from tests.account.test_email_undo import undo_mailed_to
from tests.support.driver import Portal

ANN, NEW = "ann@example.com", "ann@new.example"


def head(portal: Portal, contact: str | None = None) -> dict[str, Any]:
    pk = f"acme#contact#{contact or portal.ann.id}"
    return next(r for r in portal.rows("people") if (r["pk"], r["sk"]) == (pk, "head"))


def is_proved(portal: Portal, contact: str | None = None) -> bool:
    found = portal.team.contact("acme", contact or portal.ann.id)
    assert found is not None
    return found.email_verified


def team_moves(portal: Portal, email: str) -> None:
    contact, workspace = portal.team.contact("acme", portal.ann.id), portal.team.workspace("acme")
    assert contact is not None
    flow = TeamEmailChanges("people", "sign-in")
    flow.change(workspace, contact, email, host="signin.acme.test", by="cli:olga")


def resets_the_password(portal: Portal) -> None:
    portal.sets(password_method=True)
    portal.browser.forgets_the_password()
    portal.delivers_mail()
    new = "seven loud geese over the mill"
    assert portal.browser.sets_a_password(new, portal.mailed_code()).status == 200


def imports(portal: Portal, email: str, **says: Any) -> None:
    work = ContactImport("people", portal.workspace, "cli:olga", width=1)
    lines = [ContactLine(1, email, {"name": "Ann Archer", **says}, None)]
    list(work.take(lines, lambda _: False))


class TestAnAddress:
    def test_that_a_team_has_typed_is_not_proved(self, portal):
        assert not is_proved(portal)

    def test_that_a_team_has_imported_is_not_proved(self, portal):
        imports(portal, "bea@example.com")

        bea = portal.team.contact("acme", "bea@example.com")

        assert not bea.email_verified

    def test_is_proved_by_the_code_that_was_mailed_to_it(self, portal):
        portal.browser.signs_in()

        assert is_proved(portal)

    def test_is_not_proved_by_a_code_that_was_only_mailed(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        portal.browser.types("0000000")

        assert not is_proved(portal)

    def test_is_proved_by_the_code_of_a_sign_up(self, portal):
        portal.sets(sign_up=True)
        portal.browser.signs_up("zoe@example.org")
        portal.delivers_mail()

        new = portal.browser.types_the_mailed_code().body["contact"]["id"]

        assert is_proved(portal, new)

    def test_that_is_proved_costs_no_second_write(self, portal, wire):
        portal.browser.signs_in()
        before = head(portal)
        portal.forward(minutes=5)

        portal.another_browser().signs_in()

        assert head(portal) == before

    def test_is_not_proved_by_what_is_no_switch(self, portal):
        portal.writes("people", head(portal) | {"email_verified": "yes"})

        assert not is_proved(portal)

    def test_that_an_import_gives_again_to_whoever_had_proved_it_is_reset(self, portal):
        portal.sets(account_deletion=True)
        ann = Member(portal, portal.browser).signs_in()
        assert is_proved(portal)
        assert ann.asks("DELETE /v1/account").status == 204

        imports(portal, ANN)

        assert not is_proved(portal, ANN)

    def test_that_an_import_names_and_gives_to_nobody_stays_proved(self, portal):
        portal.browser.signs_in()

        imports(portal, ANN, name="Ann Baker")

        assert portal.team.contact("acme", ANN).name == "Ann Baker"
        assert is_proved(portal)


class TestAMove:
    def test_by_the_contact_is_proved_by_its_own_code(self, ann: Member, portal: Portal):
        ann.moves(NEW)

        assert (head(portal)["email"], is_proved(portal)) == (NEW, True)

    def test_by_the_team_resets_it(self, ann: Member, portal: Portal):
        assert is_proved(portal)

        team_moves(portal, NEW)

        assert (head(portal)["email"], is_proved(portal)) == (NEW, False)

    def test_by_the_team_back_again_resets_it_too(self, ann: Member, portal: Portal):
        team_moves(portal, NEW)
        team_moves(portal, ANN)

        assert (head(portal)["email"], is_proved(portal)) == (ANN, False)

    def test_by_the_team_is_proved_by_the_next_code(self, ann: Member, portal: Portal):
        team_moves(portal, NEW)

        portal.browser.signs_in(NEW)

        assert is_proved(portal)

    def test_makes_a_code_of_the_address_before_it_prove_nothing(self, ann: Member, portal: Portal):
        other = portal.another_browser()
        other.asks_for_a_code()
        portal.delivers_mail()
        team_moves(portal, NEW)

        assert other.types_the_mailed_code().status == 410

        assert not is_proved(portal)

    def test_that_is_undone_resets_it(self, ann: Member, portal: Portal):
        ann.moves(NEW)
        portal.delivers_mail()

        ann.undoes(undo_mailed_to(portal, ANN))

        assert (head(portal)["email"], is_proved(portal)) == (ANN, False)


class TestADeletion:
    def test_keeps_nothing_of_it(self, ann: Member, portal: Portal):
        portal.sets(account_deletion=True)

        assert ann.asks("DELETE /v1/account").status == 204

        assert not {"email_verified", "updated_at"} & head(portal).keys()


class TestWhenTheContactWasUpdated:
    """``updated_at``: what a portal is told of them has changed."""

    def now(self) -> int:
        return int(datetime.now(UTC).timestamp())

    def test_is_when_they_were_added(self, portal):
        assert head(portal)["updated_at"] == self.now()

    @pytest.mark.parametrize("how", ["edit", "team", "move", "proof", "reset"])
    def test_moves_with_what_is_told_of_them(self, portal, how):
        portal.forward(minutes=5)
        ann = Member(portal, portal.browser)
        match how:
            case "edit":
                ann.signs_in()
                portal.forward(minutes=5)
                assert ann.asks("PATCH /v1/account", {"language": "de"}).status == 200
            case "team":
                imports(portal, ANN, name="Ann Baker")
            case "move":
                ann.signs_in()
                portal.forward(minutes=5)
                ann.moves(NEW)
            case "proof":
                ann.signs_in()
            case "reset":
                resets_the_password(portal)
                assert is_proved(portal)

        assert head(portal)["updated_at"] == self.now()

    def test_stays_where_nothing_of_that_changes(self, portal):
        before = head(portal)["updated_at"]
        portal.forward(minutes=5)

        portal.deactivates()

        assert head(portal)["updated_at"] == before

    def test_stays_where_the_address_was_proved_before(self, portal):
        portal.browser.signs_in()
        before = head(portal)["updated_at"]
        portal.forward(minutes=5)

        portal.another_browser().signs_in()
        resets_the_password(portal)

        assert head(portal)["updated_at"] == before
        assert is_proved(portal)
