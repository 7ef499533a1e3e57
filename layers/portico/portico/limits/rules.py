"""Budgets: starts per network, mails per mailbox, and password guesses per address."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class NetworkBudget:
    """Starts per IPv4 address or IPv6 /64. Typing a code is never counted here."""

    a_minute: int = 60
    an_hour: int = 600
    """Enough for an office of 300 contacts behind one address to sign in within ten minutes."""
    office_factor: int = 20
    """The factor for a range that the workspace named as its office."""

    def times(self, factor: int) -> "NetworkBudget":
        """Return a budget *factor* times as large."""
        return NetworkBudget(self.a_minute * factor, self.an_hour * factor, self.office_factor)


@dataclass(frozen=True, slots=True)
class MailboxBudget:
    """Mails that a stranger can cause to one mailbox, over all workspaces and kinds.

    Guesses at a code are bounded by five per mail, so this bounds them too.
    """

    an_hour: int = 5
    a_day: int = 10
    kept_an_hour: int = 1
    """Mails of the five that only personal links and known browsers can use, and no stranger."""
    kept_a_day: int = 2

    def for_strangers(self) -> "MailboxBudget":
        """Return the part for people who type an address into a shared link."""
        return MailboxBudget(self.an_hour - self.kept_an_hour, self.a_day - self.kept_a_day, 0, 0)


@dataclass(frozen=True, slots=True)
class GuessBudget:
    """Password guesses for one address of one workspace, whether or not a contact has it.

    A guess is counted before it is hashed. Browsers that have signed the contact in before have
    their own budget, and so do personal links: strangers can lock nobody out.
    """

    an_hour: int = 10
    a_day: int = 20
    """A year allows 7,300 guesses: fewer than our lists of common passwords hold."""


LONGEST_LIST = 30
"""Times that a mailbox row may hold. Then we drop the oldest."""
OFFICE_BUCKET = "office"
"""The bucket of one office's starts at one workspace. The workspace's id is added."""
ACCOUNT_BUCKET = "account"
"""The bucket of a network for starts by signed-in contacts."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

NETWORK = NetworkBudget()
MAILBOX = MailboxBudget()
GUESSES = GuessBudget()


def folded(email: str) -> str:
    """Return the mailbox of an address, only for budgets and never for identity.

    Plus-tags and dots are folded as the large mail hosts fold them; where a host does not,
    two of its mailboxes share one budget, which costs them little.
    """
    local, _, domain = email.rpartition("@")
    plain = local.partition("+")[0].replace(".", "") or local
    return f"{plain}@{'gmail.com' if domain == 'googlemail.com' else domain}"
