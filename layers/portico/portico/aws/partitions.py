"""All rows of one partition in their order, for a team's lists: no door reads so much."""

from collections.abc import Iterator
from typing import Any

from portico.aws.clients import call
from portico.aws.tables import Rows
from portico.aws.values import Row, item_of, row_of

PAGE = 100
"""Rows of one call: who asks for the newest few should not pay for a megabyte."""


def rows_between(
    rows: Rows, pk: str, first: str, last: str, *, newest_first: bool = False
) -> Iterator[Row]:
    """Yield the rows of partition *pk* whose sort key lies from *first* to *last*, both included.

    Raises:
        ForeignRow: *pk* is not of these rows.
        TryLater: DynamoDB is out of reach.
    """
    wanted: dict[str, Any] = {
        "TableName": rows.table,
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
        "ExpressionAttributeValues": item_of(
            {":pk": rows.key(pk, "")["pk"], ":first": first, ":last": last}
        ),
        "ScanIndexForward": not newest_first,
        "ConsistentRead": True,
        "Limit": PAGE,
    }
    start: Row = {}
    while True:
        answer = call("dynamodb", "query", **wanted, **start)
        yield from map(row_of, answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
