"""Handlers for batches of stream records or queue messages. Each record succeeds or fails alone."""

import logging
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from portico.settings import log_level

log = Logger(service="portico", level=log_level(os.environ))
# Powertools takes Lambda's own level if there is one, and no argument changes that.
logging.getLogger("portico").setLevel(log_level(os.environ))

type BatchItem = dict[str, Any]


class EventFailed(Exception):
    """A single event was not handled."""


class Intake:
    """A handler for batches. *work* takes one record and returns the name of its outcome.

    *together*, if there is one, takes the records that succeeded all at once, and returns those that
    then failed after all.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[BatchItem], str],
        together: Callable[[list[BatchItem]], list[BatchItem]] = lambda _: [],
    ) -> None:
        self.name = name
        self._work = work
        self._together = together
        self._metrics = Metrics(service=name)

    def __call__(self, event: dict[str, Any], _context: object) -> dict[str, Any]:
        """Handle every record. Those that raise are reported as the batch's failures.

        Raises:
            EventFailed: *event* is a single one of the bus, and Lambda shall hand it over again.
        """
        records = event.get("Records", [event])
        told = [self._outcome(record) for record in records]
        well = [each for each, outcome in zip(records, told, strict=True) if outcome]
        lost = {id(each) for each in self._afterwards(well)}
        told = [
            None if id(each) in lost else outcome
            for each, outcome in zip(records, told, strict=True)
        ]
        outcomes = Counter(outcome or "failed" for outcome in told)
        failures = [
            {"itemIdentifier": _identifier(each)}
            for each, outcome in zip(records, told, strict=True)
            if outcome is None
        ]
        # One value per outcome and not per record: a hundred values would make an extra log line.
        for name, count in outcomes.items():
            self._metrics.add_metric(name=name, unit=MetricUnit.Count, value=count)
        self._metrics.flush_metrics()
        if failures and "Records" not in event:
            raise EventFailed
        return {"batchItemFailures": failures}

    def _afterwards(self, well: list[BatchItem]) -> list[BatchItem]:
        try:
            return self._together(well)
        except Exception as error:  # noqa: BLE001 - as below; the stream splits the batch
            log.warning("batch.failed", extra={"error": type(error).__name__})
            return well

    def _outcome(self, record: BatchItem) -> str | None:
        try:
            return self._work(record)
        except Exception as error:  # noqa: BLE001 - one record must not hold up the others
            log.warning("record.failed", extra={"error": type(error).__name__})
            return None


def _identifier(record: BatchItem) -> str:
    if "dynamodb" in record:
        return str(record["dynamodb"]["SequenceNumber"])
    return str(record["messageId"] if "messageId" in record else record["id"])
