"""Who is touched: counted and named before a way in is taken away, and the page follows."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.member import Member, asked_of
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


class TestAPortalThatCloses:
    def test_says_who_can_sign_in_and_then_cannot(self, member):
        member.comes_in("owner")
        wants(member, "Portal", "Open or paused")
        member.field("Contacts can sign in").uncheck()

        member.presses("Look at the change")

        member.sees("Your contacts cannot sign in. The team still can, by the console.")
        member.sees("People who can sign in now, and cannot while it is closed: ")
        assert number_after(member, "People who can sign in now, and cannot while it is closed: ")
        member.sees("Whoever of them is signed in is out of the portal within ten minutes")
        expect(member.page.get_by_role("columnheader", name="Signs in by")).to_be_visible()
        expect(member.page.get_by_text("shut out", exact=True)).to_have_count(0)

    def test_is_counted_as_one_that_pauses_is_and_fits_a_narrow_screen(self, person_with, house):
        member = Member(person_with(viewport={"width": 360, "height": 800}))
        member.comes_in("admin")
        wants(member, "Portal", "Open or paused")
        now = datetime.fromisoformat(house._get("/_local/clock")["now"])
        # Far enough for the browser's clock too, which nobody moves.
        member.types("Paused until", (now + timedelta(days=365)).strftime("%Y-%m-%dT%H:%M"))

        member.presses("Look at the change")

        member.sees("People who can sign in now, and cannot while it is closed: ")
        assert fits(member)
        member.person.finds_no_barrier()

    def test_and_opens_again_says_so_and_counts_nobody(self, member, house):
        until = datetime.fromisoformat(house._get("/_local/clock")["now"]) + timedelta(days=365)
        house.team("workspace", "set", "acme", "--paused-until", until.strftime("%Y-%m-%dT%H:%MZ"))
        try:
            member.opens("portal")
            member.presses("Sign in")
            member.signs_in_there("olga@example.com")
            wants(member, "Portal", "Open or paused")
            asked = asked_of(member, "POST", "/touched$")
            member.types("Paused until", "")

            member.presses("Look at the change")

            member.sees("Every contact can sign in again at once.")
            assert asked == []
        finally:
            house.team("workspace", "set", "acme", "--reset", "paused-until")


class TestWhatTakesNothingFromAnybodyThere:
    def test_is_said_of_shorter_sessions(self, member):
        member.comes_in("admin")
        wants(member, "Authentication", "Sessions and links")
        member.types("Signed out after being unused for", "1")

        member.presses("Look at the change")

        member.sees(
            "Nobody is signed out by it: whoever is signed in keeps the time they were given."
        )
        member.sees("Nobody was found who loses a way in that they have.")

    def test_is_said_anew_after_another_has_changed_it(self, member, house):
        member.comes_in("admin")
        asked = asked_of(member, "POST", "/touched$")
        wants(member, "Authentication", "Sessions and links")
        member.types("Signed out after being unused for", "2")
        member.presses("Look at the change")
        member.sees("From their next sign-in on, it is shorter for every contact.")
        member.sees("Nobody was found who loses a way in that they have.")
        house.team("workspace", "set", "acme", "--session-idle", "1h")
        try:
            member.presses("Change it")

            member.is_told("Somebody else changed the settings meanwhile.")
            member.sees("Every contact, from their next sign-in on.")
            expect(member.page.get_by_text("it is shorter")).to_have_count(0)
            expect(member.page.get_by_text("Nobody was found")).to_have_count(0)
            assert len(asked) == 1
        finally:
            house.team("workspace", "set", "acme", "--session-idle", "8h")

    def test_is_said_of_no_more_sign_ups(self, member, house):
        house.team("workspace", "set", "acme", "--sign-up")
        try:
            member.comes_in("admin")
            wants(member, "Authentication", "Sign-up")
            member.field("New people may sign up").uncheck()

            member.presses("Look at the change")

            member.sees("Only your team can add new contacts. Whoever is a contact stays one.")
            member.sees("Nobody was found who loses a way in that they have.")
        finally:
            house.team("workspace", "set", "acme", "--no-sign-up")


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
