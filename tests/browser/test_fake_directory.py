"""The fake directory of `make run` in a browser: who is disabled there is out of the portal
(docs/directory-sync.md)."""

import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_local_house import LOOKS, finds_no_barrier


class Directory:
    """The page of a company's directory, in a tab of its own."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        page.goto(f"{origin}/")

    def adds(self, name: str, user_name: str) -> None:
        self.page.get_by_label("Name", exact=True).fill(name)
        self.page.get_by_label("User name", exact=True).fill(user_name)
        self.presses("Add")
        self.has_sent("POST /Users", 201)

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def has_sent(self, what: str, status: int) -> None:
        newest = self.page.locator("#exchanges summary").first
        expect(newest).to_contain_text(what)
        expect(newest).to_contain_text(str(status))


REFRESH = """async () => (await fetch("/v1/session/refresh", {
  method: "POST", headers: {"content-type": "application/json"},
  body: JSON.stringify({workspace: "acme"})})).status"""


class TestSomebodyWhoIsDisabledThere:
    def test_is_refused_at_their_next_call_and_later_brings_no_old_session(
        self, person, person_with, house
    ):
        name = f"sync-{secrets.token_hex(3)}"
        email = f"{name}@example.com"
        directory = Directory(person_with().page, house.directory)
        directory.adds(name, email)
        person.signs_in(house.link("shared"), email)
        session = person.page.context.new_page()
        session.goto(f"{house.origin}/acme/team")
        assert session.evaluate(REFRESH) == 200

        directory.presses(f"Disable {name}")
        directory.has_sent("PATCH", 200)
        assert session.evaluate(REFRESH) == 401

        directory.presses(f"Enable {name}")
        directory.has_sent("PATCH", 200)
        assert session.evaluate(REFRESH) == 401
        house.forward(minutes=11)
        again = person_with()
        again.signs_in(house.link("shared"), email)


class TestItsGroups:
    GROUPS = "its groups too, with who is in them"

    def test_are_sent_with_who_is_in_them_by_a_switch(self, person_with, house):
        name = f"sync-{secrets.token_hex(3)}"
        group = f"Group {name}"
        page = person_with().page
        directory = Directory(page, house.directory)
        directory.adds(name, f"{name}@example.com")
        page.get_by_label("Name of the group", exact=True).fill(group)
        directory.presses("Add the group")
        page.get_by_label(self.GROUPS).check()
        directory.presses("Set the quirks")
        try:
            directory.presses("Run a cycle")
            exchanges = page.locator("#exchanges")
            expect(exchanges).to_contain_text(f'"displayName": "{group}"')

            page.get_by_label(f"Change the group {group}", exact=True).click()
            row = page.get_by_role("listitem").filter(has_text=group)
            row.get_by_label("Whom to put in").select_option(name)
            directory.presses(f"Put them into {group}")
            directory.has_sent("PATCH /Groups/", 200)

            page.get_by_label(f"Change the group {group}", exact=True).click()
            directory.presses(f"Take {name} out of {group}")
            directory.has_sent("PATCH /Groups/", 200)
            directory.presses(f"Delete the group {group}")
            directory.has_sent("DELETE /Groups/", 204)
        finally:
            page.get_by_label(self.GROUPS).uncheck()
            directory.presses("Set the quirks")
            expect(page.get_by_label(self.GROUPS)).not_to_be_checked()


class TestThePage:
    @pytest.mark.parametrize("look", LOOKS)
    def test_is_linked_and_has_no_barrier(self, person_with, house, look):
        page = person_with(**LOOKS[look]).page
        page.goto(f"{house.origin}/_local/")
        link = page.get_by_role("link", name="The fake directory")
        assert link.get_attribute("href") == f"{house.directory}/"

        Directory(page, house.directory).presses("Test the connection")

        expect(page.locator("#exchanges summary").first).to_contain_text("200")
        page.get_by_text("Rename").first.click()
        page.get_by_label("Change the group Partners", exact=True).click()
        finds_no_barrier(page)
