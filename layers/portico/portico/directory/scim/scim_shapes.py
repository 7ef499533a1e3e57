"""What a directory asks for, brought into the form that the standard has, before anything reads it.

Entra ID and Okta send shapes that RFC 7644 does not have, and each of them means something. A shape
that nobody documents is refused: an answer of 200 with nothing done would keep somebody in who has
left. Filters are few, because each must be found by a key.

Source: RFC 7644, 3.4.2.2 and 3.5.2; Microsoft's known issues of SCIM, and Okta's reference.
"""

import re
from dataclasses import dataclass
from typing import Any

USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
LONGEST_FILTER = 1024
MOST_TERMS = 3
LONGEST_PATH = 256
MOST_OPERATIONS = 100

FILTERED = {
    "id": "id",
    "username": "userName",
    "externalid": "externalId",
    "emails": "emails.value",
    "emails.value": "emails.value",
}
"""The attributes by which users are found, by their names in lower case."""
GROUPS_FILTERED = {
    "id": "id",
    "externalid": "externalId",
    "displayname": "displayName",
    "members": "members",
    "members.value": "members",
}
"""Those by which groups are found."""

_TERM = re.compile(
    r"""\s*(?:urn:ietf:params:scim:schemas:core:2\.0:(?:User|Group):)?
    (?P<name>[A-Za-z]+(?:\.[A-Za-z]+)?)(?P<typed>\[\s*type\s+eq\s+"[A-Za-z0-9 ]{1,40}"\s*\]\.value)?
    (?:\s+eq\s+"(?P<value>(?:[^"\\]|\\["\\/])*)"
    |\[\s*value\s+eq\s+"(?P<member>[^"\\]*)"\s*\])\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_ACTIVE = re.compile(
    rf"\s*(?:{re.escape(USER_SCHEMA)}\s*[:.]\s*)?active(?P<part>[\s.:\[].*)?",
    re.IGNORECASE | re.DOTALL,
)
"""The name of ``active``, and a part of it, which it does not have."""
_AND = re.compile(r"and\b", re.IGNORECASE)
_NO = frozenset({"false", "0", "no", "off", "f", "n", "inactive", "disabled"})
_YES = frozenset({"true", "1", "yes", "on", "t", "y", "active", "enabled"})


class FilterRefused(Exception):
    """A filter that is not one of the few that are found by a key."""


class ShapeRefused(Exception):
    """A body says something that can be read in two ways, or in none. It says which, in words."""


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison of a filter: ``userName eq "ann@acme.example"``."""

    name: str
    """As `FILTERED` has it."""
    value: str


def terms_of(text: str, names: dict[str, str] = FILTERED) -> list[Term]:
    """Read a filter: up to three comparisons by ``eq``, joined by ``and``.

    Args:
        text: as it was sent.
        names: the attributes that it may compare, by their names in lower case.

    Raises:
        FilterRefused: it is another one. The work is linear in the first kilobyte.
    """
    # A half of a pair of surrogates is no text, and has no key.
    if len(text) > LONGEST_FILTER or any("\ud800" <= each <= "\udfff" for each in text):
        raise FilterRefused
    found: list[Term] = []
    at = 0
    while len(found) < MOST_TERMS:
        term = _TERM.match(text, at)
        if term is None:
            raise FilterRefused
        name = names.get(term["name"].lower())
        if name is None or (term["typed"] and term["name"].lower() != "emails"):
            raise FilterRefused
        if term["value"] is None and (term["typed"] or term["name"].lower() != "members"):
            raise FilterRefused
        value = term["value"] if term["value"] is not None else term["member"]
        found.append(Term(name, re.sub(r"\\(.)", r"\1", value)))
        at = term.end()
        if at == len(text):
            return found
        joined = _AND.match(text, at)
        if joined is None:
            raise FilterRefused
        at = joined.end()
    raise FilterRefused


def user_of(body: dict[str, Any], *, is_new: bool) -> dict[str, Any]:
    """Return the body of a created or replaced user with ``active`` as the standard has it.

    Who is new and of whom nothing is said, is active.

    Raises:
        ShapeRefused: ``active`` is neither yes nor no, or stands where nobody looks for it.
    """
    nested = (each for name, each in body.items() if name.strip().lower() == USER_SCHEMA.lower())
    if any(isinstance(each, dict) and any(map(_is_active, each)) for each in nested):
        raise ShapeRefused("active: beside userName, and not below the schema")
    plain = {name: value for name, value in body.items() if not _is_active(name)}
    said = [value for name, value in body.items() if _is_active(name) and value is not None]
    if len(said) > 1:
        raise ShapeRefused("active: twice")
    if said or is_new:
        plain["active"] = activity_of(said[0]) if said else True
    return plain


def patch_of(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a PATCH with one path for each operation whose value names paths.

    Raises:
        ShapeRefused: it is no PATCH, says too much at once, or leaves ``active`` open.
    """
    operations = member_of(body, "operations")
    if not isinstance(operations, list) or not 0 < len(operations) <= MOST_OPERATIONS:
        raise ShapeRefused(f"Operations: a list of 1 to {MOST_OPERATIONS}")
    plain = [each for one in operations for each in _operations(one)]
    others = {name: value for name, value in body.items() if name.lower() != "operations"}
    return others | {"Operations": plain}


def activity_of(value: Any) -> bool:
    """Read what a directory means by ``active``.

    Raises:
        ShapeRefused: it cannot be told.
    """
    # An older Entra wraps a single value into a list of objects.
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("value")
    if isinstance(value, bool):
        return value
    said = str(value).strip().lower() if isinstance(value, str | int) else ""
    if said in _YES | _NO:
        return said in _YES
    raise ShapeRefused("active: true or false")


def operation_kind(one: Any) -> tuple[str, str, Any]:
    """Return what an operation does, its path and its value. Without a path, that is empty.

    Raises:
        ShapeRefused: it is none.
    """
    if not isinstance(one, dict):
        raise ShapeRefused("Operations: each of them an object")
    kind, path, value = (member_of(one, name) for name in ("op", "path", "value"))
    if not isinstance(kind, str) or kind.lower() not in ("add", "replace", "remove"):
        raise ShapeRefused("op: add, replace or remove")
    if not isinstance(path, str | None):
        raise ShapeRefused("path: text")
    return kind.lower(), path or "", value


def member_of(content: dict[str, Any], name: str) -> Any:
    """Return a member whose name is compared without its case (RFC 7643, 2.1); ``None``: absent.

    Raises:
        ShapeRefused: it is there twice.
    """
    found = [value for key, value in content.items() if key.lower() == name]
    if len(found) > 1:
        raise ShapeRefused(f"{name}: twice")
    return found[0] if found else None


def _operations(one: Any) -> list[dict[str, Any]]:
    kind, path, value = operation_kind(one)
    return [_operation(kind, path, value)] if path else _without_path(kind, value)


def _without_path(kind: str, value: Any) -> list[dict[str, Any]]:
    if kind == "remove" or not isinstance(value, dict) or not value:
        raise ShapeRefused("value: an object, where there is no path")
    # A key may be a path of its own: `emails[type eq "work"].value`. One operation for each, so that
    # none of them is taken for an attribute that nobody knows.
    found = []
    for name, each in value.items():
        if name.lower() == USER_SCHEMA.lower() and isinstance(each, dict):
            found += _without_path(kind, each)
        elif name.lower() != "schemas":
            found.append(_operation(kind, name, each))
    return found


def _operation(kind: str, path: str, value: Any) -> dict[str, Any]:
    is_deep = path.count("[") > 1 or path.count("(") > 0
    if len(path) > LONGEST_PATH or is_deep:
        raise ShapeRefused("path: too long, or nested")
    if _is_active(path):
        path = "active"
        if kind == "remove" or value is None:
            raise ShapeRefused("active: true or false; it cannot be removed")
        value = activity_of(value)
    operation = {"op": kind, "path": path}
    return operation if kind == "remove" and value is None else operation | {"value": value}


def _is_active(name: str) -> bool:
    """Say whether a name or path is that of ``active``.

    Raises:
        ShapeRefused: it is a part of it: there is none, and whoever sends it means something.
    """
    found = _ACTIVE.fullmatch(name)
    if found and (found["part"] or "").strip():
        raise ShapeRefused("active: true or false; it has no parts")
    return found is not None
