"""A function that is killed at any write of a directory's request: the request again finishes it
(portico/directory/scim/sync.py, portico/account/synced_address.py)."""

import secrets
from itertools import count

import pytest

from tests.directory.scim.conftest import USERS, person

# Each write of each request, with a person of its own.
pytestmark = pytest.mark.slow

WRITES = {"dynamodb.PutItem", "dynamodb.UpdateItem", "dynamodb.TransactWriteItems"}


class Killed(BaseException):
    """The environment is gone."""


class Sword:
    """Kills the function at a write: before it arrives, or when it has been done."""

    def __init__(self, wire, at: int, *, done: bool) -> None:
        self.wire, self.at, self.done = wire, at, done
        self.writes = 0
        self.fell = False
        wire.meddler = self

    def __call__(self, operation, _request, arrive):
        if operation not in WRITES:
            return arrive()
        self.writes += 1
        if self.writes != self.at:
            return arrive()
        self.fell = True
        if self.done:
            arrive()
        raise Killed


class Sam:
    """One person of the directory, who has a contact here."""

    def __init__(self, portal, directory, flow: str) -> None:
        self.portal, self.directory, self.flow = portal, directory, flow
        self.email = f"{secrets.token_hex(4)}@example.com"
        self.new = f"new-{self.email}"
        self.id = "" if flow == "add" else directory.adds(self.email, displayName="Sam")
        if flow == "enable":
            directory.switches(self.id, False)
        self.browser = portal.another_browser()
        if flow in ("disable", "delete"):
            self.browser.signs_in(self.email)

    def asks(self):
        """Send the flow's request once."""
        match self.flow:
            case "add":
                return self.directory.sends(f"POST {USERS}", person(self.email, displayName="Sam"))
            case "rename":
                change = {"op": "replace", "path": "displayName", "value": "Other"}
                return self.directory.changes(self.id, change)
            case "move":
                told = [{"value": self.new}]
                return self.directory.changes(
                    self.id, {"op": "replace", "path": "emails", "value": told}
                )
            case "delete":
                return self.directory.removes(self.id)
        return self.directory.switches(self.id, self.flow == "enable")

    def asks_until_it_is_done(self) -> None:
        """Send it again, as directories do: who is there already is found, and replaced."""
        answer = self.asks()
        if answer.status == 409:
            (self.id,) = self.directory.finds(f'userName eq "{self.email}"')
            body = person(self.email, displayName="Sam")
            answer = self.directory.replaces(self.id, body)
        elif self.flow == "add":
            self.id = answer.body["id"]
        assert answer.status in (200, 201, 204) or (self.flow, answer.status) == ("delete", 404)

    def is_done(self) -> bool:
        email = self.new if self.flow == "move" else self.email
        contact = self.portal.team.contact("acme", email)
        is_out = self.flow in ("disable", "delete")
        assert contact.active is not is_out
        assert contact.name == ("Other" if self.flow == "rename" else "Sam")
        if is_out:
            assert self.browser.refreshes().status == 401
        found = self.directory.finds(f'userName eq "{self.email}"')
        assert found == ([] if self.flow == "delete" else [self.id])
        if found:
            assert self.directory.reads(self.id).body["active"] is not is_out
        return True


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("flow", ["add", "rename", "move", "disable", "enable", "delete"])
class TestDir04AFunctionThatIsKilled:
    def test_at_any_write_leaves_what_the_request_again_finishes(
        self, portal, directory, wire, flow, done
    ):
        portal.sets(directory_contacts=True)
        for at in count(1):
            # Another hour, in which the use of the key is noted anew.
            portal.forward(minutes=61)
            sam = Sam(portal, directory, flow)
            portal.forward(minutes=61)
            sword = Sword(wire, at, done=done)
            try:
                sam.asks()
            except Killed:
                pass
            finally:
                wire.meddler = None
            sam.asks_until_it_is_done()
            assert sam.is_done()
            if not sword.fell:
                assert at > 3  # the note, the budget and the transaction
                return
