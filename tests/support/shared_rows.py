"""Rows that the house writes once in a process, and that every later test finds as they were.

Opening a workspace through the code takes longer than most tests of what goes on in it. A test that
tells one story again and again, each time with another trouble, begins it from its own rows.
"""

import json
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.utilities import dynamo_to_dict
from moto.secretsmanager.models import secretsmanager_backends
from moto.ses.models import ses_backends

from portico.aws.values import Row, row_of
from tests.support.lambda_environment import forget_rows

MOST_KEPT = 64
"""What was done. The oldest goes first that nobody has come back to, as chance has written most."""

_done: dict[tuple[str, bytes], tuple[Any, bytes, list[Any]]] = {}


def once[T](name: str, make: Callable[[], T]) -> T:
    """Return what *make* returned, and let tables and mailboxes be as it left them.

    It is called by the first test that has these rows before it; the others find what it did. What
    depends on the hour too, as a session does, has the hour in its *name*.
    """
    before = f"{name}, by {_secret()}", _told()
    if before in _done:
        _done[before] = _done.pop(before)
        made, rows, mails = _done[before]
        _restore(rows)
        sent().extend(mails)
    else:
        mailed = len(sent())
        made = make()
        _done[before] = made, _kept(), sent()[mailed:]
        if len(_done) > MOST_KEPT:
            del _done[next(iter(_done))]
    result: T = made
    return result


@contextmanager
def put_back() -> Iterator[None]:
    """Let the tables be afterwards as they are now, and nothing be kept of what they were."""
    rows = _kept()
    yield
    _restore(rows)
    forget_rows()


def rows_in(table: str) -> list[Row]:
    """Return all rows of a table, as they are now. A scan over the wire takes four times as long."""
    return [row_of(dynamo_to_dict(each.attrs)) for each in _tables()[table].all_items()]


def sent() -> list[Any]:
    """Return the mails of this process, oldest first, as the emulated SES has them."""
    mails: list[Any] = ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sent_messages
    return mails


def _kept() -> bytes:
    return pickle.dumps({key: table.items for key, table in _tables().items()})


def _restore(rows: bytes) -> None:
    for key, items in pickle.loads(rows).items():  # noqa: S301  # our own, from a minute ago
        _tables()[key].items = items


def _told() -> bytes:
    rows = [row.to_json() for table in _tables().values() for row in table.all_items()]
    return sha256(json.dumps(rows, sort_keys=True, default=bytes.hex).encode()).digest()


def _secret() -> str:
    """The version of the secret that codes, tokens and marks are made with: some tests rotate it."""
    kept = secretsmanager_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].secrets
    return str(kept[os.environ["CODE_SECRET"]].default_version_id)


def _tables() -> Any:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].tables
