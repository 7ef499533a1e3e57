"""One house for all browser tests, a new browser profile for each, and a witness beside it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.house import House, running_house
from tests.browser.person import Person
from tests.support.chromium import FLAGS, chromium_path

HERE = Path(__file__).parent

A_JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": chromium_path(), "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "en-GB", "viewport": {"width": 1100, "height": 900}}


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("house") / "log") as house:
        yield house


@pytest.fixture
def house(running: House) -> House:
    """The house, as fresh as on the first day."""
    running.begins_another_day()
    return running


@dataclass
class Witness:
    """Sees whatever the pages of one test send, say and violate."""

    origin: str
    urls: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)

    def watches(self, page: Page) -> None:
        page.on("request", lambda request: self.urls.append(request.url.partition("#")[0]))
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(f"uncaught: {error}"))

    def has_seen_nothing_wrong(self) -> None:
        told = [text for text in self.said if not text.startswith("Failed to load resource")]
        assert not told
        # A portal's sign-out shows the id_token that it has, in its address: the protocol's way.
        urls = [url.partition("id_token_hint=")[0] for url in self.urls]
        public = [*urls, *self.said, *self.titles]
        assert not [text for text in public if A_JWT.search(text)]
        assert not [text for text in public for secret in self.secrets if secret in text]


@pytest.fixture
def witness(house: House) -> Iterator[Witness]:
    """Holds, after each test: no violation of the policy, no secret in any address."""
    seen = Witness(house.origin)
    # Every link token of the world, so that a test cannot forget the one it used.
    seen.secrets |= {link["token"] for link in house.world["links"] if link.get("token")}
    seen.secrets |= {each["secret"] for each in house.world["portals"] if each.get("secret")}
    yield seen
    seen.has_seen_nothing_wrong()


@pytest.fixture
def person(page: Page, house: House, witness: Witness) -> Person:
    witness.watches(page)
    return Person(page, house)


@pytest.fixture
def person_with(
    browser: Browser, browser_context_args: dict[str, Any], house: House, witness: Witness
) -> Iterator[Callable[..., Person]]:
    """A person whose browser is set up otherwise: ``person_with(locale="ar")``."""
    contexts = []

    def make(**settings: Any) -> Person:
        context = browser.new_context(**(browser_context_args | settings))
        contexts.append(context)
        page = context.new_page()
        witness.watches(page)
        return Person(page, house)

    yield make
    for context in contexts:
        context.close()
