"""An emulated account of AWS, and the stack in it, deployed as a cloud team deploys it."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3

from tests.deployed.building import ARCHITECTURE, ROOT, SAM, Build, environment

REGION = "eu-west-1"
STACK = "portico-deployed"
MAIL_FROM = "signin@example.com"
PORTAL = "https://portal.example.com"

ADMIN = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
"""The account's root to the emulator. Doors have their roles, and those are enforced."""


@dataclass(frozen=True)
class Stack:
    endpoint: str
    outputs: dict[str, str]

    def client(self, service: str) -> Any:
        return boto3.client(  # type: ignore[call-overload]  # any service
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ADMIN["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ADMIN["AWS_SECRET_ACCESS_KEY"],
        )

    @cached_property
    def functions(self) -> dict[str, str]:
        """The functions' names in the account by their logical ids."""
        found = self.client("cloudformation").describe_stack_resources(StackName=STACK)
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in found["StackResources"]
            if each["ResourceType"] == "AWS::Lambda::Function"
        }

    def log_of(self, door: str) -> str:
        """What a door has logged, for the message of a failed test."""
        group = f"{self.outputs['LogGroups']}{door}"
        events = self.client("logs").filter_log_events(logGroupName=group)["events"]
        return "".join(each["message"] for each in events)


@contextmanager
def emulated_aws(folder: Path) -> Iterator[str]:
    """Run an emulator that enforces roles, and yield where it listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    python = ROOT / ".venv" / "local" / "bin" / "python"
    settings = {
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "MINISTACK_REGION": REGION,
        "STATE_DIR": str(folder),
        # Its functions run on the Python that is found first.
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
    }
    with (folder / "emulator.log").open("w") as log:
        process = subprocess.Popen(
            [str(python), "-m", "ministack"],
            env={**os.environ, **settings}, cwd=folder, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            endpoint = f"http://127.0.0.1:{port}"
            _await(process, f"{endpoint}/_ministack/health", folder / "emulator.log")
            yield endpoint
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _await(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text())


def deploy(built: Build, endpoint: str, **parameters: str) -> Stack:
    """Deploy, or change the parameters of what is deployed."""
    chosen = {
        "Architecture": ARCHITECTURE,
        "MailFrom": MAIL_FROM,
        "MailIdentity": "example.com",
        "PortalOrigins": PORTAL,
        **parameters,
    }
    command = [
        SAM, "deploy", "--template-file", built.template, "--stack-name", STACK, "--resolve-s3",
        "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset",
        "--no-progressbar", "--parameter-overrides", *(f"{k}={v}" for k, v in chosen.items()),
    ]  # fmt: skip
    done = subprocess.run(
        [str(each) for each in command],
        cwd=built.folder, env={**environment(), **ADMIN, "AWS_ENDPOINT_URL": endpoint},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (stack,) = (
        Stack(endpoint, {}).client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    )
    return Stack(endpoint, {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]})
