"""How the known portals on the other site are registered, as a team would by the CLI."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.known import KnownPortal, KnownWorkspace
from local.people import portal_secret
from portico.events import Event
from portico.ids import digest
from portico.openid.registered_client import RegisteredClient
from portico.openid.registration import checked
from portico.openid.store import RegisteredClients
from portico.people.flow import TeamPeople

BY = "local world"


@dataclass(frozen=True)
class Registering:
    """Writes portals.

    Args:
        people_table: where they are kept.
        other_portal: the origin of the sample portal on another site.
    """

    people_table: str
    other_portal: str

    def make(self, known: KnownWorkspace) -> None:
        """Write all of one workspace's."""
        for each in known.portals:
            portal = checked(self._portal(known.id, each))
            workspace = TeamPeople(self.people_table).workspace(known.id)
            event = Event(
                "portal.added",
                datetime.now(UTC),
                f"portal-{portal.id}",
                workspace.trail_days,
                BY,
                detail={"portal": portal.id},
            )
            RegisteredClients(self.people_table, known.id).put(portal, workspace, event)

    def _portal(self, workspace_id: str, known: KnownPortal) -> RegisteredClient:
        secrets = [] if known.is_public else [digest(portal_secret(workspace_id, known.id))]
        return RegisteredClient(
            id=known.id,
            workspace_id=workspace_id,
            label=known.label,
            redirect_uris=[self.other_portal + known.callback],
            post_logout_uris=[self.other_portal + known.signed_out] if known.signed_out else [],
            secrets=secrets,
            initiate_login_uri=self.other_portal + known.login if known.login else None,
        )


def told(row: dict[str, Any]) -> dict[str, Any]:
    """Return what ``world.json`` says of a portal's row. Only the known world's secrets are known."""
    portal = RegisteredClient.from_row(row)
    secret = portal_secret(portal.workspace_id, portal.id)
    return {
        "workspace": portal.workspace_id,
        "id": portal.id,
        "label": portal.label,
        "client_id": portal.client_id,
        "secret": secret if portal.has_secret(secret) else None,
        "redirect_uris": portal.redirect_uris,
        "post_logout_uris": portal.post_logout_uris,
        "initiate_login_uri": portal.initiate_login_uri,
        "public": portal.is_public,
        "on": portal.on,
    }
