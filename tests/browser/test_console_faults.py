"""The twenty faults of docs/diagnosis.md, each from "Ann says she can't get in" to its ending: three
clicks at most and one typed address, by what is written on the page alone.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from local.sample_faults import FAULTS, Fault
from tests.browser.house import House, running_house

IS_UP_WITHIN = 600.0
"""Seconds. Twenty faults happen first, side by side."""
MOST_CLICKS = 3
MOST_TYPED = 1
REVIEW, NEW_LINK, ADD = "# Before and after", "# New personal link", "# Add a contact"
LABELS = {
    "deactivated": ["Let them sign in again"],
    "portal-off": ["Switch the portal on", REVIEW, "Change it"],
    "portal-paused": ["End the pause", REVIEW, "Change it"],
    "codes-off": ["Allow mailed codes", REVIEW, "Change it"],
    "link-expired": ["Make a new link", NEW_LINK, "Make a link"],
    "link-revoked": ["Make a new link", NEW_LINK, "Make a link"],
    "suppressed": ["Let them get mail again"],
    "domain-refuses": ["Let the whole domain get mail again"],
    "mailbox-budget": ["Make a new link", NEW_LINK, "Make a link"],
    "no-contact": ["Add as a contact", ADD, "Add"],
    "mistyped": ["Look closer", "Copy"],
}
"""What is pressed after *Find*, and which screen is waited for on the way (with a ``#``). Every other
fault ends in a text to copy."""
CLOSED = {
    "portal-off": ("--portal-enabled", "--portal-disabled"),
    "portal-paused": ("--reset paused-until", "--paused-until 1h"),
    "codes-off": ("--code-method", "--no-code-method"),
    "left-directory": ("--directory-rule off", "--directory-rule sso_only"),
}
"""Where no member can sign in either. They are in before: what opens it, and what closes it again."""
ELSEWHERE = "olga@elsewhere.example"
"""Where mail to Ann's whole company comes back, Olga's does too."""


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    log = tmp_path_factory.mktemp("faults") / "log"
    with running_house(log, "--diagnosis", is_up_within=IS_UP_WITHIN) as house:
        # On a busy machine the last mails leave late, and their codes must be over as well.
        house.forward(minutes=11)
        yield house


@dataclass
class Walk:
    """Goes by visible labels only, and counts what it presses and types."""

    page: Page
    clicks: int = 0
    typed: int = 0

    def presses(self, label: str) -> None:
        found = self.page.get_by_role("button", name=label, exact=True).first
        found.click()
        self.clicks += 1

    def sees(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    def types(self, label: str, text: str) -> None:
        field = self.page.get_by_label(label, exact=True)
        field.press_sequentially(text)
        self.typed += 1


@dataclass
class Desk:
    """The help desk of one workspace: Olga's browser, and Ann on the telephone."""

    house: House
    fault: Fault
    page: Page

    def comes_in(self) -> None:
        """Sign Olga in by the front entrance, and open the console."""
        opened, closed = CLOSED.get(self.fault.name, ("", ""))
        self._sets(opened)
        email = f"olga@{self.fault.name}.example"
        if self.fault.name == "domain-refuses":
            email = ELSEWHERE
            self.house.team("contact", "add", self.fault.name, "--name", "Olga Ortiz", "--email", email)  # fmt: skip
            self.house.team("team", "add", self.fault.name, email, "--role", "owner")
        self.page.goto(f"{self.house.origin}/_local/mailbox")
        before = self.house.newest_mail()
        asked = self._posts("/v1/codes", {"link": f"ent_{self.fault.name}", "email": email})
        code = self.house.code_mailed_to(email, label=asked["label"], after=before)
        self._posts("/v1/codes/verify", {"challenge": asked["challenge"], "code": code})
        self.page.goto(f"{self.house.origin}/{self.fault.name}/team")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Find a contact")
        self._sets(closed)

    def ann_gets_a_mail(self, email: str, link: str = "") -> None:
        """Let Ann ask for a code from a browser of her own, and see it come."""
        before = len(self.house.mails_to(email))
        wanted = {"link": link or f"ent_{self.fault.name}", **({} if link else {"email": email})}
        self._posts("/v1/codes", wanted)
        assert self.house.waits_for_mails(email, before + 1) == before + 1

    def _posts(self, path: str, body: dict[str, str]) -> dict[str, str]:
        answer: dict[str, str] = self.page.evaluate(
            """async ([path, body]) => {
                const headers = { "Content-Type": "application/json" };
                return (await fetch(path, { method: "POST", headers, body })).json();
            }""",
            [path, json.dumps({"workspace": self.fault.name, **body})],
        )
        return answer

    def _sets(self, options: str) -> None:
        if options:
            self.house.team("workspace", "set", self.fault.name, *options.split())


@pytest.fixture
def page_of(browser: Browser, faults: House) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", viewport={"width": 1100, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=faults.origin)
    yield context.new_page()
    context.close()


class TestTheMailboxPage:
    @pytest.mark.parametrize("name", ["older-code", "portal-off", "portal-paused"])
    def test_leads_with_one_press_into_the_console_of_each_workspace(self, faults, page_of, name):
        page_of.goto(f"{faults.origin}/_local/mailbox")

        page_of.get_by_role("button", name=f"Olga Ortiz, owner ({name})", exact=True).click()

        page_of.wait_for_url(f"**/{name}/team")
        expect(page_of.get_by_role("heading", level=1)).to_have_text("Find a contact")


class TestAFindingAboutAnotherContact:
    def test_leads_to_them_by_their_name(self, faults, page_of):
        (fault,) = (each for each in FAULTS if each.name == "mistyped")
        Desk(faults, fault, page_of).comes_in()

        page_of.get_by_label("Email address", exact=True).fill(fault.asked)
        page_of.get_by_role("button", name="Find", exact=True).click()
        page_of.get_by_role("button", name="Look closer", exact=True).click()
        page_of.get_by_role("link", name="Ann Archer", exact=True).first.click()

        expect(page_of.get_by_role("heading", level=1)).to_have_text("Ann Archer")


class TestAFindingOnATelephone:
    def test_shows_all_that_is_to_be_said_within_its_panel(self, faults, page_of):
        (fault,) = (each for each in FAULTS if each.name == "cookies-blocked")
        page_of.set_viewport_size({"width": 360, "height": 740})
        Desk(faults, fault, page_of).comes_in()

        page_of.get_by_label("Email address", exact=True).fill(fault.asked)
        page_of.get_by_role("button", name="Find", exact=True).click()

        sentence = page_of.get_by_label("Say this to the person").first
        expect(sentence).to_have_value(re.compile("cookies"))
        assert sentence.evaluate(IS_WHOLE)


IS_WHOLE = """field => {
  const within = (part) => part.getBoundingClientRect();
  const isInside = within(field).right < within(field.closest("section")).right;
  return isInside && field.scrollWidth <= field.clientWidth && field.scrollHeight <= field.clientHeight;
}"""


class TestAnnSaysSheCannotGetIn:
    @pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.name)
    def test_ends_within_three_clicks_and_one_typed_address(self, faults, page_of, fault):
        desk = Desk(faults, fault, page_of)
        desk.comes_in()
        walk = Walk(page_of)

        walk.types("Email address", fault.asked)
        walk.presses("Find")
        for label in LABELS.get(fault.name, ["Copy"]):
            walk.sees(label[2:]) if label.startswith("#") else walk.presses(label)

        ends(desk, page_of)
        assert walk.clicks <= MOST_CLICKS
        assert walk.typed <= MOST_TYPED


