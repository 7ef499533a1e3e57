"""`python -m local` on free ports, and somebody who visits it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.local.visitor import Visitor
from tests.support.free_ports import free_port
from tests.support.processes import wait_or_kill

ROOT = Path(__file__).parents[2]
OWN_ELSEWHERE, OWN_HERE = "http://localhost:3000", "http://127.0.0.1:3000"
"""Portals of a developer: on another site than Portico, and on its own."""
IS_UP_WITHIN = 90.0
"""Seconds. It takes six on a machine that does nothing else."""


@dataclass(frozen=True)
class House:
    """A running house: its process, what it prints, and its origins."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def portal(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def said(self) -> str:
        return self.log.read_text()

    def is_open(self) -> bool:
        return "Ready in" in self.said

    def visitor(self) -> Visitor:
        return Visitor(self.origin)

    def waits_until(self, happened, what: str, within: float = IS_UP_WITHIN) -> None:
        ends = time.monotonic() + within
        while not happened():
            assert time.monotonic() < ends, f"{what} did not happen:\n{self.said}"
            time.sleep(0.1)


@contextmanager
def running_house(log: Path, port: int | None = None, *more: str) -> Iterator[House]:
    with log.open("wb") as output:
        house = House(
            subprocess.Popen(
                [sys.executable, "-m", "local", "--port", str(port := port or free_port()), *more],
                cwd=ROOT,
                # As a developer has it: none of what other tests have set.
                env={k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "POWERT"))},
                stdout=output,
                stderr=subprocess.STDOUT,
            ),
            log,
            port,
        )
    try:
        yield house
    finally:
        house.process.terminate()
        wait_or_kill(house.process, 20)


@pytest.fixture(scope="session")
def house(tmp_path_factory) -> Iterator[House]:
    own = [f"--origin={each}" for each in (OWN_ELSEWHERE, OWN_HERE)]
    with running_house(tmp_path_factory.mktemp("house") / "log", None, *own) as house:
        house.waits_until(lambda: house.is_open() or house.process.poll() is not None, "opening")
        assert house.is_open(), house.said
        yield house


@pytest.fixture
def visitor(house: House) -> Visitor:
    return house.visitor()
