"""How a mail leaves, a code's or a notice's: decide, take, write, hand to SES, note.

What differs between the kinds of mail is in their own modules, behind :class:`Mail`.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from portico.aws import ses, sqs
from portico.clock import SYSTEM, Clock
from portico.errors import TryLater
from portico.sender.taken_mails import TAKE_OVER
from portico.settings import SendMailSettings

log = logging.getLogger("portico.mail")

DONE_BEFORE = "done-before"
SOON = timedelta(seconds=5)
"""When to try again after SES has answered no."""


@dataclass(eq=False)
class Unfinished(Exception):
    """The mail is not out, or nobody knows; try again *after* so long."""

    after: timedelta
    cause: str


class TakenByAnother(Exception):
    """Another sender took this mail a moment ago, and may still be at it."""


class Mail(Protocol):
    """One mail that a row asks for. Every method may raise ``TryLater``."""

    @property
    def mailed(self) -> str:
        """Return the metric that counts it once it is out, e.g. ``mailed-notice``."""

    def is_sent(self) -> bool:
        """Say whether the row, as it was read, says that the mail is out."""

    def why_not(self, *, at: datetime) -> str | None:
        """Return why the mail must not be sent, e.g. ``not-a-contact``."""

    def take(self, *, at: datetime) -> bool:
        """Make the mail this sender's; ``False``: it needs no mail any more.

        Raises:
            TakenByAnother: another sender may still be at it.
        """

    def write(self, *, sender: str, at: datetime) -> tuple[str, bytes]:
        """Return the address and the finished message.

        Raises:
            ValueError: no mail can be sent to the address.
        """

    def tags(self, to: str) -> dict[str, str]:
        """Return what names the mail in SES's events about it."""

    def is_to_nobody_known(self) -> bool:
        """Say whether the address is nobody's yet, and anybody may have typed it."""

    def release(self) -> None:
        """Let another sender take the mail at once: SES answered, and has it not."""

    def note_sent(self, ses_id: str, *, at: datetime) -> None:
        """Record that SES has the mail."""

    def withhold(self, reason: str, *, at: datetime) -> None:
        """Record that the mail will never be sent, and why."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The one way by which mails of a deployment leave."""

    sender: str
    configuration_set: str
    retry_queue: str
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: SendMailSettings) -> "Delivery":
        """Make the delivery of the sender."""
        return cls(settings.mail_from, settings.configuration_set, settings.retry_queue)

    def deliver(self, mail: Mail) -> str:
        """Send one mail, unless it was sent, or must not be.

        Returns:
            The mail's own ``mailed…``, ``done-before``, or ``withheld-<reason>``.

        Raises:
            Unfinished: it is not out, or nobody knows; it can be tried again.
        """
        if mail.is_sent():
            return DONE_BEFORE
        try:
            return self._deliver(mail)
        except TryLater as fault:
            raise Unfinished(TAKE_OVER + SOON, fault.cause) from fault

    def queue(self, ids: dict[str, Any], *, after: timedelta) -> None:
        """Put a mail on the retry queue, by what names it: ids only.

        Raises:
            TryLater: SQS is out of reach.
        """
        sqs.enqueue(self.retry_queue, ids, delay=after)

    def _deliver(self, mail: Mail) -> str:
        now = self.clock.now()
        # Before the mail is taken: a code counts from then on, and one that the mailbox's
        # budget keeps back must never count, not even for a moment.
        why_not = mail.why_not(at=now)
        if why_not is not None:
            return _withhold(mail, why_not, at=now)
        try:
            if not mail.take(at=now):
                return DONE_BEFORE
        except TakenByAnother:
            raise Unfinished(TAKE_OVER + SOON, "taken by another sender") from None
        try:
            to, message = mail.write(sender=self.sender, at=now)
            ses_id = ses.send_email(
                message,
                sender=self.sender,
                to=to,
                configuration_set=self.configuration_set,
                tags=mail.tags(to),
            )
        except ses.MailRefused as refused:
            if not refused.final:
                mail.release()
                raise Unfinished(SOON, f"sesv2: {refused.reason}") from refused
            # SES has one word for a mail that we made badly and for an address that it cannot
            # write to. Of a contact's it is taken for ours; anybody may sign up with an address
            # that takes no mail.
            of_address = refused.is_of_address and mail.is_to_nobody_known()
            return _refused(mail, refused.reason, of_address=of_address, at=now)
        except ValueError:
            return _refused(mail, "address", of_address=True, at=now)
        mail.note_sent(ses_id, at=self.clock.now())
        return mail.mailed


def _refused(mail: Mail, reason: str, *, of_address: bool, at: datetime) -> str:
    log.error("mail.refused", extra={"reason": reason})
    if of_address:
        return _withhold(mail, "address-refused", at=at)
    # Nobody can mail anything while an identity is not verified: an alarm hears of this one.
    return _withhold(mail, "mail-refused", at=at)


def _withhold(mail: Mail, reason: str, *, at: datetime) -> str:
    mail.withhold(reason, at=at)
    return f"withheld-{reason}"