def ends(desk: Desk, page: Page) -> None:
    """The ending is there: in the state where something is pressed, else in the clipboard."""
    fault = desk.fault
    if fault.ending != "press":
        expect(page.get_by_role("status").filter(has_text="Copied").first).to_be_visible()
        said = page.evaluate("navigator.clipboard.readText()")
        wanted = {
            "mistyped": "annarcher@mistyped.example",
            "cookies-blocked": "cookies",
            "secret-ended": "/v1/sso/google/callback",
            "left-directory": "csv ann (ann@example.com)",
            "portal-unfetched": "prt_portal-unfetched_help",
        }
        assert wanted.get(fault.name, f"/{fault.name}") in said
        assert len(said.split()) > 8, "whole sentences"
        return
    if "Make a link" in LABELS[fault.name]:
        address = page.get_by_label("Address of the link", exact=True).input_value()
        (token,) = re.findall(r"lnk_[\w-]+", address)
        desk.ann_gets_a_mail(f"ann@{fault.name}.example", token)
        return
    done = {"no-contact": "Added.", "portal-off": "Changed.", "portal-paused": "Changed.", "codes-off": "Changed."}  # fmt: skip
    said = page.get_by_role("status").filter(has_text=done.get(fault.name, "Done."))
    expect(said.first).to_be_visible()
    desk.ann_gets_a_mail(fault.asked)
