"""End sessions of one's own, one or all others."""

from dataclasses import dataclass

from portico.account.owner import Owners
from portico.aws.tables import TransactionRefused, transact_surely
from portico.errors import NotFound, NotSignedIn
from portico.events import Caller


@dataclass(frozen=True, slots=True)
class OwnSessions:
    """The sessions that a contact ends from another one."""

    owners: Owners

    def end(self, workspace_id: str, session: str, caller: Caller) -> None:
        """End one session of the caller's; ended already is as good.

        Raises:
            NotFound: it is none of theirs.
            NotSignedIn: the session of the caller has ended.
        """
        owner = self.owners.of(workspace_id, caller)
        event = owner.event("session.ended", session=session, reason="ended-by-contact")
        if owner.sessions.end(owner.id, session, by="contact", event=event) is None:
            raise NotFound

    def end_others(self, workspace_id: str, caller: Caller) -> None:
        """End all sessions but the caller's, and every open challenge.

        Raises:
            NotSignedIn: the session of the caller has ended.
        """
        owner = self.owners.of(workspace_id, caller)
        event = owner.event("sessions.ended", reason="ended-by-contact")
        try:
            transact_surely(owner.alone(event))
        except TransactionRefused:
            raise NotSignedIn from None
