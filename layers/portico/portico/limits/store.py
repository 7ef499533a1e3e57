"""Counters in the SignIn table. Each decides by one conditional write, and fails closed."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from portico.aws.tables import ConditionFailed, Rows
from portico.clock import epoch
from portico.errors import TooManyRequests
from portico.ids import base64url
from portico.limits.rules import (
    DAY,
    HOUR,
    LONGEST_LIST,
    MAILBOX,
    NETWORK,
    MailboxBudget,
    NetworkBudget,
    folded,
)


class HasOffices(Protocol):
    """The part of a workspace that budgets need."""

    @property
    def id(self) -> str:
        """Its id."""

    def is_office(self, network: str) -> bool:
        """Say whether *network* is in one of its offices."""


CHARGE_TRIES = 3
"""How often a charge is looked for that newer ones have moved meanwhile."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The budgets of a deployment. Their rows belong to no workspace."""

    table: str
    network: NetworkBudget = NETWORK
    mailbox: MailboxBudget = MAILBOX

    def start(
        self,
        workspace: HasOffices,
        network: str,
        *,
        bucket: str,
        office_bucket: str | None = None,
        at: datetime,
    ) -> None:
        """Count one start of *network* at a workspace, which may have named it as an office.

        Args:
            workspace: the workspace.
            network: an IPv4 address or an IPv6 /64.
            bucket: which starts share a budget, e.g. ``shared`` or ``personal``.
            office_bucket: the workspace's own bucket for starts from its offices; ``None`` to count
                them in *bucket*, with an office's budget.
            at: the time.

        Raises:
            TooManyRequests, TryLater: as for :meth:`count_start`.
        """
        office = workspace.is_office(network)
        if office and office_bucket is not None:
            bucket = f"{office_bucket}-{workspace.id}"
        self.count_start(network, bucket=bucket, office=office, at=at)

    def count_start(self, network: str, *, bucket: str, office: bool, at: datetime) -> None:
        """Count one start of *network* in both windows, in one write.

        Args:
            network: an IPv4 address or an IPv6 /64.
            bucket: which starts share a budget: ``shared`` or ``personal``.
            office: whether the workspace named this range as an office.
            at: the time.

        Raises:
            TooManyRequests: a budget is spent. Nothing was counted.
            TryLater: the counter is out of reach; nothing may start.
        """
        budget = self.network.times(self.network.office_factor) if office else self.network
        hour, minute = divmod(epoch(at), 3600)[0], epoch(at) % 3600 // 60
        this_hour = "(attribute_not_exists(h) OR h < :an_hour)"
        this_minute = f"(attribute_not_exists(m{minute}) OR m{minute} < :a_minute)"
        ends = (hour + 1) * 3600
        try:
            Rows(self.table, "-net#").update(
                f"-net#{network}#{hour}",
                bucket,
                f"ADD h :one, m{minute} :one SET expires_at = :ends, ttl = :broom",
                f"{this_hour} AND {this_minute}",
                {
                    ":one": 1,
                    ":an_hour": budget.an_hour,
                    ":a_minute": budget.a_minute,
                    ":ends": ends,
                    ":broom": ends + 3600,
                },
            )
        except ConditionFailed as failed:
            hour_is_spent = failed.row is not None and failed.row["h"] >= budget.an_hour
            until = ends if hour_is_spent else epoch(at) // 60 * 60 + 60
            raise TooManyRequests(timedelta(seconds=until - epoch(at))) from None

    def grant_mail(
        self, email: str, *, key: bytes, mail: str, stranger: bool, at: datetime
    ) -> bool:
        """Take one mail from the mailbox's budget, once per *mail*, and say whether it may go out.

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

        Raises:
            TryLater: the counter is out of reach.
        """
        # A stranger's mail must fit both budgets. The clocks of two senders may differ by seconds,
        # which puts the times out of order, and then the smaller does not imply the larger.
        budgets = (self.mailbox, self.mailbox.for_strangers()) if stranger else (self.mailbox,)
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
            return failed.row is not None and mail in failed.row["mails"]
        if len(row["sent"]) > LONGEST_LIST:
            self._forget_oldest(rows, pk, keep=self.mailbox.a_day * 2)
        return True

    def give_mail_back(self, email: str, *, key: bytes, mail: str) -> None:
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
