"""A server that answers as it was told, and the doors behind a gateway, both on this machine."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from local.http import Gateway
from local.loopback_server import listening, serving
from local.routes import routes_of
from portico.people.memberships import Role
from portico.team.members import TeamMembers
from portico.team.workspace_key import Scope
from portico.team.workspace_keys import WorkspaceKeys
from portico_team import Portico
from tests.support.doors import door
from tests.support.template import folder, translated
from tests.team.test_team_token import HOST, HOW

KEY = f"ptk_acme_{'k' * 22}_{'s' * 49}"

type Told = tuple[int, dict[str, str], Any]
"""Status, headers, and the JSON of an answer; bytes as they are."""


@dataclass
class Scripted:
    """A server with a list of answers, each given once, and the last one for ever."""

    url: str = ""
    answers: list[Told] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        request.get_data()
        self.asked.append(request)
        status, headers, content = self.answers.pop(0) if self.answers[1:] else self.answers[0]
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return Response(body, status, headers, content_type="application/json")(
            environ, start_response
        )

    def client(self, **more: Any) -> Portico:
        """A client that notes its waits and does not wait."""
        client = Portico(self.url, KEY, **more)
        client.transport.sleep = self.waits.append
        return client


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    server = Scripted()
    with listening(0) as taken, serving(taken, server):
        server.url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        yield server


@pytest.fixture
def doors() -> Iterator[str]:
    """Where all doors answer over HTTP."""

    def invoke(name: str, event: dict[str, Any]) -> Any:
        return door(folder(name)).handler(event, None)

    with listening(0) as taken:
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        with serving(taken, Gateway(routes_of(translated()), invoke, (host,))):
            yield f"http://{host}"


@pytest.fixture
def makes_a_key(portal) -> Callable[..., str]:
    """Let an owner of Acme make a key."""
    owner = portal.adds("Olga Owner", "olga@example.com")
    TeamMembers("people", "sign-in").add(portal.workspace, owner, Role.OWNER, **HOW)
    keys = WorkspaceKeys("people", "sign-in")

    def makes(*scopes: Scope) -> str:
        _, text = keys.add(portal.workspace, owner, label="Help desk", scopes=list(scopes), **HOW)
        return text

    assert HOST
    return makes
