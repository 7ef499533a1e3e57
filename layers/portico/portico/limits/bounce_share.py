"""The share of all mails that came back in the last day, and the brake that it pulls.

SES judges an account by it, over all workspaces. Before SES does, we stop what we can do without:
mails that strangers ask for. What is counted says nothing about a person.

Source: docs.aws.amazon.com/ses/latest/dg/reputationdashboard-bounce-rate.html: above 5 % an
account is reviewed, above 10 % its sending may be paused.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from portico.aws.tables import ALWAYS, Rows
from portico.clock import epoch

OUTCOMES = "-outcomes#"
OUTCOME_SHARDS = 4
PERCENT_THAT_BRAKES = 3
FEWEST = 10
"""Bounces. Below, a share says nothing, and one misspelt address would shut a small deployment."""
ONE_IN = 16
"""Delivered mails that are counted, each for this many, so that counting costs next to nothing."""


def outcome_keys(*, at: datetime) -> list[tuple[str, str]]:
    """Return the keys of today's counters and yesterday's."""
    day = epoch(at) // 86400
    return [
        (f"{OUTCOMES}{each}", f"shard-{shard}")
        for each in (day, day - 1)
        for shard in range(OUTCOME_SHARDS)
    ]


def is_braked(rows: list[dict[str, Any] | None], *, at: datetime) -> bool:
    """Say whether too many mails came back in the last day.

    Of yesterday's, as many count as lie within 24 hours if they came evenly.

    Args:
        rows: the rows of :func:`outcome_keys`, in its order.
        at: the time.
    """
    left = 86400 - epoch(at) % 86400
    counted = {"bounced": 0, "delivered": 0}
    for name in counted:
        today, yesterday = (
            sum((row or {}).get(name, 0) for row in some)
            for some in (rows[:OUTCOME_SHARDS], rows[OUTCOME_SHARDS:])
        )
        counted[name] = today + yesterday * left // 86400
    bounced = counted["bounced"]
    return bounced >= FEWEST and bounced * 100 >= PERCENT_THAT_BRAKES * (
        bounced + counted["delivered"]
    )


@dataclass(frozen=True, slots=True)
class BounceShare:
    """The counters of a deployment."""

    table: str

    def note(self, mail: str, *, bounced: bool, at: datetime) -> None:
        """Count a mail that was delivered or came back.

        Args:
            mail: names the mail. Of those that were delivered, one in `ONE_IN` is counted.
            bounced: it came back for good.
            at: when.

        Raises:
            TryLater: the counter is out of reach.
        """
        first, second = sha256(mail.encode()).digest()[:2]
        if not bounced and first % ONE_IN:
            return
        day = epoch(at) // 86400
        name = "bounced" if bounced else "delivered"
        Rows(self.table, OUTCOMES).update(
            f"{OUTCOMES}{day}",
            f"shard-{second % OUTCOME_SHARDS}",
            f"ADD {name} :n SET expires_at = :ends, ttl = :ends",
            ALWAYS,
            {":n": 1 if bounced else ONE_IN, ":ends": (day + 2) * 86400},
        )
