"""One account elsewhere, connected by two contacts at once, on tables that really decide."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from portico.clock import SYSTEM
from portico.errors import TryLater
from portico.events import Caller, Event
from portico.links.destinations import ReturnTo
from portico.links.rules import ACCOUNT_LINK
from portico.people.identities import Identity
from portico.people.rules import Stay
from portico.sso.link_account import link_account
from portico.sso.outcomes import Refusal
from portico.sso.rules import Connection, Person
from portico.sso.states import Trip
from portico.sso.store import Connections
from tests.emulated.house import house_at

TRIES = 10
"""Of each of the two."""


@pytest.fixture
def house(emulator):
    with house_at(emulator, streams=False) as house:
        house.adds("Bob Baker", "bob@example.com")
        event = Event("connection.added", SYSTEM.now(), "connection-idp", 30, "test")
        workspace = house.team.workspace(house.id)
        connections = Connections(house.stack.outputs["PeopleTable"], house.id)
        connections.put(connection_of(house), workspace, event)
        yield house


def connection_of(house):
    """The connection that both accounts come by."""
    return Connection("idp", house.id, "oidc", "Acme ID", "client")


def trip_of(house, email):
    """The trip that a contact who is signed in has just come back from."""
    contact = house.another_browser().signs_in(email).body["contact"]["id"]
    (session,) = [row for row in house.session_rows() if row["contact"] == contact]
    return Trip(
        connection=connection_of(house),
        browser="",
        link=ACCOUNT_LINK,
        contact=contact,
        return_to=ReturnTo("dashboard", ""),
        stay=Stay(timedelta(seconds=60), timedelta(seconds=60), 30),
        device=None,
        origin="",
        expires_at=SYSTEM.now() + timedelta(minutes=10),
        key="",
        adds=session["id"],
        sver=session["sver"],
    )


class TestOneAccountAndTwoContacts:
    def test_rac_03_it_becomes_the_account_of_one(self, house):
        person = Person(Identity("idp", "https://idp.test", "one"))
        tables = house.stack.outputs["PeopleTable"], house.stack.outputs["SignInTable"]
        caller = Caller("press", "signin.acme.test", "203.0.113.7")
        trips = [trip_of(house, email) for email in ("ann@example.com", "bob@example.com")]

        def connects(trip):
            while True:
                try:
                    link_account(
                        trip, person, house.id, caller, tables=tables, name="trip", at=SYSTEM.now()
                    )
                except Refusal as refused:
                    return trip.contact, refused.reason
                except TryLater:
                    continue  # another's write was in the way, as the page would be told
                return trip.contact, "linked"

        with ThreadPoolExecutor(len(trips) * TRIES) as pool:
            answers = list(pool.map(connects, trips * TRIES))

        (row,) = [row for row in house.rows("people") if row["sk"] == "identity"]
        winner = row["contact"]
        loser = next(trip.contact for trip in trips if trip.contact != winner)
        counted = Counter(answers)
        assert counted[winner, "linked"] == TRIES
        assert counted[loser, "already-linked"] == TRIES
