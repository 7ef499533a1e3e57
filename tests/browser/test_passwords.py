"""Passwords on the page: signing in, setting the first one, and what goes wrong."""

import re

import pytest
from playwright.sync_api import expect

ANNS = "two quiet lamps by the harbour"
FIRST = "seven green bicycles at noon"


@pytest.fixture
def lumen(house):
    """The link of the workspace that has every way in."""
    return house.link("shared", workspace="lumen")


class TestTheChoice:
    def test_y05_begins_at_the_portals_sign_in_link(self, person, house):
        person.opens(f"{house.portal}/lumen/")

        person.page.locator("#sign-in-link").click()

        person.sees_heading(f"Sign in to {house.name_of('lumen')}")

    def test_y06_lists_every_way_that_the_workspace_offers(self, person, lumen):
        person.opens(lumen)

        expect(person.page.get_by_role("button", name="Email me a code")).to_be_visible()
        for name in ("Use a password instead", "Sign in with Google", "Continue with Facebook"):
            expect(person.page.get_by_role("button", name=name)).to_be_visible()
        expect(person.page.get_by_role("button", name="Need an account? Sign up")).to_be_visible()
        person.finds_no_barrier()

    def test_y06_lists_no_way_that_it_does_not_offer(self, person, house):
        person.opens(house.link("shared"))

        expect(person.page.get_by_role("button", name="Email me a code")).to_be_visible()
        expect(person.page.locator("#use-password, #sign-up")).to_have_count(0)

    def test_of_a_personal_link_asks_for_no_address(self, person, house):
        person.opens(house.link("personal", workspace="lumen"))
        # Such a link has sent its code already.
        person.page.get_by_role("button", name="Use another way").click()
        person.page.locator("#use-password").click()
        expect(person.page.locator("#email, #sign-up")).to_have_count(0)

        person.page.locator("#password").fill(ANNS)
        person.page.keyboard.press("Enter")

        person.lands_in_the_portal()


class TestAPassword:
    def test_y07_signs_in(self, person, lumen):
        person.opens(lumen)
        person.page.get_by_label("Primary email").fill("ann@example.com")
        person.page.locator("#use-password").click()
        expect(person.page.get_by_label("Primary email")).to_have_value("ann@example.com")
        expect(person.page.locator("#password")).to_be_focused()

        person.page.keyboard.insert_text(ANNS)
        person.page.locator("#show-password").click()
        expect(person.page.locator("#password")).to_have_attribute("type", "text")
        person.finds_no_barrier()
        person.page.locator("#sign-in").click()

        person.lands_in_the_portal()

    def test_that_is_wrong_is_told_like_one_that_nobody_has(self, person, lumen):
        said = []
        for email in ("ann@example.com", "nobody-at-all@example.net"):
            person.opens(lumen)
            person.page.locator("#use-password").click()
            person.page.locator("#email").fill(email)
            person.page.locator("#password").fill("not the one that was set")
            person.page.locator("#sign-in").click()
            expect(person.message).to_be_focused()
            expect(person.page.locator("#email")).to_have_value(email)
            said.append(person.message.inner_text())
        person.finds_no_barrier()

        assert said[0] == said[1]
        assert "Address and password do not match" in said[0]

    def test_is_asked_for_before_anything_is_sent(self, person, lumen):
        person.opens(lumen)
        person.page.locator("#use-password").click()
        person.page.locator("#email").fill("ann@example.com")
        before = person.page.locator("#sign-in").bounding_box()

        person.page.locator("#sign-in").click()

        expect(person.message).to_contain_text("Enter the password")
        assert person.page.locator("#sign-in").bounding_box() == before


class TestAFirstPassword:
    def test_y08_is_set_by_whoever_only_ever_wrote_by_email(self, person, lumen, house):
        person.opens(lumen)
        person.page.locator("#use-password").click()
        person.page.locator("#email").fill("eve@example.com")
        person.page.locator("#forgot").click()
        person.finds_no_barrier()
        person.page.locator("#email-me").click()
        expect(person.code_field).to_be_visible()
        code = person.reads_the_code("eve@example.com")

        # What may not be set costs no try.
        person.types(code)
        person.page.locator("#password").fill("too short")
        person.sees("Characters to go: 6")
        person.page.locator("#continue").click()
        expect(person.message).to_contain_text("The password is too short")
        person.finds_no_barrier()
        person.page.locator("#password").fill("passwordpassword")
        person.page.locator("#continue").click()
        expect(person.message).to_contain_text("it is guessed first")
        person.page.locator("#password").fill(FIRST)
        expect(person.page.get_by_role("status")).to_have_text("Long enough.")
        person.page.locator("#continue").click()

        # The link alone signs nobody in.
        expect(person.message).to_contain_text("Your password is set. Sign in with it now.")
        expect(person.page.locator("#email")).to_have_value("eve@example.com")
        person.page.locator("#password").fill(FIRST)
        person.page.locator("#sign-in").click()
        person.lands_in_the_portal()
        expect(person.page.get_by_text(re.compile("Eve Mailer")).first).to_be_visible()

    def test_y08_goes_on_after_a_reload(self, person, lumen):
        person.opens(lumen)
        person.page.locator("#use-password").click()
        person.page.locator("#email").fill("somebody@example.net")
        person.page.locator("#forgot").click()
        person.page.locator("#email-me").click()
        expect(person.code_field).to_be_visible()

        person.page.reload()

        expect(person.page.locator("#password")).to_have_attribute("autocomplete", "new-password")


class TestTheScreens:
    @pytest.mark.parametrize(
        "look",
        [
            {"color_scheme": "dark"},
            {"locale": "ar-EG"},
            {"locale": "de-DE", "viewport": {"width": 320, "height": 640}},
        ],
        ids=["dark", "arabic", "narrow"],
    )
    def test_have_no_barrier(self, person_with, lumen, look):
        person = person_with(**look)
        person.opens(lumen)
        person.page.locator("#use-password").click()
        person.page.locator("#sign-in").click()
        expect(person.message).to_be_focused()
        person.finds_no_barrier()
        person.page.locator("#email").fill("somebody@example.net")
        person.page.locator("#forgot").click()
        person.finds_no_barrier()
        person.page.locator("#email-me").click()
        expect(person.page.locator("#password")).to_be_visible()
        person.finds_no_barrier()
