"""New environments of the doors, as after a deployment or a rotation."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portico.aws.keys import ring
from portico.aws.signing import public_key
from tests.doors import door


@pytest.fixture
def environments(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Start every door anew, with other variables; the usual ones afterwards."""

    def forget() -> None:
        for cached in (door, ring, public_key):
            cached.cache_clear()

    def start(**variables: Any) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        forget()

    yield start
    monkeypatch.undo()
    forget()
