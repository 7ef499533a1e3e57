"""Measure whether a key at full speed makes contacts wait who sign in to the same workspace.

The key's requests run in a process of their own, as doors on Lambda do. Sign-ins are measured in
turns: without a key, with a key of another workspace, and with a key of this one. The first two
differ because both share this machine's cores and its one emulated DynamoDB, as nothing does on
Lambda. The last two tell whether a workspace's own rows are in the way.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.deployment import ACME, Deployment, load_door
from portico.people.flow import TeamPeople
from portico.people.memberships import Role
from portico.people.rules import Contact, Workspace
from portico.team.members import TeamMembers
from portico.team.team_budget import MOST_USES, TeamUse
from portico.team.workspace_key import Scope
from portico.team.workspace_keys import WorkspaceKeys
from tests.support.doors import Answer, http_event
from tests.support.driver import Browser

ROUNDS, SIGN_INS = 5, 60
DOOR, ROUTE = "manage_workspace", "GET /v1/workspaces/{workspace}/settings"
GLOBEX = Workspace("globex", "Globex", "https://portal.globex.test")
HOW: dict[str, Any] = {"host": "signin.acme.test", "by": "bench"}


@dataclass(frozen=True)
class Round:
    """The 95th percentile of sign-ins, in seconds, in each state."""

    alone: float
    elsewhere: float
    beside: float


def table(deployment: Deployment) -> str:
    """Measure, and return the Markdown table."""
    people = TeamPeople(deployment.people.table)
    globex = people.create_workspace(GLOBEX, by="bench")
    gus = people.add_contact(GLOBEX.id, name="Gus Grant", email="gus@example.com", by="bench")
    theirs = _key(deployment, globex, gus)
    ours = _key(deployment, deployment.workspace, deployment.ann)
    answers, contacts = Counter[int](), count(step=SIGN_INS)
    rounds: list[Round] = []
    for _ in range(ROUNDS):
        alone = _p95(deployment, next(contacts))
        with _busy(deployment, GLOBEX.id, theirs, answers):
            elsewhere = _p95(deployment, next(contacts))
        with _busy(deployment, ACME, ours, answers):
            beside = _p95(deployment, next(contacts))
        rounds.append(Round(alone, elsewhere, beside))
    refused = answers[429] / answers.total()
    return (
        "| a sign-in, 95th percentile | median | lowest | highest |\n"
        "|---|---|---|---|\n"
        + _line(
            "with another workspace's key, against none", [e.elsewhere / e.alone for e in rounds]
        )
        + _line(
            "with the workspace's own key, against another's",
            [e.beside / e.elsewhere for e in rounds],
        )
        + f"\nThe key asked {2 * MOST_USES[TeamUse.BY_KEY]} times a second, twice its budget: "
        f"{refused:.0%} were refused.\n"
    )


def _line(what: str, ratios: list[float]) -> str:
    return f"| {what} | {median(ratios):.2f} | {min(ratios):.2f} | {max(ratios):.2f} |\n"


def _key(deployment: Deployment, workspace: Workspace, owner: Contact) -> str:
    tables = deployment.people.table, deployment.sign_in.table
    TeamMembers(*tables).add(workspace, owner, Role.OWNER, **HOW)
    _, text = WorkspaceKeys(*tables).add(
        workspace, owner, label="Busy", scopes=[Scope.READ_SETTINGS], **HOW
    )
    return text


def _p95(deployment: Deployment, first: int) -> float:
    took = []
    for n in range(first, first + SIGN_INS):
        browser = Browser(deployment, source_ip=f"198.19.{n // 250}.{n % 250 + 1}")
        deployment.browser = browser
        begins = time.perf_counter()
        with redirect_stdout(deployment.sink):
            assert browser.opens_the_link().status == 200
            token = browser.signs_in(f"contact{n}@example.com").body["access_token"]
            assert browser.reads_the_session(token).status == 200
        took.append(time.perf_counter() - begins)
    return quantiles(took, n=20)[-1]


@contextmanager
def _busy(
    deployment: Deployment, workspace_id: str, key: str, answers: Counter[int]
) -> Iterator[None]:
    """Let the key ask at twice its budget meanwhile, and count what it was answered."""
    variables = deployment.stack.environments["ManageWorkspace"]
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.beside", workspace_id, json.dumps(dict(variables))],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "BENCH_KEY": key},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "ready\n"
        yield
    finally:
        child.stdin.close()
        told = child.stdout.read()
        child.wait(timeout=10)
    answers.update({int(status): number for status, number in json.loads(told).items()})


def main(workspace_id: str, variables: dict[str, str]) -> None:
    """Send requests of the key until the input ends. Its text comes by the environment."""
    headers = {"authorization": f"Bearer {os.environ['BENCH_KEY']}"}
    event = http_event(ROUTE, None, origin=None, headers=headers, path={"workspace": workspace_id})
    answers, pause = Counter[int](), 1 / (2 * MOST_USES[TeamUse.BY_KEY])
    # Doors write their log lines to the standard output, and so do metrics.
    told = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    door = load_door(DOOR, variables)
    Answer(door(event, None))
    print("ready", file=told, flush=True)
    os.set_blocking(sys.stdin.fileno(), False)
    due = time.monotonic()
    # An open input without a line reads as None, a closed one as nothing.
    while sys.stdin.buffer.read() is None:
        answers[Answer(door(event, None)).status] += 1
        due = max(due + pause, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))
    print(json.dumps(answers), file=told, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
