"""What the tests of codes need beside the portal."""

import os
import secrets
from collections.abc import Callable

import boto3
import pytest

from portico.aws.keys import KeyRing
from portico.codes.rules import derive_code
from tests.support.driver import Browser


@pytest.fixture
def rotates(environments: Callable[..., None]) -> Callable[[], None]:
    """Rotate the secret that codes are made with, and start every door anew."""

    def rotate() -> None:
        boto3.client("secretsmanager").put_secret_value(
            SecretId=os.environ["CODE_SECRET"], SecretString=secrets.token_urlsafe(48)
        )
        environments()

    return rotate


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
