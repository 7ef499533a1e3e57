"""All routes, to tell an unknown path from a wrong method, and the answer to preflights."""

import re
from collections.abc import Mapping
from typing import Any

from portico.edge.responses import Response, is_open, is_origin
from portico.errors import InvalidRequest, NotFound

HTTP_METHODS: dict[str, tuple[str, ...]] = {
    "/": ("GET",),
    "/{workspace}": ("GET", "HEAD"),
    "/{workspace}/team": ("GET", "HEAD"),
    "/assets/{proxy+}": ("GET", "HEAD"),
    "/v1/links/resolve": ("POST",),
    "/v1/links/renew": ("POST",),
    "/v1/codes": ("POST",),
    "/v1/codes/resend": ("POST",),
    "/v1/codes/mail": ("POST",),
    "/v1/codes/verify": ("POST",),
    "/v1/passwords/sign-in": ("POST",),
    "/v1/passwords/forgot": ("POST",),
    "/v1/passwords/reset": ("POST",),
    "/v1/sign-up": ("POST",),
    "/v1/account": ("GET", "PATCH", "DELETE"),
    "/v1/account/confirm": ("POST",),
    "/v1/account/email": ("POST",),
    "/v1/account/email/confirm": ("POST",),
    "/v1/account/email/undo": ("POST",),
    "/v1/account/password": ("PUT", "DELETE"),
    "/v1/account/identities": ("POST",),
    "/v1/account/identities/{identity}": ("DELETE",),
    "/v1/account/sessions": ("DELETE",),
    "/v1/account/sessions/{session}": ("DELETE",),
    "/v1/account/history": ("GET",),
    "/v1/account/export": ("GET",),
    "/v1/workspaces/{workspace}/settings": ("GET", "PATCH"),
    "/v1/workspaces/{workspace}/touched": ("POST",),
    "/v1/workspaces/{workspace}/mail-preview": ("POST",),
    "/v1/workspaces/{workspace}/directory/held": ("GET", "POST"),
    "/v1/workspaces/{workspace}/logo": ("PUT",),
    "/v1/workspaces/{workspace}/changes": ("GET",),
    "/v1/workspaces/{workspace}/changes/{change}/undo": ("POST",),
    "/v1/workspaces/{workspace}/portals": ("GET", "POST"),
    "/v1/workspaces/{workspace}/portals/{portal}": ("GET", "PATCH", "DELETE"),
    "/v1/workspaces/{workspace}/portals/{portal}/secret": ("POST",),
    "/v1/workspaces/{workspace}/connections": ("GET", "POST"),
    "/v1/workspaces/{workspace}/connections/{connection}": ("GET", "PATCH", "DELETE"),
    "/v1/workspaces/{workspace}/connections/{connection}/secret": ("PUT",),
    "/v1/workspaces/{workspace}/connections/{connection}/test": ("POST",),
    "/v1/workspaces/{workspace}/connections/{connection}/confirm": ("POST",),
    "/v1/workspaces/{workspace}/team": ("GET", "POST"),
    "/v1/workspaces/{workspace}/team/{contact}": ("PUT", "DELETE"),
    "/v1/workspaces/{workspace}/team/{contact}/confirm": ("POST",),
    "/v1/workspaces/{workspace}/team-methods": ("GET", "PUT"),
    "/v1/workspaces/{workspace}/keys": ("GET", "POST"),
    "/v1/workspaces/{workspace}/keys/{key}/rotate": ("POST",),
    "/v1/workspaces/{workspace}/keys/{key}/revoke": ("POST",),
    "/v1/workspaces/{workspace}/trail/list": ("POST",),
    "/v1/workspaces/{workspace}/trail/export": ("POST",),
    "/v1/workspaces/{workspace}/trail/overview": ("POST",),
    "/v1/workspaces/{workspace}/directory": ("GET",),
    "/v1/workspaces/{workspace}/directory/people/find": ("POST",),
    "/v1/workspaces/{workspace}/directory/people/list": ("POST",),
    "/v1/workspaces/{workspace}/contacts": ("POST",),
    "/v1/workspaces/{workspace}/contacts/find": ("POST",),
    "/v1/workspaces/{workspace}/contacts/list": ("POST",),
    "/v1/workspaces/{workspace}/contacts/by-ref": ("PUT",),
    "/v1/workspaces/{workspace}/contacts/imports": ("POST",),
    "/v1/workspaces/{workspace}/contacts/imports/{import_id}": ("GET",),
    "/v1/workspaces/{workspace}/contacts/imports/{import_id}/parts/{at}": ("PUT",),
    "/v1/workspaces/{workspace}/contacts/imports/{import_id}/finish": ("POST",),
    "/v1/workspaces/{workspace}/contacts/imports/{import_id}/cancel": ("POST",),
    "/v1/workspaces/{workspace}/contacts/imports/{import_id}/report": ("GET",),
    "/v1/workspaces/{workspace}/contacts/{contact}": ("GET", "PATCH", "DELETE"),
    "/v1/workspaces/{workspace}/contacts/{contact}/export": ("GET",),
    "/v1/workspaces/{workspace}/contacts/{contact}/trail": ("GET",),
    "/v1/workspaces/{workspace}/contacts/{contact}/refs/detach": ("POST",),
    "/v1/workspaces/{workspace}/contacts/{contact}/email": ("POST",),
    "/v1/workspaces/{workspace}/contacts/{contact}/deactivate": ("POST",),
    "/v1/workspaces/{workspace}/contacts/{contact}/lift": ("POST",),
    "/v1/workspaces/{workspace}/contacts/{contact}/merge": ("POST",),
    "/v1/workspaces/{workspace}/contacts/{contact}/merge/undo": ("POST",),
    "/v1/workspaces/{workspace}/contacts/lift-domain": ("POST",),
    "/v1/workspaces/{workspace}/diagnosis": ("POST",),
    "/v1/workspaces/{workspace}/contacts/{contact}/reactivate": ("POST",),
    "/v1/workspaces/{workspace}/links": ("GET", "POST"),
    "/v1/workspaces/{workspace}/links/{link}": ("GET",),
    "/v1/workspaces/{workspace}/links/{link}/rotate": ("POST",),
    "/v1/workspaces/{workspace}/links/{link}/revoke": ("POST",),
    "/v1/workspaces/{workspace}/contacts/{contact}/sessions": ("GET",),
    "/v1/workspaces/{workspace}/contacts/{contact}/sessions/end": ("POST",),
    "/v1/workspaces/{workspace}/contacts/{contact}/sessions/{session}/end": ("POST",),
    "/scim/v2/{workspace}/Users": ("GET", "POST"),
    "/scim/v2/{workspace}/Groups": ("GET", "POST"),
    "/scim/v2/{workspace}/Groups/.search": ("POST",),
    "/scim/v2/{workspace}/Groups/{group}": ("GET", "PUT", "PATCH", "DELETE"),
    "/scim/v2/{workspace}/.search": ("POST",),
    "/scim/v2/{workspace}/Users/.search": ("POST",),
    "/scim/v2/{workspace}/Users/{user}": ("GET", "PUT", "PATCH", "DELETE"),
    "/scim/v2/{workspace}/ServiceProviderConfig": ("GET",),
    "/scim/v2/{workspace}/ResourceTypes": ("GET",),
    "/scim/v2/{workspace}/ResourceTypes/{type}": ("GET",),
    "/scim/v2/{workspace}/Schemas": ("GET",),
    "/scim/v2/{workspace}/Schemas/{schema}": ("GET",),
    "/v1/sso/start": ("POST",),
    "/v1/sso/{connection}/callback": ("GET",),
    "/v1/session": ("GET", "DELETE"),
    "/v1/session/refresh": ("POST",),
    "/oauth2/authorize": ("GET", "POST"),
    "/oauth2/token": ("POST",),
    "/oauth2/userinfo": ("GET", "POST"),
    "/oauth2/end_session": ("GET", "POST"),
    "/oauth2/revoke": ("POST",),
    "/oauth2/global-token-revocation/{workspace}/{connection}": ("POST",),
    "/.well-known/openid-configuration": ("GET",),
    "/.well-known/jwks.json": ("GET",),
}
"""The routes of template.yaml. A test compares the two."""


