"""How often a member may ask for an address that is nobody's. A list of addresses is no guess."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portico.aws.tables import ConditionFailed, Rows, TransactionRefused, transact_surely
from portico.clock import epoch
from portico.errors import TooManyRequests, seconds_until
from portico.events import Event
from portico.team.team_caller import TeamCaller

LOOK_UP_WINDOW = timedelta(hours=1)
MOST_MISSES = 30
"""Typing errors of a busy hour. An address book that is tried out has more."""


@dataclass(frozen=True, slots=True)
class LookUps:
    """The misses of one member in this hour."""

    people_table: str
    rows: Rows
    member: TeamCaller
    host: str
    """Our own host, which the mails name."""
    at: datetime

    @property
    def key(self) -> tuple[str, str]:
        """The counter's key, so that it is read together with what is looked up."""
        return f"{self.member.workspace.id}#team-use#{self.member.id}#{self._number}", "misses"

    def demand_room(self, row: dict[str, Any] | None) -> None:
        """Check the counter as it was read. With it spent, nobody is told who is there.

        Raises:
            TooManyRequests: there were as many misses as may be.
        """
        if row is not None and row["misses"] >= MOST_MISSES:
            if "event" not in row:
                # Whoever counted the last one was cut off.
                self._tell()
            raise TooManyRequests(seconds_until(self._ends, at=self.at))

    def count_miss(self) -> None:
        """Count a miss. The last one that may be is a line in the trail, and owners are told.

        Raises:
            TooManyRequests: others have used up the rest in this moment.
        """
        try:
            row = self.rows.update(
                *self.key,
                "ADD misses :one SET ttl = :broom",
                "attribute_not_exists(misses) OR misses < :most",
                {
                    ":one": 1,
                    ":most": MOST_MISSES,
                    ":broom": epoch(self._ends + LOOK_UP_WINDOW),
                },
            )
        except ConditionFailed:
            raise TooManyRequests(seconds_until(self._ends, at=self.at)) from None
        if row["misses"] == MOST_MISSES:
            self._tell()

    def _tell(self) -> None:
        """Put a line on the counter, once, and mail all owners: once a day for each member."""
        # Loaded here: few members ever get there.
        from portico.mail.letters import Change  # noqa: PLC0415
        from portico.team.owner_notices import OwnerNotices  # noqa: PLC0415

        workspace, days = self.member.workspace, self.member.workspace.trail_days
        detail = {"misses": str(MOST_MISSES)}
        event = Event(
            "team.look-ups-spent", self.at, workspace.id, days, self.member.by, detail=detail
        )
        notices = OwnerNotices(self.people_table, self.rows.table, workspace, self.host)
        telling = notices.telling(
            event,
            self.member.contact.email,
            change=Change.LOOK_UPS_SPENT,
            name=f"{self.member.id}|{self.at:%Y-%m-%d}",
        )
        # Another request tells in this moment.
        with suppress(TransactionRefused):
            transact_surely({"counter": self._noting(event), **telling})

    def _noting(self, event: Event) -> dict[str, Any]:
        condition, values = "attribute_not_exists(event)", {":event": event.rider()}
        return self.rows.updating(*self.key, "SET event = :event", condition, values)

    @property
    def _number(self) -> int:
        return epoch(self.at) // int(LOOK_UP_WINDOW.total_seconds())

    @property
    def _ends(self) -> datetime:
        seconds = (self._number + 1) * LOOK_UP_WINDOW.total_seconds()
        return datetime.fromtimestamp(seconds, tz=self.at.tzinfo)
