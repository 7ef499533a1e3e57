"""DynamoDB in this process, as far as contacts need it, to count calls over a hundred thousand rows.

The emulators keep too much to hold so many: one looks at a whole table before each transaction. This
one knows the operations and expressions that rooms use for contacts, has the order, the pages and the
conditions of the real one, and raises for what it does not know. A test runs the same on moto.
"""

import json
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from threading import RLock
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from bench.memory_expressions import Item, change, condition, key_range
from portico.aws.clients import client

PAGE_BYTES = 1024 * 1024
"""Of one answer to a query."""
INDEX = "by_workspace"


class _Raw(BytesIO):
    """A body as botocore reads one."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


class Refused(Exception):
    """DynamoDB says no."""

    def __init__(self, code: str, **members: Any) -> None:
        self.code, self.members = code, members


@dataclass
class Partition:
    """The rows of one partition key, by their sort keys."""

    order: list[Any] = field(default_factory=list)
    rows: dict[Any, Item] = field(default_factory=dict)

    def put(self, place: Any, item: Item) -> None:
        if place not in self.rows:
            insort(self.order, place)
        self.rows[place] = item

    def drop(self, place: Any) -> None:
        if self.rows.pop(place, None) is not None:
            del self.order[bisect_left(self.order, place)]


@dataclass
class MemoryTables:
    """All tables of a stack."""

    calls: Counter[str] = field(default_factory=Counter)
    """How often each operation was asked for."""
    read: int = 0
    """Rows that queries have looked at."""
    forgets: frozenset[str] = frozenset()
    """Tables that take every row and keep none."""
    _partitions: dict[tuple[str, str], Partition] = field(default_factory=dict)
    _shelves: dict[tuple[str, str], Partition] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Answer all calls of this process to DynamoDB."""
        events = client("dynamodb").meta.events
        events.register("before-send.dynamodb", self._answered)
        try:
            yield
        finally:
            events.unregister("before-send.dynamodb", self._answered)

    def take(self, put: Any) -> None:
        """Take the row of a transaction's part, without a call."""
        self._put(put["TableName"], put["Item"])

    def partitions(self) -> set[str]:
        """Return the partition keys of all rows that are there."""
        return {pk for (_, pk), part in self._partitions.items() if part.rows}

    def _answered(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        operation = event_name.rpartition(".")[2]
        body: Any = request.body
        asked = json.loads(body)
        status, content = 200, {}
        with self._lock:
            self.calls[operation] += 1
            try:
                content = getattr(self, f"_{operation}")(asked)
            except Refused as refused:
                status, content = 400, {"__type": f"x#{refused.code}", **refused.members}
        raw: Any = _Raw(json.dumps(content).encode())
        headers: Any = {}
        return AWSResponse(request.url, status, headers, raw)

    # The operations.

    def _GetItem(self, asked: Any) -> Any:  # noqa: N802
        found = self._at(asked["TableName"], asked["Key"])
        return {"Item": found} if found else {}

    def _BatchGetItem(self, asked: Any) -> Any:  # noqa: N802
        found: dict[str, list[Item]] = {}
        for table, wanted in asked["RequestItems"].items():
            keys = [(each["pk"]["S"], each["sk"]["S"]) for each in wanted["Keys"]]
            if len(keys) != len(set(keys)) or len(keys) > 100:
                raise Refused("ValidationException", message="keys")
            names = wanted.get("ExpressionAttributeNames", {})
            text = wanted.get("ProjectionExpression")
            only = {names.get(each, each) for each in text.split(", ")} if text else None
            rows = filter(None, (self._at(table, each) for each in wanted["Keys"]))
            found[table] = [
                {name: each[name] for name in each if only is None or name in only} for each in rows
            ]
        return {"Responses": found}

    def _PutItem(self, asked: Any) -> Any:  # noqa: N802
        self._check(asked, asked["Item"])
        self._put(asked["TableName"], asked["Item"])
        return {}

    def _DeleteItem(self, asked: Any) -> Any:  # noqa: N802
        self._check(asked, asked["Key"])
        self._drop(asked["TableName"], asked["Key"])
        return {}

    def _UpdateItem(self, asked: Any) -> Any:  # noqa: N802
        self._check(asked, asked["Key"])
        return {"Attributes": self._update(asked)}

    def _TransactWriteItems(self, asked: Any) -> Any:  # noqa: N802
        parts = [next(iter(each.items())) for each in asked["TransactItems"]]
        keys = [self._key_of(kind, part) for kind, part in parts]
        places = [
            (part["TableName"], key["pk"]["S"], key["sk"]["S"])
            for (_, part), key in zip(parts, keys, strict=True)
        ]
        if len(places) != len(set(places)) or len(places) > 100:
            raise Refused("ValidationException", message="parts")
        reasons: list[Any] = []
        for (_, part), key in zip(parts, keys, strict=True):
            try:
                self._check(part, key)
                reasons.append({"Code": "None"})
            except Refused as refused:
                item = refused.members.get("Item")
                reasons.append(
                    {"Code": "ConditionalCheckFailed", **({"Item": item} if item else {})}
                )
        if any(each["Code"] != "None" for each in reasons):
            raise Refused("TransactionCanceledException", CancellationReasons=reasons)
        for (kind, part), key in zip(parts, keys, strict=True):
            if kind == "Put":
                self._put(part["TableName"], part["Item"])
            elif kind == "Update":
                self._update(part)
            elif kind == "Delete":
                self._drop(part["TableName"], key)
        return {}

    def _Query(self, asked: Any) -> Any:  # noqa: N802
        values = asked["ExpressionAttributeValues"]
        is_index = asked.get("IndexName") == INDEX
        places = self._shelves if is_index else self._partitions
        hash_, low, high = key_range(asked["KeyConditionExpression"], values)
        part = places.get((asked["TableName"], hash_), Partition())
        order = part.order
        if is_index:
            first, last = (
                bisect_left(order, (low,)),
                bisect_right(order, (high, "\uffff", "\uffff")),
            )
        else:
            first, last = bisect_left(order, low), bisect_right(order, high)
        step = 1 if asked.get("ScanIndexForward", True) else -1
        start = asked.get("ExclusiveStartKey")
        if start and step > 0:
            first = max(first, bisect_right(order, _place(start, is_index=is_index)))
        elif start:
            last = min(last, bisect_left(order, _place(start, is_index=is_index)))
        found: list[Item] = []
        size, limit = 0, asked.get("Limit", len(order) + 1)
        n, end = (first, last) if step > 0 else (last - 1, first - 1)
        while n != end and len(found) < limit and size < PAGE_BYTES:
            item = part.rows[order[n]]
            found.append(item)
            size += len(json.dumps(item))
            n += step
        self.read += len(found)
        # As the real one: a page that is full has a next, also if there is nothing behind it.
        is_full = len(found) == limit or (n != end)
        told = [_of_index(each) for each in found] if is_index else found
        key = ("pk", "sk", "list", "listed") if is_index else ("pk", "sk")
        more = {"LastEvaluatedKey": {each: found[-1][each] for each in key}} if is_full else {}
        return {"Items": told, "Count": len(found), **more}

    # The rows.

    def _at(self, table: str, key: Item) -> Item | None:
        part = self._partitions.get((table, key["pk"]["S"]))
        return part.rows.get(key["sk"]["S"]) if part else None

    def _put(self, table: str, item: Item) -> None:
        if table in self.forgets:
            return
        self._drop(table, item)
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        self._partitions.setdefault((table, pk), Partition()).put(sk, item)
        if "list" in item and "listed" in item:
            shelf = self._shelves.setdefault((table, item["list"]["S"]), Partition())
            shelf.put((item["listed"]["S"], pk, sk), item)

    def _drop(self, table: str, key: Item) -> None:
        before = self._at(table, key)
        if before is None:
            return
        pk, sk = before["pk"]["S"], before["sk"]["S"]
        self._partitions[table, pk].drop(sk)
        if "list" in before and "listed" in before:
            self._shelves[table, before["list"]["S"]].drop((before["listed"]["S"], pk, sk))

    def _check(self, part: Any, key: Item) -> None:
        item = self._at(part["TableName"], key)
        holds = condition(part["ConditionExpression"])
        names = part.get("ExpressionAttributeNames", {})
        if not holds(item or {}, names, part.get("ExpressionAttributeValues", {})):
            more = {"Item": item} if item else {}
            raise Refused("ConditionalCheckFailedException", **more)

    def _update(self, part: Any) -> Item:
        before = self._at(part["TableName"], part["Key"]) or part["Key"]
        names, values = part["ExpressionAttributeNames"], part["ExpressionAttributeValues"]
        after = dict(before)
        change(part["UpdateExpression"], before, after, names, values)
        self._put(part["TableName"], after)
        return after

    def _key_of(self, kind: str, part: Any) -> Item:
        key: Item = part["Item"] if kind == "Put" else part["Key"]
        return key


def _place(key: Item, *, is_index: bool) -> Any:
    sk = key["sk"]["S"]
    return (key["listed"]["S"], key["pk"]["S"], sk) if is_index else sk


def _of_index(item: Item) -> Item:
    return {name: item[name] for name in ("pk", "sk", "list", "listed")}
