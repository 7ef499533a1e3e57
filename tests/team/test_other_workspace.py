"""TEN-01 at every route of a team, with every kind of id that stands in its path, or that its body names:
what is another workspace's is nothing (portico/edge/*_routes.py)."""

import re
from typing import Any

import pytest

from portico.events import Event
from portico.openid.registered_client import RegisteredClient
from portico.openid.store import RegisteredClients
from portico.people.memberships import Role
from portico.sso.rules import Connection
from portico.sso.store import Connections
from portico.team.members import TeamMembers
from portico.team.workspace_key import Scope
from portico.team.workspace_keys import WorkspaceKeys
from tests.team.test_manage_workspace import (
    BODIES,
    CONTACTS,
    LINKS,
    NOBODYS,
    ROUTES,
    WORKSPACE,
    House,
    kind_of,
)
from tests.team.test_team_token import HOW

pytestmark = pytest.mark.slow

NOBODY = f"ct_{'0' * 22}"
RANDOM = NOBODYS | {"contact": f"ct_{'1' * 22}"}
BY_BODY: dict[str, Any] = {
    f"POST {CONTACTS}/{{contact}}/merge": lambda id_: {"lost": id_},
    f"POST {CONTACTS}/{{contact}}/merge/undo": lambda id_: {"lost": id_},
    f"POST {LINKS}": lambda id_: {"links": [{"contact": id_}]},
    f"POST {WORKSPACE}/diagnosis": lambda id_: {"contact": id_},
    f"POST {WORKSPACE}/trail/list": lambda id_: {"contact": id_},
}
"""Routes whose body names a contact."""


@pytest.fixture
def house(portal) -> House:
    return House(portal)


def ids_of_globex(portal: Any) -> dict[str, str]:
    """One of everything that has an id, in another workspace of the same deployment."""
    globex = portal.neighbour()
    globex.sets(locale="de")
    (change,) = [r["sk"] for r in portal.rows("people") if r["pk"] == "globex#changes"]
    at = portal.team.clock.now()
    client = RegisteredClient("help", "globex", "Help", redirect_uris=["https://a.test/cb"])
    event = Event("portal.added", at, "portal-help", 365, "test")
    RegisteredClients("people", "globex").put(client, globex.workspace, event)
    ids = Connection("ids", "globex", "oidc", "A", "app", issuer="https://id.example.com")
    event = Event("connection.added", at, "connection-ids", 365, "test")
    Connections("people", "globex").put(ids, globex.workspace, event)
    globex.browser.signs_in()
    (session,) = [r["sk"] for r in portal.session_rows() if r["pk"].startswith("globex#")]
    TeamMembers("people", "sign-in").add(globex.workspace, globex.ann, Role.OWNER, **HOW)
    key, _ = WorkspaceKeys("people", "sign-in").add(
        globex.workspace, globex.ann, label="Theirs", scopes=[Scope.LINKS], **HOW
    )
    return {
        "contact": globex.ann.id,
        "change": change,
        "portal": "help",
        "connection": "ids",
        "session": session.partition("#")[2],
        "key": key.id,
        "link": globex.link()[0].id,
    }


def told(answer: Any) -> tuple[int, str]:
    """What an answer says, but for the request's own id."""
    return answer.status, re.sub(r'"instance": ?"[^"]*"', "", answer.event.get("body", ""))


class TestTen01AnotherWorkspace:
    def test_has_nothing_that_any_route_finds(self, house, portal):
        theirs, own = ids_of_globex(portal), {"contact": house.zoe.id}
        owner = house["owner"]
        before = [r for r in portal.rows("people") if r["pk"].startswith("globex#")]
        told_apart, asked = [], 0

        def sends(route: str, ids: dict[str, str], body: Any, press: str) -> Any:
            headers = {"idempotency-key": f"{press} {route}", "if-match": "x", **kind_of(route)}
            return owner.sends(route, body, path=RANDOM | ids, headers=headers)

        for number, route in enumerate(ROUTES):
            if number % 10 == 0:
                portal.forward(minutes=1)
                owner.bearer = owner.token()
            body = BODIES.get(route)
            pairs = [
                ((own | {name: theirs[name]}, body), (own | {name: RANDOM[name]}, body))
                for name in theirs
                if f"{{{name}}}" in route
            ]
            if (named := BY_BODY.get(route)) is not None:
                pairs.append(((own, named(theirs["contact"])), (own, named(NOBODY))))
            for one, other in pairs:
                if told(sends(route, *one, "a")) != told(sends(route, *other, "b")):
                    told_apart.append((route, one))
            asked += len(pairs)
            there = sends(route, theirs | {"workspace": "globex"}, body, "c")
            assert there.problem == (401, "not-signed-in"), route

        assert told_apart == []
        assert asked >= 40
        after = [r for r in portal.rows("people") if r["pk"].startswith("globex#")]
        assert after == before
