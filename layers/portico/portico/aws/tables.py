"""Rows in DynamoDB. A `Rows` belongs to one workspace and refuses every other key.

Callers write expressions with bare attribute names: ``"attempts < :limit AND expires_at > :now"``.
This module aliases every name, so that none clashes with a reserved word of DynamoDB.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from portico.aws.clients import call, client, reason, send
from portico.aws.values import Row, item_of, row_of, to_dynamo
from portico.errors import TryLater

IS_THERE = "attribute_exists(pk)"
NOT_THERE = "attribute_not_exists(pk)"
ALWAYS = f"{NOT_THERE} OR {IS_THERE}"
"""The condition of a write that must always succeed."""
MOST_AT_ONCE = 100
"""Rows that DynamoDB reads in one call."""

# A bare name: not a :value, not a KEYWORD, not a function( .
_NAME = re.compile(r"(?<![:#\w])([a-z_][a-z0-9_]*)\b(?!\()")


type Parts = Mapping[str, Row]
"""The parts of a transaction by their names, in the order in which they are sent."""


class ForeignRow(Exception):
    """A store of one workspace was asked for another workspace's row. This is a bug in our code."""


@dataclass(eq=False)
class ConditionFailed(Exception):
    """The condition of a write did not hold. *row* is the row that was there, if any."""

    row: Row | None


@dataclass(eq=False)
class TransactionRefused(Exception):
    """Conditions of a transaction failed; *failed* names the parts that refused it."""

    failed: frozenset[str]
    rows: dict[str, Row]
    """The row that was there, for each failed part that found one."""


class TransactionConflict(Exception):
    """Another write was in the way; nothing was decided."""


