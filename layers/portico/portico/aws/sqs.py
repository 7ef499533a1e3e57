"""SQS: the queue of mails that are tried again, and the queue of sign-outs."""

import json
from datetime import timedelta
from typing import Any

from portico.aws.clients import call


def enqueue(
    queue: str, message: dict[str, Any], *, delay: timedelta, group: str | None = None
) -> None:
    """Put ids, and ids only, on a queue.

    Args:
        queue: its URL.
        message: the ids.
        delay: how long nobody gets it.
        group: whom it is for. SQS sees to it that no group takes the time of all others, where
            its messages are many or take long.

    Raises:
        TryLater: SQS is out of reach.

    Source: Amazon SQS Developer Guide, "fair queues".
    """
    call(
        "sqs",
        "send_message",
        QueueUrl=queue,
        MessageBody=json.dumps(message),
        DelaySeconds=int(delay.total_seconds()),
        **({"MessageGroupId": group} if group else {}),
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
