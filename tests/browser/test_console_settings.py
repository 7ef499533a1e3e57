"""The console's settings: before and after, who is touched, a fresh sign-in, and an undo."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Route, expect

from tests.browser.member import Member, answer_to, losing_the_answer


@pytest.fixture
def member(person) -> Member:
    return Member(person)


def wants(member: Member, screen: str, group: str) -> None:
    """Open the form of a group of settings, from the navigation on."""
    menu = member.page.get_by_role("button", name="Menu", exact=True)
    if menu.is_visible():
        menu.click()
    member.page.get_by_role("link", name=screen, exact=True).click()
    member.presses(f"Change: {group}")
    member.sees_heading(group)


class TestAChange:
    def test_shows_before_and_after_and_who_is_touched_and_is_undone(self, member):
        member.comes_in("admin")
        wants(member, "Authentication", "Sign-up")
        member.field("New people may sign up").check()
        member.types("Only from these domains", "example.com\nexample.net")

        member.presses("Look at the change")
        member.sees_heading("Before and after")
        row = member.row("New people may sign up")
        expect(row.get_by_role("cell")).to_have_text(["New people may sign up", "off", "on"])
        expect(member.row("Only from these domains")).to_contain_text("example.com, example.net")
        member.sees("Everybody who opens a shared link can become a contact.")
        member.presses("Change it")
        member.is_told("Changed. You can undo it.")
        expect(member.part("Sign-up")).to_contain_text("example.com, example.net")

        member.presses("Undo")

        member.is_told("Undone: it is as it was before.")
        expect(member.part("Sign-up")).not_to_contain_text("example.com")

    @pytest.mark.parametrize(
        ("seconds", "said"), [(604800, "7 days"), (129600, "36 hours"), (5400, "90 minutes")]
    )
    def test_says_how_long_in_the_largest_unit_that_is_whole(self, member, seconds, said):
        def read(route: Route) -> None:
            whole = answer_to(member, route).json()
            whole["settings"]["session_absolute_seconds"] = seconds
            route.fulfill(json=whole)

        member.page.route("**/acme/settings", read)
        member.comes_in("admin")
        member.page.get_by_role("link", name="Authentication", exact=True).click()

        expect(member.part("Sessions and links")).to_contain_text(said)

    def test_of_nothing_is_none(self, member):
        member.comes_in("admin")
        wants(member, "Authentication", "Ways in")

        member.presses("Look at the change")

        member.is_told("Nothing is different from what is set now.")

    def test_that_is_not_allowed_says_what_to_check(self, member):
        member.comes_in("admin")
        wants(member, "Authentication", "Sessions and links")
        member.types("New links are good for (days)", "99999")
        member.presses("Look at the change")

        member.presses("Change it")

        member.is_told("Check New links are good for (days):")
        member.presses("Back")
        expect(member.field("New links are good for (days)")).to_have_value("99999")

    def test_of_the_colour_is_picked_and_looked_at_before_it_is_compared(self, member):
        member.comes_in("admin")
        wants(member, "Portal", "Name and look")
        member.types("Accent colour", "red")
        member.presses("Look at the change")
        member.is_told("red is no colour that we know.")
        expect(member.field("Accent colour")).to_have_attribute("aria-invalid", "true")

        member.field("Pick a colour").fill("#aa3300")
        expect(member.field("Accent colour")).to_have_value("#aa3300")
        member.person.finds_no_barrier()
        member.presses("Look at the change")

        member.sees_heading("Before and after")
        swatches = member.row("Accent colour").locator(".swatch")
        expect(swatches.nth(1)).to_have_css("background-color", "rgb(170, 51, 0)")

    def test_is_owners_and_admins_to_make(self, member):
        for role in ("agent", "auditor"):
            member.comes_in(role)
            for screen in ("Authentication", "Portal"):
                member.page.get_by_role("link", name=screen, exact=True).click()
                member.sees("Owners and admins can change this.")
                expect(member.page.get_by_role("button", name="Change")).to_have_count(0)

    def test_that_another_has_overtaken_shows_the_values_of_now(self, member, house):
        member.comes_in("admin")
        wants(member, "Authentication", "Sessions and links")
        member.types("New links are good for (days)", "45")
        member.presses("Look at the change")
        expect(member.row("New links are good for")).to_contain_text("90")
        house.team("workspace", "set", "acme", "--link-days", "60")
        try:
            member.presses("Change it")
            member.is_told("Somebody else changed the settings meanwhile.")
            expect(member.row("New links are good for")).to_contain_text("60")

            member.presses("Change it")

            member.is_told("Changed.")
            expect(member.part("Sessions and links")).to_contain_text("(days)45")
        finally:
            house.team("workspace", "set", "acme", "--link-days", "90")

    def test_whose_answer_got_lost_is_made_once(self, member, house):
        member.comes_in("admin")
        wants(member, "Authentication", "Sessions and links")
        member.types("New links are good for (days)", "45")
        member.presses("Look at the change")
        try:
            member.page.route("**/acme/settings", losing_the_answer(member))
            member.presses("Change it")
            member.is_told("No answer came.")
            member.page.unroute("**/acme/settings")

            member.presses("Change it")

            member.is_told("Saved.")
            expect(member.part("Sessions and links")).to_contain_text("(days)45")
        finally:
            house.team("workspace", "set", "acme", "--link-days", "90")

    def test_whose_answer_comes_late_takes_nobody_back(self, member):
        member.comes_in("admin")
        with member.page.expect_response("**/acme/settings") as read:
            wants(member, "Portal", "Name and look")
        held: list[Route] = []
        member.page.route(
            "**/acme/settings",
            lambda route: (
                held.append(route) if route.request.method == "PATCH" else route.fallback()
            ),
        )
        member.types("Name of the workspace", "Late")
        member.presses("Look at the change")
        with member.page.expect_request(lambda each: each.method == "PATCH"):
            member.presses("Change it")
        member.page.get_by_role("link", name="Links", exact=True).click()
        member.sees_heading("Shared links")

        with member.page.expect_response(lambda each: each.request.method == "PATCH"):
            held[0].fulfill(json={"settings": read.value.json()["settings"], "change": None})

        member.page.wait_for_timeout(200)
        member.sees_heading("Shared links")
        assert member.page.url.endswith("#links")

    def test_that_weakens_asks_for_a_fresh_sign_in_and_loses_nothing(self, member, house):
        member.comes_in("admin")
        wants(member, "Authentication", "Sign-up")
        member.field("New people may sign up").check()
        member.types("Only from these domains", "example.com")
        house.forward(minutes=20)
        member.presses("Look at the change")

        member.presses("Change it")
        member.is_told("This needs a sign-in from the last 15 minutes.")
        member.signs_in_again("adam@example.com")

        member.sees_heading("Sign-up")
        expect(member.field("New people may sign up")).to_be_checked()
        expect(member.field("Only from these domains")).to_have_value("example.com")
        member.presses("Look at the change")
        member.presses("Change it")
        member.is_told("Changed.")
        member.presses("Undo")
        member.is_told("Undone")


class TestTheSocialSwitch:
    def test_is_followed_by_the_page(self, member, house, person_with):
        member.comes_in("admin")
        wants(member, "Authentication", "Ways in")
        member.field("Other accounts (Google, Microsoft and others)").uncheck()
        member.presses("Look at the change")
        member.sees("Whoever signs in with another account uses another way from now on.")
        member.presses("Change it")
        member.is_told("Changed.")
        contact = person_with()
        contact.opens(house.link("shared"))
        expect(contact.page.get_by_label("Primary email")).to_be_visible()
        expect(contact.page.get_by_role("button", name="Google")).to_have_count(0)

        member.presses("Undo")
        member.is_told("Undone")

        contact.opens(house.link("shared"))
        expect(contact.page.get_by_role("button", name="Google")).to_be_visible()


class TestAPause:
    def test_closes_the_page_with_a_text_and_is_ended(self, member, house, person_with):
        member.comes_in("admin")
        wants(member, "Portal", "Open or paused")
        now = datetime.fromisoformat(house._get("/_local/clock")["now"])
        # Far enough for the browser's clock too, which nobody moves.
        until = now + timedelta(days=365)
        member.types("Paused until", until.strftime("%Y-%m-%dT%H:%M"))
        member.types("What the page says meanwhile", "We move house until Monday.")
        member.presses("Look at the change")
        member.sees("Your contacts cannot sign in until then; the team can, by the console.")
        member.presses("Change it")
        member.is_told("Changed.")
        try:
            contact = person_with()
            contact.opens(house.link("shared"))
            contact.sees("We move house until Monday.")
        finally:
            member.presses("Undo")

        member.is_told("Undone")
        contact.opens(house.link("shared"))
        expect(contact.page.get_by_label("Primary email")).to_be_visible()


class TestTheLook:
    def test_of_the_workspace_is_shown_at_once(self, member, house):
        member.comes_in("admin")
        wants(member, "Portal", "Name and look")
        member.types("Name of the workspace", "<b>Acme</b> & Co")
        member.presses("Look at the change")
        member.presses("Change it")
        member.is_told("Changed.")

        banner = member.page.get_by_role("banner")
        expect(banner).to_contain_text("<b>Acme</b> & Co")
        assert banner.locator("b").count() == 0

        member.presses("Undo")
        member.is_told("Undone")
        expect(banner).to_contain_text("Acme Support")
