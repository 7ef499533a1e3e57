"""``sam local`` as docs/deploy.md tells it, up to the engine: where its containers look for AWS."""

import json
import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.containers import HOST, told_to_sam
from local.emulator import Emulator
from local.stack import Stack
from tests.support.template import ROOT, doors, resources

pytestmark = pytest.mark.slow

PYTHON = ROOT / ".venv" / "tools" / "bin" / "python"
QUEUE = "http://127.0.0.1:4566/000000000000/retry"
WHAT_SAM_READS = ("events", "functions", "layers", "samconfig.toml", "template.yaml")


@dataclass
class Laptop:
    """A working copy in which ``make run SAM_LOCAL=1`` is running."""

    folder: Path

    def makes(self, command: str) -> list[dict[str, Any]]:
        """The containers that a command of SAM's makes."""
        options = shlex.split(command)
        assert options[0] == "sam"
        if "invoke" not in options:
            # All at once: to look at them, nobody need ask for one after the other.
            options += ["--warm-containers", "EAGER"]
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


class TestThePage:
    def test_walks_all_three(self):
        assert {each.split()[2] for each in documented()} == {"invoke", "start-api", "start-lambda"}
