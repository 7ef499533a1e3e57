"""What the fake directory sends of a person, and the switches that make it as odd as real ones.

Source: Microsoft's and Okta's pages on their SCIM clients, and public complaints about both.
"""

from collections.abc import Mapping
from typing import Any

from local.fake_directory.people import Employee, Group, Standing

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTRA_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

QUIRKS: Mapping[str, str] = {
    "text": 'active as text, "False" (Entra ID)',
    "no-path": "changes without a path (Okta; Entra ID with its flag)",
    "whole": "the whole person by PUT (Okta's own applications)",
    "capitals": "user names in capitals",
    "more": "a password, nulls, a manager as a bare id, and names of no schema",
    "twice": "each new person twice (a POST that is tried again)",
    "late": "after a DELETE, a PATCH that comes late",
    "again": "in each cycle, active: true for everybody who is",
    "same": "in each cycle, a PUT of everybody that changes nothing",
    "straight": "swapped names, without a third name in between",
    "groups": "its groups too, with who is in them",
}
"""The switches, with what each does."""


def user(person: Employee, quirks: set[str]) -> dict[str, Any]:
    """Return the whole person, as a POST or PUT has them."""
    given, _, family = person.name.rpartition(" ")
    body: dict[str, Any] = {
        "schemas": [USER, ENTERPRISE],
        "externalId": person.object_id,
        "userName": _named(person.user_name, quirks),
        "displayName": person.name,
        "name": {"givenName": given or person.name, "familyName": family},
        "emails": [{"primary": True, "type": "work", "value": person.user_name}],
        "active": _active(person, quirks),
    }
    if "more" in quirks:
        body |= {
            "password": "not-to-be-kept",
            "title": None,
            "department": "Sales",
            ENTERPRISE: {"manager": "26118915-6090-4610-87e4-49d8ca9f808d"},
        }
    return body


def switching(person: Employee, quirks: set[str]) -> dict[str, Any]:
    """Return the PATCH that says whether the person may come in."""
    return _patch({"active": _active(person, quirks)}, quirks)


def renaming(person: Employee, quirks: set[str], *, user_name: str = "") -> dict[str, Any]:
    """Return the PATCH with the names and the address; or with another user name alone."""
    if user_name:
        return _patch({"userName": _named(user_name, quirks)}, quirks)
    changed: dict[str, Any] = {
        "displayName": person.name,
        "userName": _named(person.user_name, quirks),
        'emails[type eq "work"].value': person.user_name,
    }
    return _patch(changed, quirks)


def group(group: Group, members: list[Employee]) -> dict[str, Any]:
    """Return the whole group, as a POST or PUT has it. Who was never sent is not in it yet."""
    return {
        "schemas": [GROUP, ENTRA_GROUP],
        "externalId": group.object_id,
        "displayName": group.name,
        "members": [{"value": each.sent_as} for each in members if each.sent_as],
    }


def joining(user: str) -> dict[str, Any]:
    """Return the PATCH of a group that somebody joins."""
    return _operations({"op": "Add", "path": "members", "value": [{"value": user}]})


def parting(user: str, quirks: set[str]) -> dict[str, Any]:
    """Return the PATCH of a group that somebody leaves."""
    if "no-path" in quirks:
        return _operations({"op": "remove", "path": f'members[value eq "{user}"]'})
    return _operations({"op": "Remove", "path": "members", "value": [{"value": user}]})


def regrouping(group: Group, quirks: set[str]) -> dict[str, Any]:
    """Return the PATCH with a group's name."""
    if "no-path" in quirks:
        # Okta says the id again, which nobody may change.
        value = {"id": group.sent_as, "displayName": group.name}
        return _operations({"op": "replace", "value": value})
    return _operations({"op": "Replace", "path": "displayName", "value": group.name})


def _operations(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


def _patch(changed: dict[str, Any], quirks: set[str]) -> dict[str, Any]:
    if "no-path" in quirks:
        operations: list[dict[str, Any]] = [{"op": "replace", "value": changed}]
    else:
        operations = [
            {"op": "Replace", "path": path, "value": value} for path, value in changed.items()
        ]
    return _operations(*operations)


def _active(person: Employee, quirks: set[str]) -> bool | str:
    is_active = person.standing is Standing.ACTIVE
    return str(is_active) if "text" in quirks else is_active


def _named(user_name: str, quirks: set[str]) -> str:
    return user_name.upper() if "capitals" in quirks else user_name
