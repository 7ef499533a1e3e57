"""What a directory says of a group, with its members taken apart from the rest.

A group may have fifty thousand members, so no request may mean to read or write all of them in one
piece. Every documented way to say who comes and who goes is read into a `MemberChange`; what is left
is the standard's.

Source: RFC 7644, 3.5.2; Microsoft's and Okta's references for SCIM.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from portico.directory.scim.scim_shapes import (
    LONGEST_PATH,
    MOST_OPERATIONS,
    ShapeRefused,
    member_of,
    operation_kind,
)

GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"
MOST_MEMBERS = 1000
"""Members that one request names. Its body would not hold many more."""
LONGEST_MEMBER = 64

_MEMBERS = re.compile(
    rf"""\s*(?:{re.escape(GROUP_SCHEMA)}\s*[:.]\s*)?members\s*
    (?:\[\s*value\s+eq\s+"(?P<who>[^"\\]{{1,{LONGEST_MEMBER}}})"\s*\])?(?P<part>.*)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


@dataclass(slots=True)
class MemberChange:
    """Who comes and who goes, as one request says it, from its first operation to its last."""

    is_all: bool = False
    """Whether everybody goes who is not among those who come."""
    come: set[str] = field(default_factory=set)
    go: set[str] = field(default_factory=set)

    @property
    def is_nothing(self) -> bool:
        """Whether the request leaves the members as they are."""
        return not (self.is_all or self.come or self.go)

    def add(self, ids: set[str]) -> None:
        """Say that these come."""
        self.come |= ids
        self.go -= ids
        self._demand_few()

    def remove(self, ids: set[str]) -> None:
        """Say that these go."""
        self.go |= ids
        self.come -= ids
        self._demand_few()

    def replace(self, ids: set[str]) -> None:
        """Say that these are all."""
        self.is_all, self.come, self.go = True, ids, set()
        self._demand_few()

    def _demand_few(self) -> None:
        if len(self.come) + len(self.go) > MOST_MEMBERS:
            raise ShapeRefused(f"members: {MOST_MEMBERS} at most in one request")


def group_of(body: dict[str, Any]) -> tuple[dict[str, Any], MemberChange]:
    """Return the body of a created or replaced group without its members, and these.

    A replacement that does not speak of members leaves them as they are.

    Raises:
        ShapeRefused: the members cannot be read.
    """
    change = MemberChange()
    said = [value for name, value in body.items() if _is_members(name)]
    if len(said) > 1:
        raise ShapeRefused("members: twice")
    if said and said[0] is not None:
        change.replace(_ids_in(said[0]))
    return {name: value for name, value in body.items() if not _is_members(name)}, change


def group_patch_of(body: dict[str, Any], id_: str) -> tuple[dict[str, Any], MemberChange]:
    """Return the operations of a PATCH that are not about members, and what those say that are.

    Args:
        body: as it was sent.
        id_: the group's, which Okta sends again in a value.

    Raises:
        ShapeRefused: it is no PATCH, says too much at once, or can be read in two ways.
    """
    operations = member_of(body, "operations")
    if not isinstance(operations, list) or not 0 < len(operations) <= MOST_MEMBERS:
        raise ShapeRefused(f"Operations: a list of 1 to {MOST_MEMBERS}")
    change, others = MemberChange(), list[dict[str, Any]]()
    for each in operations:
        others += _operations(each, change, id_)
    if len(others) > MOST_OPERATIONS:
        raise ShapeRefused(f"Operations: a list of 1 to {MOST_OPERATIONS}")
    rest = {name: value for name, value in body.items() if name.lower() != "operations"}
    return rest | {"Operations": others}, change


def _operations(one: Any, change: MemberChange, id_: str) -> list[dict[str, Any]]:
    kind, path, value = operation_kind(one)
    if path:
        return _operation(kind, path, value, change)
    if kind == "remove" or not isinstance(value, dict) or not value:
        raise ShapeRefused("value: an object, where there is no path")
    found = []
    for name, each in value.items():
        if name.lower() == GROUP_SCHEMA.lower() and isinstance(each, dict):
            found += _operations({"op": kind, "value": each}, change, id_)
        elif name.lower() == "id" and each == id_:
            continue
        elif name.lower() not in ("schemas", "meta"):
            found += _operation(kind, name, each, change)
    return found


def _operation(kind: str, path: str, value: Any, change: MemberChange) -> list[dict[str, Any]]:
    if len(path) > LONGEST_PATH:
        raise ShapeRefused("path: too long")
    about = _MEMBERS.fullmatch(path)
    if about is None or (about["part"] and about["part"][0].isalnum()):
        if path.count("[") > 1 or "(" in path:
            raise ShapeRefused("path: nested")
        operation = {"op": kind, "path": path}
        return [operation if kind == "remove" and value is None else operation | {"value": value}]
    if about["part"].strip():
        raise ShapeRefused('members: by members[value eq "…"], or all of them')
    if about["who"]:
        if kind != "remove":
            raise ShapeRefused("members: who is chosen by a filter can only be removed")
        change.remove({about["who"]})
    elif kind == "remove" and value is None:
        change.replace(set())
    elif kind == "remove":
        change.remove(_ids_in(value))
    elif value is None:
        raise ShapeRefused("members: a list, and [] for nobody")
    elif kind == "add":
        change.add(_ids_in(value))
    else:
        change.replace(_ids_in(value))
    return []


def _ids_in(value: Any) -> set[str]:
    """Read ids of members: a list of objects, as the standard has it, or one object, or bare ids."""
    listed = value if isinstance(value, list) else [value]
    if len(listed) > MOST_MEMBERS:
        raise ShapeRefused(f"members: {MOST_MEMBERS} at most in one request")
    return {_id_in(each) for each in listed}


def _id_in(each: Any) -> str:
    if isinstance(each, dict):
        kind = member_of(each, "type")
        if kind is not None and str(kind).lower() != "user":
            raise ShapeRefused("members: users alone, and no groups within groups")
        each = member_of(each, "value")
    if not isinstance(each, str) or not 0 < len(each) <= LONGEST_MEMBER:
        raise ShapeRefused("members: each with the id of a user as its value")
    return each


def _is_members(name: str) -> bool:
    return name.strip().lower() in ("members", f"{GROUP_SCHEMA}:members".lower())
