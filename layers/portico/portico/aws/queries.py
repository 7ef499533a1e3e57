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
    if _is_nothing(first, last):
        return iter(())
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


def page_within(
    rows: Rows,
    pk: str,
    *,
    starting: str = "",
    after: str = "",
    newest_first: bool = False,
    size: int = PAGE,
) -> tuple[list[Row], str | None]:
    """Return one page of a partition, consistently, and where the next one begins.

    A page costs the same wherever it lies, and rows that come or go between two pages move none of
    those that stay.

    Args:
        rows: whose partition it is.
        pk: the partition key.
        starting: what the sort keys start with.
        after: the sort key of the last row that was shown; must start with *starting*.
        newest_first: in descending order.
        size: the most rows of it.

    Returns:
        The rows, and the sort key of the last of them; ``None`` after the last page.

    Raises:
        ForeignRow: *pk* lies outside of *rows*.
        TryLater: DynamoDB is out of reach.
    """
    wanted = _starting(rows, "pk", pk, "sk", starting)
    start = {"ExclusiveStartKey": item_of(rows.key(pk, after))} if after else {}
    found, last = _page(
        {**wanted, "ScanIndexForward": not newest_first, "ConsistentRead": True}, start, size
    )
    return found, last["sk"] if last else None


def count_within(
    rows: Rows, pk: str, *, most: int | None = None, only: str | None = None
) -> tuple[int, str | None]:
    """Count the rows of a partition, consistently, and hand out none of them.

    Args:
        rows: whose partition it is.
        pk: the partition key.
        most: where to stop; ``None``: at the end.
        only: an attribute that must be true of whoever is counted; not together with *most*.

    Returns:
        How many there are, and the sort key of the row with the number *most*; ``None``: there are
        not so many.

    Raises:
        ForeignRow: *pk* lies outside of *rows*.
        TryLater: DynamoDB is out of reach.
    """
    wanted = {**_starting(rows, "pk", pk, "sk", ""), "ConsistentRead": True, "Select": "COUNT"}
    if only is not None:
        wanted["FilterExpression"] = "#only = :yes"
        wanted["ExpressionAttributeNames"] |= {"#only": only}
        wanted["ExpressionAttributeValues"] |= item_of({":yes": True})
    counted, start = 0, dict[str, Any]()
    while True:
        left = {} if most is None else {"Limit": most - counted}
        answer = call("dynamodb", "query", **wanted, **left, **start)
        counted += answer["Count"]
        last = answer.get("LastEvaluatedKey")
        if last is None or counted == most:
            return counted, row_of(last)["sk"] if last else None
        start = {"ExclusiveStartKey": last}


def tally_within(
    rows: Rows, pk: str, *, only: str, most: int, until: str | None = None
) -> tuple[int, int, bool]:
    """Count the rows of a partition, and those of them that have an attribute that is true. It may
    lag by a moment, and hands out no row.

    Args:
        rows: whose partition it is.
        pk: the partition key.
        only: the attribute.
        most: where to stop.
        until: the last sort key that is counted; ``None``: all are.

    Returns:
        How many there are, how many of them have it, and whether there are no more.

    Raises:
        ForeignRow: *pk* lies outside of *rows*.
        TryLater: DynamoDB is out of reach.
    """
    wanted = {**_starting(rows, "pk", pk, "sk", ""), "Select": "COUNT"}
    wanted["FilterExpression"] = "#only = :yes"
    wanted["ExpressionAttributeNames"] |= {"#only": only}
    wanted["ExpressionAttributeValues"] |= item_of({":yes": True})
    if until is not None:
        wanted["KeyConditionExpression"] += " AND #range <= :until"
        wanted["ExpressionAttributeNames"] |= {"#range": "sk"}
        wanted["ExpressionAttributeValues"] |= item_of({":until": until})
    counted, with_it, start = 0, 0, dict[str, Any]()
    while True:
        answer = call("dynamodb", "query", **wanted, Limit=most - counted, **start)
        counted, with_it = counted + answer["ScannedCount"], with_it + answer["Count"]
        last = answer.get("LastEvaluatedKey")
        if last is None or counted >= most:
            return counted, with_it, last is None
        start = {"ExclusiveStartKey": last}


