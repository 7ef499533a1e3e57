"""The capacity units of one call to DynamoDB.

The emulated DynamoDB states write units. It states no read units, so those come from row sizes.

Source: docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from typing import Any

from bench.recorded_calls import Exchange
from portico.aws.values import row_of
from tests.support.row_capacity import KILOBYTE, size_of

PAGE = 4 * KILOBYTE


def write_units(exchange: Exchange) -> float:
    """Return the write units of one call; none for a read."""
    if exchange.operation not in WRITES:
        return 0.0
    bill = exchange.answer.get("ConsumedCapacity", [])
    return float(
        sum(each["CapacityUnits"] for each in ([bill] if isinstance(bill, dict) else bill))
    )


def read_units(exchange: Exchange) -> float:
    """Return the read units of one call; none for a write."""
    match exchange.operation:
        case "dynamodb.GetItem":
            found = [exchange.answer.get("Item", {})]
            return _reading(found, asked=1, consistent=exchange.asked.get("ConsistentRead", False))
        case "dynamodb.BatchGetItem":
            found = exchange.answer["Responses"]
            return sum(
                _reading(
                    found.get(table, []),
                    asked=len(wanted["Keys"]),
                    consistent=wanted.get("ConsistentRead", False),
                )
                for table, wanted in exchange.asked["RequestItems"].items()
            )
        case "dynamodb.Query":
            # A query is charged for the total size of the rows that it read.
            passed = sum(size_of(row_of(item)) for item in exchange.answer["Items"])
            units = max(1, -(-passed // PAGE))
            return units * (1.0 if exchange.asked.get("ConsistentRead", False) else 0.5)
    return 0.0


def streamed(exchange: Exchange) -> int:
    """Return how many rows a call left with an event. Each one wakes the recorder."""
    match exchange.operation:
        case "dynamodb.PutItem":
            return int(_has_event(exchange.asked["Item"]))
        case "dynamodb.UpdateItem":
            return int(_has_event(exchange.answer.get("Attributes", {})))
        case "dynamodb.TransactWriteItems":
            return sum(map(_leaves_event, exchange.asked["TransactItems"]))
    return 0


def written_keys(exchange: Exchange) -> list[str]:
    """Return the partition key of every row that a call wrote. A check counts as a write."""
    match exchange.operation:
        case "dynamodb.PutItem":
            return [exchange.asked["Item"]["pk"]["S"]]
        case "dynamodb.UpdateItem":
            return [exchange.asked["Key"]["pk"]["S"]]
        case "dynamodb.TransactWriteItems":
            parts = [each for part in exchange.asked["TransactItems"] for each in part.values()]
            return [(part.get("Item") or part["Key"])["pk"]["S"] for part in parts]
    return []


WRITES = {"dynamodb.PutItem", "dynamodb.UpdateItem", "dynamodb.TransactWriteItems"}


def _reading(found: list[Any], *, asked: int, consistent: bool) -> float:
    # A missing row is charged like the smallest row.
    pages = sum(max(1, -(-size_of(row_of(item)) // PAGE)) for item in found if item)
    pages += asked - sum(1 for item in found if item)
    return pages * (1.0 if consistent else 0.5)


def _leaves_event(part: dict[str, Any]) -> bool:
    # A transaction's answer does not show rows, so an update counts if it sets an event.
    if "Update" in part:
        return "event = :event" in part["Update"]["UpdateExpression"]
    return _has_event(part.get("Put", {}).get("Item", {}))


def _has_event(item: dict[str, Any]) -> bool:
    return "event" in item
