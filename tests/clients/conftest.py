"""One house for all libraries, and a portal of each registered as its page in docs/portals says."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from typer.testing import CliRunner

from cli.app import app
from local.sample_workspaces import workspace_key
from tests.browser.house import ROOT, House, running_house
from tests.browser.person import Person
from tests.clients.contact import Contact
from tests.clients.kinds import KINDS, PORTALS, Kind, missing, running_site, wait_for
from tests.clients.portal import LIBRARIES, MODULES, Library, Portal, running_portal
from tests.clients.site import Site
from tests.support.chromium import FLAGS, chromium_path
from tests.support.free_ports import free_port

HERE = Path(__file__).parent
WORKSPACE = "harbor"
PEOPLE = 100
DIRECTORY_KEY = workspace_key("acme", "scim")[1]
"""The key of the sample workspace's directory."""
PORTAL_URL = "http://localhost:9"
"""Nobody listens there: the tests hand over what a browser would bring."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.clients)


@pytest.fixture(scope="session")
def installed() -> None:
    """Node, and the packages of package.json."""
    assert shutil.which("node"), "Node is not on the PATH"
    assert MODULES.is_dir(), "the libraries are not installed: make clients"


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("house") / "log") as house:
        yield house


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    playwright: Playwright
    with sync_playwright() as playwright:
        # A page that is put in another's place comes from no address, which Chromium takes for the
        # internet: nothing from there may call this machine.
        flags = [*FLAGS, "--disable-features=LocalNetworkAccessChecks"]
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=flags)
        yield browser
        browser.close()


@pytest.fixture
def person(chromium: Browser, house: House) -> Iterator[Person]:
    context = chromium.new_context(locale="en-GB")
    yield Person(context.new_page(), house)
    context.close()


@pytest.fixture
def directory(house: House) -> Callable[..., Any]:
    """What scim2-client does, and what it is told."""

    def does(*step: str) -> Any:
        command = [
            str(PORTALS),
            str(HERE / "directory_client.py"),
            house.origin,
            DIRECTORY_KEY,
            *step,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return does


@pytest.fixture(scope="session")
def team(house: House) -> Callable[..., Any]:
    """What a team does from a terminal, and what it is told."""

    def does(*command: str) -> Any:
        # In this process: a command of its own takes a second, most of it to start.
        done = CliRunner().invoke(app, [*command, "--local", house.origin, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return does


@pytest.fixture(scope="session")
def registered(team: Callable[..., Any]) -> Callable[[str], tuple[str, str]]:
    """The client id and the secret of a library's portal, registered once."""
    known: dict[str, tuple[str, str]] = {}

    def of(kind: str) -> tuple[str, str]:
        if kind not in known:
            library = LIBRARIES[kind]
            addresses = {
                "--redirect-uri": library.callback,
                "--post-logout-uri": "/signed-out",
                "--initiate-login-uri": "/login",
            }
            options = [
                each for name, path in addresses.items() for each in (name, PORTAL_URL + path)
            ]
            # The first that has a personal link's area would be where all links lead to.
            options += ["--area", "dashboard", *(["--public"] if library.is_public else [])]
            options += ["--audience", library.audience] if library.audience else []
            told = team("portal", "add", WORKSPACE, kind, *options)
            known[kind] = (told["portal"]["client_id"], told.get("secret", ""))
        return known[kind]

    return of


@pytest.fixture(scope="session")
def strangers(team: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Addresses of contacts whom nobody has seen before."""
    emails = [f"someone-{number}@example.com" for number in range(PEOPLE)]
    file = tmp_path_factory.mktemp("people") / "people.csv"
    lines = ["email,name", *(f"{email},Sam Someone" for email in emails)]
    file.write_text("\n".join(lines))
    team("contact", "import", WORKSPACE, str(file))
    return iter(emails)


@pytest.fixture
def someone(house: House, strangers: Iterator[str]) -> Callable[[], Contact]:
    """A new contact in a new browser."""
    return lambda: Contact(house, next(strangers))


@pytest.fixture(scope="session")
def portal_of(
    installed: None,
    house: House,
    registered: Callable[[str], tuple[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Portal]]:
    """A portal of a library, as a new browser sees it. Each is started once."""
    started: dict[str, Portal] = {}
    with ExitStack() as running:

        def start(kind: str) -> Portal:
            if kind not in started:
                library: Library = LIBRARIES[kind]
                folder = tmp_path_factory.mktemp(kind)
                client = registered(kind)
                portal = running_portal(
                    library, folder, issuer=house.origin, client=client, url=PORTAL_URL
                )
                started[kind] = running.enter_context(portal)
            started[kind].does("forgets")
            return started[kind]

        yield start


@pytest.fixture(scope="session")
def homes(
    installed: None,
    house: House,
    team: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, str]]:
    """Where each kind of site is. They start side by side, since each takes a second or more."""
    here = {name: kind for name, kind in KINDS.items() if not missing(kind)}
    ports = {name: free_port() for name in here}
    folders = {name: tmp_path_factory.mktemp(name) for name in here}

    def registers(name: str) -> tuple[str, str]:
        kind, home = here[name], f"http://127.0.0.1:{ports[name]}"
        options = ["--redirect-uri", home + kind.callback, "--area", "dashboard", *kind.options]
        options += ["--post-logout-uri", f"{home}/", "--post-logout-uri", f"{home}/signed-out"]
        told = team("portal", "add", WORKSPACE, name.replace("_", "-"), *options)
        return told["portal"]["client_id"], told["secret"]

    with ExitStack() as running:
        started = {}
        for name, kind in here.items():
            site = running_site(
                kind, folders[name], issuer=house.origin, client=registers(name), port=ports[name]
            )
            started[name] = running.enter_context(site)
        for name, process in started.items():
            wait_for(process, ports[name], folders[name])
        yield {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}


@pytest.fixture
def site_of(homes: dict[str, str]) -> Callable[[str], Site]:
    """A new browser at a site of that kind. It is skipped where this machine cannot run it."""

    def at(name: str) -> Site:
        kind: Kind = KINDS[name]
        if why := missing(kind):
            pytest.skip(why)
        return Site(homes[name])

    return at


@pytest.fixture(scope="session")
def package(installed: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the package, installed from what `npm pack` makes."""
    project = tmp_path_factory.mktemp("project")
    runs("make", "package", f"INTO={project}", cwd=ROOT)
    (tarball,) = project.glob("portico-js-*.tgz")
    (project / "package.json").write_text('{"private": true, "type": "module"}')
    runs("npm", "install", "--offline", "--no-audit", "--no-fund", str(tarball), cwd=project)
    for each in ("react", "react-dom", "scheduler"):
        (project / "node_modules" / each).symlink_to(MODULES / each)
    return project


def runs(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, timeout=120)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout.decode()
