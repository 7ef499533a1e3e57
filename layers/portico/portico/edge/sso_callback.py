"""How a browser comes back from a provider, and is sent on."""

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
"""A provider is asked twice or thrice on the way back; the gateway waits for thirty seconds."""


def answered(query: dict[str, str]) -> Answered:
    """Read a provider's answer; one parameter twice is joined by a comma, and fits nothing."""
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
    # A browser carries the fragment it came with over to an address that has none, and
    # Facebook sends it back with one of its own.
    url = outcome.return_to.url
    location = url if "#" in url else f"{url}#"
    return Response(303, headers={"location": location}, cookies=[cookie])


def led_back(event: Mapping[str, Any], error: PorticoError) -> Response:
    """Answer 303 to the page with a reason: a browser was sent here, and reads no problem."""
    query: Mapping[str, str] = event.get("queryStringParameters") or {}
    state = State.parse(query.get("state", ""))
    reason = "try-later" if isinstance(error, TryLater) else "sso-failed"
    return sent_on(ToPage(state.workspace_id if state else "", "e", reason))
