"""An emulated AWS for tests of transactions and streams: one a session, an account for each test.

    def test_x(account):
        rows = Rows(account.outputs["PeopleTable"], "acme#")

What is in an account is template.yaml's own: tables, keys, secret, queues, identity.
"""

import itertools
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

import pytest

from local.emulator import Emulator, emulated_aws
from local.stack import Json, Stack, deploy, translating
from tests.support.lambda_environment import forget_clients

_accounts = itertools.count(int.from_bytes(os.urandom(4)))


@contextmanager
def start_ministack() -> Iterator[Emulator]:
    """Run the emulator; it knows no account yet."""
    with emulated_aws() as emulator:
        yield emulator


@contextmanager
def open_account(emulator: Emulator, *, front: str | None = None) -> Iterator[Stack]:
    """Deploy into an account of its own, and make this process talk to that account.

    Args:
        emulator: where.
        front: where streams and queues post their events, followed by the function's logical id;
            without it they wake nobody.
    """
    account = f"{next(_accounts):012}"
    stack = deploy(emulator, _template(), front=front, parameters={}, account=account)
    with _talking_to(emulator.environment(account)):
        yield stack


@cache
def _template() -> Json:
    with translating({}) as translation:
        return translation.result()


@contextmanager
def _talking_to(environment: Mapping[str, str]) -> Iterator[None]:
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            forget_clients()
            yield
    finally:
        forget_clients()
