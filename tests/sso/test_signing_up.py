"""A provider's account of somebody who is no contact yet: the proof makes both
(codes/pending_identity.py)."""

import pytest


@pytest.fixture
def house(connected, portal):
    portal.sets(sign_up=True)
    return portal


def identities(house):
    return [row for row in house.rows("people") if row["sk"] == "identity"]


def proves(house, browser, email="eve@example.com"):
    """Go to a provider that names no address, and prove one."""
    came_back = browser.signs_in_with("facebook", "ben", to="tickets")
    assert browser.gives_an_address(came_back.told, email).status == 202
    house.delivers_mail()


class TestAStranger:
    def test_becomes_a_contact_with_the_account_connected(self, house):
        proves(house, house.browser)
        before = identities(house)

        answer = house.browser.types_the_mailed_code()

        assert before == []
        assert answer.body["new"] is True
        assert answer.body["contact"]["email"] == "eve@example.com"
        assert answer.body["return_to"]["area"] == "tickets"
        assert [row["contact"] for row in identities(house)] == [answer.body["contact"]["id"]]

    def test_mai_07_is_counted_at_the_door_as_a_sign_up(self, house):
        proves(house, house.browser)

        (row,) = [row for row in house.rows("sign-in") if row["pk"].startswith("-net#")]
        assert row["sign_up"] == 1

    def test_signs_in_with_it_the_next_time(self, house):
        proves(house, house.browser)
        made = house.browser.types_the_mailed_code().body["contact"]["id"]
        other = house.another_browser()

        arrived = other.signs_in_with("facebook", "ben")

        assert arrived.headers["location"].startswith("https://portal.acme.test")
        assert other.refreshes().body["contact"]["id"] == made

    @pytest.mark.parametrize(
        "settings",
        [
            {"sign_up": False},
            {"sign_up_domains": ["example.net"]},
            {"sign_up_blocked": ["example.com"]},
        ],
    )
    def test_stays_one_where_the_team_does_not_let_them_in(self, house, settings):
        house.sets(**settings)

        proves(house, house.browser)

        assert house.mails == []
        assert identities(house) == []

    def test_pwd_05_leaves_nothing_behind_without_the_code(self, house):
        before = house.rows("people")

        proves(house, house.browser)

        assert house.rows("people") == before
