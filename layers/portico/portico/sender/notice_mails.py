"""Mail the notices that changes ask for: once each, and never held up by a budget."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from portico.aws import ses
from portico.aws.keys import KeyRing, ring
from portico.aws.tables import ConditionFailed
from portico.clock import SYSTEM, Clock
from portico.errors import TryLater
from portico.events import Event, origin_of
from portico.mail.letters import Change
from portico.notices.store import Notice, Notices
from portico.notices.undo_token import Undo
from portico.people.rules import Contact, Workspace
from portico.people.store import People, door_key, head_key, workspace_of
from portico.sender.code_mails import DONE_BEFORE, MAILED, SOON, Unfinished
from portico.sender.mail_content import logo_of, notice_mail
from portico.sender.recipients import is_inbound
from portico.sender.taken_mails import TAKE_OVER
from portico.settings import SendMail

log = logging.getLogger("portico.mail")


@dataclass(frozen=True, slots=True)
class Noticeboard:
    """The notices of a deployment."""

    people_table: str
    sign_in_table: str
    keys: KeyRing
    sender: str
    configuration_set: str
    retry_queue: str
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: SendMail) -> "Noticeboard":
        """Make the noticeboard of the sender."""
        return cls(
            settings.people_table,
            settings.sign_in_table,
            ring(settings.code_secret),
            settings.mail_from,
            settings.configuration_set,
            settings.retry_queue,
        )

    def deliver(self, notice: Notice) -> str:
        """Send one notice, unless it was sent, or must not be.

        Returns:
            ``mailed``, ``done-before``, or ``withheld-<reason>``.

        Raises:
            Unfinished: it is not out, or nobody knows; it can be tried again.
        """
        try:
            return self._deliver(notice)
        except TryLater as fault:
            raise Unfinished(TAKE_OVER + SOON, fault.cause) from fault

    def retry(self, key: str) -> str:
        """Send a notice that the retry queue names.

        Raises:
            Unfinished: it is still not out.
        """
        try:
            notice = Notices(self.sign_in_table, key.partition("#")[0]).get(key)
        except TryLater as fault:
            raise Unfinished(SOON, fault.cause) from fault
        return self.deliver(notice) if notice else DONE_BEFORE

    def queue(self, key: str, *, after: timedelta) -> None:
        """Put a notice on the retry queue: ids only.

        Raises:
            TryLater: SQS is out of reach.
        """
        ses.enqueue(self.retry_queue, {"notice": key}, delay=after)

    def _deliver(self, notice: Notice) -> str:
        now = self.clock.now()
        notices = Notices(self.sign_in_table, notice.workspace)
        people = People(self.people_table, notice.workspace)
        head, door = people.read(
            head_key(people.workspace, notice.contact), door_key(people.workspace)
        )
        contact = Contact.from_row(head) if head else None
        workspace = workspace_of(door) if door else None
        if contact is None or workspace is None:
            return _withhold(notices, notice, "not-a-contact", at=now)
        why_not = _why_not(notice, contact, workspace, at=now)
        if why_not is not None:
            return _withhold(notices, notice, why_not, at=now)
        try:
            if not notices.claim(notice.key, at=now, take_over=TAKE_OVER):
                return DONE_BEFORE
        except ConditionFailed:
            raise Unfinished(TAKE_OVER + SOON, "claimed by another sender") from None
        try:
            logo = logo_of(workspace, people)
            ses_id = ses.send(
                notice_mail(
                    notice,
                    workspace,
                    contact,
                    undo_url=self._undo_url(notice),
                    logo=logo,
                    sender=self.sender,
                    at=now,
                ),
                sender=self.sender,
                to=notice.to or contact.email,
                configuration_set=self.configuration_set,
            )
        except (ses.MailRefused, ValueError) as refused:
            return _refused(notices, notice, refused, at=now)
        detail = {"ses_id": ses_id}
        notices.note_sent(notice.key, Event("notice.mailed", self.clock.now(), detail=detail))
        return MAILED

    def _undo_url(self, notice: Notice) -> str | None:
        if notice.undo is None:
            return None
        # A notice that is mailed again after a rotation has another token, which is as good.
        token = Undo.of(
            self.keys.current(),
            workspace=notice.workspace,
            contact=notice.contact,
            change=notice.undo,
        )
        return f"{origin_of(notice.host)}/{notice.workspace}#undo={token}"


def _why_not(notice: Notice, contact: Contact, workspace: Workspace, *, at: datetime) -> str | None:
    # A portal that is off, and codes that are off, keep back no notice: the change is made.
    if not contact.active and notice.change is not Change.ACCOUNT_DELETED:
        return "contact-inactive"
    # What bounced is the contact's address, and this may go to the one before.
    if contact.suppressed and notice.to is None:
        return f"address-suppressed-{contact.suppressed}"
    if is_inbound(notice.to or contact.email, workspace):
        return "inbound-address"
    return "too-late" if at >= notice.expires_at else None


def _refused(
    notices: Notices,
    notice: Notice,
    refused: ses.MailRefused | ValueError,
    *,
    at: datetime,
) -> str:
    if isinstance(refused, ses.MailRefused) and not refused.final:
        notices.release(notice.key)
        raise Unfinished(SOON, f"sesv2: {refused.reason}") from refused
    reason = refused.reason if isinstance(refused, ses.MailRefused) else "address"
    log.error("mail.refused", extra={"reason": reason})
    return _withhold(notices, notice, "mail-refused", at=at)


def _withhold(notices: Notices, notice: Notice, reason: str, *, at: datetime) -> str:
    notices.withhold(notice.key, Event("notice.withheld", at, detail={"reason": reason}))
    return f"withheld-{reason}"
