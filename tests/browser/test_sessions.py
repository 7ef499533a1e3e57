"""Somebody is signed in already; and somebody wants to be signed out."""

import re

from playwright.sync_api import expect


class TestASession:
    def test_is_offered_first(self, person, house):
        someone = house.someone()
        person.signs_in(house.link("shared"), someone["email"])

        person.opens(house.link("shared"), to="tickets")

        expect(person.page.get_by_text(someone["email"])).to_have_count(0)
        person.finds_no_barrier()
        person.page.get_by_role("button", name=f"Continue as {someone['name']}").click()
        person.lands_in_the_portal()
        assert person.page.url.endswith("/tickets")
        expect(person.page.get_by_text(someone["name"]).first).to_be_visible()

    def test_is_not_forced_on_anybody(self, person, house):
        person.signs_in(house.link("shared"), house.someone()["email"])
        person.opens(house.link("shared"))

        person.page.get_by_role("button", name="Not you?").click()

        expect(person.page.get_by_label("Primary email")).to_be_visible()

    def test_that_is_over_is_not_offered(self, person, house):
        person.signs_in(house.link("shared"), house.someone()["email"])
        house.forward(hours=9)

        person.opens(house.link("shared"))

        expect(person.page.get_by_label("Primary email")).to_be_visible()

    def test_is_not_asked_for_on_a_first_visit(self, person, house):
        asked = []
        person.page.on("request", lambda request: asked.append(request.url))

        person.opens(house.link("shared"))
        expect(person.page.get_by_label("Primary email")).to_be_visible()

        assert not [url for url in asked if url.endswith("/v1/session/refresh")]

    def test_of_a_shared_computer_ends_with_the_browser(self, person, house, context):
        person.opens(house.link("shared"))
        person.asks_for_a_code(house.someone()["email"])
        person.types(person.reads_the_code())
        person.page.get_by_label("This is a shared or public computer").check()
        person.sees("You will be signed out after 30 minutes without use")
        person.continues()
        person.lands_in_the_portal()

        cookie = next(c for c in context.cookies() if c["name"] == "__Host-portico-acme")
        assert cookie["expires"] == -1

    def test_ends_on_the_page(self, person, house):
        person.signs_in(house.link("shared"), house.someone()["email"])
        person.opens(house.link("shared"))

        person.page.get_by_role("button", name="Sign out").click()

        person.sees_heading("You are signed out")
        person.finds_no_barrier()
        person.page.get_by_role("button", name="Sign in again").click()
        expect(person.page.get_by_label("Primary email")).to_be_visible()

    def test_ends_everywhere_from_the_portal(self, person, person_with, house):
        email = house.someone()["email"]
        person.signs_in(house.link("shared"), email)
        elsewhere = person_with()
        elsewhere.signs_in(house.link("shared"), email)

        person.page.get_by_role(
            "button", name=re.compile("sign out everywhere", re.IGNORECASE)
        ).click()
        person.page.wait_for_timeout(1500)

        for one in (person, elsewhere):
            one.opens(house.link("shared"))
            expect(one.page.get_by_label("Primary email")).to_be_visible()

    def test_has_ended_says_the_page_when_a_portal_sends_people_back(self, person):
        # It has no front entrance: elsewhere this sentence stands only until we know of one.
        person.opens("/lumen#signed-out")

        person.sees_heading("You are signed out")
        person.sees("open the link you were sent")
