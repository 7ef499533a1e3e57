"""Another primary address: proved, told, and taken back."""

import re

import pytest

from tests.support.driver import WRONG

NEW = "ann@new.example"


def undo_in(text: str) -> str:
    found = re.search(r"https://signin\.acme\.test/acme#undo=(\S+)", text)
    assert found
    return found[1]


class TestChangingTheAddress:
    def test_mails_the_code_to_the_new_one_and_the_notice_to_the_old(self, ann, portal):
        before = len(portal.mails)

        ann.asks_to_move(NEW)
        portal.delivers_mail()
        ann.confirms_the_move()
        portal.delivers_mail()

        assert [set(mail.to) for mail in portal.mails[before:]] == [{NEW}, {"ann@example.com"}]
        assert "Confirm your new email address" in portal.mails[before].text
        assert undo_in(portal.mails[-1].text)

    @pytest.mark.parametrize("email", ["josé@new.example", "ann@203.0.113.7"])
    def test_mai_06_refuses_one_that_cannot_be_mailed(self, ann, wire, email):
        wire.forget()

        assert ann.asks_to_move(email).problem == (400, "invalid-request")
        assert wire.sent == []

    def test_lets_the_contact_in_by_the_new_one_alone(self, ann, portal):
        assert ann.moves(NEW).body["contact"]["email"] == NEW

        assert portal.another_browser().signs_in(NEW).body["contact"]["id"] == portal.ann.id
        stranger = portal.another_browser()
        stranger.asks_for_a_code("ann@example.com")
        portal.delivers_mail()
        assert portal.challenge_row(stranger)["withheld_1"] == "not-a-contact"

    def test_keeps_this_session_and_ends_the_others(self, ann, elsewhere):
        assert ann.moves(NEW).status == 200

        assert ann.asks("GET /v1/account").status == 200
        assert elsewhere.asks("GET /v1/account").status == 401

    def test_waits_for_the_code(self, ann, portal):
        ann.asks_to_move(NEW)
        portal.delivers_mail()

        assert ann.confirms_the_move(WRONG).problem == (401, "code-not-accepted")
        assert ann.reads()["contact"]["email"] == "ann@example.com"

    def test_happens_once_for_one_press(self, ann, portal):
        ann.asks_to_move(NEW)
        portal.delivers_mail()

        first = ann.confirms_the_move(request_id="press-1")
        again = ann.confirms_the_move(request_id="press-1")

        assert first.body == again.body
        moved = [row for row in portal.rows("people") if row["sk"].startswith("email-change#")]
        assert len(moved) == 1

    def test_answers_the_same_for_an_address_that_is_anothers_and_mails_nothing(self, ann, portal):
        portal.adds("Bob", "bob@example.com")
        free = ann.asks_to_move(NEW)
        portal.delivers_mail()
        mails = len(portal.mails)

        taken = ann.asks_to_move("bob@example.com")
        portal.delivers_mail()

        assert taken.status == free.status == 202
        assert taken.body.keys() == free.body.keys()
        assert len(portal.mails) == mails
        assert portal.challenge_row()["withheld_1"] == "address-taken"

    def test_yields_to_whoever_has_taken_the_address_meanwhile(self, ann, portal):
        ann.asks_to_move(NEW)
        portal.delivers_mail()
        portal.adds("Bob", NEW)

        assert ann.confirms_the_move().problem == (409, "taken")
        assert ann.reads()["contact"]["email"] == "ann@example.com"

    def test_is_for_the_contact_that_asked(self, ann, portal):
        portal.adds("Bob", "bob@example.com")
        bob = type(ann)(portal, portal.another_browser()).signs_in("bob@example.com")
        ann.asks_to_move(NEW)
        portal.delivers_mail()
        bob.browser.challenge = ann.browser.challenge

        assert bob.confirms_the_move().problem == (410, "challenge-closed")
        assert bob.reads()["contact"]["email"] == "bob@example.com"

    def test_acc_03_asks_for_a_young_sign_in(self, ann, portal):
        portal.forward(minutes=15)
        ann.token = ann.browser.refreshes().body["access_token"]

        assert ann.asks_to_move(NEW).problem == (401, "re-auth-needed")

    def test_keeps_connected_accounts(self, ann, portal):
        row = {
            "pk": "acme#identity#g#1",
            "sk": "identity",
            "contact": portal.ann.id,
            "connection": "g",
            "issuer": "https://g.test",
            "subject": "1",
            "sver": 1,
            "linked_at": 1,
            "list": "acme#identities",
            "listed": f"{portal.ann.id}#g#1",
        }
        portal.writes("people", row)

        ann.moves(NEW)

        assert [each["connection"] for each in ann.reads()["identities"]] == ["g"]


