"""Signing up: somebody nobody has ever seen, from an address to the portal."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def lumen(house):
    return house.link("shared", workspace="lumen")


def signs_up(person, link, email):
    person.opens(link)
    person.page.locator("#sign-up").click()
    person.page.locator("#email").fill(email)
    person.page.locator("#email-me").click()
    expect(person.code_field).to_be_visible()
    person.types(person.reads_the_code(email))
    person.continues()


class TestAStranger:
    def test_y09_signs_up_and_lands_in_the_portal(self, person, lumen, house):
        signs_up(person, lumen, "nina@example.org")

        person.sees_heading(f"Welcome to {house.name_of('lumen')}")
        person.finds_no_barrier()
        person.page.get_by_label("Your name").fill("Nina Novak")
        person.page.locator("#password").fill("slow rivers under paper moons")
        person.continues()

        person.lands_in_the_portal()
        expect(person.page.get_by_text(re.compile("Nina Novak")).first).to_be_visible()

    def test_y09_need_say_nothing_more(self, person, lumen):
        signs_up(person, lumen, "quiet@example.org")

        person.page.get_by_role("button", name="Skip for now").click()

        person.lands_in_the_portal()

    def test_y09_is_told_which_password_may_not_be(self, person, lumen):
        signs_up(person, lumen, "olga@example.org")
        person.page.locator("#password").fill("short")

        person.continues()

        expect(person.message).to_contain_text("The password is too short")
        expect(person.page.locator("#password")).to_have_attribute("aria-invalid", "true")
        person.finds_no_barrier()

    @pytest.mark.parametrize(
        "look",
        [{"color_scheme": "dark"}, {"locale": "ar", "viewport": {"width": 320, "height": 640}}],
        ids=["dark", "arabic-narrow"],
    )
    def test_y09_finds_no_barrier(self, person_with, lumen, look):
        person = person_with(**look)
        person.opens(lumen)
        person.page.locator("#sign-up").click()
        person.page.locator("#email-me").click()
        expect(person.message).to_be_focused()
        person.finds_no_barrier()


class TestSomebodyKnown:
    def test_y09_sees_the_same_screen_and_is_told_by_mail(self, person, lumen, house):
        person.opens(lumen)
        person.page.locator("#sign-up").click()
        person.page.locator("#email").fill("zoe@example.com")
        person.page.locator("#email-me").click()
        expect(person.code_field).to_be_visible()
        person.sees("We emailed zoe@example.com. If you are new here")

        assert "already have an account" in house.subject_mailed_to("zoe@example.com")
        person.page.get_by_role("button", name="Use another address").click()
        person.page.get_by_role("button", name="I already have an account").click()
        expect(person.page.locator("#use-password")).to_be_visible()
