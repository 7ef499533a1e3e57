"""Cap the mails to addresses of strangers, so that sign-up cannot mail the world.

The caps grow with the real mails of the last day: codes for contacts that no stranger can have
asked for. SES looks at the share of mails that bounce. The counters are sharded: no row is written
by all of a deployment.

Source: docs.aws.amazon.com/ses/latest/dg/reputationdashboard-bounce-rate.html: above 5 % an
account is reviewed, above 10 % its sending may be paused.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from portico.aws.tables import ALWAYS, ConditionFailed, Rows, get_many
from portico.clock import epoch
from portico.ids import ChallengeId
from portico.limits.rules import hour_of

A_WORKSPACE_AN_HOUR = 200
"""However much real mail there is."""
BASE_AN_HOUR, BASE_A_DAY = 20, 100
"""Of a workspace, and of the deployment, before there is any real mail."""
PERCENT_AN_HOUR, PERCENT_A_DAY = 5, 10
"""Of the last day's real mails, which come on top."""
SHARE_OF_QUOTA = 10
"""Strangers may cause a tenth of the mails that SES sends for the account in a day."""
SHARDS = 8
SMALLEST_QUOTA = 200
"""Mails a day that SES allows in its sandbox."""


@dataclass(frozen=True, slots=True)
class StrangersCount:
    """Where one mail was counted, or why it may not go out."""

    shards: tuple[tuple[str, str, str], ...]
    """Prefix, partition key and sort key of each counter that has it."""
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class Strangers:
    """The caps of a deployment."""

    table: str
    a_day: int
    """The cap of all workspaces together."""
    an_hour: int = A_WORKSPACE_AN_HOUR
    """The cap of one workspace."""

    @classmethod
    def of_quota(cls, table: str, quota: str) -> "Strangers":
        """Make the caps from SES's daily quota, which the deployment's settings state."""
        stated = int(quota) if quota.isdecimal() else SMALLEST_QUOTA
        return cls(table, max(stated, SMALLEST_QUOTA) // SHARE_OF_QUOTA)

    def count(self, challenge: ChallengeId, *, at: datetime) -> StrangersCount:
        """Count one mail that may be to a stranger, unless it may not go out.

        A retry counts again: one mail too few is better than one too many.

        Raises:
            TryLater: a counter is out of reach; the mail may not go out.
        """
        (hour, ends), day = hour_of(at), epoch(at) // 86400
        first = sha256(str(challenge).encode()).digest()[0]
        workspace_id = challenge.workspace_id
        real, is_braked = self._last_day(at=at)
        if is_braked:
            return StrangersCount((), "too-many-bounces")
        an_hour = min(self.an_hour, BASE_AN_HOUR + real * PERCENT_AN_HOUR // 100)
        a_day = min(self.a_day, BASE_A_DAY + real * PERCENT_A_DAY // 100)
        theirs = f"{workspace_id}#", f"{workspace_id}#strangers#{hour}"
        mine = self._count(*theirs, first, cap=an_hour, ends=ends)
        if mine is None:
            return StrangersCount((), "strangers-of-workspace")
        all_ = "-strangers#", f"-strangers#{day}"
        ours = self._count(*all_, first, cap=a_day, ends=(day + 1) * 86400)
        if ours is None:
            self.give_back(StrangersCount((mine,)))
            return StrangersCount((), "strangers-of-deployment")
        return StrangersCount((mine, ours))

    def give_back(self, counted: StrangersCount) -> None:
        """Undo the count of a mail that never went out.

        Raises:
            TryLater: a counter is out of reach.
        """
        for prefix, pk, shard in counted.shards:
            with suppress(ConditionFailed):
                Rows(self.table, prefix).update(
                    pk, shard, "ADD mails :less", "mails > :none", {":less": -1, ":none": 0}
                )

    def note_real(self, challenge: ChallengeId, *, at: datetime) -> None:
        """Count one code that SES has taken for a contact, and that no stranger has asked for.

        Raises:
            TryLater: the counter is out of reach.
        """
        day = epoch(at) // 86400
        shard = sha256(str(challenge).encode()).digest()[0] % SHARDS
        ends = (day + 2) * 86400
        Rows(self.table, "-mailed#").update(
            f"-mailed#{day}",
            f"shard-{shard}",
            "ADD mails :one SET expires_at = :ends, ttl = :ends",
            ALWAYS,
            {":one": 1, ":ends": ends},
        )

    def real_mails(self, *, at: datetime) -> int:
        """Return how many real mails there were in the last day, over all workspaces.

        Raises:
            TryLater: the counters are out of reach.
        """
        return self._last_day(at=at)[0]

    def _last_day(self, *, at: datetime) -> tuple[int, bool]:
        """Return how many real mails there were, and whether too many of all came back.

        Of yesterday's, as many count as lie within 24 hours if they came evenly.

        Raises:
            TryLater: the counters are out of reach.
        """
        # Loaded here: only mails that strangers may have asked for are held against it.
        from portico.limits.bounce_share import (  # noqa: PLC0415
            OUTCOMES,
            is_braked,
            outcome_keys,
        )

        day, seconds = divmod(epoch(at), 86400)
        rows = Rows(self.table, "-mailed#")
        keys = [
            (rows, f"-mailed#{each}", f"shard-{shard}")
            for each in (day, day - 1)
            for shard in range(SHARDS)
        ]
        outcomes = Rows(self.table, OUTCOMES)
        keys += [(outcomes, pk, sk) for pk, sk in outcome_keys(at=at)]
        rows_read = get_many(keys, consistent=False)
        found = [row["mails"] if row else 0 for row in rows_read[: 2 * SHARDS]]
        today, yesterday = sum(found[:SHARDS]), sum(found[SHARDS:])
        real = int(today + yesterday * (86400 - seconds) // 86400)
        return real, is_braked(rows_read[2 * SHARDS :], at=at)

    def _count(
        self, prefix: str, pk: str, first: int, *, cap: int, ends: int
    ) -> tuple[str, str, str] | None:
        rows = Rows(self.table, prefix)
        # Try other shards only when our own is full. Then the cap is near, and it holds exactly.
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
            return prefix, pk, f"shard-{shard}"
        return None
