"""Notice mails: each is sent once, and no budget holds it back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portico.aws.keys import KeyRing, ring
from portico.aws.tables import ConditionFailed
from portico.events import Event, origin_of
from portico.mail.letters import Change
from portico.notices.store import Notice, Notices
from portico.people.rules import Contact, Workspace
from portico.people.store import People, head_key, settings_row_key, workspace_of
from portico.sender.delivery import TakenByAnother
from portico.sender.mail_content import logo_of, notice_mail
from portico.sender.recipients import is_inbound
from portico.sender.taken_mails import TAKE_OVER
from portico.settings import SendMailSettings


@dataclass(frozen=True, slots=True)
class NoticeMails:
    """The mails that a deployment's notices request."""

    people_table: str
    sign_in_table: str
    keys: KeyRing

    @classmethod
    def from_settings(cls, settings: SendMailSettings) -> "NoticeMails":
        """Make it from the sender's settings."""
        return cls(settings.people_table, settings.sign_in_table, ring(settings.code_secret))

    def of(self, notice: Notice) -> "NoticeMail":
        """Return the mail of *notice*."""
        return NoticeMail(self, notice)

    def named(self, ids: dict[str, Any]) -> "NoticeMail | None":
        """Return the mail that the retry queue names; ``None`` if there is no such notice.

        Raises:
            TryLater: the notice's row is out of reach.
        """
        key = ids["notice"]
        notice = Notices(self.sign_in_table, key.partition("#")[0]).get(key)
        return self.of(notice) if notice else None


@dataclass(slots=True)
class NoticeMail:
    """The mail of one notice. It reads its rows once, in :meth:`why_not`."""

    mails: NoticeMails
    notice: Notice
    _people: People = field(init=False)
    _notices: Notices = field(init=False)
    _workspace: Workspace = field(init=False)
    _contact: Contact = field(init=False)

    def __post_init__(self) -> None:
        self._people = People(self.mails.people_table, self.notice.workspace_id)
        self._notices = Notices(self.mails.sign_in_table, self.notice.workspace_id)

    @property
    def mailed(self) -> str:
        """Return the outcome to count."""
        return "mailed-notice"

    def is_sent(self) -> bool:
        """Return false: :meth:`take` checks the current row."""
        return False

    def why_not(self, *, at: datetime) -> str | None:
        """Return why the mail may not go out."""
        people = self._people
        head, settings_row = people.read(
            head_key(people.workspace_id, self.notice.contact),
            settings_row_key(people.workspace_id),
        )
        contact = Contact.from_row(head) if head else None
        workspace = workspace_of(settings_row) if settings_row else None
        if contact is None or workspace is None:
            return "not-a-contact"
        self._contact, self._workspace = contact, workspace
        return _why_not(self.notice, contact, workspace, at=at)

    def take(self, *, at: datetime) -> bool:
        """Take the notice, even from a sender that took it and died."""
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
            undo_url=self._undo_url(),
            logo=logo_of(self._workspace, self._people),
            sender=sender,
            at=at,
        )
        return self.notice.to or self._contact.email, message

    def is_to_nobody_known(self) -> bool:
        """Return false: only contacts get notices."""
        return False

    def release(self) -> None:
        """Let another sender take the mail at once."""
        self._notices.release(self.notice.key)

    def note_sent(self, ses_id: str, *, at: datetime) -> None:
        """Record that SES has the mail."""
        event = Event("notice.mailed", at, detail={"ses_id": ses_id})
        self._notices.note_sent(self.notice.key, event)

    def withhold(self, reason: str, *, at: datetime) -> None:
        """Record why the mail will never be sent."""
        event = Event("notice.withheld", at, detail={"reason": reason})
        self._notices.withhold(self.notice.key, event)

    def _undo_url(self) -> str | None:
        notice = self.notice
        if notice.undo is None:
            return None
        # Loaded here, because few notices have a change that can be undone.
        from portico.notices.undo_token import Undo  # noqa: PLC0415

        # A repeated mail after a rotation has another token, which works as well.
        token = Undo.of(
            self.mails.keys.current(),
            workspace_id=notice.workspace_id,
            contact=notice.contact,
            change=notice.undo,
        )
        return f"{origin_of(notice.host)}/{notice.workspace_id}#undo={token}"


def _why_not(notice: Notice, contact: Contact, workspace: Workspace, *, at: datetime) -> str | None:
    # The change is made, so the notice goes out even if the portal or codes are off.
    if not contact.active and notice.change is not Change.ACCOUNT_DELETED:
        return "contact-inactive"
    # Mail to the contact's address bounced, but this notice may go to the old address.
    if contact.suppressed and notice.to is None:
        return f"address-suppressed-{contact.suppressed}"
    if is_inbound(notice.to or contact.email, workspace):
        return "inbound-address"
    return "too-late" if at >= notice.expires_at else None
