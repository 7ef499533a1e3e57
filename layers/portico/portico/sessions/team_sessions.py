"""List and end the sessions of a contact, for a team."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.aws.queries import rows_between
from portico.clock import SYSTEM, Clock
from portico.errors import NotFound
from portico.events import Event
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


@dataclass(frozen=True, slots=True)
class TeamSessions:
    """The sessions of a deployment, for the CLI."""

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    def of(self, contact: Contact) -> list[ListedSession]:
        """List a contact's sessions, newest first, with ended ones until they are deleted.

        A portal session comes after the browser's session that it belongs to.
        """
        found = list(self._read(contact, at=self.clock.now()))
        return sorted(found, key=_place, reverse=True)

    def end(self, contact: Contact, session: str, *, by: str) -> ListedSession:
        """End one session. A session that has ended does not change.

        Raises:
            NotFound: the contact has no such session.
        """
        before = self._find(contact, session)
        if before.state == "alive":
            event = Event(
                "session.ended",
                self.clock.now(),
                contact.id,
                before.session.keep_days,
                by,
                detail={"session": session, **whose(before.session), "reason": "ended-by-team"},
            )
            store = SessionStore(self.sign_in_table, contact.workspace_id)
            store.end(contact.id, session, by=SessionEnd.TEAM, event=event)
        return self._find(contact, session)

    def end_all(self, workspace: Workspace, contact: Contact, *, by: str) -> int:
        """End all sessions and open codes of a contact, in one write.

        Returns:
            How many sessions were running.
        """
        alive = sum(each.state == "alive" for each in self.of(contact))
        detail = {"sessions": str(alive)}
        event = Event(
            "contact.signed-out",
            self.clock.now(),
            contact.id,
            workspace.trail_days,
            by,
            detail=detail,
        )
        People(self.people_table, workspace.id).end_sessions(contact.id, event)
        return alive

    def _find(self, contact: Contact, session: str) -> ListedSession:
        for each in self.of(contact):
            if each.session.id == session:
                return each
        raise NotFound

    def _read(self, contact: Contact, *, at: datetime) -> Iterator[ListedSession]:
        rows = SessionStore(self.sign_in_table, contact.workspace_id).rows
        found: list[dict[str, Any]] = []
        for kind in ("", PORTAL_SESSION_PREFIX):
            pk, first = session_key(contact.workspace_id, contact.id, kind)
            found += rows_between(rows, pk, first, first + "~")
        sessions = [Session.from_row(row) for row in found]
        known = {each.id: each for each in sessions}
        for row, session in zip(found, sessions, strict=True):
            yield ListedSession(session, row.get("device"), _state(session, contact, known, at))


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
    is_theirs = contact.active and session.sver == contact.sver
    # Ending all sessions of a contact does not change their rows.
    return "alive" if is_theirs else "ended with all others"
