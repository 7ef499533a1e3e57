"""The mail that brings a contact a personal link: in the place of one that has ended, or because
their address gets mail again.

The token is derived, so that whoever writes the mail again writes the same link, and nobody else can.
"""

import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from portico import ids
from portico.aws.tables import TransactionRefused, transact_surely
from portico.events import origin_of
from portico.limits.mailboxes import Mailboxes
from portico.links.new_link import WantedLink, created, link_event, new_link
from portico.links.rules import Link, public_id
from portico.links.store import Links, link_key
from portico.people.rules import Contact
from portico.people.store import head_key, settings_row_key, words_key, workspace_of
from portico.sender.delivery import TakenByAnother
from portico.sender.mail_content import logo_of, notice_mail
from portico.sender.notice_mails import NoticeMail
from portico.sender.recipients import is_inbound, why_held

BY = "mail"
"""Who made the link, for the trail."""


def derived_token(key: bytes, *, workspace_id: str, basis: str) -> str:
    """Return the token of a link that a mail brings.

    Args:
        key: 32 bytes, which a rotation keeps.
        workspace_id: the workspace.
        basis: what the link is for: a link that has ended and how often it was renewed, or a notice.
    """
    said = f"link\n{workspace_id}\n{basis}"
    return f"lnk_{ids.base64url(hmac.digest(key, said.encode(), sha256))}"


@dataclass(slots=True)
class LinkMail(NoticeMail):
    """One such mail. The link is written when the mail is taken."""

    _link: Link | None = field(init=False, default=None)
    _ended: Link | None = field(init=False, default=None)
    _is_made: bool = field(init=False, default=False)
    _token: str = field(init=False, default="", repr=False)

    def why_not(self, *, at: datetime) -> str | None:
        """Return why nothing may be mailed; charges the mailbox."""
        people, notice = self._people, self.notice
        keys = [
            head_key(people.workspace_id, notice.contact),
            settings_row_key(people.workspace_id),
            words_key(people.workspace_id),
        ]
        if notice.link is not None:
            keys.append(link_key(people.workspace_id, notice.link))
        head, settings_row, self._words, *ended = people.read(*keys)
        if head is None or head.get("ended_at") or settings_row is None:
            return "not-a-contact"
        self._contact, self._workspace = Contact.from_row(head), workspace_of(settings_row)
        if not self._workspace.is_open(at=at):
            return "portal-unavailable"
        if ended:
            self._ended = Link.from_row(ended[0]) if ended[0] else None
            if not self._is_still_ended(at=at):
                return "link-ended"
        return self._why_not_now(at=at)

    def take(self, *, at: datetime) -> bool:
        """Take the notice, and make the link that it brings."""
        if not NoticeMail.take(self, at=at):
            return False
        if self._link is None or self._is_made:
            return True
        links = Links(self._people.table, self._workspace.id)
        parts = {"link": links.adding(self._link, created(self._link, self._workspace, BY))}
        if self._ended is not None:
            event = link_event(
                "link.replaced", self._ended, self._workspace, BY, at=at, into=self._link.id
            )
            parts["ended"] = links.renewing(self._ended, into=self._link.id, event=event)
        try:
            transact_surely(parts)
        except TransactionRefused:
            # Made by a sender that died, or revoked in this moment: it is asked anew.
            self._notices.release(self.notice.key)
            raise TakenByAnother from None
        return True

    def write(self, *, sender: str, at: datetime) -> tuple[str, bytes]:
        """Return the address and the message."""
        url = f"{origin_of(self.notice.host)}/{self._workspace.id}#l={self._token}"
        message = notice_mail(
            self.notice,
            self._workspace,
            self._contact,
            words=self._words,
            sign_in_url=url,
            logo=logo_of(self._workspace, self._people),
            sender=sender,
            at=at,
        )
        return self._contact.email, message

    def _is_still_ended(self, *, at: datetime) -> bool:
        ended = self._ended
        is_theirs = ended is not None and ended.contact == self.notice.contact
        return ended is not None and is_theirs and ended.may_renew(at=at)

    def _why_not_now(self, *, at: datetime) -> str | None:
        contact, workspace = self._contact, self._workspace
        if not contact.is_in(at=at) or not contact.email:
            return "contact-inactive"
        if contact.suppressed:
            return f"address-suppressed-{contact.suppressed}"
        # It is asked for, as a code is.
        held = why_held(contact.strikes, is_notice=False, at=at)
        if held is not None:
            return held
        if is_inbound(contact.email, workspace):
            return "inbound-address"
        if at >= self.notice.expires_at:
            return "too-late"
        if not self._finds_link(at=at):
            return "link-ended"
        spent = Mailboxes(self.mails.sign_in_table).charge(
            contact.email,
            key=self.mails.keys.current().mailbox,
            mail=f"link {ids.fingerprint(self.notice.key)}",
            # Only who has the contact's own link, or the team, can cause it.
            stranger=False,
            at=at,
        )
        return "mailbox-budget" if spent is not None else None

    def _finds_link(self, *, at: datetime) -> bool:
        """Find the link that the mail brings, or think it up; say whether it works."""
        ended, contact, workspace = self._ended, self._contact, self._workspace
        number = (ended.renewal or 0) + 1 if ended else 0
        basis = f"{ended.id} {number}" if ended else self.notice.key
        key = self.mails.keys.current().delivery
        self._token = derived_token(key, workspace_id=workspace.id, basis=basis)
        link_id = public_id(self._token)
        if ended is not None and ended.replaced_by not in (None, link_id):
            return False
        self._link = Links(self._people.table, workspace.id).get(link_id)
        self._is_made = self._link is not None
        if self._link is not None:
            return self._link.is_alive(at=at)
        link, _ = new_link(WantedLink(contact.id), workspace, contact, at=at, token=self._token)
        if ended is not None:
            link = replace(link, destination=ended.destination, label=ended.label, renewal=number)
        self._link = link
        return True
