"""A personal link that has ended: its contact has a new one mailed, and signs in by it."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.house import House, running_house

URL = re.compile(r"http\S+/acme#l=lnk_[\w-]{43}")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of their own: each test moves the clock, and the link is renewed for ninety days."""
    with running_house(tmp_path_factory.mktemp("house") / "log") as house:
        yield house


@pytest.fixture
def ended(house):
    return house.link("personal", state="expired", label="For Ben, who can have a new one")


class TestALinkThatHasEnded:
    def test_brings_its_contact_a_new_one(self, person, house, ended, witness):
        owner = house.contact(ended["contact"])
        person.opens(ended)
        person.sees_heading("This link has ended")
        person.finds_no_barrier()
        expect(person.page.get_by_text(owner["name"])).to_have_count(0)

        person.page.get_by_role("button", name="Send me a new link").click()
        person.sees_heading("Check your email")
        person.sees("We sent a new link to the address that the ended one belongs to")
        person.finds_no_barrier()

        mail = house.mail_to(owner["email"], holding="Your new link")
        (url,) = set(URL.findall(mail["text"]))
        witness.secrets.add(url.partition("#l=")[2])
        person.opens(url)
        person.sees_heading("Check your email")
        person.types(person.reads_the_code(owner["email"]))
        person.continues()
        person.lands_in_the_portal()

    def test_that_a_hand_has_ended_does_not(self, person, house):
        person.opens(house.link("personal", state="expired", label="For Ann, expired"))

        person.sees_heading("Invalid portal link")
        expect(person.page.locator("#renew")).to_have_count(0)

    @pytest.mark.parametrize("width", [360, 1100])
    @pytest.mark.parametrize("language", ["en", "de", "ar"])
    def test_has_no_barrier_in_any_width(self, person_with, ended, language, width):
        person = person_with(locale=language, viewport={"width": width, "height": 900})
        page = person.page
        page.route("**/v1/links/renew", lambda route: route.fulfill(status=202, json={}))
        person.opens(ended)
        for screen, leaves in (("ended", True), ("sent", False)):
            expect(page.locator("h1#heading")).to_be_visible()
            expect(page.locator("#renew")).to_have_count(1 if leaves else 0)
            person.finds_no_barrier()
            if folder := os.environ.get("SCREENSHOTS"):
                path = Path(folder) / f"{screen}-{language}-{width}.png"
                page.screenshot(path=path, full_page=True)
            if leaves:
                page.locator("#renew").click()
