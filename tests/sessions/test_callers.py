"""Who may refresh and sign out: our page, the workspace's portal, its back end; nobody else
(sessions/flow.py, sessions/refresh.py, sessions/sign_out.py)."""

from typing import Any

import pytest

from portico.edge.responses import cookie_name
from tests.support.doors import ORIGIN, knock
from tests.support.driver import Browser, Portal

COOKIE = cookie_name("acme")
PORTAL = "https://portal.acme.test"
STRANGERS: dict[str, dict[str, Any]] = {
    "another site": {"origin": "https://evil.test"},
    "a page without an origin": {"origin": "null"},
    "our name with another scheme": {"origin": ORIGIN.replace("https", "http")},
    "our name with a port": {"origin": f"{ORIGIN}:444"},
    "a name below ours": {"origin": f"{ORIGIN}.evil.test"},
    "another workspace's portal": {"origin": "https://portal.globex.test"},
    "an image on another site": {"origin": None, "headers": {"sec-fetch-site": "cross-site"}},
    "a page of a sibling host": {"origin": None, "headers": {"sec-fetch-site": "same-site"}},
}


@pytest.fixture
def ann(portal: Portal) -> Browser:
    portal.browser.has_signed_in()
    portal.forward(seconds=20)
    return portal.browser


class TestARefreshInABrowser:
    @pytest.mark.parametrize("origin", [ORIGIN, PORTAL])
    def test_is_our_pages_or_the_portals(self, ann, origin):
        ann.origin = origin

        assert ann.refreshes().status == 200

    def test_may_come_from_another_host_that_the_team_named(self, portal, ann):
        portal.sets(portal_origins=["https://help.acme.test"])
        ann.origin = "https://help.acme.test"

        assert ann.refreshes().status == 200

    def test_from_our_own_page_needs_no_origin_where_the_browser_says_so(self, ann):
        body = {"workspace": "acme"}
        headers = {"sec-fetch-site": "same-origin"}

        answer = ann.sends(
            "session", "POST /v1/session/refresh", body, origin=None, headers=headers
        )

        assert answer.status == 200

    @pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS)
    def test_is_nobody_elses(self, portal, ann, stranger):
        before = portal.session_rows()

        answer = ann.sends("session", "POST /v1/session/refresh", {"workspace": "acme"}, **stranger)

        assert answer.problem == (403, "cross-site")
        assert answer.cookies == []
        assert portal.session_rows() == before

    def test_never_takes_a_token_from_the_body(self, portal, ann):
        body = {"workspace": "acme", "refresh_token": ann.cookies.pop(COOKIE)}

        answer = ann.sends("session", "POST /v1/session/refresh", body)

        assert answer.problem == (401, "not-signed-in")

    def test_is_never_told_its_token(self, ann):
        assert "refresh_token" not in ann.refreshes().body


class TestABackEnd:
    """It sends neither Origin nor Sec-Fetch-Site, and keeps its token itself."""

    @pytest.fixture
    def back_end(self, portal):
        return portal.another_browser(origin=None)

    def refreshes(self, back_end, token):
        body = {"workspace": "acme", "refresh_token": token}
        return back_end.sends("session", "POST /v1/session/refresh", body)

    def test_is_given_its_token_in_the_body_and_the_next_one_for_it(self, portal, back_end):
        first = back_end.signs_in().body["refresh_token"]
        portal.forward(seconds=20)

        second = self.refreshes(back_end, first).body["refresh_token"]
        portal.forward(hours=1)
        third = self.refreshes(back_end, second)

        assert third.status == 200
        assert len({first, second, third.body["refresh_token"]}) == 3

    def test_with_a_cookie_alone_is_no_session(self, portal, ann, back_end):
        back_end.cookies = dict(ann.cookies)

        assert back_end.refreshes().problem == (401, "not-signed-in")
        assert back_end.signs_out().problem == (401, "not-signed-in")

        assert ann.refreshes().status == 200

    def test_with_a_cookie_and_a_body_is_taken_at_its_body(self, portal, ann, back_end):
        back_end.cookies = dict(ann.cookies)

        assert self.refreshes(back_end, "rubbish").problem == (401, "not-signed-in")

    def test_signs_out_with_the_access_token(self, portal, back_end):
        answer = back_end.signs_in()

        assert back_end.signs_out(answer.body["access_token"]).status == 204

        refused = self.refreshes(back_end, answer.body["refresh_token"])
        assert refused.problem == (401, "not-signed-in")


