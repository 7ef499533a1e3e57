"""Sign in with a password."""

import base64
import json

import pytest

from tests.passwords.conftest import RIGHT, WRONG

PASSWORDS = "POST /v1/passwords/sign-in"
REFUSED = (401, "password-not-accepted")


class TestAPassword:
    def test_opens_a_session_and_sends_the_contact_on(self, house):
        answer = house.browser.types_a_password(RIGHT, to="tickets")

        assert answer.status == 200
        assert answer.body["contact"] == {
            "id": house.ann.id,
            "name": "Ann Archer",
            "email": "ann@example.com",
        }
        assert answer.body["return_to"] == {
            "area": "tickets",
            "url": "https://portal.acme.test/tickets",
        }
        assert house.browser.refreshes().status == 200

    def test_is_named_in_the_session_and_in_its_token(self, house):
        token = house.browser.types_a_password(RIGHT).body["access_token"]

        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        assert claims["amr"] == ["pwd"]
        read = house.browser.reads_the_session(token)
        assert read.body["session"]["method"] == "password"
        assert house.session_rows()[0]["method"] == "password"
        lines = [r for r in house.records_trail() if r["name"] == "session.started"]
        # The link has a copy of its own.
        (started,) = [r for r in lines if "#link-" not in r["pk"]]
        assert started["detail"]["method"] == "password"

    def test_that_is_wrong_opens_none(self, house):
        assert house.browser.types_a_password(WRONG).problem == REFUSED

        assert house.session_rows() == []
        assert house.browser.cookies == {}

    def test_is_one_however_its_letters_are_composed(self, house):
        house.browser.types_a_password(RIGHT.replace("four", "ｆｏｕｒ"))

        assert house.browser.last.status == 200

    @pytest.mark.parametrize("almost", [RIGHT.upper(), RIGHT + " ", " " + RIGHT, RIGHT[:-1]])
    def test_is_no_other_that_looks_like_it(self, house, almost):
        assert house.browser.types_a_password(almost).problem == REFUSED

    def test_goes_with_a_personal_link_without_an_address(self, house):
        link = house.personal_link()

        assert house.browser.types_a_password(RIGHT, None, link=link).status == 200

    def test_of_somebody_else_does_not_go_with_a_personal_link(self, house, others):
        link = house.personal_link("bob@example.com")

        assert house.browser.types_a_password(RIGHT, None, link=link).problem == REFUSED

    def test_of_another_workspace_is_none_here(self, house):
        globex = house.neighbour()
        globex.sets(password_method=True)

        assert globex.browser.types_a_password(RIGHT).problem == REFUSED

    def test_is_refused_where_the_workspace_takes_none(self, house):
        house.sets(password_method=False)

        off = (403, "sign-in-method-off")
        assert house.browser.types_a_password(RIGHT).problem == off

    def test_is_refused_where_only_the_directory_lets_in(self, house):
        house.sets(directory_rule="sso_only")

        assert house.browser.types_a_password(RIGHT).status == 403

    def test_on_a_shared_computer_leaves_no_mark(self, house):
        house.browser.types_a_password(RIGHT, shared_computer=True)

        assert list(house.browser.cookies) == ["__Host-portico-acme"]

    def test_leaves_a_mark_elsewhere(self, house):
        house.browser.types_a_password(RIGHT)

        assert sorted(house.browser.cookies) == [
            "__Host-portico-acme",
            "__Host-portico_known-acme",
        ]

    @pytest.mark.parametrize(
        ("password", "reason"), [("", "required"), ("x" * 129, "too-long"), ("ﷺ" * 8, "too-long")]
    )
    def test_pwd_04_that_can_be_nobodys_is_not_looked_at(self, house, wire, password, reason):
        answer = house.browser.types_a_password(password)

        assert answer.problem == (400, "invalid-request")
        assert answer.body["errors"] == [{"field": "password", "reason": reason}]
        assert wire.sent == []

    def test_pwd_04_of_a_megabyte_is_too_large(self, house, wire):
        assert house.browser.types_a_password("x" * 1_000_000).status == 413
        assert wire.sent == []

    def test_needs_the_address_that_a_shared_link_asks_for(self, house):
        answer = house.browser.types_a_password(RIGHT, None)

        assert answer.body["errors"] == [{"field": "email", "reason": "required"}]

    def test_takes_no_address_beside_a_personal_link(self, house):
        answer = house.browser.types_a_password(RIGHT, link=house.personal_link())

        assert answer.body["errors"] == [{"field": "email", "reason": "not asked for"}]

    def test_with_a_link_that_is_none_is_an_invalid_link(self, house):
        for link in ("", "lnk_" + "A" * 43):
            body = {"workspace": "acme", "link": link, "email": "ann@example.com"}
            body |= {"password": RIGHT}
            answer = house.browser.sends("password", PASSWORDS, body)
            assert answer.problem == (404, "invalid-portal-link")

    def test_from_another_site_is_refused_before_it_is_counted(self, house):
        house.browser.origin = "https://evil.test"

        assert house.browser.types_a_password(RIGHT).problem == (403, "cross-site")
        assert house.rows("sign-in") == []


class TestTheSamePress:
    def test_is_one_session(self, house):
        answers = [house.browser.types_a_password(RIGHT, request_id="press") for _ in range(2)]

        assert [a.status for a in answers] == [200, 200]
        assert len(house.session_rows()) == 1
        name = "__Host-portico-acme"
        assert answers[0].cookie(name) == answers[1].cookie(name)

    def test_is_finished_when_its_answer_was_lost(self, house, wire):
        wire.cut("kms.Sign", times=2)
        assert house.browser.types_a_password(RIGHT, request_id="press").status == 503
        wire.mend()

        assert house.browser.types_a_password(RIGHT, request_id="press").status == 200
        assert len(house.session_rows()) == 1

    def test_is_used_up_after_a_minute(self, house):
        house.browser.types_a_password(RIGHT, request_id="press")
        house.forward(minutes=2)

        answer = house.browser.types_a_password(RIGHT, request_id="press")

        assert answer.body["errors"] == [{"field": "request_id", "reason": "used already"}]

    def test_of_another_browser_without_a_name_is_another_session(self, house):
        house.browser.types_a_password(RIGHT)
        house.another_browser().types_a_password(RIGHT)

        assert len(house.session_rows()) == 2
