"""Refs: what the help desk calls a contact, and that nobody comes in by one
(portico/account/contact_refs.py, portico/people/refs.py, portico/openid/userinfo.py).
"""

from typing import Any

import pytest

from portico.account.team_email_change import TeamEmailChanges
from portico.people.memberships import Role
from portico.people.refs import MOST_REFS, ref_key
from portico.people.store import head_key
from portico.team.look_ups import MOST_HITS, MOST_MISSES
from portico.team.workspace_key import Scope
from tests.support.doors import Answer
from tests.support.openid_site import Site
from tests.team.test_manage_contacts import (
    FIND,
    MOVE,
    ONE,
    READ,
    Desk,
    about,
    has_read,
    lines,
)
from tests.team.test_manage_workspace import CONTACTS, House
from tests.team.test_team_token import HOW

PUT, DETACH = f"PUT {CONTACTS}/by-ref", f"POST {ONE}/refs/detach"
X = {"channel": "x", "id": "4711"}
ANN = "ann@example.com"


@pytest.fixture
def house(portal):
    return House(portal)


@pytest.fixture
def desk(house):
    return Desk(house, Scope.READ_CONTACTS, Scope.WRITE_CONTACTS)


def puts(desk: Any, **asked: Any) -> Answer:
    answer: Answer = desk.sends(PUT, X | asked)
    return answer


def contact_of(answer: Answer) -> dict[str, Any]:
    assert answer.status in (200, 201), answer.event
    told: dict[str, Any] = answer.body["contact"]
    return told


