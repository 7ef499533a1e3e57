"""The last two ways in, taken away at once in two tabs, on tables that really decide."""

from collections import Counter
from functools import partial

import pytest

from portico.account.profile import identity_id
from portico.aws.tables import transact
from portico.clock import SYSTEM
from portico.people.identities import Identity, owning
from portico.people.store import People
from tests.emulated.house import at_once, house_at

ROUTE = "DELETE /v1/account/identities/{identity}"
BOTH = ("google", "twitter")


@pytest.fixture
def house(emulator):
    with house_at(emulator, streams=False) as house:
        yield house


class TestTwoTabs:
    def test_acc_03_leave_one_way_in(self, house):
        token = house.browser.signs_in().body["access_token"]
        rows = People(house.stack.outputs["PeopleTable"], house.id).rows
        for each in BOTH:
            identity = Identity(each, "https://idp.test", "ann")
            contact, at = house.ann.id, SYSTEM.now()
            own = owning(rows, identity, workspace_id=house.id, contact=contact, sver=1, at=at)
            transact({"identity": own})
        house.sets(
            code_method=False,
            connections=[{"id": n, "kind": "x", "label": n, "on": True} for n in BOTH],
        )
        found = [row for row in house.rows("people") if row["sk"] == "identity"]
        tabs = [
            partial(
                house.browser.sends,
                "account",
                ROUTE,
                headers={"authorization": f"Bearer {token}"},
                query={"workspace": house.id},
                path={"identity": identity_id(row)},
            )
            for row in found
        ]

        answers = at_once(tabs)

        assert Counter(each.status for each in answers)[204] == 1
        assert len([row for row in house.rows("people") if row["sk"] == "identity"]) == 1
