"""What a team looks at: a line in the trail for each contact in an hour, and for each list.

A line never names what was found or typed; only how many contacts it was.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from portico.aws.tables import ALWAYS, NOT_THERE, ConditionFailed, Rows
from portico.clock import SYSTEM, Clock, epoch
from portico.events import Event
from portico.team.look_ups import LookUps
from portico.team.team_caller import KeyCaller, TeamCaller

VISIT_WINDOW = timedelta(hours=1)
"""Whoever reads a contact several times within it has visited them once."""
VISIT_AFTERLIFE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Visits:
    """Notes what members and keys have read."""

    sign_in_table: str
    clock: Clock = SYSTEM

    def note_contact(
        self, caller: TeamCaller | KeyCaller, contact: str, *, look_ups: LookUps | None
    ) -> None:
        """Note that a member has read a contact, once an hour. Keys and oneself are not noted.

        Args:
            caller: who it is.
            contact: whom they have read. They are told nothing of them before.
            look_ups: where contacts are counted; ``None``: they may list everybody anyway.

        Raises:
            TooManyRequests: they have read as many contacts in this hour as may be.
        """
        if isinstance(caller, KeyCaller) or caller.id == contact:
            return
        if look_ups:
            look_ups.count_hit(contact)
        now = self.clock.now()
        hour = epoch(now) // int(VISIT_WINDOW.total_seconds())
        event = Event("contact.viewed", now, contact, caller.workspace.trail_days, caller.by)
        with suppress(ConditionFailed):
            self._put(caller, f"{caller.id}#{contact}#{hour}", event, condition=NOT_THERE)

    def note_list(self, caller: TeamCaller | KeyCaller, *, by: str, found: int) -> None:
        """Note that somebody has begun to walk through contacts.

        Args:
            caller: who it is.
            by: what was asked for, ``all`` or ``text``.
            found: how many contacts the first page has.
        """
        detail = {"filter": by, "found": str(found)}
        self._note(caller, "contact.listed", caller.workspace.id, detail)

    def note_trail(self, caller: TeamCaller | KeyCaller, name: str, *, by: str, found: int) -> None:
        """Note that somebody has begun to read, or to export, the trail.

        Args:
            caller: who it is.
            name: of the line.
            by: what the filter is made of, never what was typed.
            found: how many rows the first page has.
        """
        self._note(caller, name, caller.workspace.id, {"filter": by, "found": str(found)})

    def note_export(self, caller: TeamCaller | KeyCaller, contact: str) -> None:
        """Note that somebody has taken all data of a contact along."""
        self._note(caller, "contact.exported", contact, {})

    def _note(
        self, caller: TeamCaller | KeyCaller, name: str, subject: str, detail: dict[str, str]
    ) -> None:
        event = Event(
            name, self.clock.now(), subject, caller.workspace.trail_days, caller.by, detail=detail
        )
        self._put(caller, f"{caller.id}#{event.id}", event, condition=ALWAYS)

    def _put(
        self, caller: TeamCaller | KeyCaller, what: str, event: Event, *, condition: str
    ) -> None:
        id_ = caller.workspace.id
        row = {
            "pk": f"{id_}#visit#{what}",
            "sk": "visit",
            "event": event.rider(),
            "ttl": epoch(event.at + VISIT_AFTERLIFE),
        }
        Rows(self.sign_in_table, f"{id_}#").put(row, condition)
