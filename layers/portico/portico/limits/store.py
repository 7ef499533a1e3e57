"""Counters in the SignIn table. Each decides by one conditional write, and fails closed."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address
from typing import Protocol

from portico.aws.tables import ConditionFailed, Rows
from portico.clock import epoch
from portico.errors import TooManyRequests
from portico.ids import base64url
from portico.limits.rules import (
    ACCOUNT,
    DAY,
    HOUR,
    LONGEST_LIST,
    MAILBOX,
    NETWORK,
    PERCENT,
    SITE,
    AccountBudget,
    AccountUse,
    MailboxBudget,
    NetworkBudget,
    SiteBudget,
    SpentMails,
    folded,
    spent_mails,
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
    site: SiteBudget = SITE
    account: AccountBudget = ACCOUNT

    def start(self, workspace: HasOffices, network: str, *, bucket: str, at: datetime) -> None:
        """Count one start of *network* at a workspace, which may have named it as an office.

        Args:
            workspace: the workspace.
            network: an IPv4 address or an IPv6 /64.
            bucket: which kind of start it is, e.g. ``shared`` or ``personal``.
            at: the time.

        Raises:
            TooManyRequests, TryLater: as for :meth:`count_start`.
        """
        office = workspace.id if workspace.is_office(network) else None
        self.count_start(network, bucket=bucket, office=office, at=at)

    def count_start(self, network: str, *, bucket: str, office: str | None, at: datetime) -> None:
        """Count one start of *network*: its kind's windows and the total in one write.

        For an IPv6 network that is no office, a second write counts the /56 and the /48 that it
        lies in.

        Args:
            network: an IPv4 address or an IPv6 /64.
            bucket: which kind of start it is: ``shared``, ``personal``, …
            office: the workspace that named this range as an office. Its starts are counted for
                that workspace alone, so that they are at nobody else's expense.
            at: the time.

        Raises:
            TooManyRequests: a budget is spent. Where it is a network's, nothing was counted.
            TryLater: the counter is out of reach; nothing may start.
        """
        budget = self.network.times(self.network.office_factor) if office else self.network
        hour, minute = divmod(epoch(at), 3600)[0], epoch(at) % 3600 // 60
        all_kinds = "(attribute_not_exists(h) OR h < :total)"
        this_kind = f"(attribute_not_exists({bucket}) OR {bucket} < :most)"
        its_minute = f"{bucket}_m{minute}"
        this_minute = f"(attribute_not_exists({its_minute}) OR {its_minute} < :a_minute)"
        ends = (hour + 1) * 3600
        total, most = budget.total_for(bucket), budget.most_of(bucket)
        try:
            Rows(self.table, "-net#").update(
                f"-net#{network}#{hour}",
                f"office-{office}" if office else "starts",
                f"ADD h :one, {bucket} :one, {its_minute} :one "
                "SET expires_at = :ends, ttl = :broom",
                f"{all_kinds} AND {this_kind} AND {this_minute}",
                {
                    ":one": 1,
                    ":total": total,
                    ":most": most,
                    ":a_minute": budget.a_minute,
                    ":ends": ends,
                    ":broom": ends + 3600,
                },
            )
        except ConditionFailed as failed:
            row = failed.row or {}
            hour_is_spent = row.get("h", 0) >= total or row.get(bucket, 0) >= most
            until = ends if hour_is_spent else epoch(at) // 60 * 60 + 60
            raise TooManyRequests(timedelta(seconds=until - epoch(at))) from None
        if ":" in network and not office:
            self._count_site(network, bucket=bucket, at=at)

    def _count_site(self, network: str, *, bucket: str, at: datetime) -> None:
        """Count a start of the /56 and the /48 that an IPv6 network lies in, in one write."""
        # A row of its own, and so one more call: the /64's is another partition, and a
        # transaction over both would make neighbours collide on the /48's.
        hour = epoch(at) // 3600
        ends = (hour + 1) * 3600
        address = int(IPv6Address(network))
        block, customer = IPv6Address(address >> 80 << 80), address >> 72 & 0xFF
        its_56 = f"s{customer:02x}"
        counts = [("h", its_56, self.network.total_for(bucket))]
        if bucket in PERCENT:
            # Other kinds would only repeat the total, and make the row longer.
            counts.append((bucket, f"{its_56}_{bucket}", self.network.most_of(bucket)))
        rooms = {
            name: most * factor
            for of_48, of_56, most in counts
            for name, factor in ((of_48, self.site.of_48), (of_56, self.site.of_56))
        }
        most = {f":most_{name}": number for name, number in rooms.items()}
        has_room = " AND ".join(
            f"(attribute_not_exists({name}) OR {name} < :most_{name})" for name in rooms
        )
        added = ", ".join(f"{name} :one" for name in rooms)
        try:
            Rows(self.table, "-net#").update(
                f"-net#{block}/48#{hour}",
                "starts",
                f"ADD {added} SET expires_at = :ends, ttl = :broom",
                has_room,
                {":one": 1, ":ends": ends, ":broom": ends + 3600, **most},
            )
        except ConditionFailed:
            raise TooManyRequests(timedelta(seconds=ends - epoch(at))) from None

    def use_account(self, session: str, use: AccountUse, *, at: datetime) -> None:
        """Count one request of a session about its account.

        A session's and no contact's: whoever has stolen one must not use up the requests by
        which the contact would end it.

        Raises:
            TooManyRequests: the hour's are spent; nothing was counted.
            TryLater: the counter is out of reach.
        """
        hour = epoch(at) // 3600
        ends = (hour + 1) * 3600
        try:
            Rows(self.table, "-account#").update(
                f"-account#{session}#{hour}",
                "uses",
                f"ADD {use} :one SET expires_at = :ends, ttl = :broom",
                f"attribute_not_exists({use}) OR {use} < :most",
                {
                    ":one": 1,
                    ":most": self.account.of(use),
                    ":ends": ends,
                    ":broom": ends + 3600,
                },
            )
        except ConditionFailed:
            raise TooManyRequests(timedelta(seconds=ends - epoch(at))) from None

    def charge_mail(
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
            there = failed.row or {"mails": [], "sent": []}
            if mail in there["mails"]:
                return None
            spent = spent_mails(there["sent"], self.mailbox, stranger=stranger, at=at)
            if spent is None:
                # The condition is what decides: where the rule disagrees, nothing goes out.
                raise
            return spent
        if len(row["sent"]) > LONGEST_LIST:
            self._forget_oldest(rows, pk, keep=self.mailbox.a_day * 2)
        return None

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
