"""The mail of a notice: sent once, and never held up by a budget."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portico.aws.keys import KeyRing, ring
from portico.aws.tables import ConditionFailed
from portico.deliveries.mail_tags import MailTags, strikes_of, suppressed_key
from portico.events import Event, origin_of
from portico.mail.letters import Change
from portico.notices.store import Notice, Notices
from portico.people.rules import Contact, Workspace
from portico.people.store import People, head_key, settings_row_key, words_key, workspace_of
from portico.sender.delivery import TakenByAnother
from portico.sender.mail_content import logo_of, notice_mail
from portico.sender.recipients import is_inbound, why_held
from portico.sender.taken_mails import TAKE_OVER
from portico.settings import SendMailSettings

WITH_LINK = (Change.LINK_RENEWED, Change.MAIL_LIFTED)
"""These bring a personal link, and are mailed within the mailbox's budget."""


@dataclass(frozen=True, slots=True)
class NoticeMails:
    """The mails that the notices of a deployment ask for."""

    people_table: str
    sign_in_table: str
    keys: KeyRing

    @classmethod
    def from_settings(cls, settings: SendMailSettings) -> "NoticeMails":
        """Make the notice mails of the sender."""
        return cls(settings.people_table, settings.sign_in_table, ring(settings.code_secret))

    def of(self, notice: Notice) -> "NoticeMail":
        """Return the mail of *notice*."""
        if notice.change in WITH_LINK:
            # Loaded here: few mails have a link.
            from portico.sender.link_mails import LinkMail  # noqa: PLC0415

            return LinkMail(self, notice)
        return NoticeMail(self, notice)

    def named(self, ids: dict[str, Any]) -> "NoticeMail | None":
        """Return the mail that the retry queue names; ``None``: there is no such notice.

        Raises:
            TryLater: its row is out of reach.
        """
        key = ids["notice"]
        notice = Notices(self.sign_in_table, key.partition("#")[0]).get(key)
        return self.of(notice) if notice else None


@dataclass(slots=True)
class NoticeMail:
    """One notice's mail. The rows are read once, when it is asked whether it may go."""

    mails: NoticeMails
    notice: Notice
    _people: People = field(init=False)
    _notices: Notices = field(init=False)
    _workspace: Workspace = field(init=False)
    _contact: Contact = field(init=False)
    _words: dict[str, Any] | None = field(init=False)

    def __post_init__(self) -> None:
        self._people = People(self.mails.people_table, self.notice.workspace_id)
        self._notices = Notices(self.mails.sign_in_table, self.notice.workspace_id)

    @property
    def mailed(self) -> str:
        """Return what it is counted as."""
        return "mailed-notice"

    def is_sent(self) -> bool:
        """Leave it to :meth:`take`, which asks the row as it is."""
        return False

    def why_not(self, *, at: datetime) -> str | None:
        """Return why nothing may be mailed."""
        people = self._people
        keys = [
            head_key(people.workspace_id, self.notice.contact),
            settings_row_key(people.workspace_id),
            words_key(people.workspace_id),
        ]
        if self.notice.to is not None:
            key = self.mails.keys.current().delivery
            keys.append(suppressed_key(key, people.workspace_id, self.notice.to))
        head, settings_row, self._words, *suppressed = people.read(*keys)
        contact = Contact.from_row(head) if head else None
        workspace = workspace_of(settings_row) if settings_row else None
        if contact is None or workspace is None:
            return "not-a-contact"
        self._contact, self._workspace = contact, workspace
        strikes = strikes_of(suppressed[0]) if suppressed else contact.strikes
        return _why_not(self.notice, contact, workspace, strikes, at=at)

    def take(self, *, at: datetime) -> bool:
        """Take the notice, also from a sender that died with it."""
        try:
            return self._notices.take(self.notice.key, at=at, take_over=TAKE_OVER)
        except ConditionFailed:
            raise TakenByAnother from None

    def write(self, *, sender: str, at: datetime) -> tuple[str, bytes]:
        """Return the address and the message."""
        message = notice_mail(
            self.notice,
            self._workspace,
            self._contact,
            words=self._words,
            undo_url=self._undo_url(),
            logo=logo_of(self._workspace, self._people),
            sender=sender,
            at=at,
        )
        return self.notice.to or self._contact.email, message

    def tags(self, to: str) -> dict[str, str]:
        """Return what names the mail in SES's events about it."""
        tags = MailTags.of_notice(
            self.notice.key, subject=self.notice.contact, keep_days=self._workspace.trail_days
        )
        return tags.signed(key=self.mails.keys.current().delivery, to=to)

    def is_to_nobody_known(self) -> bool:
        """Deny it: only contacts are told of changes."""
        return False

    def release(self) -> None:
        """Let another sender take it at once."""
        self._notices.release(self.notice.key)

    def note_sent(self, ses_id: str, *, at: datetime) -> None:
        """Record that SES has it."""
        event = Event("notice.mailed", at, detail={"ses_id": ses_id})
        self._notices.note_sent(self.notice.key, event)

    def withhold(self, reason: str, *, at: datetime) -> None:
        """Record why it will never be sent."""
        event = Event("notice.withheld", at, detail={"reason": reason})
        self._notices.withhold(self.notice.key, event)

    def _undo_url(self) -> str | None:
        notice = self.notice
        if notice.undo is None:
            return None
        # Loaded here: one notice in many can be undone.
        from portico.notices.undo_token import Undo  # noqa: PLC0415

        token = Undo.of(
            self.mails.keys.current(),
            workspace_id=notice.workspace_id,
            contact=notice.contact,
            change=notice.undo,
        )
        return f"{origin_of(notice.host)}/{notice.workspace_id}#undo={token}"


def _why_not(
    notice: Notice,
    contact: Contact,
    workspace: Workspace,
    strikes: frozenset[str],
    *,
    at: datetime,
) -> str | None:
    # A portal that is off, and codes that are off, keep back no notice: the change is made.
    # Who has lost an address, or the account, hears of it although the contact may not sign in.
    if not contact.is_in(at=at) and (notice.to is None or notice.undo is not None):
        return "contact-inactive"
    # What bounced is the contact's address, and this may go to the one before.
    if contact.suppressed and notice.to is None:
        return f"address-suppressed-{contact.suppressed}"
    held = why_held(strikes, is_notice=True, at=at)
    if held is not None:
        return held
    if is_inbound(notice.to or contact.email, workspace):
        return "inbound-address"
    return "too-late" if at >= notice.expires_at else None
