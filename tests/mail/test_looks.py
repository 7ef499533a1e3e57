"""How the mail looks in Chromium: light, dark, on a phone, in Arabic (mail/render.py)."""

import base64
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Playwright

from portico.mail.languages import LANGUAGES
from portico.mail.render import RenderedLetter, render
from tests.support.chromium import FLAGS, chromium_path

pytestmark = pytest.mark.browser

DESK, PHONE = 720, 320

# Every text that is shown, with its contrast to the nearest painted ground (WCAG 2.2, 1.4.3).
CONTRASTS = """() => {
  const channel = v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 };
  const numbers = css => css.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
  const ground = node => {
    for (; node; node = node.parentElement) {
      const [r, g, b, a = 1] = numbers(getComputedStyle(node).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || !node.offsetParent || getComputedStyle(node).fontSize === "0px")
      continue;
    const pair = [light(numbers(getComputedStyle(node).color)), light(ground(node))];
    found.push([text.data.trim(), (Math.max(...pair) + .05) / (Math.min(...pair) + .05)]);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def opened(chromium, tmp_path):
    """Open a mail as a client would, keep its picture in the test's folder."""
    pages = []

    def open_mail(letter, *, width=DESK, scheme="light"):
        page = chromium.new_page(
            viewport={"width": width, "height": 700}, color_scheme=scheme, java_script_enabled=True
        )
        pages.append(page)
        asked_for: list[str] = []
        page.on("request", lambda request: asked_for.append(request.url))
        page.set_content(_with_its_picture(render(letter)))
        page.screenshot(path=tmp_path / f"{letter.language}-{scheme}-{width}.png", full_page=True)
        assert not [url for url in asked_for if not url.startswith(("data:", "about:"))]
        return page

    yield open_mail
    for page in pages:
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("language", LANGUAGES)
class TestTheMail:
    def test_fits_and_can_be_read(self, opened, a_letter, language, width, scheme):
        page = opened(a_letter(language=language), width=width, scheme=scheme)

        assert page.evaluate("document.documentElement.scrollWidth") <= width
        contrasts = page.evaluate(CONTRASTS)
        assert len(contrasts) >= 11
        assert not [(text, ratio) for text, ratio in contrasts if ratio < 4.5]


class TestTheLooks:
    def test_in_the_dark_are_dark(self, opened, a_letter):
        grounds = {
            scheme: opened(a_letter(), scheme=scheme).evaluate(
                "getComputedStyle(document.querySelector('.card')).backgroundColor"
            )
            for scheme in ("light", "dark")
        }

        assert grounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(27, 30, 36)"}

    def test_in_arabic_start_at_the_right(self, opened, a_letter):
        page = opened(a_letter(language="ar", workspace_name="مكتب النور"))

        heading = page.locator("h1").evaluate(
            "n => [getComputedStyle(n).direction, getComputedStyle(n).textAlign]"
        )
        assert heading == ["rtl", "right"]
        assert page.locator(".code").evaluate("n => getComputedStyle(n).direction") == "ltr"

    def test_have_the_code_on_one_line_of_a_phone(self, opened, a_letter):
        code = opened(a_letter(code="WWWMMMW"), width=PHONE).locator(".code")

        assert code.inner_text() == "WWW-MMMW"
        assert code.bounding_box()["height"] < 60

    def test_give_the_whole_code_to_one_click(self, opened, a_letter):
        page = opened(a_letter())

        page.locator(".code").click()

        assert page.evaluate("getSelection().toString()").strip() == "4F2-9KXB"

    def test_keep_a_long_name_inside_the_card(self, opened, a_letter):
        page = opened(a_letter(workspace_name="W" * 100), width=PHONE)

        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_show_the_logo_small_and_on_white(self, opened, a_letter, a_logo, scheme):
        page = opened(replace(a_letter(), logo=a_logo), scheme=scheme)

        box = page.locator("img").bounding_box()
        assert (box["width"], box["height"]) == (140, 40)
        assert (
            page.locator(".plate").evaluate("n => getComputedStyle(n).backgroundColor")
            == "rgb(255, 255, 255)"
        )

    def test_hide_the_inbox_line(self, opened, a_letter):
        page = opened(a_letter())

        assert "It works once, within" not in page.locator("body").inner_text()


def _with_its_picture(rendered: RenderedLetter) -> str:
    if rendered.logo is None:
        return rendered.html
    picture = base64.b64encode(rendered.logo.png).decode()
    return rendered.html.replace(f"cid:{rendered.logo_id}", f"data:image/png;base64,{picture}")
