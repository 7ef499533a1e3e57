"""The retry queue, as Lambda works it off."""

import json
from typing import Any

import boto3

from tests.support.doors import door


def waiting(queue: str) -> int:
    """How many messages are in the queue, due or not."""
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])
    counts = answer["Attributes"]
    return (
        int(counts["ApproximateNumberOfMessages"])
        + int(counts["ApproximateNumberOfMessagesDelayed"])
        + int(counts["ApproximateNumberOfMessagesNotVisible"])
    )


def hand_in(queue: str) -> list[dict[str, Any]]:
    """Hand every message that is due to the sender, and delete those it has finished.

    Returns:
        The bodies of the messages that were due.
    """
    sqs = boto3.client("sqs")
    answer = sqs.receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
    )
    messages = answer.get("Messages", [])
    if not messages:
        return []  # Lambda hands in no empty batch
    records = [
        {
            "messageId": each["MessageId"],
            "receiptHandle": each["ReceiptHandle"],
            "body": each["Body"],
            "attributes": each["Attributes"],
            "eventSource": "aws:sqs",
        }
        for each in messages
    ]
    failures = door("send_mail").handler({"Records": records}, None)["batchItemFailures"]
    failed = {each["itemIdentifier"] for each in failures}
    for each in messages:
        if each["MessageId"] not in failed:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
    return [json.loads(each["Body"]) for each in messages]
