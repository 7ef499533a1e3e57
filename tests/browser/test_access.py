"""The page for everybody: keyboards, screen readers, phones, large letters, other scripts."""

from typing import Any

import pytest
from playwright.sync_api import expect

LOOKS: dict[str, dict[str, Any]] = {
    "desk": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True},
    # 1280 by 1024 at 400 %.
    "zoomed": {"viewport": {"width": 320, "height": 256}, "locale": "de-DE"},
    "calm": {"reduced_motion": "reduce", "forced_colors": "active"},
    "arabic": {"locale": "ar-EG"},
    "japanese": {"locale": "ja-JP"},
}


class TestEveryScreen:
    @pytest.mark.parametrize("look", LOOKS)
    def test_has_no_barrier(self, person_with, house, look):
        person = person_with(**LOOKS[look])
        person.page.clock.install()
        person.opens(house.link("shared"), to="tickets")
        expect(person.page.locator("#email")).to_be_visible()
        person.finds_no_barrier()

        person.page.locator("#email").fill("ann@")
        person.page.locator("#email-me").click()
        expect(person.message).to_be_focused()
        person.finds_no_barrier()

        person.page.locator("#email").fill("somebody.with.a.long.address@example.net")
        person.page.locator("#email-me").click()
        expect(person.code_field).to_be_visible()
        person.page.clock.run_for(125_000)
        person.page.locator("#shared").check()
        person.finds_no_barrier()

        person.types("BCDFGHJ")
        person.page.locator("#continue").click()
        expect(person.message).to_be_focused()
        person.finds_no_barrier()

        person.page.locator("summary").click()
        person.finds_no_barrier()

    def test_says_who_it_is_for_while_it_opens(self, person, house):
        person.page.route("**/v1/links/resolve", lambda route: None)

        person.opens(house.link("shared"))

        person.sees_heading("Opening your link…")
        person.finds_no_barrier()

    @pytest.mark.parametrize("look", ["desk", "phone"])
    def test_has_targets_of_44_pixels(self, person_with, house, look):
        person = person_with(**LOOKS[look])
        person.opens(house.link("shared"))
        person.asks_for_a_code("somebody@example.net")

        heights = person.page.evaluate(
            """() => [...document.querySelectorAll("button, select, summary, #code")]
                 .filter(e => e.checkVisibility())
                 .map(e => [e.id || e.tagName, e.getBoundingClientRect().height])"""
        )

        assert heights
        assert [pair for pair in heights if pair[1] < 44] == []

    def test_keeps_its_place_when_a_message_comes(self, person, house):
        person.opens(house.link("shared"))
        expect(person.page.locator("#email")).to_be_visible()
        before = person.page.locator("#email-me").bounding_box()

        person.page.locator("#email").fill("ann@")
        person.page.locator("#email-me").click()
        expect(person.message).to_be_visible()

        assert person.page.locator("#email-me").bounding_box() == before


class TestTheKeyboard:
    def test_is_enough(self, person, house):
        email = house.someone()["email"]
        keys = person.page.keyboard
        person.opens(house.link("shared"))

        expect(person.page.get_by_label("Primary email")).to_be_focused()
        keys.type(email)
        keys.press("Enter")
        expect(person.code_field).to_be_focused()
        keys.type(person.reads_the_code(email))
        keys.press("Shift+Tab")
        expect(person.page.get_by_label("This is a shared or public computer")).to_be_focused()
        keys.press("Space")
        keys.press("Tab")
        expect(person.code_field).to_be_focused()
        keys.press("Tab")
        expect(person.page.get_by_role("button", name="Continue", exact=True)).to_be_focused()
        keys.press("Enter")

        person.lands_in_the_portal()

    def test_is_never_lost(self, person, house):
        person.opens(house.link("shared"))
        person.asks_for_a_code("somebody@example.net")
        expect(person.code_field).to_be_focused()

        person.page.get_by_role("button", name="Use another address").press("Enter")
        expect(person.page.get_by_label("Primary email")).to_be_focused()
        person.page.get_by_label("Language").focus()
        person.page.get_by_label("Language").select_option("de")
        expect(person.page.get_by_label("Sprache")).to_be_focused()


