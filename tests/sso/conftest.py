"""Fake providers on a port of this machine, and workspaces that are connected to them."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.secretsmanager.models import secretsmanager_backends

from local.loopback_server import listening, serving
from local.providers.app import Providers
from local.providers.faults import Faults
from local.providers.grants import client_id, client_secret
from local.providers.people import ACME_TENANT, Account
from portico.aws import secrets
from portico.directory.store import Directory, Record
from portico.events import Event
from portico.sso.rules import Connection
from portico.sso.store import Connections, secret_name
from tests.support.doors import door
from tests.support.driver import Portal
from tests.support.shared_rows import once

LABELS = {"microsoft": "Microsoft", "google": "Google", "facebook": "Facebook", "x": "X", "oidc": "Acme ID"}  # fmt: skip
ID = {"x": "twitter"}
"""A connection's id has two characters at least; the others are called by their kinds."""


@dataclass
class World:
    """The providers of one test, and the portals that trust them."""

    base: str
    portal: Portal
    app: Providers = field(default_factory=lambda: Providers(faults=Faults(hang=20, pause=0.05)))

    def connect(self, kind: str, portal: Portal | None = None, **more: Any) -> Connection:
        """Register a workspace with a provider."""
        home = portal or self.portal
        given: dict[str, Any] = {
            "id": ID.get(kind, kind),
            "workspace_id": home.id,
            "kind": kind,
            "label": LABELS[kind],
            "client_id": client_id(kind),
        }
        if kind == "oidc":
            given["issuer"] = f"{self.base}/oidc"
        else:
            given["stand_in"] = f"{self.base}/{kind}"
        if kind == "microsoft":
            given["tenants"] = [ACME_TENANT]
        connection = Connection(**{**given, **more})
        name = secret_name(PREFIX, connection)
        if name not in secrets._kept:
            self.keep_secret(connection, client_secret(kind))
        event = Event("connection.changed", datetime.now(UTC), home.id, 365, "test")
        Connections("people", home.id).put(connection, home.team.workspace(home.id), event)
        return connection

    def keep_secret(self, connection: Connection, text: str) -> None:
        name = secret_name(PREFIX, connection)
        secrets._kept.pop(name, None)
        if _stored(name) == text:  # an earlier test's
            return
        client = boto3.client("secretsmanager")
        try:
            client.create_secret(Name=name, SecretString=text)
        except ClientError:
            client.put_secret_value(SecretId=name, SecretString=text)

    def has(self, kind: str, key: str, name: str = "Some Body", **claims: Any) -> None:
        """Let somebody have an account at a provider."""
        others = [each for each in self.app.accounts[kind] if each.key != key]
        self.app.accounts[kind] = [*others, Account(key, name, claims)]

    def lists(self, email: str, *, active: bool = True, portal: Portal | None = None, **more: Any) -> None:  # fmt: skip
        """Sync a person from the directory."""
        home = portal or self.portal
        record = {
            "source": "csv",
            "external_id": email,
            "tenant": None,
            "object_id": None,
            "user_name": email,
            "emails": (email,),
            "active": active,
            "imported_at": datetime.now(UTC),
        }
        event = Event("directory.imported", datetime.now(UTC), home.id, 365, "test")
        Directory("people", home.id).put(Record(**{**record, **more}), event)

    def new_environment(self) -> None:
        """Let the doors start anew, with nothing read from any provider."""
        for name, flow in (("start_sso", "starts"), ("finish_sso", "finishes")):
            discovery = getattr(door(name), flow).discovery
            discovery._documents.clear()
            discovery._away.clear()

    def finish_documents(self) -> dict[str, Any]:
        """What the door of the way back has read of providers."""
        documents: dict[str, Any] = door("finish_sso").finishes.discovery._documents
        return documents

    def asked(self, kind: str) -> list[str]:
        """Which endpoints of a provider were asked, by us."""
        return [name for each, name in self.app.asked if each == kind and name != "authorize"]


PREFIX = "portico/tests/connection"


def _stored(name: str) -> Any:
    """What the emulated Secrets Manager has, without a call."""
    secret: Any = secretsmanager_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].secrets.get(name)
    return secret and secret.versions[secret.default_version_id].get("secret_string")


class _Stage:
    """One server for all tests, each of which puts its own providers on it."""

    app: Providers | None = None

    def __call__(self, environ: Any, start_response: Any) -> Any:
        assert self.app is not None
        return self.app(environ, start_response)


@pytest.fixture(scope="session")
def stage() -> Iterator[tuple[str, _Stage]]:
    stage = _Stage()
    with ExitStack() as stack:
        taken = stack.enter_context(listening(0))
        stack.enter_context(serving(taken, stage))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}", stage


@pytest.fixture
def world(portal: Portal, stage: tuple[str, _Stage]) -> Iterator[World]:
    """Acme Support, not yet connected with anybody."""
    base, server = stage
    world = World(base, portal)
    server.app = world.app
    world.new_environment()
    yield world
    world.app.faults.stopped.set()


@pytest.fixture
def connected(world: World) -> World:
    """Acme Support with all five kinds; its own providers vouch for example.com."""
    # Whoever imports these fixtures has a server of their own, at another port.
    for connection in once(f"connected to {world.base}", lambda: _connections(world)):
        world.keep_secret(connection, client_secret(connection.kind))
    return world


def _connections(world: World) -> list[Connection]:
    vouching = [
        world.connect(kind, vouches_for=["example.com"]) for kind in ("microsoft", "google", "oidc")
    ]
    return [*vouching, world.connect("facebook"), world.connect("x")]
