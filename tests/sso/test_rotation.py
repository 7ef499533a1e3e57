"""The secret rotates while a browser is away at a provider: it comes back and is let in
(aws/keys.py, sso/states.py)."""

import secrets

import boto3
import pytest

from tests.support.doors import answered, door, http_event
from tests.support.driver import CALLBACK, Browser, returns_from


@pytest.fixture
def secret(connected, environments) -> str:
    arn: str = boto3.client("secretsmanager").create_secret(
        Name=f"codes-{secrets.token_hex(4)}", SecretString=secrets.token_hex(32)
    )["ARN"]
    environments(CODE_SECRET=arn)
    return arn


def rotate(secret: str) -> None:
    text = secrets.token_hex(32)
    boto3.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=text)


def warm(name: str, flow: str):
    """Return a door that has the keys of this moment."""
    module = door(name)
    getattr(module, flow).keys.current()
    return module


def comes_back_to(module, browser: Browser, connection: str):
    _, query = returns_from(browser.trip, "ann")
    cookies = [f"{name}={value}" for name, value in browser.cookies.items()]
    path = {"connection": connection}
    event = http_event(CALLBACK, origin=None, query=query, path=path, cookies=cookies)
    return answered(module.handler, event)


@pytest.mark.parametrize("connection", ["google", "oidc"])
class TestATripOverARotation:
    def test_ends_well_in_a_younger_environment(
        self, connected, portal, secret, environments, connection
    ):
        portal.browser.starts_sso(connection)

        rotate(secret)
        environments()

        back = comes_back_to(door("finish_sso"), portal.browser, connection)
        assert back.headers["location"].startswith("https://portal.acme.test")

    def test_ends_well_in_an_older_environment(
        self, connected, portal, secret, environments, connection
    ):
        older = warm("finish_sso", "finishes")
        rotate(secret)
        environments()
        portal.browser.starts_sso(connection)

        back = comes_back_to(older, portal.browser, connection)

        assert back.headers["location"].startswith("https://portal.acme.test")

    def test_that_was_begun_two_rotations_ago_is_over(
        self, connected, portal, secret, environments, connection
    ):
        portal.browser.starts_sso(connection)
        for _ in range(2):
            rotate(secret)
            environments()

        back = comes_back_to(door("finish_sso"), portal.browser, connection)

        assert (back.mark, back.told) == ("e", "sso-expired")
