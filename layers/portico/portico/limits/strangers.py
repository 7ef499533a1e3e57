"""Mails to addresses that are no contact's: capped, so that signing up is no open mailer.

The counters are sharded: no row is written by all of a deployment's sign-ups.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from portico.aws.tables import ConditionFailed, Rows
from portico.clock import epoch
from portico.ids import ChallengeId

A_WORKSPACE_AN_HOUR = 200
"""Enough for a busy launch day, and no help to whoever wants to mail the world."""
SHARE_OF_QUOTA = 10
"""Strangers may cause one in ten of the mails that SES sends for the account in a day."""
SHARDS = 8
SMALLEST_QUOTA = 200
"""Mails a day that SES grants while an account is in its sandbox."""


@dataclass(frozen=True, slots=True)
class Strangers:
    """The caps of a deployment."""

    table: str
    a_day: int
    """Over all workspaces."""
    an_hour: int = A_WORKSPACE_AN_HOUR
    """Of one workspace."""

    @classmethod
    def of_quota(cls, table: str, quota: str) -> "Strangers":
        """Make the caps from SES's daily quota, as a deployment states it."""
        stated = int(quota) if quota.isdecimal() else SMALLEST_QUOTA
        return cls(table, max(stated, SMALLEST_QUOTA) // SHARE_OF_QUOTA)

    def why_not(self, challenge: ChallengeId, *, at: datetime) -> str | None:
        """Count one mail to a stranger; say why it may not go out.

        A mail that is tried again counts again: rather one too few.

        Raises:
            TryLater: a counter is out of reach, so nothing goes out.
        """
        hour, day = epoch(at) // 3600, epoch(at) // 86400
        first = sha256(str(challenge).encode()).digest()[0]
        workspace_id = challenge.workspace_id
        theirs = f"{workspace_id}#", f"{workspace_id}#strangers#{hour}"
        if not self._count(*theirs, first, cap=self.an_hour, ends=(hour + 1) * 3600):
            return "strangers-of-workspace"
        all_ = "-strangers#", f"-strangers#{day}"
        if not self._count(*all_, first, cap=self.a_day, ends=(day + 1) * 86400):
            return "strangers-of-deployment"
        return None

    def _count(self, prefix: str, pk: str, first: int, *, cap: int, ends: int) -> bool:
        rows = Rows(self.table, prefix)
        # The next shards only when one's own is full: then the cap is near, and holds exactly.
        for n in range(SHARDS):
            shard = (first + n) % SHARDS
            share = cap // SHARDS + (shard < cap % SHARDS)
            try:
                rows.update(
                    pk,
                    f"shard-{shard}",
                    "ADD mails :one SET expires_at = :ends, ttl = :broom",
                    "attribute_not_exists(mails) OR mails < :share" if share else "mails < :share",
                    {":one": 1, ":share": share, ":ends": ends, ":broom": ends + 3600},
                )
            except ConditionFailed:
                continue
            return True
        return False
