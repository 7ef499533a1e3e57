"""Keep metrics out of the terminal: Powertools prints them as lines of JSON, which nobody reads here."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from aws_lambda_powertools.metrics import base
from aws_lambda_powertools.metrics.provider.cloudwatch_emf import cloudwatch


@contextmanager
def silent_metrics() -> Iterator[None]:
    """Count metrics, and print none.

    ``POWERTOOLS_METRICS_DISABLED`` is not enough: with it a door never forgets what it has counted,
    and prints all of it at a hundred values. What is counted by itself is printed anyway.

    Nor is there a warning of a door that has nothing to print: here all doors are one process and
    share their counts, so another door may have flushed them a moment before.
    """
    warnings.filterwarnings("ignore", "No application metrics to publish")
    modules = [vars(base), vars(cloudwatch)]
    for each in modules:
        each["print"] = _to_nobody
    try:
        yield
    finally:
        for each in modules:
            del each["print"]


def _to_nobody(*_: object) -> None:
    pass
