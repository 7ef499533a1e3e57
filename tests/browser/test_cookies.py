"""A browser that blocks cookies is told so before anything is asked for."""

import json
import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.support.chromium import FLAGS

BLOCKS = {"profile": {"default_content_setting_values": {"cookies": 2}}}


@pytest.fixture
def blocking(playwright, browser_type_launch_args, house, tmp_path):
    """Somebody whose browser blocks all cookies, by its own settings and not by a script of ours."""
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(BLOCKS))
    # Chromium's headless shell has no settings of its own.
    path = shutil.which("chromium") or browser_type_launch_args["executable_path"]
    context = playwright.chromium.launch_persistent_context(
        tmp_path, executable_path=path, args=FLAGS, locale="en-GB"
    )
    yield Person(context.pages[0], house)
    context.close()


class TestABrowserThatBlocksCookies:
    @pytest.mark.parametrize("kind", ["shared", "personal"])
    def test_is_told_before_a_code_is_asked_for(self, blocking, house, kind):
        asked = []
        blocking.page.on("request", lambda request: asked.append(request.url))

        blocking.opens(house.link(kind))

        blocking.sees_heading("This browser blocks cookies")
        blocking.sees(house.origin.removeprefix("http://"))
        blocking.finds_no_barrier()
        assert not [url for url in asked if "/v1/" in url and not url.endswith("/links/resolve")]

    def test_goes_on_with_the_same_link_once_it_allows_them(self, blocking, house):
        link = house.link("shared")
        blocking.opens(link)
        blocking.sees_heading("This browser blocks cookies")

        blocking.page.locator("#retry").click()
        blocking.sees_heading("This browser blocks cookies")

        # The link waits in the address, because such a browser keeps it nowhere else.
        assert blocking.page.url.partition("#")[2] == link["url"].partition("#")[2]

    def test_is_any_that_a_page_cannot_set_one_in(self, person, house):
        person.page.add_init_script(
            "Object.defineProperty(Document.prototype, 'cookie', {get: () => '', set: () => {},"
            " configurable: true})"
        )

        person.opens(house.link("shared"))

        person.sees_heading("This browser blocks cookies")


class TestABrowserThatKeepsCookies:
    def test_has_none_of_the_probe_left(self, person, house):
        person.opens(house.link("shared"))
        expect(person.page.locator("#email")).to_be_visible()

        assert person.page.context.cookies() == []
