"""The console's *Portal*: open, closed and paused, and how its team comes in meanwhile."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.member import Member


@pytest.fixture
def member(person) -> Member:
    return Member(person)


def wants(member: Member, group: str) -> None:
    """Open the form of a group of settings, from the navigation on."""
    member.page.get_by_role("link", name="Portal", exact=True).click()
    member.presses(f"Change: {group}")
    member.sees_heading(group)


def changes_it(member: Member) -> None:
    member.presses("Look at the change")
    member.presses("Change it")
    member.is_told("Changed.")


class TestAClosedPortal:
    def test_is_opened_again_by_an_owner_who_comes_in_meanwhile(self, member, house, person_with):
        house.team("workspace", "set", "acme", "--portal-disabled")
        try:
            contact = person_with()
            contact.opens(house.link("shared"))
            contact.sees_heading("Portal unavailable")
            member.opens("portal")
            member.presses("Sign in")
            member.sees("You asked for: the team’s console")

            member.signs_in_there("olga@example.com")

            member.sees_heading("The portal and its look")
            wants(member, "Open or paused")
            member.field("Contacts can sign in").check()
            changes_it(member)
            contact.opens(house.link("shared"))
            expect(contact.page.get_by_label("Primary email")).to_be_visible()
        finally:
            house.team("workspace", "set", "acme", "--portal-enabled")

    def test_lets_no_member_into_the_portal(self, member, house):
        house.team("workspace", "set", "acme", "--portal-disabled")
        try:
            member.opens()
            member.presses("Sign in")
            member.signs_in_there("olga@example.com")
            member.sees_heading("Find a contact")

            member.person.opens(house.link("shared"))

            member.person.sees_heading("Portal unavailable")
        finally:
            house.team("workspace", "set", "acme", "--portal-enabled")


class TestAPause:
    def test_ends_early_and_a_half_done_sign_in_keeps_its_destination(
        self, member, house, person_with
    ):
        contact = person_with()
        contact.opens(house.link("shared"), to="tickets")
        contact.asks_for_a_code("ann@example.com")
        member.comes_in("admin")
        wants(member, "Open or paused")
        until = datetime.fromisoformat(house._get("/_local/clock")["now"]) + timedelta(days=365)
        member.types("Paused until", until.strftime("%Y-%m-%dT%H:%M"))
        changes_it(member)
        try:
            contact.page.reload()
            contact.sees_heading("Portal unavailable")
            wants(member, "Open or paused")
            member.types("Paused until", "")
            changes_it(member)
        finally:
            house.team("workspace", "set", "acme", "--reset", "paused-until")

        contact.page.get_by_role("button", name="Try again").click()
        contact.types(contact.reads_the_code())
        contact.continues()

        contact.lands_in_the_portal(at="/tickets")
