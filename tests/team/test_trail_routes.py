"""The routes of the trail's list (portico/edge/trail_routes.py)."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from portico.edge.cursors import cursor_at
from portico.people.addresses import subject_of
from portico.team.workspace_key import Scope
from portico.team.workspace_keys import WorkspaceKeys
from portico.trail.entry_formats import TRAIL_COLUMNS
from tests.support.shared_rows import once
from tests.team.test_manage_workspace import CONTACTS, TRAIL, House
from tests.team.test_team_token import HOW

NOBODY = "nobody@example.com"


@pytest.fixture
def trail(portal):
    """Acme with a team, a sign-in of Ann's, and a code that was asked for by nobody."""
    house, began = House(portal), portal.now
    house["auditor"], house["agent"]
    once(f"a code typed and a code withheld at {began}", lambda: _signs_in_beside_nobody(portal))
    portal.clock.move_to(began + timedelta(minutes=2))
    return house


def _signs_in_beside_nobody(portal):
    portal.records_trail()
    portal.forward(minutes=1)
    portal.browser.asks_for_a_code()
    portal.records_trail()
    portal.delivers_mail()
    portal.records_trail()
    portal.browser.types_the_mailed_code()
    portal.records_trail()
    portal.forward(minutes=1)
    portal.another_browser().asks_for_a_code(NOBODY)
    portal.delivers_mail()
    portal.records_trail()


def lists(house, whose="auditor", what="list", **asked):
    return house[whose].sends(f"POST {TRAIL}/{what}", asked)


class TestTheList:
    def test_tells_each_sign_in_with_its_steps(self, trail, portal):
        told = lists(trail, way="code", contact=portal.ann.id)

        assert told.status == 200, told.event
        (entry,) = told.body["entries"]
        assert entry["outcome"] == "signed-in"
        assert entry["network"] == portal.browser.source_ip
        assert [each["event"] for each in entry["steps"]] == [
            "code.requested",
            "code.mailed",
            "session.started",
        ]
        assert told.body["next"] is None
        assert told.body["complete_since"] == 1795262400

    def test_tra_02_finds_an_address_that_is_nobodys_and_names_it_nowhere(self, trail, wire):
        told = lists(trail, email=f" {NOBODY.upper()}")

        (entry,) = told.body["entries"]
        assert (entry["outcome"], entry["contact"]) == ("withheld", None)
        assert NOBODY not in json.dumps(told.body)
        assert subject_of(NOBODY) not in json.dumps(told.body)

    def test_finds_a_sign_in_by_its_id(self, trail, portal):
        (entry,) = lists(trail, outcome="signed-in", contact=portal.ann.id).body["entries"]

        for id_ in (entry["id"], entry["id"].partition("_")[2]):
            assert lists(trail, sign_in=id_).body["entries"] == [entry]

    @pytest.mark.parametrize(
        "asked",
        [
            {"events": ["<script>"]},
            {"events": [1]},
            {"events": ["code"] * 21},
            {"outcome": "lost"},
            {"delivery": "lost"},
            {"way": ""},
            {"reason": "=cmd()"},
            {"by": "\u202e"},
            {"contact": ""},
            {"contact": "x"},
            {"email": ""},
            {"contact": "ct_" + "0" * 22, "email": NOBODY},
            {"sign_in": "x"},
            {"sign_in": "2026-99-99T12:00:00Z_x"},
            {"since": -1},
            {"until": 10**15},
            {"limit": 0},
            {"limit": 101},
        ],
        ids=str,
    )
    def test_tra_04_refuses_what_can_fit_nothing(self, trail, asked):
        for what in ("list", "export", "overview"):
            answer = lists(trail, what=what, **asked)
            assert answer.problem == (400, "invalid-request"), (what, answer.event)

    @pytest.mark.parametrize("way", ["code", None])
    def test_goes_on_by_its_cursor_and_shows_each_once(self, trail, way):
        asked = {"way": way} if way else {}
        whole = lists(trail, limit=100, **asked).body["entries"]
        got: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = lists(trail, limit=1, **asked, **cursor)
            got += page.body["entries"]
            if page.body["next"] is None:
                break
            cursor = {"cursor": page.body["next"]}

        # Reading is itself a line, but the stream has not brought it yet.
        assert got == whole

    @pytest.mark.parametrize(
        "place", ["x", "2026-13-99T99:99:99Z#x", "2026-11-21", "2026-11-21T12:00:00Z#\u2028"]
    )
    def test_api_05_takes_no_cursor_of_another_filter_and_none_that_was_made_up(self, trail, place):
        cursor = lists(trail, limit=1).body["next"]
        assert cursor is not None

        assert lists(trail, cursor=cursor, way="code").problem == (400, "invalid-request")
        assert lists(trail, cursor=cursor[:-2] + "AA").problem == (400, "invalid-request")
        made_up = cursor_at([place], of="acme|trail|[]")
        answer = lists(trail, cursor=made_up)
        assert answer.status == 400 or place == "2026-11-21", answer.event

    def test_is_of_one_contact_for_an_agent(self, trail, portal):
        path = {"contact": portal.ann.id}
        route = f"GET {CONTACTS}/{{contact}}/trail"

        told = trail["agent"].sends(route, path=path)

        assert [each["event"] for each in told.body["entries"]] == [
            "session.started",
            "contact.added",
        ]
        pages: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = trail["agent"].sends(route, path=path, query={"limit": "1", **cursor})
            pages += page.body["entries"]
            if page.body["next"] is None:
                break
            cursor = {"cursor": page.body["next"]}
        assert pages == told.body["entries"]
        assert lists(trail, "agent", contact=portal.ann.id).problem == (403, "role-too-small")

    def test_of_a_contact_of_another_workspace_is_404_as_of_a_random_one(self, trail, portal):
        other = portal.neighbour()
        for id_ in (other.ann.id, f"ct_{'0' * 22}"):
            answer = trail["owner"].sends(
                f"GET {CONTACTS}/{{contact}}/trail", path={"contact": id_}
            )
            assert answer.problem == (404, "not-found")

    def test_that_a_member_reads_is_a_line_that_names_nobody(self, trail, portal):
        lists(trail, email="ann@example.com", way="code")
        lists(trail, "owner", "export", contact=portal.ann.id)

        lines = {e["name"]: e for e in portal.records_trail() if e["name"].startswith("trail.")}
        assert lines["trail.listed"]["detail"] == {"filter": "email way", "found": "1"}
        assert lines["trail.exported"]["detail"] == {"filter": "contact", "found": "2"}
        assert portal.ann.id not in str(lines)

    def test_is_read_by_a_key_with_its_scope(self, trail, portal):
        owner = portal.team.contact("acme", "owner@example.com")
        _, text = WorkspaceKeys("people", "sign-in").add(
            portal.workspace, owner, label="SIEM", scopes=[Scope.READ_TRAIL], **HOW
        )
        headers = {"authorization": f"Bearer {text}"}
        answer = portal.knock(
            "manage_workspace",
            f"POST {TRAIL}/export",
            {"format": "ocsf", "outcome": "signed-in"},
            origin=None,
            headers=headers,
            path={"workspace": "acme"},
        )

        assert answer.status == 200
        assert len(answer.body["text"].splitlines()) == 3


