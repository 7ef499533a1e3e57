"""Who may speak for a directory: a key of the workspace with the scope `scim`
(portico/edge/scim_routes.py)."""

import pytest

from portico.edge.scim_requests import LARGEST_SCIM_BODY
from portico.people.memberships import Role
from portico.people.rules import Workspace
from portico.team.members import TeamMembers
from portico.team.team_budget import MOST_USES, TeamUse
from portico.team.workspace_key import Scope, read_key
from portico.team.workspace_keys import WorkspaceKeys
from tests.directory.scim.conftest import (
    BASE,
    HOW,
    ONE,
    PATCH,
    USERS,
    Client,
    made_by_hand,
    person,
)
from tests.support.doors import Answer, door, http_event, knock
from tests.support.template import doors

DISCOVERY = [f"GET {BASE}/{each}" for each in ("ServiceProviderConfig", "ResourceTypes", "Schemas")]
ROUTES = sorted(
    f"{each['Properties']['Method']} {each['Properties']['Path']}"
    for each in doors()["sync_directory"]["Events"].values()
)
PATH = {"user": "0" * 22, "type": "User", "schema": "urn:ietf:params:scim:schemas:core:2.0:User"}
BODIES = {"POST": person(), "PUT": person(), "PATCH": {"Operations": []}}


def asks(client, route, **more):
    return client.sends(route, BODIES.get(route.partition(" ")[0]), path=PATH, **more)


def elsewhere(portal):
    """The directory of another workspace."""
    portal.team.create_workspace(Workspace("other", "Other", "https://other.test"), by="test")
    return Client(portal, made_by_hand(portal, "other"))


@pytest.mark.parametrize("route", ROUTES)
class TestARoute:
    def test_is_closed_without_a_key(self, directory, route):
        refused = asks(directory, route, headers={"authorization": ""})

        assert refused.status == 401

    def test_api_01_is_closed_with_another_workspaces_key(self, directory, route):
        stranger = elsewhere(directory.portal)

        assert asks(stranger, route).status == 401

    def test_is_closed_with_a_key_of_other_scopes(self, directory, route):
        scopes = [each for each in Scope if each.value != "scim"]
        owner = directory.portal.team.contact("acme", "olga@acme.example")
        other = WorkspaceKeys("people", "sign-in").add(
            directory.portal.workspace, owner, label="Desk", scopes=scopes, **HOW
        )[1]

        assert asks(Client(directory.portal, other), route).status == 403

    def test_api_04_is_closed_to_browsers(self, directory, route):
        assert asks(directory, route, headers={"sec-fetch-site": "same-origin"}).status == 403
        origin = {"origin": "https://portal.acme.test"}
        assert asks(directory, route, headers=origin).status == 403


class TestAKey:
    def test_with_a_typing_error_costs_no_read(self, directory, wire):
        directory.text = directory.text[:-1] + ("A" if directory.text[-1] != "A" else "B")
        wire.forget()

        assert directory.sends(f"GET {USERS}").status == 401
        assert wire.sent == []

    def test_ends_when_it_is_revoked(self, directory):
        told = read_key(directory.text)
        assert told
        WorkspaceKeys("people", "sign-in").revoke(directory.portal.workspace, told.id, **HOW)

        assert directory.sends(f"GET {USERS}").status == 401

    def test_ends_by_itself(self, directory):
        directory.portal.forward(days=366)

        assert directory.sends(f"GET {USERS}").status == 401

    def test_does_not_outlive_its_maker(self, directory):
        """Keys went on for years after whoever had made them was gone."""
        portal = directory.portal
        olga = portal.team.contact("acme", "olga@acme.example")
        other = portal.adds("Otto Owner", "otto@example.com")
        members = TeamMembers("people", "sign-in")
        members.add(portal.workspace, other, Role.OWNER, **HOW)
        members.remove(portal.workspace, olga, **HOW)

        assert directory.sends(f"GET {USERS}").status == 401

    def test_api_08_has_25_requests_a_second(self, directory):
        headers = {"authorization": f"Bearer {directory.text}"}
        path = {"workspace": "acme"}
        answers = [
            knock("sync_directory", DISCOVERY[0], origin=None, headers=headers, path=path)
            for _ in range(MOST_USES[TeamUse.BY_KEY] + 1)
        ]

        assert [each.status for each in answers] == [200] * 25 + [429]
        assert answers[-1].headers["retry-after"] == "1"
        assert asks(directory, DISCOVERY[0]).status == 200

    def test_is_noted_when_it_comes(self, directory):
        directory.sends(f"GET {USERS}")

        lines = [each for each in directory.portal.records_trail() if each["name"] == "key.used"]
        assert [each["detail"]["label"] for each in lines] == ["Entra"]


