"""Portal areas: typed, so that no link can lead anywhere else."""

import pytest

from portico.links.destinations import DASHBOARD, Destination, choose, landing
from portico.people.rules import Workspace

ACME = Workspace(
    id="acme",
    name="Acme",
    portal_url="https://portal.acme.test/support",
    request_flows=["new-laptop", "v2.1_beta"],
)


class TestADestination:
    @pytest.mark.parametrize(
        ("text", "url"),
        [
            ("dashboard", "/"),
            ("tickets", "/tickets"),
            ("ticket:123", "/tickets/123"),
            ("ticket:ACME-123_b.4", "/tickets/ACME-123_b.4"),
            ("ticket:" + "9" * 64, "/tickets/" + "9" * 64),
            ("request:new-laptop", "/requests/new-laptop"),
            ("request:v2.1_beta", "/requests/v2.1_beta"),
        ],
    )
    def test_is_an_area_of_the_portal(self, text, url):
        chosen = choose(ACME, text)

        assert str(chosen) == text
        assert chosen.url(ACME) == f"https://portal.acme.test/support{url}"

    @pytest.mark.parametrize(
        "text",
        [
            None,
            "",
            " ",
            "Dashboard",
            "dashboard ",
            "dashboard\n",
            "ticket",
            "ticket:",
            "ticket:.",
            "ticket:..",
            "ticket:../admin",
            "ticket:a/b",
            "ticket:a?b",
            "ticket:a#b",
            "ticket:a%2fb",
            "ticket:a b",
            "ticket:a\r\nSet-Cookie: a=b",
            "ticket:1\n",
            "ticket:-1",
            "ticket:\u0661",
            "ticket:{id}",
            "ticket:" + "9" * 65,
            "request:",
            "tickets:1",
            "dashboard:1",
            "//evil.test",
            "/\\evil.test",
            "https://evil.test",
            "https:evil.test",
            "javascript:alert(1)",
            "data:text/html,x",
        ],
    )
    def test_is_nothing_else(self, text):
        assert Destination.parse(text) is None
        assert choose(ACME, text) == DASHBOARD

    def test_that_the_portal_does_not_have_is_the_dashboard(self):
        assert choose(ACME, "request:other-flow") == DASHBOARD
        without = Workspace(**ACME.row() | {"areas": {"dashboard": "/home"}})
        assert choose(without, "tickets").url(without) == "https://portal.acme.test/support/home"

    def test_that_is_asked_for_goes_before_the_one_of_the_link(self):
        assert str(choose(ACME, "tickets", "ticket:1")) == "tickets"
        assert str(choose(ACME, None, "ticket:1")) == "ticket:1"
        assert str(choose(ACME, "nonsense", "ticket:1")) == "ticket:1"
        assert str(choose(ACME, "nonsense", "request:gone")) == "dashboard"

    def test_has_the_path_that_the_workspace_gives_it(self):
        own = {"dashboard": "/app#/", "ticket": "/case.php?id={id}&v=1"}
        home = Workspace(**ACME.row() | {"areas": own})

        url = choose(home, "ticket:7").url(home)

        assert url == "https://portal.acme.test/support/case.php?id=7&v=1"


class TestAnAreaOfOurOwn:
    @pytest.mark.parametrize(
        ("text", "url"),
        [
            ("account", "https://signin.acme.test/acme#account"),
            ("team", "https://signin.acme.test/acme/team"),
        ],
    )
    def test_is_in_every_workspace_and_on_our_own_host(self, text, url):
        chosen = choose(ACME, text)

        assert str(chosen) == text
        assert landing(ACME, chosen, None, issuer="https://signin.acme.test") == url
