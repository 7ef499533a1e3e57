"""The browser's own buttons: Back leads one screen back, Forward one on, Reload stays."""

from playwright.sync_api import expect

BEN = "ben@example.com"
LAMPS = "two quiet lamps by the harbour"


def opens_account(person, house):
    """Somebody whom no other test knows opens their account."""
    person.signs_up(house.link("shared", workspace="lumen"))
    person.page.locator("#edit-profile").click()
    expect(person.page.locator("#change-email")).to_be_visible()


def opens_account_that_is_old(person, house):
    """The sign-in is too old for a change of the ways in: a code must confirm it."""
    opens_account(person, house)
    house.forward(minutes=16)
    person.page.reload()


def confirms_after_a_reload(person):
    expect(person.page.locator("#lead")).to_contain_text("we make sure that it is you")
    code = person.reads_the_code()
    person.page.reload()
    person.types(code)
    person.continues()


def asks_to_move(person, house):
    """As far as the code for another address."""
    opens_account(person, house)
    email = f"new-{person.email}"
    person.page.locator("#change-email").click()
    person.page.locator("#email").fill(email)
    person.page.locator("#email-me").click()
    expect(person.code_field).to_be_visible()
    return email


def tries_five(person, code):
    for last in [each for each in "BCDFGHJ" if each != code[-1]][:5]:
        person.types(code[:-1] + last)
        with person.page.expect_response(lambda answer: "/v1/" in answer.url):
            person.continues()
        expect(person.page.locator("#screen")).not_to_have_attribute("aria-busy", "true")


class TestBack:
    def test_leads_from_the_code_to_the_address_and_forward_to_the_code(self, person, house):
        person.opens(house.link("shared"))
        person.asks_for_a_code(house.someone()["email"])
        code = person.reads_the_code()

        person.page.go_back()
        expect(person.page.get_by_label("Primary email")).to_have_value(person.email)
        person.page.go_forward()

        person.types(code)
        person.continues()
        person.lands_in_the_portal()

    def test_leads_through_every_screen_of_a_forgotten_password(self, person, house):
        person.opens(house.link("shared", workspace="lumen"))
        person.page.locator("#use-password").click()
        person.page.locator("#forgot").click()
        person.page.locator("#email").fill(BEN)
        person.page.locator("#email-me").click()
        expect(person.code_field).to_be_visible()

        lumen = f"Sign in to {house.name_of('lumen')}"
        for there in ("Set a password", lumen, lumen):
            person.page.go_back()
            person.sees_heading(there)
        expect(person.page.locator("#email-me")).to_be_visible()
        person.page.go_back()

        assert person.page.url == "about:blank"

    def test_is_what_the_pages_own_button_does(self, person, house):
        person.opens(house.link("shared"))
        person.asks_for_a_code("slip@example.net")
        person.page.get_by_role("button", name="Use another address").click()
        expect(person.page.get_by_label("Primary email")).to_be_visible()

        person.page.wait_for_timeout(300)
        person.page.go_back()

        assert person.page.url == "about:blank"

    def test_after_a_reload_leads_to_the_first_screen(self, person, house):
        person.opens(house.link("shared"))
        person.asks_for_a_code("slip@example.net")
        person.page.reload()
        expect(person.code_field).to_be_visible()

        person.page.go_back()

        expect(person.page.get_by_label("Primary email")).to_be_visible()

    def test_leads_from_a_change_of_the_account_to_the_account(self, person, house):
        asks_to_move(person, house)

        person.page.go_back()
        person.sees_heading("Change address")
        person.page.go_back()
        person.sees_heading("Your account")
        person.page.go_back()

        person.lands_in_the_portal()


