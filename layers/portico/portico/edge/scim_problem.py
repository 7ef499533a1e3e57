"""Errors in SCIM's form (RFC 7644, 3.12). The one table of problems says the words."""

from collections.abc import Mapping
from typing import Any

from portico.edge.problems import PROBLEMS, problem
from portico.edge.responses import Response
from portico.errors import InvalidRequest, PorticoError, TryLater

SCIM_KIND = "application/scim+json"
_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def scim_problem(event: Mapping[str, Any], error: PorticoError) -> Response:
    """Return the answer to an error in SCIM's form."""
    told = problem(error, request_id=event["requestContext"]["requestId"])
    kind = PROBLEMS.get(type(error), PROBLEMS[TryLater])
    headers = {"content-type": SCIM_KIND}
    headers |= {n: v for n, v in told.headers.items() if n in ("retry-after", "allow")}
    if told.status == 401:
        headers["www-authenticate"] = 'Bearer realm="SCIM"'
    detail = kind.detail
    if isinstance(error, InvalidRequest):
        detail = f"{error.field}: {error.reason}"
    scim_type = {"scimType": "invalidSyntax"} if told.status == 400 else {}
    content = {"schemas": [_ERROR], "status": str(told.status), **scim_type, "detail": detail}
    return Response(told.status, content, headers)
