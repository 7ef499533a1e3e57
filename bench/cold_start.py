"""Measure the start of each door up to its first request, compared with a bare boto3 client.

Each round starts every door once and the bare client once, in bare interpreters that see only the
built artefact and its layers, and takes the CPU time that the kernel counted. If the machine is
slow for a moment, it is slow for the whole round, so ratios within a round are stable.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import botocore

from tests.support.artefacts import environment_of
from tests.support.artefacts import start as compiling
from tests.support.sam_build import Build, build
from tests.support.template import folder

ROUNDS = 15

CHECKING = "Session, for a token"
"""The session door with a token. It mostly refreshes, and loads joserfc with the first token."""

NEEDS = {
    "ResolveLink": ["dynamodb"],
    "RequestCode": ["dynamodb"],
    "VerifyCode": ["dynamodb", "kms", "secretsmanager"],
    "SendMail": ["dynamodb", "sesv2", "secretsmanager"],
    "Session": ["dynamodb", "kms", "secretsmanager"],
    CHECKING: ["kms", "joserfc.jwt"],
    "Password": ["dynamodb", "kms", "secretsmanager"],
    "Account": ["dynamodb", "kms", "joserfc.jwt"],
    "ManageWorkspace": ["dynamodb", "kms", "joserfc.jwt"],
    "ManageContacts": ["dynamodb", "kms", "joserfc.jwt"],
    "ManageLinks": ["dynamodb", "kms", "joserfc.jwt"],
    "SyncDirectory": ["dynamodb"],
    "Diagnose": ["dynamodb", "kms", "joserfc.jwt"],
    "StartSso": ["dynamodb", "secretsmanager"],
    "FinishSso": ["dynamodb", "secretsmanager"],
    "Authorize": ["dynamodb"],
    "Token": ["dynamodb", "kms", "secretsmanager"],
    "Userinfo": ["dynamodb", "kms", "joserfc.jwt"],
    "EndSession": ["dynamodb", "kms", "joserfc.jwt"],
    "Revoke": ["dynamodb"],
    "SignInPage": [],
    "RecordDelivery": ["dynamodb", "secretsmanager"],
    "RecordTrail": ["dynamodb"],
    "SignOutPortals": ["dynamodb", "kms", "sqs"],
}
"""The clients and modules of a door's usual request. The door is ready when it has them."""


@dataclass(frozen=True)
class Target:
    """The targets of a door."""

    ready: float
    modules: int | None
    megabytes: int


TARGETS = {
    "ResolveLink": Target(0.95, 410, 17),
    "RequestCode": Target(0.95, 411, 17),
    "VerifyCode": Target(1.00, 430, 17),
    "SendMail": Target(1.00, 430, 17),
    "Session": Target(1.15, 500, 34),
    "FinishSso": Target(1.5, None, 40),
}

# Not ru_maxrss, which starts with the parent's memory at the fork.
DOOR = """
import json, sys
needs, *path = sys.argv[1:]
sys.path[:0] = path
import handler
at_init = len(sys.modules)
from portico.aws.clients import client
for need in filter(None, needs.split(",")):
    __import__(need) if "." in need else client(need)
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps({"modules": at_init, "peak": peak}))
"""
BARE = """
import json, sys
sys.path[:0] = sys.argv[1:]
import boto3
boto3.client("dynamodb")
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps({"modules": len(sys.modules), "peak": peak}))
"""
TRUST = """
import json, ssl, sys, time
context = ssl.create_default_context(cafile=sys.argv[1])
before = time.process_time()
for _ in range(10):
    context.load_verify_locations(sys.argv[1])
print(json.dumps({"modules": 0, "peak": 0, "each": (time.process_time() - before) / 10}))
"""
"""What urllib3 does for every connection, without the start of the interpreter."""


@dataclass(frozen=True)
class Start:
    """One start: its CPU seconds, and what the process reported."""

    cpu: float
    modules: int
    peak: int
    """Kilobytes."""
    each: float = 0.0
    """CPU seconds to load the certificates of one connection."""


