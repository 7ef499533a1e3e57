"""Two syncs of one directory at the same moment, in real threads on tables that really decide
(portico/directory/scim/sync.py, portico/directory/scim/group_sync.py, portico/team/departure_brake.py)."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any

import pytest

from portico.people.memberships import Role
from portico.team.mass_departure import FEW
from portico.team.members import TeamMembers
from portico.team.workspace_key import Scope
from portico.team.workspace_keys import WorkspaceKeys
from tests.directory.scim.conftest import GROUP, GROUP_ROUTE, GROUPS, HOW, ONE, PATCH, USERS, person
from tests.emulated.house import at_once, house_at
from tests.support.doors import Answer

PEOPLE = 8
TRIES = 40
"""A key that is told to come again does so, as directories do."""

type Operation = dict[str, Any]


class Sync:
    """One sync of the directory, with a key of its own."""

    def __init__(self, house: Any, key: str) -> None:
        self.house, self.key = house, key

    def sends(self, route: str, body: Any = None, **path: str) -> Answer:
        asked = {
            "origin": None,
            "headers": {
                "authorization": f"Bearer {self.key}",
                "content-type": "application/scim+json",
            },
            "path": {"workspace": "acme", **path},
        }
        for _ in range(TRIES):
            answer: Answer = self.house.knock("sync_directory", route, body, **asked)
            if answer.status not in (429, 503):
                return answer
            time.sleep(0.2)
        raise AssertionError(f"{route} is still told to come again")

    def changes(self, user: str, operation: Operation) -> Answer:
        body = {"schemas": [PATCH], "Operations": [operation]}
        return self.sends(f"PATCH {ONE}", body, user=user)

    def disables(self, user: str) -> Answer:
        return self.changes(user, {"op": "Replace", "path": "active", "value": "False"})

    def names(self, user: str, name: str) -> Answer:
        return self.changes(user, {"op": "Replace", "path": "displayName", "value": name})

    def joins(self, group: str, user: str) -> Answer:
        add = {"op": "Add", "path": "members", "value": [{"value": user}]}
        body = {"schemas": [PATCH], "Operations": [add]}
        return self.sends(f"PATCH {GROUP_ROUTE}", body, group=group)


@pytest.fixture(scope="module")
def house(emulator):
    with house_at(emulator, streams=False) as house:
        yield house


@pytest.fixture(scope="module")
def syncs(house) -> list[Sync]:
    """Two that speak for the same directory."""
    tables = house.stack.outputs["PeopleTable"], house.stack.outputs["SignInTable"]
    owner = house.adds("Olga Owner", "olga@example.com")
    TeamMembers(*tables).add(house.workspace, owner, Role.OWNER, **HOW)
    keys = WorkspaceKeys(*tables)
    made = [
        keys.add(house.workspace, owner, label=label, scopes=[Scope.SCIM], **HOW)[1]
        for label in ("One", "Two")
    ]
    syncs = [Sync(house, key) for key in made]
    for sync in syncs:
        sync.sends(f"GET {USERS}")  # the first finds the door cold
    return syncs


@pytest.fixture
def people(house, syncs, request) -> list[str]:
    """Contacts of the portal whom the directory has sent."""
    made = []
    for n in range(PEOPLE):
        email = f"{request.node.originalname.replace('_', '-')}-{n}@example.com"
        house.adds(f"Person {n}", email)
        made.append(str(syncs[0].sends(f"POST {USERS}", person(email)).body["id"]))
    return made


def together(works: Sequence[Callable[[], Answer]]) -> Counter[int]:
    """How often each status was answered."""
    return Counter(each.status for each in at_once(works))


class TestTwoSyncsAtOnce:
    def test_rac_03_make_one_user_of_one_name(self, house, syncs):
        body = person("race@example.com")

        told = together([partial(sync.sends, f"POST {USERS}", body) for sync in syncs * 10])

        assert told == {201: 1, 409: 19}
        users = [row for row in house.rows("people") if row["sk"] == "user" and "document" in row]
        assert ["race@example.com" in row["document"] for row in users].count(True) == 1

    def test_dir_04_lose_no_change_of_the_other(self, house, syncs, people):
        one, two = syncs
        house.browser.signs_in("test-dir-04-lose-no-change-of-the-other-0@example.com")
        assert house.browser.refreshes().status == 200

        works = [partial(one.names, each, f"Name {n}") for n, each in enumerate(people)]
        told = together([*works, *(partial(two.disables, each) for each in people)])

        assert told == {200: 2 * PEOPLE}
        now = [one.sends(f"GET {ONE}", user=each) for each in people]
        assert [(e.body["displayName"], e.body["active"]) for e in now] == [
            (f"Name {n}", False) for n in range(PEOPLE)
        ]
        # Made, named and disabled: each of the two was written once.
        assert {each.headers["etag"] for each in now} == {'W/"3"'}
        contacts = [house.team.contact("acme", each.body["userName"]) for each in now]
        assert [each.active for each in contacts] == [False] * PEOPLE
        assert house.browser.refreshes().status == 401

    def test_dir_04_lose_nobody_who_joins_a_group(self, syncs, people):
        body = {"schemas": [GROUP], "displayName": "Customers", "members": []}
        group = str(syncs[0].sends(f"POST {GROUPS}", body).body["id"])
        works = [partial(sync.joins, group, each) for sync, each in product(syncs, people)]

        assert together(works) == {200: 2 * PEOPLE}

        members = syncs[0].sends(f"GET {GROUP_ROUTE}", group=group).body["members"]
        assert sorted(each["value"] for each in members) == sorted(people)

    def test_dir_04_let_no_sixth_one_go(self, house, syncs, people):
        house.sets(directory_hold=True)
        house.forward(hours=2)  # whoever left before is in no window with these

        told = together([partial(sync.disables, each) for sync, each in product(syncs, people)])

        assert told == {200: 2 * PEOPLE}
        records = [
            row
            for row in house.rows("people")
            if row["sk"] == "record" and row.get("external_id") in people and "list" in row
        ]
        held = [row for row in records if row.get("held_until")]
        assert len(records) == PEOPLE
        assert (len(records) - len(held), len(held)) == (FEW, PEOPLE - FEW)
        assert len({row["held_until"] for row in held}) == 1
        (window,) = [row for row in house.rows("sign-in") if row["sk"] == "window"]
        # Each of them is counted once, whoever is held as well: owners are told of all.
        assert window["gone"] == PEOPLE
