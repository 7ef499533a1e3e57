"""The console's *Portal*: open, closed and paused, and how its team comes in meanwhile."""

import base64
import re
import secrets
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, expect

from tests.browser.member import Member

IS_HIDDEN = "e => e.contentDocument.documentElement.scrollHeight - e.clientHeight"
"""How much of a frame's content is: pixels."""
PNG_START = b"\x89PNG\r\n\x1a\n"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""A PNG of one pixel."""


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


class TestThePreview:
    @pytest.fixture
    def preview(self, member) -> FrameLocator:
        member.comes_in("admin")
        wants(member, "Name and look")
        inside: FrameLocator = member.page.frame_locator("iframe.of-page")
        # Nothing in it is there for a keyboard or a screen reader, so no role finds it.
        expect(inside.locator("h1")).to_have_text("Sign in to Acme Support")
        return inside

    def test_follows_what_is_typed_before_it_is_saved(self, member, preview):
        member.types("Name of the workspace", "<b>Acme</b> & Sons")
        member.types("Accent colour", "#aa0000")

        heading = preview.locator("h1")
        expect(heading).to_have_text("Sign in to <b>Acme</b> & Sons")
        assert heading.locator("b").count() == 0
        press = preview.locator("#email-me")
        expect(press).to_have_css("background-color", "rgb(170, 0, 0)")
        expect(member.page.get_by_role("banner")).to_contain_text("Acme Support")

    def test_is_in_any_language_light_and_dark(self, member, preview):
        member.chooses("Light or dark", "Dark")
        expect(preview.locator("main")).to_have_css("background-color", "rgb(26, 29, 36)")
        member.chooses("Light or dark", "Light")
        expect(preview.locator("main")).to_have_css("background-color", "rgb(255, 255, 255)")

        member.chooses("Language of the preview", "العربية")

        expect(preview.locator("html")).to_have_attribute("dir", "rtl")
        expect(preview.locator("h1")).to_contain_text("Acme Support")

    @pytest.mark.parametrize("width", [360, 1280])
    def test_is_drawn_again_without_moving_the_screen(self, member, preview, width):
        member.page.set_viewport_size({"width": width, "height": 740})
        mail = member.page.frame_locator("iframe.of-mail")
        expect(mail.locator("body")).to_contain_text("Acme Support")
        member.chooses("Light or dark", "Dark")
        expect(preview.locator("main")).to_have_css("background-color", "rgb(26, 29, 36)")
        # Not to the very end: a mail may be some lines shorter on a light screen.
        end = "document.body.scrollHeight - innerHeight - 100"
        at = member.page.evaluate(f"scrollTo(0, {end}), scrollY")
        assert at > 0

        # Not by select_option, which scrolls to what it chooses in.
        theme = member.field("Light or dark")
        theme.evaluate("e => { e.value = 'light'; e.dispatchEvent(new Event('change')); }")

        expect(preview.locator("main")).to_have_css("background-color", "rgb(255, 255, 255)")
        assert member.page.evaluate("scrollY") == at

    def test_is_whole_however_narrow_the_screen_gets(self, member, preview):
        mail = member.page.frame_locator("iframe.of-mail")
        expect(mail.locator("body")).to_contain_text("Acme Support")

        for width in (360, 1280):
            member.page.set_viewport_size({"width": width, "height": 740})
            for frame in member.page.locator("iframe.of-page, iframe.of-mail").all():
                ends = time.monotonic() + 5
                while frame.evaluate(IS_HIDDEN) and time.monotonic() < ends:
                    member.page.wait_for_timeout(100)
                assert frame.evaluate(IS_HIDDEN) == 0

    def test_does_nothing_when_it_is_pressed(self, member, preview):
        heard: list[str] = []
        member.page.on("request", lambda request: heard.append(request.url))
        frame = member.page.locator("iframe.of-page")
        frame.scroll_into_view_if_needed()
        place = preview.locator("#email-me").bounding_box()
        assert place

        member.page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        member.page.wait_for_timeout(300)

        assert heard == []
        expect(frame).not_to_be_focused()
        # No script, no form, no way out; and no keyboard comes in.
        expect(frame).to_have_attribute("sandbox", "allow-same-origin")
        assert frame.evaluate("each => each.inert")

    def test_is_no_barrier_at_360_pixels(self, member, preview):
        member.page.set_viewport_size({"width": 360, "height": 740})

        member.person.finds_no_barrier()


class TestTheLogo:
    def test_is_seen_first_and_replaced_and_taken_away(self, member, house):
        member.comes_in("admin")
        member.page.get_by_role("link", name="Portal", exact=True).click()
        member.presses("Change: Logo")
        member.sees_heading("Logo")
        chooses(member, "logo.png", PICTURE)
        picture = member.page.frame_locator("iframe.of-page").locator("img.logo")
        expect(picture).to_have_attribute("src", re.compile("^data:image/png;base64,"))

        member.presses("Use this picture")

        member.is_told("Changed.")
        shown = member.page.get_by_role("img", name="Your logo")
        expect(shown).to_have_js_property("naturalWidth", 1)
        member.presses("Undo")
        member.is_told("Undone")

    @pytest.mark.parametrize(
        ("name", "content", "why"),
        [
            ("logo.svg", b"<svg/>", "This is no PNG."),
            ("logo.png", b"<svg/>", "This is no PNG."),
            (
                "logo.png",
                PNG_START + bytes(65 * 1024),
                "The picture has 66 kB, and 64 are the most.",
            ),
        ],
        ids=("another-kind", "another-kind-by-its-name", "too-large"),
    )
    def test_that_is_not_allowed_is_refused_in_words(self, member, name, content, why):
        member.comes_in("admin")
        member.opens("logo")

        chooses(member, name, content)

        member.is_told(why)

    def test_is_owners_and_admins_to_change(self, member):
        for role in ("agent", "auditor"):
            member.comes_in(role)
            member.opens("logo")
            member.sees_heading("The portal and its look")
            expect(member.offers("Change: Logo")).to_have_count(0)


def chooses(member: Member, name: str, content: bytes) -> None:
    """Choose a file of the member's own."""
    kind = "image/svg+xml" if name.endswith("svg") else "image/png"
    file: Any = {"name": name, "mimeType": kind, "buffer": content}
    member.field("Picture").set_input_files(file)


