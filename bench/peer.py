"""Compare the CPU of a whole sign-in with OpenAuth's, on the same emulated AWS.

Both run in processes of their own, over real sockets, and get Lambda's events without a server.
They sign contacts in by turns, so a slow moment of the machine is slow for both.
"""

import json
import os
import random
import select
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO

from local.emulator import Emulator

ROOT = Path(__file__).parents[1]
OPENAUTH = Path(__file__).parent / "openauth"
TABLE = "openauth"
ACCOUNT = "999999999999"
"""Of OpenAuth's table."""

WARM_UP = 100
"""Sign-ins before the first round. Node compiles what is called often, and that takes a while."""
ROUNDS = 15
TURNS, TURN = 4, 5
"""In each round both have so many turns, and sign so many contacts in at each."""
SIGN_INS = TURNS * TURN
ANSWERS_WITHIN = 180.0
"""Seconds that the warm-up may take, or a turn. A busy machine takes most of them."""

type Cpu = Mapping[str, float]
"""CPU seconds of one round's sign-ins, by step; ``all`` has the driver's too."""

MAIL = "send_mail"
STEPS = {
    "resolve_link": "a link is resolved",
    "request_code": "a code is asked for",
    MAIL: "its mail is composed and sent",
    "verify_code": "the code is typed",
    "session": "the access token is read",
}
"""Our doors, with what they do in docs/performance.md."""
PEER_STEPS = ("authorize", "ask", "type", "exchange", "read")
PAGES = "pages"
"""OpenAuth's pages. They are made within its other steps."""


class PeerMissing(SystemExit):
    """OpenAuth cannot run here. The message says what to install."""


@dataclass(frozen=True)
class Ratio:
    """CPU in all rounds, as a multiple of that of OpenAuth's whole sign-in in the same round."""

    rounds: Sequence[float]

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.rounds)

    def __str__(self) -> str:
        """Return the cells of a table: the median, the least, the most."""
        return f"{self.middle:.2f} | {min(self.rounds):.2f} | {max(self.rounds):.2f}"


@dataclass(frozen=True)
class Comparison:
    """What both took, round by round."""

    own: Sequence[Cpu]
    peer: Sequence[Cpu]

    @property
    def with_mail(self) -> Ratio:
        """Our whole sign-in."""
        return self._ratio(_whole)

    @property
    def without_mail(self) -> Ratio:
        """Our sign-in without the sender."""
        return self._ratio(lambda own: _whole(own) - own[MAIL])

    @property
    def driver(self) -> Ratio:
        """What our events and cookies cost. It is in no other ratio."""
        return self._ratio(lambda own: own["all"] - _whole(own))

    def step(self, name: str) -> Ratio:
        """One of our doors."""
        return self._ratio(lambda own: own[name])

    def peers(self, part: Callable[[Cpu], float]) -> Ratio:
        """A part of OpenAuth's own CPU."""
        return Ratio([part(peer) / _peers_whole(peer) for peer in self.peer])

    def _ratio(self, part: Callable[[Cpu], float]) -> Ratio:
        both = zip(self.own, self.peer, strict=True)
        return Ratio([part(own) / _peers_whole(peer) for own, peer in both])


def _whole(own: Cpu) -> float:
    return sum(own[name] for name in STEPS)


def _peers_whole(peer: Cpu) -> float:
    return sum(peer[name] for name in PEER_STEPS)


def compared(emulator: Emulator) -> Comparison:
    """Let both sign contacts in, by turns.

    Raises:
        PeerMissing: Node or OpenAuth is not installed.
    """
    command = [node(), "sign_ins.mjs"]
    contacts = WARM_UP + ROUNDS * SIGN_INS
    ours = [sys.executable, "-m", "bench.own_sign_ins", emulator.endpoint, str(contacts)]
    _make_table(emulator)
    theirs = {**os.environ, **emulator.environment(ACCOUNT), "TABLE": TABLE}
    chance = random.Random(13)  # noqa: S311 - an order, not a secret
    with ExitStack() as stack:
        own = stack.enter_context(_running(ours, ROOT, os.environ))
        peer = stack.enter_context(_running(command, OPENAUTH, theirs))
        _answer(own, WARM_UP), _answer(peer, WARM_UP)
        rounds = []
        for _ in range(ROUNDS):
            spent: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
            turns = list(zip(spent, (own, peer), strict=True)) * TURNS
            chance.shuffle(turns)
            for total, process in turns:
                total.update(_answer(process, TURN))
            rounds.append(spent)
    return Comparison(*zip(*rounds, strict=True))


def table(found: Comparison) -> str:
    """Return our CPU, and that of each step, with OpenAuth's whole sign-in as 1.00."""
    whole = [(f"**{name}**", ratio) for name, ratio in _totals(found)]
    parts = [(f"… {what}", found.step(name)) for name, what in STEPS.items()]
    peers = ("… of which its pages", found.peers(lambda peer: peer[PAGES]))
    lines = [
        "| CPU of a sign-in | median | least | most |",
        "|---|---|---|---|",
        *(f"| {what} | {ratio} |" for what, ratio in [*whole[:2], *parts, *whole[2:], peers]),
    ]
    each = median(map(_peers_whole, found.peer)) / SIGN_INS * 1000
    drivers = found.driver.middle, found.peers(lambda peer: peer["all"] - _peers_whole(peer)).middle
    return (
        "\n".join(lines)
        + f"\n\n{len(found.own)} rounds of {SIGN_INS} sign-ins each. 1.00 was {each:.1f} ms of a "
        f"core. The drivers' own CPU, which is not in the table, was {drivers[0]:.2f} for Portico "
        f"and {drivers[1]:.2f} for OpenAuth.\n"
    )


def bars(found: Comparison) -> list[tuple[str, float]]:
    """Return the names and the medians that the picture shows."""
    steps = [(what, found.step(name).middle) for name, what in STEPS.items()]
    *ours, peers = [(name, ratio.middle) for name, ratio in _totals(found)]
    return [peers, *ours, *steps]


def _totals(found: Comparison) -> list[tuple[str, Ratio]]:
    return [
        ("Portico", found.with_mail),
        ("Portico without its mail", found.without_mail),
        ("OpenAuth", found.peers(_peers_whole)),
    ]


def node(folder: Path = OPENAUTH) -> str:
    """Return the path of Node, which runs OpenAuth in *folder*.

    Raises:
        PeerMissing: Node, npm or OpenAuth is not installed.
    """
    found = shutil.which("node")
    if not (found and shutil.which("npm")):
        raise PeerMissing("OpenAuth needs Node 20 or newer, with npm: apt-get install nodejs npm")
    if not (folder / "node_modules" / ".ready").exists():
        raise PeerMissing("OpenAuth is not installed: make bench/openauth/node_modules/.ready")
    return found


def _make_table(emulator: Emulator) -> None:
    keys = {"pk": "HASH", "sk": "RANGE"}
    emulator.client("dynamodb", account=ACCOUNT).create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
    )


@contextmanager
def _running(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _answer(process: subprocess.Popen[str], sign_ins: int) -> Cpu:
    asked, told = process.stdin, process.stdout
    assert asked
    assert told
    print(sign_ins, file=asked, flush=True)
    line = told.readline() if _has_said(told) else ""
    if not line:
        raise SystemExit(f"{process.args!r} did not sign its contacts in")
    answer: Cpu = json.loads(line)
    return answer


def _has_said(told: IO[str]) -> bool:
    return bool(select.select([told], [], [], ANSWERS_WITHIN)[0])
