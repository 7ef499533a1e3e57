"""What the console shows once: copying it is the main thing, and nobody loses it by going on."""

import re
import secrets

import pytest
from playwright.sync_api import Route, expect

from tests.browser.member import Member
from tests.browser.test_console_looks import ANN


@pytest.fixture
def member(person) -> Member:
    return Member(person)


def makes_a_key(member: Member, witness) -> str:
    """Return its label."""
    label = f"Key {secrets.token_hex(4)}"
    member.opens("new-key")
    member.types("Label", label)
    member.page.get_by_label("links", exact=True).check()
    member.presses("Make a key")
    member.sees_heading(f"The secret of {label}")
    witness.secrets.add(member.field("Secret").input_value())
    return label


def asks_for_a_key(member: Member) -> Route:
    """Ask for a key, and return the request: nothing has answered it yet."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    member.page.route("**/acme/keys", hold)
    member.opens("new-key")
    member.types("Label", "K")
    member.page.get_by_label("links", exact=True).check()
    with member.page.expect_request(lambda each: each.method == "POST" and each.url.endswith("/keys")):  # fmt: skip
        member.presses("Make a key")
    return held[-1]


def speaks_german(member: Member) -> None:
    member.page.locator("#language").select_option("de")
    expect(member.page.get_by_role("link", name="Protokoll", exact=True)).to_be_visible()


class TestASecretThatIsShownOnce:
    def test_says_of_what_it_is_and_is_whole_and_to_be_copied(self, member, witness):
        member.comes_in()

        makes_a_key(member, witness)

        member.sees("It may: links.")
        expect(member.page.get_by_role("main").locator(".primary")).to_have_text(["Copy"])
        expect(member.offers("Copy")).to_be_focused()
        shown = member.field("Secret").evaluate(
            "each => each.scrollWidth <= each.clientWidth && each.scrollHeight <= each.clientHeight + 1"
        )
        assert shown
        member.person.finds_no_barrier()

    def test_is_asked_about_once_by_whoever_leaves_it_uncopied(self, member, witness):
        member.comes_in()
        label = makes_a_key(member, witness)
        secret = member.field("Secret").input_value()

        member.page.get_by_role("link", name="Logs", exact=True).click()
        member.confirms("Cancel")
        expect(member.field("Secret")).to_have_value(secret)
        expect(member.page).to_have_url(re.compile("#new-key$"))
        member.page.get_by_role("link", name="Logs", exact=True).click()
        member.confirms("Go without it")

        expect(member.page).to_have_url(re.compile("#logs$"))
        member.page.get_by_role("link", name="Keys", exact=True).click()
        expect(member.row(label)).to_be_visible()

    def test_is_left_by_whoever_has_copied_it(self, member, witness):
        member.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        member.comes_in()
        label = makes_a_key(member, witness)

        member.presses("Copy")
        member.is_told("Copied.")
        member.presses("Done")

        expect(member.row(label)).to_be_visible()
        expect(member.page.get_by_role("dialog")).to_have_count(0)

    def test_stays_where_another_language_is_chosen(self, member, witness):
        member.comes_in()
        makes_a_key(member, witness)
        secret = member.field("Secret").input_value()

        member.page.locator("#language").select_option("de")

        expect(member.page.get_by_role("link", name="Protokoll", exact=True)).to_be_visible()
        expect(member.page.locator(".once textarea")).to_have_value(secret)

    def test_csl_02_comes_although_another_language_was_chosen_meanwhile(self, member, witness):
        member.comes_in()
        waiting = asks_for_a_key(member)
        speaks_german(member)

        waiting.continue_()

        secret = member.page.locator(".once textarea")
        expect(secret).to_have_value(re.compile("^ptk_acme_"))
        witness.secrets.add(secret.input_value())

    def test_csl_02_that_was_not_made_is_told_in_the_language_that_was_chosen_meanwhile(
        self, member
    ):
        member.comes_in()
        waiting = asks_for_a_key(member)
        speaks_german(member)

        waiting.abort()

        member.is_told("Es kam keine Antwort.")
        expect(member.page.get_by_role("button", name="Schlüssel erstellen")).to_be_visible()
        expect(member.page.get_by_label("links", exact=True)).to_be_checked()

    def test_is_asked_about_by_whoever_opens_the_portal_from_it(self, member, witness, house):
        member.comes_in()
        house.team("workspace", "set", "acme", "--portal-disabled")
        try:
            makes_a_key(member, witness)
            secret = member.field("Secret").input_value()

            member.presses("Switch the portal on")
            member.confirms("Cancel")
            expect(member.field("Secret")).to_have_value(secret)
            member.presses("Switch the portal on")
            member.confirms("Go without it")

            member.sees_heading("Before and after")
        finally:
            house.team("workspace", "set", "acme", "--portal-enabled")

    def test_of_a_person_names_them(self, member, witness):
        member.comes_in()
        member.opens(f"new-link={ANN}")

        member.presses("Make a link")

        member.sees_heading("The link is made")
        url = member.field("Address of the link").input_value()
        witness.secrets.add(url.partition("l=")[2].partition("&")[0])
        member.sees("It is for Ann Archer.")
