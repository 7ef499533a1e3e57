"""The end-session endpoint's cookies and answers."""

from collections.abc import Mapping
from typing import Any

from portico.edge.oauth import parameters_of
from portico.edge.portal_mistakes import log_mistake, log_refusal
from portico.edge.responses import Response, cookie_name, drop
from portico.errors import PorticoError, TryLater
from portico.events import Caller
from portico.ids import is_workspace
from portico.openid.end_session import EndSessionAnswer
from portico.openid.registered_client import ClientId


def cookies_of(caller: Caller) -> dict[str, str]:
    """Return a browser's refresh tokens, by workspace."""
    start = cookie_name("")
    found = {name.removeprefix(start): each for name, each in caller.cookies.items() if each}
    return {
        name: each
        for name, each in found.items()
        if is_workspace(name) and cookie_name(name) in caller.cookies
    }


def sent_on(left: EndSessionAnswer, caller: Caller) -> Response:
    """Answer 303: to the portal, or to our page."""
    if left.refusal:
        log_mistake(left.client, left.refusal, caller.request_id)
    cookies = [drop(left.drops)] if left.drops else []
    headers = {"location": left.location}
    return Response(303, headers=headers, cookies=cookies, outcome=left.outcome)


def stayed(event: Mapping[str, Any], error: PorticoError) -> Response:
    """Answer 303 to our page with a reason, because a navigating browser shows no problem."""
    reason = "try-later" if isinstance(error, TryLater) else "portal-not-known"
    client = _client(event)
    log_refusal(client, error, event["requestContext"]["requestId"])
    return Response(
        303, headers={"location": f"/{client.workspace_id if client else ''}#e={reason}"}
    )


def _client(event: Mapping[str, Any]) -> ClientId | None:
    try:
        return ClientId.parse(parameters_of(event).get("client_id"))
    except PorticoError:
        return None