class TestAnExport:
    def test_is_put_together_of_its_pages(self, trail):
        text = ""
        cursor: dict[str, str] = {}
        while True:
            page = lists(trail, what="export", limit=2, **cursor).body
            text += page["text"]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}

        rows = list(csv.DictReader(io.StringIO(text)))
        assert list(rows[0]) == TRAIL_COLUMNS
        assert [each["id"] for each in rows] == [
            each["id"] for each in lists(trail, limit=100).body["entries"]
        ]

    def test_of_ocsf_has_what_its_class_requires(self, trail, portal):
        text = lists(trail, what="export", format="ocsf", way="code").body["text"]

        events = [json.loads(each) for each in text.splitlines()]
        assert len(events) == 4
        for event in events:
            assert event["class_uid"] == 3002
            assert event["category_uid"] == 3
            assert event["type_uid"] == 300200 + event["activity_id"]
            assert {"time", "severity_id", "metadata", "user", "service"} <= event.keys()
            assert event["metadata"]["version"] == "1.3.0"
            assert event["metadata"]["product"]["vendor_name"] == "Portico"
            assert event["user"]["uid"]
        (failed,) = [each for each in events if each["status_id"] == 2]
        assert failed["status_detail"] == "not-a-contact"
        assert NOBODY not in text

    @pytest.mark.parametrize("form", ["xml", "", "table"])
    def test_knows_three_formats(self, trail, form):
        assert lists(trail, what="export", format=form).problem == (400, "invalid-request")


class TestAnOverview:
    def test_adds_up(self, trail):
        told = lists(trail, what="overview").body

        (day,) = told["days"]
        assert day["day"] == "2026-11-21"
        assert day["sign_ins"] == 4
        assert day["outcomes"] == {"signed-in": 3, "withheld": 1}
        assert day["ways"] == {"code": 4}
        assert day["reasons"] == {"not-a-contact": 1}
        assert day["mails"] == {"sent": 1, "delivered": 1}
        assert day["others"] > 4
        assert told["next"] is None
