"""The console for everybody: every screen in every language, light and dark, narrow and wide, by axe."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.member import Member

ANN = "ct_demo-acme-ann-00000000"
OLGA = "ct_demo-acme-olga-0000000"
SCREENS = (
    "find",
    "add",
    f"contact={ANN}",
    f"contact={OLGA}",
    f"edit={ANN}",
    f"new-link={ANN}",
    "links",
    "team",
    "new-member",
    "ways-in",
    "keys",
    "new-key",
    "authentication",
    "change=authentication-sign_up",
    "portal",
    "change=portal-open",
    "logs",
    "overview",
    "changes",
    f"trail={ANN}",
    "contacts",
    "import",
    f"address={ANN}",
    f"erase={ANN}",
    f"merge={ANN}",
)
LOOKS: dict[str, dict[str, Any]] = {
    "en-1280": {"viewport": {"width": 1280, "height": 900}},
    "en-360-dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
    "de-320": {"viewport": {"width": 320, "height": 256}, "locale": "de-DE"},
    "de-1280-dark": {
        "viewport": {"width": 1280, "height": 900},
        "locale": "de-DE",
        "color_scheme": "dark",
    },
    "fr-320-calm": {
        "viewport": {"width": 320, "height": 740},
        "locale": "fr-FR",
        "reduced_motion": "reduce",
        "forced_colors": "active",
    },
    "es-600": {"viewport": {"width": 600, "height": 740}, "locale": "es-ES"},
    "pt-320-dark": {
        "viewport": {"width": 320, "height": 740},
        "locale": "pt-BR",
        "color_scheme": "dark",
    },
    "it-1600": {"viewport": {"width": 1600, "height": 900}, "locale": "it-IT"},
    "ja-320": {"viewport": {"width": 320, "height": 740}, "locale": "ja-JP"},
    "ar-360": {"viewport": {"width": 360, "height": 740}, "locale": "ar-EG"},
    "ar-1280-dark": {
        "viewport": {"width": 1280, "height": 900},
        "locale": "ar-EG",
        "color_scheme": "dark",
    },
}
FIND = {
    "en": "Find a contact",
    "de": "Kontakt finden",
    "fr": "Trouver un contact",
    "es": "Buscar un contacto",
    "pt": "Encontrar um contato",
    "it": "Trova un contatto",
    "ja": "連絡先を探す",
    "ar": "ابحث عن جهة اتصال",
}


class TestEveryScreen:
    @pytest.mark.parametrize("look", LOOKS)
    def test_has_no_barrier(self, person_with, look):
        member = Member(person_with(**LOOKS[look]))
        member.comes_in(heading=FIND[look[:2]])
        expect(member.page.locator("html")).to_have_attribute("lang", look[:2])

        for screen in SCREENS:
            member.opens(screen)
            expect(member.page.locator("main:not([aria-busy]) h1")).to_be_visible()
            member.person.finds_no_barrier()

    @pytest.mark.parametrize("look", ["en-1280", "en-360-dark", "ar-360"])
    def test_asks_once_more_and_says_what_is_wrong_without_a_barrier(self, person_with, look):
        member = Member(person_with(**LOOKS[look]))
        member.comes_in(heading=FIND[look[:2]])
        member.opens("find")
        member.page.get_by_role("textbox").fill("nobody.at.all@example.org")
        member.page.keyboard.press("Enter")
        expect(member.page.get_by_role("status").first).to_be_visible()
        member.person.finds_no_barrier()

        member.opens(f"contact={ANN}")
        main = member.page.locator("main")
        main.get_by_role("button").last.click()

        expect(member.page.get_by_role("dialog")).to_be_visible()
        member.person.finds_no_barrier()

    def test_of_who_is_not_let_in_has_no_barrier(self, person_with):
        member = Member(person_with(color_scheme="dark"))

        member.opens()

        member.sees_heading("Sign in to the console")
        member.person.finds_no_barrier()

    @pytest.mark.parametrize("look", ["en-1280", "en-360-dark"])
    def test_has_targets_of_44_pixels(self, person_with, look):
        member = Member(person_with(**LOOKS[look]))
        member.comes_in()
        member.opens(f"contact={ANN}")
        expect(member.offers("Deactivate")).to_be_visible()

        heights = member.page.evaluate(
            """() => [...document.querySelectorAll("button, select, nav a, input:not([type=checkbox])")]
                 .filter((each) => each.checkVisibility())
                 .map((each) => [each.textContent, each.getBoundingClientRect().height])"""
        )

        assert heights
        assert [pair for pair in heights if pair[1] < 44] == []
