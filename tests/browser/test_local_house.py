"""The pages that `make run` adds: the links to click, the mailbox, and the sample portal."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

LOOKS: dict[str, dict[str, Any]] = {
    "desk": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
}


LINES_OF_THE_HEADER = """() => {
  const parts = [...document.querySelectorAll(".bar img, .bar a, .bar button")];
  const seen = parts.filter((part) => part.checkVisibility()).map((part) => part.getBoundingClientRect());
  return Math.max(...seen.map(({ top }) => top)) < Math.min(...seen.map(({ bottom }) => bottom)) ? 1 : 2;
}"""


def finds_no_barrier(page: Page) -> None:
    # A mail stands in a frame without scripts, where Axe could not look in any case.
    results = Axe().run(page, options={"iframes": False})
    assert results.violations_count == 0, results.generate_report()
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(sideways) == 0


def portal(house: Any, path: str) -> str:
    """An address of Acme's sample portal."""
    acme = next(each for each in house.world["workspaces"] if each["id"] == "acme")
    return f"{acme['portal_url']}{path}"


class TestTheLinks:
    @pytest.mark.parametrize("look", LOOKS)
    def test_are_all_there_to_click(self, person_with, house, look):
        page = person_with(**LOOKS[look]).page
        page.goto(f"{house.origin}/_local/")

        expect(page.get_by_role("heading", name="Acme Support")).to_be_visible()
        shown = {each.get_attribute("href") for each in page.locator("main li a").all()}
        # Of a link that somebody has made since, the secret is not known.
        assert shown == {link["url"] for link in house.world["links"]} - {None}
        finds_no_barrier(page)

    def test_stand_below_a_clock_that_moves(self, person, house):
        person.page.goto(f"{house.origin}/_local/")
        clock = person.page.locator("#now")
        expect(clock).to_have_text(re.compile(r"\d"))
        before = clock.inner_text()

        person.page.get_by_role("button", name="+1 hour").click()

        expect(clock).not_to_have_text(before)


class TestTheMailbox:
    @pytest.mark.parametrize("look", LOOKS)
    def test_shows_new_mail_by_itself(self, person_with, house, look):
        reader, person = person_with(**LOOKS[look]), person_with()
        reader.page.goto(f"{house.origin}/_local/mailbox")

        person.opens(house.link("shared"))
        person.asks_for_a_code("chloe@example.com")
        label = person.page.locator(".code-label").inner_text()

        expect(reader.page.locator("#subject")).to_contain_text(label)
        letter = reader.page.frame_locator("#html")
        expect(letter.get_by_text(label, exact=True).first).to_be_visible()
        expect(reader.page.locator("#text")).to_contain_text(label)
        finds_no_barrier(reader.page)

    @pytest.mark.parametrize("look", LOOKS)
    def test_says_why_a_mail_was_held_back(self, person_with, house, look):
        reader, person = person_with(**LOOKS[look]), person_with()
        reader.page.goto(f"{house.origin}/_local/mailbox")

        person.opens(house.link("shared"))
        person.asks_for_a_code(f"nobody-{look}@example.net")

        held = reader.page.locator("#held-list li").first
        expect(held).to_contain_text(f"No mail to nobody-{look}@example.net (acme")
        expect(held).to_contain_text("no contact had this primary email")
        finds_no_barrier(reader.page)

    def test_makes_the_mail_servers_behind_a_mailbox_misbehave(self, person_with, house):
        reader, person = person_with(), person_with()
        person.opens(house.link("shared"))
        person.asks_for_a_code("chloe@example.com")
        house.code_mailed_to("chloe@example.com")
        reader.page.goto(f"{house.origin}/_local/mailbox")
        choice = reader.page.get_by_label("The next mail to this mailbox")
        expect(choice).to_have_value("arrives")

        choice.select_option("bounce")

        expect(reader.page.locator("#status")).to_contain_text("comes back: no such mailbox")
        reader.page.reload()
        expect(choice).to_have_value("bounce")
        choice.select_option("arrives")
        expect(reader.page.locator("#status")).to_contain_text("arrives")

    def test_lets_a_mail_do_nothing(self, person, house):
        person.page.goto(f"{house.origin}/_local/mailbox")

        assert person.page.locator("#html").get_attribute("sandbox") == ""


class TestTheSamplePortal:
    @pytest.mark.parametrize("look", LOOKS)
    def test_leads_to_the_sign_in_and_back_to_where_one_was(self, person_with, house, look):
        person = person_with(**LOOKS[look])
        person.email = "ben@example.com"
        person.page.goto(portal(house, "/tickets/77"))
        expect(person.page.locator("#sign-in")).to_be_visible()
        finds_no_barrier(person.page)

        person.page.locator("#sign-in").click()
        person.asks_for_a_code(person.email)
        person.types(person.reads_the_code())
        person.continues()

        person.page.wait_for_url(portal(house, "/tickets/77"))
        area = person.page.locator("main")
        expect(area).to_have_attribute("data-state", "signed-in")
        expect(area).to_have_attribute("data-area", "ticket:77")
        expect(person.page.locator("#contact")).to_contain_text("ben@example.com")
        assert person.page.evaluate(LINES_OF_THE_HEADER) == 1
        finds_no_barrier(person.page)

        person.page.get_by_role("button", name="Sign out", exact=True).click()
        expect(area).to_have_attribute("data-state", "signed-out")
        person.page.reload()
        expect(area).to_have_attribute("data-state", "signed-out")

    def test_can_import_the_module_that_the_page_had_before(self, person, house):
        person.opens(house.link("shared"))
        expect(person.page.locator("#email")).to_be_visible()

        person.page.goto(portal(house, "/"))

        expect(person.page.locator("main")).to_have_attribute("data-state", "signed-out")
