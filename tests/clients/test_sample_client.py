"""The portal on another site that `make run` opens, by HTTP; tests/browser has it in a browser."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.clients.contact import Contact
from tests.clients.site import Site

TOLD_WITHIN = 15.0
"""Seconds: what docs/portals/back-channel.md promises."""


@pytest.fixture
def site(house) -> Site:
    return Site(house.sample_client)


@pytest.fixture
def sam(someone: Callable[[], Contact]) -> Contact:
    return someone()


@pytest.fixture
def untold(site: Site, team: Callable[..., Any]) -> Iterator[None]:
    """The portal, as most are: nobody tells it of sign-outs."""
    changes = "portal", "set", "harbor", "help-center"
    team(*changes, "--reset", "backchannel-logout-uri")
    yield
    team(*changes, "--backchannel-logout-uri", f"{site.home}/backchannel-logout")


def signs_in(site: Site, contact: Contact, path: str = "/tickets/4711") -> None:
    back = contact.authorizes(site.opens(path).location)
    assert site.opens(back).location == site.home + path


class TestThePortal:
    def test_lets_a_contact_in_refreshes_asks_and_lets_them_go(self, site, sam):
        signs_in(site, sam)
        assert site.opens("/tickets/4711").status == 200
        assert site.knows["claims"]["email"] == sam.email

        site.opens("/refresh", method="POST")
        site.opens("/userinfo", method="POST")
        assert site.knows["refreshed"] == 1
        assert site.knows["userinfo"]["sub"] == site.knows["claims"]["sub"]

        left = sam.opens(site.opens("/sign-out", method="POST").location)
        assert left.location == f"{site.home}/signed-out"
        assert not site.knows["signed_in"]
        assert sam.is_asked(sam.opens(site.opens("/tickets").location))

    def test_lets_two_tabs_in_where_each_was(self, site, sam):
        began = [site.opens(path).location for path in ("/tickets/1", "/tickets/2")]
        first, second = [sam.authorizes(each) for each in began]

        assert site.opens(second).location == f"{site.home}/tickets/2"
        assert site.opens(first).location == f"{site.home}/tickets/1"
        assert sam.screens == 1

    def test_shows_a_page_with_a_way_on_where_nothing_was_begun(self, site, sam):
        back = sam.authorizes(site.opens("/tickets/1").location)
        elsewhere = Site(site.home)

        assert elsewhere.opens(back).status == 400

        assert 'id="trouble"' in elsewhere.text
        assert 'id="sign-in"' in elsewhere.text
        assert not elsewhere.knows["signed_in"]

    def test_is_told_that_a_contact_may_no_longer_come_in(self, site, sam, team):
        signs_in(site, sam)
        team("contact", "deactivate", "harbor", sam.email)

        # It asks nobody: its access token is good for minutes, and it has not refreshed.
        ends = time.monotonic() + TOLD_WITHIN
        while site.knows["signed_in"] and time.monotonic() < ends:
            time.sleep(0.2)
        assert not site.knows["signed_in"]
        assert site.knows["refreshed"] == 0

    def test_loses_a_deactivated_contact_when_it_refreshes(self, site, sam, untold, team):
        signs_in(site, sam)
        team("contact", "deactivate", "harbor", sam.email)
        assert site.knows["signed_in"]

        # It does so by itself once the access token is over: see tests/local.
        site.opens("/refresh", method="POST")

        assert not site.knows["signed_in"]

    def test_takes_whom_a_link_to_a_ticket_has_brought(self, site, house):
        link = house.link("personal", workspace="harbor", email="ann@example.com")
        ann = Contact(house, "ann@example.com")

        lands = ann.signs_in(link)["return_to"]["url"]
        assert lands.startswith(f"{site.home}/login?")
        back = ann.opens(site.opens(lands).location).location

        assert site.opens(back).location == f"{site.home}/tickets/4711"
        assert site.knows["claims"]["name"] == "Ann Archer"
        assert ann.screens == 1
