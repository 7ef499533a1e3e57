"""Mail servers that misbehave: what becomes of each mail, by the mailbox that it goes to.

The emulated SES tells nothing of its mails. So this does, in SES's own shape and over the stack's own
topic: from there on, queue, door and rows are the real ones.
"""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from local.ses_events import (
    FULL,
    Event,
    SentMail,
    bounced,
    complained,
    delayed,
    delivered,
    rejected,
)

ARRIVES = "arrives"


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of the mails to one mailbox."""

    label: str
    """For the mailbox page."""
    tells: Callable[[SentMail], Sequence[Event]]
    """The events, in the order in which they are told."""


def _jumbled(mail: SentMail) -> Sequence[Event]:
    # In the order of their times it is a delay, and then a bounce.
    bounce, delay = bounced(mail), delayed(mail)
    return bounce, delay, bounce, delay


FATES = {
    ARRIVES: Fate("arrives", lambda mail: (delivered(mail),)),
    "bounce": Fate("comes back: no such mailbox", lambda mail: (bounced(mail),)),
    "full": Fate(
        "comes back: the mailbox is full",
        lambda mail: (bounced(mail, FULL, kind="Transient/MailboxFull", status="4.2.2"),),
    ),
    "complaint": Fate(
        "arrives, and is reported as spam", lambda mail: (delivered(mail), complained(mail))
    ),
    "delay": Fate("is delayed: the mailbox is full", lambda mail: (delayed(mail),)),
    "reject": Fate("is rejected by SES", lambda mail: (rejected(mail),)),
    "silence": Fate("is never heard of again", lambda _: ()),
    "jumbled": Fate("comes back, told twice and out of order", _jumbled),
}


class MailWorld:
    """The mail servers of this run. Every mailbox behaves until somebody switches it.

    Args:
        publish: hands a message to the stack's topic.
    """

    def __init__(self, publish: Callable[[str], object]) -> None:
        self._publish = publish
        self._lock = threading.Lock()
        self._fates: dict[str, str] = {}

    def fates(self) -> dict[str, str]:
        """Return the mailboxes that were switched, each with the name of its fate."""
        with self._lock:
            return dict(self._fates)

    def switch(self, to: str, fate: str) -> None:
        """Switch a mailbox, for the mails that come.

        Raises:
            KeyError: there is no such fate.
        """
        if fate not in FATES:
            raise KeyError(fate)
        with self._lock:
            self._fates[to] = fate

    def take(self, mail: SentMail) -> None:
        """Tell what becomes of a mail that SES has just taken, without holding up its sender."""
        messages = list(self._messages(mail))
        threading.Thread(target=self._tell, args=(messages,), daemon=True).start()

    def _messages(self, mail: SentMail) -> Iterator[str]:
        fate = self.fates().get(mail.to, ARRIVES)
        return (json.dumps(event) for event in FATES[fate].tells(mail))

    def _tell(self, messages: list[str]) -> None:
        for each in messages:
            self._publish(each)
