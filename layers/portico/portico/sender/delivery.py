"""Send one mail, a code mail or a notice: decide, take, write, pass to SES, record.

The kinds of mail differ in their own modules, behind :class:`Mail`.
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
"""When to try again after a refusal by SES."""


@dataclass(eq=False)
class Unfinished(Exception):
    """The mail is not out, or we do not know. Try again *after* this time."""

    after: timedelta
    cause: str


class TakenByAnother(Exception):
    """Another sender took this mail a moment ago, and may still be sending it."""


class Overtaken(Exception):
    """Nothing requests this mail any more: a newer one was requested, or it was withheld."""


class Mail(Protocol):
    """One mail that a row requests. Every method may raise ``TryLater``."""

    @property
    def mailed(self) -> str:
        """Return the outcome to count when it is out, e.g. ``mailed-notice``."""

    def is_sent(self) -> bool:
        """Say whether the row that was read says that the mail is out."""

    def why_not(self, *, at: datetime) -> str | None:
        """Return why the mail must not be sent, e.g. ``not-a-contact``.

        Raises:
            Overtaken: nothing requests it any more. No budget is charged.
        """

    def take(self, *, at: datetime) -> bool:
        """Take the mail for this sender; ``False`` if it need not go out any more.

        Raises:
            TakenByAnother: another sender may still be sending it.
        """

    def write(self, *, sender: str, at: datetime) -> tuple[str, bytes]:
        """Return the address and the finished message.

        Raises:
            ValueError: we cannot mail to the address.
        """

    def is_to_nobody_known(self) -> bool:
        """Say whether no contact has the address yet, and anybody may have typed it."""

    def release(self) -> None:
        """Let another sender take the mail at once, because SES refused it."""

    def note_sent(self, ses_id: str, *, at: datetime) -> None:
        """Record that SES has the mail."""

    def withhold(self, reason: str, *, at: datetime) -> None:
        """Record that the mail will never be sent, and why."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Sends all mails of a deployment."""

    sender: str
    configuration_set: str
    retry_queue: str
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: SendMailSettings) -> "Delivery":
        """Make it from the sender's settings."""
        return cls(settings.mail_from, settings.configuration_set, settings.retry_queue)

    def deliver(self, mail: Mail) -> str:
        """Send one mail, unless it is already out or must not be sent.

        Returns:
            The mail's own ``mailed…``, ``done-before``, or ``withheld-<reason>``.

        Raises:
            Unfinished: the mail is not out, or we do not know. It can be tried again.
        """
        if mail.is_sent():
            return DONE_BEFORE
        try:
            return self._deliver(mail)
        except TryLater as fault:
            raise Unfinished(TAKE_OVER + SOON, fault.cause) from fault

    def queue(self, ids: dict[str, Any], *, after: timedelta) -> None:
        """Put a mail on the retry queue, as ids only.

        Raises:
            TryLater: SQS is out of reach.
        """
        sqs.enqueue(self.retry_queue, ids, delay=after)

    def _deliver(self, mail: Mail) -> str:
        now = self.clock.now()
        # Decide before taking the mail: a taken code counts, and a code that the mailbox's budget
        # holds back must never count, not even for a moment.
        try:
            why_not = mail.why_not(at=now)
        except Overtaken:
            return DONE_BEFORE
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
                message, sender=self.sender, to=to, configuration_set=self.configuration_set
            )
        except ses.MailRefused as refused:
            if not refused.final:
                mail.release()
                raise Unfinished(SOON, f"sesv2: {refused.reason}") from refused
            # SES has one error for a malformed mail and for an address that it cannot mail to.
            # For a contact's address we blame the mail. For a stranger's we blame the address,
            # because anybody may sign up with one that takes no mail.
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
    # While the SES identity is not verified nobody can mail anything: this outcome has an alarm.
    return _withhold(mail, "mail-refused", at=at)


def _withhold(mail: Mail, reason: str, *, at: datetime) -> str:
    mail.withhold(reason, at=at)
    return f"withheld-{reason}"
