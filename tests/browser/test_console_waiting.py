"""The console's *Team*: what keeps members out until an owner confirms it."""

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.member import Member

WAITS = "Waits for an owner"


@pytest.fixture
def member(person) -> Member:
    return Member(person)


@pytest.fixture
def moved(house) -> Iterator[str]:
    """A member whose address was changed just now; the new one."""
    before, after = (f"{secrets.token_hex(4)}@example.org" for _ in range(2))
    house.team("contact", "add", "acme", "--name", "Max <b>Moved</b>", "--email", before)
    house.team("team", "add", "acme", before, "--role", "agent")
    house.team("contact", "set", "acme", before, "--email", after)
    yield after
    house.team("team", "remove", "acme", after)


class TestWhatWaits:
    def test_is_confirmed_by_an_owner_with_one_press(self, member, moved):
        member.comes_in("owner")
        member.page.get_by_role("link", name="Team", exact=True).click()
        item = member.part(WAITS).get_by_role("listitem").filter(has_text=moved)
        expect(item).to_contain_text("Max <b>Moved</b> has had another address for a short time")

        item.get_by_role("button", name="Confirm Max <b>Moved</b>").click()

        member.is_told("Confirmed: Max <b>Moved</b>.")
        expect(member.part("Members").get_by_role("row").filter(has_text=moved)).to_be_visible()
        expect(item).to_have_count(0)

    @pytest.mark.parametrize("role", ["admin", "auditor"])
    def test_is_seen_by_others_and_confirmed_by_none_of_them(self, member, moved, role):
        member.comes_in(role)
        member.opens("team")

        waits = member.part(WAITS)

        expect(waits.get_by_role("listitem").filter(has_text=moved)).to_be_visible()
        expect(waits).to_contain_text("An owner can confirm it.")
        expect(waits.get_by_role("button")).to_have_count(0)

    def test_is_nothing_that_a_member_confirms_of_themselves(self, member):
        member.comes_in("owner")
        me = {"contact": "ct_demo-acme-olga-0000000", "email": "olga@example.com", "name": "Olga Ortiz",
              "active": True, "role": "owner", "since": 1, "etag": '"0"'}  # fmt: skip
        waiting = [
            {"what": "address", "id": me["contact"], "until": 1795262400},
            {"what": "connection", "id": "google", "until": None},
        ]
        member.page.route(
            "**/acme/team", lambda route: route.fulfill(json={"members": [me], "waiting": waiting})
            if "/v1/" in route.request.url else route.continue_(),
        )  # fmt: skip

        member.opens("team")

        expect(member.part(WAITS).get_by_role("listitem")).to_have_count(2)
        expect(member.part(WAITS).get_by_role("button")).to_have_count(1)
        expect(member.part(WAITS).get_by_role("button", name="Confirm Google")).to_be_visible()

    def test_shows_nothing_where_nothing_waits(self, member):
        member.comes_in("owner")
        member.page.route(
            "**/v1/workspaces/acme/team",
            lambda route: route.fulfill(json={"members": [], "waiting": []}),
        )
        member.page.route(
            "**/v1/workspaces/acme/keys", lambda route: route.fulfill(json={"keys": []})
        )

        member.opens("team")

        expect(member.part("Members")).to_be_visible()
        expect(member.part(WAITS)).to_have_count(0)

    def test_names_a_key_that_is_held_and_leads_to_it(self, member):
        member.comes_in("owner")
        key = {"id": "k", "label": "Old <i>desk</i>", "state": "held", "scope": "links",
               "owner": "ct_x", "created_at": 1, "expires_at": 1795262400}  # fmt: skip
        member.page.route(
            "**/v1/workspaces/acme/keys", lambda route: route.fulfill(json={"keys": [key]})
        )
        member.opens("team")

        member.part(WAITS).get_by_role("button", name="Go to the key Old <i>desk</i>").click()

        member.sees_heading("Keys for machines")
