"""A directory that asks as often as it can is in nobody else's way
(portico/edge/scim_routes.py, portico/team/team_budget.py)."""

import re

import pytest

from portico.people.rules import Workspace
from tests.directory.scim.conftest import ONE, USERS, Client, made_by_hand, person
from tests.support.doors import knock

PATCH = {"Operations": [{"op": "replace", "path": "displayName", "value": "Other"}]}


@pytest.fixture
def elsewhere(portal):
    """The directory of another workspace than the one that people sign in to."""
    portal.team.create_workspace(Workspace("other", "Other", "https://other.test"), by="test")
    return Client(portal, made_by_hand(portal, "other"))


def partitions(wire):
    return set(
        re.findall(
            r"""["']pk["']: \{["']S["']: ["']([^"']+)["']\}""",
            str([each.parameters for each in wire.sent]),
        )
    )


class TestApi08ADirectoryAtFullSpeed:
    def test_leaves_the_calls_of_a_sign_in_elsewhere_as_they_are(self, portal, elsewhere, wire):
        def signs_in():
            portal.forward(minutes=11)
            wire.forget()
            portal.another_browser().signs_in("ann@example.com")
            return sorted(wire.operations)

        signs_in()  # the first reads the secret and the keys
        before = signs_in()
        id_ = elsewhere.sends(f"POST {USERS}", person(), path={"workspace": "other"}).body["id"]
        portal.forward(seconds=1)
        wire.forget()

        answers = [
            knock(
                "sync_directory",
                route,
                body,
                origin=None,
                headers={"authorization": f"Bearer {elsewhere.text}"},
                path={"workspace": "other", "user": id_},
            ).status
            for route, body in [(f"GET {ONE}", None), (f"PATCH {ONE}", PATCH)] * 25
        ]

        assert (answers.count(200), answers.count(429)) == (25, 25)
        touched = partitions(wire)
        assert touched
        assert {each for each in touched if not each.startswith("other#")} == set()
        assert signs_in() == before

    def test_dir_04_is_told_when_to_come_again_and_loses_nobody_who_leaves(self, directory):
        headers = {
            "authorization": f"Bearer {directory.text}",
            "content-type": "application/scim+json",
        }
        leaves = {"Operations": [{"op": "Replace", "path": "active", "value": "False"}]}
        left = [directory.adds(f"p{n}@example.com") for n in range(60)]
        people, told = list(left), []
        directory.portal.forward(seconds=1)
        while people:
            asked = {
                each: knock(
                    "sync_directory",
                    f"PATCH {ONE}",
                    leaves,
                    origin=None,
                    headers=headers,
                    path={"workspace": "acme", "user": each},
                )
                for each in people
            }
            told += [each.status for each in asked.values()]
            assert {e.headers["retry-after"] for e in asked.values() if e.status == 429} <= {"1"}
            people = [each for each, answer in asked.items() if answer.status == 429]
            directory.portal.forward(seconds=1)

        assert (told.count(200), told.count(429)) == (60, 35 + 10)
        shown = [directory.reads(each) for each in left]
        assert {each.body["active"] for each in shown} == {False}
        assert {each.headers["etag"] for each in shown} == {'W/"2"'}

    def test_costs_two_calls_once_its_budget_is_spent(self, portal, elsewhere, wire):
        headers = {"authorization": f"Bearer {elsewhere.text}"}
        asked = {"origin": None, "headers": headers, "path": {"workspace": "other"}}
        for _ in range(25):
            knock("sync_directory", f"GET {USERS}", **asked)
        wire.forget()

        assert knock("sync_directory", f"GET {USERS}", **asked).status == 429
        assert wire.operations == ["dynamodb.BatchGetItem", "dynamodb.UpdateItem"]
