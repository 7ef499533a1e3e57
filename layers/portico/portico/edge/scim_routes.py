"""/scim/v2/{workspace}: what a directory's own client sends, with a key of the workspace.

Answers and errors have the standard's form (RFC 7644, 3.1 and 3.12). They are the same for a user
of another workspace as for one who does not exist.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from scim2_models import SCIMException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from portico.clock import SYSTEM, Clock
from portico.directory.scim import scim_shapes
from portico.directory.scim.scim_shapes import FilterRefused, ShapeRefused, Term, terms_of
from portico.directory.scim.service import handler_for, user_service
from portico.directory.scim.sync import DirectorySync, UserMoved
from portico.directory.scim.user_list import UserList
from portico.directory.scim.user_store import SyncedUsers
from portico.edge.problems import PROBLEMS, problem
from portico.edge.requests import DEEPEST_JSON, LONGEST_TEXT, depth_of
from portico.edge.responses import Response
from portico.errors import (
    CrossSite,
    InvalidRequest,
    NotSignedIn,
    PorticoError,
    RoleTooSmall,
    TooLarge,
    TryLater,
)
from portico.events import Caller
from portico.sessions.access_token_check import bearer_of
from portico.settings import SyncDirectorySettings
from portico.strict_parsers import media_type_in, read_json
from portico.team.caller_uses import CallerUses
from portico.team.team_budget import TeamUse, count_use
from portico.team.team_caller import KeyCaller, opened_key
from portico.team.workspace_key import Scope, read_key

LARGEST_SCIM_BODY = 64 * 1024
SCIM_TRIES = 3
"""How often a request is done anew because another sync has changed the same user meanwhile."""
SCIM_KIND = "application/scim+json"
_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_OF_THE_LIBRARY = re.compile(r"\s*\[type=.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ScimRoutes:
    """What the door answers a directory."""

    people_table: str
    sign_in_table: str
    uses: CallerUses
    clock: Clock = SYSTEM

    @classmethod
    def behind(cls, settings: SyncDirectorySettings) -> Self:
        """Make the routes from the door's settings."""
        uses = CallerUses(settings.sign_in_table)
        return cls(settings.people_table, settings.sign_in_table, uses)

    def answer(self, event: Mapping[str, Any], caller: Caller) -> Response:
        """Answer a request, whatever its route."""
        found = self._key(event, caller)
        sync = DirectorySync(self.people_table, found.workspace, found.by)
        users = UserList(
            SyncedUsers(self.people_table, found.workspace.id), self.sign_in_table, found.id
        )
        try:
            request, terms = _request(event, caller, found.workspace.id)
            answer = self._answer(sync, users, request, terms)
        except SCIMException as refused:
            answer = _refused(refused)
        return _response(answer)

    def _answer(
        self, sync: DirectorySync, users: UserList, request: ScimRequest, terms: list[Term] | None
    ) -> ScimResponse:
        for _ in range(SCIM_TRIES):
            try:
                return handler_for(sync, users, terms).handle(request)
            except UserMoved:
                # What was asked is about the user as they are now, and so are its conditions.
                continue
        raise TryLater(cause="directory sync: two syncs change the same user")

    def _key(self, event: Mapping[str, Any], caller: Caller) -> KeyCaller:
        """Return the key that asks.

        Raises:
            NotSignedIn: it is missing, bad, ended, or another workspace's.
            CrossSite: a browser sent it.
            RoleTooSmall: it has not the scope.
            TooManyRequests: its budget is spent.
        """
        text, workspace_id = bearer_of(caller), (event.get("pathParameters") or {})["workspace"]
        if caller.is_browser:
            raise CrossSite
        told = read_key(text) if text else None
        if text is None or told is None or told.workspace_id != workspace_id:
            raise NotSignedIn
        now = self.clock.now()
        found = opened_key(self.people_table, text, at=now)
        if Scope.SCIM not in found.key.scopes:
            raise RoleTooSmall((Scope.SCIM.value,))
        self.uses.note(found, caller.network)
        count_use(self.sign_in_table, workspace_id, found.id, TeamUse.BY_KEY, at=now)
        return found


