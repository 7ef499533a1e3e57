"""The mail of a challenge: sent once, with the same code however often it is tried."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portico.aws.keys import KeyRing, Keys, ring
from portico.aws.tables import ConditionFailed
from portico.clock import epoch
from portico.codes.challenge import NOT_YET, Challenge
from portico.codes.store import Challenges
from portico.deliveries.mail_tags import SUPPRESSED, MailTags
from portico.errors import TryLater
from portico.events import Event
from portico.ids import fingerprint, parse_challenge
from portico.limits.known_browser import known_sver
from portico.limits.mailboxes import Mailboxes
from portico.limits.rules import hour_of
from portico.limits.strangers import Strangers
from portico.mail.letters import SIGNS_IN, Change, Purpose
from portico.notices.store import Happened, Notices
from portico.people.addresses import subject_of
from portico.people.rules import Contact, Workspace
from portico.people.store import People
from portico.sender.delivery import TakenByAnother
from portico.sender.mail_charge import MailCharge
from portico.sender.mail_content import code_mail, logo_of
from portico.sender.recipients import Recipients, recipients_of
from portico.sender.taken_mails import TakenMails, Withheld
from portico.settings import SendMailSettings

MAILED = "mailed"
"""The metric of codes that are typed at ``POST /v1/codes/verify``, which counts what was typed."""
MAILED_FOR_ACCOUNT = "mailed-for-account"
"""The metric of codes for a new password or a new address. They are typed elsewhere."""
HAS_ACCOUNT = "already-a-contact"
"""Why nothing is mailed to somebody who signs up and is a contact."""


@dataclass(frozen=True, slots=True)
class CodeMails:
    """The mails that the challenges of a deployment ask for."""

    people_table: str
    sign_in_table: str
    keys: KeyRing
    mailboxes: Mailboxes
    strangers: Strangers

    @classmethod
    def from_settings(cls, settings: SendMailSettings) -> "CodeMails":
        """Make the code mails of the sender."""
        return cls(
            settings.people_table,
            settings.sign_in_table,
            ring(settings.code_secret),
            Mailboxes(settings.sign_in_table),
            Strangers.of_quota(settings.sign_in_table, settings.daily_quota),
        )

    def of(self, challenge: Challenge, generation: int) -> "CodeMail":
        """Return the mail of one generation of *challenge*."""
        return CodeMail(self, challenge, generation)

    def named(self, ids: dict[str, Any]) -> "CodeMail | None":
        """Return the mail that the retry queue names; ``None``: there is no such challenge.

        Raises:
            TryLater: its row is out of reach.
        """
        id_, generation = parse_challenge(ids["challenge"]), ids["generation"]
        challenge = Challenges(self.sign_in_table, id_.workspace_id).get(id_)
        if challenge is None or generation > challenge.generation:
            return None
        return self.of(challenge, generation)


@dataclass(slots=True)
class CodeMail:
    """One generation's mail. The rows are read once, when it is asked whether it may go."""

    mails: CodeMails
    challenge: Challenge
    generation: int
    _people: People = field(init=False)
    _taken: TakenMails = field(init=False)
    _recipients: Recipients = field(init=False)
    _workspace: Workspace = field(init=False)
    _contact: Contact = field(init=False)
    _keys: Keys = field(init=False)
    _charge: MailCharge = field(init=False)
    _is_by_anybody: bool = field(init=False)

    def __post_init__(self) -> None:
        workspace_id = self.challenge.id.workspace_id
        self._people = People(self.mails.people_table, workspace_id)
        self._taken = TakenMails(self.mails.sign_in_table, workspace_id)
        mails = self.mails
        self._charge = MailCharge(
            mails.mailboxes, mails.strangers, self.challenge.id, self.generation
        )

    @property
    def mailed(self) -> str:
        """Return the metric that counts this mail. Codes to sign in with have a metric of their own."""
        return MAILED if self.challenge.purpose in SIGNS_IN else MAILED_FOR_ACCOUNT

    def is_sent(self) -> bool:
        """Say whether the challenge says that the mail is out."""
        taken = self.challenge.taken.get(self.generation)
        return taken is not None and taken.sent

    def why_not(self, *, at: datetime) -> str | None:
        """Return why nothing may be mailed; charges the budgets."""
        key = self.mails.keys.current().delivery
        found = self._recipients = recipients_of(self.challenge, self._people, key=key)
        # This is counted first, and for every address. If only addresses of nobody counted, or
        # only those with mails left, a stranger could fill the cap: the last mail under it would
        # then show who is a contact.
        no_stranger = self._charge_strangers(at=at) if found.may_be_strangers else None
        why_not = found.why_not(self.challenge, self.generation, at=at)
        if why_not is not None:
            return why_not
        if found.workspace is None or found.contact is None:
            return "not-a-contact"
        self._workspace, self._contact = found.workspace, found.contact
        if no_stranger is not None and self._is_to_a_stranger():
            return no_stranger
        why_not = self._charge_mailbox(at=at)
        if why_not is None and self._signs_up() and self._contact.sver != NOT_YET:
            # Nothing to sign up for. The page says the same, and only the mailbox learns why.
            return HAS_ACCOUNT
        return why_not

    def take(self, *, at: datetime) -> bool:
        """Take the mail, and the keys that its code is made with."""
        taken = self.challenge.taken.get(self.generation)
        # A mail that another sender began has the code of that sender's keys.
        keys = self.mails.keys.of(taken.key) if taken else self.mails.keys.current()
        if keys is None:
            return False
        self._keys = keys
        try:
            if taken:
                self._taken.take_over(self.challenge.id, self.generation, at=at)
            else:
                gives = self._recipients.to if self.challenge.gives_email else None
                self._taken.take(
                    self.challenge.id,
                    self.generation,
                    self._contact,
                    key=keys.version,
                    at=at,
                    gives=gives,
                )
        except ConditionFailed as failed:
            now_there = Challenge.from_row(failed.row) if failed.row else None
            other = now_there.taken.get(self.generation) if now_there else None
            # Overtaken, or charged by the sender that took or withheld it.
            self._charge.give_strangers_back()
            if other is None:
                # Overtaken or withheld at this very moment: nobody takes it any more.
                self._charge.give_mailbox_back()
                return False
            if other.sent:
                return False
            raise TakenByAnother from None
        return True

    def write(self, *, sender: str, at: datetime) -> tuple[str, bytes]:
        """Return the address and the message, the same code whoever writes it."""
        to = self._recipients.to or self._contact.email
        message = code_mail(
            self.challenge,
            self.generation,
            self._workspace,
            self._contact,
            words=self._recipients.words,
            to=to,
            keys=self._keys,
            logo=logo_of(self._workspace, self._people),
            sender=sender,
            at=at,
        )
        return to, message

    def tags(self, to: str) -> dict[str, str]:
        """Return what names the mail in SES's events about it."""
        contact, id_ = self._contact, self.challenge.id
        tags = MailTags(
            id_.workspace_id,
            fingerprint(str(id_)),
            self.generation,
            contact.id if contact.sver != NOT_YET else subject_of(contact.email),
            self._workspace.trail_days,
            epoch(self.challenge.asked[0]),
        )
        return tags.signed(key=self.mails.keys.current().delivery, to=to)

    def is_to_nobody_known(self) -> bool:
        """Say whether it is for somebody who is no contact yet."""
        return self._contact.sver == NOT_YET

    def release(self) -> None:
        """Let another sender take it at once."""
        self._taken.release(self.challenge.id, self.generation)

    def note_sent(self, ses_id: str, *, at: datetime) -> None:
        """Record that SES has it; from then on nobody sends it again."""
        detail = {"generation": str(self.generation), "ses_id": ses_id}
        self._taken.note_sent(
            self.challenge.id, self.generation, Event("code.mailed", at, detail=detail)
        )
        if self._is_real():
            # The mail is out. One that is not counted makes the strangers' cap a little smaller.
            with suppress(TryLater):
                self.mails.strangers.note_real(self.challenge.id, at=at)

    def withhold(self, reason: str, *, at: datetime) -> None:
        """Record why it will never be sent; its code is never right."""
        if reason == HAS_ACCOUNT:
            self._tell_of_account(at=at)
        detail = {"reason": reason, "generation": str(self.generation)}
        detail |= self._charge.detail
        withheld = self._taken.withhold(
            self.challenge.id, self.generation, Event("code.withheld", at, detail=detail)
        )
        if withheld is Withheld.NOW and reason.startswith(SUPPRESSED) and not self._recipients.to:
            self._owe()
        if withheld is not Withheld.NOW:
            # Overtaken, or charged by the sender that withheld or mailed it.
            self._charge.give_strangers_back()
        if withheld is Withheld.OVERTAKEN:
            # Else a contact who signs up is mailed a notice in the code's place.
            self._charge.give_mailbox_back()

    def _owe(self) -> None:
        contact = self._recipients.contact
        if contact is not None and contact.sver != NOT_YET:
            self._taken.owe(contact.id, self.challenge, self.generation)

    def _signs_up(self) -> bool:
        return self.challenge.purpose == Purpose.SIGN_UP

    def _charge_strangers(self, *, at: datetime) -> str | None:
        if self.generation in self.challenge.taken:
            return None  # charged by the sender that took it, and died
        return self._charge.why_no_stranger(at=at)

    def _charge_mailbox(self, *, at: datetime) -> str | None:
        challenge, contact, key = self.challenge, self._contact, self.mails.keys.current().mailbox
        sver = known_sver(
            challenge.known, key, workspace_id=challenge.id.workspace_id, contact=contact.id, at=at
        )
        self._is_by_anybody = not (challenge.is_personal or sver == contact.sver)
        to = self._recipients.to or contact.email
        return self._charge.why_no_mailbox(to, key=key, by_anybody=self._is_by_anybody, at=at)

    def _is_real(self) -> bool:
        """Say whether the strangers' caps grow with it.

        Not with what a stranger can ask for: they would see by a cap that grows who is a contact.
        """
        is_contacts = not self._is_by_anybody and not self._is_to_a_stranger()
        return is_contacts and self._workspace.takes_sign_ups()

    def _is_to_a_stranger(self) -> bool:
        return self._contact.sver == NOT_YET or self._recipients.to is not None

    def _tell_of_account(self, *, at: datetime) -> None:
        happened = Happened(
            Change.ACCOUNT_EXISTS,
            self._contact.id,
            self.challenge.host,
            self._workspace.trail_days,
            # Strangers cause it, and nothing has changed: one an hour is enough.
            name=f"{hour_of(self.challenge.asked[0])[0]}",
            at=at,
            device=self.challenge.device,
            # The page that said so, and the mail in the code's place, speak one language.
            language=self.challenge.language,
        )
        Notices(self.mails.sign_in_table, self._workspace.id).ask(happened)
