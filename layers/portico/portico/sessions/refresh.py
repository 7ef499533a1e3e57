"""Exchange refresh tokens, of a browser or of a portal that is a client."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from portico.aws import deadline
from portico.aws.keys import KeyRing
from portico.aws.tables import ConditionFailed
from portico.errors import NotSignedIn, TryLater
from portico.events import Caller
from portico.sessions.rules import RefreshToken, RefreshVerdict, Session, SessionEnd, judge
from portico.sessions.store import SessionStore, happened


@dataclass(frozen=True, slots=True)
class Rotations:
    """Exchanges a deployment's refresh tokens."""

    sign_in_table: str
    keys: KeyRing

    def rotate(
        self,
        workspace_id: str,
        token: RefreshToken,
        caller: Caller,
        *,
        sver: int,
        portal: str | None = None,
        ways: Collection[str] = (),
        at: datetime,
    ) -> tuple[Session, RefreshToken]:
        """Exchange a token for its successor, or return the same successor again.

        Args:
            workspace_id: the session's workspace.
            token: the presented token.
            caller: who presented it.
            sver: of the contact's head, as it stands.
            portal: the one that holds the token; ``None``: the browser does.
            ways: the ways in that are open: a session's first refresh asks for its own. A
                portal's session has none.
            at: the time.

        Returns:
            The session, and the token that its holder uses from now on.

        Raises:
            NotSignedIn: there is no such session, or it has ended. A true but outdated token
                ends the whole session, because one of its two holders stole it.
            TryLater: the same request can be sent again.
        """
        keys = self.keys.current()
        successor = token.successor(keys.refresh)
        store = SessionStore(self.sign_in_table, workspace_id)
        try:
            session = store.rotate(
                token,
                successor,
                key=keys.version,
                sver=sver,
                portal=portal,
                ways=ways,
                at=at,
            )
        except TryLater:
            # The exchange may have happened, with only the answer lost.
            self.keep(workspace_id, token, successor)
            raise
        except ConditionFailed as failed:
            if failed.row is None:
                raise NotSignedIn from None
            session = Session.from_row(failed.row)
            if session.portal != portal:
                raise NotSignedIn from None
            return session, self._judged(session, token, sver, ways, caller, at=at)
        return session, successor

    def keep(self, workspace_id: str, token: RefreshToken, successor: RefreshToken) -> None:
        """Keep *token* good, because its holder never got *successor*.

        Otherwise the token would look stolen after the grace, and an outage would sign people
        out.
        """
        if token == successor:
            return
        deadline.leave(deadline.TIME_TO_MEND)
        SessionStore(self.sign_in_table, workspace_id).keep_previous(token, successor)

    def _judged(
        self,
        session: Session,
        token: RefreshToken,
        sver: int,
        ways: Collection[str],
        caller: Caller,
        *,
        at: datetime,
    ) -> RefreshToken:
        verdict = judge(session, token, sver=sver, at=at)
        is_theirs = verdict in (RefreshVerdict.YOUNG, RefreshVerdict.OVERTAKEN)
        if is_theirs and not session.began_by_one_of(ways):
            self._end(session, caller, by=SessionEnd.METHOD_OFF, at=at)
            raise NotSignedIn
        if verdict is RefreshVerdict.YOUNG:
            return token
        # The chain was made with the keys that the row names, which may be older than ours.
        keys = self.keys.of(session.key)
        if keys is None:
            raise NotSignedIn
        key = keys.refresh
        if verdict is RefreshVerdict.OVERTAKEN:
            return token.successor(key)
        if verdict is RefreshVerdict.OLD and token.leads_to(session.current, n=session.n, key=key):
            self._end(session, caller, by=SessionEnd.REFRESH_REUSE, at=at)
        raise NotSignedIn

    def _end(self, session: Session, caller: Caller, *, by: SessionEnd, at: datetime) -> None:
        event = happened("session.ended", session, caller, at=at, reason=by.value)
        store = SessionStore(self.sign_in_table, session.workspace_id)
        store.end(session.contact, session.id, by=by, event=event)
