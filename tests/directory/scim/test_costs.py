"""What a directory's request costs does not grow with the directory (docs/performance.md)."""

import json
from typing import Any

import pytest

from portico.directory.scim.user_store import MOST_OF_A_NAME
from portico.people.rules import Workspace
from portico.team.mass_departure import FEW
from tests.directory.scim.conftest import BASE, GROUPS, USERS, Client, made_by_hand, person

CALLS = {
    # The key and the settings, and the key's budget, are the first two of each.
    "find": ["BatchGetItem", "UpdateItem", "GetItem", "BatchGetItem"],
    "read": ["BatchGetItem", "UpdateItem", "GetItem"],
    "add": ["BatchGetItem", "UpdateItem", "GetItem", "BatchGetItem", "TransactWriteItems"],
    "switch off": [
        *("BatchGetItem", "UpdateItem", "GetItem", "GetItem", "BatchGetItem"),
        # The addresses of the record, and of contacts; then the count of who has left.
        *("BatchGetItem", "TransactWriteItems", "UpdateItem"),
    ],
    "next page": ["BatchGetItem", "UpdateItem", "GetItem", "Query", "BatchGetItem", "PutItem"],
}


@pytest.fixture
def asks(directory, wire):
    """Ask for something, and say what it cost."""
    directory.sends(f"GET {USERS}")  # the first of an hour is noted as well

    def asked(what: str, id_: str, n: int) -> list[str]:
        directory.sends(f"GET {USERS}", query={"startIndex": "1", "count": "2"})
        wire.forget()
        match what:
            case "find":
                directory.finds('userName eq "p0@example.com"')
            case "read":
                directory.reads(id_)
            case "add":
                directory.adds(f"new{n}@example.com")
            case "switch off":
                directory.switches(id_, False)
            case _:
                directory.sends(f"GET {USERS}", query={"startIndex": "3", "count": "2"})
        return [each.operation.removeprefix("dynamodb.") for each in wire.sent]

    return asked


@pytest.mark.parametrize("what", CALLS)
def test_a_request_costs_the_same_in_a_directory_of_any_size(portal, directory, asks, what):
    ids = [directory.adds(f"p{n}@example.com") for n in range(6)]
    directory.switches(ids[5], False)  # the first who leaves begins the count
    assert asks(what, ids[0], 1) == CALLS[what]

    for n in range(300):
        row = {"pk": "acme#scim-users", "sk": f"~{n:021}", "active": True}
        portal.writes("people", row)

    assert asks(what, ids[1], 2) == CALLS[what]


def rows_read(wire: Any) -> int:
    """How many rows came back, of all that was asked for."""
    found = 0
    for answer in map(json.loads, wire.answers):
        batches = answer.get("Responses", {})
        found += sum(map(len, batches.values())) if isinstance(batches, dict) else 0
        found += len(answer.get("Items", [])) + ("Item" in answer)
    return found


USER_FILTERS = [
    'userName eq "p0@example.com"',
    'externalId eq "id-of-p0@example.com"',
    'emails.value eq "p0@example.com"',
    'externalId eq "id-of-p0@example.com" and userName eq "p0@example.com"',
    'userName eq "nobody@example.com"',
]
GROUP_FILTERS = ['displayName eq "Group 0"', 'externalId eq "g-0"', 'displayName eq "Nothing"']
REFUSED = ['userName eq "a" or "1" eq "1"', "(" * 900, 'password sw "a"', 'meta.created co ""']


