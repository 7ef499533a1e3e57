"""Connections and what the sign-in page offers of them, written together."""

import pytest

from portico.errors import NotFound, TryLater
from portico.events import Event
from portico.people.rules import Workspace
from portico.sso.rules import Connection
from portico.sso.store import Connections
from tests.support.driver import NOON

ADDED = Event("connection.added", NOON, "connection-google", 365, "test")


def connection(id_: str, workspace_id: str = "acme") -> Connection:
    return Connection(id_, workspace_id, "google", id_.title(), "client")


class TestAConnection:
    def test_does_not_push_a_colleague_s_away(self, portal):
        connections = Connections("people", portal.id)
        read_before = portal.team.workspace(portal.id)
        connections.put(connection("google"), read_before, ADDED)

        with pytest.raises(TryLater):
            connections.put(connection("second"), read_before, ADDED)

        offered = portal.team.workspace(portal.id).connections
        assert [each["id"] for each in offered] == ["google"]
        assert connections.get("second") is None

    def test_needs_a_workspace(self, tables):
        with pytest.raises(NotFound):
            Connections("people", "nowhere").put(
                connection("google", "nowhere"), Workspace("nowhere", "N", "https://n"), ADDED
            )
