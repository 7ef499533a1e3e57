"""/scim/v2/{workspace}: what a directory's own client sends, with a key of the workspace.

Answers and errors have the standard's form (RFC 7644, 3.1 and 3.12). They are the same for a user
of another workspace as for one who does not exist.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from scim2_models import InvalidFilterException, SCIMException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from portico.account.synced_address import SyncedAddresses
from portico.clock import SYSTEM, Clock
from portico.directory.scim import scim_shapes
from portico.directory.scim.refusals import Refusals
from portico.directory.scim.scim_shapes import FilterRefused, ShapeRefused, Term, terms_of
from portico.directory.scim.service import UserStorage, user_service
from portico.directory.scim.sync import DirectorySync, UserMoved
from portico.directory.scim.user_list import UserList
from portico.directory.scim.user_store import SyncedUsers
from portico.edge.requests import DEEPEST_JSON, LONGEST_TEXT, depth_of
from portico.edge.responses import Response
from portico.edge.scim_problem import SCIM_KIND
from portico.errors import (
    CrossSite,
    InvalidRequest,
    RoleTooSmall,
    TooLarge,
    TryLater,
)
from portico.events import Caller
from portico.sessions.access_token_check import bearer_of
from portico.settings import SyncDirectorySettings
from portico.strict_parsers import media_type_in, read_json
from portico.team.caller_uses import CallerUses
from portico.team.directory_token import DirectoryTokens
from portico.team.mass_departure import MassDeparture
from portico.team.team_budget import TeamUse, count_use
from portico.team.team_caller import KeyCaller
from portico.team.workspace_key import Scope

LARGEST_SCIM_BODY = 64 * 1024
SEARCHES = ("/.search", "/Users/.search")
SCIM_TRIES = 3
"""How often a request is done anew because another sync has changed the same user meanwhile."""
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
            answer, storage = self._answer(sync, users, request, terms)
            if storage.seen is not None and request.body:
                addresses = SyncedAddresses(self.people_table, self.sign_in_table)
                addresses.settle(found.workspace, storage.seen, host=caller.host, by=found.by)
            if storage.has_left:
                # It has ended their access already, and must not be told that it has not.
                with suppress(TryLater):
                    leaving = MassDeparture(self.people_table, self.sign_in_table, found.workspace)
                    leaving.note(sync.users.count_active, host=caller.host, by=found.by)
        except SCIMException as refused:
            answer = _refused(refused)
            if refused.status in (400, 409) and event["requestContext"]["http"]["method"] != "GET":
                self._note(found, event, answer)
        return _response(answer)

    def _answer(
        self, sync: DirectorySync, users: UserList, request: ScimRequest, terms: list[Term] | None
    ) -> tuple[ScimResponse, UserStorage]:
        for _ in range(SCIM_TRIES):
            storage = UserStorage(sync, users, terms)
            try:
                return storage.serve(request), storage
            except UserMoved:
                # What was asked is about the user as they are now, and so are its conditions.
                continue
        raise TryLater(cause="directory sync: two syncs change the same user")

    def _note(self, found: KeyCaller, event: Mapping[str, Any], answer: ScimResponse) -> None:
        """Record what was not kept, and why, for whoever wonders where somebody is."""
        user = (event.get("pathParameters") or {}).get("user")
        refusals = Refusals(self.sign_in_table, found.workspace, found.by)
        # The directory is told all the same.
        with suppress(TryLater):
            refusals.note((answer.body or {}).get("detail", ""), user=user, sent=_content(event))

    def _key(self, event: Mapping[str, Any], caller: Caller) -> KeyCaller:
        """Return the key that asks, by itself or by a token.

        Raises:
            NotSignedIn: it is missing, bad, ended, or another workspace's.
            CrossSite: a browser sent it.
            RoleTooSmall: it has not the scope.
            TooManyRequests: its budget is spent.
        """
        text, workspace_id = bearer_of(caller), (event.get("pathParameters") or {})["workspace"]
        if caller.is_browser:
            raise CrossSite
        now = self.clock.now()
        tokens = DirectoryTokens(self.people_table, self.sign_in_table)
        found = tokens.opened(workspace_id, text or "", at=now)
        if Scope.SCIM not in found.key.scopes:
            raise RoleTooSmall((Scope.SCIM.value,))
        self.uses.note(found, caller.network)
        count_use(self.sign_in_table, workspace_id, found.id, TeamUse.BY_KEY, at=now)
        return found


def _request(
    event: Mapping[str, Any], caller: Caller, workspace_id: str
) -> tuple[ScimRequest, list[Term] | None]:
    """Return what a directory asks for in the standard's form, and the terms of its filter."""
    base = f"{caller.own_origin}/scim/v2/{workspace_id}"
    method: str = event["requestContext"]["http"]["method"]
    path = _path(event)
    query = dict(event.get("queryStringParameters") or {})
    terms = _terms(query.pop("filter", None)) if path == "/Users" and method == "GET" else None
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
        content = _content(event)
        if path in SEARCHES:
            terms = _terms(_filter_taken_from(content))
        else:
            content = _plain(method, content)
        body = _written(content)
        headers["content-type"] = SCIM_KIND
    return ScimRequest(method, base, path, query, headers, body), terms


def _path(event: Mapping[str, Any]) -> str:
    """Return the path below the workspace, as its route names it."""
    path = event.get("pathParameters") or {}
    below = event["routeKey"].partition("{workspace}")[2]
    return re.sub(r"\{(\w+)\}", lambda found: path[found[1]], below)


def _terms(text: Any) -> list[Term] | None:
    if text is None:
        return None
    try:
        return terms_of(text if isinstance(text, str) else "")
    except FilterRefused:
        detail = "userName, externalId, emails.value or id, each with eq, joined by and"
        raise InvalidFilterException(detail=detail) from None


def _filter_taken_from(content: dict[str, Any]) -> Any:
    """Take the filter out of a search, whatever the case of its name (RFC 7643, 2.1)."""
    names = [name for name in content if name.lower() == "filter"]
    if len(names) > 1:
        raise InvalidRequest("filter", "twice")
    return content.pop(names[0]) if names else None


def _content(event: Mapping[str, Any]) -> dict[str, Any]:
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
    return content


def _plain(method: str, content: dict[str, Any]) -> dict[str, Any]:
    try:
        if method == "PATCH":
            return scim_shapes.patch_of(content)
        return scim_shapes.user_of(content, is_new=method == "POST")
    except ShapeRefused as refused:
        field, _, reason = str(refused).partition(": ")
        raise InvalidRequest(field, reason) from None


def _written(content: dict[str, Any]) -> bytes:
    try:
        return json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InvalidRequest("body", "not Unicode text") from None


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
