"""What the tests of codes need beside the portal."""

import os
from collections.abc import Iterator

import boto3
import pytest

from portico.aws.keys import KeyRing, ring
from portico.codes.rules import derive_code
from tests.doors import door
from tests.portal import Browser


@pytest.fixture
def new_environment(cloud: None) -> Iterator[None]:
    """Doors that have just been started: nothing is in their memory yet."""
    _forget()
    yield
    _forget()


@pytest.fixture
def retry_queue(cloud: None) -> str:
    """The URL of the retry queue, which is empty."""
    sqs, url = boto3.client("sqs"), os.environ["RETRY_QUEUE"]
    sqs.delete_queue(QueueUrl=url)  # a queue can be purged once a minute only
    sqs.create_queue(QueueName=url.rpartition("/")[2])
    return url


@pytest.fixture
def code_of(cloud: None):
    """The code that a generation of a browser's challenge has, mailed or not."""

    def derived(browser: Browser, generation: int, *, purpose: str = "sign_in") -> str:
        return derive_code(
            KeyRing(os.environ["CODE_SECRET"]).current().code,
            challenge=browser.challenge,
            purpose=purpose,
            generation=generation,
        )

    return derived


def _forget() -> None:
    ring.cache_clear()
    door.cache_clear()
