"""Measure the CPU time of flows, compared with one bare GetItem by boto3."""

import gc
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from statistics import median
from typing import Any

import boto3

from bench.deployment import Sink
from bench.flows import Flow
from bench.recorded_calls import answered, playing
from portico.aws.values import item_of

BARE_ANSWER = b'{"Item":{"pk":{"S":"acme#contact#ct_0"},"sk":{"S":"head"},"active":{"BOOL":true}}}'


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that *work* takes, in all threads of this process."""
    begins = time.process_time_ns()
    work()
    return (time.process_time_ns() - begins) / 1e9


@contextmanager
def bare_call() -> Iterator[Callable[[], object]]:
    """Give an ordinary GetItem by boto3, which is answered like the doors' own calls."""
    client = boto3.client("dynamodb")
    answer: Any = lambda request, **_: answered(request, 200, {}, BARE_ANSWER)  # noqa: E731
    client.meta.events.register("before-send", answer)
    key: Any = item_of({"pk": "acme#contact#ct_0", "sk": "head"})
    yield lambda: client.get_item(TableName="people", Key=key)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep the garbage collector from running during a measurement."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def ratios[Name](flows: Mapping[Name, Flow], *, rounds: int) -> dict[Name, float]:
    """Return the CPU time of each flow, as a multiple of a bare GetItem's.

    Every round plays every flow once, in a random order, each together with two bare calls. If the
    machine is slow for a moment, both are slow. The result is the median of the rounds.
    """
    found: dict[Name, list[float]] = {name: [] for name in flows}
    order = list(flows)
    chance = random.Random(7)  # noqa: S311 - an order, not a secret
    with bare_call() as bare, playing() as deck, undisturbed(), redirect_stdout(Sink()):
        for n in range(rounds + 2):
            chance.shuffle(order)
            for name in order:
                play = flows[name].ready(deck)
                before, own, after = cpu(bare), cpu(play), cpu(bare)
                if n > 1:
                    found[name].append(2 * own / (before + after))
            gc.collect(0)
    return {name: median(each) for name, each in found.items()}


def pairs(
    first: Flow, second: Flow, *, rounds: int, clocks: Mapping[str, Callable[[], float]]
) -> dict[str, list[tuple[float, float]]]:
    """Play two flows in turns, and return the times of both by each clock, pair by pair.

    Chance decides which flow of a pair comes first, because the first one has a colder cache.
    """
    chance = random.Random(11)  # noqa: S311 - an order, not a secret
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in clocks}
    with playing() as deck, undisturbed(), redirect_stdout(Sink()):
        for n in range(rounds + 20):
            took: dict[int, dict[str, float]] = {}
            for flow in (first, second) if chance.random() < 0.5 else (second, first):
                took[id(flow)] = _timed(flow.ready(deck), clocks)
            if n >= 20:
                for name in clocks:
                    found[name].append((took[id(first)][name], took[id(second)][name]))
            if n % 50 == 0:
                gc.collect()
    return found


def _timed(
    play: Callable[[], object], clocks: Mapping[str, Callable[[], float]]
) -> dict[str, float]:
    begins = {name: clock() for name, clock in clocks.items()}
    play()
    return {name: clock() - begins[name] for name, clock in clocks.items()}
