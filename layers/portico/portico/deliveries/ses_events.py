"""An event of SES: what it says of one mail, read without trusting it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from portico.errors import InvalidRequest
from portico.ids import digest
from portico.people.addresses import normalise
from portico.printable import printable

LONGEST_ANSWER = 300
"""Characters of the answering server's words that are kept."""


class DeliveryState(StrEnum):
    """What became of a mail. Before the first event, SES has it."""

    DELAYED = "delayed"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    REJECTED = "rejected"
    COMPLAINED = "complained"


RANK_OF_STATE = {
    DeliveryState.DELAYED: 1,
    DeliveryState.DELIVERED: 2,
    # A server may take a mail and send it back later.
    DeliveryState.BOUNCED: 3,
    DeliveryState.REJECTED: 3,
    # Who reports a mail has it.
    DeliveryState.COMPLAINED: 4,
}
"""A state replaces one of a lower rank; of one rank, the later one stays."""

_TOLD = {
    "Delivery": ("delivery", DeliveryState.DELIVERED),
    "DeliveryDelay": ("deliveryDelay", DeliveryState.DELAYED),
    "Bounce": ("bounce", DeliveryState.BOUNCED),
    "Complaint": ("complaint", DeliveryState.COMPLAINED),
    "Reject": ("reject", DeliveryState.REJECTED),
}


@dataclass(frozen=True, slots=True)
class SesEvent:
    """What SES tells of one mail."""

    state: DeliveryState
    to: str
    """The address that we mailed, in its normal form."""
    tags: Mapping[str, Sequence[str]]
    sent_at: datetime
    at: datetime
    kind: str
    """SES's own words for it, e.g. ``Permanent/NoEmail`` or ``MailboxFull``; may be empty."""
    code: str
    """The enhanced status code of RFC 3463, e.g. ``5.1.1``; may be empty."""
    said: str
    """The answering server's words, in one line, without the address; may be empty."""

    @classmethod
    def read(cls, raw: Any) -> Self | None:
        """Read an event; ``None``: it tells of nothing that a mail can become.

        Source: docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
        """
        try:
            name, state = _TOLD[raw["eventType"]]
            told, mail = raw.get(name) or {}, raw["mail"]
            (to,) = mail["destination"]
            if told.get("complaintFeedbackType") == "not-spam":
                # Somebody took it out of the spam folder.
                return None
            sent_at = _moment(mail["timestamp"])
            recipients = told.get(_RECIPIENTS.get(state, "")) or [{}]
            answer = str(recipients[0].get("diagnosticCode") or told.get("reason") or "")
            return cls(
                state,
                normalise(str(to)),
                mail.get("tags") or {},
                sent_at,
                # A reject has no time of its own.
                _moment(told["timestamp"]) if "timestamp" in told else sent_at,
                _kind(told),
                str(recipients[0].get("status") or ""),
                without_address(answer, str(to)),
            )
        except (AttributeError, IndexError, KeyError, TypeError, ValueError, InvalidRequest):
            return None

    @property
    def is_hard(self) -> bool:
        """Say whether the answering server refused the mail for good."""
        return self.state is DeliveryState.BOUNCED and self.kind.startswith("Permanent")

    @property
    def standing(self) -> str:
        """What events of one mail are compared by: rank, then time, then what was said."""
        milliseconds = int(self.at.timestamp() * 1000)
        said = digest("\n".join((self.state, self.kind, self.code, self.said)))
        return f"{RANK_OF_STATE[self.state]}|{milliseconds:013}|{said[:16]}"


_RECIPIENTS = {
    DeliveryState.BOUNCED: "bouncedRecipients",
    DeliveryState.DELAYED: "delayedRecipients",
}


def without_address(answer: str, to: str) -> str:
    """Return a server's words in one line that can be shown, without the address it names."""
    local, _, domain = to.rpartition("@")
    # Not searched in the text in lower case: "İ" becomes two characters there, so a place in it
    # is none in the text, and whoever answers could keep us searching for ever.
    private = "|".join(map(re.escape, (to, f"{local}%40{domain}")))
    shown = re.sub(private, "…", printable(answer), flags=re.IGNORECASE)
    return " ".join(shown.split())[:LONGEST_ANSWER]


def _kind(told: dict[str, Any]) -> str:
    if "bounceType" in told:
        return f"{told['bounceType']}/{told.get('bounceSubType', '')}"
    return str(told.get("delayType") or told.get("complaintFeedbackType") or "")


def _moment(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
