"""A local house of our own, and a Chromium that opens its console."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.house import House, running_house
from tests.support.chromium import FLAGS, chromium_path


@contextmanager
def house_and_browser() -> Iterator[tuple[House, Browser]]:
    """Start both, and end both."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_house(Path(folder) / "log") as house,
        sync_playwright() as player,
    ):
        browser = player.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield house, browser
        browser.close()
