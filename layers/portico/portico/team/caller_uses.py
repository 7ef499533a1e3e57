"""When members and keys come: one line in the trail for each of them in an hour.

A key's newest row also says when it was used last.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched

from portico.aws.tables import MOST_AT_ONCE, NOT_THERE, ConditionFailed, Rows, get_many
from portico.clock import SYSTEM, Clock, epoch, moment
from portico.events import Event
from portico.team.team_caller import KeyCaller, TeamCaller

USE_WINDOW = timedelta(hours=1)
LAST_USE_KEPT = timedelta(days=30)
"""As long as any row of the SignIn table stays. A key that rested for longer was not used lately."""


@dataclass(frozen=True, slots=True)
class CallerUses:
    """Notes who came. It remembers whom it has noted in this hour, so most requests cost no call."""

    sign_in_table: str
    clock: Clock = SYSTEM
    _noted: dict[str, int] = field(default_factory=dict, repr=False, compare=False)
    """The hour in which somebody was noted last, by this environment of the door."""

    def note(self, found: TeamCaller | KeyCaller, network: str) -> None:
        """Note that somebody uses the team's side, if nobody has in this hour.

        Args:
            found: who it is.
            network: where the request came from.

        Raises:
            TryLater: the row is out of reach; who was not noted is not let in.
        """
        now = self.clock.now()
        hour, who = (
            epoch(now) // int(USE_WINDOW.total_seconds()),
            f"{found.workspace.id}#{found.id}",
        )
        if self._noted.get(who) == hour:
            return
        if hour not in self._noted.values():
            # Another hour has begun, so what was noted before does not matter.
            self._noted.clear()
        name, detail = (
            ("key.used", {"key": found.id, "label": found.key.label})
            if isinstance(found, KeyCaller)
            else ("team.visited", {"contact": found.id, "role": found.role.value})
        )
        workspace = found.workspace
        event = Event(
            name, now, workspace.id, workspace.trail_days, found.by, network=network, detail=detail
        )
        pk, sk = use_key(workspace.id, found.id)
        row = {
            "pk": pk,
            "sk": sk,
            "hour": hour,
            "at": epoch(now),
            "ttl": epoch(now + LAST_USE_KEPT),
            "event": event.rider(),
        }
        with suppress(ConditionFailed):
            Rows(self.sign_in_table, f"{workspace.id}#").put(
                row, f"{NOT_THERE} OR hour < :hour", {":hour": hour}
            )
        self._noted[who] = hour


def use_key(workspace_id: str, who: str) -> tuple[str, str]:
    """Return the key of the row of a member's, or a key's, newest use."""
    return f"{workspace_id}#visit#{who}", "newest"


def last_uses(table: str, workspace_id: str, ids: Iterable[str]) -> dict[str, datetime]:
    """Return when keys were used last, to the hour, a read for every hundred. Who rested for 30 days
    is missing.

    Args:
        table: the SignIn table.
        workspace_id: the workspace.
        ids: of its keys.

    Raises:
        TryLater: the rows are out of reach.
    """
    rows = Rows(table, f"{workspace_id}#")
    used: dict[str, datetime] = {}
    # Twenty work, but those that were revoked are kept until their time is over.
    for asked in batched(ids, MOST_AT_ONCE, strict=False):
        found = get_many([(rows, *use_key(workspace_id, each)) for each in asked], consistent=True)
        used |= {id_: moment(row["at"]) for id_, row in zip(asked, found, strict=True) if row}
    return used
