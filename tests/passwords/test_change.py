"""Set or change one's own password, signed in a moment ago."""

import pytest

from tests.passwords.conftest import RIGHT, stored
from tests.support.driver import CODE

NEW = "seven loud geese over the mill"
NEWER = "eight loud geese over the mill"
RE_AUTH = (401, "re-auth-needed")
SIGNED_OUT = (401, "not-signed-in")


@pytest.fixture
def token(house):
    """Ann's access token, fresh."""
    return house.browser.types_a_password(RIGHT).body["access_token"]


class TestOnesOwnPassword:
    def test_is_changed(self, house, token):
        answer = house.browser.changes_the_password(NEW, token)

        assert answer.status == 204
        assert house.another_browser().types_a_password(NEW).status == 200
        assert house.another_browser().types_a_password(RIGHT).status == 401

    def test_is_set_by_a_contact_who_had_none(self, house, others):
        token = house.browser.signs_in("bob@example.com").body["access_token"]

        assert house.browser.changes_the_password(NEW, token).status == 204

        assert house.browser.types_a_password(NEW, "bob@example.com").status == 200

    def test_ssn_04_ends_other_sessions_and_keeps_this_one(self, house, token):
        other = house.another_browser()
        other.types_a_password(RIGHT)
        house.forward(minutes=1)

        house.browser.changes_the_password(NEW, token)

        assert other.refreshes().status == 401
        assert house.browser.refreshes().status == 200

    def test_closes_codes_that_are_on_their_way(self, house, token):
        reset = house.another_browser()
        reset.forgets_the_password()
        house.delivers_mail()
        code = house.mailed_code()

        house.browser.changes_the_password(NEW, token)

        assert reset.sets_a_password(NEWER, code).problem == (410, "challenge-closed")

    def test_is_told_to_its_contact_and_to_the_trail(self, house, token):
        house.browser.changes_the_password(NEW, token)
        house.delivers_mail()

        assert CODE.search(house.mails[-1].text) is None
        lines = [r for r in house.records_trail() if r["name"] == "password.changed"]
        assert [(r["pk"], r["detail"]) for r in lines] == [
            (f"acme#trail#{house.ann.id}", {"by": "account"})
        ]

    @pytest.mark.parametrize(
        ("password", "reason"),
        [
            ("short", "too-short"),
            ("passwordpassword", "common"),
            ("annarcher annarcher", "personal"),
        ],
    )
    def test_pwd_04_is_held_to_the_same_rules(self, house, token, password, reason):
        answer = house.browser.changes_the_password(password, token)

        assert answer.body["errors"] == [{"field": "password", "reason": reason}]
        assert house.another_browser().types_a_password(RIGHT).status == 200

    def test_is_not_set_where_the_workspace_takes_none(self, house, token):
        # A session that was never refreshed would end with the way in that it began by.
        house.forward(minutes=1)
        token = house.browser.refreshes().body["access_token"]
        house.sets(password_method=False)

        assert house.browser.changes_the_password(NEW, token).status == 403


class TestWhoeverChangesIt:
    def test_signed_in_less_than_a_quarter_of_an_hour_ago(self, house, token):
        house.forward(minutes=5)
        token = house.browser.refreshes().body["access_token"]
        house.forward(minutes=9, seconds=59)
        assert house.browser.changes_the_password(NEW, token).status == 204

    def test_signs_in_again_after_that(self, house, token):
        house.forward(minutes=5)
        token = house.browser.refreshes().body["access_token"]
        house.forward(minutes=9, seconds=59)
        token = house.browser.refreshes().body["access_token"]
        house.forward(seconds=1)

        assert house.browser.changes_the_password(NEW, token).problem == RE_AUTH
        assert house.another_browser().types_a_password(RIGHT).status == 200

    def test_ssn_04_is_not_signed_out_with_a_token_still_in_hand(self, house, token):
        house.browser.signs_out(token)

        assert house.browser.changes_the_password(NEW, token).problem == SIGNED_OUT

    def test_ssn_04_is_not_deactivated(self, house, token):
        house.deactivates()

        assert house.browser.changes_the_password(NEW, token).problem == SIGNED_OUT

    @pytest.mark.parametrize("token", ["", "nonsense", "a.b.c"])
    def test_is_signed_in_at_all(self, house, token):
        assert house.browser.changes_the_password(NEW, token).problem == SIGNED_OUT

    def test_is_signed_in_here(self, house, token):
        globex = house.neighbour()
        globex.sets(password_method=True)

        assert globex.browser.changes_the_password(NEW, token).problem == SIGNED_OUT

    def test_is_on_a_page_of_ours(self, house, token):
        house.browser.origin = "https://evil.test"

        assert house.browser.changes_the_password(NEW, token).problem == (403, "cross-site")

    def test_is_ended_between_the_look_and_the_write(self, house, token, wire):
        wire.before("dynamodb.TransactWriteItems", house.deactivates)

        assert house.browser.changes_the_password(NEW, token).problem == SIGNED_OUT
        assert stored(house.ann).proof == "earlier"


class TestTheSamePress:
    def test_changes_it_once(self, house, token):
        told = [
            house.browser.changes_the_password(NEW, token, request_id="press").status
            for _ in range(2)
        ]

        assert told == [204, 204]
        (head,) = [r for r in house.rows("people") if r.get("id") == house.ann.id]
        assert head["sver"] == 2

    def test_is_finished_though_its_answer_was_lost(self, house, token, wire):
        wire.lose_answers("dynamodb.TransactWriteItems", times=1)

        assert house.browser.changes_the_password(NEW, token).status == 204
        assert house.browser.changes_the_password(NEWER, token).status == 204

    def test_is_welcome_again_after_a_fault(self, house, token, wire):
        wire.cut("dynamodb.TransactWriteItems")
        assert house.browser.changes_the_password(NEW, token, request_id="p").status == 503
        wire.mend()

        assert house.browser.changes_the_password(NEW, token, request_id="p").status == 204


class TestAPressNamedTwice:
    """A client's `request_id` names one press: with another password it is another press."""

    def test_rac_08_with_another_password_sets_nothing_and_says_so(self, house, token):
        first = house.browser.changes_the_password(NEW, token, request_id="press")

        second = house.browser.changes_the_password(NEWER, token, request_id="press")

        assert first.status == 204
        assert second.problem == (400, "invalid-request")
        assert second.body["errors"][0]["field"] == "request_id"
        assert house.another_browser().types_a_password(NEW).status == 200

    def test_rac_08_with_another_password_at_the_same_moment_says_so_too(self, house, token, wire):
        answers = []

        def other_tab():
            answers.append(house.browser.changes_the_password(NEW, token, request_id="press"))

        wire.before("dynamodb.TransactWriteItems", other_tab)

        answer = house.browser.changes_the_password(NEWER, token, request_id="press")

        assert [each.status for each in answers] == [204]
        assert answer.problem == (400, "invalid-request")
        assert house.another_browser().types_a_password(NEW).status == 200

    def test_rac_08_with_the_same_password_is_the_same_press(self, house, token, wire):
        answers = []

        def press():
            answers.append(house.browser.changes_the_password(NEW, token, request_id="press"))

        wire.before("dynamodb.TransactWriteItems", press)
        press()
        press()

        assert [each.status for each in answers] == [204, 204, 204]
