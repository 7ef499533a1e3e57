"""What ends a session, for whom, and how soon."""

import pytest

from portico.edge.responses import cookie_name
from tests.support.doors import ORIGIN
from tests.support.driver import Browser, Portal

COOKIE = cookie_name("acme")
SIGNED_OUT = (401, "not-signed-in")


@pytest.fixture
def laptop(portal: Portal) -> Browser:
    browser = portal.another_browser()
    browser.has_signed_in()
    return browser


@pytest.fixture
def phone(portal: Portal, laptop: Browser) -> Browser:
    browser = portal.another_browser(source_ip="203.0.113.99")
    browser.has_signed_in()
    portal.forward(seconds=20)
    return browser


class TestSigningOutHere:
    def test_ssn_04_with_the_cookie_refuses_the_next_refresh(self, laptop, phone):
        stolen = dict(laptop.cookies)

        answer = laptop.signs_out()

        assert (answer.status, answer.body) == (204, None)
        laptop.cookies = stolen
        assert laptop.refreshes().problem == SIGNED_OUT
        assert phone.refreshes().status == 200

    def test_ssn_04_with_the_access_token_refuses_the_next_refresh(self, laptop, phone):
        token = laptop.refreshes().body["access_token"]
        stolen, laptop.cookies = dict(laptop.cookies), {}

        assert laptop.signs_out(token).status == 204

        laptop.cookies = stolen
        assert laptop.refreshes().problem == SIGNED_OUT
        assert phone.refreshes().status == 200

    def test_clears_the_cookie_of_its_own_workspace_only(self, laptop):
        laptop.cookies["__Host-portico-globex"] = "another"

        answer = laptop.signs_out()

        assert answer.cookies == [
            f"{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
        ]
        assert "__Host-portico-globex" in laptop.cookies

    def test_with_the_token_that_another_tab_overtook_works_too(self, laptop, phone):
        other_tab = laptop.portal.another_browser(cookies=dict(laptop.cookies))
        laptop.refreshes()

        assert other_tab.signs_out().status == 204

        assert laptop.refreshes().problem == SIGNED_OUT

    def test_twice_changes_nothing(self, portal, laptop):
        token = laptop.refreshes().body["access_token"]
        laptop.signs_out(token)
        ended = portal.session_rows()
        portal.forward(minutes=1)

        assert laptop.signs_out(token).status == 204

        assert portal.session_rows() == ended

    def test_without_any_proof_is_refused(self, portal, laptop):
        stranger = portal.another_browser()

        assert stranger.signs_out().problem == SIGNED_OUT
        assert stranger.signs_out("no.such.token").problem == SIGNED_OUT

        assert laptop.refreshes().status == 200

    def test_with_a_made_up_cookie_ends_nothing(self, portal, laptop):
        stem = laptop.cookies[COOKIE].rpartition(".")[0]
        stranger = portal.another_browser(cookies={COOKIE: f"{stem}.{'A' * 43}"})

        assert stranger.signs_out().problem == SIGNED_OUT

        assert laptop.refreshes().status == 200

    def test_is_in_the_trail(self, portal, laptop):
        portal.forward(minutes=1)

        laptop.signs_out()

        last = portal.records_trail()[-1]
        assert (last["name"], last["detail"]["reason"]) == ("session.ended", "signed-out")
        assert (last["by"], last["network"]) == ("contact", "203.0.113.7")
        assert last["pk"] == f"acme#trail#{portal.ann.id}"


