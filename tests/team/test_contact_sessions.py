"""The door of links, where it lists and ends the sessions of contacts
(functions/manage_links/handler.py, portico/edge/contact_session_routes.py)."""

from typing import Any

import pytest

from portico.edge.cursors import cursor_at
from portico.people.memberships import Role
from portico.team.look_ups import MOST_HITS
from portico.team.team_budget import MOST_USES, TeamUse
from portico.team.workspace_key import Scope
from tests.support.openid_site import Site
from tests.team.test_manage_contacts import has_read, lines
from tests.team.test_manage_links import LinkHouse
from tests.team.test_manage_workspace import LINKS

OF = "/v1/workspaces/{workspace}/contacts/{contact}/sessions"
LIST, END_ALL, END = f"GET {OF}", f"POST {OF}/end", f"POST {OF}/{{session}}/end"
NOBODY = f"ct_{'0' * 22}"


@pytest.fixture
def house(portal):
    return SessionHouse(portal)


class SessionHouse(LinkHouse):
    """The team of Acme, and Ann, who signs in."""

    def comes(self, email: str = "ann@example.com") -> Any:
        browser = self.portal.another_browser()
        browser.signs_in(email)
        self.portal.forward(seconds=1)
        return browser

    def lists(self, by: str = "auditor", who: str = "", **query: str) -> list[Any]:
        found: list[Any] = []
        while True:
            path = {"contact": who or self.portal.ann.id}
            answer = self[by].sends(LIST, path=path, query=query)
            assert answer.status == 200, answer.event
            found += answer.body["sessions"]
            if answer.body["next"] is None:
                return found
            query = {**query, "cursor": answer.body["next"]}

    def ends(self, by: str, session: str = "", who: str = "") -> Any:
        path = {"contact": who or self.portal.ann.id} | ({"session": session} if session else {})
        return self[by].sends(END if session else END_ALL, path=path)


class TestTheSessionsOfAContact:
    """ADM-03: seen and ended by a team."""

    def test_are_listed_newest_first_without_their_tokens(self, house, portal):
        first, second = house.comes(), house.comes()

        listed = house.lists()
        assert [each["state"] for each in listed] == ["alive", "alive"]
        assert listed[0]["signed_in_at"] > listed[1]["signed_in_at"]
        assert (listed[0]["device"], listed[0]["network"]) == ("Firefox (Windows)", "203.0.113.7")
        for browser in (first, second):
            assert browser.cookies["__Host-portico-acme"].split(".")[-1] not in str(listed)

    def test_are_those_of_portals_too_which_end_with_the_browsers(self, house, portal):
        site = Site.register(portal)
        browser = house.comes()
        site.signs_in(browser)
        (held,) = [each for each in house.lists() if each["portal"]]
        assert held["parent"] in {each["id"] for each in house.lists()}

        assert house.ends("agent", held["parent"]).status == 204
        assert house.lists() == []
        ended = {each["id"]: each["state"] for each in house.lists(ended="true")}
        assert ended == {
            held["parent"]: "ended by the team",
            held["id"]: "ended with its browser's",
        }

    def test_of_a_page_know_a_parent_on_another_page(self, house, portal):
        site = Site.register(portal)
        browser = house.comes()
        site.signs_in(browser)

        pages = house.lists(limit="1")
        assert {each["state"] for each in pages} == {"alive"}
        assert len(pages) == 2

    def test_end_one_by_one_and_all_at_once(self, house, portal):
        first, second, third = house.comes(), house.comes(), house.comes()
        newest = house.lists()[0]["id"]

        assert house.ends("agent", newest).status == 204
        assert third.refreshes().status == 401
        assert first.refreshes().status == 200
        assert house.ends("agent", newest).status == 204

        waiting = portal.another_browser()
        waiting.asks_for_a_code()
        portal.delivers_mail()
        assert house.ends("agent").status == 204
        assert second.refreshes().status == 401
        assert waiting.types_the_mailed_code().status != 200
        assert house.lists() == []

    def test_are_a_line_with_whoever_ended_them_and_it_is_one(self, house, portal):
        house.comes()
        portal.records_trail()
        session = house.lists()[0]["id"]
        for _ in range(2):
            house.ends("agent", session)
        house.ends("admin")

        lines = [
            each
            for each in portal.records_trail()
            if each["name"] in ("session.ended", "contact.signed-out")
        ]
        told = [(each["name"], each["by"]) for each in lines]
        agent, admin = house.contact("agent").id, house.contact("admin").id
        assert sorted(told) == [
            ("contact.signed-out", f"member:{admin}"),
            ("session.ended", f"member:{agent}"),
        ]

    def test_ten_01_of_another_workspace_are_nobodys(self, house, portal):
        globex = portal.neighbour()
        browser = globex.another_browser()
        browser.signs_in()
        (row,) = [each for each in globex.rows("sign-in") if each["sk"].startswith("session#")]
        contacts = (globex.ann.id, NOBODY, "x" * 3000, "../x")

        for who in contacts:
            told = [
                house["admin"].sends(LIST, path={"contact": who}),
                house.ends("admin", who=who),
                house.ends("admin", row["id"], who=who),
                house.ends("admin", row["id"]),
            ]
            assert {each.problem for each in told} == {(404, "not-found")}, who
        assert browser.refreshes().status == 200