def told_by_userinfo(portal: Any, browser: Any = None, email: str = ANN) -> Any:
    """What a portal is told by userinfo, of whoever signs in by a code now, or has *browser*."""
    if browser is None:
        browser = portal.another_browser()
        browser.signs_in(email)
    site = Site.register(portal)
    token = site.signs_in(browser, scope="openid refs")["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    answer = portal.knock("userinfo", "GET /oauth2/userinfo", origin=None, headers=headers)
    assert answer.status == 200, answer.event
    return answer.body["refs"]


class TestARef:
    def test_makes_a_contact_once(self, desk):
        first, again = puts(desk, name="Mo Chat", email="mo@example.com"), puts(desk)

        assert (first.status, again.status) == (201, 200)
        assert contact_of(first)["id"] == contact_of(again)["id"]
        assert contact_of(first)["email"] == "mo@example.com"
        assert not contact_of(first)["email_verified"]
        assert contact_of(first)["refs"] == [
            X | {"confirmed": False, "attached_at": contact_of(first)["updated_at"]}
        ]

    def test_makes_a_contact_without_an_address(self, desk, portal):
        made = contact_of(puts(desk))

        assert (made["email"], made["name"]) == ("", "4711")
        found = desk.sends(FIND, X)
        assert (found.body["found_by"], found.body["contact"]["id"]) == ("ref", made["id"])
        assert about(desk, READ, made["id"]).status == 200
        listed = desk.sends(f"POST {CONTACTS}/list", {}).body["contacts"]
        assert made["id"] in {each["id"] for each in listed}
        assert made["id"] in {each.id for each in portal.team.contacts("acme")}

    def test_finds_whom_it_has_whatever_else_is_said(self, desk):
        made = contact_of(puts(desk, name="Mo Chat", email="mo@example.com"))

        again = contact_of(puts(desk, name="Other", email="other@example.com", verified=True))

        assert again == made
        assert desk.sends(FIND, {"email": "other@example.com"}).status == 404

    def test_gives_no_address_to_whom_it_has(self, desk):
        puts(desk)

        assert contact_of(puts(desk, email="mo@example.com", verified=True))["email"] == ""

    def test_con_01_api_08_answers_an_agent_of_no_more_than_two_hundred(self, house, desk, portal):
        known = contact_of(puts(desk))["id"]
        has_read(house, MOST_HITS - 1)
        assert contact_of(puts(house["agent"]))["id"] == known
        before = portal.rows("people")

        for asked in (X, X | {"email": ANN}, {"channel": "x", "id": "1", "email": ANN}, {"channel": "x", "id": "2"}):  # fmt: skip
            assert house["agent"].sends(PUT, asked).problem == (429, "too-many-requests")

        assert portal.rows("people") == before
        assert puts(desk).status == 200

    def test_con_01_api_08_of_somebody_else_counts_them_for_an_agent(self, house, desk, portal):
        puts(desk)
        has_read(house, MOST_HITS - 2)
        assert puts(house["agent"], email=ANN).problem == (409, "ref-conflict")

        spent = house["agent"].sends(READ, path={"contact": house.zoe.id})

        assert spent.problem == (429, "too-many-requests")

    def test_con_01_api_08_of_an_address_just_left_counts_whose_it_was(self, house, portal):
        assert (
            about(house["admin"], MOVE, portal.ann.id, {"email": "ann@example.net"}).status == 200
        )
        has_read(house, MOST_HITS - 1)
        assert puts(house["agent"], email=ANN).problem == (409, "taken")

        spent = house["agent"].sends(READ, path={"contact": house.zoe.id})

        assert spent.problem == (429, "too-many-requests")
        assert house["agent"].sends(READ, path={"contact": portal.ann.id}).status == 200

    def test_con_01_api_08_and_thirty_addresses_of_nobody_are_all_that_an_agent_tries(
        self, house, desk
    ):
        agent = house["agent"]
        puts(desk)
        for n in range(MOST_MISSES):
            if n % 25 == 24:
                house.portal.forward(minutes=1)  # for the minute's own budget
                agent.bearer = agent.token()
            assert puts(agent, email=f"x{n}@example.com").status == 200

        for email in ("x@example.com", ANN):
            assert puts(agent, email=email).problem == (429, "too-many-requests")
            assert agent.sends(FIND, {"email": email}).problem == (429, "too-many-requests")

    def test_is_one_channels_own(self, desk):
        one, other = puts(desk), desk.sends(PUT, X | {"channel": "messenger"})

        assert contact_of(one)["id"] != contact_of(other)["id"]

    def test_of_one_and_the_address_of_another_is_refused_with_both(self, desk, portal):
        made = contact_of(puts(desk))
        before = portal.rows("people")

        refused = puts(desk, email=ANN, verified=True)

        assert refused.problem == (409, "ref-conflict")
        assert sorted(refused.body["contacts"]) == sorted([made["id"], portal.ann.id])
        assert portal.rows("people") == before

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"channel": ""}, "channel"),
            ({"channel": "X"}, "channel"),
            ({"channel": "a#b"}, "channel"),
            ({"channel": "a" * 33}, "channel"),
            ({"id": ""}, "id"),
            ({"id": "é" * 65}, "id"),
            ({"id": "a\nb"}, "id"),
            ({"email": "nobody"}, "email"),
            ({"name": "x" * 101}, "name"),
            ({"verified": "yes"}, "verified"),
        ],
    )
    def test_has_a_shape(self, desk, portal, wrong, field):
        before = portal.rows("people")

        refused = puts(desk, **wrong)

        assert refused.problem == (400, "invalid-request")
        assert refused.body["errors"][0]["field"] == field
        assert portal.rows("people") == before

    def test_may_be_any_text_of_128_bytes(self, desk):
        for id_ in ("é" * 64, "a#b/c d", "psid:1|2"):
            assert desk.sends(PUT, {"channel": "x", "id": id_}).status == 201
            assert desk.sends(FIND, {"channel": "x", "id": id_}).status == 200

    def test_is_one_of_twenty(self, desk):
        for n in range(MOST_REFS):
            asked = {"channel": "x", "id": str(n), "email": ANN}
            assert desk.sends(PUT, asked).status == 200

        refused = desk.sends(PUT, {"channel": "x", "id": "one more", "email": ANN})

        assert refused.problem == (409, "limit-reached")
        assert refused.body["what"] == "refs"

    def test_is_a_line_with_the_key_and_without_the_id(self, desk, house, portal):
        puts(desk, email=ANN, verified=True)

        (line,) = lines(house, "contact.ref-attached")
        assert line["by"] == f"key:{desk.key.id}"
        assert line["pk"].endswith(portal.ann.id)
        assert line["detail"] == {"channel": "x", "verified": "yes"}
        assert "4711" not in str(portal.rows("trail"))

    def test_is_put_once_by_two_at_once(self, desk, portal, wire):
        """The same message reaches the help desk twice."""
        others = []

        def puts_first():
            others.append(contact_of(puts(desk))["id"])

        wire.before("dynamodb.TransactWriteItems", puts_first)

        assert contact_of(puts(desk))["id"] == others[0]
        assert len([row for row in portal.rows("people") if row["sk"] == "ref"]) == 1

    def test_goes_where_it_is_detached(self, desk):
        made = contact_of(puts(desk))

        gone = about(desk, DETACH, made["id"], X)

        assert contact_of(gone)["refs"] == []
        assert about(desk, DETACH, made["id"], X).problem == (404, "not-found")
        assert desk.sends(FIND, X).problem == (404, "not-found")
        assert contact_of(puts(desk, email=ANN))["email"] == ANN

    def test_con_02_is_not_attached_to_a_member_by_a_key(self, desk, portal):
        before = portal.rows("people")

        refused = puts(desk, email="admin@example.com", verified=True)

        assert refused.problem == (403, "role-too-high")
        assert portal.rows("people") == before

    def test_con_02_is_attached_to_lower_roles(self, house):
        for asked in ({"email": "agent@example.com"}, {}):
            assert contact_of(puts(house["admin"], **asked))["role"] == "agent"
        assert puts(house["agent"], id="9", email="admin@example.com").problem == (
            403,
            "role-too-high",
        )

    def test_ten_01_is_another_workspaces_own(self, desk, house, portal):
        globex = portal.neighbour()
        house.members.add(globex.workspace, globex.ann, Role.OWNER, host="h", by="t")
        made = contact_of(puts(desk))

        theirs = portal.rows("people")
        assert [row for row in theirs if row["pk"] == ref_key("globex", "x", "4711")[0]] == []
        assert made["id"].startswith("ct_")

    def test_costs_three_calls(self, desk, wire):
        puts(desk, email=ANN)
        calls = {}
        for what, asked in {
            "there": {},
            "attached": {"id": "2", "email": ANN},
            "made": {"id": "3"},
        }.items():
            wire.forget()
            puts(desk, **asked)
            calls[what] = len(wire.operations) - 2

        assert calls == {"there": 2, "attached": 3, "made": 2}


