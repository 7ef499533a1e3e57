"""The flows of the account door, and its answers."""

from dataclasses import dataclass
from typing import Any

from portico.account.account_codes import AccountCodes
from portico.account.deletion import Deletions
from portico.account.email_change import EmailChanges
from portico.account.email_undo import EmailUndos
from portico.account.history import Histories
from portico.account.own_sessions import OwnSessions
from portico.account.owner import Owners
from portico.account.profile import Profiles, contact_answer
from portico.account.ways_in import WaysIn
from portico.edge.responses import Response, drop
from portico.errors import InvalidRequest
from portico.ids import is_workspace
from portico.people.rules import Contact
from portico.settings import AccountSettings

DOWNLOADED = {"content-disposition": 'attachment; filename="account.json"'}


@dataclass(frozen=True, slots=True)
class AccountFlows:
    """The flows behind the account door's routes."""

    profiles: Profiles
    ways: WaysIn
    codes: AccountCodes
    email_changes: EmailChanges
    undos: EmailUndos
    sessions: OwnSessions
    histories: Histories
    deletions: Deletions

    @classmethod
    def from_settings(cls, settings: AccountSettings) -> "AccountFlows":
        """Make the flows from a door's settings."""
        owners = Owners.from_settings(settings)
        return cls(
            Profiles(owners),
            WaysIn(owners),
            AccountCodes(owners),
            EmailChanges.from_settings(settings, owners),
            EmailUndos.from_settings(settings, owners),
            OwnSessions(owners),
            Histories(owners, settings.trail_table),
            Deletions(owners, settings.trail_table),
        )


def workspace_in(query: dict[str, str]) -> str:
    """Return the workspace id that a query names.

    Raises:
        InvalidRequest: the query names no workspace.
    """
    workspace_id = query.get("workspace", "")
    if not is_workspace(workspace_id):
        raise InvalidRequest("workspace", "required")
    return workspace_id


def showing(contact: Contact) -> Response:
    """Answer with the contact's current data."""
    return Response(200, {"contact": contact_answer(contact)})


def downloaded(content: dict[str, Any]) -> Response:
    """Answer with a file to download."""
    return Response(200, content, DOWNLOADED)


def gone(workspace_id: str) -> Response:
    """Answer that the account is deleted, and clear its cookie."""
    return Response(204, cookies=[drop(workspace_id)])
