"""`make run DIAGNOSIS=1`: the same faults in a real run, by HTTP and its own streams
(local/fault_rig.py).
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local.sample_faults import FAULTS, Fault
from tests.local.conftest import ROOT, House, running_house

pytestmark = [pytest.mark.emulated, pytest.mark.slow]

WITHIN = 240.0
"""Seconds. It takes a minute on a machine that does nothing else."""
SOME = [
    each
    for each in FAULTS
    if each.name
    in ("suppressed", "older-code", "cookies-blocked", "secret-ended", "portal-unfetched")
]
"""What needs the streams, SES's events, the clock, the providers and another site."""


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Iterator[House]:
    log = tmp_path_factory.mktemp("faults") / "log"
    with running_house(log, None, "--diagnosis") as house:
        house.waits_until(
            lambda: "Ready in" in house.said or house.process.poll() is not None, "faults", WITHIN
        )
        assert "Ready in" in house.said, house.said
        yield house


@pytest.mark.parametrize("fault", SOME, ids=lambda each: each.name)
def test_a_fault_is_found_by_the_command(house: House, fault: Fault) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cli", "--local", str(house.port), "why", fault.name, fault.asked, "--json"],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PORTICO"))},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr

    first = json.loads(done.stdout)["findings"][0]

    assert (first["cause"], first["ending"]["kind"]) == (fault.cause, fault.ending)


def test_is_asked_for_by_the_makefile() -> None:
    def runs(*given: str) -> bool:
        command = ["make", "--dry-run", "run", *given]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return "--diagnosis" in done.stdout

    assert runs("DIAGNOSIS=1")
    assert not runs()
