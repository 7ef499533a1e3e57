"""What a contact portal does: the reference behaviours K01 to K28, each as its sentence.

The rows about SSO (K14 to K18, K27) come with that way of signing in.
"""

import re
from datetime import timedelta

import pytest

from portico.codes.rules import CODE_ALPHABET
from tests.support.driver import WRONG


class TestAPortalLink:
    def test_k01_a_shared_link_asks_for_the_primary_email(self, portal):
        _, token = portal.link()

        opened = portal.browser.opens_the_link(token)
        without_email = portal.browser.asks_for_a_code(None, link=token)

        assert opened.status == 200
        assert opened.body["link"] == {"kind": "shared", "email_hint": None, "send_on_open": False}
        assert without_email.problem == (400, "invalid-request")
        assert without_email.body["errors"] == [{"field": "email", "reason": "required"}]

    def test_k02_a_personal_link_is_tied_to_one_contact(self, portal):
        portal.adds("Bob Baker", "bob@example.com")
        token = portal.personal_link("bob@example.com")

        portal.browser.asks_for_a_code(None, link=token)
        portal.delivers_mail()

        assert [set(mail.to) for mail in portal.mails] == [{"bob@example.com"}]
        signed_in = portal.browser.types_the_mailed_code()
        assert signed_in.body["contact"]["name"] == "Bob Baker"

    def test_k02_a_personal_link_takes_no_other_address(self, portal):
        portal.adds("Bob Baker", "bob@example.com")
        token = portal.personal_link("bob@example.com")

        with_email = portal.browser.asks_for_a_code("ann@example.com", link=token)

        assert with_email.problem == (400, "invalid-request")
        assert portal.delivers_mail() == []

    def test_k03_a_personal_link_skips_the_email_step(self, portal):
        token = portal.personal_link()

        opened = portal.browser.opens_the_link(token)
        asked = portal.browser.asks_for_a_code(None, link=token)

        assert opened.body["link"]["kind"] == "personal"
        assert opened.body["link"]["email_hint"] == "a•••@example.com"
        assert asked.status == 202

    def test_k04_an_incomplete_link_asks_for_a_fresh_one(self, portal):
        for incomplete in (portal.shared[:-1], portal.shared[:20], "lnk_", " "):
            opened = portal.browser.opens_the_link(incomplete)

            assert opened.problem == (404, "invalid-portal-link")
            assert "Ask your service provider for a fresh link" in opened.body["detail"]

    def test_k05_an_expired_link_asks_for_a_fresh_one(self, portal):
        _, token = portal.link(lifetime=timedelta(days=3))

        portal.forward(days=3)
        opened = portal.browser.opens_the_link(token)

        assert opened.problem == (404, "invalid-portal-link")
        assert "Ask your service provider for a fresh link" in opened.body["detail"]

    def test_k06_a_revoked_link_asks_for_a_fresh_one(self, portal):
        link, token = portal.link()

        portal.links.revoke(portal.id, link.id, by="test")
        opened = portal.browser.opens_the_link(token)

        assert opened.problem == (404, "invalid-portal-link")
        assert "Ask your service provider for a fresh link" in opened.body["detail"]

    def test_k06_a_link_of_another_workspace_asks_for_a_fresh_one(self, portal):
        foreign = portal.neighbour().shared

        opened = portal.browser.opens_the_link(foreign)

        assert opened.problem == (404, "invalid-portal-link")
        assert "Ask your service provider for a fresh link" in opened.body["detail"]


