"""What rows weigh: every byte over a kilobyte doubles what a write costs."""

from dataclasses import dataclass, field

import pytest

from portico.aws.values import Row
from tests.support.driver import Browser, Portal
from tests.support.openid_site import Site
from tests.support.row_capacity import KILOBYTE, size_of, write_units

EMAIL = "maximiliane.wassermann@mail.northwind.example"


@dataclass
class Weighed:
    """A sign-in at a workspace with a long name, from IPv6, with a long address, by a portal."""

    portal: Portal
    browser: Browser
    challenge: dict[str, int] = field(default_factory=dict)

    def weigh(self, step: str) -> None:
        self.challenge[step] = size_of(self.portal.challenge_row(self.browser))


def row(portal: Portal, table: str, kind: str) -> Row:
    rows = [r for r in portal.rows(table) if r["pk"].startswith(portal.id)]
    return max((r for r in rows if r["sk"].startswith(kind)), key=size_of)


@pytest.fixture
def weighed(portal: Portal) -> Weighed:
    northwind = portal.neighbour("northwind-support")
    northwind.sets(portal_url="https://portal.northwind-support.example")
    northwind.adds("Maximiliane Wassermann-Schulze", EMAIL)
    browser = northwind.another_browser(
        source_ip="2001:db8:1234:5678:9abc:def0:1234:5678",
        origin="https://portal.northwind-support.example",
    )
    weighed = Weighed(northwind, browser)
    browser.asks_for_a_code(EMAIL, to="request:new-laptop")
    weighed.weigh("asked")
    northwind.delivers_mail()
    weighed.weigh("mailed")
    browser.types("0000000")
    weighed.weigh("refused")
    northwind.forward(seconds=30)
    browser.asks_again()
    weighed.weigh("asked again")
    northwind.delivers_mail()
    weighed.weigh("mailed again")
    browser.types("0000001")
    weighed.weigh("refused again")
    northwind.forward(seconds=60)
    browser.asks_again()
    northwind.delivers_mail()
    weighed.weigh("mailed a third time")
    assert browser.types_the_mailed_code().status == 200
    northwind.forward(minutes=1)
    assert browser.refreshes().status == 200
    return weighed


class TestARow:
    def test_of_a_challenge_stays_under_a_kilobyte_for_three_mails(self, weighed):
        assert {step: write_units(size) for step, size in weighed.challenge.items()} == (
            dict.fromkeys(weighed.challenge, 1)
        ), weighed.challenge

    def test_of_a_contact_a_session_and_a_budget_stays_under_a_kilobyte(self, weighed):
        portal = weighed.portal
        heads = size_of(row(portal, "people", "head"))
        sessions = size_of(row(portal, "sign-in", "session#"))
        budgets = max(size_of(r) for r in portal.rows("sign-in") if r["pk"].startswith("-"))

        assert max(heads, sessions, budgets) < KILOBYTE

    def test_of_a_portals_code_and_its_session_stays_under_a_kilobyte(self, weighed):
        portal = weighed.portal
        site = Site.register(portal, "customer-help-center")
        site.signs_in(weighed.browser, nonce="n" * 43, state="s" * 43)
        kinds = ("code", "held#")
        begun = {kind: size_of(row(portal, "sign-in", kind)) for kind in kinds}
        portal.forward(minutes=1)
        assert site.refreshes().status == 200
        refreshed = size_of(row(portal, "sign-in", "held#"))

        assert max(*begun.values(), refreshed) < KILOBYTE, (begun, refreshed)

    def test_of_a_workspace_is_read_for_one_unit(self, weighed):
        assert size_of(row(weighed.portal, "people", "door")) < 4 * KILOBYTE

    def test_is_weighed_as_dynamodb_weighs(self):
        # Names and text by their bytes; numbers by pairs of digits; 3 for a list or map and
        # 1 for each thing in it.
        assert size_of({"pk": "acme#x", "n": 1795262400}) == 2 + 6 + 1 + 5
        assert size_of({"é": "é"}) == 4
        assert size_of({"m": {"a": [1, True]}}) == 1 + 3 + (1 + 1 + 3 + (1 + 2) + (1 + 1))


class TestASignIn:
    """By the rows' sizes, as docs/performance.md counts: a transaction's write costs twice."""

    def test_is_verified_for_five_write_units(self, weighed):
        attempt = write_units(max(weighed.challenge.values()))
        session = 2 * write_units(size_of(row(weighed.portal, "sign-in", "session#")))
        head = 2 * write_units(size_of(row(weighed.portal, "people", "head")))

        assert attempt + session + head == 5

    def test_is_mailed_for_three(self, weighed):
        claim = write_units(weighed.challenge["mailed"])
        sent = write_units(weighed.challenge["mailed"])
        budget = write_units(
            max(
                size_of(r) for r in weighed.portal.rows("sign-in") if r["pk"].startswith("-mailbox")
            )
        )

        assert claim + sent + budget == 3
