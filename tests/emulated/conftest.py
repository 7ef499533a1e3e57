"""Real transactions and streams: an account of its own in one emulated AWS for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.emulator import Emulator
from local.stack import Stack
from tests.support.emulator import open_account, start_ministack

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.emulated)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with start_ministack() as running:
        yield running


@pytest.fixture
def account(emulator: Emulator) -> Iterator[Stack]:
    """What template.yaml makes, empty, in an account of its own that this process talks to."""
    with open_account(emulator) as stack:
        yield stack