def page_before(
    rows: Rows, pk: str, *, first: str, before: str, size: int = PAGE, consistent: bool = False
) -> tuple[list[Row], str | None]:
    """Return one page of a partition, newest first, and where the next one begins.

    Args:
        rows: whose partition it is.
        pk: the partition key.
        first: the lowest sort key that is wanted.
        before: what all sort keys must be lower than. No row need have it.
        size: the most rows that are read; at least two.
        consistent: whether it has all that was written before; else it may lag by a moment.

    Returns:
        The rows, and what the next page is *before*; ``None`` after the last page.

    Raises:
        ForeignRow: *pk* lies outside of *rows*.
        TryLater: DynamoDB is out of reach.
    """
    if _is_nothing(first, before):
        return [], None
    wanted: dict[str, Any] = {
        "TableName": rows.table,
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :before",
        "ExpressionAttributeValues": item_of(
            {":pk": rows.key(pk, "")["pk"], ":first": first, ":before": before}
        ),
        "ScanIndexForward": False,
        **({"ConsistentRead": True} if consistent else {}),
    }
    found, last = _page(wanted, {}, size)
    # The row of *before* itself comes once more.
    return [row for row in found if row["sk"] != before], last["sk"] if last else None


def page_listed(
    rows: Rows,
    shelf: str,
    *,
    starting: str = "",
    after: tuple[str, str, str] | None = None,
    newest_first: bool = False,
    size: int = PAGE,
) -> tuple[list[tuple[str, str]], tuple[str, str, str] | None]:
    """Return one page of a shelf of the index ``by_workspace``, and where the next one begins.

    The index lags by a moment.

    Args:
        rows: whose shelf it is.
        shelf: the index's partition key.
        starting: what the index's sort keys start with.
        after: ``listed``, ``pk`` and ``sk`` of the last row that was shown.
        newest_first: in descending order.
        size: the most rows of it.

    Returns:
        The rows' keys, and ``listed``, ``pk`` and ``sk`` of the last; ``None`` after the last page.

    Raises:
        ForeignRow: *shelf* or *after* lies outside of *rows*.
        TryLater: DynamoDB is out of reach.
    """
    wanted = _starting(rows, "list", shelf, "listed", starting)
    start: dict[str, Any] = {}
    if after:
        listed, pk, sk = after
        key = {**rows.key(pk, sk), "list": shelf, "listed": listed}
        start = {"ExclusiveStartKey": item_of(key)}
    found, last = _page(
        {**wanted, "IndexName": "by_workspace", "ScanIndexForward": not newest_first}, start, size
    )
    place = (last["listed"], last["pk"], last["sk"]) if last else None
    return [(row["pk"], row["sk"]) for row in found], place


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


def places_listed(rows: Rows, shelf: str, *, most: int) -> tuple[list[Row], bool]:
    """Return the first entries of *shelf* in the index ``by_workspace``, in its order.

    The index lags by a moment.

    Args:
        rows: whose shelf it is.
        shelf: the index's partition key.
        most: where to stop.

    Returns:
        Of each entry ``pk``, ``sk`` and ``listed``, and whether there are no more.

    Raises:
        ForeignRow: *shelf* lies outside of *rows*.
        TryLater: DynamoDB is out of reach.
    """
    wanted = {**_starting(rows, "list", shelf, "listed", ""), "IndexName": "by_workspace"}
    found: list[Row] = []
    start: dict[str, Any] = {}
    while True:
        page, last = _page(wanted, start, most - len(found))
        found += page
        if last is None or len(found) == most:
            return found, last is None
        start = {"ExclusiveStartKey": item_of(last)}


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


def _is_nothing(first: str, last: str) -> bool:
    """Say whether no sort key lies between the two. DynamoDB refuses to look for one."""
    return first.encode() > last.encode()


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


def _page(wanted: dict[str, Any], start: dict[str, Any], size: int) -> tuple[list[Row], Row | None]:
    answer = call("dynamodb", "query", **{**wanted, "Limit": size}, **start)
    last = answer.get("LastEvaluatedKey")
    return list(map(row_of, answer["Items"])), row_of(last) if last else None


def _pages(wanted: dict[str, Any]) -> Iterator[Row]:
    start: dict[str, Any] = {}
    while True:
        answer = call("dynamodb", "query", **wanted, **start)
        yield from map(row_of, answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
