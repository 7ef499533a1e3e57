"""What a directory's request costs does not grow with the directory (docs/performance.md)."""

import pytest

from tests.directory.scim.conftest import USERS

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
