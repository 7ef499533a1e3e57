"""One line in the trail for each hour in which a member or a key comes (portico/team/caller_uses.py)."""

import pytest

from portico.clock import epoch
from portico.team.workspace_key import Scope
from portico.team.workspace_keys import WorkspaceKeys
from tests.support.doors import door
from tests.team.test_manage_links import LIST, LinkHouse
from tests.team.test_manage_workspace import KEYS, SETTINGS
from tests.team.test_team_token import HOW


@pytest.fixture
def house(portal):
    return LinkHouse(portal)


def lines(portal, name):
    return [each for each in portal.records_trail() if each["name"] == name]


class TestAMember:
    def test_is_a_line_once_an_hour(self, house, portal):
        for _ in range(3):
            house["agent"].sends(LIST)
        portal.forward(minutes=59)
        house["agent"].signs_in()
        house["agent"].sends(LIST)

        agent = house.contact("agent").id
        (line,) = lines(portal, "team.visited")
        assert (line["by"], line["detail"]) == (
            f"member:{agent}",
            {"contact": agent, "role": "agent"},
        )
        assert (line["pk"], line["network"]) == ("acme#trail#acme", "203.0.113.7")
        portal.forward(minutes=1)
        house["agent"].sends(LIST)
        assert len(lines(portal, "team.visited")) == 2

    def test_costs_a_call_in_the_first_request_of_an_hour_alone(self, house, wire):
        house["agent"].sends(LIST)
        wire.forget()
        house["agent"].sends(LIST)
        assert "dynamodb.PutItem" not in wire.operations

    def test_at_two_doors_and_in_two_environments_is_one_line(self, house, portal, environments):
        house["agent"].sends(LIST)
        house["agent"].sends(SETTINGS)
        (line,) = lines(portal, "team.visited")
        portal.forward(minutes=1)
        environments()
        house["agent"].sends(LIST)
        assert lines(portal, "team.visited") == [line]
        assert len(lines(portal, "team.visited")) == 1

    def test_is_not_let_in_unnoted(self, house, wire):
        agent = house["agent"]
        wire.cut("dynamodb.PutItem")
        assert agent.sends(LIST).problem == (503, "try-later")
        wire.mend()
        assert agent.sends(LIST).status == 200

    def test_who_may_not_leaves_none(self, house, portal):
        assert house["agent"].sends(f"GET {KEYS}").status == 403
        assert lines(portal, "team.visited") == []

    def test_of_many_is_forgotten_with_the_hour(self, house, portal):
        uses = door("manage_links").access.uses
        for by in ("agent", "admin", "auditor"):
            house[by].sends(LIST)
        assert len(uses._noted) >= 3
        portal.forward(hours=1)
        house["agent"].signs_in()
        house["agent"].sends(LIST)
        assert len(uses._noted) == 1


class TestAKey:
    def test_is_a_line_with_its_label_and_never_its_text(self, house, portal):
        asks = house.key(Scope.LINKS)
        for _ in range(3):
            assert asks(LIST).status == 200

        (line,) = lines(portal, "key.used")
        assert line["detail"].keys() == {"key", "label"}
        assert line["by"] == f"key:{line['detail']['key']}"

    def test_says_when_it_was_used_last(self, house, portal):
        asks = house.key(Scope.LINKS)
        owner = house["owner"]
        (key,) = owner.sends(f"GET {KEYS}").body["keys"]
        assert key["last_used_at"] is None
        portal.forward(minutes=4)
        first = epoch(portal.now)
        asks(LIST)
        portal.forward(minutes=4)
        asks(LIST)
        (key,) = owner.sends(f"GET {KEYS}").body["keys"]
        assert key["last_used_at"] == first

    def test_is_told_also_where_more_are_kept_than_one_call_reads(self, house, portal):
        """Twenty work at once; revoked ones are kept until their time is over."""
        keys, owner = WorkspaceKeys("people", "sign-in"), house.contact("owner")
        for n in range(101):
            made, _ = keys.add(
                portal.workspace, owner, label=f"Desk {n}", scopes=[Scope.LINKS], **HOW
            )
            keys.revoke(portal.workspace, made.id, **HOW)

        answer = house["owner"].sends(f"GET {KEYS}")

        assert answer.status == 200, answer.event
        assert len(answer.body["keys"]) == 101