class TestDir02AFilter:
    """Counted, and not timed: calls, and rows that come back."""

    @pytest.mark.parametrize("at", [USERS, GROUPS], ids=["users", "groups"])
    @pytest.mark.parametrize("way", ["GET", "POST"])
    def test_reads_as_many_rows_among_many_as_among_few(self, directory, wire, at, way):
        def cost(filter_: str) -> tuple[list[str], int]:
            wire.forget()
            asked = {"filter": filter_, "excludedAttributes": "members"}
            if way == "POST":
                listed = asked | {"excludedAttributes": ["members"]}
                answer = directory.sends(f"POST {at}/.search", listed)
            else:
                answer = directory.sends(f"GET {at}", query=asked)
            assert answer.status == 200, answer.body
            return wire.operations, rows_read(wire)

        filters = USER_FILTERS if at == USERS else GROUP_FILTERS
        first = directory.adds("p0@example.com")
        directory.groups("Group 0", first, externalId="g-0")
        few = [cost(each) for each in filters]
        for n in range(1, 12):
            directory.groups(f"Group {n}", directory.adds(f"p{n}@example.com"), externalId=f"g-{n}")

        assert [cost(each) for each in filters] == few
        # The key and the settings, what finds the user, and the user.
        assert max(rows for _, rows in few) <= 5

    @pytest.mark.parametrize("at", [f"{USERS}/.search", f"{GROUPS}/.search", f"{BASE}/.search"])
    @pytest.mark.parametrize("filter_", REFUSED, ids=range(4))
    def test_that_is_refused_reads_no_row_of_the_directory(self, directory, wire, at, filter_):
        directory.adds("p0@example.com")
        wire.forget()

        refused = directory.sends(f"POST {at}", {"filter": filter_})

        assert (refused.status, refused.body["scimType"]) == (400, "invalidFilter")
        assert wire.operations == ["dynamodb.BatchGetItem", "dynamodb.UpdateItem"]

    def test_by_an_id_that_everybody_has_reads_a_bounded_number(self, directory, wire):
        for n in range(MOST_OF_A_NAME + 3):
            directory.adds(f"p{n}@example.com", external="same")
        wire.forget()

        found = directory.finds('externalId eq "same"')

        assert len(found) == MOST_OF_A_NAME
        assert rows_read(wire) <= 2 * MOST_OF_A_NAME + 3

    @pytest.mark.parametrize("filter_", USER_FILTERS[:4])
    def test_finds_nobody_of_another_workspace(self, portal, directory, wire, filter_):
        portal.team.create_workspace(Workspace("other", "Other", "https://other.test"), by="test")
        other = Client(portal, made_by_hand(portal, "other"))
        path = {"workspace": "other"}
        theirs = other.sends(f"POST {USERS}", person("p0@example.com"), path=path).body["id"]
        wire.forget()

        assert directory.finds(filter_) == []
        assert directory.finds(f'id eq "{theirs}"') == []

        assert "other#" not in str([each.parameters for each in wire.sent])


class TestDir04Leaving:
    """What a brake that holds adds to a leaving is the same among many (decision 0057)."""

    AT_ONCE = (
        *("BatchGetItem", "UpdateItem", "Query", "GetItem"),
        # How many have left, before and beside the write.
        "GetItem",
        *("GetItem", "BatchGetItem", "BatchGetItem", "TransactWriteItems"),
    )

    @pytest.fixture
    def leaves(self, portal, directory, wire):
        portal.sets(directory_hold=True)
        ids = [directory.adds(f"p{n}@example.com") for n in range(FEW + 4)]
        directory.switches(ids.pop(), False)  # the first who leaves begins the count

        def leave() -> tuple[str, ...]:
            wire.forget()
            assert directory.switches(ids.pop(), False).status == 200
            return tuple(each.removeprefix("dynamodb.") for each in wire.operations)

        return leave

    def test_costs_a_read_and_a_query_more_where_it_may_be_held(self, leaves):
        assert leaves() == leaves() == self.AT_ONCE

    def test_that_is_held_costs_the_same_for_each(self, leaves, portal):
        for _ in range(FEW):
            leaves()  # the last of them is held, counts all and is told of
        before = leaves()

        for n in range(300):
            portal.writes("people", {"pk": "acme#scim-users", "sk": f"~{n:021}", "active": True})

        assert leaves() == before
        assert len(before) <= len(self.AT_ONCE) + 1