@dataclass
class Rounds:
    """All starts, by the name of what was started."""

    starts: dict[str, list[Start]] = field(default_factory=dict)

    def add(self, name: str, start: Start) -> None:
        """Add a start."""
        self.starts.setdefault(name, []).append(start)

    def ready(self, name: str) -> float:
        """Return a door's CPU as a multiple of the bare client's of the same round."""
        both = zip(self.starts[name], self.starts["bare"], strict=True)
        return statistics.median(own.cpu / bare.cpu for own, bare in both)

    def trust(self, name: str) -> float:
        """Return the CPU for one connection's certificates, as a part of the bare client's."""
        both = zip(self.starts[name], self.starts["bare"], strict=True)
        return statistics.median(own.each / bare.cpu for own, bare in both)

    def peak(self, name: str) -> float:
        """Return the usual peak of memory, in megabytes."""
        return statistics.median(each.peak for each in self.starts[name]) / 1024


def tables() -> Iterator[tuple[str, str]]:
    """Build for this machine, measure, and return the Markdown tables."""
    with tempfile.TemporaryDirectory() as place:
        built = build(Path(place) / "build")
        rounds = _rounds(built)
        yield "cold-start", _doors(built, rounds)
        yield "trust", _trust(rounds)


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
    return Start(usage.ru_utime + usage.ru_stime, **told)


def _rounds(built: Build) -> Rounds:
    rounds = Rounds()
    site = str(Path(boto3.__file__).parents[1])
    region = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
    for _ in range(ROUNDS):
        rounds.add("bare", start(BARE, [site], region))
        for name, needs in NEEDS.items():
            door = name.partition(",")[0]
            path = [str(each) for each in built.path(door)]
            rounds.add(name, start(DOOR, [",".join(needs), *path], environment_of(door)))
        for name, bundle in _bundles(built).items():
            rounds.add(name, start(TRUST, [str(bundle)], region))
    return rounds


def _bundles(built: Build) -> dict[str, Path]:
    return {
        "Amazon's five roots": built.folder / "PorticoLayer" / "amazon-roots.pem",
        "botocore's whole bundle": Path(botocore.__file__).parent / "cacert.pem",
    }


def _doors(built: Build, rounds: Rounds) -> str:
    lines = [
        (
            "| door | ready, CPU | target | modules at init | target | compiled | peak memory "
            "| unzipped | target |"
        ),
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name in NEEDS:
        door, _, doing = name.partition(",")
        target = TARGETS.get(name)
        compiled = len(compiling(built.path(door), environment_of(door))["compiled"])
        size = sum(_size(each) for each in built.path(door)) / 1e6
        ready, modules = rounds.ready(name), rounds.starts[name][0].modules
        cells = [
            f"`{folder(door)}`{doing}",
            f"{ready:.2f}",
            f"≤ {target.ready:.2f}{_missed(ready > target.ready)}" if target else "",
            f"{modules}",
            f"≤ {target.modules}{_missed(modules > target.modules)}"
            if target and target.modules
            else "",
            f"{compiled}",
            f"{rounds.peak(name):.0f} MB",
            f"{size:.1f} MB",
            f"≤ {target.megabytes}{_missed(size > target.megabytes)}" if target else "",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines.append(
        f'| a bare `boto3.client("dynamodb")` | 1.00 | | {rounds.starts["bare"][0].modules} '
        f"| | | {rounds.peak('bare'):.0f} MB | | |"
    )
    return "\n".join(lines) + "\n"


def _missed(is_missed: bool) -> str:
    return ": **missed**" if is_missed else ""


def _trust(rounds: Rounds) -> str:
    lines = ["| trusted by a connection to AWS | CPU of each connection |", "|---|---|"]
    lines += [
        f"| {name} | {rounds.trust(name):.3f} |"
        for name in rounds.starts
        if rounds.starts[name][0].each
    ]
    return "\n".join(lines) + "\n"


def _size(place: Path) -> int:
    return sum(each.stat().st_size for each in place.rglob("*") if each.is_file())
