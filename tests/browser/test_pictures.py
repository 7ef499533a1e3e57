"""The pictures of the page and of the console in the documentation, made when PORTICO_PICTURES=1."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.member import Member

IMAGES = Path(__file__).parents[2] / "docs/images"

pytestmark = pytest.mark.skipif(
    os.environ.get("PORTICO_PICTURES") != "1", reason="only with PORTICO_PICTURES=1"
)


@pytest.fixture
def sitter(person_with):
    return person_with(
        viewport={"width": 640, "height": 880}, device_scale_factor=2, reduced_motion="reduce"
    )


class TestThePictures:
    def test_show_where_the_address_and_the_code_go(self, sitter, house):
        sitter.opens(house.link("shared"), to="tickets")
        sitter.page.get_by_role("textbox").wait_for()
        sitter.page.wait_for_load_state("networkidle")
        sitter.page.screenshot(path=IMAGES / "sign-in-address.png")
        sitter.asks_for_a_code(house.someone()["email"])
        sitter.page.keyboard.type("4F29K")

        sitter.page.screenshot(path=IMAGES / "sign-in.png")


@pytest.fixture
def member(person_with):
    """At a desk."""
    settings = {"viewport": {"width": 1180, "height": 720}, "device_scale_factor": 1.25}
    return Member(person_with(**settings, reduced_motion="reduce"))


class TestThePicturesOfTheConsole:
    """Of the README and of docs/team.md."""

    def test_show_where_a_day_begins(self, member):
        member.comes_in("agent")
        member.types("Email address", "dora@example.com")

        member.page.screenshot(path=IMAGES / "console-find.png")

    def test_show_why_somebody_does_not_get_in(self, member):
        member.comes_in("admin")
        member.finds("dora@example.com")
        expect(member.offers("Let them sign in again")).to_be_visible()

        member.page.screenshot(path=IMAGES / "console-why.png")

    def test_show_before_and_after(self, member):
        member.comes_in("admin")
        member.opens("change=authentication-ways")
        member.field("Other accounts (Google, Microsoft and others)").uncheck()
        member.presses("Look at the change")
        member.sees_heading("Before and after")
        member.sees("People who lose a way in that they have:")

        member.page.screenshot(path=IMAGES / "console-change.png")

    def test_show_the_team(self, member):
        member.comes_in("owner")
        member.page.get_by_role("link", name="Team", exact=True).click()
        expect(member.row("Grace Lind")).to_be_visible()

        member.page.screenshot(path=IMAGES / "console-team.png")
