"""Where a promise of ours ends: each bound that docs/security.md states, as it really is."""

import pytest

from tests.account.conftest import Member
from tests.support.driver import Portal


class TestAPortalThatIsSwitchedOff:
    """A challenge's row is all that typing a code reads, so that nobody waits for two reads."""

    def test_lets_a_code_in_that_was_mailed_before_for_one_token_at_most(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        portal.sets(portal_enabled=False)

        signed_in = portal.browser.types_the_mailed_code()
        portal.forward(seconds=30)

        assert signed_in.status == 200
        assert signed_in.body["expires_in"] == 600
        assert portal.browser.refreshes().problem == (403, "portal-unavailable")

    def test_mails_no_code_any_more(self, portal):
        portal.browser.asks_for_a_code()
        portal.sets(portal_enabled=False)

        portal.delivers_mail()

        assert portal.mails == []
        assert portal.challenge_row()["withheld_1"] == "portal-unavailable"

    def test_begins_no_challenge_any_more(self, portal):
        portal.sets(portal_enabled=False)

        assert portal.browser.asks_for_a_code().problem == (403, "portal-unavailable")


class TestAWayInThatIsClosed:
    """Typing a code reads no settings: what it opens is over at the first refresh."""

    @pytest.mark.parametrize("closed", [{"code_method": False}, {"directory_rule": "sso_only"}])
    def test_lets_a_code_in_that_was_mailed_before_for_one_token_at_most(self, portal, closed):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        portal.sets(**closed)

        signed_in = portal.browser.types_the_mailed_code()

        assert signed_in.body["expires_in"] == 600
        token = signed_in.body["access_token"]
        assert portal.browser.reads_the_session(token).status == 200
        assert Member(portal, portal.browser, token).asks("GET /v1/account").status == 200
        assert portal.browser.refreshes().problem == (401, "not-signed-in")


class TestAUsedChallenge:
    """That it is used stands in the session's row, which asking for a mail does not read."""

    def test_still_mails_what_its_budget_has_and_none_of_it_opens_anything(self, portal):
        portal.browser.signs_in()
        portal.forward(seconds=30)

        assert portal.browser.asks_again().status == 202
        portal.delivers_mail()

        answer = portal.browser.types_the_mailed_code()
        assert len(portal.mails) == 2
        assert answer.problem == (410, "challenge-closed")
        assert answer.body["reason"] == "used"
        assert len(portal.session_rows()) == 1

    def test_mails_three_more_times_at_most(self, portal):
        portal.browser.signs_in()
        statuses = []
        for wait in (30, 60, 120, 240):
            portal.forward(seconds=wait)
            statuses.append(portal.browser.asks_again().status)
            portal.delivers_mail()

        assert statuses == [202, 202, 202, 429]
        assert len(portal.mails) == 4


class TestACodeInTheWrongHands:
    def test_is_no_good_without_the_browser_that_asked(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        stolen = portal.mailed_code()
        thief = portal.another_browser(source_ip="198.51.100.9")
        thief.asks_for_a_code()

        assert thief.types(stolen).problem == (401, "code-not-accepted")

    def test_is_good_if_the_victim_types_it_into_the_thiefs_page(self, portal: Portal):
        # Nobody who mails codes can see this: it is why a code is no phishing-resistant proof.
        relay = portal.another_browser(source_ip="198.51.100.9")
        relay.asks_for_a_code("ann@example.com")
        portal.delivers_mail()

        assert relay.types_the_mailed_code().status == 200
