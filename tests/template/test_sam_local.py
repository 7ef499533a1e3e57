"""``sam local`` as docs/deploy.md tells it, up to the engine: where its containers look for AWS."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.bind_address import bind_address, docker_bridge
from local.containers import HOST, told_to_sam
from local.emulator import Emulator
from local.stack import Stack
from tests.support.free_ports import free_port
from tests.support.processes import wait_or_kill
from tests.support.template import ROOT, doors, resources

pytestmark = pytest.mark.slow

PYTHON = ROOT / ".venv" / "tools" / "bin" / "python"
QUEUE = "http://127.0.0.1:4566/000000000000/retry"
WHAT_SAM_READS = ("events", "functions", "layers", "samconfig.toml", "template.yaml")
IS_UP_WITHIN = 90.0
"""Seconds. It takes six on a machine that does nothing else."""
ALONE = [
    "unshare", "--user", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "-",
]  # fmt: skip
"""Run a command in a network of its own, which nobody reaches and which has no Docker bridge."""
LISTENING = "0A"
"""The state of a socket in /proc/net/tcp. Source: proc(5)."""


@dataclass
class Laptop:
    """A working copy in which ``make run SAM_LOCAL=1`` is running."""

    folder: Path

    def makes(self, command: str) -> list[dict[str, Any]]:
        """The containers that a command of SAM's makes."""
        options = shlex.split(command)
        assert options[0] == "sam"
        if "invoke" not in options:
            # All at once: to look at them, nobody need ask for one after the other. SAM's watcher can
            # wait for ever for what it starts, where another test writes bytecode into a door's folder.
            options += ["--warm-containers", "EAGER", "--no-watch"]
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        own = {
            "SAM_CLI_TELEMETRY": "0",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        done = subprocess.run(
            [str(PYTHON), str(ROOT / "tests" / "template" / "sam_containers.py"), *options[1:]],
            env={**inherited, **own}, cwd=self.folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        made: list[dict[str, Any]] = json.loads(done.stdout)
        assert made, done.stderr
        return made


@pytest.fixture
def laptop(tmp_path):
    for name in WHAT_SAM_READS:
        (tmp_path / name).symlink_to(ROOT / name)
    told: dict[str, Any] = {name: {} for name in resources("AWS::Serverless::Function")}
    told["SendMail"] = {"RETRY_QUEUE": QUEUE}
    stack = Stack("portico", Emulator("http://127.0.0.1:4566"), {}, {}, told)
    with told_to_sam(stack, tmp_path / ".local"):
        yield Laptop(tmp_path)


def documented() -> list[str]:
    """The commands of the page's section."""
    page = (ROOT / "docs" / "deploy.md").read_text()
    section = page.partition("\n## On a laptop with sam local\n")[2].partition("\n## ")[0]
    return re.findall(r"^sam local .*?(?=\s*(?:#|$))", section, re.MULTILINE)


def reaches_the_machine(container: dict[str, Any], url: str) -> bool:
    """Whether *url* names the machine itself: not the container, and not a name it cannot look up."""
    return bool(container.get("extra_hosts", {}).get(urlsplit(url).hostname) == "host-gateway")


class TestADoorInAContainer:
    @pytest.mark.parametrize("command", documented())
    def test_finds_aws_on_the_machine_it_runs_on(self, laptop, command):
        made = laptop.makes(command)

        assert len(made) == (1 if " invoke " in command else len(doors()))
        for container in made:
            endpoint = container["environment"]["AWS_ENDPOINT_URL"]
            assert endpoint == f"http://{HOST}:4566"
            assert reaches_the_machine(container, endpoint)

    def test_finds_the_queue_there_too(self, laptop):
        command = "sam local invoke SendMail --event events/send_mail_queue.json --config-env local"

        (container,) = laptop.makes(command)

        assert reaches_the_machine(container, container["environment"]["RETRY_QUEUE"])


class TestMakeRun:
    def test_tells_sam_where_containers_reach_the_aws_that_it_has_started(self, tmp_path):
        with make_run(tmp_path, "SAM_LOCAL=1") as (house, expected):
            told = json.loads((tmp_path / ".local" / "env.json").read_text())
            heard = addresses(house.pid)
            command = "sam local invoke ResolveLink --event events/resolve_link.json"
            (container,) = Laptop(tmp_path).makes(f"{command} --config-env local")

        endpoint = told["ResolveLink"]["AWS_ENDPOINT_URL"]
        assert told.keys() == resources("AWS::Serverless::Function").keys()
        assert {each["AWS_ENDPOINT_URL"] for each in told.values()} == {endpoint}
        assert (expected, urlsplit(endpoint).port) in heard
        assert container["environment"].items() >= told["ResolveLink"].items()
        assert reaches_the_machine(container, endpoint)
        assert not (tmp_path / ".local" / "env.json").exists()


class TestThePage:
    def test_walks_all_three(self):
        assert {each.split()[2] for each in documented()} == {"invoke", "start-api", "start-lambda"}


@contextmanager
def make_run(folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """``make run`` in a working copy: its process, and the address that AWS should listen on."""
    alone = subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0
    if not alone and "CI" not in os.environ:
        pytest.skip("meanwhile, this machine's network could reach the emulated AWS")
    for each in ROOT.iterdir():
        if each.name not in {".git", ".local", ".aws-sam"}:
            (folder / each.name).symlink_to(each)
    command = ["make", "run", f"PORT={free_port()}", *more]
    log = folder / "log"
    with log.open("wb") as output:
        house = subprocess.Popen(
            [*ALONE, *command] if alone else command,
            cwd=folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            env={k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "POWERT"))},
        )  # fmt: skip
    try:
        ends = time.monotonic() + IS_UP_WITHIN
        while "Ready in" not in log.read_text():
            assert house.poll() is None, log.read_text()
            assert time.monotonic() < ends, log.read_text()
            time.sleep(0.1)
        bridge = None if alone else docker_bridge()
        yield house, bind_address(for_containers=True, bridge=bridge)
    finally:
        os.killpg(house.pid, signal.SIGTERM)
        wait_or_kill(house, 20)


def addresses(process: int) -> set[tuple[str, int]]:
    """Where anybody listens in the network of a process."""
    lines = Path(f"/proc/{process}/net/tcp").read_text().splitlines()[1:]
    listening = [each.split()[1] for each in lines if each.split()[3] == LISTENING]
    return {
        (socket.inet_ntoa(bytes.fromhex(host)[::-1]), int(port, 16))
        for host, port in (each.split(":") for each in listening)
    }
