"""Register the sample portals on the other site, as a team does with the CLI."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.sample_types import SampleRegistration, SampleWorkspace
from local.sample_workspaces import portal_secret
from portico.events import Event
from portico.ids import digest
from portico.openid.registered_client import RegisteredClient
from portico.openid.registration import checked
from portico.openid.store import RegisteredClients
from portico.people.flow import TeamPeople

BY = "sample world"


@dataclass(frozen=True)
class SampleRegistrations:
    """Writes registered portals.

    Args:
        people_table: the name of the People table.
        sample_client: the origin of the sample portal on another site.
    """

    people_table: str
    sample_client: str

    def make(self, sample: SampleWorkspace) -> None:
        """Write all portals of one workspace."""
        for each in sample.portals:
            portal = checked(self._portal(sample.id, each))
            workspace = TeamPeople(self.people_table).workspace(sample.id)
            event = Event(
                "portal.added",
                datetime.now(UTC),
                f"portal-{portal.id}",
                workspace.trail_days,
                BY,
                detail={"portal": portal.id},
            )
            RegisteredClients(self.people_table, sample.id).put(portal, workspace, event)

    def _portal(self, workspace_id: str, sample: SampleRegistration) -> RegisteredClient:
        secrets = [] if sample.is_public else [digest(portal_secret(workspace_id, sample.id))]
        return RegisteredClient(
            id=sample.id,
            workspace_id=workspace_id,
            label=sample.label,
            redirect_uris=[self.sample_client + sample.callback],
            post_logout_uris=[self.sample_client + sample.signed_out] if sample.signed_out else [],
            secrets=secrets,
            initiate_login_uri=self._there(sample.login),
            backchannel_logout_uri=self._there(sample.backchannel_logout),
        )

    def _there(self, path: str | None) -> str | None:
        return self.sample_client + path if path else None


def told(row: dict[str, Any]) -> dict[str, Any]:
    """Return a portal's row for ``world.json``, with its secret if the sample world made it."""
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
        "backchannel_logout_uri": portal.backchannel_logout_uri,
        "public": portal.is_public,
        "on": portal.on,
    }
