"""Budgets and caps, as numbers. They are compared with counters, and nothing is read here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from portico.clock import epoch, moment
from portico.errors import TooManyRequests

SHARED_BUCKET = "shared"
PERSONAL_BUCKET = "personal"
PASSWORD_BUCKET = "password"  # noqa: S105 - a kind of start
SIGN_UP_BUCKET = "sign_up"
"""Starts that may mail an address that is no contact's: sign-ups, and proofs of an address."""
ACCOUNT_BUCKET = "account"
"""What a contact starts who is signed in."""
NEW_EMAIL_BUCKET = "new_email"
"""The same for a change of address, which may mail a stranger."""
OPEN_TO_STRANGERS = frozenset({SHARED_BUCKET, PASSWORD_BUCKET, SIGN_UP_BUCKET})
"""Starts that need neither a personal link nor a session."""
PERCENT = {PASSWORD_BUCKET: 60, SIGN_UP_BUCKET: 5, NEW_EMAIL_BUCKET: 5}
"""The share of an hour's starts that a kind may have at most. Guesses must not use up an office's
codes, and some starts mail people who never asked."""


@dataclass(frozen=True, slots=True)
class NetworkBudget:
    """Starts per IPv4 address or IPv6 /64. Typing a code is never counted here."""

    a_minute: int = 60
    """Of each kind of start."""
    an_hour: int = 600
    """Of all kinds together. Enough for an office of 300 contacts behind one address to sign in
    within ten minutes."""
    office_factor: int = 20
    """The factor for a range that the workspace named as its office."""
    percent_for_strangers: int = 90
    """Of an hour: the rest is kept for personal links and for whoever is signed in."""

    def times(self, factor: int) -> "NetworkBudget":
        """Return a budget *factor* times as large."""
        return replace(self, a_minute=self.a_minute * factor, an_hour=self.an_hour * factor)

    def total_for(self, bucket: str) -> int:
        """Return up to how many starts of all kinds in an hour one of *bucket* still starts."""
        is_open = bucket in OPEN_TO_STRANGERS
        return percent(self.an_hour, self.percent_for_strangers) if is_open else self.an_hour

    def most_of(self, bucket: str) -> int:
        """Return how many starts of *bucket* there may be in an hour."""
        return min(percent(self.an_hour, PERCENT.get(bucket, 100)), self.total_for(bucket))


@dataclass(frozen=True, slots=True)
class SiteBudget:
    """Starts of all the IPv6 /64 that one customer may hold, as multiples of a network's hour.

    Providers hand out a /56 or a /48, in which one customer has 256 or 65,536 networks.
    """

    of_56: int = 4
    of_48: int = 16
    """Mobile providers give a /64 to each telephone, and many of those share a /48."""


@dataclass(frozen=True, slots=True)
class AccountBudget:
    """Requests of one session about its account, by the hour."""

    read: int = 120
    edit: int = 60
    export: int = 10

    def of(self, use: "AccountUse") -> int:
        """Return how often a session may do *use* in an hour."""
        return {AccountUse.READ: self.read, AccountUse.EDIT: self.edit}.get(use, self.export)


class AccountUse(StrEnum):
    """What a contact does with their account, as far as its budget tells kinds apart."""

    READ = "reads"
    EDIT = "edits"
    EXPORT = "exports"


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


CHANGES_AN_HOUR = 10
"""Changes of ways in that the sessions of one contact can make in an hour of the clock, and so
their mails."""
LONGEST_LIST = 30
"""Times that a mailbox row may hold. Then we drop the oldest."""
IGNORES_DOTS = frozenset({"gmail.com", "googlemail.com"})
"""Two names of one host (support.google.com/mail/answer/7436150)."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

NETWORK = NetworkBudget()
SITE = SiteBudget()
ACCOUNT = AccountBudget()
MAILBOX = MailboxBudget()
GUESSES = GuessBudget()


def hour_of(at: datetime) -> tuple[int, int]:
    """Return the hour of the clock, counted since 1970, and its end in seconds since 1970."""
    hour = epoch(at) // 3600
    return hour, (hour + 1) * 3600


def too_many(until: int, *, at: datetime) -> TooManyRequests:
    """Return the refusal of a budget that has room again at *until*, in seconds since 1970."""
    return TooManyRequests(timedelta(seconds=until - epoch(at)))


def percent(number: int, share: int) -> int:
    """Return *share* percent of *number*, rounded up."""
    return -(-number * share // 100)


SIMULATOR = "simulator.amazonses.com"
"""Takes mail and hands it to nobody.

Source: SES's developer guide, "Using the mailbox simulator": labels make addresses of their own.
"""


def folded(email: str) -> str:
    """Return the mailbox of an address, only for budgets and never for identity.

    Plus-tags are folded everywhere but at SES's simulator, which has no people and a mailbox for
    each tag: a canary needs many (docs/operate.md). Dots only where the host ignores them: elsewhere two people
    would share a budget, and each could tell by their own mails whether the other is a contact.
    """
    local, _, domain = email.rpartition("@")
    if domain == SIMULATOR:
        return email
    plain = local.partition("+")[0] or local
    if domain in IGNORES_DOTS:
        return f"{plain.replace('.', '') or plain}@gmail.com"
    return f"{plain}@{domain}"


@dataclass(frozen=True, slots=True)
class SpentMails:
    """A budget of a mailbox that has no room for a mail."""

    most: int
    """Mails of the window."""
    window: str
    """``hour`` or ``day``."""
    until: datetime
    """When there is room again for this mail, if no other is sent meanwhile."""
    has_kept: bool
    """Whether there still is room for what is kept for personal links and known browsers."""


def spent_mails(
    sent: Sequence[int], budget: MailboxBudget, *, stranger: bool, at: datetime
) -> SpentMails | None:
    """Say which budget has no room for a mail; ``None``: there is room.

    Args:
        sent: when the latest mails were sent, in seconds since 1970, newest first.
        budget: the mailbox's budget.
        stranger: whether anybody could have caused the mail.
        at: the time.
    """
    whole = _full_windows(sent, budget, at=at)
    of_strangers = _full_windows(sent, budget.for_strangers(), at=at) if stranger else []
    if not whole and not of_strangers:
        return None
    latest = max(whole or of_strangers, key=lambda each: each.until)
    until = max(each.until for each in (*whole, *of_strangers))
    return replace(latest, until=until, has_kept=not whole)


def _full_windows(sent: Sequence[int], budget: MailboxBudget, *, at: datetime) -> list[SpentMails]:
    windows = ((budget.an_hour, "hour", HOUR), (budget.a_day, "day", DAY))
    return [
        SpentMails(most, name, moment(sent[most - 1]) + window, has_kept=False)
        for most, name, window in windows
        if len(sent) >= most and sent[most - 1] > epoch(at - window)
    ]
