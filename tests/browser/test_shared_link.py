"""A shared link: the address, the code, the portal."""

import re

import pytest
from playwright.sync_api import expect

from portico.people.addresses import mailable
from tests.people.test_addresses import UNMAILABLE


class TestASharedLink:
    def test_leads_to_the_area_that_it_names(self, person, house):
        someone = house.someone()
        person.opens(house.link("shared"), to="tickets")
        person.sees("your tickets")

        person.asks_for_a_code(someone["email"].upper())
        person.types(person.reads_the_code(someone["email"]))
        person.continues()

        person.lands_in_the_portal()
        assert person.page.url.endswith("/tickets")
        expect(person.page.get_by_text(someone["name"]).first).to_be_visible()

    def test_leaves_the_address_bar_at_once(self, person, house):
        person.opens(house.link("shared"))

        person.sees_heading(f"Sign in to {house.name_of('acme')}")
        assert person.page.url == f"{house.origin}/acme"
        person.page.go_back()
        assert person.page.url == "about:blank"

    def test_says_the_same_to_a_stranger(self, person, house):
        person.opens(house.link("shared"))

        person.asks_for_a_code("nobody-we-know@example.net")

        person.sees_heading("Check your email")
        person.sees("if it belongs to a contact of")
        assert not house.mails_to("nobody-we-know@example.net")

    def test_asks_for_a_whole_address_before_it_sends_anything(self, person, house):
        person.opens(house.link("shared"))

        person.page.get_by_label("Primary email").fill("ann@")
        person.page.keyboard.press("Enter")

        expect(person.message).to_be_focused()
        expect(person.message).to_contain_text("Enter a full address")
        expect(person.page.get_by_label("Primary email")).to_have_value("ann@")

    @pytest.mark.parametrize("email", ["jörg@example.com", "ken.@docomo.example", "ann@example.1"])
    def test_takes_no_address_that_we_cannot_mail_to(self, person, house, email):
        person.opens(house.link("shared"))
        asked = []
        person.page.on("request", lambda request: asked.append(request.url))

        person.page.get_by_label("Primary email").fill(email)
        person.page.keyboard.press("Enter")

        expect(person.message).to_be_focused()
        expect(person.message).to_contain_text("We cannot send mail to this address")
        assert not [url for url in asked if url.endswith("/v1/codes")]
        person.finds_no_barrier()

    def test_judges_addresses_as_the_api_does(self, person, house):
        person.opens(house.link("shared"))
        addresses = [
            *UNMAILABLE,
            "ann@example.com",
            "Ann.O'Neil+x@b\u00fccher.example",
            "\u212ayle@a.example",
        ]

        problems = person.page.evaluate(
            """async addresses => {
              const { emailProblem } = await import("/assets/choose-screen.js");
              return addresses.map(emailProblem);
            }""",
            addresses,
        )

        assert problems == ["email_unmailable"] * len(UNMAILABLE) + [None] * 3
        for address in addresses[len(UNMAILABLE) :]:
            assert mailable(address)

    def test_can_be_used_with_another_address(self, person, house):
        person.opens(house.link("shared"))
        person.asks_for_a_code("slip@example.net")

        person.page.get_by_role("button", name="Use another address").click()

        expect(person.page.get_by_label("Primary email")).to_have_value("slip@example.net")
        person.asks_for_a_code(house.someone()["email"])
        person.types(person.reads_the_code())
        person.continues()
        person.lands_in_the_portal()

    def test_sends_one_request_however_often_it_is_pressed(self, person, house):
        sent = []
        person.page.on(
            "request", lambda request: sent.append(request.url) if "/v1/codes" in request.url else 0
        )
        person.opens(house.link("shared"))
        person.page.get_by_label("Primary email").fill("someone@example.net")

        person.page.evaluate(
            "() => { const b = document.getElementById('email'); for (let i = 0; i < 5; i++)"
            " b.form.requestSubmit(); }"
        )

        expect(person.code_field).to_be_visible()
        assert len(sent) == 1


