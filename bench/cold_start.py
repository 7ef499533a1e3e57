"""What a door costs until it can take its first request, against a bare boto3 client.

Each round starts every door once and the bare client once, in bare interpreters that see the
built artefact and its layers alone, and takes the CPU time that the kernel counted. A machine
that is slow for a moment is slow for the whole round, so ratios within a round last.
"""

import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import boto3

from portico import settings

ROOT = Path(__file__).parents[1]
BUILT = ROOT / ".aws-sam" / "build"
ROUNDS = 15

CLIENTS = {
    "ResolveLink": ["dynamodb"],
    "RequestCode": ["dynamodb"],
    "VerifyCode": ["dynamodb", "kms", "secretsmanager"],
    "Session": ["dynamodb", "kms", "secretsmanager"],
    "Password": ["dynamodb", "kms", "secretsmanager"],
    "SendMail": ["dynamodb", "sesv2", "secretsmanager"],
    "RecordTrail": ["dynamodb"],
    "SignInPage": ["dynamodb"],
    "StartSso": ["dynamodb", "secretsmanager"],
    "FinishSso": ["dynamodb", "secretsmanager"],
}
"""The clients that a door's usual request makes: ready is when it has them."""
WITH_CRYPTO = {"Session", "Password", "StartSso", "FinishSso"}

DOOR = """
import json, resource, sys
clients, *path = sys.argv[1:]
sys.path[:0] = path
import handler
at_init = len(sys.modules)
from portico.aws.clients import client
for name in clients.split(","):
    client(name)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"modules": at_init, "peak": peak}))
"""
BARE = """
import json, resource, sys
sys.path[:0] = sys.argv[1:]
import boto3
boto3.client("dynamodb")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"modules": len(sys.modules), "peak": peak}))
"""


@dataclass(frozen=True)
class Start:
    """One start: CPU seconds, and what the process said of itself."""

    cpu: float
    modules: int
    peak: int
    """Kilobytes."""


def start(code: str, arguments: list[str], environment: dict[str, str]) -> Start:
    """Run *code* in a bare interpreter and wait for it."""
    child = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", code, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"a door did not start: {arguments}")
    told = json.loads(said.splitlines()[-1])
    return Start(usage.ru_utime + usage.ru_stime, told["modules"], told["peak"])


def table() -> str:
    """Build for this machine, measure, and return the Markdown table."""
    environment = os.environ | {"ARCH": "x86_64"}
    subprocess.run(
        [
            *("make", "--no-print-directory", "build"),
            "STAGE=dev",
        ],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    rounds: dict[str, list[Start]] = {name: [] for name in ("bare", *CLIENTS)}
    site = str(Path(boto3.__file__).parents[1])
    region = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
    for _ in range(ROUNDS):
        rounds["bare"].append(start(BARE, [site], region))
        for name, clients in CLIENTS.items():
            path = [str(each) for each in _path(name)]
            rounds[name].append(start(DOOR, [",".join(clients), *path], region | _stated(name)))
    lines = [
        "| door | ready, CPU | modules at init | peak memory | unzipped |",
        "|---|---|---|---|---|",
    ]
    for name in CLIENTS:
        ratios = [a.cpu / b.cpu for a, b in zip(rounds[name], rounds["bare"], strict=True)]
        size = sum(_size(each) for each in (_path(name)[0], *_layers(name)))
        peak = statistics.median(each.peak for each in rounds[name]) / 1024
        lines.append(
            f"| `{_folder(name)}` | {statistics.median(ratios):.2f} "
            f"| {rounds[name][0].modules} | {peak:.0f} MB | {size / 1e6:.1f} MB |"
        )
    bare = statistics.median(each.peak for each in rounds["bare"]) / 1024
    lines.append(
        f'| a bare `boto3.client("dynamodb")` | 1.00 | {rounds["bare"][0].modules} '
        f"| {bare:.0f} MB | |"
    )
    return "\n".join(lines) + "\n"


def _folder(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def _layers(name: str) -> list[Path]:
    layers = ["PorticoLayer", *(["CryptoLayer"] if name in WITH_CRYPTO else [])]
    return [BUILT / each for each in layers]


def _path(name: str) -> list[Path]:
    return [BUILT / name, *(each / "python" for each in _layers(name))]


def _size(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def _stated(name: str) -> dict[str, str]:
    stated = dict.fromkeys(settings.ALL[_folder(name)].variables(), "stated")
    return stated | {
        "POWERTOOLS_SERVICE_NAME": "portico",
        "POWERTOOLS_METRICS_NAMESPACE": "Portico",
    }