class TestRef01AStrangerInAChat:
    """Names Ann's address, and is not Ann."""

    def test_ref_01_is_kept_from_portals_until_ann_has_proved_her_address(self, desk, portal):
        assert contact_of(puts(desk, email=ANN))["refs"][0]["confirmed"] is False
        # A session of before proves nothing anew.

        assert told_by_userinfo(portal) == [X]  # a sign-in by code has proved it once more
        found = desk.sends(FIND, X).body["contact"]
        assert found["refs"][0]["confirmed"] is True

    def test_ref_01_waits_though_nobody_had_the_address_yet(self, desk, portal):
        """The stranger was faster than the list that Mo is imported from."""
        made = contact_of(puts(desk, email="mo@example.com"))
        assert made["refs"][0]["confirmed"] is False
        assert contact_of(puts(desk))["refs"][0]["confirmed"] is False

        assert told_by_userinfo(portal, email="mo@example.com") == [X]

    def test_ref_01_of_a_new_contact_is_told_at_once_if_the_desk_vouches(self, desk):
        made = contact_of(puts(desk, email="mo@example.com", verified=True))
        assert made["refs"][0]["confirmed"] is True

    def test_ref_01_is_told_by_no_sign_in_that_proves_nothing(self, desk, portal):
        browser = portal.another_browser()
        browser.signs_in(ANN)
        puts(desk, email=ANN)

        assert told_by_userinfo(portal, browser) == []

    def test_ref_01_waits_though_the_address_was_proved_long_ago(self, desk, portal):
        portal.another_browser().signs_in(ANN)
        assert portal.team.contact("acme", portal.ann.id).email_verified

        assert contact_of(puts(desk, email=ANN))["refs"][0]["confirmed"] is False

    def test_ref_01_is_told_at_once_if_the_desk_vouches(self, desk, portal):
        browser = portal.another_browser()
        browser.signs_in(ANN)
        puts(desk, email=ANN)
        puts(desk, email=ANN, verified=True)

        assert told_by_userinfo(portal, browser) == [X]

    def test_ref_01_changes_nothing_of_anns(self, desk, portal):
        before = portal.team.contact("acme", portal.ann.id)

        puts(desk, name="Not Ann", email=ANN)

        after = portal.team.contact("acme", portal.ann.id)
        assert (after.name, after.email, after.sver) == (before.name, before.email, before.sver)
        assert (after.email_verified, after.active) == (before.email_verified, before.active)

    def test_ref_01_signs_nobody_out_and_in(self, desk, portal):
        portal.browser.signs_in(ANN)

        puts(desk, email=ANN)

        portal.forward(minutes=1)
        assert portal.browser.refreshes().status == 200

    def test_each_waits_for_a_proof_of_its_own(self, desk, portal):
        puts(desk, email=ANN)
        portal.another_browser().signs_in(ANN)
        puts(desk, id="2", email=ANN)

        found = {e["id"]: e["confirmed"] for e in desk.sends(FIND, X).body["contact"]["refs"]}

        assert found == {"4711": True, "2": False}

    def test_a_proof_in_that_very_moment_is_none_of_its_own(self, desk, portal, wire):
        """Ann types a code between the read and the write: that was before the ref."""
        wire.before("dynamodb.TransactWriteItems", lambda: None)
        puts(desk, id="1", email=ANN)

        def proves():
            portal.another_browser().signs_in(ANN)

        wire.before("dynamodb.TransactWriteItems", proves)
        puts(desk, email=ANN)

        found = {e["id"]: e["confirmed"] for e in desk.sends(FIND, X).body["contact"]["refs"]}
        assert found == {"1": True, "4711": False}