@lru_cache(maxsize=256)
def aliased(expression: str) -> tuple[str, dict[str, str]]:
    """Return *expression* with an alias for every attribute name, and the aliases."""
    names = {f"#{name}": name for name in _NAME.findall(expression)}
    return _NAME.sub(r"#\1", expression), names


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of *table* whose partition key begins with *prefix*."""

    table: str
    prefix: str

    def key(self, pk: str, sk: str) -> Row:
        """Return a key of these rows.

        Raises:
            ForeignRow: *pk* lies outside the prefix.
        """
        if not pk.startswith(self.prefix):
            raise ForeignRow(f"{self.prefix!r} does not open {pk.partition('#')[0]!r}")
        return {"pk": pk, "sk": sk}

    def get(self, pk: str, sk: str) -> Row | None:
        """Read one row, consistently."""
        answer = call(
            "dynamodb",
            "get_item",
            TableName=self.table,
            Key=item_of(self.key(pk, sk)),
            ConsistentRead=True,
        )
        return row_of(answer["Item"]) if "Item" in answer else None

    def put(self, row: Row, condition: str, values: Row | None = None) -> None:
        """Write a whole row if *condition* holds.

        Raises:
            ConditionFailed: it does not.
        """
        self.key(row["pk"], row["sk"])
        _decide("put_item", {"TableName": self.table, "Item": item_of(row)}, condition, values)

    def update(
        self, pk: str, sk: str, change: str, condition: str, values: Row | None = None
    ) -> Row:
        """Change a row if *condition* holds, and return the changed row.

        Raises:
            ConditionFailed: it does not; carries the row as it was.
        """
        text, names = aliased(change)
        parameters = {
            "TableName": self.table,
            "Key": item_of(self.key(pk, sk)),
            "UpdateExpression": text,
            "ExpressionAttributeNames": names,
            "ReturnValues": "ALL_NEW",
        }
        answer = _decide("update_item", parameters, condition, values)
        return row_of(answer["Attributes"])

    # The parts of a transaction, for :func:`transact`.

    def putting(self, row: Row, condition: str, values: Row | None = None) -> Row:
        """Return the part that puts a whole row."""
        self.key(row["pk"], row["sk"])
        return {"Put": _guarded({"Item": item_of(row)}, self.table, condition, values)}

    def updating(
        self, pk: str, sk: str, change: str, condition: str, values: Row | None = None
    ) -> Row:
        """Return the part that changes a row."""
        text, names = aliased(change)
        part = {
            "Key": item_of(self.key(pk, sk)),
            "UpdateExpression": text,
            "ExpressionAttributeNames": names,
        }
        return {"Update": _guarded(part, self.table, condition, values)}

    def deleting(self, pk: str, sk: str, condition: str, values: Row | None = None) -> Row:
        """Return the part that deletes a row whose key somebody else must be able to take."""
        key = item_of(self.key(pk, sk))
        return {"Delete": _guarded({"Key": key}, self.table, condition, values)}

    def checking(self, pk: str, sk: str, condition: str, values: Row | None = None) -> Row:
        """Return the part that only checks *condition*."""
        key = item_of(self.key(pk, sk))
        return {"ConditionCheck": _guarded({"Key": key}, self.table, condition, values)}


def get_many(
    wanted: Sequence[tuple[Rows, str, str]], *, consistent: bool, only: Sequence[str] = ()
) -> list[Row | None]:
    """Read up to a hundred rows of any tables in one call, in the order asked.

    Args:
        wanted: the rows' keys.
        consistent: whether to see every write that came before.
        only: the attributes to read, besides the key; all if none is named.

    Raises:
        TryLater: DynamoDB left rows out, twice in a row.
    """
    request: dict[str, Any] = {}
    text, names = aliased(", ".join(("pk", "sk", *only)))
    some = {"ProjectionExpression": text, "ExpressionAttributeNames": names} if only else {}
    for rows, pk, sk in wanted:
        table = request.setdefault(rows.table, {"Keys": [], "ConsistentRead": consistent, **some})
        table["Keys"].append(item_of(rows.key(pk, sk)))
    found: dict[tuple[str, str, str], Row] = {}
    for _ in range(2):
        answer = call("dynamodb", "batch_get_item", RequestItems=request)
        for name, items in answer["Responses"].items():
            for row in map(row_of, items):
                found[name, row["pk"], row["sk"]] = row
        request = answer.get("UnprocessedKeys") or {}
        if not request:
            return [found.get((rows.table, pk, sk)) for rows, pk, sk in wanted]
    raise TryLater(cause="dynamodb.batch_get_item: unprocessed keys")


def transact(parts: Parts) -> None:
    """Write all of *parts* or none.

    Args:
        parts: by names that the caller chooses. A refusal names those that failed.

    Raises:
        TransactionRefused: a condition failed.
        TransactionConflict: nothing was decided; the caller may send it once more.
        TryLater: DynamoDB is out of reach.
    """
    try:
        send("dynamodb", "transact_write_items", TransactItems=list(parts.values()))
    except client("dynamodb").exceptions.TransactionCanceledException as cancelled:
        # One reason for each part, in the order in which they were sent.
        reasons = dict(zip(parts, cancelled.response.get("CancellationReasons", []), strict=False))
        codes = {name: each.get("Code") for name, each in reasons.items()}
        failed = frozenset(name for name in codes if codes[name] == "ConditionalCheckFailed")
        if failed:
            rows = {
                name: row_of(reasons[name]["Item"]) for name in failed if reasons[name].get("Item")
            }
            raise TransactionRefused(failed, rows) from None
        if "TransactionConflict" in codes.values():
            raise TransactionConflict from cancelled
        cause = f"dynamodb.transact_write_items: {list(codes.values())}"
        raise TryLater(cause=cause) from cancelled
    except (ClientError, BotoCoreError) as error:
        if reason(error) == "TransactionInProgressException":
            raise TransactionConflict from error
        raise TryLater(cause=f"dynamodb.transact_write_items: {reason(error)}") from error


def transact_surely(parts: Parts) -> None:
    """Write all of *parts* or none. Try once more if another write was in the way.

    Raises:
        TransactionRefused: a condition failed.
        TryLater: DynamoDB is out of reach, or other writes were in the way both times.
    """
    try:
        transact(parts)
    except TransactionConflict:
        try:
            transact(parts)
        except TransactionConflict as conflict:
            raise TryLater(cause="dynamodb.transact_write_items: conflict") from conflict


def write_where_there(parts: Parts) -> None:
    """Write those of *parts* whose conditions hold, all of which ask that their row is there.

    DynamoDB takes rows away whose time is over, at any moment. A change that does not ask would
    bring back a row that is nothing but its key, and one refusal refuses a whole transaction.

    Args:
        parts: at most `MOST_AT_ONCE`, by names.

    Raises:
        TryLater: DynamoDB is out of reach, or other writes were in the way both times.
    """
    left = dict(parts)
    while left:
        try:
            transact_surely(left)
        except TransactionRefused as refused:
            left = {name: part for name, part in left.items() if name not in refused.failed}
        else:
            return


def _guarded(part: Row, table: str, condition: str, values: Row | None) -> Row:
    text, names = aliased(condition)
    part["TableName"] = table
    part["ConditionExpression"] = text
    part["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    names = {**part.get("ExpressionAttributeNames", {}), **names}
    if names:
        part["ExpressionAttributeNames"] = names
    if values:
        part["ExpressionAttributeValues"] = {name: to_dynamo(each) for name, each in values.items()}
    return part


def _decide(operation: str, part: Row, condition: str, values: Row | None) -> Any:
    try:
        return send("dynamodb", operation, **_guarded(part, part["TableName"], condition, values))
    except client("dynamodb").exceptions.ConditionalCheckFailedException as failed:
        item = failed.response.get("Item")
        raise ConditionFailed(row_of(item) if item else None) from None
    except (ClientError, BotoCoreError) as error:
        raise TryLater(cause=f"dynamodb.{operation}: {reason(error)}") from error
