"""Starting and ending: one command, and nothing is left of it (local/__main__.py)."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.local.conftest import ROOT, running_house
from tests.support.free_ports import free_port

pytestmark = [pytest.mark.emulated, pytest.mark.slow]

GONE_WITHIN = 10.0


def descendants(pid: int) -> set[int]:
    """The processes below *pid*, however deep."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(text.rpartition(")")[2].split()[1])
    found: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in {pid, *found}} - found:
        found |= more
    return found


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if _state(pid) not in ("", "Z")}


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
class TestTheHouse:
    @pytest.mark.parametrize(
        "ending",
        [
            signal.SIGINT,
            pytest.param(signal.SIGTERM, marks=pytest.mark.slow),
            pytest.param(signal.SIGKILL, marks=pytest.mark.slow),
        ],
    )
    def test_leaves_nothing_running(self, tmp_path, ending):
        with running_house(tmp_path / "log") as house:
            house.waits_until(house.is_open, "opening")
            children = descendants(house.process.pid)
            assert len(children) >= 2  # the emulator, and a function that a stream woke

            house.process.send_signal(ending)
            status = house.process.wait(20)
            ends = time.monotonic() + GONE_WITHIN
            while alive(children) and time.monotonic() < ends:
                time.sleep(0.1)

            assert not alive(children)
            if ending != signal.SIGKILL:
                assert status == 0
                assert "Nothing is left running." in house.said

    def test_ends_though_the_signal_comes_to_another_thread(self, tmp_path):
        """The kernel chooses which, and only the main thread acts on it."""
        with running_house(tmp_path / "log") as house:
            house.waits_until(house.is_open, "opening")
            pid = house.process.pid
            others = {int(each.name) for each in Path(f"/proc/{pid}/task").iterdir()} - {pid}

            assert ctypes.CDLL(None).tgkill(pid, min(others), signal.SIGTERM) == 0

            assert house.process.wait(20) == 0
            assert "Nothing is left running." in house.said

    def test_can_be_ended_while_it_starts(self, tmp_path):
        with running_house(tmp_path / "log") as house:
            house.waits_until(lambda: "Translating" in house.said, "the second step")
            children = descendants(house.process.pid)

            house.process.terminate()

            assert house.process.wait(20) == 0
            assert not alive(children)


class TestAPort:
    @pytest.mark.parametrize("which", [0, 1, 4])
    def test_in_use_is_told_in_a_sentence(self, which):
        port = free_port()
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", port + which))
            taken.listen()

            done = subprocess.run(
                [sys.executable, "-m", "local", "--port", str(port)],
                cwd=ROOT,
                env=dict(os.environ),
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )

        assert done.returncode == 1
        assert done.stderr.strip() == (
            f"Port {port + which} is in use, or may not be used. Choose another: make run PORT=9000"
        )
        assert "Traceback" not in done.stdout + done.stderr
