"""Read what a token request names, in one call: its portal, and its code or refresh token."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portico.aws.tables import Rows, get_many
from portico.errors import PortalUnavailable
from portico.openid.authorization_codes import Grant, grant_key
from portico.openid.registered_client import ClientId, RegisteredClient, client_key
from portico.people.rules import Contact
from portico.people.store import head_key, settings_row_key, workspace_of
from portico.sessions.rules import RefreshToken, Session
from portico.sessions.store import session_key


@dataclass(frozen=True, slots=True)
class PortalSession:
    """A refresh token, the portal session that it names, and the contact's head."""

    token: RefreshToken = field(repr=False)
    session: Session
    contact: Contact

    @property
    def is_by_this_client(self) -> bool:
        """Whether the token is the portal session's current or previous one."""
        return self.token.hash in (self.session.current, self.session.previous)

    def check_client(self, client: Any) -> bool:
        """Say, for authlib, whether the token is this client's."""
        return bool(self.session.portal == client.portal.id)

    def get_scope(self) -> str:
        """Return, for authlib, the granted scope."""
        return self.session.scope


@dataclass
class Found:
    """The rows of one request, read when authlib asks for its client."""

    people_table: str
    sign_in_table: str
    parameters: dict[str, str] = field(repr=False)
    at: datetime
    portal: RegisteredClient | None = None
    grant: Grant | None = None
    portal_session: PortalSession | None = None
    _asked_for: str | None = None

    def of(self, client_id: str) -> RegisteredClient | None:
        """Return the portal of an id, and remember what else the request names.

        Raises:
            PortalUnavailable: the workspace has switched its portal off.
            TryLater: DynamoDB is out of reach.
        """
        if self._asked_for is None:
            self._asked_for = client_id
            self._read(client_id)
        return self.portal if self._asked_for == client_id else None

    def _read(self, client_id: str) -> None:
        client = ClientId.parse(client_id)
        if client is None or self.parameters.get("client_id", client_id) != client_id:
            return
        workspace_id = client.workspace_id
        people = Rows(self.people_table, f"{workspace_id}#")
        sign_in = Rows(self.sign_in_table, f"{workspace_id}#")
        wanted = [
            (people, *settings_row_key(workspace_id)),
            (people, *client_key(workspace_id, client.portal)),
        ]
        code = self.parameters.get("code")
        token = RefreshToken.parse(self.parameters.get("refresh_token", ""))
        if code is not None:
            wanted.append((sign_in, *grant_key(workspace_id, code)))
        elif token is not None:
            wanted += [
                (people, *head_key(workspace_id, token.contact)),
                (sign_in, *session_key(workspace_id, token.contact, token.session)),
            ]
        settings_row, row, *found = get_many(wanted, consistent=True)
        portal = RegisteredClient.from_row(row) if row else None
        if settings_row is None or portal is None or not portal.on:
            return
        if not workspace_of(settings_row).is_open(at=self.at):
            raise PortalUnavailable
        self.portal = portal
        if code is not None:
            self.grant = Grant.from_row(found[0]) if found[0] else None
        elif token is not None and found[0] and found[1]:
            self.portal_session = PortalSession(
                token, Session.from_row(found[1]), Contact.from_row(found[0])
            )