class TestABody:
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ("{", 400),
            ("[]", 400),
            ('{"userName": "a", "userName": "b"}', 400),
            ('{"userName": NaN}', 400),
            ('{"a":' * 20 + "1" + "}" * 20, 400),
            ('{"userName": "\\ud800"}', 400),
            (f'{{"userName": "{"x" * LARGEST_SCIM_BODY}"}}', 413),
        ],
        ids=range(7),
    )
    def test_that_is_none_is_refused(self, directory, body, status):
        assert directory.sends(f"POST {USERS}", body).status == status

    def test_of_another_kind_is_refused(self, directory):
        headers = {"content-type": "text/plain"}

        assert directory.sends(f"POST {USERS}", person(), headers=headers).status == 415

    @pytest.mark.parametrize("kind", ["application/json", "application/scim+json; charset=utf-8"])
    def test_is_json_by_either_name(self, directory, kind):
        headers = {"content-type": kind}

        assert directory.sends(f"POST {USERS}", person(), headers=headers).status == 201


class TestTen01AnotherWorkspace:
    def test_has_no_user_of_this_one(self, directory):
        portal = directory.portal
        id_, other = directory.adds(), elsewhere(portal)
        before = portal.rows("people")
        leaves = {"op": "replace", "path": "active", "value": False}
        bodies = BODIES | {"PATCH": {"schemas": [PATCH], "Operations": [leaves]}}
        path = {"workspace": "other", "user": id_}

        foreign = [
            other.sends(f"{method} {ONE}", bodies.get(method), path=path)
            for method in ("GET", "DELETE", "PUT", "PATCH")
        ]
        path = {"workspace": "other", "user": "0" * 22}
        random = [
            other.sends(f"{method} {ONE}", bodies.get(method), path=path)
            for method in ("GET", "DELETE", "PUT", "PATCH")
        ]

        assert [(e.status, e.body) for e in foreign] == [(e.status, e.body) for e in random]
        assert {each.status for each in foreign} == {404}
        listed = other.sends(f"GET {USERS}", path={"workspace": "other"})
        assert listed.body["totalResults"] == 0
        assert portal.rows("people") == before


class TestDiscovery:
    @pytest.mark.parametrize("route", DISCOVERY)
    def test_is_answered(self, directory, route):
        assert directory.sends(route).status == 200

    def test_shows_no_secret_to_write(self, directory):
        shown = directory.sends(f"GET {BASE}/Schemas").body

        user, group = shown["Resources"]
        names = {each["name"] for each in user["attributes"]}
        assert names == {"userName", "name", "displayName", "active", "emails"} | (
            names & {"externalId"}
        )
        names = {each["name"] for each in group["attributes"]}
        assert names - {"externalId"} == {"displayName", "members"}

    def test_says_what_we_can(self, directory):
        told = directory.sends(f"GET {BASE}/ServiceProviderConfig").body

        can = {name: told[name]["supported"] for name in told if "supported" in str(told[name])}
        assert can == {
            "patch": True,
            "bulk": False,
            "filter": True,
            "changePassword": False,
            "sort": False,
            "etag": True,
        }
        assert told["filter"]["maxResults"] == 100

    @pytest.mark.parametrize(
        ("route", "path"),
        [
            (f"GET {BASE}/Schemas/{{schema}}", {"schema": PATH["schema"]}),
            (f"GET {BASE}/ResourceTypes/{{type}}", {"type": "User"}),
        ],
    )
    def test_has_each_by_its_name(self, directory, route, path):
        assert directory.sends(route, path=path).body["id"] in path.values()
        assert directory.sends(route, path=dict.fromkeys(path, "None")).status == 404


class TestAnUnknownPath:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/scim/v2/acme/Nothing", 404),
            ("GET", "/scim/v2/acme", 404),
            ("DELETE", "/scim/v2/acme/Schemas", 405),
        ],
    )
    def test_is_told_in_the_standards_form(self, directory, method, path, status):
        event = http_event(f"{method} {path}", origin=None)
        event["routeKey"] = event["requestContext"]["routeKey"] = "$default"

        refused = Answer(door("sign_in_page").handler(event, None))

        assert (refused.status, refused.body["status"]) == (status, str(status))


class TestAFault:
    def test_is_told_in_the_standards_form(self, directory, wire):
        id_ = directory.adds()
        wire.cut("dynamodb.TransactWriteItems")

        refused = directory.switches(id_, False)

        assert (refused.status, refused.headers["retry-after"]) == (503, "2")
        wire.mend()
        assert directory.reads(id_).body["active"] is True
        assert directory.switches(id_, False).status == 200
