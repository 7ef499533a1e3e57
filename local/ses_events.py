"""Events of SES about a mail, as it publishes them to a topic: the emulated SES publishes none.

Source: docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

type Event = dict[str, Any]

UNKNOWN = "smtp; 550 5.1.1 The email account that you tried to reach does not exist."
FULL = "smtp; 452 4.2.2 The recipient's inbox is out of storage space."


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that SES has taken."""

    id: str
    to: str
    tags: dict[str, str]
    at: datetime

    @classmethod
    def of_call(cls, asked: dict[str, Any], *, id_: str, at: datetime) -> "SentMail":
        """Read what SendEmail was asked."""
        (to,) = asked["Destination"]["ToAddresses"]
        tags = {each["Name"]: each["Value"] for each in asked.get("EmailTags", [])}
        return cls(id_, to, tags, at)


def delivered(mail: SentMail, *, after: timedelta = timedelta(seconds=1)) -> Event:
    """Return: the answering server has taken it."""
    at = mail.at + after
    told = {
        "timestamp": _text(at),
        "processingTimeMillis": int(after.total_seconds() * 1000),
        "recipients": [mail.to],
        "smtpResponse": "250 2.0.0 OK",
        "reportingMTA": "mta.example.com",
    }
    return _event("Delivery", mail, {"delivery": told})


def delayed(
    mail: SentMail,
    answer: str = FULL,
    *,
    kind: str = "MailboxFull",
    status: str = "4.2.2",
    after: timedelta = timedelta(minutes=2),
) -> Event:
    """Return: the answering server does not take it now, and SES will try again."""
    told = {
        "timestamp": _text(mail.at + after),
        "delayType": kind,
        "expirationTime": _text(mail.at + timedelta(hours=14)),
        "delayedRecipients": [
            {"emailAddress": mail.to, "status": status, "diagnosticCode": answer}
        ],
    }
    return _event("DeliveryDelay", mail, {"deliveryDelay": told})


def bounced(
    mail: SentMail,
    answer: str = UNKNOWN,
    *,
    kind: str = "Permanent/General",
    status: str = "5.1.1",
    after: timedelta = timedelta(seconds=2),
) -> Event:
    """Return: the answering server refuses it."""
    type_, _, sub_type = kind.partition("/")
    recipient = {
        "emailAddress": mail.to,
        "action": "failed",
        "status": status,
        "diagnosticCode": answer,
    }
    told = {
        "bounceType": type_,
        "bounceSubType": sub_type,
        "bouncedRecipients": [recipient],
        "timestamp": _text(mail.at + after),
        "feedbackId": f"{mail.id}-feedback",
        "reportingMTA": "dsn; mta.example.com",
    }
    return _event("Bounce", mail, {"bounce": told})


def complained(
    mail: SentMail, *, kind: str = "abuse", after: timedelta = timedelta(minutes=5)
) -> Event:
    """Return: whoever reads the mailbox reports it as spam."""
    told = {
        "complainedRecipients": [{"emailAddress": mail.to}],
        "timestamp": _text(mail.at + after),
        "feedbackId": f"{mail.id}-feedback",
        "userAgent": "Amazon SES Mailbox Simulator",
        "complaintFeedbackType": kind,
        "arrivalDate": _text(mail.at + after),
    }
    return _event("Complaint", mail, {"complaint": told})


def rejected(mail: SentMail) -> Event:
    """Return: SES took it, found a virus in it, and sends it to nobody."""
    return _event("Reject", mail, {"reject": {"reason": "Bad content"}})


def _event(kind: str, mail: SentMail, told: Event) -> Event:
    tags = {name: [value] for name, value in mail.tags.items()}
    return {
        "eventType": kind,
        "mail": {
            "timestamp": _text(mail.at),
            "source": "signin@acme.test",
            "sourceArn": "arn:aws:ses:eu-west-1:111122223333:identity/acme.test",
            "sendingAccountId": "111122223333",
            "messageId": mail.id,
            "destination": [mail.to],
            "headersTruncated": False,
            "headers": [{"name": "To", "value": mail.to}],
            "commonHeaders": {"to": [mail.to], "messageId": mail.id},
            "tags": {"ses:configuration-set": ["portico"], **tags},
        },
        **told,
    }


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


OUTCOMES: dict[str, Callable[[SentMail], Event]] = {
    "delivery": delivered,
    "delay": delayed,
    "bounce": bounced,
    "complaint": complained,
    "reject": rejected,
}
