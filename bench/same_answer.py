"""Whether the time of an answer tells who is a contact.

Every address's request is walked once on an emulated AWS, so each is played against the answers
that the tables really gave for it. Then known and other are played in turns, and what is
returned is the probability that the known one took longer: a coin's is 0.50.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from functools import partial
from statistics import median

from bench.flows import Flow, Walk
from bench.timing import larger, pairs
from bench.world import World
from tests.portal import WRONG, Browser

PAIRS = 2000
BAND = (0.45, 0.55)
KNOWN = "a contact"
EMAILS = {
    KNOWN: "ann@example.com",
    "nobody": "nobody@example.com",
    "a contact who is switched off": "ben@example.com",
    "an address whose mails bounce": "dana@example.com",
}
CLOCKS = {"CPU": time.process_time, "wall": time.perf_counter}


def table(world: World) -> str:
    """Measure, and return the Markdown table."""
    asked, typed = _walked(world)
    lines = [
        (
            f"| `P(contact > other)`, {PAIRS:,} pairs | CPU | wall | apart, CPU "
            "| within 0.45 to 0.55 |"
        ),
        "|---|---|---|---|---|",
    ]
    lines += [_line("`POST /v1/codes`", asked, who) for who in EMAILS if who != KNOWN]
    lines.append(_line("`POST /v1/codes/verify`, a wrong code", typed, "nobody"))
    return "\n".join(lines) + "\n"


def _walked(world: World) -> tuple[Mapping[str, Flow], Mapping[str, Flow]]:
    world.forward(hours=2)
    asked, typed = Walk(world), Walk(world)
    for n, (who, email) in enumerate(EMAILS.items()):
        browser = world.browser = Browser(world, source_ip=f"203.0.113.{100 + n}")
        asked.step(who, partial(browser.asks_for_a_code, email))
        with redirect_stdout(world.sink):
            world.delivers_mail()
        typed.step(who, partial(browser.types, WRONG))
    return asked.flows, typed.flows


def _line(door: str, flows: Mapping[str, Flow], other: str) -> str:
    found = pairs(flows[KNOWN], flows[other], rounds=PAIRS, clocks=CLOCKS)
    chances = {clock: larger(each) for clock, each in found.items()}
    low, high = BAND
    is_within = all(low <= chance <= high for chance in chances.values())
    told = " | ".join(f"{chances[clock]:.3f}" for clock in CLOCKS)
    verdict = "yes" if is_within else "**no**"
    return f"| {door}: contact against {other} | {told} | {apart(found['CPU']):+.1%} | {verdict} |"


def apart(pairs: Sequence[tuple[float, float]]) -> float:
    """Return how much longer the first of a pair usually takes, as a share of the second."""
    return median(a - b for a, b in pairs) / median(b for _, b in pairs)
