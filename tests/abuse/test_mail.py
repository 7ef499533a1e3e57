"""What strangers would like our mails to do: MAI-02 in full size, and MAI-04."""

import json
import re

import pytest

from tests.support.doors import Answer

INBOUND = ["support@help.acme.test", "reply@help.acme.test", "ann@tickets.acme.test"]
ALIASES = [
    "support@help.acme.test",
    "Support@Help.Acme.Test",
    "support+anything@help.acme.test",
    "reply+4711.abcdef@help.acme.test",
    "reply+@help.acme.test",
    "ann@tickets.acme.test",
]


def masked(answer: Answer) -> str:
    """All that a browser sees, but for ids that are random."""
    text = json.dumps(answer.event, sort_keys=True)
    text = re.sub(r"chl_[a-z0-9-]+_[A-Za-z0-9_-]{22}", "chl_…", text)
    return re.sub(r'\\"label\\":\\"[B-Z]{2}\\"', "label", text)


class TestTheHelpDesksOwnAddresses:
    """A code that is mailed there stands in a ticket, for everybody who can read tickets."""

    @pytest.mark.parametrize("alias", ALIASES)
    def test_mai_04_are_mailed_nothing_though_they_are_contacts(self, portal, alias):
        portal.adds("Help Desk", alias)
        portal.sets(inbound_addresses=INBOUND)

        answer = portal.browser.asks_for_a_code(alias)
        portal.delivers_mail()

        assert answer.status == 202
        assert portal.mails == []
        assert portal.challenge_row()["withheld_1"] == "inbound-address"

    def test_mai_04_are_answered_like_every_other(self, portal):
        portal.adds("Help Desk", "support@help.acme.test")
        portal.sets(inbound_addresses=INBOUND)
        desk, ann, nobody = (portal.another_browser() for _ in range(3))
        asked = [
            masked(browser.asks_for_a_code(email))
            for browser, email in (
                (desk, "support+1@help.acme.test"),
                (ann, "ann@example.com"),
                (nobody, "nobody@example.com"),
            )
        ]
        portal.delivers_mail()
        portal.forward(seconds=30)
        again = [masked(browser.asks_again()) for browser in (desk, ann, nobody)]

        assert len(set(asked)) == len(set(again)) == 1

    def test_mai_04_are_mailed_nothing_through_a_personal_link_or_again(self, portal):
        portal.adds("Help Desk", "support@help.acme.test")
        token = portal.personal_link("support@help.acme.test")
        portal.sets(inbound_addresses=INBOUND)

        portal.browser.asks_for_a_code(None, link=token)
        portal.delivers_mail()
        portal.forward(seconds=30)
        portal.browser.asks_again()
        portal.delivers_mail()

        assert portal.mails == []

    def test_mai_04_cost_their_mailbox_nothing(self, portal):
        # A desk that is moved to another address can be signed in to at once.
        portal.adds("Help Desk", "support@help.acme.test")
        portal.sets(inbound_addresses=INBOUND)
        for _ in range(6):
            portal.browser.asks_for_a_code("support@help.acme.test")
            portal.delivers_mail()
        portal.sets(inbound_addresses=[])

        portal.browser.asks_for_a_code("support@help.acme.test")
        portal.delivers_mail()

        assert len(portal.mails) == 1

    def test_mai_04_cannot_answer_one_of_our_mails(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        message = portal.mails[0].message
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["X-Auto-Response-Suppress"] == "All"
        assert "Reply-To" not in message
        assert "List-Unsubscribe" not in message

    def test_mai_04_of_one_workspace_are_nothing_to_another(self, portal):
        globex = portal.neighbour()
        globex.adds("Help Desk", "support@help.acme.test")
        portal.sets(inbound_addresses=INBOUND)

        globex.browser.asks_for_a_code("support@help.acme.test")
        globex.delivers_mail()

        assert len(portal.mails) == 1


@pytest.mark.slow
class TestTwoHundredNetworksAndFiftyWorkspaces:
    def test_mai_02_bring_no_more_mails_than_one(self, portal, capsys):
        homes = [portal, *(portal.neighbour(f"tenant-{n}") for n in range(1, 50))]
        seen: set[str] = set()

        for n in range(200):
            home = homes[n % len(homes)]
            browser = home.another_browser(source_ip=f"198.51.100.{n}", origin=None)
            seen.add(masked(browser.asks_for_a_code()))
            if n % 50 == 49:
                portal.delivers_mail()
                portal.forward(seconds=31)
                seen.add(masked(browser.asks_again()))
                portal.delivers_mail()

        assert len(portal.mails) == 4
        # A first request and a resend; each looks the same for whoever sends it.
        assert len(seen) == 2
        # What the alarm is about.
        assert capsys.readouterr().out.count('"withheld-mailbox-budget"') >= 196
