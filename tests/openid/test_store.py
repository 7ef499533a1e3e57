"""Portals and what the doors know of them, written together."""

from dataclasses import replace

import pytest

from portico.errors import InvalidPortalLink, NotFound, TryLater
from portico.events import Event
from portico.ids import digest
from portico.links.rules import public_id
from portico.links.store import open_link
from portico.openid.registered_client import RegisteredClient
from portico.openid.store import RegisteredClients
from portico.people.rules import Workspace
from tests.support.driver import NOON

ADDED = Event("portal.added", NOON, "portal-help", 365, "test")
HELP = RegisteredClient(
    "help",
    "acme",
    "Help",
    ["https://help.example.net/cb"],
    secrets=[digest("pos_1")],
    initiate_login_uri="https://help.example.net/login",
)


@pytest.fixture
def portals(portal):
    return RegisteredClients("people", portal.id)


@pytest.fixture
def home(portal):
    return portal.team.workspace


class TestARegisteredPortal:
    def test_is_read_as_it_was_written(self, portals, home):
        portals.put(HELP, home("acme"), ADDED)

        assert portals.get("help") == HELP
        assert portals.all() == [HELP]

    def test_is_known_to_the_doors_by_name(self, portals, home):
        portals.put(replace(HELP, id="shop", areas=["tickets", "ticket"]), home("acme"), ADDED)
        portals.put(HELP, home("acme"), ADDED)

        first, second = home("acme").portals
        assert (first["id"], first["areas"]) == ("help", [])
        assert (second["id"], second["areas"]) == ("shop", ["ticket", "tickets"])

    def test_has_an_entrance_for_as_long_as_it_is_on(self, portals, home):
        portals.put(HELP, home("acme"), ADDED)
        _, link = open_link("people", "acme", HELP.client_id, at=NOON, consistent=True)
        assert (link.portal, link.kind, link.expires_at) == ("help", "shared", None)

        portals.put(replace(HELP, on=False), home("acme"), ADDED)

        with pytest.raises(InvalidPortalLink):
            open_link("people", "acme", HELP.client_id, at=NOON, consistent=True)
        assert home("acme").portals == []

    def test_is_not_left_with_an_entrance_that_is_revoked(self, portal, portals, home):
        portals.put(HELP, home("acme"), ADDED)

        with pytest.raises(NotFound):
            portal.links.revoke("acme", public_id(HELP.client_id), by="test")

        assert open_link("people", "acme", HELP.client_id, at=NOON, consistent=True)

    def test_does_not_push_a_colleague_s_away(self, portals, home):
        read_before = home("acme")
        portals.put(HELP, home("acme"), ADDED)

        with pytest.raises(TryLater):
            portals.put(replace(HELP, id="shop"), read_before, ADDED)

        assert [each["id"] for each in home("acme").portals] == ["help"]
        assert portals.get("shop") is None

    def test_needs_a_workspace(self, portals, tables):
        nowhere = RegisteredClients("people", "nowhere")

        with pytest.raises(NotFound):
            nowhere.put(
                replace(HELP, workspace_id="nowhere"), Workspace("nowhere", "N", "https://n"), ADDED
            )

    def test_stands_beside_more_than_one_call_can_read(self, portals, home):
        for n in range(101):
            row = replace(HELP, id=f"p{n}").row()
            key = {"pk": f"acme#portal#p{n}", "sk": "portal"}
            shelf = {"list": "acme#portals", "listed": f"p{n}"}
            portals.rows.put({**key, **row, **shelf}, "attribute_not_exists(pk)")

        assert len(portals.all()) == 101
