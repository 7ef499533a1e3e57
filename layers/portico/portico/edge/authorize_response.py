"""Answers of the authorization endpoint: send the browser to the portal, or to our page."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from portico.edge.door import log
from portico.edge.oauth import parameters_of
from portico.edge.portal_mistakes import log_mistake, log_refusal
from portico.edge.responses import Response, cookie_name
from portico.errors import PorticoError, TryLater
from portico.events import Caller
from portico.openid.authorize import Redirect, to_page
from portico.openid.registered_client import ClientId

LONGEST_RETURNED_REQUEST = 4096
"""Characters of the request that go back to the page. The page encodes them once more, and a
gateway takes 10 KB of headers at most."""


def sent_on(sent: Redirect, parameters: Mapping[str, str], caller: Caller) -> Response:
    """Answer 303, which makes a form's POST a GET (RFC 9700, 4.12)."""
    if sent.cause:
        log.warning("fault", extra={"cause": sent.cause, "request_id": caller.request_id})
    if sent.refusal:
        client = ClientId.parse(parameters.get("client_id"))
        log_mistake(client, sent.refusal, caller.request_id)
    return _led(sent)


def cookie_of(parameters: Mapping[str, str], caller: Caller) -> str:
    """Return the browser's refresh token for the workspace of the portal that asks."""
    client = ClientId.parse(parameters.get("client_id"))
    return caller.cookies.get(cookie_name(client.workspace_id), "") if client else ""


def led_back(event: Mapping[str, Any], error: PorticoError) -> Response:
    """Answer 303 to our page with a reason: no portal address is known yet."""
    asked = _asked(event)
    client = ClientId.parse(asked.get("client_id"))
    log_refusal(client, error, event["requestContext"]["requestId"])
    reason = "try-later" if isinstance(error, TryLater) else "portal-not-known"
    sent = to_page(client.workspace_id if client else "", reason)
    request = urlencode(asked)
    has_token = "id_token_hint" in asked
    if (
        reason == "try-later"
        and client
        and not has_token
        and len(request) <= LONGEST_RETURNED_REQUEST
    ):
        # The page can then offer to repeat the request.
        more = urlencode({"l": str(client), "o": request}, quote_via=quote, safe="")
        sent = Redirect(f"{sent.location}&{more}", sent.outcome)
    return _led(sent)


def _asked(event: Mapping[str, Any]) -> dict[str, str]:
    try:
        return parameters_of(event)
    except PorticoError:
        # A malformed request still names the workspace whose page shows the reason.
        return dict(event.get("queryStringParameters") or {})


def _led(sent: Redirect) -> Response:
    return Response(303, headers={"location": sent.location}, outcome=sent.outcome)
