"""Batches of stream records and queue messages, one after the other, each on its own."""

from collections.abc import Callable, Iterable
from typing import Any

from aws_lambda_powertools import Logger

log = Logger(service="portico")

type Record = dict[str, Any]


def each(records: Iterable[Record], work: Callable[[Record], None]) -> dict[str, Any]:
    """Hand every record to *work*; those that raise are reported as the batch's failures."""
    failures = []
    for record in records:
        try:
            work(record)
        except Exception as error:  # noqa: BLE001 - one record must not hold up the others
            log.warning("record.failed", extra={"error": type(error).__name__})
            failures.append({"itemIdentifier": _identifier(record)})
    return {"batchItemFailures": failures}


def _identifier(record: Record) -> str:
    if "dynamodb" in record:
        return str(record["dynamodb"]["SequenceNumber"])
    return str(record["messageId"])
