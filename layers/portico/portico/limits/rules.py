"""Budgets: how often a network may start, and how many mails one mailbox can be sent."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class NetworkBudget:
    """Starts per IPv4 address or IPv6 /64. Verifying is never counted here."""

    a_minute: int = 60
    an_hour: int = 600
    """An office of 300 contacts behind one address must get in within ten minutes."""
    office_factor: int = 20
    """What a range that the workspace named as its office gets."""

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
    """Of the five, for personal links and known browsers: a stranger cannot use them up."""
    kept_a_day: int = 2

    def for_strangers(self) -> "MailboxBudget":
        """Return what is left for whoever types an address into a shared link."""
        return MailboxBudget(self.an_hour - self.kept_an_hour, self.a_day - self.kept_a_day, 0, 0)


@dataclass(frozen=True, slots=True)
class GuessBudget:
    """Passwords that may be tried for one address of one workspace, contact's or not.

    They are counted before they are hashed. A browser that has signed the contact in before
    has a budget of its own, and so has a personal link: strangers lock nobody out.
    """

    an_hour: int = 10
    a_day: int = 20
    """A year of guessing is 7,300 passwords: fewer than the lists that may not be set."""


LONGEST_LIST = 30
"""Times a mailbox row may hold before the oldest are dropped."""
OFFICE_BUCKET = "office"
"""Of the starts of one office at one workspace; the workspace's id is added."""
ACCOUNT_BUCKET = "account"
"""Of a network, for what a contact starts who is signed in."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

NETWORK = NetworkBudget()
MAILBOX = MailboxBudget()
GUESSES = GuessBudget()


def folded(email: str) -> str:
    """Return the mailbox behind an address, for the budget only and never for identity.

    Plus-tags and dots are folded as the large mail hosts fold them; where a host does not,
    two of its mailboxes share one budget, which costs them little.
    """
    local, _, domain = email.rpartition("@")
    plain = local.partition("+")[0].replace(".", "") or local
    return f"{plain}@{'gmail.com' if domain == 'googlemail.com' else domain}"
