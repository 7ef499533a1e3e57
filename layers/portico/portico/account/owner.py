"""The basis of all changes in an account: who makes them, and the mail about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portico.aws.tables import Parts
from portico.clock import SYSTEM, Clock
from portico.events import Caller, Event
from portico.limits.rules import AccountUse
from portico.limits.store import Limits
from portico.mail.devices import device_of
from portico.mail.letters import Change
from portico.notices.store import Happened, Notices
from portico.people.heads import Heads
from portico.people.store import People
from portico.sessions.access_token_check import TokenChecker
from portico.sessions.current_session import ContactKey, Standing, Standings
from portico.sessions.store import SessionStore
from portico.settings import AccountSettings


@dataclass(frozen=True, slots=True)
class Owner:
    """A contact who is signed in to their account, and the tables with their rows."""

    standing: Standing
    caller: Caller
    people: People
    heads: Heads
    sessions: SessionStore
    clock: Clock

    @property
    def id(self) -> str:
        """The contact's id."""
        return self.standing.contact.id

    def event(self, name: str, **detail: str) -> Event:
        """Return the trail's line about what the contact did."""
        days = self.standing.workspace.trail_days
        network = self.caller.network
        return Event(name, self.clock.now(), self.id, days, network=network, detail=detail)

    def telling(self, change: Change, *, name: str = "", **more: Any) -> dict[str, Any]:
        """Return the part of a transaction that tells the contact by mail.

        *name* names the change, if the request does not.
        """
        now = self.clock.now()
        happened = Happened(
            change,
            self.id,
            self.caller.host,
            self.standing.workspace.trail_days,
            name=name or self.caller.request_id,
            at=now,
            device=device_of(self.caller.user_agent),
            **more,
        )
        return self._notices.asking(happened)

    def counting(self) -> dict[str, Any]:
        """Return the part that counts a change of a way in, and refuses one too many."""
        return self._notices.counting(self.id, at=self.clock.now())

    def still_here(self) -> dict[str, Any]:
        """Return the part that checks that their session still runs."""
        return self.sessions.running(self.id, self.standing.session.id, at=self.clock.now())

    @property
    def _notices(self) -> Notices:
        return Notices(self.sessions.table, self.people.workspace_id)

    def alone(self, event: Event | None = None) -> Parts:
        """Return the parts that end all other sessions and open challenges, and keep this session.

        Their names are ``head`` and ``session``.
        """
        sver, now = self.standing.contact.sver, self.clock.now()
        return {
            "head": self.heads.raising_sver(self.id, sver=sver, at=now, event=event),
            "session": self.sessions.keeping(self.standing.session, at=now),
        }


@dataclass(frozen=True, slots=True)
class Owners:
    """Finds the account of a request, which is always the caller's own."""

    people_table: str
    sign_in_table: str
    standings: Standings
    limits: Limits
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: AccountSettings) -> "Owners":
        """Make it from a door's settings."""
        tables = settings.people_table, settings.sign_in_table
        standings = Standings(*tables, TokenChecker(settings.signing_keys.split(",")))
        return cls(*tables, standings, Limits(settings.sign_in_table))

    def of(
        self,
        workspace_id: str,
        caller: Caller,
        *,
        fresh: bool = False,
        use: AccountUse = AccountUse.EDIT,
        also: Sequence[ContactKey] = (),
    ) -> Owner:
        """Return who *caller* is, and count what they are about to do.

        With *also*, their standing has those rows too, as in `Standings.of`.

        Raises:
            NotSignedIn: there is no session, or it has ended.
            TooManyRequests: the session has done as much as it may in an hour.
            ReAuthNeeded: *fresh*, and it began more than a quarter of an hour ago.
            CrossSite, PortalUnavailable: as for every request.
            TryLater: our rows or keys are out of reach.
        """
        standing = self.standings.of(workspace_id, caller, also=also)
        if fresh:
            standing.demand_fresh(at=self.clock.now())
        self.limits.use_account(standing.session.id, use, at=self.clock.now())
        return Owner(
            standing,
            caller,
            People(self.people_table, standing.workspace.id),
            Heads(self.people_table, standing.workspace.id),
            SessionStore(self.sign_in_table, standing.workspace.id),
            self.clock,
        )
