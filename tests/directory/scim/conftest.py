"""Acme with a key of its directory, and Ann, who is a contact."""

from typing import Any

import pytest

from portico.people.memberships import Role
from portico.team.members import TeamMembers
from portico.team.workspace_key import Scope, read_key
from portico.team.workspace_keys import WorkspaceKeys
from tests.support.doors import Answer, knock
from tests.support.driver import Portal

BASE = "/scim/v2/{workspace}"
USERS, ONE = f"{BASE}/Users", f"{BASE}/Users/{{user}}"
GROUPS, GROUP_ROUTE = f"{BASE}/Groups", f"{BASE}/Groups/{{group}}"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
HOW: dict[str, Any] = {"host": "signin.acme.test", "by": "test"}
OBJECT = "33333333-3333-4333-8333-333333333333"


def made_by_hand(portal: Portal, workspace: str = "acme", *scopes: Scope, email: str = "") -> str:
    """The text of a key of a workspace, with an owner who answers for it."""
    known = portal.team.workspace(workspace)
    owner = portal.team.add_contact(
        workspace, name="Olga Owner", email=email or f"olga@{workspace}.example", by="test"
    )
    TeamMembers("people", "sign-in").add(known, owner, Role.OWNER, **HOW)
    keys = WorkspaceKeys("people", "sign-in")
    made = keys.add(known, owner, label="Entra", scopes=list(scopes or (Scope.SCIM,)), **HOW)
    return made[1]


def fetched(portal: Portal, key: str, **more: Any) -> Answer:
    """Exchange a key for a token, as a directory's client does."""
    told = read_key(key)
    form = {
        "grant_type": "client_credentials",
        "client_id": told.id if told else "",
        "client_secret": key,
    }
    form = {k: v for k, v in (form | more.pop("form", {})).items() if v is not None}
    return portal.knock("token", "POST /oauth2/token", form=form, origin=None, **more)


def person(user_name: str = "ann@example.com", **more: Any) -> dict[str, Any]:
    """A user as Entra ID sends one."""
    return {
        "schemas": [USER, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "externalId": more.pop("external", f"id-of-{user_name}"),
        "userName": user_name,
        "active": True,
        "displayName": user_name.partition("@")[0].title(),
        "emails": [{"primary": True, "type": "work", "value": more.pop("email", user_name)}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": None, "familyName": "Archer", "givenName": "Ann"},
        **more,
    }


class Client:
    """A directory's client, with its key."""

    def __init__(self, portal: Portal, text: str) -> None:
        self.portal, self.text = portal, text

    def sends(self, route: str, body: Any = None, **more: Any) -> Answer:
        headers = {"authorization": f"Bearer {self.text}", **more.pop("headers", {})}
        if body is not None:
            headers = {"content-type": "application/scim+json; charset=utf-8", **headers}
        path = {"workspace": "acme", **more.pop("path", {})}
        asked = {"origin": None, "headers": headers, "path": path, **more}
        self.portal.forward(seconds=1)
        return knock("sync_directory", route, body, **asked)

    def adds(self, *args: Any, **more: Any) -> str:
        answer = self.sends(f"POST {USERS}", person(*args, **more))
        assert answer.status == 201, answer.event
        return str(answer.body["id"])

    def reads(self, id_: str) -> Answer:
        return self.sends(f"GET {ONE}", path={"user": id_})

    def changes(self, id_: str, *operations: Any, **more: Any) -> Answer:
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return self.sends(f"PATCH {ONE}", body, path={"user": id_}, **more)

    def replaces(self, id_: str, body: Any, **more: Any) -> Answer:
        return self.sends(f"PUT {ONE}", body, path={"user": id_}, **more)

    def removes(self, id_: str, **more: Any) -> Answer:
        return self.sends(f"DELETE {ONE}", path={"user": id_}, **more)

    def finds(self, filter_: str, **query: str) -> list[str]:
        answer = self.sends(f"GET {USERS}", query={"filter": filter_, **query})
        assert answer.status == 200, answer.event
        assert answer.body["totalResults"] >= len(answer.body.get("Resources", []))
        return [each["id"] for each in answer.body.get("Resources", [])]

    def switches(self, id_: str, value: Any) -> Answer:
        return self.changes(id_, {"op": "Replace", "path": "active", "value": value})

    def groups(self, name: str, *members: str, **more: Any) -> str:
        """Make a group of users, and return its id."""
        listed = [{"value": each} for each in members]
        body = {"schemas": [GROUP], "displayName": name, "members": listed, **more}
        answer = self.sends(f"POST {GROUPS}", body)
        assert answer.status == 201, answer.body
        return str(answer.body["id"])

    def regroups(self, id_: str, *operations: Any, **more: Any) -> Answer:
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return self.sends(f"PATCH {GROUP_ROUTE}", body, path={"group": id_}, **more)

    def reads_group(self, id_: str, **query: str) -> Answer:
        return self.sends(f"GET {GROUP_ROUTE}", path={"group": id_}, query=query)

    def members(self, id_: str) -> set[str]:
        answer = self.reads_group(id_)
        assert answer.status == 200, answer.body
        return {each["value"] for each in answer.body.get("members", [])}

    def finds_groups(self, filter_: str, **query: str) -> list[str]:
        answer = self.sends(f"GET {GROUPS}", query={"filter": filter_, **query})
        assert answer.status == 200, answer.body
        return [each["id"] for each in answer.body.get("Resources", [])]


@pytest.fixture
def directory(portal) -> Client:
    return Client(portal, made_by_hand(portal))
