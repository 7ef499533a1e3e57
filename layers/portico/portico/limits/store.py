"""Counters of networks and accounts in the SignIn table. Each decides by one conditional write."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address
from typing import Protocol

from portico.aws.tables import ConditionFailed, Rows
from portico.clock import epoch
from portico.limits.rules import (
    ACCOUNT,
    NETWORK,
    PERCENT,
    SITE,
    AccountBudget,
    AccountUse,
    NetworkBudget,
    SiteBudget,
    hour_of,
    too_many,
)


class HasOffices(Protocol):
    """The part of a workspace that budgets need."""

    @property
    def id(self) -> str:
        """Its id."""

    def is_office(self, network: str) -> bool:
        """Say whether *network* is in one of its offices."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The budgets of a deployment. Their rows belong to no workspace."""

    table: str
    network: NetworkBudget = NETWORK
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
        (hour, ends), minute = hour_of(at), epoch(at) % 3600 // 60
        all_kinds = "(attribute_not_exists(h) OR h < :total)"
        this_kind = f"(attribute_not_exists({bucket}) OR {bucket} < :most)"
        its_minute = f"{bucket}_m{minute}"
        this_minute = f"(attribute_not_exists({its_minute}) OR {its_minute} < :a_minute)"
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
            raise too_many(until, at=at) from None
        if ":" in network and not office:
            self._count_site(network, bucket=bucket, at=at)

    def _count_site(self, network: str, *, bucket: str, at: datetime) -> None:
        """Count a start of the /56 and the /48 that an IPv6 network lies in, in one write."""
        # A row of its own, and so one more call: the /64's is another partition, and a
        # transaction over both would make neighbours collide on the /48's.
        hour, ends = hour_of(at)
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
            raise too_many(ends, at=at) from None

    def use_account(self, session: str, use: AccountUse, *, at: datetime) -> None:
        """Count one request of a session about its account.

        A session's and no contact's: whoever has stolen one must not use up the requests by
        which the contact would end it.

        Raises:
            TooManyRequests: the hour's are spent; nothing was counted.
            TryLater: the counter is out of reach.
        """
        hour, ends = hour_of(at)
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
            raise too_many(ends, at=at) from None