class TestWhoEndsSessions:
    @pytest.mark.parametrize("by", ["owner", "admin", "agent", "key"])
    def test_acts_on_nobody_of_a_role_as_high_as_their_own(self, house, by):
        house.joins("second", Role.OWNER)
        asks = house.key(Scope.SESSIONS) if by == "key" else None
        may = {
            "owner": {"admin", "agent", "auditor", "zoe"},
            "admin": {"agent", "auditor", "zoe"},
            "agent": {"zoe"},
            "key": {"zoe"},
        }[by]
        others = {"owner", "second", "admin", "agent", "auditor", "zoe"} - {by}
        for who in sorted(others):
            browser = house.comes(f"{who}@example.com")
            contact = house.contact(who).id
            session = house.lists(by="auditor", who=contact)[0]["id"]
            for route, path in (
                (END, {"contact": contact, "session": session}),
                (END_ALL, {"contact": contact}),
            ):
                answer = asks(route, path=path) if asks else house[by].sends(route, path=path)
                told = 204 if who in may else (403, "role-too-high")
                assert (answer.status if who in may else answer.problem) == told, (who, route)
            assert browser.refreshes().status == (401 if who in may else 200)
            house.staff.pop(who, None)

    def test_ends_their_own_and_is_out(self, house):
        assert house.ends("agent", who=house.contact("agent").id).status == 204
        assert house["agent"].sends(LIST, path={"contact": house.zoe.id}).status == 401

    def test_is_no_auditor(self, house):
        assert house.ends("auditor").problem == (403, "role-too-small")


