"""List and end the sessions of a contact, for a team."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.aws.queries import PAGE, page_within, rows_between
from portico.aws.tables import TransactionRefused, get_many, transact_surely
from portico.clock import SYSTEM, Clock
from portico.errors import NotFound, RoleTooHigh
from portico.events import Event
from portico.people.memberships import ABOVE_ALL, Reach
from portico.people.rules import Contact, Workspace
from portico.people.store import People
from portico.sessions.rules import PORTAL_SESSION_PREFIX, Session, SessionEnd
from portico.sessions.store import SessionStore, session_key, whose

END_REASONS: dict[str, str] = {
    SessionEnd.CONTACT: "signed out",
    SessionEnd.CODE_REUSE: "its code came back",
    SessionEnd.EVERYWHERE: "signed out everywhere",
    SessionEnd.METHOD_OFF: "its way in was closed before its first refresh",
    SessionEnd.REFRESH_REUSE: "an old token came back",
    SessionEnd.PORTAL: "ended by its portal",
    SessionEnd.TEAM: "ended by the team",
}
"""What ended a session, in words."""


@dataclass(frozen=True, slots=True)
class ListedSession:
    """One session of a contact: a browser's, or a portal's that came from it."""

    session: Session
    device: str | None
    """Browser and system, as one of our fixed texts."""
    state: str
    """``alive``, or how it ended, in words."""
    network: str | None = None
    """Where it began."""


@dataclass(frozen=True, slots=True)
class TeamSessions:
    """The sessions of a deployment, for a team's command and a door."""

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    def of(self, contact: Contact) -> list[ListedSession]:
        """List a contact's sessions, newest first, with ended ones until they are deleted.

        A portal session comes after the browser's session that it belongs to.
        """
        found = list(self._read(contact, at=self.clock.now()))
        return sorted(found, key=_place, reverse=True)

    def page(
        self, contact: Contact, *, after: str = "", size: int = PAGE
    ) -> tuple[list[ListedSession], str | None]:
        """List one page of a contact's sessions, each with those of portals, at a flat cost.

        Args:
            contact: the contact, as read.
            after: where the page before has ended.
            size: the most sessions of it.

        Returns:
            The sessions, newest first within the page, and where the page has ended; ``None``:
            there is no further one.
        """
        store, now = SessionStore(self.sign_in_table, contact.workspace_id), self.clock.now()
        pk, _ = session_key(contact.workspace_id, contact.id, "")
        found, last = page_within(store.rows, pk, after=after, size=size)
        sessions = {row["id"]: Session.from_row(row) for row in found}
        missing = {each.parent for each in sessions.values() if each.parent} - sessions.keys()
        parents = self._by_id(contact, sorted(missing)) if missing else {}
        listed = [
            ListedSession(
                sessions[row["id"]],
                row.get("device"),
                _state(sessions[row["id"]], contact, sessions | parents, now),
                row.get("network"),
            )
            for row in found
        ]
        return sorted(listed, key=_place, reverse=True), last

    def end(
        self,
        workspace: Workspace,
        contact: str,
        session: str,
        *,
        by: str,
        reach: Reach = ABOVE_ALL,
    ) -> None:
        """End one session. One that has ended does not change, and is no error.

        A portal's own sessions end with the browser's that they came from.

        Args:
            workspace: the workspace.
            contact: the contact's id.
            session: the session's.
            by: who does it, for the trail.
            reach: on whom they may act.

        Raises:
            NotFound: the contact has no such session.
            RoleTooHigh: they may not act on the contact.
            TryLater: nothing has changed.
        """
        store = SessionStore(self.sign_in_table, workspace.id)
        before = store.get(contact, session)
        if before is None:
            raise NotFound
        if before.ended_at is not None:
            return
        event = Event(
            "session.ended",
            self.clock.now(),
            contact,
            before.keep_days,
            by,
            detail={"session": session, **whose(before), "reason": "ended-by-team"},
        )
        people = People(self.people_table, workspace.id)
        parts = {
            "session": store.ending_anyway(before, by=SessionEnd.TEAM, event=event),
            **reach.checking(people.rows, workspace.id, contact),
        }
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if "member" in refused.failed:
                raise RoleTooHigh from None
            # It has ended in this moment, by somebody else.

    def end_all(
        self,
        workspace: Workspace,
        contact: str,
        *,
        by: str,
        running: int | None = None,
        reach: Reach = ABOVE_ALL,
    ) -> None:
        """End all sessions and open codes of a contact, in one write.

        Args:
            workspace: the workspace.
            contact: the contact's id.
            by: who does it, for the trail.
            running: how many sessions that are, if the caller has looked.
            reach: on whom they may act.

        Raises:
            NotFound: there is no such contact.
            RoleTooHigh: they may not act on the contact.
            TryLater: nothing has changed.
        """
        detail = {} if running is None else {"sessions": str(running)}
        now, days = self.clock.now(), workspace.trail_days
        event = Event("contact.signed-out", now, contact, days, by, detail=detail)
        people = People(self.people_table, workspace.id)
        parts = {
            "head": people.ending_sessions(contact, event),
            **reach.checking(people.rows, workspace.id, contact),
        }
        try:
            transact_surely(parts)
        except TransactionRefused as refused:
            if "head" in refused.failed:
                raise NotFound from None
            raise RoleTooHigh from None

    def _by_id(self, contact: Contact, ids: list[str]) -> dict[str, Session]:
        rows = SessionStore(self.sign_in_table, contact.workspace_id).rows
        keys = [(rows, *session_key(contact.workspace_id, contact.id, each)) for each in ids]
        found = [row for row in get_many(keys, consistent=True) if row is not None]
        return {row["id"]: Session.from_row(row) for row in found}

    def _read(self, contact: Contact, *, at: datetime) -> Iterator[ListedSession]:
        rows = SessionStore(self.sign_in_table, contact.workspace_id).rows
        found: list[dict[str, Any]] = []
        for kind in ("", PORTAL_SESSION_PREFIX):
            pk, first = session_key(contact.workspace_id, contact.id, kind)
            found += rows_between(rows, pk, first, first + "~")
        sessions = [Session.from_row(row) for row in found]
        known = {each.id: each for each in sessions}
        for row, session in zip(found, sessions, strict=True):
            state = _state(session, contact, known, at)
            yield ListedSession(session, row.get("device"), state, row.get("network"))


def _place(each: ListedSession) -> tuple[datetime, str, bool, str]:
    session = each.session
    its_browser = session.parent or session.id
    return session.signed_in_at, its_browser, session.portal is None, session.id


def _state(session: Session, contact: Contact, known: dict[str, Session], at: datetime) -> str:
    if session.ended_at is not None:
        return END_REASONS.get(session.ended_by or "", "ended")
    if at >= session.expires_at:
        return "its time was over"
    if session.portal is not None:
        # An idle parent does not end it: the contact is active in the portal.
        parent = known.get(session.parent or "")
        if parent is None or parent.ended_at is not None or at >= parent.expires_at:
            return "ended with its browser's"
    if at >= session.idle_ends_at:
        return "rested too long"
    is_theirs = contact.is_in(at=at) and session.sver == contact.sver
    # Ending all sessions of a contact does not change their rows.
    return "alive" if is_theirs else "ended with all others"
