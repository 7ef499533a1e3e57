"""The routes that merge two contacts, and undo it (portico/edge/merge_routes.py)."""

from typing import Any

import pytest

from portico.account.contact_refs import AskedRef, ContactRefs
from portico.people.memberships import ABOVE_ALL, Role
from portico.people.refs import MOST_REFS
from portico.team.rules import MAY, Action, may_act_on
from tests.team.test_manage_contacts import (
    ACTS,
    ADD,
    EXPORT,
    FIND,
    PUT_REF,
    READ,
    about,
    desk,
    house,
)
from tests.team.test_manage_workspace import CONTACTS, TRAIL, House

__all__ = ["desk", "house"]

MERGE = f"POST {CONTACTS}/{{contact}}/merge"
UNDO = f"{MERGE}/undo"


@pytest.fixture
def old(house: House) -> Any:
    """The account that Zoe had before."""
    return house.portal.adds("Zoe Before", "zoe.before@example.net")


def merges(house: House, old: Any, by: str = "admin", into: str = "", **more: Any) -> Any:
    return about(house[by], MERGE, into or house.zoe.id, {"lost": old.id, **more})


class TestCon05AMerge:
    def test_answers_with_the_survivor_and_what_it_did(self, house, old):
        dry = merges(house, old, dry_run=True)
        done = merges(house, old)

        assert (dry.status, done.status) == (200, 200), done.event
        assert dry.body["merge"] | {"dry_run": False} == done.body["merge"]
        assert done.body["merge"]["sleeps"]["emails"] == ["zoe.before@example.net"]
        assert (dry.body["contact"]["merged"], done.body["contact"]["merged"]) == ([], [old.id])
        assert done.body["contact"]["etag"] == done.headers["etag"]

    def test_says_until_when_it_can_be_undone(self, house, old):
        until = merges(house, old).body["merge"]["undo_until"]
        told = about(house["agent"], READ, house.zoe.id).body["contact"]
        assert told["merges"] == [{"lost": old.id, "undo_until": until}]

        house.portal.forward(days=30)
        house["agent"].signs_in()

        told = about(house["agent"], READ, house.zoe.id).body["contact"]
        assert told["merges"] == [{"lost": old.id, "undo_until": None}]

    def test_is_told_by_whatever_answers_with_the_survivor(self, house, desk, old):
        merges(house, old)
        ref = {"channel": "x", "id": "4711"}

        for body in (ref | {"email": "zoe@example.com"}, ref):
            by_ref = desk.sends(PUT_REF, body).body["contact"]
            assert by_ref == about(desk, READ, house.zoe.id).body["contact"]
            assert [each["lost"] for each in by_ref["merges"]] == [old.id]

    def test_is_told_by_a_repeat_of_what_made_the_survivor(self, house, desk, old):
        asked = {"name": "Cy", "email": "cy@example.com"}, {"idempotency-key": "p"}
        made = desk.sends(ADD, asked[0], headers=asked[1]).body["contact"]["id"]
        desk.sends(PUT_REF, {"channel": "x", "id": "1", "email": "cy@example.com"})
        merges(house, old, into=made)

        again = desk.sends(ADD, asked[0], headers=asked[1])

        assert again.status == 201
        assert again.body["contact"] == about(desk, READ, made).body["contact"]
        assert again.body["contact"]["refs"]
        assert again.body["contact"]["merged"] == [old.id]

    def test_leaves_a_sign_to_the_survivor(self, house, old):
        merges(house, old)

        gone = about(house["agent"], READ, old.id)

        assert gone.problem == (410, "contact-merged")
        assert gone.body["survivor"] == house.zoe.id
        path = f"/v1/workspaces/acme/contacts/{house.zoe.id}"
        assert gone.headers["link"] == f'<{path}>; rel="successor-version"'

    def test_gives_the_survivor_the_trail_of_both(self, house, old):
        house.portal.records_trail()
        merges(house, old)
        house.portal.records_trail()

        told = about(house["agent"], f"GET {CONTACTS}/{{contact}}/trail", house.zoe.id).body
        listed = (
            house["admin"]
            .sends(f"POST {TRAIL}/list", {"contact": house.zoe.id, "events": ["contact.added"]})
            .body
        )

        for entries in (told["entries"], listed["entries"]):
            added = [each["contact"] for each in entries if each["event"] == "contact.added"]
            assert set(added) == {house.zoe.id, old.id}

    @pytest.mark.parametrize("route", [*ACTS, EXPORT])
    def test_lets_nobody_act_on_the_lost_one(self, house, old, route):
        merges(house, old)
        owner = house["owner"]
        before = house.portal.rows("people")

        answer = about(owner, route, old.id, ACTS.get(route, (None, None))[1], match="x")

        assert answer.problem == (410, "contact-merged")
        assert house.portal.rows("people") == before

    def test_of_one_whose_survivor_is_erased_leads_nowhere(self, house, old):
        merges(house, old)
        about(house["owner"], f"DELETE {CONTACTS}/{{contact}}", house.zoe.id)

        assert about(house["agent"], READ, old.id).problem == (404, "not-found")

    def test_is_found_by_the_lost_address_as_by_one_they_had(self, house, old):
        merges(house, old)

        found = house["agent"].sends(FIND, {"email": "zoe.before@example.net"})

        assert (found.body["found_by"], found.body["contact"]["id"]) == (
            "former-email",
            house.zoe.id,
        )

    def test_leads_from_the_survivors_trail_to_the_lost_ones(self, house, old, portal):
        portal.another_browser().signs_in(old.email)
        merges(house, old)
        portal.records_trail()

        trail = about(house["admin"], f"GET {CONTACTS}/{{contact}}/trail", house.zoe.id)

        assert trail.status == 200, trail.event
        events = {(each["contact"], each["event"]) for each in trail.body["entries"]}
        assert (old.id, "session.started") in events

    def test_can_be_undone(self, house, old):
        merges(house, old)

        undone = about(house["admin"], UNDO, house.zoe.id, {"lost": old.id})

        assert undone.status == 200, undone.event
        assert undone.body["merge"]["back"]["emails"] == ["zoe.before@example.net"]
        assert undone.body["contact"]["merged"] == []
        assert about(house["agent"], READ, old.id).status == 200
        again = about(house["admin"], UNDO, house.zoe.id, {"lost": old.id})
        assert again.problem == (404, "not-found")

    @pytest.mark.parametrize("route", [MERGE, UNDO])
    @pytest.mark.parametrize("lost", ["nobody", "neighbour", "words"])
    def test_ten_01_of_another_workspaces_is_as_of_nobody(self, house, portal, route, lost):
        globex = portal.neighbour()
        ids = {"nobody": "ct_0000000000000000000000", "neighbour": globex.ann.id, "words": "x#y"}
        owner = house["owner"]
        before = portal.rows("people")

        for survivor, other in ((house.zoe.id, ids[lost]), (ids[lost], house.zoe.id)):
            answer = about(owner, route, survivor, {"lost": other})
            assert answer.problem == (404, "not-found")
        assert portal.rows("people") == before

    def test_says_why_it_cannot_be(self, house, old, portal):
        refs = ContactRefs("people")
        for n in range(MOST_REFS // 2 + 1):
            for who in ("zoe@example.com", "zoe.before@example.net"):
                asked = AskedRef("x", f"{who}-{n}", email=who)
                refs.put(portal.workspace, asked, by="t", reach=ABOVE_ALL)

        refused = merges(house, old)

        assert refused.problem == (409, "cannot-merge")
        told = {name: refused.body[name] for name in ("reason", "count", "most")}
        assert told == {"reason": "too-many-refs", "count": MOST_REFS + 2, "most": MOST_REFS}

    @pytest.mark.parametrize("body", [{}, {"lost": 5}, {"lost": "x", "dry_run": "yes"}])
    def test_api_03_takes_nothing_it_cannot_read(self, house, body):
        assert about(house["owner"], MERGE, house.zoe.id, body).problem == (400, "invalid-request")

    def test_with_themselves_is_refused(self, house):
        answer = about(house["owner"], MERGE, house.zoe.id, {"lost": house.zoe.id})

        assert answer.problem == (400, "invalid-request")

    @pytest.mark.parametrize("route", [MERGE, UNDO])
    def test_asks_for_a_fresh_sign_in(self, house, old, route):
        admin = house["admin"]
        house.portal.forward(minutes=16)
        admin.bearer = admin.token()

        answer = about(admin, route, house.zoe.id, {"lost": old.id})

        assert answer.problem == (401, "re-auth-needed")


class TestCon02Nobody:
    """Merges somebody whose role is as high as their own or higher."""

    @pytest.mark.parametrize("caller", Role)
    def test_into_another_contact(self, house, portal, caller):
        """API-06: an admin merges the owner."""
        others = {role: house.joins(f"{role}2", role) for role in Role}
        for theirs in Role:
            before = portal.team.contact("acme", others[theirs].id)
            answer = merges(house, others[theirs], caller.value)
            if caller not in MAY[Action.MERGE_CONTACTS]:
                assert answer.problem == (403, "role-too-small")
            elif may_act_on(caller, theirs, is_self=False):
                assert answer.problem == (409, "on-the-team")
            else:
                assert answer.problem == (403, "role-too-high"), (theirs, answer.event)
            assert portal.team.contact("acme", others[theirs].id) == before

    @pytest.mark.parametrize("caller", [Role.OWNER, Role.ADMIN])
    def test_or_makes_them_a_survivor(self, house, portal, caller):
        others = {role: house.joins(f"{role}2", role) for role in Role}
        for n, theirs in enumerate(Role):
            lost = portal.adds("Some Body", f"body{n}@example.com")
            answer = merges(house, lost, caller.value, into=others[theirs].id)
            if may_act_on(caller, theirs, is_self=False):
                assert answer.status == 200, (theirs, answer.event)
                undone = about(house[caller.value], UNDO, others[theirs].id, {"lost": lost.id})
                assert undone.status == 200
            else:
                assert answer.problem == (403, "role-too-high")
                assert portal.team.contact("acme", lost.id) == lost

    def test_or_undoes_a_merge_of_theirs(self, house, portal):
        lost = portal.adds("Some Body", "body@example.com")
        second = house.joins("owner2", Role.OWNER)
        with_credentials = house["owner2"]
        assert about(with_credentials, MERGE, second.id, {"lost": lost.id}).status == 200

        answer = about(house["admin"], UNDO, second.id, {"lost": lost.id})

        assert answer.problem == (403, "role-too-high")

    @pytest.mark.parametrize("route", [MERGE, UNDO])
    def test_is_faster_than_a_promotion_of_the_survivor(self, house, portal, wire, old, route):
        if route == UNDO:
            merges(house, old)
        admin = house["admin"]
        before = portal.team.contact("acme", old.id)

        def promotes() -> None:
            row = {"pk": "acme#team", "sk": house.zoe.id, "role": "admin", "since": 1, "by": "x"}
            portal.writes("people", row)

        wire.before("dynamodb.TransactWriteItems", promotes)
        answer = about(admin, route, house.zoe.id, {"lost": old.id})

        assert answer.problem == (403, "role-too-high")
        assert portal.team.contact("acme", old.id) == before

    def test_does_so_with_a_key(self, house, desk, old):
        for route in (MERGE, UNDO):
            answer = about(desk, route, house.zoe.id, {"lost": old.id})
            assert answer.problem == (403, "role-too-small")
            assert answer.body["needs"] == ["owner", "admin"]
