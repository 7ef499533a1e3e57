"""Find the session of a request: by its access token, and by the current rows.

Readers trust an access token for its ten minutes. Writers also read the rows, so that a session
that was signed out can write nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portico.aws.tables import Rows, get_many
from portico.clock import SYSTEM, Clock
from portico.errors import NotSignedIn, ReAuthNeeded
from portico.events import Caller
from portico.ids import is_workspace
from portico.people.rules import Contact, Workspace
from portico.people.store import head_key, settings_row_key, workspace_of
from portico.sessions.access_token_check import TokenChecker
from portico.sessions.rules import Session
from portico.sessions.store import session_key

FRESH = timedelta(minutes=15)
"""The longest age of a sign-in that may change how its contact signs in."""

type ContactKey = Callable[[str, str], tuple[str, str]]
"""Returns the key of a row of a contact, by the ids of the workspace and the contact."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A running session, its contact, and its workspace."""

    workspace: Workspace
    contact: Contact
    session: Session
    also: Sequence[dict[str, Any] | None] = field(default=(), repr=False)
    """Further rows of the contact, in the order asked."""

    @property
    def fresh_until(self) -> datetime:
        """When the sign-in becomes too old for sensitive changes."""
        return self.session.signed_in_at + FRESH

    def demand_fresh(self, *, at: datetime) -> None:
        """Check that the sign-in is young enough for sensitive changes.

        Raises:
            ReAuthNeeded: the sign-in is too old.
        """
        if at >= self.fresh_until:
            raise ReAuthNeeded


@dataclass(frozen=True, slots=True)
class Standings:
    """Finds the session of a request."""

    people_table: str
    sign_in_table: str
    checker: TokenChecker
    clock: Clock = SYSTEM

    def of(
        self,
        workspace_id: str,
        caller: Caller,
        *,
        also: Sequence[ContactKey] = (),
    ) -> Standing:
        """Return the session of a request's access token, with its current rows from one read.

        Args:
            workspace_id: the workspace that the request names.
            caller: who sent it.
            also: which further People rows of the contact to read.

        Raises:
            NotSignedIn: there is no session, it has ended, or it is another workspace's.
            CrossSite, PortalUnavailable: as for every request.
            TryLater: DynamoDB or KMS is out of reach.
        """
        if not is_workspace(workspace_id):
            raise NotSignedIn
        now = self.clock.now()
        claims = self.checker.of_caller(caller, workspace_id=workspace_id, at=now)
        people = Rows(self.people_table, f"{workspace_id}#")
        sign_in = Rows(self.sign_in_table, f"{workspace_id}#")
        settings_row, head, row, *others = get_many(
            [
                (people, *settings_row_key(workspace_id)),
                (people, *head_key(workspace_id, claims["sub"])),
                (sign_in, *session_key(workspace_id, claims["sub"], claims["sid"])),
                *((people, *key(workspace_id, claims["sub"])) for key in also),
            ],
            consistent=True,
        )
        if settings_row is None or head is None or row is None:
            raise NotSignedIn
        standing = Standing(
            workspace_of(settings_row), Contact.from_row(head), Session.from_row(row), others
        )
        standing.workspace.admit(caller, at=now)
        is_alive = standing.session.is_alive(sver=standing.contact.sver, at=now)
        if not standing.contact.is_in(at=now) or not is_alive:
            raise NotSignedIn
        return standing