class TestACode:
    def test_k07_the_code_has_exactly_seven_characters(self, portal):
        asked = portal.browser.asks_for_a_code()
        portal.delivers_mail()

        assert asked.body["code_length"] == 7
        assert re.fullmatch(f"[{CODE_ALPHABET}]{{7}}", portal.mailed_code())

    def test_k08_the_code_works_once(self, portal):
        portal.browser.signs_in()

        again = portal.browser.types_the_mailed_code()

        assert again.problem == (410, "challenge-closed")
        assert again.body["reason"] == "used"
        assert len(portal.session_rows()) == 1

    def test_k09_the_code_is_sent_only_for_the_primary_email_of_a_contact(self, portal):
        for other in ("ann.archer@example.com", "ann@example.org", "ann+work@example.com"):
            portal.browser.asks_for_a_code(other)
            portal.delivers_mail()
        assert portal.mails == []

        portal.browser.asks_for_a_code("ann@example.com")
        portal.delivers_mail()

        assert [set(mail.to) for mail in portal.mails] == [{"ann@example.com"}]

    def test_k10_a_personal_link_may_send_the_code_as_soon_as_it_opens(self, portal):
        token = portal.personal_link()

        opened = portal.browser.opens_the_link(token)
        asked = portal.browser.asks_for_a_code(None, link=token, auto=True)
        portal.delivers_mail()

        assert opened.body["link"]["send_on_open"] is True
        assert asked.status == 202
        assert portal.browser.types_the_mailed_code().status == 200

    def test_k10_a_workspace_may_switch_sending_on_open_off(self, portal):
        portal.sets(send_on_open=False)

        opened = portal.browser.opens_the_link(portal.personal_link())

        assert opened.body["link"]["send_on_open"] is False

    def test_k11_entering_the_mailed_code_continues_into_the_portal(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        signed_in = portal.browser.types_the_mailed_code()

        assert signed_in.status == 200
        token = signed_in.body["access_token"]
        assert portal.browser.reads_the_session(token).body["contact"] == {
            "id": portal.ann.id,
            "name": "Ann Archer",
            "email": "ann@example.com",
        }

    def test_k12_a_code_can_be_resent(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        portal.forward(seconds=30)
        again = portal.browser.asks_again()
        portal.delivers_mail()

        assert again.status == 202
        assert len(portal.mails) == 2
        assert portal.mailed_code(0) != portal.mailed_code(1)
        assert portal.browser.types_the_mailed_code().status == 200

    def test_k13_a_resend_is_refused_until_a_short_wait_has_passed(self, portal):
        asked = portal.browser.asks_for_a_code()
        portal.delivers_mail()

        portal.forward(seconds=29)
        too_soon = portal.browser.asks_again()

        assert asked.body["resend_after"] == 30
        assert too_soon.problem == (429, "too-soon")
        assert too_soon.headers["retry-after"] == "1"
        assert portal.delivers_mail() == []


class TestTheReturn:
    def test_k19_the_contact_lands_in_the_correct_workspace(self, portal):
        globex = portal.neighbour()

        acme_answer = portal.browser.signs_in()
        globex_answer = globex.browser.signs_in()

        assert acme_answer.body["workspace"] == "acme"
        assert acme_answer.body["return_to"]["url"].startswith("https://portal.acme.test/")
        assert globex_answer.body["workspace"] == "globex"
        assert globex_answer.body["return_to"]["url"].startswith("https://portal.globex.test/")

    @pytest.mark.parametrize(
        ("area", "url"),
        [
            ("dashboard", "https://portal.acme.test/"),
            ("tickets", "https://portal.acme.test/tickets"),
            ("ticket:123", "https://portal.acme.test/tickets/123"),
            ("request:new-laptop", "https://portal.acme.test/requests/new-laptop"),
        ],
    )
    def test_k20_the_contact_lands_in_the_area_they_were_trying_to_reach(self, portal, area, url):
        portal.browser.asks_for_a_code(to=area)
        portal.delivers_mail()

        signed_in = portal.browser.types_the_mailed_code()

        assert signed_in.body["return_to"] == {"area": area, "url": url}

    def test_k20_a_link_may_name_the_area_itself(self, portal):
        _, token = portal.link(to="request:new-laptop")

        portal.browser.asks_for_a_code(link=token)
        portal.delivers_mail()

        signed_in = portal.browser.types_the_mailed_code()
        assert signed_in.body["return_to"]["area"] == "request:new-laptop"


class TestAnError:
    def test_k21_portal_unavailable_when_the_workspace_portal_is_off(self, portal):
        portal.sets(portal_enabled=False)

        opened = portal.browser.opens_the_link()
        asked = portal.browser.asks_for_a_code()

        assert opened.problem == asked.problem == (403, "portal-unavailable")
        assert opened.body["title"] == "Portal unavailable"
        assert portal.delivers_mail() == []

    def test_k22_invalid_portal_link_when_it_is_no_longer_valid(self, portal):
        link, token = portal.link()
        portal.links.revoke(portal.id, link.id, by="test")

        opened = portal.browser.opens_the_link(token)
        asked = portal.browser.asks_for_a_code(link=token)

        assert opened.problem == asked.problem == (404, "invalid-portal-link")
        assert opened.body["title"] == "Invalid portal link"

    @pytest.mark.parametrize("missing", ["workspace", "link"])
    @pytest.mark.parametrize("nothing", ["left out", None, ""])
    def test_k22_invalid_portal_link_when_it_lacks_information(self, portal, missing, nothing):
        body = {"workspace": portal.id, "link": portal.shared, "email": "ann@example.com"}
        if nothing == "left out":
            del body[missing]
        else:
            body[missing] = nothing

        opened = portal.browser.sends("resolve_link", "POST /v1/links/resolve", body)
        asked = portal.browser.sends("request_code", "POST /v1/codes", body)

        assert opened.problem == asked.problem == (404, "invalid-portal-link")

    def test_k23_no_sign_in_email_received_is_the_same_answer_for_both_causes(self, portal):
        not_eligible, on_its_way = portal.another_browser(), portal.another_browser()

        first = not_eligible.asks_for_a_code("nobody@example.com")
        second = on_its_way.asks_for_a_code("ann@example.com")

        assert first.status == second.status == 202
        assert first.headers == second.headers
        shown = ("resend_after", "expires_in", "code_length")
        assert [first.body[each] for each in shown] == [second.body[each] for each in shown]

    def test_k24_a_contact_who_is_not_eligible_gets_no_code(self, portal):
        portal.deactivates("ann@example.com")

        asked = portal.browser.asks_for_a_code("ann@example.com")
        portal.delivers_mail()

        assert asked.status == 202
        assert portal.mails == []

    def test_k25_sign_in_failed_when_the_code_has_expired(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        portal.forward(minutes=10)
        late = portal.browser.types_the_mailed_code()

        assert late.problem == (410, "challenge-closed")
        assert late.body["title"] == "Sign-in failed"
        assert late.body["reason"] == "expired"

    def test_k26_sign_in_failed_when_the_code_is_wrong(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        wrong = portal.browser.types(WRONG)

        assert wrong.problem == (401, "code-not-accepted")
        assert wrong.body["title"] == "Sign-in failed"
        assert wrong.body["attempts_left"] == 4
        assert portal.session_rows() == []

    def test_k28_a_code_has_a_lifetime_and_says_it(self, portal):
        asked = portal.browser.asks_for_a_code()
        portal.delivers_mail()

        portal.forward(seconds=asked.body["expires_in"] - 1)

        assert portal.browser.types_the_mailed_code().status == 200
