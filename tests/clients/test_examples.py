"""The files of examples/, as their README runs them, signing a contact in in Chromium."""

import functools
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import ROOT, House
from tests.clients.conftest import runs
from tests.clients.contact import Seen
from tests.clients.kinds import PORTALS, wait_for
from tests.clients.pasted import files_of
from tests.clients.portal import MODULES, environment
from tests.clients.site import Site
from tests.support.free_ports import free_port

EXAMPLES = ROOT / "examples"
ROLLDOWN = ROOT / "requirements" / "node_modules" / ".bin" / "rolldown"
BACK_ENDS = {
    "express.mjs": ["node"],
    "fastapi_app.py": [str(PORTALS)],
    "django_app.py": [str(PORTALS)],
}


@pytest.fixture(scope="module")
def back_ends(
    installed: None,
    house: House,
    team: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, str]]:
    """Where each of them is, started with the `.env` that the command printed."""
    homes: dict[str, str] = {}
    with ExitStack() as running:
        started = []
        for name, command in BACK_ENDS.items():
            port, folder = free_port(), tmp_path_factory.mktemp("example")
            homes[name] = f"http://localhost:{port}"
            shutil.copy(EXAMPLES / name, folder)
            (folder / "node_modules").symlink_to(MODULES)
            addresses = ("--redirect-uri", f"{homes[name]}/callback", "--post-logout-uri")
            portal = ("portal", "add", "harbor", name.partition(".")[0].replace("_", "-"))
            told = team(*portal, *addresses, f"{homes[name]}/", "--area", "dashboard")
            with (folder / "log").open("wb") as log:
                process = subprocess.Popen(
                    [*command, name],
                    cwd=folder,
                    env=environment() | told["env"],
                    stdout=log,
                    stderr=log,
                )
            running.callback(process.wait)
            running.callback(process.terminate)
            started.append((process, port, folder))
        for each in started:
            wait_for(*each)
        yield homes


