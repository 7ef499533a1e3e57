"""AWS takes the connection and never answers: a contact is told so in time
(edge/door.py, aws/deadline.py)."""

import socket
import time
from collections.abc import Iterator

import pytest

from tests.support.doors import knock
from tests.support.lambda_environment import forget_clients

PATIENCE = 3.0
"""Seconds: two attempts of one each, and the wait between them (docs/performance.md)."""


@pytest.fixture
def silence(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        port = listener.getsockname()[1]
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        forget_clients()
        yield
    forget_clients()


class TestATableThatHangs:
    def test_is_try_later_within_three_seconds(self, silence):
        body = {"workspace": "acme", "link": "lnk_" + "A" * 43}
        began = time.monotonic()

        answer = knock("resolve_link", "POST /v1/links/resolve", body)

        assert answer.problem == (503, "try-later")
        assert answer.headers["retry-after"] == "2"
        # A second above what was set: this machine may be busy.
        assert time.monotonic() - began < PATIENCE + 1
