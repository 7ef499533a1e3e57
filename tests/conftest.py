"""Real rules over real rows: one emulated AWS a worker, empty tables for every test."""

import gc
import os
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

# Before the first import of a door: each reads its environment once.
os.environ.update(
    {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_REGION": "eu-west-1",
        "POWERTOOLS_METRICS_NAMESPACE": "Portico/tests",
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        "PEOPLE_TABLE": "people",
        "SIGN_IN_TABLE": "sign-in",
        "TRAIL_TABLE": "trail",
        "MAIL_FROM": "signin@acme.test",
        "CONFIGURATION_SET": "portico",
        "DAILY_QUOTA": "50000",
        "CONNECTION_SECRETS": "portico/tests/connection",
        "PROVIDER_LOOPBACK": "open",
        "ISSUER": "",
        "TOKEN_ISSUER": "https://signin.acme.test",
        "EDGE_SECRET": "",
    }
)

import boto3
import pytest
import time_machine
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from portico.aws import deadline
from portico.clock import SYSTEM
from tests.support import found, moto_speed
from tests.support.driver import NOON, Portal
from tests.support.lambda_environment import forget_clients, forget_doors, forget_rows
from tests.support.shared_rows import once, sent
from tests.support.wire import Wire, settle, tapped

HERE = Path(__file__).parent
WAITS_FOR_OTHERS = ("browser", "clients", "deployed", "emulated")
"""Marks of tests that talk to processes of their own: a browser, a house, an emulated AWS."""


@pytest.hookimpl(trylast=True)  # once the folders have marked theirs
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try again, once and in CI alone, what waits for other processes, and say so.

    In tests/emulated a failure that comes once is a race: what they look for.
    """
    if "CI" not in os.environ:
        return
    for item in items:
        waits = any(map(item.get_closest_marker, WAITS_FOR_OTHERS))
        if waits and not item.path.is_relative_to(HERE / "emulated"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def cloud() -> Iterator[None]:
    """An emulated AWS with what the template makes beside tables."""
    moto_speed.install()
    with mock_aws():
        secret = boto3.client("secretsmanager").create_secret(
            Name="codes", SecretString=secrets.token_urlsafe(48)
        )
        key = boto3.client("kms").create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")
        queue = boto3.client("sqs").create_queue(QueueName="retry")
        ses = boto3.client("sesv2")
        ses.create_email_identity(EmailIdentity="acme.test")
        ses.create_configuration_set(ConfigurationSetName="portico")
        os.environ["CODE_SECRET"] = secret["ARN"]
        os.environ["SIGNING_KEYS"] = key["KeyMetadata"]["Arn"]
        os.environ["RETRY_QUEUE"] = queue["QueueUrl"]
        told = boto3.client("sqs").create_queue(QueueName="sign-outs")
        os.environ["SIGN_OUT_QUEUE"] = told["QueueUrl"]
        # What is loaded by now stays: looking for garbage in it took a sixth of a test's time.
        gc.freeze()
        yield
        forget_clients()


@pytest.fixture(scope="session")
def built_tables(cloud: None) -> None:
    """The three tables, as the template has them."""
    dynamodb = boto3.client("dynamodb")
    for name in ("people", "sign-in", "trail"):
        index: list[Any] = [
            {
                "IndexName": "by_workspace",
                "KeySchema": [
                    {"AttributeName": "list", "KeyType": "HASH"},
                    {"AttributeName": "listed", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ]
        names = ["pk", "sk", "list", "listed"] if name == "people" else ["pk", "sk"]
        more: dict[str, Any] = {"GlobalSecondaryIndexes": index} if name == "people" else {}
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in names],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            **more,
        )


@pytest.fixture
def tables(built_tables: None) -> Iterator[None]:
    """The three tables, empty, and nothing mailed."""
    # Built once and emptied: building them anew took a quarter of a test's time.
    for table in dynamodb_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].tables.values():
        table.items.clear()
    sent().clear()
    forget_rows()
    yield
    settle()
    found.hold()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    """A clock that stands still until a test moves it."""
    # Another test may have moved the local front's clock in this process.
    SYSTEM.offset = timedelta()
    if vars(deadline)["time"] is time:
        # So does a door's own: on a machine that is busy elsewhere, no deadline passes.
        still = SimpleNamespace(monotonic=lambda: 0.0)
        monkeypatch.setattr("portico.aws.deadline.time", still)
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def portal(tables: None, clock: time_machine.Traveller) -> Portal:
    """Acme Support with Ann, and a browser that has just been opened."""
    return once("acme", lambda: Portal.open(clock)).anew(clock)


@pytest.fixture
def wire(cloud: None) -> Iterator[Wire]:
    """The wire to AWS, tapped: what the doors send over it, and ways to cut it."""
    with tapped() as wire:
        yield wire


@pytest.fixture
def environments(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Start every door anew, with other variables; the usual ones afterwards."""

    def start(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        forget_doors()

    yield start
    monkeypatch.undo()
    forget_doors()


@pytest.fixture
def retry_queue(cloud: None) -> str:
    """The URL of the retry queue, which is empty."""
    sqs, url = boto3.client("sqs"), os.environ["RETRY_QUEUE"]
    sqs.delete_queue(QueueUrl=url)  # a queue can be purged once a minute only
    sqs.create_queue(QueueName=url.rpartition("/")[2])
    return url
