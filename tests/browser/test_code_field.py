"""The one field for the code: what it makes of keys, pastes and a phone's autofill."""

from unicodedata import category, decimal

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person


@pytest.fixture(scope="module")
def someone(browser, browser_context_args, running):
    """One person for all of these tests, who has asked for a code and stands in the field."""
    context = browser.new_context(**browser_context_args)
    person = Person(context.new_page(), running)
    person.opens(running.link("shared"))
    person.asks_for_a_code("nobody@example.net")
    yield person
    context.close()


@pytest.fixture
def field(someone):
    someone.code_field.fill("")
    someone.code_field.focus()
    return someone.code_field


@pytest.fixture
def keys(someone, field):
    return someone.page.keyboard


@pytest.fixture
def paste(someone, field):
    def paste(text):
        someone.page.evaluate(
            """text => {
              const data = new DataTransfer();
              data.setData("text", text);
              const field = document.getElementById("code");
              const event = new ClipboardEvent("paste",
                { clipboardData: data, bubbles: true, cancelable: true });
              if (field.dispatchEvent(event)) document.execCommand("insertText", false, text);
            }""",
            text,
        )

    return paste


def cursor(field):
    return field.evaluate("field => field.selectionStart")


class TestTheCodeField:
    def test_is_what_phones_and_password_managers_look_for(self, field):
        expect(field).to_have_attribute("autocomplete", "one-time-code")
        expect(field).to_have_attribute("inputmode", "text")
        expect(field).to_have_attribute("autocapitalize", "characters")
        expect(field).to_have_accessible_name("Code")

    def test_spells_the_code_as_it_is_typed(self, field, keys):
        for typed, shown in [("4", "4"), ("f2", "4F2"), ("9", "4F2-9"), ("kxb", "4F2-9KXB")]:
            keys.type(typed)
            expect(field).to_have_value(shown)

    def test_folds_what_looks_alike(self, field, keys):
        keys.type("oil-oil0")

        expect(field).to_have_value("011-0110")

    @pytest.mark.parametrize(
        ("four", "two", "nine"), ["\u0664\u0662\u0669", "\u06f4\u06f2\u06f9", "\u096a\u0968\u096f"]
    )
    def test_takes_digits_of_other_keyboards(self, field, keys, four, two, nine):
        keys.type(f"{four}f{two}{nine}kxb")

        expect(field).to_have_value("4F2-9KXB")

    def test_reads_every_digit_of_unicode_as_the_api_does(self, someone):
        digits = [chr(n) for n in range(0x110000) if category(chr(n)) == "Nd"]

        read = someone.page.evaluate(
            """async digits => {
              const { fold } = await import("/assets/code-field.js");
              return digits.map(fold).join("");
            }""",
            digits,
        )

        assert read == "".join(str(decimal(digit)) for digit in digits)

    def test_takes_no_eighth_character(self, field, keys):
        keys.type("4F29KXBZ")

        expect(field).to_have_value("4F2-9KXB")

    def test_keeps_the_cursor_where_it_was(self, field, keys):
        keys.type("4F29KB")
        keys.press("ArrowLeft")

        keys.type("x")

        expect(field).to_have_value("4F2-9KXB")
        assert cursor(field) == 7

    def test_deletes_through_the_dash(self, field, keys):
        keys.type("4F29KXB")
        for _ in range(4):
            keys.press("ArrowLeft")
        assert cursor(field) == 4

        keys.press("Backspace")
        expect(field).to_have_value("4F9-KXB")
        assert cursor(field) == 2
        keys.press("ArrowRight")
        keys.press("Delete")

        expect(field).to_have_value("4F9-XB")

    @pytest.mark.parametrize(
        "text",
        [
            "4F2-9KXB",
            " 4f29kxb\n",
            "４Ｆ２－９ＫＸＢ",
            "4F2 \u2013 9KXB",
            "\u0664F\u0662-\u0669KXB",
            "\u06f4f\u06f2\u06f9kxb",
            "Your code is \u096aF\u0968-\u096fKXB.",
            "Your code is 4F2-9KXB. It is labelled KQ.",
            "@signin.example.com #4F29KXB",
            "RHYTHMS: 4F2-9KXB",
        ],
    )
    def test_finds_the_code_in_what_is_pasted(self, field, paste, text):
        paste(text)

        expect(field).to_have_value("4F2-9KXB")

    @pytest.mark.parametrize("text", ["Hello Ann, welcome back", "4F2-9KXB or 7H3-2BCD", "welcome"])
    def test_says_so_when_no_single_code_is_pasted(self, someone, field, paste, keys, text):
        keys.type("4F")

        paste(text)

        expect(field).to_have_value("4F")
        expect(someone.message).to_contain_text("does not contain exactly one 7-character code")

    def test_is_filled_in_as_a_whole_by_a_phone(self, field):
        field.fill("4f29kxb")

        expect(field).to_have_value("4F2-9KXB")

    @pytest.mark.parametrize(
        ("typed", "says"),
        [("4F2", "Enter all 7 characters"), ("AEUAEUA", "never has an A, E or U")],
    )
    def test_asks_nobody_what_can_be_no_code(self, someone, field, keys, typed, says):
        asked = []
        someone.page.on("request", lambda request: asked.append(request.url))
        keys.type(typed)
        keys.press("Enter")

        expect(someone.message).to_be_focused()
        expect(someone.message).to_contain_text(says)
        expect(field).to_have_attribute("aria-invalid", "true")
        assert not asked