class TestSigningOutEverywhere:
    def test_ssn_04_ends_every_session_of_the_contact(self, laptop, phone):
        assert laptop.signs_out(everywhere=True).status == 204

        for browser in (laptop, phone):
            assert browser.refreshes().problem == SIGNED_OUT

    def test_ssn_04_ends_the_codes_that_are_on_their_way(self, portal, laptop):
        other = portal.another_browser()
        other.asks_for_a_code()
        portal.delivers_mail()

        laptop.signs_out(everywhere=True)

        assert other.types_the_mailed_code().problem == (410, "challenge-closed")

    def test_leaves_other_contacts_signed_in(self, portal, laptop):
        portal.adds("Bob Baker", "bob@example.com")
        bob = portal.another_browser()
        bob.signs_in("bob@example.com")

        laptop.signs_out(everywhere=True)

        assert bob.refreshes().status == 200

    def test_lets_the_contact_in_again(self, portal, laptop):
        laptop.signs_out(everywhere=True)

        assert laptop.signs_in().status == 200
        assert laptop.refreshes().status == 200

    def test_takes_a_session_that_runs_not_a_token_left_lying_about(self, portal, laptop, phone):
        token = laptop.refreshes().body["access_token"]
        laptop.signs_out(token)

        answer = laptop.signs_out(token, everywhere=True)

        assert answer.problem == SIGNED_OUT
        assert phone.refreshes().status == 200

    def test_can_be_sent_again_when_its_answer_is_lost(self, portal, laptop, phone):
        token = laptop.refreshes().body["access_token"]
        laptop.signs_out(token, everywhere=True)

        assert laptop.signs_out(token, everywhere=True).status == 204

        assert phone.refreshes().problem == SIGNED_OUT

    def test_is_in_the_trail_once(self, portal, laptop, phone):
        laptop.signs_out(everywhere=True)

        lines = [line for line in portal.records_trail() if line["name"] == "session.ended"]
        assert [line["detail"]["reason"] for line in lines] == ["signed-out-everywhere"]


class TestADeactivatedContact:
    def test_ssn_04_is_refused_at_once(self, portal, laptop):
        portal.deactivates()

        assert laptop.refreshes().problem == SIGNED_OUT

    def test_ssn_04_gets_no_code_and_cannot_use_the_one_it_has(self, portal, laptop):
        laptop.asks_for_a_code()
        portal.delivers_mail()

        portal.deactivates()

        assert laptop.types_the_mailed_code().problem == (410, "challenge-closed")
        before = len(portal.mails)
        laptop.asks_for_a_code()
        portal.delivers_mail()
        assert len(portal.mails) == before

    def test_ssn_04_that_comes_back_finds_none_of_its_sessions(self, portal, laptop):
        laptop.asks_for_a_code()
        portal.delivers_mail()
        portal.deactivates()
        portal.team.set_active("acme", "ann@example.com", True, by="test")

        assert laptop.refreshes().problem == SIGNED_OUT
        assert laptop.types_the_mailed_code().problem == (410, "challenge-closed")
        assert laptop.signs_in().status == 200


class TestAnAccessTokenAlreadyOut:
    def test_ssn_04_lives_its_ten_minutes_and_no_longer(self, portal, laptop):
        token = laptop.refreshes().body["access_token"]
        laptop.signs_out()
        portal.deactivates()

        portal.forward(minutes=9, seconds=59)
        assert laptop.reads_the_session(token).status == 200

        portal.forward(seconds=1)
        assert laptop.reads_the_session(token).problem == SIGNED_OUT


class TestAReading:
    def test_tells_whose_session_it_is(self, portal, laptop):
        token = laptop.refreshes().body["access_token"]

        answer = laptop.reads_the_session(token)

        row = portal.session_rows()[0]
        assert answer.body == {
            "contact": {"id": portal.ann.id, "name": "Ann Archer", "email": "ann@example.com"},
            "workspace": "acme",
            "session": {
                "id": row["id"],
                "signed_in_at": row["created_at"],
                "expires_at": row["expires_at"],
                "method": "code",
            },
        }

    def test_needs_the_workspace_to_be_named(self, portal, laptop):
        token = laptop.refreshes().body["access_token"]
        headers = {"authorization": f"Bearer {token}"}

        answer = laptop.sends("session", "GET /v1/session", headers=headers)

        assert answer.problem == (400, "invalid-request")

    def test_never_looks_at_the_cookie(self, portal, laptop):
        query = {"workspace": "acme"}

        answer = laptop.sends("session", "GET /v1/session", query=query, origin=ORIGIN)

        assert answer.problem == SIGNED_OUT
