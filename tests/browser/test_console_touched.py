"""Who is touched: counted and named before a way in is taken away, and the page follows."""

import pytest
from playwright.sync_api import expect

from tests.browser.member import Member
from tests.browser.test_console_connections import fits
from tests.browser.test_console_settings import wants


@pytest.fixture
def member(person) -> Member:
    return Member(person)


class TestSocialSignOn:
    def test_is_turned_off_by_an_admin_who_sees_who_is_touched_and_the_page_follows(
        self, member, house, person_with
    ):
        member.comes_in("admin")
        wants(member, "Authentication", "Ways in")
        member.field("Other accounts (Google, Microsoft and others)").uncheck()
        member.presses("Look at the change")

        member.sees("People who lose a way in that they have:")
        row = member.row("Ben Okafor")
        expect(row).to_contain_text("single sign-on")
        expect(row).to_contain_text("has another way in")
        member.presses("Change it")
        member.is_told("Changed. You can undo it.")
        member.sees("Signing in with other accounts is off, so none of these is offered.")
        contact = person_with()
        contact.opens(house.link("shared"))
        expect(contact.page.get_by_label("Primary email")).to_be_visible()
        expect(contact.page.locator(".provider")).to_have_count(0)

        member.presses("Undo")

        member.is_told("Undone: it is as it was before.")
        contact.opens(house.link("shared"))
        expect(contact.page.locator(".provider")).to_have_count(5)


class TestTheDirectoryRule:
    def test_says_who_would_be_shut_out_and_why_and_changes_nothing_by_looking(self, member):
        member.comes_in("admin")
        wants(member, "Authentication", "Directory rule")
        member.chooses("Whom the directory lets in", "Only people in the directory, and only with their account there")  # fmt: skip

        member.presses("Look at the change")

        member.sees("Of these, people without any other way in:")
        expect(member.row("shut out").first).to_contain_text("not in the directory")
        member.presses("Back")
        member.presses("Cancel")
        expect(member.part("Directory rule")).to_contain_text("The directory decides nothing")


def number_after(member: Member, text: str) -> int:
    """The number that ends a sentence; nought: it is not said."""
    said = member.page.get_by_text(text)
    return int(said.inner_text().partition(text)[2].replace(",", "")) if said.count() else 0


class TestACode:
    def test_is_said_of_everybody_and_whoever_a_provider_vouches_for_is_not_shut_out(self, member):
        member.comes_in("owner")
        wants(member, "Authentication", "Ways in")
        member.field("Mailed code").uncheck()

        member.presses("Look at the change")

        # Whoever is shut out stands first, and the table ends after ten: who is not is in the counts.
        member.sees("People who lose a way in that they have: ")
        everybody = number_after(member, "People who lose a way in that they have: ")
        shut_out = number_after(member, "Of these, people without any other way in: ")
        assert shut_out < everybody

    def test_that_cannot_be_counted_now_says_so_and_can_still_be_changed(self, member):
        member.comes_in("owner")
        wants(member, "Authentication", "Ways in")
        member.field("Mailed code").uncheck()
        member.page.route("**/acme/touched", lambda route: route.abort())

        member.presses("Look at the change")

        member.is_told("No answer came.")
        expect(member.offers("Change it")).to_be_visible()

    def test_is_shown_on_a_narrow_screen(self, person_with):
        member = Member(person_with(viewport={"width": 360, "height": 800}))
        member.comes_in("owner")
        wants(member, "Authentication", "Ways in")
        member.field("Mailed code").uncheck()
        member.presses("Look at the change")

        member.sees("People who lose a way in that they have:")
        assert fits(member)


class TestWhatOpens:
    def test_asks_for_no_count(self, member):
        member.comes_in("owner")
        asked = []
        member.page.on("request", lambda each: asked.append(each.url))
        wants(member, "Authentication", "Sign-up")
        member.field("New people may sign up").check()
        member.presses("Look at the change")

        member.sees_heading("Before and after")
        assert not [each for each in asked if each.endswith("/touched")]