class TestTheWorkspacesLists:
    """ACC-11: who may not sign up with an address may not move to it either."""

    @pytest.mark.parametrize(
        ("setting", "address"),
        [
            ({"sign_up_domains": ["example.com"]}, "ann@new.example"),
            ({"sign_up_blocked": ["new.example"]}, "ann@mail.new.example"),
            ({}, "ann@mailinator.com"),
        ],
    )
    def test_acc_11_hold_for_a_change(self, ann, portal, setting, address):
        portal.sets(**setting)

        answer = ann.asks_to_move(address)

        assert answer.problem == (400, "invalid-request")
        assert answer.body["errors"] == [{"field": "email", "reason": "not allowed here"}]

    def test_let_through_what_they_let_sign_up(self, ann, portal):
        portal.sets(sign_up_domains=["new.example"], sign_up_disposable=True)

        assert ann.moves(NEW).status == 200

    def test_acc_11_hold_when_they_change_before_the_mail(self, ann, portal):
        ann.asks_to_move(NEW)
        portal.sets(sign_up_blocked=["new.example"])

        portal.delivers_mail()

        assert portal.challenge_row()["withheld_1"] == "address-not-allowed"

    def test_acc_11_hold_when_they_change_before_the_code(self, ann, portal):
        ann.asks_to_move(NEW)
        portal.delivers_mail()
        portal.sets(sign_up_blocked=["new.example"])

        assert ann.confirms_the_move().problem == (400, "invalid-request")
        assert ann.reads()["contact"]["email"] == "ann@example.com"


class TestTheCodesOfTheAccount:
    @pytest.mark.parametrize(
        ("route", "more"),
        [
            ("POST /v1/account/email", {"email": "new@example.com"}),
            ("POST /v1/account/confirm", {}),
        ],
    )
    def test_are_mailed_in_the_language_of_the_page(self, ann, portal, route, more):
        assert ann.asks(route, {**more, "language": "ja"}).status == 202

        portal.delivers_mail()

        assert portal.mails[-1].language == "ja"


class TestTakingItBack:
    @pytest.fixture
    def moved(self, ann, portal):
        ann.moves(NEW)
        portal.delivers_mail()
        return ann

    def token(self, portal):
        return undo_in(portal.mails[-1].text)

    def test_gives_the_old_address_back_and_ends_every_session(self, moved, portal):
        token = self.token(portal)

        assert moved.undoes(token).status == 200

        assert moved.asks("GET /v1/account").status == 401
        assert portal.another_browser().signs_in().body["contact"]["email"] == "ann@example.com"

    def test_works_to_the_end_of_72_hours(self, moved, portal):
        token = self.token(portal)
        portal.forward(hours=71, minutes=59)
        assert moved.undoes(token).status == 200

    def test_ends_at_72_hours(self, moved, portal):
        token = self.token(portal)
        portal.forward(hours=72)

        answer = moved.undoes(token)

        assert answer.problem == (410, "challenge-closed")
        assert answer.body["reason"] == "expired"

    def test_works_though_the_address_was_changed_again(self, moved, portal):
        token = self.token(portal)
        moved.moves("ann@third.example")

        assert moved.undoes(token).status == 200
        assert portal.another_browser().signs_in().body["contact"]["email"] == "ann@example.com"

    def test_yields_to_whoever_has_the_old_address_now(self, moved, portal):
        """As after a change that an earlier version made, which freed the address at once."""
        token = self.token(portal)
        pointer = {"pk": "acme#email#ann@example.com", "sk": "pointer", "contact": "ct_bob"}
        portal.writes("people", pointer)

        assert moved.undoes(token).problem == (409, "taken")

    @pytest.mark.parametrize(
        "change",
        [
            lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"),
            lambda t: "",
            lambda t: t.replace("acme", "globex"),
            lambda t: t + ".x",
        ],
    )
    def test_believes_no_other_token(self, moved, portal, change):
        answer = moved.undoes(change(self.token(portal)))

        assert (answer.status, answer.body["reason"]) == (410, "expired")
        assert moved.reads()["contact"]["email"] == NEW
