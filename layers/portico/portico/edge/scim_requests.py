"""What a directory sends, brought into the standard's form before the standard's library reads it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scim2_models import InvalidFilterException, NotFoundException
from scim2_server.requests import ScimRequest

from portico.directory.scim import scim_shapes
from portico.directory.scim.group_shapes import MemberChange, group_of, group_patch_of
from portico.directory.scim.scim_shapes import (
    FILTERED,
    GROUPS_FILTERED,
    FilterRefused,
    ShapeRefused,
    Term,
    terms_of,
)
from portico.edge.requests import LONGEST_TEXT, object_in
from portico.edge.scim_problem import SCIM_KIND
from portico.errors import InvalidRequest
from portico.events import Caller
from portico.strict_parsers import media_type_in

LARGEST_SCIM_BODY = 64 * 1024
SEARCHES = ("/.search", "/Users/.search", "/Groups/.search")


@dataclass(frozen=True, slots=True)
class DirectoryRequest:
    """What a directory asks for, in the standard's form."""

    request: ScimRequest
    terms: list[Term] | None
    """Of its filter; ``None``: it has none."""
    members: MemberChange
    """What it says of a group's members, which the request has no more."""
    is_about_groups: bool


def asked_of(event: Mapping[str, Any], caller: Caller, workspace_id: str) -> DirectoryRequest:
    """Return what a directory asks for in the standard's form.

    Raises:
        InvalidRequest: a part of it cannot be read.
        InvalidFilterException: its filter is none that is found by a key.
        NotFoundException: it asks for an id that nothing can have.
        TooLarge: its body is.
    """
    base = f"{caller.own_origin}/scim/v2/{workspace_id}"
    method: str = event["requestContext"]["http"]["method"]
    path = _path(event)
    is_about_groups = path == "/Groups" or path.startswith("/Groups/")
    names = GROUPS_FILTERED if is_about_groups else FILTERED
    query = dict(event.get("queryStringParameters") or {})
    is_list = path in ("/Users", "/Groups") and method == "GET"
    terms = _terms(query.pop("filter", None), names) if is_list else None
    for name, value in query.items():
        if len(value) > LONGEST_TEXT:
            raise InvalidRequest(name[:64], "too long")
    headers = {
        name: value
        for name, value in (event.get("headers") or {}).items()
        if name in ("if-match", "if-none-match")
    }
    body, members = b"", MemberChange()
    if method in ("POST", "PUT", "PATCH"):
        content = content_of(event)
        if path in SEARCHES:
            terms = _terms(_filter_taken_from(content), names)
        elif is_about_groups:
            content, members = _plain_group(method, content, path.rpartition("/")[2])
        else:
            content = _plain(method, content)
        body = _written(content)
        headers["content-type"] = SCIM_KIND
    request = ScimRequest(method, base, path, query, headers, body)
    return DirectoryRequest(request, terms, members, is_about_groups)


def _path(event: Mapping[str, Any]) -> str:
    """Return the path below the workspace, as its route names it.

    Raises:
        NotFoundException: an id in it is none, and would make it the path of something else.
    """
    path = event.get("pathParameters") or {}
    below = event["routeKey"].partition("{workspace}")[2]
    if any(not path[name] or "/" in path[name] for name in re.findall(r"\{(\w+)\}", below)):
        raise NotFoundException(detail="There is nothing with this id")
    return re.sub(r"\{(\w+)\}", lambda found: path[found[1]], below)


def _terms(text: Any, names: dict[str, str]) -> list[Term] | None:
    if text is None:
        return None
    try:
        return terms_of(text if isinstance(text, str) else "", names)
    except FilterRefused:
        named = ", ".join(dict.fromkeys(names.values()))
        detail = f"one of {named}, each with eq, joined by and"
        raise InvalidFilterException(detail=detail) from None


def _filter_taken_from(content: dict[str, Any]) -> Any:
    """Take the filter out of a search, whatever the case of its name (RFC 7643, 2.1)."""
    names = [name for name in content if name.lower() == "filter"]
    if len(names) > 1:
        raise InvalidRequest("filter", "twice")
    return content.pop(names[0]) if names else None


def content_of(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the object in a request's body.

    Raises:
        InvalidRequest: it is none.
        TooLarge: it is longer than anything that a directory has to say.
    """
    kind = media_type_in((event.get("headers") or {}).get("content-type", ""))
    if kind not in (SCIM_KIND, "application/json", ""):
        raise InvalidRequest("content-type", SCIM_KIND, status=415)
    return object_in(event, LARGEST_SCIM_BODY)


def _plain(method: str, content: dict[str, Any]) -> dict[str, Any]:
    try:
        if method == "PATCH":
            return scim_shapes.patch_of(content)
        return scim_shapes.user_of(content, is_new=method == "POST")
    except ShapeRefused as refused:
        field, _, reason = str(refused).partition(": ")
        raise InvalidRequest(field, reason) from None


def _plain_group(
    method: str, content: dict[str, Any], id_: str
) -> tuple[dict[str, Any], MemberChange]:
    try:
        return group_patch_of(content, id_) if method == "PATCH" else group_of(content)
    except ShapeRefused as refused:
        field, _, reason = str(refused).partition(": ")
        raise InvalidRequest(field, reason) from None


def _written(content: dict[str, Any]) -> bytes:
    try:
        return json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InvalidRequest("body", "not Unicode text") from None
