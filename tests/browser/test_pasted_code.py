"""A whole code that is pasted or filled in is checked at once, where the workspace has it so."""

import pytest
from playwright.sync_api import expect

WRONG = "BCDFGHJ"
TOLD = "We check a pasted code as soon as it is complete."


@pytest.fixture
def paste(person):
    def paste(text):
        person.code_field.focus()
        person.page.evaluate(
            """text => {
              const data = new DataTransfer();
              data.setData("text", text);
              const event = new ClipboardEvent("paste",
                { clipboardData: data, bubbles: true, cancelable: true });
              if (document.activeElement.dispatchEvent(event))
                document.execCommand("insertText", false, text);
            }""",
            text,
        )

    return paste


@pytest.fixture
def tries(person):
    """The requests that tried a code."""
    tried = []
    person.page.on(
        "request", lambda request: tried.append(request.url) if "/verify" in request.url else None
    )
    return tried


def asks(person, house, workspace="acme"):
    who = {"acme": house.someone()["email"]}.get(workspace, "ben@example.com")
    person.opens(house.link("shared", workspace=workspace))
    person.asks_for_a_code(who)
    return person.reads_the_code()


def is_refused(person, *, left):
    expect(person.message).to_contain_text("This is not the code we sent")
    expect(person.message).to_contain_text(f"Tries left: {left}")


class TestAPastedCode:
    def test_signs_in_without_another_press(self, person, house, paste):
        code = asks(person, house)
        person.sees(TOLD)
        person.finds_no_barrier()

        paste(f"Your code is {code[:3]}-{code[3:]}")

        person.lands_in_the_portal()

    def test_that_a_phone_fills_in_signs_in_too(self, person, house):
        code = asks(person, house)

        person.code_field.fill(code.lower())

        person.lands_in_the_portal()

    def test_can_be_told_before_that_the_computer_is_shared(self, person, house, context, paste):
        code = asks(person, house)
        box = person.page.get_by_label("This is a shared or public computer")
        above, field = box.bounding_box(), person.code_field.bounding_box()
        assert above["y"] + above["height"] <= field["y"]
        box.check()

        paste(code)

        person.lands_in_the_portal()
        cookie = next(c for c in context.cookies() if c["name"] == "__Host-portico-acme")
        assert cookie["expires"] == -1  # it ends with the browser

    def test_that_was_refused_does_not_go_a_second_time_by_itself(
        self, person, house, paste, tries
    ):
        asks(person, house)
        paste(WRONG)
        is_refused(person, left=4)

        person.code_field.fill("")
        paste(WRONG)
        person.code_field.fill("")
        person.code_field.fill(WRONG)
        person.page.wait_for_timeout(500)

        assert len(tries) == 1
        person.continues()
        is_refused(person, left=3)
        assert len(tries) == 2

    def test_that_was_typed_and_refused_does_not_go_by_itself_either(
        self, person, house, paste, tries
    ):
        asks(person, house)
        person.types(WRONG)
        person.continues()
        is_refused(person, left=4)

        person.code_field.fill("")
        paste(WRONG)
        person.page.wait_for_timeout(500)

        assert len(tries) == 1

    def test_goes_by_itself_after_another_was_refused(self, person, house, paste):
        code = asks(person, house)
        paste(WRONG)
        is_refused(person, left=4)

        person.code_field.fill("")
        paste(code)

        person.lands_in_the_portal()

    def test_waits_after_a_reload_that_has_forgotten_what_was_refused(
        self, person, house, paste, tries
    ):
        asks(person, house)
        paste(WRONG)
        is_refused(person, left=4)

        person.page.reload()
        expect(person.code_field).to_be_visible()
        paste(WRONG)
        person.page.wait_for_timeout(500)

        assert len(tries) == 1
        expect(person.page.get_by_text(TOLD)).to_have_count(0)

    @pytest.mark.parametrize("text", ["4F2", "AEUAEUA", "4F2-9KXB or 7H3-2BCD"])
    def test_that_can_be_none_is_not_sent(self, person, house, paste, tries, text):
        asks(person, house)

        paste(text)
        person.page.wait_for_timeout(500)

        assert tries == []

    def test_for_a_new_address_goes_by_itself_too(self, person, house, paste):
        email = f"new-{person.signs_up(house.link('shared', workspace='lumen'))}"
        person.page.locator("#edit-profile").click()
        person.page.locator("#change-email").click()
        person.page.locator("#email").fill(email)
        person.page.locator("#email-me").click()
        person.sees(TOLD)

        paste(person.reads_the_code(email))

        expect(person.message).to_contain_text(f"Your address is now {email}")


class TestATypedCode:
    def test_waits_for_its_typist(self, person, house, tries):
        code = asks(person, house)

        person.types(code)
        person.page.wait_for_timeout(500)

        assert tries == []
        person.continues()
        person.lands_in_the_portal()

    def test_for_a_new_password_waits_for_the_password(self, person, house, paste, tries):
        person.opens(house.link("shared", workspace="lumen"))
        person.page.locator("#use-password").click()
        person.page.locator("#forgot").click()
        person.page.locator("#email").fill("ben@example.com")
        person.page.locator("#email-me").click()

        paste(person.reads_the_code("ben@example.com"))
        person.page.wait_for_timeout(500)

        assert tries == []
        expect(person.page.get_by_text(TOLD)).to_have_count(0)


class TestAWorkspaceThatWantsAPress:
    def test_checks_nothing_by_itself_and_does_not_say_so(self, person, house, paste, tries):
        house.team("workspace", "set", "acme", "--no-check-pasted-code")
        try:
            code = asks(person, house)
            expect(person.page.get_by_text(TOLD)).to_have_count(0)

            paste(code)
            person.page.wait_for_timeout(500)

            assert tries == []
            person.continues()
            person.lands_in_the_portal()
        finally:
            house.team("workspace", "set", "acme", "--check-pasted-code")
