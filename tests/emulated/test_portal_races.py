"""Codes and refresh tokens of portals used at once, in real threads, on tables that really decide."""

from collections import Counter
from functools import partial

import pytest

from portico.events import Event
from portico.ids import digest
from portico.openid.registered_client import RegisteredClient as Registered
from portico.openid.store import RegisteredClients
from tests.emulated.house import House, at_once, house_at
from tests.openid.handed import is_running
from tests.support.driver import NOON
from tests.support.openid_site import CALLBACK, SIGNED_OUT, Site

SECRET = "pos_of-the-house"


@pytest.fixture
def house(emulator):
    with house_at(emulator, streams=False) as house:
        house.browser.signs_in()
        yield house


@pytest.fixture
def site(house: House) -> Site:
    registered = Registered(
        id="help",
        workspace_id=house.id,
        label="Help",
        redirect_uris=[CALLBACK],
        post_logout_uris=[SIGNED_OUT],
        secrets=[digest(SECRET)],
    )
    event = Event("portal.added", NOON, "portal-help", house.workspace.trail_days, by="test")
    people = house.stack.outputs["PeopleTable"]
    RegisteredClients(people, house.id).put(registered, house.team.workspace(house.id), event)
    return Site(house, registered, SECRET)


def servers(site: Site, count: int) -> list[Site]:
    """Servers of one portal, each with what it needs for the same sign-in."""
    return [Site(site.portal, site.registered, SECRET, site.verifier) for _ in range(count)]


def statuses(answers) -> Counter[int]:
    return Counter(answer.status for answer in answers)


class TestTwentyAtOnce:
    def test_rac_02_with_one_code_have_one_winner_who_does_not_keep_it(self, house, site):
        # Who was first is nobody's to know: of two who hold a code, one stole it.
        code = site.gets_a_code(house.browser)

        answers = at_once([partial(each.redeems, code) for each in servers(site, 20)])

        assert statuses(answers) == {200: 1, 400: 19}
        assert {each.body["error"] for each in answers if each.status == 400} == {"invalid_grant"}
        (tokens,) = [each.body for each in answers if each.status == 200]
        (family,) = [row for row in house.rows("sign-in") if "parent" in row]
        assert not is_running(family)
        assert site.refreshes(tokens["refresh_token"]).body["error"] == "invalid_grant"
        assert house.browser.refreshes().status == 200

    def test_with_one_refresh_token_go_on_together(self, house, site):
        held = site.signs_in(house.browser)["refresh_token"]
        house.forward(seconds=30)

        answers = at_once([partial(each.refreshes, held) for each in servers(site, 20)])

        assert statuses(answers) == {200: 20}
        (newest,) = {each.body["refresh_token"] for each in answers}
        assert newest != held
        house.forward(seconds=30)
        assert site.refreshes(newest).status == 200

    def test_visits_get_twenty_codes_each_good_once(self, house, site):
        askers = [Site(house, site.registered, SECRET) for _ in range(20)]

        codes = at_once([partial(each.sends, house.browser) for each in askers])

        assert statuses(codes) == {303: 20}
        assert len({each.headers["location"] for each in codes}) == 20


class TestASignOut:
    def test_beside_a_redemption_leaves_nothing_that_can_be_refreshed(self, house, site):
        begun = servers(site, 8)
        codes = [each.gets_a_code(house.browser) for each in begun]
        token = house.browser.refreshes().body["access_token"]
        works = [partial(each.redeems, code) for each, code in zip(begun, codes, strict=True)]

        *redeemed, _ = at_once([*works, partial(house.browser.signs_out, token)])

        assert {each.status for each in redeemed} <= {200, 400}
        for each in begun:
            if each.tokens:
                assert each.refreshes().body["error"] == "invalid_grant"

    def test_beside_a_refresh_leaves_nothing_that_can_be_refreshed(self, house, site):
        held = site.signs_in(house.browser)
        token = house.browser.refreshes().body["access_token"]
        house.forward(seconds=30)

        refreshed, _ = at_once(
            [
                partial(site.refreshes, held["refresh_token"]),
                partial(house.browser.signs_out, token),
            ]
        )

        newest = refreshed.body.get("refresh_token", held["refresh_token"])
        assert site.refreshes(newest).body["error"] == "invalid_grant"