class TestTheFifthWrongCode:
    def test_says_that_it_is_over_and_has_one_button(self, person, house):
        person.opens(house.link("shared"))
        person.asks_for_a_code(house.someone()["email"])

        tries_five(person, person.reads_the_code())

        person.sees_heading("That was the last try")
        expect(person.page.locator("#screen button")).to_have_count(1)
        person.finds_no_barrier()
        person.page.get_by_role("button", name="Ask for a new code").click()
        person.types(person.reads_the_code())
        person.continues()
        person.lands_in_the_portal()

    def test_of_the_account_says_so_too(self, person, house):
        email = asks_to_move(person, house)

        tries_five(person, person.reads_the_code(email))

        person.sees_heading("That was the last try")
        expect(person.page.locator("#screen button")).to_have_count(1)
        person.page.locator("#again").click()
        person.types(person.reads_the_code(email))
        person.continues()
        expect(person.message).to_contain_text(f"Your address is now {email}")


class TestAReload:
    def test_keeps_the_code_of_a_new_address(self, person, house):
        email = asks_to_move(person, house)
        code = person.reads_the_code(email)

        person.page.reload()

        person.sees(email)
        person.types(code)
        person.continues()
        expect(person.message).to_contain_text(f"Your address is now {email}")

    def test_keeps_the_change_that_waits_for_the_code(self, person, house):
        opens_account_that_is_old(person, house)
        email = f"new-{person.email}"
        person.page.locator("#change-email").click()
        person.page.locator("#email").fill(email)
        person.page.locator("#email-me").click()

        confirms_after_a_reload(person)

        expect(person.page.locator("#lead")).to_contain_text(email)
        person.types(person.reads_the_code(email))
        person.continues()
        expect(person.message).to_contain_text(f"Your address is now {email}")

    def test_keeps_the_account_that_is_to_be_connected(self, person, house):
        opens_account_that_is_old(person, house)
        person.page.locator("#sso-facebook").click()

        confirms_after_a_reload(person)

        person.chooses("cem")
        expect(person.message).to_contain_text("The account is connected")

    def test_keeps_the_end_of_the_account_and_a_second_mail_does_too(self, person, house):
        opens_account_that_is_old(person, house)
        person.page.locator("#remove-account").click()
        person.page.locator("#confirmation").fill(person.email)
        person.page.locator("#yes").click()
        expect(person.code_field).to_be_visible()
        person.page.clock.install()
        person.page.reload()
        expect(person.code_field).to_be_visible()
        person.page.clock.run_for(31_000)
        house.forward(seconds=31)
        person.page.locator("#resend").click()
        expect(person.message).to_contain_text("Another code is on its way.")

        confirms_after_a_reload(person)

        person.sees_heading("Your account is deleted")

    def test_asks_for_a_password_again_and_keeps_none(self, person, house):
        opens_account_that_is_old(person, house)
        person.page.locator("#set-password").click()
        person.page.locator("#password").fill(LAMPS)
        person.page.locator("#save").click()
        expect(person.code_field).to_be_visible()
        for kept in ("sessionStorage", "localStorage"):
            assert LAMPS not in person.page.evaluate(f"JSON.stringify({kept})")

        confirms_after_a_reload(person)

        expect(person.message).to_contain_text("the page does not keep a password")
        person.finds_no_barrier()
        person.page.locator("#password").fill(LAMPS)
        person.page.locator("#save").click()
        expect(person.message).to_contain_text("Your password is set")

    def test_keeps_no_change_for_another_contact(self, person, person_with, house):
        opens_account_that_is_old(person, house)
        person.page.locator("#remove-account").click()
        person.page.locator("#confirmation").fill(person.email)
        person.page.locator("#yes").click()
        expect(person.code_field).to_be_visible()
        tab = person.page
        person.page = tab.context.new_page()
        person.opens("/lumen#account")
        person.page.locator("#sign-out").click()
        person.signs_in(house.link("shared", workspace="lumen"), BEN)
        person.page = tab

        person.page.reload()

        person.sees_heading("Your account")
        person.sees(BEN)
        expect(person.code_field).to_have_count(0)

    def test_has_forgotten_a_code_that_was_given_up(self, person, house):
        asks_to_move(person, house)

        person.page.get_by_role("button", name="Cancel").click()
        person.page.reload()

        person.sees_heading("Your account")
        expect(person.code_field).to_have_count(0)
