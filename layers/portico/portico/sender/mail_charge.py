"""Charge one code mail: to the mailbox's budget, and for a stranger also to the strangers' caps.

We charge a mail before we take it, so that a code that a budget holds back never counts. If the
mail can no longer be taken, its charge is undone: only taken mails stay charged.
"""

from dataclasses import dataclass, field
from datetime import datetime

from portico.ids import ChallengeId
from portico.limits.store import Limits
from portico.limits.strangers import Strangers, StrangersCount


@dataclass(slots=True)
class MailCharge:
    """The charge of one mail of a challenge."""

    limits: Limits
    strangers: Strangers
    challenge: ChallengeId
    generation: int
    key: bytes = field(repr=False)
    """32 bytes, for the HMAC that names the mailbox's row."""
    to: str = ""
    _is_granted: bool = False
    _counted: StrangersCount | None = None

    def why_not(self, *, by_anybody: bool, to_nobody_known: bool, at: datetime) -> str | None:
        """Charge the mail, and return the budget that has no room for it.

        Args:
            by_anybody: whether it needs neither a personal link nor a known browser.
            to_nobody_known: whether no contact has the address (yet).
            at: the time.

        Raises:
            TryLater: a counter is out of reach; the mail may not go out.
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
            TryLater: a counter is out of reach; the rest stays charged.
        """
        if self._is_granted:
            self.limits.give_mail_back(self.to, key=self.key, mail=self._mail)
        if self._counted is not None:
            self.strangers.give_back(self._counted)

    @property
    def _mail(self) -> str:
        return f"{self.challenge.random}/{self.generation}"
