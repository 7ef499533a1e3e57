"""SQS: the sender's retry queue."""

import json
from datetime import timedelta
from typing import Any

from portico.aws.clients import call


def enqueue(queue: str, message: dict[str, Any], *, delay: timedelta) -> None:
    """Put ids, and ids only, on the retry queue.

    Raises:
        TryLater: SQS is out of reach.
    """
    call(
        "sqs",
        "send_message",
        QueueUrl=queue,
        MessageBody=json.dumps(message),
        DelaySeconds=int(delay.total_seconds()),
    )


def put_back(queue: str, receipt: str, *, after: timedelta) -> None:
    """Return an unfinished message to the queue; it comes again once *after* has passed.

    Raises:
        TryLater: SQS is out of reach; the message comes again after the queue's own time.
    """
    call(
        "sqs",
        "change_message_visibility",
        QueueUrl=queue,
        ReceiptHandle=receipt,
        VisibilityTimeout=int(after.total_seconds()),
    )
