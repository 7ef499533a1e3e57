"""/scim/v2/{workspace}: what a directory says of its people."""

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from portico.edge.door import Door
from portico.edge.responses import Response
from portico.edge.scim_problem import scim_problem
from portico.edge.scim_routes import ScimRoutes
from portico.events import Caller
from portico.settings import SyncDirectorySettings

settings = SyncDirectorySettings.read(os.environ)
scim = ScimRoutes.behind(settings)
# A list may count fifty thousand rows, and no person waits for it.
handler = Door("sync_directory", settings, allowed=timedelta(seconds=8), tells=scim_problem)


@handler.hands(
    "GET /scim/v2/{workspace}/Users",
    "POST /scim/v2/{workspace}/Users",
    "GET /scim/v2/{workspace}/Groups",
    "POST /scim/v2/{workspace}/Groups",
    "POST /scim/v2/{workspace}/Groups/.search",
    "GET /scim/v2/{workspace}/Groups/{group}",
    "PUT /scim/v2/{workspace}/Groups/{group}",
    "PATCH /scim/v2/{workspace}/Groups/{group}",
    "DELETE /scim/v2/{workspace}/Groups/{group}",
    "POST /scim/v2/{workspace}/.search",
    "POST /scim/v2/{workspace}/Users/.search",
    "GET /scim/v2/{workspace}/Users/{user}",
    "PUT /scim/v2/{workspace}/Users/{user}",
    "PATCH /scim/v2/{workspace}/Users/{user}",
    "DELETE /scim/v2/{workspace}/Users/{user}",
    "GET /scim/v2/{workspace}/ServiceProviderConfig",
    "GET /scim/v2/{workspace}/ResourceTypes",
    "GET /scim/v2/{workspace}/ResourceTypes/{type}",
    "GET /scim/v2/{workspace}/Schemas",
    "GET /scim/v2/{workspace}/Schemas/{schema}",
)
def answer_directory(event: Mapping[str, Any], caller: Caller) -> Response:
    """Answer a directory."""
    return scim.answer(event, caller)
