"""Every mail that SES accepted, as its reader would see it."""

import email
import email.policy
import importlib
import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from http import HTTPStatus
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from local.mail_world import MailWorld
from local.ses_events import SentMail

type Mail = dict[str, Any]

KEPT = 500
"""Mails. Older ones are dropped, so that a long load test does not fill the memory."""


class Mailbox:
    """The mails of this run, newest last."""

    def __init__(self, now: Callable[[], datetime], *, kept: int = KEPT) -> None:
        self._now = now
        self.world: MailWorld | None = None
        """The mail servers behind it, once there is a topic for what they tell."""
        self._kept = kept
        self._lock = threading.Lock()
        self._mails: list[Mail] = []
        self._taken = 0

    def all(self, *, after: int = 0) -> list[Mail]:
        """Return the mails, newest last; with *after*, those that came after the one of this id."""
        with self._lock:
            return [mail for mail in self._mails if mail["id"] > after]

    def take(self, message: bytes, to: str) -> None:
        """Store one finished message."""
        mail = read(message, to=to, at=self._now())
        with self._lock:
            self._taken += 1
            mail["id"] = self._taken
            self._mails = [*self._mails, mail][-self._kept :]

    def listen(self) -> None:
        """Listen to every send of the rooms that are loaded now.

        The emulated SES keeps no headers and no HTML. So the message is kept as it was sent, once
        SES has accepted it.
        """
        session = importlib.import_module("portico.aws.clients").session()
        session.register("response-received.sesv2.SendEmail", self._hears)

    def _hears(self, request: AWSPreparedRequest, response: AWSResponse, **_: object) -> None:
        if response.status_code < HTTPStatus.MULTIPLE_CHOICES:
            body: Any = request.body
            sent = json.loads(body)
            taken = SentMail.of_call(
                sent, id_=json.loads(response.content)["MessageId"], at=self._now()
            )
            self.take(b64decode(sent["Content"]["Raw"]["Data"]), taken.to)
            if self.world is not None:
                self.world.take(taken)


def read(message: bytes, *, to: str, at: datetime) -> Mail:
    """Read a message for the mailbox page and for tests."""
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    return {
        "to": to,
        "from": str(parsed["from"]),
        "subject": str(parsed["subject"]),
        "text": _body(parsed, "plain"),
        "html": _body(parsed, "html"),
        "headers": {name: str(value) for name, value in parsed.items()},
        "at": at.isoformat(timespec="milliseconds"),
        "inline": dict(filter(None, map(_picture, parsed.walk()))),
    }


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _picture(part: EmailMessage) -> tuple[str, str] | None:
    name = part["content-id"]
    if name is None:
        return None
    data = b64encode(part.get_content()).decode()
    return f"cid:{name.strip().strip('<>')}", f"data:{part.get_content_type()};base64,{data}"
