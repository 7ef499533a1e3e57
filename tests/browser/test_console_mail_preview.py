"""The console's preview of mails: as the sender writes them, with what is typed and not yet saved."""

import re

import pytest
from playwright.sync_api import FrameLocator, Response, expect

from tests.browser.member import Member, asked_of
from tests.browser.test_console_portal import PICTURE, chooses, wants

WALK = """(root) => [...root.querySelectorAll("*")]
    .filter((each) => each.localName !== "tbody" && root.contains(each))
    .map((each) => [
        each.localName,
        each.className,
        each.style.cssText,
        each.getAttribute("align"),
        [...each.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("").replace(/^[\\n ]+|[\\n ]+$/g, ""),
    ])"""
"""Each element with its style, and the text that is its own. A parser puts rows into a body of the table."""
IN_THE_FRAME = f'({WALK})(document.querySelector("iframe.of-mail").contentDocument.body)'
BY_A_PARSER = f'(html) => ({WALK})(new DOMParser().parseFromString(html, "text/html").body)'
STYLE = """() => [...document.querySelector("iframe.of-mail").contentDocument.adoptedStyleSheets[0].cssRules]
    .map((each) => each.cssText).join("\\n")"""
LETTERS = ("A code", "A new personal link", "A notice of a change")


def is_french(answer: Response) -> bool:
    is_preview = answer.ok and answer.url.endswith("/mail-preview")
    return is_preview and '"language":"fr"' in (answer.request.post_data or "")


@pytest.fixture
def member(person) -> Member:
    return Member(person)


@pytest.fixture
def mail(member) -> FrameLocator:
    member.comes_in("admin")
    wants(member, "Name and look")
    inside: FrameLocator = member.page.frame_locator("iframe.of-mail")
    # Nothing in it is there for a keyboard or a screen reader, so no role finds it.
    expect(inside.locator(".code")).to_have_text("SAM-PLE0")
    return inside


class TestTheMail:
    def test_csl_01_follows_what_is_typed_and_makes_no_markup_of_it(self, member, mail):
        asked = asked_of(member, "POST", "/mail-preview$")
        member.types("Name of the workspace", "<b>Acme</b> & Sons")
        member.types("Accent colour", "#aa0000")
        member.types("Name of the sender in mails", "Help desk")

        expect(mail.locator("h1")).to_contain_text("bAcme/b & Sons")
        expect(mail.locator(".card td").first).to_have_css("background-color", "rgb(170, 0, 0)")
        assert mail.locator("h1 b").count() == 0
        expect(member.part("Preview of the mail")).to_contain_text("Help desk")
        expect(member.page.get_by_role("banner")).to_contain_text("Acme Support")
        # Not a request for each letter.
        assert len(asked) <= 3

    def test_says_what_is_wrong_with_what_is_typed_and_keeps_the_last_one(self, member, mail):
        member.types("Accent colour", "#12")

        member.is_told("Check Accent colour: a colour in the form #rrggbb.")
        expect(mail.locator(".code")).to_have_text("SAM-PLE0")
        member.types("Accent colour", "#123456")

        expect(mail.locator(".card td").first).to_have_css("background-color", "rgb(18, 52, 86)")
        expect(member.page.get_by_text("Check Accent colour")).to_have_count(0)

    def test_is_a_code_a_link_or_a_notice_and_plain_text_too(self, member, mail):
        member.chooses("Which mail", "A new personal link")
        expect(mail.locator("h1")).to_have_text("Your new link")
        expect(mail.get_by_text("Open the link")).to_be_visible()
        expect(mail.locator("[href]")).to_have_count(0)
        member.chooses("Which mail", "A notice of a change")
        expect(mail.locator("h1")).to_have_text("Your password was changed")

        member.chooses("Which mail", "A code")
        member.chooses("Shown as", "Plain text")

        expect(member.part("Preview of the mail").locator("pre")).to_contain_text("SAM-PLE0")
        expect(member.page.locator("iframe.of-mail")).to_be_hidden()

    def test_is_in_any_language_light_and_dark_by_its_own_style(self, member, mail):
        asked = asked_of(member, "POST", "/mail-preview$")
        card = mail.locator(".card").first
        member.chooses("Light or dark", "Dark")
        expect(card).to_have_css("background-color", "rgb(27, 30, 36)")
        member.chooses("Light or dark", "Light")
        expect(card).to_have_css("background-color", "rgb(255, 255, 255)")
        assert asked == []

        member.chooses("Language of the preview", "العربية")

        expect(mail.locator("html")).to_have_attribute("dir", "rtl")
        expect(mail.locator("html")).to_have_attribute("lang", "ar")
        expect(member.page.frame_locator("iframe.of-page").locator("html")).to_have_attribute("dir", "rtl")  # fmt: skip

    @pytest.mark.parametrize("letter", LETTERS)
    def test_is_what_a_browser_makes_of_the_mail(self, member, mail, letter):
        member.chooses("Which mail", letter)
        with member.page.expect_response(is_french) as heard:
            member.chooses("Language of the preview", "Français")
        said = heard.value.json()
        expect(member.part("Preview of the mail")).to_contain_text(said["subject"])
        expect(mail.locator("html")).to_have_attribute("lang", "fr")

        blank = member.page.context.new_page()
        assert member.page.evaluate(IN_THE_FRAME) == blank.evaluate(BY_A_PARSER, said["html"])
        blank.close()
        rules = member.page.evaluate(STYLE)
        assert ".ground" in rules
        assert "prefers-color-scheme" not in rules

    def test_does_nothing_and_lets_no_keyboard_in(self, member, mail):
        frame = member.page.locator("iframe.of-mail")

        expect(frame).to_have_attribute("sandbox", "allow-same-origin")
        assert frame.evaluate("each => each.inert")

    def test_is_no_barrier_at_360_pixels(self, member, mail):
        member.page.set_viewport_size({"width": 360, "height": 740})
        member.person.finds_no_barrier()

        member.chooses("Shown as", "Plain text")

        text = member.part("Preview of the mail").locator("pre")
        expect(text).to_have_css("white-space", "pre-wrap")
        expect(text).to_have_css("text-decoration-line", "none")
        member.person.finds_no_barrier()

    def test_that_does_not_come_says_so_and_the_form_works_on(self, member):
        member.comes_in("admin")
        member.page.route("**/mail-preview", lambda route: route.abort())
        wants(member, "Name and look")

        expect(member.part("Preview of the mail")).to_contain_text("No answer came.")
        member.types("Name of the workspace", "Acme & Sons")
        member.presses("Look at the change")
        member.sees_heading("Before and after")


class TestTheLogo:
    def test_is_in_the_mail_before_it_is_used(self, member):
        member.comes_in("admin")
        member.opens("logo")
        member.sees_heading("Logo")
        picture = member.page.frame_locator("iframe.of-mail").locator("img.logo")
        chooses(member, "logo.png", PICTURE)

        expect(picture).to_have_attribute("src", re.compile("^data:image/png;base64,"))
        expect(picture).to_have_js_property("naturalWidth", 1)
