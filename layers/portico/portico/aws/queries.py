"""Lists of rows, for a team or for a contact's own account.

No decision reads a list, and neither does the daily path.
"""

from collections.abc import Iterable, Iterator
from heapq import merge
from typing import Any

from portico.aws.clients import call
from portico.aws.tables import Rows
from portico.aws.values import Row, item_of, row_of, to_dynamo

PAGE = 100
"""Rows per call: reading the newest few should not cost a whole megabyte."""


def rows_within(
    rows: Rows, pk: str, *, starting: str = "", newest_first: bool = False
) -> Iterator[Row]:
    """Yield the rows of one partition, consistently, in the order of their sort keys.

    Args:
        rows: whose partition it is.
        pk: the partition key.
        starting: what the sort keys start with.
        newest_first: in descending order.

    Raises:
        ForeignRow: *pk* lies outside of *rows*.
        TryLater: DynamoDB is out of reach.
    """
    wanted = _starting(rows, "pk", pk, "sk", starting)
    return _pages({**wanted, "ScanIndexForward": not newest_first, "ConsistentRead": True})


def rows_between(
    rows: Rows, pk: str, first: str, last: str, *, newest_first: bool = False
) -> Iterator[Row]:
    """Yield the rows of partition *pk* whose sort key lies from *first* to *last*, both included.

    Raises:
        ForeignRow: *pk* lies outside of *rows*.
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
    return _pages(wanted)


def keys_listed(rows: Rows, shelf: str, *, starting: str = "") -> Iterator[tuple[str, str]]:
    """Yield the keys that the index ``by_workspace`` keeps on *shelf*, in its order.

    The index lags by a moment, so only a team's lists and a contact's own lists use it.

    Args:
        rows: whose shelf it is.
        shelf: the index's partition key.
        starting: what the index's sort keys start with.

    Raises:
        ForeignRow: *shelf* lies outside of *rows*.
        TryLater: DynamoDB is out of reach.
    """
    for row in _listed(rows, shelf, starting):
        yield row["pk"], row["sk"]


def keys_merged(
    rows: Rows, shelves: Iterable[str], *, starting: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield the keys of several shelves in one order, that of the index's sort keys.

    Every shelf is asked for its first page before the first key is yielded.

    Raises:
        ForeignRow: a shelf lies outside of *rows*.
        TryLater: DynamoDB is out of reach.
    """
    each = [_listed(rows, shelf, starting) for shelf in shelves]
    for row in merge(*each, key=lambda row: str(row["listed"])):
        yield row["pk"], row["sk"]


def _listed(rows: Rows, shelf: str, starting: str) -> Iterator[Row]:
    wanted = _starting(rows, "list", shelf, "listed", starting)
    return _pages({**wanted, "IndexName": "by_workspace"})


def _starting(rows: Rows, hash_: str, value: str, range_: str, starting: str) -> dict[str, Any]:
    condition, names = "#hash = :hash", {"#hash": hash_}
    values = item_of({":hash": rows.key(value, "")["pk"]})
    if starting:
        condition += " AND begins_with(#range, :starting)"
        names["#range"] = range_
        values[":starting"] = to_dynamo(starting)
    return {
        "TableName": rows.table,
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }


def _pages(wanted: dict[str, Any]) -> Iterator[Row]:
    start: dict[str, Any] = {}
    while True:
        answer = call("dynamodb", "query", **wanted, **start)
        yield from map(row_of, answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
