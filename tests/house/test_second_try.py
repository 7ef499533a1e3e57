"""Tests that wait for other processes: tried once more in CI, and nowhere else."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests import conftest

TESTS = Path(conftest.__file__).parent


@dataclass
class Item:
    """A collected test, as far as the rule looks at it."""

    folder: str
    mark: str = ""
    tries_again: list[int] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return TESTS / self.folder / "test_it.py"

    def get_closest_marker(self, name: str) -> str | None:
        return self.mark if name == self.mark else None

    def add_marker(self, mark: Any) -> None:
        self.tries_again.append(mark.kwargs["reruns"])


def tries_again(item: Item) -> list[int]:
    collected: Any = [item]
    conftest.pytest_collection_modifyitems(collected)
    return item.tries_again


class TestATestThatFailed:
    @pytest.mark.parametrize("mark", ["browser", "clients", "deployed", "emulated"])
    def test_is_tried_once_more_in_ci_where_it_waits_for_others(self, monkeypatch, mark):
        monkeypatch.setenv("CI", "true")

        assert tries_again(Item("local", mark)) == [1]

    def test_is_not_where_races_are_looked_for(self, monkeypatch):
        monkeypatch.setenv("CI", "true")

        assert tries_again(Item("emulated", "emulated")) == []

    @pytest.mark.parametrize("mark", ["", "slow"])
    def test_is_not_where_nothing_but_python_runs(self, monkeypatch, mark):
        monkeypatch.setenv("CI", "true")

        assert tries_again(Item("codes", mark)) == []

    def test_is_not_at_a_desk(self, monkeypatch):
        monkeypatch.delenv("CI", raising=False)

        assert tries_again(Item("browser", "browser")) == []
