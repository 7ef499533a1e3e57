"""What one code's mail costs: the mailbox's budget, and where it goes to a stranger, their caps.

It is charged before the mail is taken, so that a code that a budget keeps back never counts. What
can no longer be taken is given back: only what is taken stays charged.
"""

from dataclasses import dataclass, field
from datetime import datetime

from portico.ids import ChallengeId
from portico.limits.mailboxes import Mailboxes
from portico.limits.rules import SpentMails
from portico.limits.strangers import Strangers, StrangersCount


@dataclass(slots=True)
class MailCharge:
    """The charge of one generation's mail."""

    mailboxes: Mailboxes
    strangers: Strangers
    challenge: ChallengeId
    generation: int
    spent: SpentMails | None = None
    """The mailbox's budget that has no room for the mail."""
    _granted_to: str | None = None
    _key: bytes = field(default=b"", repr=False)
    _counted: StrangersCount | None = None

    def why_no_stranger(self, *, at: datetime) -> str | None:
        """Charge a mail that anybody may have caused to the strangers' caps.

        Returns:
            Why it must not go to an address that is no contact's.

        Raises:
            TryLater: a counter is out of reach, so nothing goes out.
        """
        self._counted = self.strangers.count(self.challenge, at=at)
        return self._counted.why_not

    def why_no_mailbox(self, to: str, *, key: bytes, by_anybody: bool, at: datetime) -> str | None:
        """Charge a mail to its mailbox; return why there is no room for it.

        Args:
            to: the address.
            key: 32 bytes. The mailbox's row is named by an HMAC.
            by_anybody: anybody could have caused it, neither a personal link nor a known browser.
            at: the time.

        Raises:
            TryLater: a counter is out of reach, so nothing goes out.
        """
        self.spent = self.mailboxes.charge(to, key=key, mail=self._mail, stranger=by_anybody, at=at)
        self._key = key
        if self.spent is not None:
            return "mailbox-budget"
        self._granted_to = to
        return None

    @property
    def detail(self) -> dict[str, str]:
        """Say for the trail which budget of the mailbox is spent, and until when."""
        if self.spent is None:
            return {}
        return {
            "most": str(self.spent.most),
            "window": self.spent.window,
            "until": self.spent.until.isoformat(timespec="seconds"),
            "has_kept": "yes" if self.spent.has_kept else "no",
        }

    def give_mailbox_back(self) -> None:
        """Undo the charge of the mailbox: nobody mails this one any more.

        Raises:
            TryLater: the counter is out of reach; it stays charged.
        """
        if self._granted_to is not None:
            self.mailboxes.give_back(self._granted_to, key=self._key, mail=self._mail)

    def give_strangers_back(self) -> None:
        """Undo the charge of the strangers' caps: the mail was overtaken, or another sender has
        charged it.

        Never because a mail is withheld. Whether it is depends on whose the address is, and caps
        that told so could be filled and probed.

        Raises:
            TryLater: a counter is out of reach; what is left stays charged.
        """
        if self._counted is not None:
            self.strangers.give_back(self._counted)

    @property
    def _mail(self) -> str:
        return f"{self.challenge.random}/{self.generation}"
