"""End one's own sessions: one, or all others."""

from dataclasses import dataclass

from portico.account.owner import Owners
from portico.aws.tables import TransactionRefused, transact_surely
from portico.errors import NotFound, NotSignedIn
from portico.events import Caller
from portico.sessions.rules import SessionEnd


@dataclass(frozen=True, slots=True)
class OwnSessions:
    """Ends sessions of the calling contact."""

    owners: Owners

    def end(self, workspace_id: str, session: str, caller: Caller) -> None:
        """End one session of the caller. A session that has ended already is no error.

        Raises:
            NotFound: the session is not the caller's.
            NotSignedIn: the caller's session has ended.
        """
        owner = self.owners.of(workspace_id, caller)
        event = owner.event("session.ended", session=session, reason="ended-by-contact")
        if owner.sessions.end(owner.id, session, by=SessionEnd.CONTACT, event=event) is None:
            raise NotFound

    def end_others(self, workspace_id: str, caller: Caller) -> None:
        """End all other sessions of the caller, and every open challenge.

        Raises:
            NotSignedIn: the caller's session has ended.
        """
        owner = self.owners.of(workspace_id, caller)
        event = owner.event("sessions.ended", reason="ended-by-contact")
        try:
            transact_surely(owner.alone(event))
        except TransactionRefused:
            raise NotSignedIn from None
