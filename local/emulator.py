"""An emulated AWS on this machine: ministack, in its own Python environment."""

import errno
import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from local.bind_address import LOOPBACK, dialled

ROOT = Path(__file__).parents[1]
PYTHON = ROOT / ".venv" / "local" / "bin" / "python"
REGION = "eu-west-1"
ACCOUNT = "000000000000"

STARTS_WITHIN = 30.0
"""Seconds. A start takes most of them with a cold file cache, and two with a warm one."""
STOPS_WITHIN = 5.0


class EmulatorFailed(RuntimeError):
    """The emulator did not start. The message has the end of its log."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """An emulated AWS, and its address."""

    endpoint: str

    def environment(self, account: str = ACCOUNT) -> dict[str, str]:
        """Return the variables that make any AWS client talk to it.

        Args:
            account: twelve digits. Each number is a separate account, empty at first.
        """
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            # Never reach a developer's real account by accident.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str, *, account: str = ACCOUNT) -> Any:
        """Return a client for one of its accounts, whatever the environment says."""
        return boto3.client(  # type: ignore[call-overload]  # any service
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=account,
            aws_secret_access_key="local",  # noqa: S106 - nobody checks it
        )


@contextmanager
def emulated_aws(
    settings: Mapping[str, str] | None = None, *, bind: str = LOOPBACK
) -> Iterator[Emulator]:
    """Run an emulator while the context lasts. It keeps no data.

    Args:
        settings: variables for the emulator itself.
        bind: the address to listen on.

    Raises:
        EmulatorFailed: the emulator did not answer in time.
    """
    with tempfile.TemporaryDirectory(prefix="portico-", ignore_cleanup_errors=True) as folder:
        port = _free_port(bind)
        log = Path(folder) / "emulator.log"
        with log.open("w") as output:
            own = _variables(bind, port, Path(folder)) | dict(settings or {})
            process = _start(own, Path(folder), output.fileno())
        try:
            emulator = Emulator(f"http://{dialled(bind)}:{port}")
            _wait_for(emulator, process, log)
            yield emulator
        finally:
            _stop(process)


def _variables(bind: str, port: int, folder: Path) -> dict[str, str]:
    return {
        "BIND_HOST": bind,
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        # Queue URLs use this host.
        "MINISTACK_HOST": dialled(bind),
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "0",
        # A function that must start again delays a mail by a second.
        "LAMBDA_WARM_TTL_SECONDS": "86400",
        "STATE_DIR": str(folder),
        "TMPDIR": str(folder),
        # Functions run on the first Python in the path.
        "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ['PATH']}",
    }


def _start(own: Mapping[str, str], folder: Path, output: int) -> subprocess.Popen[bytes]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTHON"))}
    # Start it in its own session, so that Ctrl-C in the terminal reaches only us.
    return subprocess.Popen(
        [
            str(PYTHON),
            "-P",
            str(ROOT / "local" / "child_process.py"),
            str(os.getpid()),
            "ministack",
        ],
        env={**inherited, **own},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )


def _wait_for(emulator: Emulator, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{emulator.endpoint}/_ministack/health", timeout=1):  # noqa: S310
                return
        except OSError:
            time.sleep(0.05)
    raise EmulatorFailed(f"the emulated AWS did not start:\n{log.read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    # Its functions are its children, so end the whole group.
    for ending in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, ending)
            process.wait(STOPS_WITHIN)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _free_port(address: str) -> int:
    # Not what the system would choose: from there a connection may take it before the emulator does.
    while True:
        port = 10_000 + secrets.randbelow(10_000)
        try:
            with socket.socket() as probe:
                probe.bind((address, port))
                return port
        except OSError as refused:
            if refused.errno != errno.EADDRINUSE:
                raise
