"""The door of diagnoses, by every role and with keys (functions/diagnose/handler.py,
portico/edge/diagnosis_routes.py).
"""

import json

import pytest

from local.sample_faults import FAULTS
from portico.deliveries.suppression import Strike, Why
from portico.diagnosis.findings import Remedy
from portico.edge.diagnosis_routes import PRESSED_BY
from portico.people.memberships import Role
from portico.team.look_ups import MOST_HITS, MOST_MISSES
from portico.team.rules import MAY, SCOPE_FOR
from portico.team.workspace_key import Scope
from portico.team.workspace_keys import WorkspaceKeys
from tests.diagnosis.fault_rig import DoorRig
from tests.sso.conftest import stage, world
from tests.support.openapi import operations
from tests.team.test_manage_contacts import has_read
from tests.team.test_manage_workspace import CONTACTS, WORKSPACE, House
from tests.team.test_team_token import HOW

__all__ = ["stage", "world"]

ROUTE = f"POST {WORKSPACE}/diagnosis"


@pytest.fixture
def house(portal):
    return House(portal)


def ask(house, by, **whom):
    return house[by].sends(ROUTE, whom)


def desk(house, *scopes):
    """A key of Acme, and what it asks."""
    owner = house.portal.team.contact("acme", "owner@example.com")
    keys = WorkspaceKeys("people", "sign-in")
    _, text = keys.add(house.portal.workspace, owner, label="Desk", scopes=list(scopes), **HOW)
    headers = {"authorization": f"Bearer {text}"}

    def asks(**whom):
        return house.portal.knock(
            "diagnose", ROUTE, whom, origin=None, headers=headers, path={"workspace": "acme"}
        )

    return asks


def causes(answer):
    assert answer.status == 200, answer.event
    return [each["cause"] for each in answer.body["findings"]]


class TestADiagnosis:
    def test_is_answered_for_an_address_and_a_contact(self, house):
        told = [ask(house, "auditor", email=" Zoe@example.com"), ask(house, "auditor", contact=house.zoe.id)]  # fmt: skip

        assert [causes(each) for each in told] == [["never-tried"]] * 2
        assert told[0].body["about"] == {
            "contact": house.zoe.id,
            "name": "Zoe Once",
            "email": "zoe@example.com",
            "sign_in": None,
        }

    @pytest.mark.parametrize(
        "whom",
        [{"contact": "ct_AAAAAAAAAAAAAAAAAAAAAA"}, {"contact": "zoe"}, {"sign_in": "0123456789ab"}, {"sign_in": "x#y"}],
        ids=str,
    )  # fmt: skip
    def test_of_nobody_and_nothing_is_not_found(self, house, whom):
        assert ask(house, "owner", **whom).problem == (404, "not-found")

    @pytest.mark.parametrize("whom", [{}, {"email": "a@b.test", "contact": "x"}], ids=str)
    def test_is_of_one(self, house, whom):
        refused = ask(house, "owner", **whom)

        assert refused.problem == (400, "invalid-request")
        assert refused.body["errors"][0]["field"] == "email"

    def test_of_a_neighbours_contact_is_not_found(self, house, portal):
        other = portal.neighbour()

        assert ask(house, "owner", contact=other.ann.id).problem == (404, "not-found")
        assert causes(ask(house, "owner", email="nia@example.org"))[0] == "no-contact"

    def test_is_a_line_once_an_hour_in_the_trail_of_whom_it_is_about(self, house, portal):
        for _ in range(2):
            ask(house, "agent", email="zoe@example.com")
        ask(house, "agent", email="nobody@elsewhere.test")

        (line,) = [e for e in portal.records_trail() if e["name"] == "contact.viewed"]
        assert line["pk"] == f"acme#trail#{house.zoe.id}"

    def test_by_a_key_needs_the_scope(self, house):
        assert causes(desk(house, Scope.DIAGNOSIS)(email="zoe@example.com")) == ["never-tried"]
        refused = desk(house, Scope.READ_CONTACTS)(email="zoe@example.com")
        assert refused.problem == (403, "role-too-small")
        assert refused.body["needs"] == ["diagnosis"]

    def test_con_01_holds_what_came_from_outside_on_one_visible_line(self, house, portal):
        evil = "=1+1\x1b[31m\r\n\u202eend"
        at = portal.now.isoformat(timespec="milliseconds")
        line = {"pk": f"acme#trail#{house.zoe.id}", "sk": f"{at}#evt_x", "id": "evt_x", "at": at}
        line |= {"workspace": "acme", "name": "sso.refused", "by": evil, "network": evil}
        detail = {"reason": f"answer: {evil}", "connection": evil}
        portal.writes("trail", line | {"detail": detail, "ttl": 1, "expires_at": 9999999999})

        told = ask(house, "owner", contact=house.zoe.id)

        assert causes(told) == ["provider-refused"]
        text = json.dumps(told.body, ensure_ascii=False)
        assert "\u202e" not in text
        assert "\\u001b" not in text