class TestAnAddressThatMovesMeanwhile:
    def test_gives_its_ref_to_nobody_who_has_just_lost_it(self, desk, portal, wire):
        def moves():
            changes = TeamEmailChanges("people", "sign-in")
            changes.change(portal.workspace, portal.ann, "moved@example.com", **HOW)

        wire.before("dynamodb.TransactWriteItems", moves)

        assert puts(desk, email=ANN, verified=True).problem == (409, "taken")
        assert not [row for row in portal.rows("people") if row["sk"] == "ref"]


class TestAContactWithoutAnAddress:
    @pytest.fixture
    def made(self, desk):
        return contact_of(puts(desk, name="Mo Chat"))

    def test_gets_one_from_the_team(self, house, made, portal):
        moved = about(house["admin"], MOVE, made["id"], {"email": "mo@example.com"})

        assert contact_of(moved)["email"] == "mo@example.com"
        assert told_by_userinfo(portal, email="mo@example.com") == [X]

    def test_gets_none_that_is_taken(self, house, made):
        refused = about(house["admin"], MOVE, made["id"], {"email": ANN})

        assert refused.problem == (409, "taken")

    def test_gets_a_personal_link_that_asks_for_an_address(self, made, portal):
        link, _ = portal.links.create("acme", by="test", contact=made["id"])

        assert link.asks_email

    def test_is_a_row_without_a_pointer(self, made, portal):
        (head,) = [r for r in portal.rows("people") if r["pk"] == head_key("acme", made["id"])[0]
                   and r["sk"] == "head"]  # fmt: skip
        assert head["email"] == ""
        assert not [r for r in portal.rows("people") if r["pk"] == "acme#email#"]
