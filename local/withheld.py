"""The mails of this run that were held back, and why, as the trail says it."""

import threading
from typing import Any

from cli.trail_words import then, withheld
from portico.aws.values import row_of

type Withheld = dict[str, str]

OF_CONTACT = {
    "not-a-contact": "Only a primary email counts: portico contact list {workspace}",
    "contact-inactive": "To let them in: portico contact activate {workspace} {email}",
}
"""What to do where the contact's own row says it, which the trail's reader looks at first."""
KEPT = 100
"""Newest ones."""


class WithheldMails:
    """What was held back in this run, newest last. Fed with what the streams bring to the trail."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mails: dict[str, Withheld] = {}

    def all(self) -> list[Withheld]:
        """Return them, newest last."""
        with self._lock:
            return list(self._mails.values())

    def take(self, batch: dict[str, Any]) -> None:
        """Keep what a batch of stream records says of mails that were held back."""
        found = [each for each in map(read, batch.get("Records", [])) if each is not None]
        with self._lock:
            # A stream may deliver a record twice.
            kept = self._mails | {each["id"]: each for each in found}
            self._mails = dict(list(kept.items())[-KEPT:])


def read(record: dict[str, Any]) -> Withheld | None:
    """Read a stream record; ``None``: it is of no mail that was held back."""
    row = row_of(record.get("dynamodb", {}).get("NewImage", {}))
    event = row.get("event") or {}
    if not event.get("name", "").endswith(".withheld"):
        return None
    workspace, to, detail = row["pk"].partition("#")[0], _to(row), event.get("detail", {})
    return {
        "id": event["id"],
        "at": event["at"],
        "workspace": workspace,
        "to": to,
        "why": withheld(detail),
        "then": (OF_CONTACT.get(detail.get("reason", "")) or then(detail)).format(
            workspace=workspace, email=to
        ),
    }


def _to(row: dict[str, Any]) -> str:
    contact = row.get("contact") or {}
    found = contact if isinstance(contact, str) else contact.get("email") or contact.get("id")
    return str(row.get("email") or found or row.get("contact_id") or "somebody")
