"""The console for everybody: every screen in every language, light and dark, narrow and wide, by axe."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.member import Member

type Scheme = Literal["light", "dark"]
type View = tuple[int, Scheme]
ANN = "ct_demo-acme-ann-00000000"
OLGA = "ct_demo-acme-olga-0000000"
IRIS = "ct_demo-acme-iris-0000000"
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
    "change=portal-look",
    "logo",
    "portals",
    "new-portal",
    "change=authentication-directory",
    "connection=microsoft",
    "new-connection=microsoft",
    "switch-connection=facebook&to=off",
    "logs",
    "overview",
    "changes",
    f"trail={ANN}",
    "contacts",
    "import",
    f"address={ANN}",
    f"erase={ANN}",
    f"merge={ANN}",
    "directory",
    f"role={IRIS}",
    "change-connection=microsoft",
    "connection-secret=google",
)
"""Every screen there is, but for those of MADE. Whoever adds a screen adds it here or there, and all that is
held below holds for it."""
MADE = ("rotate", "unmerge", "elsewhere", "edit-portal")
"""Screens of what has no name that is known before: a link, a merge, a portal elsewhere."""
STOPS = 8
"""As many as a field of a date and a time has at most."""
WIDTHS = (320, 360, 768, 1600)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
VIEWS: list[View] = [(width, scheme) for width in WIDTHS for scheme in SCHEMES]
"""As many as languages: each screen is seen once in each language, and once in each view; from one
screen to the next another view meets a language."""
EVERYWHERE: dict[str, View] = {"en": (1600, "light"), "ar": (320, "dark")}
"""In which view a language meets each screen beside that: the two that have least in common."""
LOOKS: dict[str, dict[str, Any]] = {
    "en-1280": {"viewport": {"width": 1280, "height": 900}},
    "en-360-dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
    "ar-360": {"viewport": {"width": 360, "height": 740}, "locale": "ar-EG"},
}
LOCALES = {"en": "en-GB", "de": "de-DE", "fr": "fr-FR", "es": "es-ES", "pt": "pt-BR", "it": "it-IT", "ja": "ja-JP", "ar": "ar-EG"}  # fmt: skip
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
DEACTIVATE = {"en": "Deactivate", "ar": "تعطيل"}

FOCUSABLE = """() => {
    const all = document.querySelectorAll("a[href], button, input, select, textarea, summary");
    window.walked = [...all].filter((each) => each.checkVisibility({ visibilityProperty: true }) && each.tabIndex >= 0 && !each.disabled);
    return window.walked.length;
}"""
FOCUSED = """() => {
    const each = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    const { top, bottom, width } = each.getBoundingClientRect();
    const isInView = width > 0 && bottom > 0 && top < innerHeight;
    const isSkip = each.classList.contains("skip");
    return {
        at: window.walked.indexOf(each),
        isSeen: isInView && (isSkip || (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2)),
        html: each.outerHTML.slice(0, 120),
    };
}"""


GO = """(screen) => {
    document.querySelector("main h1").dataset.of = "the screen before";
    location.hash = screen;
}"""


def is_open(member: Member, screen: str) -> None:
    """Go to a screen in the page that is there: loading it anew each time would be half the work."""
    member.page.evaluate(GO, screen)
    # Not by expect: at each look that finds nothing yet, it describes the whole screen for its report.
    member.page.locator("main:not([aria-busy]) h1:not([data-of])").wait_for()


def is_seen(member: Member, view: View) -> None:
    """See the page that is there otherwise."""
    width, scheme = view
    member.page.set_viewport_size({"width": width, "height": 740})
    member.page.emulate_media(color_scheme=scheme)


@pytest.fixture
def every_screen() -> Iterator[Callable[[Member], list[str]]]:
    """All screens, with those of MADE; what they are of is made by the member who looks."""
    made: list[tuple[Desk, str]] = []

    def of(member: Member) -> list[str]:
        desk, portal = Desk(member), f"seen-{secrets.token_hex(4)}"
        desk.asks("POST", "/portals", {"id": portal, "redirect_uris": ["https://seen.test/cb"]})
        made.append((desk, portal))
        link = desk.asks("POST", "/links", {"links": [{"contact": ANN}]})["links"][0]["link"]["id"]
        ids = []
        for name in ("Ben Once", "Ben Twice"):
            body = {"name": name, "email": f"{secrets.token_hex(4)}@example.org"}
            ids.append(desk.asks("POST", "/contacts", body)["contact"]["id"])
        survivor, lost = ids
        desk.asks("POST", f"/contacts/{survivor}/merge", {"lost": lost})
        named = {"rotate": link, "unmerge": f"{survivor}&lost={lost}", "elsewhere": portal, "edit-portal": portal}  # fmt: skip
        return [*SCREENS, *(f"{name}={named[name]}" for name in MADE)]

    yield of
    for desk, portal in made:
        desk.asks("DELETE", f"/portals/{portal}")


class TestEveryScreen:
    @pytest.mark.parametrize("language", LOCALES)
    def test_has_no_barrier(self, person_with, every_screen, language):
        member = Member(person_with(locale=LOCALES[language]))
        member.comes_in(heading=FIND[language])
        expect(member.page.locator("html")).to_have_attribute("lang", language)

        for at, screen in enumerate(every_screen(member), start=list(LOCALES).index(language)):
            own = VIEWS[at % len(VIEWS)]
            is_seen(member, own)
            is_open(member, screen)
            member.person.finds_no_barrier()
            other = EVERYWHERE.get(language, own)
            if other != own:
                is_seen(member, other)
                member.person.finds_no_barrier()

    def test_has_none_for_whoever_forces_colours_or_wants_no_motion_or_zooms_in(
        self, person_with, every_screen
    ):
        # 1280 x 1024 at 400 %.
        member = Member(
            person_with(
                viewport={"width": 320, "height": 256},
                reduced_motion="reduce",
                forced_colors="active",
            )
        )
        member.comes_in()

        for screen in every_screen(member):
            is_open(member, screen)
            member.person.finds_no_barrier()

    def test_is_walked_by_the_keyboard_and_shows_where_it_is(self, person, every_screen):
        member = Member(person)
        member.comes_in()

        for screen in every_screen(member):
            is_open(member, screen)
            # The overview counts all that the tests before have done at this house, and grows meanwhile.
            expect(member.page.get_by_text("Still counting.")).to_have_count(0, timeout=30_000)
            wanted = member.page.evaluate(FOCUSABLE)
            seen: list[dict[str, Any]] = []
            # Between the last and the first stands the browser itself, and a date has several stops.
            for _ in range(wanted + 2 * STOPS):
                member.page.keyboard.press("Tab")
                now = member.page.evaluate(FOCUSED)
                if now["at"] >= 0 and now["at"] != (seen or [{"at": -1}])[-1]["at"]:
                    seen.append(now)
                if len(seen) == wanted:
                    break

            first = seen[0]["at"]
            in_order = [(first + n) % wanted for n in range(wanted)]
            assert [each["at"] for each in seen] == in_order, screen
            assert not [each for each in seen if not each["isSeen"]], screen

    def test_has_tables_that_arrows_walk(self, person, every_screen):
        member = Member(person)
        member.comes_in()
        walked = 0

        for screen in every_screen(member):
            is_open(member, screen)
            # A screen may have several: arrows stay in theirs.
            for table in member.page.locator("main table").all():
                rows = table.locator("tbody tr:has(button, a)")
                if rows.count() < 2:
                    continue
                rows.first.locator("button, a").first.focus()
                member.page.keyboard.press("ArrowDown")
                is_second = "each => each.contains(document.activeElement)"
                assert rows.nth(1).evaluate(is_second), screen
                walked += 1

        assert walked > 1

    def test_has_each_heading_once(self, person_with, every_screen):
        member = Member(person_with())
        member.comes_in()
        twice: dict[str, set[str]] = {}

        for screen in every_screen(member):
            is_open(member, screen)
            heads = member.page.locator("main").get_by_role("heading").all_inner_texts()
            if repeated := {each for each in heads if heads.count(each) > 1}:
                twice[screen] = repeated

        assert twice == {}

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
        member.page.get_by_role("button", name=DEACTIVATE[look[:2]], exact=True).click()

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