class TestLanguages:
    def test_are_those_of_the_browser(self, person_with, house):
        person = person_with(locale="ar-EG")
        person.opens(house.link("shared"))

        expect(person.page.locator("html")).to_have_attribute("lang", "ar")
        expect(person.page.locator("html")).to_have_attribute("dir", "rtl")
        name = house.name_of("acme")
        expect(person.page.get_by_role("heading", level=1)).to_have_text(f"تسجيل الدخول إلى {name}")

    def test_right_to_left_signs_in_like_any_other(self, person_with, house):
        email = house.someone()["email"]
        person = person_with(locale="ar")
        person.opens(house.link("shared"))
        person.page.get_by_label("البريد الإلكتروني الأساسي").fill(email)
        person.page.get_by_role("button", name="أرسل لي رمزًا بالبريد").click()

        expect(person.code_field).to_be_visible()
        person.types(person.reads_the_code(email))
        assert person.code_field.evaluate("field => getComputedStyle(field).direction") == "ltr"
        person.page.get_by_role("button", name="متابعة").click()

        person.lands_in_the_portal()

    def test_are_the_workspaces_where_the_browsers_are_unknown(self, person_with, house):
        other = next(
            each
            for each in house.world["workspaces"]
            if each["locale"] != "en" and each["portal_enabled"]
        )
        person = person_with(locale="sv-SE")

        person.opens(house.link("shared", workspace=other["id"]))

        expect(person.page.locator("html")).to_have_attribute("lang", other["locale"])

    def test_may_be_the_links(self, person, house):
        person.opens(f"{house.link('shared')['url']}&lang=ja-JP")

        expect(person.page.get_by_label("メインのメールアドレス")).to_be_visible()
        person.page.reload()
        expect(person.page.get_by_label("メインのメールアドレス")).to_be_visible()

    def test_can_be_switched_without_losing_a_thing(self, person, house):
        person.opens(house.link("shared"))
        person.page.get_by_label("Primary email").fill("somebody@example.net")
        person.page.get_by_label("Language").select_option("ja")

        expect(person.page.get_by_label("メインのメールアドレス")).to_have_value(
            "somebody@example.net"
        )
        person.page.reload()
        expect(person.page.locator("html")).to_have_attribute("lang", "ja")


class TestTheBrand:
    @pytest.mark.parametrize(("accent", "scheme"), [("#ffd23f", "light"), ("#0b0c0e", "dark")])
    def test_is_readable(self, person_with, house, accent, scheme):
        person = person_with(color_scheme=scheme)

        def repaint(route):
            answer = route.fetch()
            way = answer.json()
            way["workspace"]["accent_color"] = accent
            route.fulfill(response=answer, json=way)

        person.page.route("**/v1/links/resolve", repaint)
        person.opens(house.link("shared"))
        person.asks_for_a_code("somebody@example.net")

        person.finds_no_barrier()

    def test_is_readable_in_every_colour_there_is(self, person, house):
        person.opens(house.link("shared"))
        expect(person.page.locator("#email")).to_be_visible()

        lowest = person.page.evaluate(
            """async () => {
              const { coloursOf, contrast } = await import("/assets/colour.js");
              const lowest = { button: 21, text: 21, edge: 21 };
              for (let colour = 0; colour < 0x1000000; colour += 0x0badb) {
                const accent = `#${colour.toString(16).padStart(6, "0")}`;
                const has = coloursOf(accent);
                const least = (name, ...ratios) =>
                  (lowest[name] = Math.min(lowest[name], ...ratios));
                least("button", contrast(accent, has["--on-accent"]));
                for (const [theme, card] of [["light", "#ffffff"], ["dark", "#1a1d24"]]) {
                  least("text", contrast(has[`--accent-text-${theme}`], card));
                  least("edge", contrast(has[`--accent-edge-${theme}`], card));
                }
              }
              return lowest;
            }"""
        )

        assert lowest["button"] >= 4.5
        assert lowest["text"] >= 4.5
        assert lowest["edge"] >= 3