def scim_problem(event: Mapping[str, Any], error: PorticoError) -> Response:
    """Return the answer to an error in the standard's form."""
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


def _request(
    event: Mapping[str, Any], caller: Caller, workspace_id: str
) -> tuple[ScimRequest, list[Term] | None]:
    """Return what a directory asks for in the standard's form, and the terms of its filter."""
    base = f"{caller.own_origin}/scim/v2/{workspace_id}"
    method: str = event["requestContext"]["http"]["method"]
    path = _path(event)
    query = dict(event.get("queryStringParameters") or {})
    terms = None
    if method == "GET" and path == "/Users" and "filter" in query:
        try:
            terms = terms_of(query.pop("filter"))
        except FilterRefused:
            raise _invalid_filter() from None
    for name, value in query.items():
        if len(value) > LONGEST_TEXT:
            raise InvalidRequest(name[:64], "too long")
    headers = {
        name: value
        for name, value in (event.get("headers") or {}).items()
        if name in ("if-match", "if-none-match")
    }
    body = b""
    if method in ("POST", "PUT", "PATCH"):
        body = _body(event, is_patch=method == "PATCH")
        headers["content-type"] = SCIM_KIND
    return ScimRequest(method, base, path, query, headers, body), terms


def _path(event: Mapping[str, Any]) -> str:
    """Return the path below the workspace, as its route names it."""
    path = event.get("pathParameters") or {}
    below = event["routeKey"].partition("{workspace}")[2]
    return re.sub(r"\{(\w+)\}", lambda found: path[found[1]], below)


def _body(event: Mapping[str, Any], *, is_patch: bool) -> bytes:
    kind = media_type_in((event.get("headers") or {}).get("content-type", ""))
    if kind not in (SCIM_KIND, "application/json", ""):
        raise InvalidRequest("content-type", SCIM_KIND, status=415)
    text = event.get("body") or ""
    if len(text) > LARGEST_SCIM_BODY * (2 if event.get("isBase64Encoded") else 1):
        raise TooLarge(LARGEST_SCIM_BODY)
    try:
        data = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
        if len(data) > LARGEST_SCIM_BODY:
            raise TooLarge(LARGEST_SCIM_BODY)
        content = read_json(data)
    except (ValueError, binascii.Error):
        raise InvalidRequest("body", "not JSON") from None
    if not isinstance(content, dict) or depth_of(content) > DEEPEST_JSON:
        raise InvalidRequest("body", "a JSON object, not too deep")
    try:
        plain = scim_shapes.patch_of(content) if is_patch else scim_shapes.user_of(content)
        return json.dumps(plain, ensure_ascii=False).encode()
    except ShapeRefused as refused:
        field, _, reason = str(refused).partition(": ")
        raise InvalidRequest(field, reason) from None
    except UnicodeEncodeError:
        raise InvalidRequest("body", "not Unicode text") from None


def _invalid_filter() -> SCIMException:
    from scim2_models import InvalidFilterException  # noqa: PLC0415

    detail = "userName, externalId, emails.value or id, each with eq, joined by and"
    return InvalidFilterException(detail=detail)


def _refused(refused: SCIMException) -> ScimResponse:
    answer = user_service().error_response(refused)
    if answer.body and "detail" in answer.body:
        # The library's own words name its version and its pages.
        said = _OF_THE_LIBRARY.sub("", answer.body["detail"]).partition("\n")
        answer.body["detail"] = " ".join(said[2].split()) if said[2] else said[0]
    return answer


def _response(answer: ScimResponse) -> Response:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if answer.body is None:
        headers.pop("content-type", None)
    return Response(int(answer.status), answer.body, headers)
