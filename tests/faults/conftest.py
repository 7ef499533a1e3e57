"""Trouble on the wire, a watch that need not wait, and an ear for alarms."""

import json
import os
from collections.abc import Callable, Iterator

import boto3
import pytest

from tests.codes import retries
from tests.faults.alarms import Heard
from tests.faults.trouble import Trouble, Watch
from tests.support.template import resources
from tests.support.wire import Wire


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """The time that deadlines are measured by, and that the SDK waits between attempts."""
    watch = Watch()
    monkeypatch.setattr("portico.aws.deadline.time", watch)
    monkeypatch.setattr("portico.aws.json_calls.sleep", watch.sleep)
    return watch


@pytest.fixture
def trouble(wire: Wire, watch: Watch) -> Iterator[Trouble]:
    trouble = Trouble(wire, watch)
    yield trouble
    trouble.mend()


@pytest.fixture
def heard(capsys: pytest.CaptureFixture[str]) -> Callable[..., Heard]:
    """Listen, from the last time on, for what alarms are watching."""

    def listen(*answers, **more) -> Heard:
        return Heard([*answers], printed=capsys.readouterr().out, **more)

    return listen


@pytest.fixture
def queues(retry_queue: str) -> Iterator["Queues"]:
    """The retry queue and its dead letters, with the template's numbers."""
    sqs = boto3.client("sqs")
    dead = sqs.create_queue(QueueName="dead-letters")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
    properties = resources("AWS::SQS::Queue")["MailRetryQueue"]
    tries = properties["RedrivePolicy"]["maxReceiveCount"]
    policy = {"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": tries}
    sqs.set_queue_attributes(
        QueueUrl=retry_queue,
        Attributes={
            "RedrivePolicy": json.dumps(policy),
            "VisibilityTimeout": str(properties["VisibilityTimeout"]),
        },
    )
    yield Queues(retry_queue, dead)
    sqs.delete_queue(QueueUrl=dead)


class Queues:
    """Mails that wait for another try, and mails that were given up."""

    def __init__(self, retry: str, dead: str) -> None:
        self.retry = retry
        self.dead = dead
        assert os.environ["RETRY_QUEUE"] == retry

    @property
    def waiting(self) -> int:
        return retries.waiting(self.retry)

    @property
    def dead_letters(self) -> int:
        return retries.waiting(self.dead)

    def hand_in(self) -> int:
        """Hand in what is due, and say how many that were."""
        return len(retries.hand_in(self.retry))