class TestASwitchedOffPortal:
    def test_refuses_to_refresh_and_ends_nothing(self, portal, ann):
        portal.sets(portal_enabled=False)

        refused = ann.refreshes()
        portal.sets(portal_enabled=True)

        assert refused.problem == (403, "portal-unavailable")
        assert refused.cookies == []
        assert ann.refreshes().status == 200

    def test_lets_its_contacts_sign_out(self, portal, ann):
        portal.sets(portal_enabled=False)

        assert ann.signs_out().status == 204


class TestACrossSitePage:
    def test_csr_03_cannot_sign_anybody_out(self, portal, ann):
        for stranger in STRANGERS.values():
            answer = ann.sends(
                "session", "DELETE /v1/session", query={"workspace": "acme"}, **stranger
            )
            assert answer.problem == (403, "cross-site")
            assert answer.cookies == []

        assert ann.refreshes().status == 200

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize(
        ("door", "path"),
        [
            ("request_code", "/v1/codes"),
            ("request_code", "/v1/codes/resend"),
            ("request_code", "/v1/codes/mail"),
            ("request_code", "/v1/links/renew"),
            ("verify_code", "/v1/codes/verify"),
            ("session", "/v1/session/refresh"),
        ],
    )
    def test_csr_03_finds_no_route_that_a_link_or_an_image_could_call(
        self, cloud, wire, method, door, path
    ):
        answer = knock(door, f"{method} {path}")

        assert answer.status == 405
        assert wire.sent == []

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
    def test_csr_03_cannot_refresh_with_a_form(self, portal, ann, kind):
        before = portal.session_rows()

        answer = ann.sends(
            "session",
            "POST /v1/session/refresh",
            '{"workspace": "acme"}',
            headers={"content-type": kind},
            origin="https://evil.test",
        )

        assert (answer.status, answer.cookies) == (415, [])
        assert portal.session_rows() == before

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
    def test_csr_01_cannot_sign_its_visitor_in_as_somebody_else(self, portal, ann, kind):
        portal.adds("Mallory", "mallory@example.com")
        attacker = portal.another_browser(source_ip="198.51.100.1")
        attacker.asks_for_a_code("mallory@example.com")
        portal.delivers_mail()
        body = {"challenge": attacker.challenge, "code": portal.mailed_code()}
        before, victim = dict(ann.cookies), ann

        by_form = victim.sends(
            "verify_code",
            "POST /v1/codes/verify",
            body,
            origin="https://evil.test",
            headers={"content-type": kind},
        )
        by_script = victim.sends(
            "verify_code", "POST /v1/codes/verify", body, origin="https://evil.test"
        )

        assert (by_form.status, by_form.cookies) == (415, [])
        assert by_script.problem == (403, "cross-site")
        assert victim.cookies == before
        assert len(portal.session_rows()) == 1

    def test_csr_01_cannot_resend_for_a_challenge_of_our_page(self, portal):
        portal.browser.asks_for_a_code()
        portal.forward(seconds=30)

        for stranger in ("https://evil.test", PORTAL, "null"):
            portal.browser.origin = stranger
            assert portal.browser.asks_again().problem == (403, "cross-site")

        assert portal.challenge_row()["generation"] == 1


class TestACookie:
    """CSR-02: what is set is set so, and what is cleared is cleared with the same words."""

    def attributes(self, cookie):
        pair, *attributes = cookie.split("; ")
        return pair.partition("=")[0], {each for each in attributes if "Max-Age" not in each}

    def test_csr_02_is_bound_to_our_host_and_out_of_reach_of_scripts(self, portal, ann):
        answers = [portal.browser.signs_in(), ann.refreshes(), ann.signs_out()]

        cookies = [cookie for answer in answers for cookie in answer.cookies]
        assert len(cookies) == 4
        for cookie in cookies:
            name, attributes = self.attributes(cookie)
            assert name in (COOKIE, "__Host-portico_known-acme")
            assert attributes == {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"}

    def test_csr_02_is_small_whatever_the_workspace_is_called(self, portal):
        longest = "w" * 31
        neighbour = portal.neighbour(longest)
        neighbour.adds("Zoe", f"{'z' * 64}@{'.'.join(['d' * 60] * 3)}.test")

        answer = neighbour.browser.signs_in(f"{'z' * 64}@{'.'.join(['d' * 60] * 3)}.test")

        assert all(len(cookie.split(";")[0]) < 300 for cookie in answer.cookies)

    def test_csr_02_is_cleared_with_the_attributes_it_was_set_with(self, portal):
        signed_in = portal.browser.signs_in()
        signed_out = portal.browser.signs_out(signed_in.body["access_token"])

        assert self.attributes(signed_out.cookies[0]) == self.attributes(signed_in.cookies[0])
