"""How many a member may look up who may not list contacts: addresses of nobody, and contacts.

A list of addresses is no guess, and somebody who reads every contact has listed them.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn, Self

from portico.aws.tables import ConditionFailed, Rows, TransactionRefused, get_many, transact_surely
from portico.clock import epoch
from portico.errors import TooManyRequests, seconds_until
from portico.events import Event
from portico.ids import fingerprint
from portico.team.rules import Action, may
from portico.team.team_caller import KeyCaller, TeamCaller

LOOK_UP_WINDOW = timedelta(hours=1)
MOST_MISSES = 30
"""Typing errors of a busy hour. An address book that is tried out has more."""
MOST_HITS = 200
"""Different contacts in an hour: one in eighteen seconds, which is more than a desk has time for."""


@dataclass(frozen=True, slots=True)
class LookUps:
    """What one member, who may not list everybody anyway, has looked up in this hour."""

    people_table: str
    rows: Rows
    member: TeamCaller
    host: str
    """Our own host, which the mails name."""
    at: datetime

    @classmethod
    def of(
        cls,
        people_table: str,
        sign_in_table: str,
        caller: TeamCaller | KeyCaller,
        host: str,
        *,
        at: datetime,
    ) -> Self | None:
        """Return those of whoever asks; ``None``: they may list everybody anyway."""
        if isinstance(caller, KeyCaller) or may(caller.role, Action.LIST_CONTACTS):
            return None
        return cls(people_table, Rows(sign_in_table, f"{caller.workspace.id}#"), caller, host, at)

    @property
    def key(self) -> tuple[str, str]:
        """The counter's key, so that it is read together with what is looked up."""
        return f"{self.member.workspace.id}#team-use#{self.member.id}#{self._number}", "misses"

    def demand_room(self, row: dict[str, Any] | None) -> None:
        """Check the counter as it was read. With it spent, nobody is told who is there.

        Raises:
            TooManyRequests: there were as many misses, or as many contacts, as may be.
        """
        if row is None:
            return
        if row.get("misses", 0) >= MOST_MISSES:
            # Without an event, whoever counted the last one was cut off.
            self._refuse(row, misses=MOST_MISSES)
        if len(row.get("contacts", ())) >= MOST_HITS:
            # With a contact refused and nobody not, it would be told who is there.
            self._refuse(row, contacts=MOST_HITS)

    def read_room(self) -> None:
        """Read the counter, where nothing else is read with it, and check it.

        Raises:
            TooManyRequests: as `demand_room`.
        """
        (row,) = get_many([(self.rows, *self.key)], consistent=True)
        self.demand_room(row)

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
            self._tell(misses=MOST_MISSES)

    def count_hit(self, contact: str) -> None:
        """Count a contact, before anything of them is told. One who is read again counts once.

        Args:
            contact: their id; what somebody of the directory was found by, if they are no contact.

        Raises:
            TooManyRequests: there were as many others in this hour as may be.
        """
        try:
            self.rows.update(
                *self.key,
                # The version before this one reads misses of every row.
                "ADD contacts :new SET ttl = :broom, misses = if_not_exists(misses, :none)",
                "attribute_not_exists(contacts) OR contains(contacts, :id) OR size(contacts) < :most",
                {
                    ":new": frozenset({fingerprint(contact)}),
                    ":id": fingerprint(contact),
                    ":most": MOST_HITS,
                    ":none": 0,
                    ":broom": epoch(self._ends + LOOK_UP_WINDOW),
                },
            )
        except ConditionFailed as failed:
            self._refuse(failed.row or {}, contacts=MOST_HITS)

    def _refuse(self, row: dict[str, Any], **spent: int) -> NoReturn:
        if "event" not in row:
            self._tell(**spent)
        raise TooManyRequests(seconds_until(self._ends, at=self.at))

    def _tell(self, **spent: int) -> None:
        """Put a line on the counter, once, and mail all owners: once a day for each member."""
        # Loaded here: few members ever get there.
        from portico.mail.letters import Change  # noqa: PLC0415
        from portico.team.owner_notices import OwnerNotices  # noqa: PLC0415

        workspace, days = self.member.workspace, self.member.workspace.trail_days
        detail = {name: str(number) for name, number in spent.items()}
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
