"""What one code's mail costs: the mailbox's budget, and where it goes to a stranger, their caps.

It is charged before the mail is taken, so that a code that a budget keeps back never counts. What
can no longer be taken is given back: only what is taken stays charged.
"""

from dataclasses import dataclass, field
from datetime import datetime

from portico.ids import ChallengeId
from portico.limits.store import Limits
from portico.limits.strangers import Strangers, StrangersCount


@dataclass(slots=True)
class MailCharge:
    """The charge of one generation's mail."""

    limits: Limits
    strangers: Strangers
    challenge: ChallengeId
    generation: int
    key: bytes = field(repr=False)
    """32 bytes: the mailbox's row is named by an HMAC."""
    to: str = ""
    _is_granted: bool = False
    _counted: StrangersCount | None = None

    def why_not(self, *, by_anybody: bool, to_nobody_known: bool, at: datetime) -> str | None:
        """Charge the mail; return what has no room for it.

        Args:
            by_anybody: anybody could have caused it, neither a personal link nor a known browser.
            to_nobody_known: it goes to an address that is no contact's (yet).
            at: the time.

        Raises:
            TryLater: a counter is out of reach, so nothing goes out.
        """
        self._is_granted = self.limits.grant_mail(
            self.to, key=self.key, mail=self._mail, stranger=by_anybody, at=at
        )
        if not self._is_granted:
            return "mailbox-budget"
        if not to_nobody_known:
            return None
        self._counted = self.strangers.count(self.challenge, at=at)
        return self._counted.why_not

    def give_back(self) -> None:
        """Undo the charge of a mail that nobody can take any more.

        Raises:
            TryLater: a counter is out of reach; what is left stays charged.
        """
        if self._is_granted:
            self.limits.give_mail_back(self.to, key=self.key, mail=self._mail)
        if self._counted is not None:
            self.strangers.give_back(self._counted)

    @property
    def _mail(self) -> str:
        return f"{self.challenge.random}/{self.generation}"
