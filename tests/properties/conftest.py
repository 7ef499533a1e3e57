"""How hard a property is tried: quickly with every change, thoroughly in CI, for long in a soak."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

SOAK = int(os.environ.get("SOAK_EXAMPLES", "20000"))
"""How many examples of a value `make soak` draws; of rows, a twentieth of them."""


@dataclass(frozen=True, slots=True)
class Depth:
    """How many examples, of values and of rows, and how many steps one life has."""

    values: int
    rows: int
    lives: int
    steps: int
    surprise: bool = False
    """Draw others at every run; else the same ones, so that a change alone can break it."""

    def settings(self, examples: int) -> settings:
        return settings(
            max_examples=examples,
            stateful_step_count=self.steps,
            derandomize=not self.surprise,
            print_blob=True,
            # Nothing outlives a run, and a slow machine is no failure.
            database=None,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        )


DEPTHS = {
    "quick": Depth(values=50, rows=4, lives=6, steps=12),
    "thorough": Depth(values=250, rows=25, lives=50, steps=30),
    "soak": Depth(SOAK, SOAK // 20, SOAK // 20, steps=80, surprise=True),
}

type Always = Callable[..., Callable[[Callable[..., None]], None]]


@pytest.fixture(
    params=[
        "quick",
        pytest.param("thorough", marks=pytest.mark.slow),
        pytest.param("soak", marks=pytest.mark.soak),
    ]
)
def depth(request: pytest.FixtureRequest) -> Depth:
    return DEPTHS[request.param]


@pytest.fixture
def always(depth: Depth) -> Always:
    """Run what stands below it for every example: ``@always(codes()) def is_read(code): …``."""

    def for_all(*examples: SearchStrategy[Any], of_rows: bool = False) -> Any:
        def run(claim: Callable[..., None]) -> None:
            tries = depth.settings(depth.rows if of_rows else depth.values)
            tries(given(*examples)(claim))()

        return run

    return for_all
