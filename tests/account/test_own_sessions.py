"""End sessions of one's own (SSN-04)."""

import pytest

from tests.support.openid_site import Site


class TestEndingSessions:
    def test_ends_one_other(self, ann, elsewhere):
        other = next(each for each in ann.reads()["sessions"] if not each["current"])

        answer = ann.asks("DELETE /v1/account/sessions/{session}", path={"session": other["id"]})

        assert answer.status == 204
        assert elsewhere.browser.refreshes().problem == (401, "not-signed-in")
        assert ann.browser.refreshes().status == 200

    def test_ends_all_others_and_keeps_this_one(self, ann, elsewhere, portal):
        third = type(ann)(portal, portal.another_browser()).signs_in()

        assert ann.asks("DELETE /v1/account/sessions").status == 204

        assert elsewhere.browser.refreshes().status == 401
        assert third.browser.refreshes().status == 401
        assert ann.browser.refreshes().status == 200
        assert len(ann.reads()["sessions"]) == 1

    def test_finds_no_session_of_somebody_else(self, ann, portal):
        portal.adds("Bob", "bob@example.com")
        bob = type(ann)(portal, portal.another_browser()).signs_in("bob@example.com")
        anns = ann.reads()["sessions"][0]["id"]

        answer = bob.asks("DELETE /v1/account/sessions/{session}", path={"session": anns})

        assert answer.problem == (404, "not-found")
        assert ann.browser.refreshes().status == 200

    def test_closes_codes_that_are_on_their_way(self, ann, portal):
        waiting = portal.another_browser()
        waiting.asks_for_a_code()
        portal.delivers_mail()
        code = portal.mailed_code()

        ann.asks("DELETE /v1/account/sessions")

        assert waiting.types(code).problem == (410, "challenge-closed")


class TestAPortalOnAnotherSite:
    """What it holds is no session of the contact's own: it ends with the browser's."""

    def test_is_not_among_ones_sessions(self, ann, site):
        before = ann.reads()["sessions"]

        site.signs_in(ann.browser)

        assert ann.reads()["sessions"] == before

    def test_ends_with_the_session_that_let_it_in(self, ann, elsewhere, site):
        site.signs_in(ann.browser)
        other = next(each for each in elsewhere.reads()["sessions"] if not each["current"])

        elsewhere.asks("DELETE /v1/account/sessions/{session}", path={"session": other["id"]})

        assert site.refreshes().body["error"] == "invalid_grant"

    def test_stands_in_ones_history_by_its_name_and_not_as_a_place(self, ann, portal, site):
        site.signs_in(ann.browser)
        portal.records_trail()

        events = ann.asks("GET /v1/account/history").body["events"]

        places = {e["name"]: e["network"] for e in events if e["detail"].get("portal") == "help"}
        # The browser came for a code; the portal's own servers fetched the tokens.
        assert places == {"portal.granted": "203.0.113.7", "session.started": None}


@pytest.fixture
def site(portal):
    """A portal that is a client of the workspace."""
    return Site.register(portal)