class TestACode:
    def test_that_is_wrong_leaves_the_contact_where_they_were(self, person, house):
        person.opens(house.link("shared"))
        person.asks_for_a_code(house.someone()["email"])
        code = person.reads_the_code()

        wrong = code[:-1] + ("B" if code[-1] != "B" else "C")
        person.types(wrong)
        person.continues()

        expect(person.message).to_be_focused()
        expect(person.message).to_contain_text("Sign-in failed.")
        expect(person.message).to_contain_text(re.compile(r"Tries left:\s4"))
        expect(person.code_field).to_have_value(f"{wrong[:3]}-{wrong[3:]}")
        # Whoever simply types on means the field.
        person.page.keyboard.type(code)
        person.page.keyboard.press("Enter")
        person.lands_in_the_portal()

    def test_that_is_wrong_five_times_ends_the_sign_in(self, person, house):
        person.opens(house.link("shared"))
        person.asks_for_a_code(house.someone()["email"])
        code = person.reads_the_code()

        for last in [each for each in "BCDFGHJ" if each != code[-1]][:5]:
            person.types(code[:-1] + last)
            person.continues()
            expect(person.page.locator("#message, #again")).to_be_visible()
            expect(person.page.locator("#screen")).not_to_have_attribute("aria-busy", "true")

        person.sees_heading("That was the last try")
        expect(person.code_field).to_have_count(0)

    def test_that_has_expired_says_so(self, person, house):
        person.opens(house.link("shared"))
        person.asks_for_a_code(house.someone()["email"])
        code = person.reads_the_code()

        house.forward(minutes=31)
        person.types(code)
        person.continues()

        expect(person.message).to_be_focused()
        expect(person.message).to_contain_text("The code has expired")
        person.asks_for_a_code(person.email)
        person.types(person.reads_the_code())
        person.continues()
        person.lands_in_the_portal()

    def test_can_be_sent_again_after_a_wait(self, person, house):
        person.page.clock.install()
        person.opens(house.link("shared"))
        person.asks_for_a_code(house.someone()["email"])
        first = person.page.locator(".code-label").inner_text()
        resend = person.page.locator("#resend")
        expect(resend).to_have_attribute("aria-disabled", "true")
        expect(resend).to_contain_text(re.compile(r"Resend code in\s(30|29|28)\ss"))
        resend.dispatch_event("click")

        person.page.clock.run_for(21_000)
        expect(person.page.get_by_role("status")).to_contain_text("10 seconds")
        person.page.clock.run_for(12_000)
        expect(person.page.get_by_role("status")).to_contain_text("another code now")
        house.forward(seconds=31)
        resend.click()

        expect(person.message).to_contain_text("Another code is on its way")
        expect(person.page.locator(".code-label")).not_to_have_text(first)
        expect(resend).to_contain_text(re.compile(r"in\s(60|59|58)\ss"))
        person.types(person.reads_the_code())
        person.continues()
        person.lands_in_the_portal()

    def test_that_does_not_come_is_explained_after_two_minutes(self, person, house):
        person.page.clock.install()
        person.opens(house.link("shared"))
        person.asks_for_a_code("nobody@example.net")
        expect(person.page.get_by_text("Still no email?")).to_be_hidden()

        person.page.clock.run_for(121_000)

        person.sees("Still no email?")
        person.sees("Look in the spam or junk folder.")

    def test_goes_on_after_a_reload_and_in_a_second_tab(self, person, house, context, witness):
        link = house.link("shared")
        person.opens(link)
        person.asks_for_a_code(house.someone()["email"])
        code = person.reads_the_code()

        person.page.reload()
        expect(person.code_field).to_be_visible()
        second = type(person)(context.new_page(), house)
        witness.watches(second.page)
        second.opens(link)
        expect(second.code_field).to_be_visible()
        second.types(code)
        second.continues()
        second.lands_in_the_portal()

        # The first tab hears of it.
        person.page.bring_to_front()
        expect(person.page.get_by_role("button", name="Continue as")).to_be_visible()

    def test_belongs_to_the_link_it_was_asked_for(self, person, house):
        person.opens(house.link("shared"), to="tickets")
        person.asks_for_a_code(house.someone()["email"])

        person.opens(house.link("shared"), to="dashboard")

        expect(person.page.get_by_label("Primary email")).to_be_visible()

    def test_belongs_to_no_other_link_to_the_same_place(self, person, house):
        nobody = person.page.get_by_text("@example.net")
        person.opens(house.link("shared"))
        person.asks_for_a_code("nobody@example.net")
        expect(nobody.first).to_be_visible()

        person.opens(house.link("personal"))

        expect(person.code_field).to_be_visible()
        expect(nobody).to_have_count(0)

    def test_is_the_same_press_when_it_is_pressed_again_after_lost_answers(self, person, house):
        person.opens(house.link("shared"))
        person.asks_for_a_code(house.someone()["email"])
        person.types(person.reads_the_code())
        sent: list[str] = []

        def lose_two(route):
            sent.append(route.request.post_data_json["request_id"])
            if len(sent) > 2:
                route.continue_()
                return
            # The first has signed somebody in; nobody here hears of it.
            route.fetch()
            route.abort("connectionreset")

        person.page.route("**/v1/codes/verify", lose_two)
        person.continues()
        expect(person.page.get_by_role("button", name="Continue", exact=True)).to_be_enabled()
        assert len(sent) == 2

        person.continues()

        person.lands_in_the_portal()
        assert len(sent) == 3
        assert len(set(sent)) == 1

    def test_is_finished_by_the_same_request_when_an_answer_is_lost(self, person, house):
        person.opens(house.link("shared"))
        person.asks_for_a_code(house.someone()["email"])
        person.types(person.reads_the_code())
        lost: list[str] = []

        def lose_the_first(route):
            if len(lost) < 1:
                route.fetch()
                lost.append(route.request.post_data_json["request_id"])
                route.abort("connectionreset")
            else:
                lost.append(route.request.post_data_json["request_id"])
                route.continue_()

        person.page.route("**/v1/codes/verify", lose_the_first)
        person.continues()

        person.lands_in_the_portal()
        assert len(lost) == 2
        assert lost[0] == lost[1]
