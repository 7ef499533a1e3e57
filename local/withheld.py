"""The mails of this run that were held back, and why, as the trail says it."""

import threading
from collections.abc import Mapping
from typing import Any

from portico.aws.values import row_of
from portico.diagnosis.line_words import until_of, withheld

type Withheld = dict[str, str]

OF_CONTACT = {
    "not-a-contact": "Only a primary email counts: portico contact list {workspace}",
    "contact-inactive": "To let them in: portico contact activate {workspace} {email}",
}
"""What to do where the contact's own row says it, which the trail's reader looks at first."""
KEPT = 100
"""Newest ones."""


THEN = {
    "too-many-bounces": "See docs/operate.md, BouncesBrakeAlarm.",
    "address-suppressed-bounce": "See until when: portico contact show {workspace} {email}. To let it through again: portico contact lift {workspace} {email}",
    "address-suppressed-complaint": "See until when: portico contact show {workspace} {email}",
    "mailbox-budget": "Wait an hour, or make a personal link, which has a budget of its own.",
    "portal-unavailable": "See whether it is on, or paused: portico workspace show {workspace}",
    "link-ended": "Make a new link: portico link create {workspace} --contact {email}",
    "sign-in-method-off": "See directory-rule and code-method: portico workspace show {workspace}",
    "strangers-of-workspace": "The budget is full again in an hour. See docs/operate.md, StrangersAlarm.",
    "strangers-of-deployment": "See docs/operate.md, StrangersAlarm.",
    "inbound-address": "The contact needs an address of their own.",
    "too-late": "A new code works. If it happens again: portico doctor stack",
    "address-refused": "Look at its spelling: portico contact show {workspace} {email}",
    "mail-refused": "See what is wrong with the sender: portico doctor stack",
}
"""What to do about the rest."""


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
        "then": (OF_CONTACT.get(detail.get("reason", "")) or _then(detail)).format(
            workspace=workspace, email=to
        ),
    }


def _then(detail: Mapping[str, str]) -> str:
    """Say what to do about it; ``{workspace}`` and ``{email}`` stand for their names."""
    reason, until = detail.get("reason", ""), until_of(detail)
    if reason == "mailbox-budget" and until is not None:
        if detail.get("has_kept") == "no":
            return f"Wait until {until}. Until then no link helps; single sign-on and passwords do."
        return (
            f"Wait until {until}, or make a personal link, for which some mails are kept: "
            "portico link create {workspace} --contact {email}"
        )
    return THEN.get(reason, "The cause may have passed: ask for a new code.")


def _to(row: dict[str, Any]) -> str:
    contact = row.get("contact") or {}
    found = contact if isinstance(contact, str) else contact.get("email") or contact.get("id")
    return str(row.get("email") or found or row.get("contact_id") or "somebody")
