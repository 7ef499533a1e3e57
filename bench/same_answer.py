"""Measure whether the time of an answer tells who is a contact.

We record each address's request once on an emulated AWS, with the tables' real answers. Then we
play a contact's and another request in turns. The result is the probability that the contact's
took longer: 0.50 means that the times tell nothing.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from functools import partial
from statistics import median
from unittest.mock import patch

import argon2

from bench.cpu_time import pairs
from bench.deployment import Deployment
from bench.distributions import farthest, larger, when_alike
from bench.flows import GUESS, RIGHT, Flow, Walk
from portico import ids
from portico.aws.tables import transact
from portico.clock import SYSTEM
from portico.events import Event
from portico.passwords import password_hash
from portico.people.password_store import Password, Passwords
from tests.support.driver import WRONG, Browser

PAIRS, PAIRS_OF_HASHES = 2000, 400
"""With the smaller number, one in twenty coin tosses falls outside the band."""
BAND = (0.45, 0.55)
KNOWN = "a contact"
EMAILS = {
    KNOWN: "ann@example.com",
    "nobody": "nobody@example.com",
    "a contact who is switched off": "ben@example.com",
    "an address whose mails bounce": "dana@example.com",
}
HAS_NONE = "a contact without a password"
PASSWORDS = {
    KNOWN: "ann@example.com",
    "nobody": "nobody@example.com",
    HAS_NONE: "contact7@example.com",
}
CLOCKS = {"CPU": time.process_time, "wall": time.perf_counter}

type Flows = Mapping[str, Flow]


def table(deployment: Deployment) -> str:
    """Measure, and return the Markdown table of results."""
    lines = [
        "| `P(contact > other)` | pairs | CPU | wall | apart, CPU | K-S, CPU | within 0.45 to 0.55 |",
        "|---|---|---|---|---|---|---|",
    ]
    deployment.forward(hours=2)
    asked, typed = _walked_by_code(deployment)
    lines += _lines("`POST /v1/codes`", asked)
    lines += _lines("`POST /v1/codes/verify`, a wrong code", typed, others=["nobody"])
    forgot, signed_up = _walked_by_mail(deployment)
    lines += _lines("`POST /v1/passwords/forgot`", forgot)
    lines += _lines("`POST /v1/sign-up`", signed_up)
    door = "`POST /v1/passwords/sign-in`, a wrong password"
    _gives_ann(deployment, password_hash.hashed(RIGHT))
    lines += _lines(door, _walked_by_password(deployment), rounds=PAIRS_OF_HASHES)
    with _light_hashes():
        _gives_ann(deployment, _LIGHT.hash(RIGHT))
        lines += _lines(f"{door}, a hash of no weight", _walked_by_password(deployment))
    return "\n".join(lines) + "\n"


def _walked_by_code(deployment: Deployment) -> tuple[Flows, Flows]:
    asked, typed = Walk(deployment), Walk(deployment)
    for who, email, browser in _everybody(deployment, EMAILS):
        asked.step(who, partial(browser.asks_for_a_code, email))
        with redirect_stdout(deployment.sink):
            deployment.delivers_mail()
        typed.step(who, partial(browser.types, WRONG))
    return asked.flows, typed.flows


def _walked_by_mail(deployment: Deployment) -> tuple[Flows, Flows]:
    forgot, signed_up = Walk(deployment), Walk(deployment)
    for who, email, browser in _everybody(deployment, EMAILS):
        forgot.step(who, partial(browser.forgets_the_password, email))
        signed_up.step(who, partial(browser.signs_up, email))
    return forgot.flows, signed_up.flows


def _walked_by_password(deployment: Deployment) -> Flows:
    walk = Walk(deployment)
    deployment.forward(hours=2)
    for who, email, browser in _everybody(deployment, PASSWORDS):
        with redirect_stdout(deployment.sink):
            browser.types_a_password(GUESS, email)  # the first of all writes a decoy
        answer = walk.step(who, partial(browser.types_a_password, GUESS, email))
        assert answer.status == 401, answer.event
    return walk.flows


def _everybody(
    deployment: Deployment, emails: Mapping[str, str]
) -> Iterator[tuple[str, str, Browser]]:
    for n, (who, email) in enumerate(emails.items()):
        deployment.browser = Browser(deployment, source_ip=f"203.0.113.{100 + n}")
        yield who, email, deployment.browser


def _gives_ann(deployment: Deployment, hash_: str) -> None:
    passwords, now = Passwords(deployment.people.table, deployment.id), SYSTEM.now()
    password = Password(hash_, now, "reset", ids.random_part())
    event = Event("password.set", now, deployment.ann.id, 365)
    before = passwords.get(deployment.ann.id)
    transact(
        {"password": passwords.putting(deployment.ann.id, password, before=before, event=event)}
    )


_LIGHT = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@contextmanager
def _light_hashes() -> Iterator[None]:
    """Make hashes almost free, so that the rest of the work shows."""
    with patch.multiple(password_hash, MEMORY=_LIGHT.memory_cost, PASSES=_LIGHT.time_cost):
        password_hash.nobodys_hash.cache_clear()  # it keeps the parameters it was made with
        yield
    password_hash.nobodys_hash.cache_clear()


def _lines(
    door: str, flows: Flows, *, others: Sequence[str] = (), rounds: int = PAIRS
) -> Iterator[str]:
    for other in others or [who for who in flows if who != KNOWN]:
        yield _line(f"{door}: contact against {other}", flows[KNOWN], flows[other], rounds)


def _line(what: str, known: Flow, other: Flow, rounds: int) -> str:
    found = pairs(known, other, rounds=rounds, clocks=CLOCKS)
    chances = {clock: larger(each) for clock, each in found.items()}
    low, high = BAND
    is_within = all(low <= chance <= high for chance in chances.values())
    told = " | ".join(f"{chances[clock]:.3f}" for clock in CLOCKS)
    first, second = zip(*found["CPU"], strict=True)
    distance = farthest(first, second)
    alike = when_alike(distance, len(first), len(second))
    verdict = "yes" if is_within else "**no**"
    return (
        f"| {what} | {rounds:,} | {told} | {apart(found['CPU']):+.1%} "
        f"| {distance:.3f}, p {alike:.2f} | {verdict} |"
    )


def apart(pairs: Sequence[tuple[float, float]]) -> float:
    """Return how much longer the first of a pair usually takes, as a share of the second."""
    return median(a - b for a, b in pairs) / median(b for _, b in pairs)
