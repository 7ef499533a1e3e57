"""Every mail that SES accepted, as its reader would see it."""

import email
import email.policy
import importlib
import threading
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from typing import Any

type Mail = dict[str, Any]

KEPT = 500
"""Mails. Older ones are dropped, so that a long load test does not fill the memory."""


class Mailbox:
    """The mails of this run, newest last."""

    def __init__(self, now: Callable[[], datetime], *, kept: int = KEPT) -> None:
        self._now = now
        self._kept = kept
        self._lock = threading.Lock()
        self._mails: list[Mail] = []
        self._taken = 0

    def all(self) -> list[Mail]:
        """Return the mails, newest last."""
        with self._lock:
            return list(self._mails)

    def take(self, message: bytes, to: str) -> None:
        """Store one finished message."""
        mail = read(message, to=to, at=self._now())
        with self._lock:
            self._taken += 1
            mail["id"] = self._taken
            self._mails = [*self._mails, mail][-self._kept :]

    def listen(self) -> None:
        """Listen to every send of the rooms that are loaded now.

        The emulated SES keeps no headers and no HTML. So the message is caught on its way, and
        stored once SES has accepted it.
        """
        session = importlib.import_module("portico.aws.clients").session()
        session.register("provide-client-params.sesv2.SendEmail", _remember)
        session.register("after-call.sesv2.SendEmail", self._heard)

    def _heard(self, http_response: Any, context: dict[str, Any], **_: object) -> None:
        sent = context.get(_SENT)
        if sent is not None and http_response.status_code < 300:
            (to,) = sent["Destination"]["ToAddresses"]
            self.take(sent["Content"]["Raw"]["Data"], to)


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


_SENT = "portico.local.sent"


def _remember(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    context[_SENT] = params


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _picture(part: EmailMessage) -> tuple[str, str] | None:
    name = part["content-id"]
    if name is None:
        return None
    data = b64encode(part.get_content()).decode()
    return f"cid:{name.strip().strip('<>')}", f"data:{part.get_content_type()};base64,{data}"
