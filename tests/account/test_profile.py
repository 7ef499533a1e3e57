"""What a contact sees of their account, and edits."""

import pytest

from tests.edge.test_printable import GOOD_NAMES
from tests.support.driver import NOON


class TestReading:
    def test_shows_who_they_are_and_how_they_get_in(self, ann, portal):
        account = ann.reads()

        assert account["contact"] == {
            "id": portal.ann.id,
            "name": "Ann Archer",
            "email": "ann@example.com",
            "language": None,
            "time_zone": None,
        }
        assert account["password"] == {"is_set": False, "changed_at": None}
        assert account["identities"] == []
        assert account["offers"] == {
            "code": True,
            "password": False,
            "connections": [],
            "deletion": False,
        }
        assert account["fresh_until"] == int(NOON.timestamp()) + 900

    def test_shows_running_sessions_this_one_first(self, ann, elsewhere):
        sessions = elsewhere.reads()["sessions"]

        assert [each["current"] for each in sessions] == [True, False]
        assert {each["method"] for each in sessions} == {"code"}
        assert {each["network"] for each in sessions} == {"203.0.113.7"}

    def test_shows_no_session_that_has_ended(self, ann, elsewhere):
        elsewhere.browser.signs_out(elsewhere.token)

        assert len(ann.reads()["sessions"]) == 1

    def test_is_for_whoever_is_signed_in(self, ann, portal):
        assert ann.asks("GET /v1/account", query={"workspace": "globex"}).status == 401
        ann.token = ""
        assert ann.asks("GET /v1/account").problem == (401, "not-signed-in")

    def test_ends_with_the_session_though_the_token_is_good(self, ann):
        token = ann.token
        ann.browser.signs_out(token)

        assert ann.browser.reads_the_session(token).status == 200
        assert ann.asks("GET /v1/account").problem == (401, "not-signed-in")

    def test_ends_with_the_contact(self, ann, portal):
        portal.deactivates()

        assert ann.asks("GET /v1/account").problem == (401, "not-signed-in")

    def test_shows_nothing_of_a_neighbour(self, ann, portal):
        globex = portal.neighbour()
        theirs = type(ann)(globex, globex.browser).signs_in()

        assert theirs.reads()["contact"]["id"] == globex.ann.id
        theirs.portal = portal
        assert theirs.asks("GET /v1/account").problem == (401, "not-signed-in")


class TestEditing:
    def test_changes_what_is_sent_and_nothing_else(self, ann):
        answer = ann.asks("PATCH /v1/account", {"name": " Ann B. ", "time_zone": "Europe/Berlin"})

        assert answer.body["contact"]["name"] == "Ann B."
        assert ann.reads()["contact"] == answer.body["contact"]
        assert answer.body["contact"]["email"] == "ann@example.com"
        assert ann.asks("PATCH /v1/account", {"language": "de"}).body["contact"] == {
            **answer.body["contact"],
            "language": "de",
        }

    @pytest.mark.parametrize("name", GOOD_NAMES)
    def test_takes_a_name_as_people_have_it(self, ann, name):
        answer = ann.asks("PATCH /v1/account", {"name": name})

        assert answer.body["contact"]["name"] == name
        assert ann.reads()["contact"]["name"] == name

    def test_keeps_the_session_and_tells_the_next_token(self, ann, portal):
        ann.asks("PATCH /v1/account", {"name": "Ann B."})
        portal.forward(minutes=1)

        assert ann.browser.refreshes().body["contact"]["name"] == "Ann B."

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", " "),
            ("name", "x" * 101),
            ("name", "a\nb"),
            ("language", "tlh"),
            ("time_zone", "../etc/passwd"),
            ("time_zone", "A" * 65),
            ("name", 7),
        ],
    )
    def test_refuses_what_is_none(self, ann, field, value):
        answer = ann.asks("PATCH /v1/account", {field: value})

        assert answer.problem == (400, "invalid-request")
        assert answer.body["errors"][0]["field"] == field
        assert ann.reads()["contact"]["name"] == "Ann Archer"

    def test_cannot_change_what_is_not_theirs_to_change(self, ann, portal):
        ann.asks("PATCH /v1/account", {"email": "x@example.com", "active": False, "sver": 9})

        assert ann.reads()["contact"]["email"] == "ann@example.com"
