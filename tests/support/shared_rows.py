"""Rows that the house writes once in a process, and that every later test finds as they were.

Opening a workspace through the code takes longer than most tests of what goes on in it.
"""

import json
import pickle
from collections.abc import Callable
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

_done: dict[tuple[str, str], tuple[Any, bytes]] = {}


def once[T](name: str, make: Callable[[], T]) -> T:
    """Return what *make* returned, and let the tables be as it left them.

    It is called by the first test that has these rows before it; the others find what it did.
    """
    before = name, _told()
    if before not in _done:
        made = make()
        _done[before] = made, pickle.dumps({key: table.items for key, table in _tables().items()})
        return made
    made, rows = _done[before]
    for key, items in pickle.loads(rows).items():  # noqa: S301  # our own, from a minute ago
        _tables()[key].items = items
    return made


def _told() -> str:
    rows = [row.to_json() for table in _tables().values() for row in table.all_items()]
    return json.dumps(rows, sort_keys=True)


def _tables() -> Any:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].tables
