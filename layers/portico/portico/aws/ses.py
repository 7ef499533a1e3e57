"""SES and the retry queue."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from portico.aws.clients import call, client, reason
from portico.errors import TryLater

# SES will not take these, however often they are sent within the minutes that a code has:
# the address, the sender's identity, or the whole account is refused.
_FINAL = frozenset(
    {
        "MessageRejected",
        "BadRequestException",
        "InvalidParameterValue",
        "MailFromDomainNotVerifiedException",
        "AccountSuspendedException",
    }
)


@dataclass(eq=False)
class MailRefused(Exception):
    """SES answered, and did not take the mail. *final*: it never will."""

    reason: str
    final: bool


def send(message: bytes, *, sender: str, to: str, configuration_set: str) -> str:
    """Hand one finished message to SES and return its id.

    Raises:
        MailRefused: SES said no; the mail is certainly not out.
        TryLater: no answer; the mail may be out.
    """
    try:
        answer = client("sesv2", patient=True).send_email(
            FromEmailAddress=sender,
            Destination={"ToAddresses": [to]},
            Content={"Raw": {"Data": message}},
            ConfigurationSetName=configuration_set,
        )
    except ClientError as error:
        code = reason(error)
        raise MailRefused(code, final=code in _FINAL) from error
    except Exception as error:
        raise TryLater(cause=f"sesv2.send_email: {type(error).__name__}") from error
    return str(answer["MessageId"])


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
    """Let a message that was not finished come again *after* so long, and no sooner.

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
