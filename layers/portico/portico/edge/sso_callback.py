"""The SSO callback: read a provider's answer, and send the browser on."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from portico.edge.responses import Response, cookie_name, keep
from portico.edge.sso_metrics import count
from portico.errors import PorticoError, TryLater
from portico.sso.outcomes import Answered, Arrived, ToPage
from portico.sso.states import State

ALLOWED = timedelta(seconds=7)
"""The callback calls the provider two or three times. The gateway waits for thirty seconds."""


def answered(query: dict[str, str]) -> Answered:
    """Read a provider's answer. Repeated parameters arrive joined by a comma, and fit nothing."""
    return Answered(
        connection=query["connection"],
        state=query.get("state", ""),
        code=query.get("code", ""),
        error=query.get("error", ""),
        issuer=query.get("iss"),
    )


def sent_on(outcome: Arrived | ToPage) -> Response:
    """Answer 303: to the portal, signed in, or to our page with one key in its fragment."""
    if outcome.trip is not None:
        workspace_id, connection = outcome.trip
        count("finish_sso", f"sso-{outcome.step}", workspace_id=workspace_id, connection=connection)
    if isinstance(outcome, ToPage):
        fragment = f"{outcome.fragment_key}={quote(outcome.value, safe='')}"
        return Response(303, headers={"location": f"/{outcome.workspace_id}#{fragment}"})
    session = outcome.signed_in
    cookie = keep(cookie_name(session.workspace_id), session.refresh_token, stays=session.stays)
    # Facebook sends a browser back with its own fragment, and a browser carries a fragment over
    # to an address that has none.
    url = outcome.return_to.url
    location = url if "#" in url else f"{url}#"
    return Response(303, headers={"location": location}, cookies=[cookie])


def led_back(event: Mapping[str, Any], error: PorticoError) -> Response:
    """Answer 303 to our page with a reason, because a navigating browser shows no problem."""
    query: Mapping[str, str] = event.get("queryStringParameters") or {}
    state = State.parse(query.get("state", ""))
    reason = "try-later" if isinstance(error, TryLater) else "sso-failed"
    return sent_on(ToPage(state.workspace_id if state else "", "e", reason))
