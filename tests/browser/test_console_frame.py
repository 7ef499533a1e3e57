"""The console's frame: the places and the one where somebody is, wide and narrow; and what stands on every screen."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.member import Member, asked_of
from tests.browser.test_console_looks import ANN

PLACES = ["Find a contact", "Contacts", "Directory", "Links", "Authentication", "Portal", "Logs", "Overview", "Changes", "Team", "Keys"]  # fmt: skip
NARROW = {"viewport": {"width": 360, "height": 740}}


@pytest.fixture
def member(person) -> Member:
    return Member(person)


@pytest.fixture
def pocket(person_with) -> Member:
    """A member with a telephone."""
    return Member(person_with(**NARROW))


def places(member: Member) -> Locator:
    return member.page.get_by_role("navigation", name="Screens")


def is_at(member: Member, place: str) -> None:
    """One place is marked, and it is this one."""
    expect(places(member).locator("[aria-current]")).to_have_text([place])


class TestThePlaces:
    def test_stand_beside_the_work_in_groups(self, member):
        member.comes_in()

        for group, names in {"People": PLACES[:3], "Sign-in": PLACES[3:6], "Insight": PLACES[6:9], "Administration": PLACES[9:]}.items():  # fmt: skip
            of_it = places(member).get_by_role("list", name=group, exact=True)
            expect(of_it.get_by_role("link")).to_have_text(names)
        beside, work = (member.page.locator(each).bounding_box() for each in ("#nav", "main"))
        assert beside
        assert work
        assert beside["x"] + beside["width"] <= work["x"]

    def test_are_those_of_the_role(self, member):
        member.comes_in("agent")

        expect(places(member).get_by_role("link")).to_have_text(
            ["Find a contact", "Directory", "Links", "Authentication", "Portal", "Changes"]
        )

    @pytest.mark.parametrize(
        ("screen", "place"),
        [
            ("new-key", "Keys"),
            ("ways-in", "Team"),
            ("change=portal-look", "Portal"),
            ("logo", "Portal"),
            ("change=authentication-ways", "Authentication"),
            ("new-connection=google", "Authentication"),
            ("new-link", "Links"),
            ("import", "Contacts"),
            ("add", "Find a contact"),
            ("directory", "Directory"),
        ],
    )
    def test_are_marked_on_their_other_screens(self, member, screen, place):
        member.comes_in()

        member.opens(screen)

        is_at(member, place)

    def test_are_marked_after_a_change_is_saved_and_undone(self, member):
        member.comes_in()
        member.opens("change=portal-look")
        member.field("Show “Sign-in by Portico”").uncheck()
        member.presses("Look at the change")
        member.presses("Change it")
        member.is_told("Changed.")
        is_at(member, "Portal")

        member.presses("Undo")

        member.is_told("Undone")
        is_at(member, "Portal")

    def test_keep_the_one_by_which_a_contact_was_reached(self, member):
        member.comes_in()
        places(member).get_by_role("link", name="Contacts", exact=True).click()
        member.page.get_by_role("main").get_by_role("link", name="Ann Archer").click()
        member.sees_heading("Ann Archer")

        is_at(member, "Contacts")

        member.finds("ann@example.com")
        member.sees_heading("Ann Archer")
        is_at(member, "Find a contact")

    def test_read_anew_when_the_one_where_somebody_is_is_pressed(self, member):
        member.comes_in()
        member.opens("links")
        expect(member.part("Links")).to_be_visible()
        asked = asked_of(member, "GET", r"/links")

        with member.page.expect_response(re.compile("/links")):
            places(member).get_by_role("link", name="Links", exact=True).click()

        expect(member.part("Links")).to_be_visible()
        assert len(asked) == 1

    def test_keep_their_place_from_press_to_press(self, member):
        member.comes_in()
        seen = []
        for name in PLACES:
            places(member).get_by_role("link", name=name, exact=True).click()
            is_at(member, name)
            seen.append(member.page.locator("#nav").bounding_box())

        assert all(each == seen[0] for each in seen)


class TestTheMenu:
    def test_takes_one_row_of_a_narrow_screen(self, pocket):
        pocket.comes_in()

        heading = pocket.page.get_by_role("heading", level=1).bounding_box()

        assert heading
        assert heading["y"] < 100
        expect(places(pocket)).to_have_count(0)

    def test_is_opened_and_closed_by_the_keyboard(self, pocket):
        pocket.comes_in()
        menu = pocket.page.get_by_role("button", name="Menu", exact=True)
        expect(menu).to_have_attribute("aria-expanded", "false")

        menu.focus()
        pocket.page.keyboard.press("Enter")
        expect(menu).to_have_attribute("aria-expanded", "true")
        expect(places(pocket).get_by_role("link")).to_have_count(len(PLACES))
        expect(pocket.offers("Sign out")).to_be_visible()
        pocket.person.finds_no_barrier()
        pocket.page.keyboard.press("Tab")
        pocket.page.keyboard.press("Escape")

        expect(places(pocket)).to_have_count(0)
        expect(menu).to_be_focused()

    def test_leads_to_a_place_and_is_closed_there(self, pocket):
        pocket.comes_in()
        pocket.presses("Menu")

        places(pocket).get_by_role("link", name="Keys", exact=True).click()

        pocket.sees_heading("Keys for machines")
        expect(places(pocket)).to_have_count(0)
        expect(pocket.page.get_by_role("heading", level=1)).to_be_focused()

    def test_is_not_offered_where_the_places_stand(self, member):
        member.comes_in()

        expect(member.offers("Menu")).to_have_count(0)


class TestTheColours:
    def test_are_the_workspaces_on_its_sign_alone(self, member, house):
        house.team("workspace", "set", "acme", "--accent-color", "#cc0000")
        try:
            member.comes_in()
            member.opens("keys")

            make = member.offers("Make a key")
            expect(make).not_to_have_css("background-color", "rgb(204, 0, 0)")
            sign = member.page.locator("#brand")
            assert "204" in sign.evaluate("each => getComputedStyle(each).getPropertyValue('--accent').replace('#cc0000', '204')")  # fmt: skip
        finally:
            house.team("workspace", "set", "acme", "--accent-color", "#2456e6")


class TestAClosedPortal:
    @pytest.fixture
    def pause(self, house):
        """Begins once somebody is in: they come by a link of contacts."""
        yield lambda: house.team("workspace", "set", "acme", "--paused-until", "365d")
        house.team("workspace", "set", "acme", "--reset", "paused-until")

    def test_that_is_paused_is_told_on_every_screen_and_opened_by_who_may(self, member, pause):
        member.comes_in("admin")
        told = member.page.get_by_role("complementary", name="No contact can sign in")
        pause()
        for screen in ("find", "links", f"contact={ANN}", "portal"):
            member.opens(screen)
            expect(told).to_contain_text(re.compile(r"paused until .* (GMT|UTC)"))
        expect(member.part("Open or paused")).to_contain_text("on, but paused now")

        member.presses("End the pause")
        member.sees_heading("Before and after")
        member.sees("Every contact can sign in again at once.")
        expect(member.page.get_by_text("cannot sign in until then;")).to_have_count(0)
        member.presses("Change it")

        member.is_told("Changed.")
        expect(told).to_be_hidden()

    def test_is_told_to_who_may_not_open_it(self, member, pause):
        member.comes_in("agent")
        pause()
        member.opens("find")

        told = member.page.get_by_role("complementary", name="No contact can sign in")
        expect(told).to_be_visible()
        expect(told.get_by_role("button")).to_have_count(0)
        member.person.finds_no_barrier()

    def test_that_is_off_is_told_as_well(self, member, house):
        member.comes_in("admin")
        house.team("workspace", "set", "acme", "--portal-disabled")
        try:
            member.opens("find")
            member.presses("Switch the portal on")
            member.presses("Change it")

            member.is_told("Changed.")
            expect(member.page.get_by_role("complementary")).to_have_count(0)
        finally:
            house.team("workspace", "set", "acme", "--portal-enabled")

    @pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Tokyo"])
    def test_has_its_times_in_the_zone_that_the_foot_names(self, person_with, zone):
        member = Member(person_with(timezone_id=zone))

        member.comes_in()

        expect(member.page.get_by_role("contentinfo")).to_contain_text(f"Times are in the time zone {zone}.")  # fmt: skip


class TestTheWayToTheContent:
    def test_leads_to_the_screen_that_is_shown(self, member):
        member.comes_in()
        member.opens("links")
        member.sees_heading("Shared links")

        member.page.get_by_role("link", name="Skip to the content").focus()
        member.page.keyboard.press("Enter")

        expect(member.page.get_by_role("heading", level=1)).to_be_focused()
        member.sees_heading("Shared links")
        assert member.page.url.endswith("#links")


class TestAScreenThatARoleMayNotUse:
    @pytest.mark.parametrize("screen", ["new-key", "new-member", "change=portal-look", "new-link"])
    def test_is_not_shown_by_its_address(self, member, screen):
        member.comes_in("auditor")

        member.opens(screen)

        member.is_told("Your role does not allow this any more.")
        expect(member.page.get_by_role("main").get_by_role("textbox")).to_have_count(0)