class Files(SimpleHTTPRequestHandler):
    """What `python3 -m http.server` serves, and the page under every other path."""

    def translate_path(self, path: str) -> str:
        file = super().translate_path(path)
        return file if Path(file).exists() else super().translate_path("/index.html")

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path, port: int = 0) -> Iterator[int]:
    """Serve a folder on this machine."""
    handler = functools.partial(Files, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def for_this_house(text: str, house: House) -> str:
    """Change the line that the reader changes."""
    assert text.count('"http://127.0.0.1:8000"') == 1
    return text.replace("http://127.0.0.1:8000", house.origin)


@contextmanager
def shown_in_the_portal(page: Page, house: House, folder: Path) -> Iterator[None]:
    """The portal of acme, which the house knows, shows the files of a folder."""
    with served(folder) as port:

        def instead(route: Any) -> None:
            path = route.request.url.removeprefix(house.portal)
            route.fulfill(response=route.fetch(url=f"http://127.0.0.1:{port}{path}"))

        page.route(f"{house.portal}/**", instead)
        yield


@pytest.fixture(scope="module")
def spa(
    installed: None,
    house: House,
    team: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """A page with the lines of docs/portals/oidc-client-ts.md, on the origin that may call the API."""
    folder, callback = tmp_path_factory.mktemp("spa"), f"{house.own_portal}/callback"
    portal = ("portal", "add", "harbor", "spa-of-mine", "--public", "--area", "dashboard")
    client = team(*portal, "--redirect-uri", callback)["portal"]["client_id"]
    for name, text in files_of("oidc-client-ts.md").items():
        known = text.replace("https://signin.acme.example", house.origin)
        (folder / name).write_text(known.replace("prt_acme_help-center", client))
    (folder / "node_modules").symlink_to(MODULES)
    options = ("--format", "esm", "--platform", "browser", "--logLevel", "warn")
    runs(str(ROLLDOWN), "page.mjs", "--file", "page.js", *options, cwd=folder)
    page = '<!doctype html><title>Mine</title><body><script type="module" src="/page.js"></script>'
    (folder / "index.html").write_text(page)
    with served(folder, int(house.own_portal.rpartition(":")[2])):
        yield house.own_portal


class TestABackEnd:
    @pytest.mark.parametrize("name", BACK_ENDS)
    def test_signs_a_contact_in_and_out(self, name, back_ends, person, strangers):
        page, home = person.page, back_ends[name]
        page.goto(f"{home}/tickets/4711")

        person.asks_for_a_code(next(strangers))
        person.types(person.reads_the_code())
        person.continues()

        page.wait_for_url(f"{home}/tickets/4711")
        expect(page.get_by_role("status")).to_have_text("Ticket 4711 of Sam Someone")
        page.goto(home)
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(f"{home}/")
        expect(page.get_by_role("status")).to_have_text("You are not signed in.")
        # At Portico too.
        page.goto(f"{home}/tickets/4711")
        expect(page.get_by_label("Primary email")).to_be_visible()

    @pytest.mark.parametrize("name", BACK_ENDS)
    def test_shows_a_page_with_a_way_on_where_nothing_was_begun(self, name, back_ends, person):
        home = back_ends[name]

        person.page.goto(f"{home}/callback?code=one&state=nobodys")

        expect(person.page.get_by_role("alert")).to_have_text("You are not signed in.")
        person.page.get_by_role("link", name="Try again").click()
        expect(person.page.get_by_label("Primary email")).to_be_visible()

    @pytest.mark.parametrize("name", BACK_ENDS)
    def test_signs_a_contact_in_from_two_tabs(self, name, back_ends, someone):
        site, sam = Site(back_ends[name]), someone()
        began = [site.goes(path).location for path in ("/tickets/1", "/tickets/2")]
        first, second = [sam.authorizes(each) for each in began]

        assert site.goes(second).location == f"{site.home}/tickets/2"
        landed = site.goes(first)

        # mozilla-django-oidc keeps one address to go back to.
        shown = 2 if name == "django_app.py" else 1
        assert landed == Seen(200, f"{site.home}/tickets/{shown}")

    @pytest.mark.parametrize("name", BACK_ENDS)
    def test_signs_a_contact_in_however_many_tabs_were_left(self, name, back_ends, someone):
        site, sam = Site(back_ends[name]), someone()
        *_, last = [site.goes(f"/tickets/{number}").location for number in range(40)]

        assert site.goes(sam.authorizes(last)).location == f"{site.home}/tickets/39"

    @pytest.mark.parametrize("name", ["express.mjs", "fastapi_app.py"])
    @pytest.mark.parametrize("to", ["//evil.example/", "///evil.example/", "/\\evil.example/"])
    def test_leads_to_no_other_site(self, name, to, back_ends, someone):
        site, sam = Site(back_ends[name]), someone()
        begun = site.opens(f"/login?{urlencode({'to': to})}")

        landed = site.opens(sam.authorizes(begun.location))

        assert landed.location == f"{site.home}/"


class TestAPage:
    @pytest.mark.parametrize("name", ["plain.html", "react.jsx"])
    def test_signs_a_contact_in_and_out(self, name, person, house, tmp_path, request):
        text = for_this_house((EXAMPLES / name).read_text(), house)
        if name == "plain.html":
            (tmp_path / "index.html").write_text(text)
        else:
            _bundles(text, request.getfixturevalue("package"), tmp_path)
        page = person.page
        with shown_in_the_portal(page, house, tmp_path):
            page.goto(f"{house.portal}/index.html")
            expect(page.get_by_role("status")).to_have_text("You are not signed in.")
            page.get_by_role("button", name="Sign in").click()
            person.asks_for_a_code("ann@example.com")
            person.types(person.reads_the_code())
            person.continues()

            expect(page.get_by_role("status")).to_have_text("Hello, Ann Archer")
            page.get_by_role("button", name="Sign out").click()
            expect(page.get_by_role("status")).to_have_text("You are not signed in.")
            page.reload()
            expect(page.get_by_role("status")).to_have_text("You are not signed in.")


class TestAPageWithoutABackEnd:
    def test_signs_two_tabs_in_where_each_was(self, spa, person, strangers):
        page, other = person.page, person.page.context.new_page()
        page.goto(f"{spa}/tickets/1")
        expect(page.get_by_label("Primary email")).to_be_visible()
        other.goto(f"{spa}/tickets/2")
        expect(other.get_by_label("Primary email")).to_be_visible()

        person.asks_for_a_code(next(strangers))
        person.types(person.reads_the_code())
        person.continues()
        page.wait_for_url(f"{spa}/tickets/1")
        expect(page.get_by_text("Hello, Sam Someone")).to_be_visible()

        other.reload()
        other.get_by_role("button", name="Continue as Sam Someone").click()
        other.wait_for_url(f"{spa}/tickets/2")
        expect(other.get_by_text("Hello, Sam Someone")).to_be_visible()

    def test_leads_to_no_other_site(self, spa, person, strangers):
        # The page is under every path, and the browser reads a second slash as another host.
        person.page.goto(f"{spa}//evil.example/tickets")
        person.asks_for_a_code(next(strangers))
        person.types(person.reads_the_code())
        person.continues()

        person.page.wait_for_url(f"{spa}/evil.example/tickets")
        expect(person.page.get_by_text("Hello, Sam Someone")).to_be_visible()

    def test_shows_a_page_with_a_way_on_where_nothing_was_begun(self, spa, person):
        person.page.goto(f"{spa}/callback?code=one&state=nobodys")

        expect(person.page.get_by_text("You are not signed in.")).to_be_visible()


def _bundles(text: str, project: Path, into: Path) -> None:
    (project / "react.jsx").write_text(text)
    options = ["--format", "esm", "--platform", "browser", "--logLevel", "warn"]
    options += ["--transform.define", "process.env.NODE_ENV:'production'"]
    runs(str(ROLLDOWN), "react.jsx", "--file", str(into / "react.js"), *options, cwd=project)
    page = '<!doctype html><body><script type="module" src="/react.js"></script>'
    (into / "index.html").write_text(page)