class TestAPortalElsewhere:
    NAME = "console-made"

    @pytest.fixture(autouse=True)
    def _is_gone_afterwards(self, house):
        yield
        if self.NAME in house.team("portal", "list", "acme"):
            house.team("portal", "remove", "acme", self.NAME, "--yes")

    def adds(self, member: Member, *, label: str = "Help center") -> None:
        member.page.get_by_role("link", name="Portal", exact=True).click()
        member.page.get_by_role("link", name="Show the portals on other sites").click()
        member.presses("Add a portal")
        member.types("Short name", self.NAME)
        member.types("Label", label)
        member.types("Redirect addresses", "https://help.example.com/callback")
        member.presses("Add a portal")

    def test_is_added_with_a_secret_that_is_shown_once_and_is_removed(self, member, house):
        member.comes_in("admin")

        # The name of a removed portal is used again by the command alone.
        self.NAME = f"made-{secrets.token_hex(4)}"
        self.adds(member, label="<img src=x> Help")
        member.sees_heading("<img src=x> Help is ready")
        secret = member.field("Client secret").input_value()
        assert secret.startswith("pos_")
        expect(member.field("Client ID")).to_have_value(f"prt_acme_{self.NAME}")
        expect(member.field("Redirect address")).to_have_value("https://help.example.com/callback")
        member.goes_without_it()
        member.sees_heading("<img src=x> Help")
        assert secret not in member.page.content()

        member.presses("New secret")
        member.confirms("New secret")
        assert member.field("Client secret").input_value() not in ("", secret)
        member.goes_without_it()
        member.presses("End the old secret")
        member.is_told("Saved.")
        expect(member.offers("End the old secret")).to_have_count(0)

        member.presses("Remove the portal")
        member.confirms("Remove <img src=x> Help")
        member.is_told("<img src=x> Help is removed.")
        member.sees_heading("Portals elsewhere")

    def test_is_changed_and_what_is_wrong_is_said(self, member, house):
        member.comes_in("admin")
        self.NAME = f"made-{secrets.token_hex(4)}"
        self.adds(member)
        member.goes_without_it()
        member.presses("Edit")
        member.types("Redirect addresses", "http://help.example.com/callback")
        member.presses("Save")
        member.is_told("Check ")

        member.types("Redirect addresses", "https://help.example.com/other")
        member.presses("Save")

        member.is_told("Saved.")
        expect(member.part("How it is registered")).to_contain_text(
            "https://help.example.com/other"
        )
        member.presses("Switch it off")
        member.is_told("Saved.")
        expect(member.offers("Switch it on")).to_be_visible()

    def test_is_seen_by_all_and_changed_by_owners_and_admins(self, member, house):
        for role in ("agent", "auditor"):
            member.comes_in(role)
            member.opens("portals")
            member.sees_heading("Portals elsewhere")
            expect(member.offers("Add a portal")).to_have_count(0)

    def test_is_no_barrier_at_360_pixels(self, member, house):
        member.comes_in("admin")
        member.page.set_viewport_size({"width": 360, "height": 740})
        for screen, heading in (
            ("portal", "The portal and its look"),
            ("new-portal", "Add a portal"),
            ("portals", "Portals elsewhere"),
        ):
            member.opens(screen)
            member.sees_heading(heading)
            member.person.finds_no_barrier()