MAY_ASK = {
    "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
    "access-control-allow-headers": "content-type, authorization",
    # Two hours, the most that Chromium keeps one. It never changes.
    "access-control-max-age": "7200",
}


def preflight_of(event: Mapping[str, Any]) -> Response | None:
    """Return the answer to a browser that asks whether a page may send a request; ``None``: this
    is no such question.

    It knows no workspace, so every origin gets the same answer. The door that gets the request
    decides what comes of it, and which page may read that.

    Source: Fetch Standard, CORS-preflight fetch.
    """
    headers = event.get("headers") or {}
    origin = headers.get("origin")
    is_preflight = (
        event["requestContext"]["http"]["method"] == "OPTIONS"
        and origin is not None
        and "access-control-request-method" in headers
    )
    if not is_preflight:
        return None
    path = event["rawPath"]
    if is_open(path):
        return Response(204, headers=MAY_ASK | {"access-control-allow-origin": "*"})
    told = {"vary": "origin"}
    if path.startswith("/v1/") and is_origin(origin):
        told |= MAY_ASK
        told |= {
            "access-control-allow-origin": str(origin),
            "access-control-allow-credentials": "true",
        }
    return Response(204, headers=told)


def why_not_here(event: Mapping[str, Any]) -> InvalidRequest | NotFound:
    """Return why no route fits a request: 405 with the path's methods, or 404."""
    path, method = event["rawPath"], event["requestContext"]["http"]["method"]
    fitting = [route for route in HTTP_METHODS if _fits(path, route)]
    # A path that is a route itself is none with a variable in its place.
    allowed = HTTP_METHODS[min(fitting, key=lambda route: route.count("{"))] if fitting else ()
    if not allowed or method in allowed:
        return NotFound()
    return InvalidRequest("method", "not here", status=405, allow=allowed)


def _fits(path: str, route: str) -> bool:
    # Compiled here and not at import, because only requests for unknown paths need it.
    pieces = re.split(r"(\{\w+\+?\})", route)
    variable = {True: ".+", False: "[^/]+"}
    pattern = "".join(
        variable[piece.endswith("+}")] if piece.startswith("{") else re.escape(piece)
        for piece in pieces
    )
    return re.fullmatch(pattern, path) is not None
