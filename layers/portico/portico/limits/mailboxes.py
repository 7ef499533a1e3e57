"""The budget of each mailbox, in a row of the SignIn table that belongs to no workspace."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from portico.aws.tables import ConditionFailed, Rows
from portico.clock import epoch
from portico.ids import base64url
from portico.limits.rules import (
    DAY,
    HOUR,
    LONGEST_LIST,
    MAILBOX,
    MailboxBudget,
    SpentMails,
    folded,
    spent_mails,
)

CHARGE_TRIES = 3
"""How often a charge is looked for that newer ones have moved meanwhile."""


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """The mailboxes' budgets of a deployment. Each decides by one conditional write."""

    table: str
    budget: MailboxBudget = MAILBOX

    def charge(
        self, email: str, *, key: bytes, mail: str, stranger: bool, at: datetime
    ) -> SpentMails | None:
        """Take one mail from the mailbox's budget, once per *mail*; return what has no room for it.

        The row lists the times of the latest mails, newest first. So "fewer than five within
        the hour" means "the fifth newest is older than an hour": a sliding window that one
        condition can check.

        Args:
            email: the recipient's address.
            key: 32 bytes. The row's key is an HMAC, so that the table names no mailbox.
            mail: names the mail (challenge and generation). The same mail is granted again
                and takes nothing.
            stranger: whether anybody could have caused this mail.
            at: the time.

        Returns:
            ``None``: it may go out.

        Raises:
            TryLater: the counter is out of reach.
        """
        # A stranger's mail must fit both budgets. The clocks of two senders may differ by seconds,
        # which puts the times out of order, and then the smaller does not imply the larger.
        budgets = (self.budget, self.budget.for_strangers()) if stranger else (self.budget,)
        rows = Rows(self.table, "-mailbox#")
        pk = _mailbox_key(email, key)
        is_new = "(attribute_not_exists(mails) OR NOT contains(mails, :mail))"
        has_room = " AND ".join(
            f"(attribute_not_exists(sent[{n - 1}]) OR sent[{n - 1}] <= {ago})"
            for budget in budgets
            for n, ago in ((budget.an_hour, ":hour_ago"), (budget.a_day, ":day_ago"))
        )
        try:
            row = rows.update(
                pk,
                "budget",
                "SET sent = list_append(:times, if_not_exists(sent, :none)), "
                "mails = list_append(:mails, if_not_exists(mails, :none)), "
                "expires_at = :ends, ttl = :ends",
                f"{is_new} AND {has_room}",
                {
                    ":mail": mail,
                    ":times": [epoch(at)],
                    ":mails": [mail],
                    ":none": [],
                    ":hour_ago": epoch(at - HOUR),
                    ":day_ago": epoch(at - DAY),
                    ":ends": epoch(at + 2 * DAY),
                },
            )
        except ConditionFailed as failed:
            there = failed.row or {"mails": [], "sent": []}
            if mail in there["mails"]:
                return None
            spent = spent_mails(there["sent"], self.budget, stranger=stranger, at=at)
            if spent is None:
                # The condition is what decides: where the rule disagrees, nothing goes out.
                raise
            return spent
        if len(row["sent"]) > LONGEST_LIST:
            self._forget_oldest(rows, pk, keep=self.budget.a_day * 2)
        return None

    def give_back(self, email: str, *, key: bytes, mail: str) -> None:
        """Undo the grant of a mail that nobody can send any more.

        The condition says where in the row it stands: newer ones may have come in front of it.
        After some tries it stays charged: rather one mail too few.

        Raises:
            TryLater: the counter is out of reach.
        """
        rows, pk = Rows(self.table, "-mailbox#"), _mailbox_key(email, key)
        n = 0
        for _ in range(CHARGE_TRIES):
            try:
                rows.update(
                    pk,
                    "budget",
                    f"REMOVE sent[{n}], mails[{n}]",
                    f"mails[{n}] = :mail",
                    {":mail": mail},
                )
            except ConditionFailed as failed:
                if failed.row is None or mail not in failed.row["mails"]:
                    return
                n = failed.row["mails"].index(mail)
                continue
            return

    def _forget_oldest(self, rows: Rows, pk: str, *, keep: int) -> None:
        # Housekeeping, once in many mails: the row of a mailbox under attack must not grow for
        # months and cost more with every mail. Dropped times are older than any window.
        old = range(keep, LONGEST_LIST + 1)
        doomed = ", ".join([f"sent[{n}], mails[{n}]" for n in old])
        rows.update(pk, "budget", f"REMOVE {doomed}", "attribute_exists(pk)")


def _mailbox_key(email: str, key: bytes) -> str:
    return f"-mailbox#{base64url(hmac.digest(key, folded(email).encode(), sha256))}"
