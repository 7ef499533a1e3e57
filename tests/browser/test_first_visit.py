"""The first visit: what it asks for, how much that is on the wire, and what is seen at once."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

MOST_REQUESTS = 5
MOST_BYTES = 60_000
"""On the wire: what came compressed counts as it came, with its headers."""

Sizes = dict[str, int]


@pytest.fixture
def wire(page: Page) -> Sizes:
    """The paths that the page asked for, and the bytes that came of each."""
    sizes: Sizes = {}
    paths: dict[str, str] = {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def asked(event: dict[str, Any]) -> None:
        url = urlsplit(event["request"]["url"])
        if url.scheme in ("http", "https"):
            paths[event["requestId"]] = url.path
            sizes[url.path] = 0

    def came(event: dict[str, Any]) -> None:
        path = paths.get(event["requestId"])
        # What was asked for before the sizes were cleared is no more of them.
        if path in sizes:
            sizes[path] += event["encodedDataLength"]

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", came)
    return sizes


class TestTheFirstVisit:
    def test_is_five_requests_and_sixty_kilobytes(self, person, house, wire):
        person.opens(house.link("shared"))

        person.sees_heading(f"Sign in to {house.name_of('acme')}")
        person.page.wait_for_load_state("networkidle")
        kinds = [re.sub(r"/assets/(-[0-9a-f]{16}|logo/[\w./-]+)", "…", path) for path in wire]
        # The last is the workspace's own logo.
        assert kinds == ["/acme", "…/page.js", "…/words/en.json", "/v1/links/resolve", "…"]
        assert len(wire) <= MOST_REQUESTS
        assert all(wire.values()), "every size was told"
        assert sum(wire.values()) <= MOST_BYTES

    def test_asks_for_one_language(self, person_with, house):
        person = person_with(locale="ar")
        asked: list[str] = []
        person.page.on("request", lambda request: asked.append(request.url))

        person.opens(house.link("shared"))
        expect(person.page.get_by_role("heading", level=1)).to_be_visible()

        words = [url.rpartition("/")[2] for url in asked if "/words/" in url]
        assert words == ["ar.json"]

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [360, 1100])
    def test_shows_a_card_before_anything_else_has_come(self, person_with, house, scheme, width):
        person = person_with(color_scheme=scheme, viewport={"width": width, "height": 740})
        page = person.page
        # They hang: nothing is answered, nothing is refused.
        page.route("**/assets/**", lambda route: None)

        page.goto(house.link("shared")["url"], wait_until="commit")

        place = page.locator(".card .to-come")
        expect(place).to_be_visible()
        box = place.bounding_box()
        assert box is not None
        assert box["width"] > 100
        ground, card, bar = (
            page.locator(each).evaluate("each => getComputedStyle(each).backgroundColor")
            for each in ("html", ".card", ".to-come")
        )
        assert len({card, bar}) == 2
        assert (width < 480) == (ground == card)
        assert (luminance(card) < 0.5) == (scheme == "dark")
        painted = "performance.getEntriesByType('paint').map((each) => each.name)"
        page.wait_for_function(f"{painted}.includes('first-paint')")

    def test_says_nothing_before_it_has_words(self, person, house):
        person.page.route("**/assets/**", lambda route: None)

        person.page.goto(house.link("shared")["url"], wait_until="commit")

        expect(person.page.locator(".to-come")).to_be_visible()
        assert person.page.locator("main").inner_text().strip() == ""
        expect(person.page.locator("#screen > *")).to_have_attribute("aria-hidden", "true")

    def test_moves_nothing_for_whoever_wants_no_motion(self, person_with, house):
        person = person_with(reduced_motion="reduce")
        person.page.route("**/assets/**", lambda route: None)

        person.page.goto(house.link("shared")["url"], wait_until="commit")

        expect(person.page.locator(".to-come")).to_be_visible()
        moving = person.page.evaluate(
            "document.getAnimations()"
            ".filter((each) => each.effect.getComputedTiming().endTime === Infinity).length"
        )
        assert moving == 0

    def test_leaves_no_place_holder_beside_the_words_that_it_could_not_load(self, person, house):
        person.page.route("**/words/*.json", lambda route: route.abort())

        person.page.goto(house.link("shared")["url"])

        person.sees("This page did not open.")
        expect(person.page.locator(".to-come")).to_have_count(0)


class TestTheAccountsScreens:
    def test_are_loaded_when_somebody_goes_there(self, person, house):
        asked: list[str] = []
        person.page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
        person.signs_in(house.link("shared"), house.someone()["email"])
        assert not [url for url in asked if url.endswith("/account.js")]

        person.opens("/acme#account")

        person.sees_heading("Your account")
        assert len([url for url in asked if url.endswith("/account.js")]) == 1

    def test_may_not_come_and_are_asked_for_again(self, person, house):
        person.signs_in(house.link("shared"), house.someone()["email"])
        person.page.route("**/account.js", lambda route: route.abort())

        person.opens("/acme#account")

        person.sees_heading("Your account could not be opened")
        expect(person.message).to_be_focused()
        person.finds_no_barrier()

        person.page.unroute("**/account.js")
        person.page.get_by_role("button", name="Try again").click()

        person.sees_heading("Your account")
        assert person.page.url == f"{house.origin}/acme#account"

    def test_of_another_deployment_are_not_taken(self, person, house):
        person.signs_in(house.link("shared"), house.someone()["email"])
        # A newer module names what the script of this page does not have.
        person.page.route(
            "**/account.js",
            lambda route: route.fulfill(
                content_type="text/javascript",
                body='import { newer } from "./page.js"; export const AccountVisit = newer;',
            ),
        )

        person.opens("/acme#account")

        person.sees_heading("Your account could not be opened")

    def test_keep_what_a_provider_sent_back_for_the_next_try(self, person, house):
        person.signs_in(house.link("shared"), house.someone()["email"])
        person.page.route("**/account.js", lambda route: route.abort())
        person.opens("/acme#account=linked")
        person.sees_heading("Your account could not be opened")

        person.page.unroute("**/account.js")
        person.page.get_by_role("button", name="Try again").click()

        person.sees_heading("Your account")
        expect(person.message).to_be_visible()

    def test_do_not_come_up_once_the_tab_is_here_for_something_else(self, person, house):
        held: list[Route] = []
        person.signs_in(house.link("shared"), house.someone()["email"])
        # Playwright cannot take a built-in method.
        person.page.route("**/account.js", lambda route: held.extend([route]))
        person.opens("/acme#account")
        expect(person.page.get_by_role("heading", level=1)).to_be_visible()

        link = house.link("shared")["url"].partition("#")[2]
        person.page.evaluate("(fragment) => { location.hash = fragment; }", link)
        continued = person.page.get_by_role("button", name="Continue as")
        expect(continued).to_be_visible()
        held[0].continue_()
        person.page.wait_for_load_state("networkidle")

        expect(continued).to_be_visible()


class TestTheScreensOfAnUndo:
    def test_may_not_come_and_are_asked_for_again(self, person, house):
        person.page.route("**/email-undo.js", lambda route: route.abort())

        person.opens("/acme#undo=none.of.ours")

        person.sees_heading("Your link could not be opened")
        expect(person.message).to_be_focused()

        person.page.unroute("**/email-undo.js")
        person.page.get_by_role("button", name="Try again").click()

        # The tab has kept what the link brought.
        person.sees_heading("This can no longer be undone")
        assert "none.of.ours" not in person.page.url


def luminance(colour: str) -> float:
    """The mean of a colour's parts, ``rgb(26, 29, 36)``, from 0 to 1."""
    parts = [int(each) for each in re.findall(r"\d+", colour)[:3]]
    return sum(parts) / 3 / 255