class TestAPageOfSessions:
    def test_api_05_takes_no_cursor_of_another_contact(self, house, portal):
        house.comes()
        house.comes()
        answer = house["auditor"].sends(LIST, path={"contact": portal.ann.id}, query={"limit": "1"})
        cursor = answer.body["next"]
        forged = cursor_at(["x" * 1500], of=f"acme|sessions|{portal.ann.id}|false")
        bad = [
            (house.zoe.id, {"cursor": cursor}),
            (portal.ann.id, {"cursor": cursor, "ended": "true"}),
            (portal.ann.id, {"cursor": cursor + "A"}),
            (portal.ann.id, {"cursor": forged}),
            (portal.ann.id, {"limit": "0"}),
            (portal.ann.id, {"ended": "yes"}),
        ]
        for who, query in bad:
            refused = house["auditor"].sends(LIST, path={"contact": who}, query=query)
            assert refused.problem == (400, "invalid-request"), query

    @pytest.mark.parametrize(("role", "counts"), [("auditor", []), ("agent", ["UpdateItem"])])
    def test_costs_two_calls_and_those_that_note_the_visit(self, house, wire, role, counts):
        house.comes()
        house.lists(role)
        wire.forget()
        house.lists(role)
        expected = ["GetItem", *counts, "PutItem", "Query"]
        assert wire.operations[2:] == [f"dynamodb.{each}" for each in expected]

    @pytest.mark.parametrize("role", ["agent", "auditor"])
    def test_are_read_with_one_line_an_hour_at_the_contact(self, house, portal, role):
        house.comes()
        for _ in range(2):
            house.lists(role)

        (line,) = lines(house, "contact.viewed")
        assert line["pk"] == f"acme#trail#{portal.ann.id}"

    def test_api_08_of_the_two_hundred_and_first_are_not_shown_to_an_agent(self, house, portal):
        house.comes()
        has_read(house, MOST_HITS)

        spent = house["agent"].sends(LIST, path={"contact": portal.ann.id})

        assert spent.problem == (429, "too-many-requests")
        assert house.lists("auditor")
        # Who misuses a session of theirs is put out all the same.
        assert house.ends("agent").status == 204
        (line,) = lines(house, "team.look-ups-spent")
        assert line["detail"] == {"contacts": "200"}

    def test_of_an_end_costs_two(self, house, wire):
        house.comes()
        session = house.lists(by="agent")[0]["id"]
        wire.forget()
        house.ends("agent", session)
        assert wire.operations[2:] == ["dynamodb.GetItem", "dynamodb.TransactWriteItems"]
        wire.forget()
        house.ends("agent")
        assert wire.operations[2:] == ["dynamodb.TransactWriteItems"]

    def test_ends_an_agents_minute_and_a_keys_second(self, house):
        path = {"contact": house.zoe.id}
        for _ in range(MOST_USES[TeamUse.READ]):
            assert house["agent"].sends(LIST, path=path).status == 200
        assert house["agent"].sends(LIST, path=path).problem == (429, "too-many-requests")
        asks = house.key(Scope.SESSIONS)
        told = [asks(LIST, path=path).status for _ in range(MOST_USES[TeamUse.BY_KEY] + 1)]
        assert told == [200] * MOST_USES[TeamUse.BY_KEY] + [429]

    def test_of_an_end_that_meets_a_fault_is_try_later_and_ends_nothing(self, house, wire):
        browser = house.comes()
        session = house.lists(by="agent")[0]["id"]
        wire.cut("dynamodb.TransactWriteItems")
        assert house.ends("agent", session).problem == (503, "try-later")
        assert house.ends("agent").problem == (503, "try-later")
        wire.mend()
        assert browser.refreshes().status == 200
        assert house.ends("agent", session).status == 204


def rows_of(portal: Any) -> list[Any]:
    """What is there, but for how often somebody came."""
    return [
        row
        for table in ("people", "sign-in")
        for row in portal.rows(table)
        if "#team-use#" not in row["pk"] and "#visit#" not in row["pk"]
    ]


CHECK, COUNT = "BatchGetItem", "UpdateItem"
WRITE = "TransactWriteItems"
CALLS = {
    f"GET {LINKS}": [CHECK, COUNT, "Query", "BatchGetItem"],
    f"GET {LINKS}/{{link}}": [CHECK, COUNT, "GetItem", "Query"],
    f"POST {LINKS}/{{link}}/rotate": [CHECK, COUNT, "GetItem", WRITE],
    f"POST {LINKS}/{{link}}/revoke": [CHECK, COUNT, "GetItem", WRITE],
    LIST: [CHECK, COUNT, "GetItem", COUNT, "PutItem", "Query"],
    END_ALL: [CHECK, COUNT, WRITE],
    END: [CHECK, COUNT, "GetItem", WRITE],
}
"""What each route asks DynamoDB for."""


class TestFlt01AFaultBehindTheDoor:
    """Whichever call of whichever route: the same request can be sent again, and nothing is lost."""

    @pytest.mark.parametrize("route", CALLS)
    def test_is_try_later_and_nothing_has_changed(self, house, portal, wire, route):
        house.comes()
        session = house.lists(by="agent")[0]["id"]
        link = house.link(contact=portal.ann.id)["link"]["id"]
        path = {"link": link, "session": session, "contact": portal.ann.id}
        body: Any = {} if route.endswith("rotate") else None
        before = rows_of(portal)
        calls = [f"dynamodb.{each}" for each in CALLS[route]]

        for n, call in enumerate(calls):
            wire.cut(call, after=calls[:n].count(call))
            answer = house["agent"].sends(route, body, path=path)
            wire.mend()
            assert answer.problem == (503, "try-later"), call
            assert rows_of(portal) == before, call

        wire.forget()
        assert house["agent"].sends(route, body, path=path).status < 300
        assert wire.operations == calls
