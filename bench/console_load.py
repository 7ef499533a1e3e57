"""What a browser fetches for the console: at first, and for each screen that is opened then.

Requests and bytes on the wire are counted, headers included, and no time. Each screen is opened in a
browser that has the first load and nothing else, so that no screen pays for another.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from bench.console_house import house_and_browser
from tests.browser.house import House
from tests.browser.member import Member
from tests.browser.person import Person

MOST_BYTES = 60_000
MOST_REQUESTS = 6
FIRST = "the first load, with *Find a contact*"
LOCALES = {"English": "en-GB", "Arabic": "ar-EG"}
CONTACT = "a contact's page"
QUIET_MS = 500
"""So long is nothing asked, and a screen is there."""
PATIENCE_MS = 30_000
OF_API = "/v1/"
FAILED = 400
PLACES = """() => [...document.querySelectorAll("nav a[href^='#']")].map((each) => [each.hash, each.textContent])"""


@dataclass(slots=True)
class Wire:
    """What has come, by request."""

    paths: dict[str, str] = field(default_factory=dict)
    bytes_: dict[str, int] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    @property
    def is_quiet(self) -> bool:
        """Whether every answer has come."""
        return self.paths.keys() <= self.ended

    def load(self) -> "Load":
        """Return the sums.

        Raises:
            RuntimeError: something was refused, so this is another screen.
        """
        if self.refused:
            raise RuntimeError(f"refused: {', '.join(self.refused)}")
        of_api = {id_ for id_, path in self.paths.items() if path.startswith(OF_API)}
        told = sum(self.bytes_.get(id_, 0) for id_ in of_api)
        return Load(len(self.paths), len(of_api), sum(self.bytes_.values()) - told, told)

    def clear(self) -> None:
        """Forget what has come."""
        self.paths.clear()
        self.bytes_.clear()
        self.ended.clear()


@dataclass(frozen=True, slots=True)
class Load:
    """What one step asked for, on the wire."""

    requests: int
    of_api: int
    """So many of them ask the API."""
    files: int
    """Bytes of page, scripts and words, compressed, with headers."""
    answers: int
    """Bytes of the API's answers, which grow with what the workspace has."""

    @property
    def is_within(self) -> bool:
        """Whether it is what a first load may be."""
        return self.requests <= MOST_REQUESTS and self.files + self.answers <= MOST_BYTES


Loads = dict[str, dict[str, Load]]
"""By screen, and by language."""


def table() -> str:
    """Return the table of docs/performance.md."""
    return rows_of(measured())


def rows_of(loads: Loads) -> str:
    """Return the table of these loads."""
    rows = [
        [
            "",
            "requests",
            "… of the API",
            *(f"files, {each}" for each in LOCALES),
            "answers of the API",
        ],
        ["---"] * (4 + len(LOCALES)),
    ]
    for name, by_language in loads.items():
        one = next(iter(by_language.values()))
        rows.append(
            [
                name,
                str(one.requests),
                str(one.of_api),
                *(_kilobytes(each.files) for each in by_language.values()),
                _kilobytes(one.answers),
            ]
        )
    first = loads[FIRST].values()
    whole = max(each.files + each.answers for each in first)
    verdict = "met" if all(each.is_within for each in first) else "**missed**"
    goal = f"{MOST_REQUESTS} requests and {MOST_BYTES // 1000} kB together, {_kilobytes(whole)}: {verdict}"
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*lines, "", f"Goal of the first load, in both languages: {goal}."])


def measured() -> Loads:
    """Open the console in a browser of each language, and each of its screens."""
    loads: Loads = {}
    with house_and_browser() as (house, browser):
        kept, screens = _signed_in(browser, house)
        for language, locale in LOCALES.items():
            for name, screen in {FIRST: "", **screens}.items():
                load, kept = _load(browser, house, kept, locale, screen)
                loads.setdefault(name, {})[language] = load
    return loads


def _signed_in(browser: Browser, house: House) -> tuple[Any, dict[str, str]]:
    """Sign an owner in, and return what their browser keeps, and which screens there are."""
    page = browser.new_page(locale=LOCALES["English"])
    Member(Person(page, house)).comes_in()
    places = [(f"*{name}*", hash_) for hash_, name in page.evaluate(PLACES)]
    # The first place is where the console begins.
    screens = dict(places[1:])
    contact = next(each for each in house.world["contacts"] if each["workspace"] == "acme")
    screens[CONTACT] = f"#contact={contact['id']}"
    kept = page.context.storage_state()
    page.context.close()
    return kept, screens


def _load(browser: Browser, house: House, kept: Any, locale: str, screen: str) -> tuple[Load, Any]:
    """Return what a screen asks for; without one, what the console asks for first. And what the
    browser keeps then, since a refresh token is exchanged once.
    """
    context = browser.new_context(locale=locale, storage_state=kept)
    page = context.new_page()
    with _wire_of(page) as wire:
        page.goto(f"{house.origin}/acme/team")
        _settles(page, wire)
        if screen:
            wire.clear()
            page.evaluate("hash => { location.hash = hash; }", screen)
            _settles(page, wire)
        load = wire.load()
    kept = context.storage_state()
    context.close()
    return load, kept


@contextmanager
def _wire_of(page: Page) -> Iterator[Wire]:
    wire, session = Wire(), page.context.new_cdp_session(page)
    session.send("Network.enable")

    def asked(event: dict[str, Any]) -> None:
        url = urlsplit(event["request"]["url"])
        if url.scheme in ("http", "https"):
            wire.paths[event["requestId"]] = url.path

    def came(event: dict[str, Any]) -> None:
        # What was asked for before is no more of it.
        if event["requestId"] in wire.paths:
            wire.bytes_[event["requestId"]] = int(event["encodedDataLength"])
            wire.ended.add(event["requestId"])

    def answered(event: dict[str, Any]) -> None:
        if event["response"]["status"] >= FAILED:
            wire.refused.append(event["response"]["url"])

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", came)
    session.on("Network.loadingFailed", lambda event: wire.ended.add(event["requestId"]))
    yield wire
    session.detach()


def _settles(page: Page, wire: Wire) -> None:
    """Wait until nothing was asked for a while.

    Raises:
        TimeoutError: something is asked again and again.
    """
    page.get_by_role("heading", level=1).first.wait_for()
    for _ in range(PATIENCE_MS // QUIET_MS):
        before = len(wire.paths)
        page.wait_for_timeout(QUIET_MS)
        if wire.is_quiet and len(wire.paths) == before:
            return
    raise TimeoutError(page.url)


def _kilobytes(count: int) -> str:
    return f"{count / 1000:.1f} kB"
