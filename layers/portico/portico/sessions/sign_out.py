"""Sign out one session, or all sessions of a contact."""

from contextlib import suppress
from dataclasses import dataclass

from portico.aws.tables import Rows, TransactionRefused, get_many, transact_surely
from portico.clock import SYSTEM, Clock
from portico.errors import NotSignedIn, TryLater
from portico.events import Caller
from portico.people.heads import Heads
from portico.people.store import settings_row_key, workspace_of
from portico.sessions.rules import RefreshToken, Session, SessionEnd
from portico.sessions.store import SessionStore, happened, session_key
from portico.settings import SessionSettings


@dataclass(frozen=True, slots=True)
class SignOuts:
    """Signs contacts of a deployment out."""

    people_table: str
    sign_in_table: str
    clock: Clock = SYSTEM

    @classmethod
    def from_settings(cls, settings: SessionSettings) -> "SignOuts":
        """Make it from a door's settings."""
        return cls(settings.people_table, settings.sign_in_table)

    def show_portal(self, workspace_id: str, caller: Caller) -> None:
        """Let the workspace's own portal read that its visitor is not signed in.

        Only a page of another origin costs this read, if its visitor has no session: every other
        answer is made after the workspace was read.
        """
        if self.is_by_portal(workspace_id, caller):
            caller.may_read()

    def is_by_portal(self, workspace_id: str, caller: Caller) -> bool:
        """Say whether a request comes from our own page, from the workspace's portal, or from no
        page at all. If we cannot read whose page it is, it is a stranger's.
        """
        if caller.origin in (None, caller.own_origin):
            return True
        key = Rows(self.people_table, f"{workspace_id}#"), *settings_row_key(workspace_id)
        with suppress(TryLater):
            (settings_row,) = get_many([key], consistent=False)
            return settings_row is not None and caller.origin in workspace_of(settings_row).origins
        return False

    def with_token(
        self, workspace_id: str, contact: str, session: str, caller: Caller, *, everywhere: bool
    ) -> None:
        """Sign out the session that an access token names.

        Raises:
            NotSignedIn: *everywhere*, and the session is not running. An access token that
                outlives its session must not sign out everywhere.
        """
        found = self._store(workspace_id).get(contact, session)
        self._end(found, caller, everywhere=everywhere)

    def with_cookie(
        self, workspace_id: str, token: RefreshToken, caller: Caller, *, everywhere: bool
    ) -> None:
        """Sign out the session of a refresh token.

        Raises:
            NotSignedIn: *everywhere*, and the token has no running session.
            CrossSite: a browser sent this from a page that is neither ours nor the portal's.
        """
        people = Rows(self.people_table, f"{workspace_id}#")
        sign_in = Rows(self.sign_in_table, f"{workspace_id}#")
        settings_row, row = get_many(
            [
                (people, *settings_row_key(workspace_id)),
                (sign_in, *session_key(workspace_id, token.contact, token.session)),
            ],
            consistent=True,
        )
        if settings_row is None:
            raise NotSignedIn
        caller.demand_site(workspace_of(settings_row).origins)
        found = Session.from_row(row) if row else None
        if found is not None and (
            found.portal is not None or token.hash not in (found.current, found.previous)
        ):
            raise NotSignedIn
        self._end(found, caller, everywhere=everywhere)

    def here(self, found: Session, caller: Caller, **detail: str) -> None:
        """Sign out one session that was just read. A session that has ended does not change."""
        if found.ended_at is None:
            now = self.clock.now()
            event = happened("session.ended", found, caller, at=now, reason="signed-out", **detail)
            self._store(found.workspace_id).end(
                found.contact, found.id, by=SessionEnd.CONTACT, event=event
            )

    def _end(self, found: Session | None, caller: Caller, *, everywhere: bool) -> None:
        if everywhere:
            self._end_all(found, caller)
        elif found is not None:
            self.here(found, caller)

    def _end_all(self, found: Session | None, caller: Caller) -> None:
        if found is None:
            raise NotSignedIn
        if found.ended_by == SessionEnd.EVERYWHERE:
            return
        now = self.clock.now()
        event = happened("session.ended", found, caller, at=now, reason="signed-out-everywhere")
        # Every session and every open challenge has the `sver` of its beginning. Raising it
        # ends all of them in one write, however many there are.
        heads = Heads(self.people_table, found.workspace_id)
        store = self._store(found.workspace_id)
        try:
            transact_surely(
                {
                    "session": store.ending(found, by=SessionEnd.EVERYWHERE, event=event),
                    "head": heads.raising_sver(found.contact, sver=found.sver, at=now),
                }
            )
        except TransactionRefused as refused:
            # Already done: by the same request, whose answer was lost, or by another tab.
            if refused.rows.get("session", {}).get("ended_by") != SessionEnd.EVERYWHERE:
                raise NotSignedIn from None

    def _store(self, workspace_id: str) -> SessionStore:
        return SessionStore(self.sign_in_table, workspace_id)