class TestAnAddressOfNobody:
    def test_con_01_shows_an_agent_whom_it_may_mean_only_masked(self, house):
        told = {by: ask(house, by, email="zooe@example.com").body for by in ("agent", "admin")}

        found = {by: each["findings"][0] for by, each in told.items()}
        assert {each["cause"] for each in found.values()} == {"mistyped"}
        assert "zoe@" not in json.dumps(told["agent"])
        assert "z•••@example.com" in found["agent"]["ending"]["text"]
        assert "zoe@example.com" in found["admin"]["ending"]["text"]

    def test_api_08_by_an_agent_ends_after_thirty_together_with_finding(self, house):
        agent = house["agent"]
        for n in range(MOST_MISSES):
            if n % 25 == 24:
                house.portal.forward(minutes=1)  # for the minute's own budget
                agent.bearer = agent.token()
            if n % 2:
                assert agent.sends(f"POST {CONTACTS}/find", {"email": f"x{n}@example.org"}).status == 404  # fmt: skip
            else:
                assert ask(house, "agent", email=f"x{n}@example.org").status == 200

        for email in ("x@example.org", "zoe@example.com"):
            assert ask(house, "agent", email=email).problem == (429, "too-many-requests")

    @pytest.mark.parametrize("by", ["email", "contact"])
    def test_api_08_by_an_agent_ends_after_two_hundred_contacts(self, house, by):
        has_read(house, MOST_HITS)
        about = {"email": "ann@example.com", "contact": house.portal.ann.id}

        assert ask(house, "agent", **{by: about[by]}).problem == (429, "too-many-requests")
        assert ask(house, "agent", email="x@example.org").problem == (429, "too-many-requests")
        assert ask(house, "admin", email="ann@example.com").status == 200

    def test_api_08_by_an_agent_who_spends_them_is_told_to_the_owners(self, house):
        agent, before = house["agent"], len(house.portal.mails)
        for n in range(MOST_MISSES):
            if n % 25 == 24:
                house.portal.forward(minutes=1)  # for the minute's own budget
                agent.bearer = agent.token()
            ask(house, "agent", email=f"x{n}@example.org")

        house.portal.delivers_mail()

        (mail,) = house.portal.mails[before:]
        assert mail.to[0] == "owner@example.com"
        assert "looked up" in str(mail.message["subject"])

    def test_by_those_who_may_list_and_by_keys_is_not_counted(self, house, portal):
        ask(house, "auditor", email="x@example.org")
        desk(house, Scope.DIAGNOSIS)(email="x@example.org")

        assert not [row for row in portal.rows("sign-in") if row["sk"] == "misses"]


class TestWhatIsPressed:
    def test_is_a_route_that_there_is_and_asks_for_the_same_roles(self):
        assert PRESSED_BY.keys() == set(Remedy)
        routes = {
            Remedy.SWITCH_ON: f"PATCH {WORKSPACE}/settings",
            Remedy.END_PAUSE: f"PATCH {WORKSPACE}/settings",
            Remedy.TAKE_CODES: f"PATCH {WORKSPACE}/settings",
            Remedy.SWITCH_CONNECTION_ON: f"PATCH {WORKSPACE}/connections/{{connection}}",
            Remedy.TEST_CONNECTION: f"POST {WORKSPACE}/connections/{{connection}}/test",
            Remedy.CONFIRM_CONNECTION: f"POST {WORKSPACE}/connections/{{connection}}/confirm",
            Remedy.ADD_CONTACT: f"POST {CONTACTS}",
            Remedy.REACTIVATE: f"POST {CONTACTS}/{{contact}}/reactivate",
            Remedy.NEW_LINK: f"POST {WORKSPACE}/links",
            Remedy.LIFT: f"POST {CONTACTS}/{{contact}}/lift",
            Remedy.LIFT_DOMAIN: f"POST {CONTACTS}/lift-domain",
        }
        for remedy, action in PRESSED_BY.items():
            told = operations()[routes[remedy]]
            assert {Role(each) for each in told["x-portico-roles"]} == MAY[action], remedy
            scopes = told.get("x-portico-scopes", [])
            assert scopes == [SCOPE_FOR[action].value] if action in SCOPE_FOR else not scopes

    def test_says_whether_whoever_asks_may(self, house):
        house.portal.deactivates("zoe@example.com")

        told = {by: ask(house, by, contact=house.zoe.id) for by in ("admin", "agent", "auditor")}

        may = {by: each.body["findings"][0]["ending"]["may"] for by, each in told.items()}
        assert may == {"admin": True, "agent": False, "auditor": False}
        assert not desk(house, Scope.DIAGNOSIS)(contact=house.zoe.id).body["findings"][0]["ending"]["may"]  # fmt: skip

    def test_is_not_for_whoever_may_not_act_on_the_contact(self, house, portal):
        owner = portal.team.contact("acme", "owner@example.com")
        pk, now = f"acme#contact#{owner.id}", portal.now
        head = next(e for e in portal.rows("people") if (e["pk"], e["sk"]) == (pk, "head"))
        strike = str(Strike(now, now, Why.BOUNCED, "0123456789ab-1", "5.1.1"))
        portal.writes("people", head | {"strikes": frozenset({strike}), "held_by": "0" * 22})

        endings = [
            ask(house, by, contact=owner.id).body["findings"][0]["ending"]
            for by in ("admin", "owner")
        ]

        assert [(each["remedy"], each["may"]) for each in endings] == [("lift", False), ("lift", True)]  # fmt: skip


class TestTwentyFaults:
    @pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.name)
    def test_have_their_first_finding_by_the_api(self, portal, wire, world, fault):
        rig = DoorRig(portal, wire, world.base)
        scene = rig.plays(fault)
        workspace = scene.team.workspace(fault.name)
        owner = scene.team.contact(fault.name, f"olga@{fault.name}.example")
        keys = WorkspaceKeys("people", "sign-in")
        _, text = keys.add(workspace, owner, label="Desk", scopes=[Scope.DIAGNOSIS], **HOW)

        told = portal.knock(
            "diagnose",
            ROUTE,
            {"email": fault.asked},
            origin=None,
            headers={"authorization": f"Bearer {text}"},
            path={"workspace": fault.name},
        )

        assert told.status == 200, told.event
        first = told.body["findings"][0]
        assert (first["cause"], first["ending"]["kind"]) == (fault.cause, fault.ending)
