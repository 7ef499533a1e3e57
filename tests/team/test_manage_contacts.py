"""The door of contacts, by every role and with keys (functions/manage_contacts/handler.py,
portico/edge/contact_routes.py, portico/edge/find_routes.py, portico/edge/lift_routes.py,
portico/edge/seen_contact.py, portico/team/visits.py, portico/team/look_ups.py).
"""

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from portico.deliveries.suppression import Strike, Why
from portico.ids import fingerprint
from portico.people.contact_search import MOST_ON_A_PAGE
from portico.people.memberships import Role
from portico.team.look_ups import MOST_HITS, MOST_MISSES
from portico.team.rules import MAY, SCOPE_FOR, Action, may_act_on
from portico.team.workspace_key import Scope
from portico.team.workspace_keys import WorkspaceKeys
from tests.support.doors import Answer
from tests.support.template import door_of
from tests.team.test_manage_workspace import CONTACTS, House
from tests.team.test_team_token import HOW

ONE = f"{CONTACTS}/{{contact}}"
FIND, LIST, ADD = f"POST {CONTACTS}/find", f"POST {CONTACTS}/list", f"POST {CONTACTS}"
READ, CORRECT, MOVE = f"GET {ONE}", f"PATCH {ONE}", f"POST {ONE}/email"
OFF, ON = f"POST {ONE}/deactivate", f"POST {ONE}/reactivate"
LIFT = f"POST {ONE}/lift"
LIFT_DOMAIN = f"POST {CONTACTS}/lift-domain"
PUT_REF, DETACH = f"PUT {CONTACTS}/by-ref", f"POST {ONE}/refs/detach"
ERASE, EXPORT = f"DELETE {ONE}", f"GET {ONE}/export"
ACTS: dict[str, tuple[Action, Any]] = {
    CORRECT: (Action.WRITE_CONTACT, {"name": "Somebody Else"}),
    MOVE: (Action.CHANGE_ADDRESS, {"email": "elsewhere@example.com"}),
    OFF: (Action.DEACTIVATE_CONTACT, None),
    ON: (Action.REACTIVATE_CONTACT, None),
    LIFT: (Action.LIFT_SUPPRESSION, None),
    ERASE: (Action.ERASE_CONTACT, None),
}
"""Every route that acts on one contact: the action that it asks for, and a body."""


@pytest.fixture
def house(portal):
    """Acme with a member of each role, and Zoe, who is on no team."""
    return House(portal)


class Desk:
    """A help desk's script, with a key of Acme."""

    def __init__(self, house: House, *scopes: Scope) -> None:
        self.house = house
        owner = house.portal.team.contact("acme", "owner@example.com")
        self.key, self.text = WorkspaceKeys("people", "sign-in").add(
            house.portal.workspace, owner, label="Desk", scopes=list(scopes), **HOW
        )

    def sends(self, route: str, body: Any = None, **more: Any) -> Answer:
        headers = {"authorization": f"Bearer {self.text}", **more.pop("headers", {})}
        path = {"workspace": "acme", **more.pop("path", {})}
        asked = {"origin": None, "headers": headers, "path": path, **more}
        answer: Answer = self.house.portal.knock("manage_contacts", route, body, **asked)
        return answer


@pytest.fixture
def desk(house):
    return Desk(house, Scope.READ_CONTACTS, Scope.WRITE_CONTACTS)


def about(who: Any, route: str, contact: str, body: Any = None, *, match: str = "") -> Answer:
    """Ask for something of one contact, with their newest ETag if none is said."""
    if route in (CORRECT, ERASE) and not match:
        match = who.sends(READ, path={"contact": contact}).headers.get("etag", "")
    headers = {"if-match": match} if match else {}
    answer: Answer = who.sends(route, body, path={"contact": contact}, headers=headers)
    return answer


def lines(house: House, name: str) -> list[Any]:
    return [each for each in house.portal.records_trail() if each["name"] == name]


def spends_look_ups(house: House) -> dict[str, int]:
    """Let the agent ask for nobodies until no more are answered; return who is told, and how often."""
    agent, mails = house["agent"], len(house.portal.mails)
    agent.signs_in()
    for n in range(MOST_MISSES):
        if n % 25 == 24:
            house.portal.forward(minutes=1)  # for the minute's own budget
            agent.bearer = agent.token()
        agent.sends(FIND, {"email": f"x{n}@example.com"})
    house.portal.delivers_mail()
    new = house.portal.mails[mails:]
    return dict(Counter(each.to[0] for each in new if "looked up" in str(each.message["subject"])))


def has_read(house: House, count: int) -> None:
    """Let the agent have read so many contacts in this hour."""
    agent = house["agent"]
    agent.sends(READ, path={"contact": house.zoe.id})
    (row,) = [each for each in house.portal.rows("sign-in") if each["sk"] == "misses"]
    others = frozenset(fingerprint(f"ct_{n}") for n in range(count))
    house.portal.writes("sign-in", row | {"contacts": others})


class TestFinding:
    def test_answers_with_whoever_has_the_address(self, house):
        found = house["agent"].sends(FIND, {"email": " ZOE@example.com"})

        assert found.status == 200
        assert found.body["found_by"] == "email"
        assert found.body["contact"] | {"etag": "", "updated_at": 0} == {
            "id": house.zoe.id,
            "name": "Zoe Once",
            "email": "zoe@example.com",
            "language": None,
            "time_zone": None,
            "active": True,
            "email_verified": False,
            "updated_at": 0,
            "suppressed": None,
            "role": None,
            "refs": [],
            "merged": [],
            "merges": [],
            "etag": "",
        }
        assert found.headers["etag"] == found.body["contact"]["etag"]

    @pytest.mark.parametrize(("hours", "said"), [(23, "bounce"), (24, None)])
    def test_says_that_no_mail_goes_there_now(self, house, hours, said):
        portal, then = house.portal, house.portal.now - timedelta(hours=hours)
        pk = f"acme#contact#{house.zoe.id}"
        head = next(e for e in portal.rows("people") if (e["pk"], e["sk"]) == (pk, "head"))
        strike = str(Strike(then, then, Why.BOUNCED, "0123456789ab-1", "5.1.1"))
        portal.writes("people", head | {"strikes": frozenset({strike})})

        found = house["agent"].sends(FIND, {"email": "zoe@example.com"})

        assert found.body["contact"]["suppressed"] == said

    def test_answers_with_whoever_had_it_last(self, house):
        about(house["owner"], MOVE, house.zoe.id, {"email": "zoe@example.net"})

        found = house["agent"].sends(FIND, {"email": "zoe@example.com"})

        assert (found.body["found_by"], found.body["contact"]["id"]) == (
            "former-email",
            house.zoe.id,
        )

    def test_names_the_role_of_a_member(self, house):
        found = house["agent"].sends(FIND, {"email": "admin@example.com"})

        assert found.body["contact"]["role"] == "admin"

    def test_of_nobody_and_of_a_neighbours_contact_is_the_same(self, house, portal):
        portal.neighbour().adds("Nia", "nia@example.com")

        told = [
            house["agent"].sends(FIND, {"email": f"{each}@example.com"}) for each in ("nia", "x")
        ]

        assert [each.problem for each in told] == [(404, "not-found")] * 2

    def test_con_01_api_08_by_an_agent_ends_after_thirty_that_are_nobodys(self, house):
        agent = house["agent"]
        for n in range(MOST_MISSES):
            if n % 25 == 24:
                house.portal.forward(minutes=1)  # for the minute's own budget
                agent.bearer = agent.token()
            assert agent.sends(FIND, {"email": f"x{n}@example.com"}).status == 404

        # Nobody can be told from somebody any more.
        for email in ("x@example.com", "zoe@example.com"):
            spent = agent.sends(FIND, {"email": email})
            assert spent.problem == (429, "too-many-requests")
            assert 0 < int(spent.headers["retry-after"]) <= 3600
        (line,) = lines(house, "team.look-ups-spent")
        assert line["detail"] == {"misses": "30"}

    def test_api_08_that_is_spent_is_told_to_all_owners_once_a_day(self, house, portal):
        house.joins("owner2", Role.OWNER)
        told = spends_look_ups(house)
        assert told == {"owner@example.com": 1, "owner2@example.com": 1}
        # What a mail program would make a link of is broken up.
        assert "agent@example" in portal.mails[-1].text

        portal.forward(hours=1)
        assert spends_look_ups(house) == {}

        portal.forward(hours=24)
        assert spends_look_ups(house) == {"owner@example.com": 1, "owner2@example.com": 1}

    def test_api_08_that_is_spent_is_told_though_the_function_was_cut_off(self, house, portal):
        spends_look_ups(house)
        row = next(each for each in portal.rows("sign-in") if each["sk"] == "misses")
        portal.writes("sign-in", {name: row[name] for name in row if name != "event"})

        spent = house["agent"].sends(FIND, {"email": "x@example.com"})

        assert spent.problem == (429, "too-many-requests")
        (row,) = [each for each in portal.rows("sign-in") if each["sk"] == "misses"]
        assert row["event"]["name"] == "team.look-ups-spent"

    def test_con_01_api_08_by_an_agent_counts_refs_of_nobody_as_well(self, house):
        agent = house["agent"]
        for n in range(MOST_MISSES):
            if n % 25 == 24:
                house.portal.forward(minutes=1)  # for the minute's own budget
                agent.bearer = agent.token()
            assert agent.sends(FIND, {"channel": "messenger", "id": str(n)}).status == 404

        for sought in ({"channel": "messenger", "id": "x"}, {"email": "zoe@example.com"}):
            assert agent.sends(FIND, sought).problem == (429, "too-many-requests")

    def test_con_01_api_08_by_an_agent_ends_after_two_hundred_contacts(self, house, portal):
        agent, mails = house["agent"], len(portal.mails)
        has_read(house, MOST_HITS - 1)
        assert agent.sends(FIND, {"email": "zoe@example.com"}).status == 200
        ann = portal.ann.id

        # Nobody can be told from somebody, by whatever is asked.
        for sought in ({"email": "x@example.com"}, {"email": "zoe@example.com"}, {"email": "ann@example.com"}, {"channel": "messenger", "id": "1"}):  # fmt: skip
            spent = agent.sends(FIND, sought)
            assert spent.problem == (429, "too-many-requests")
            assert 0 < int(spent.headers["retry-after"]) <= 3600
        assert about(agent, READ, ann).problem == (429, "too-many-requests")
        # Whoever is open on the screen stays so, and a second try opens nobody.
        assert about(agent, READ, house.zoe.id).status == 200
        assert about(agent, READ, ann).problem == (429, "too-many-requests")
        (line,) = lines(house, "team.look-ups-spent")
        assert line["detail"] == {"contacts": "200"}
        portal.delivers_mail()
        assert [each.to[0] for each in portal.mails[mails:]] == ["owner@example.com"]
        visits = [each["event"] for each in portal.rows("sign-in") if each["sk"] == "visit"]
        assert ann not in {each["subject"] for each in visits}

        portal.forward(hours=1)
        agent.signs_in()
        assert about(agent, READ, ann).status == 200

    @pytest.mark.parametrize(
        ("route", "body", "match", "status"),
        [
            (CORRECT, {}, '"of-yesterday"', 412),
            (CORRECT, {}, "", 200),
            (CORRECT, {"name": "Somebody Else"}, "", 200),
            (LIFT, None, "", 200),
            (DETACH, {"channel": "x", "id": "4711"}, "", 200),
        ],
    )
    def test_api_08_by_an_agent_counts_whom_a_change_shows(
        self, house, portal, route, body, match, status
    ):
        desk = Desk(house, Scope.WRITE_CONTACTS)
        desk.sends(PUT_REF, {"channel": "x", "id": "4711", "email": "ann@example.com"})
        agent, ann = house["agent"], portal.ann.id
        has_read(house, MOST_HITS - 1)
        etag = match or house["admin"].sends(READ, path={"contact": ann}).headers["etag"]

        assert about(agent, route, ann, body, match=etag).status == status

        agent_id = portal.team.contact("acme", "agent@example.com").id
        (visit,) = [
            each["event"]
            for each in portal.rows("sign-in")
            if each["pk"].startswith(f"acme#visit#{agent_id}#{ann}#")
        ]
        assert visit["name"] == "contact.viewed"
        assert about(agent, READ, house.zoe.id).problem == (429, "too-many-requests")

    @pytest.mark.parametrize("route", [CORRECT, LIFT, DETACH])
    def test_api_08_by_an_agent_changes_nobody_who_is_the_two_hundred_and_first(
        self, house, portal, route
    ):
        desk = Desk(house, Scope.WRITE_CONTACTS)
        desk.sends(PUT_REF, {"channel": "x", "id": "4711", "email": "ann@example.com"})
        body = {CORRECT: {"name": "Other"}, LIFT: None, DETACH: {"channel": "x", "id": "4711"}}
        has_read(house, MOST_HITS)
        before = portal.rows("people")

        for match in ('"of-yesterday"', '"x"'):
            spent = about(house["agent"], route, portal.ann.id, body[route], match=match)
            assert spent.problem == (429, "too-many-requests")
            assert "now" not in spent.body

        assert portal.rows("people") == before

    def test_con_01_api_08_by_an_agent_is_no_guess_by_adding(self, house):
        agent = house["agent"]
        has_read(house, MOST_HITS - 1)
        asked = {"name": "Ann", "email": "ann@example.com"}
        for key, email in (("1", "ann@example.com"), ("2", " ANN@example.com")):
            taken = agent.sends(ADD, asked | {"email": email}, headers={"idempotency-key": key})
            assert taken.problem == (409, "taken")

        more = asked | {"email": "auditor@example.com"}
        assert agent.sends(READ, path={"contact": house.portal.ann.id}).status == 200
        spent = agent.sends(ADD, more, headers={"idempotency-key": "3"})

        assert spent.problem == (429, "too-many-requests")
        assert [each["detail"] for each in lines(house, "team.look-ups-spent")] == [
            {"contacts": "200"}
        ]

    def test_by_an_agent_leaves_a_row_that_the_version_before_can_read(self, house, portal):
        house["agent"].sends(FIND, {"email": "zoe@example.com"})

        (row,) = [each for each in portal.rows("sign-in") if each["sk"] == "misses"]
        assert row["misses"] == 0

    def test_by_an_agent_again_and_again_is_one_contact(self, house, portal):
        agent = house["agent"]
        has_read(house, MOST_HITS - 1)
        for _ in range(3):
            assert about(agent, READ, house.zoe.id).status == 200

        assert lines(house, "team.look-ups-spent") == []

    def test_by_those_who_may_list_is_not_counted(self, house, portal):
        for _ in range(3):
            house["auditor"].sends(FIND, {"email": "x@example.com"})

        assert not [row for row in portal.rows("sign-in") if row["sk"] == "misses"]


class TestAList:
    def test_is_walked_page_by_page(self, house, desk):
        for n in range(5):
            house.portal.adds(f"Ben Number{n}", f"ben{n}@example.com")
        met, cursor = [], None
        while True:
            page = desk.sends(LIST, {"limit": 4} | ({"cursor": cursor} if cursor else {}))
            assert page.status == 200, page.event
            met += [each["email"] for each in page.body["contacts"]]
            cursor = page.body["next"]
            if cursor is None:
                break

        assert met == sorted(met)
        assert len(met) == len(set(met)) == 11
        assert page.body["complete"]

    @pytest.mark.parametrize("asked", [{}, {"text": "many"}], ids=["all", "text"])
    def test_of_a_hundred_is_read_in_one_call(self, desk, portal, asked):
        """As many as one call of DynamoDB reads, and whether all can be found."""
        for n in range(101):
            portal.adds("Many Once", f"many{n:03}@example.com")
        pages: list[list[str]] = []
        after = None
        while not pages or after:
            answer = desk.sends(f"POST {CONTACTS}/list", {"limit": 100, "cursor": after, **asked})
            assert answer.status == 200, answer.event
            pages.append([each["id"] for each in answer.body["contacts"]])
            after = answer.body["next"]

        every = portal.team.contacts("acme")
        wanted = [each.id for each in every if not asked or each.name == "Many Once"]
        assert len(pages[0]) == MOST_ON_A_PAGE
        assert sorted(each for page in pages for each in page) == sorted(wanted)

    def test_finds_by_a_text(self, house):
        found = house["auditor"].sends(LIST, {"text": "once"})

        assert [each["id"] for each in found.body["contacts"]] == [house.zoe.id]
        assert found.body["next"] is None

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"limit": 0}, "limit"),
            ({"limit": 101}, "limit"),
            ({"limit": "5"}, "limit"),
            ({"limit": True}, "limit"),
            ({"text": ""}, "text"),
            ({"text": "x" * 101}, "text"),
            ({"cursor": "x"}, "cursor"),
        ],
    )
    def test_refuses_what_it_cannot_read(self, house, body, field):
        refused = house["owner"].sends(LIST, body)

        assert refused.problem == (400, "invalid-request")
        assert refused.body["errors"][0]["field"] == field

    def test_api_05_takes_no_cursor_of_another_list(self, house):
        house.portal.adds("Zed", "z@example.com")
        first = house["owner"].sends(LIST, {"limit": 1}).body["next"]

        other = house["owner"].sends(LIST, {"limit": 1, "text": "z", "cursor": first})

        assert other.problem == (400, "invalid-request")

    def test_is_a_line_without_names(self, house):
        house["auditor"].sends(LIST, {"text": "once"})

        (line,) = lines(house, "contact.listed")
        assert line["detail"] == {"filter": "text", "found": "1"}
        assert line["pk"] == "acme#trail#acme"

    def test_names_nobody_of_another_workspace(self, house, portal):
        portal.neighbour()

        page = house["owner"].sends(LIST, {"limit": 100})

        assert [e["email"] for e in page.body["contacts"]].count("ann@example.com") == 1


class TestReading:
    def test_is_a_line_once_an_hour(self, house):
        for _ in range(3):
            about(house["agent"], READ, house.zoe.id)
        house["agent"].sends(FIND, {"email": "zoe@example.com"})
        about(house["auditor"], READ, house.zoe.id)

        found = lines(house, "contact.viewed")

        assert {each["pk"] for each in found} == {f"acme#trail#{house.zoe.id}"}
        by = {each["by"] for each in found}
        assert by == {
            f"member:{house.portal.team.contact('acme', f'{who}@example.com').id}"
            for who in ("agent", "auditor")
        }
        assert len(found) == 2

    def test_is_a_line_again_an_hour_later(self, house):
        about(house["agent"], READ, house.zoe.id)
        first = lines(house, "contact.viewed")
        house.portal.forward(minutes=61)
        house["agent"].signs_in()

        about(house["agent"], READ, house.zoe.id)

        assert len(lines(house, "contact.viewed")) == len(first) + 1

    @pytest.mark.parametrize("id_", ["ct_0000000000000000000000", "x", "head", "ct_", "a#b"])
    def test_of_nobody_is_not_found(self, house, id_):
        assert about(house["owner"], READ, id_).problem == (404, "not-found")

    @pytest.mark.parametrize("route", [READ, *ACTS])
    def test_ten_01_of_another_workspaces_is_as_of_nobody(self, house, portal, route):
        globex, owner = portal.neighbour(), house["owner"]
        before = portal.rows("people")
        body = ACTS.get(route, (None, None))[1]

        told = [
            about(owner, route, each, body, match="x")
            for each in (globex.ann.id, "ct_0000000000000000000000")
        ]

        assert [each.problem for each in told] == [(404, "not-found")] * 2
        assert portal.rows("people") == before


class TestAdding:
    def adds(self, who: Any, press: str = "press-1", **more: Any) -> Answer:
        body = {"name": "New Once", "email": "New@example.com", **more}
        answer: Answer = who.sends(ADD, body, headers={"idempotency-key": press})
        return answer

    def test_is_done_once_for_each_press(self, house, desk):
        first, again = self.adds(desk), self.adds(desk)

        assert (first.status, again.status) == (201, 201)
        assert first.body == again.body
        assert first.body["contact"]["email"] == "new@example.com"
        assert not first.body["contact"]["email_verified"]
        assert self.adds(desk, name="Other").problem == (422, "other-body")
        assert self.adds(desk, "").problem == (400, "invalid-request")

    def test_finds_an_address_taken(self, house, desk):
        self.adds(desk)

        assert self.adds(desk, "press-2").problem == (409, "taken")
        assert self.adds(house["agent"]).problem == (409, "taken")

    def test_is_in_the_trail_with_the_key(self, house, desk):
        added = self.adds(desk).body["contact"]

        line = next(e for e in lines(house, "contact.added") if e["pk"].endswith(added["id"]))
        assert line["by"] == f"key:{desk.key.id}"

    def test_lets_them_sign_in(self, house, desk, portal):
        self.adds(desk, language="de", time_zone="Europe/Berlin")

        signed_in = portal.another_browser().signs_in("new@example.com")

        assert signed_in.body["contact"]["name"] == "New Once"

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"name": ""}, "name"),
            ({"email": "new"}, "email"),
            ({"language": "xx"}, "language"),
            ({"time_zone": "../etc"}, "time_zone"),
            ({"name": 5}, "name"),
        ],
    )
    def test_checks_what_it_is_told(self, house, desk, portal, wrong, field):
        before = portal.rows("people")

        refused = self.adds(desk, **wrong)

        assert refused.problem == (400, "invalid-request")
        assert refused.body["errors"][0]["field"] == field
        assert portal.rows("people") == before

    @pytest.mark.parametrize("extra", ["workspace", "sver", "id", "active", "role", "__proto__"])
    def test_api_03_takes_no_other_field(self, house, desk, extra):
        added = self.adds(desk, **{extra: "globex"}).body["contact"]

        found = house.portal.team.contact("acme", added["id"])
        assert (found.sver, found.active, found.workspace_id) == (1, True, "acme")
        assert added["role"] is None


class TestCorrecting:
    def test_changes_what_is_sent_and_nothing_else(self, house):
        answer = about(house["agent"], CORRECT, house.zoe.id, {"name": "Zoe Twice"})

        assert (answer.status, answer.body["contact"]["name"]) == (200, "Zoe Twice")
        about(house["agent"], CORRECT, house.zoe.id, {"language": "de", "time_zone": "Asia/Tokyo"})
        about(house["agent"], CORRECT, house.zoe.id, {"language": ""})
        found = house.portal.team.contact("acme", house.zoe.id)
        assert (found.name, found.language, found.time_zone) == ("Zoe Twice", None, "Asia/Tokyo")
        assert found.sver == house.zoe.sver

    def test_needs_the_newest_etag(self, house):
        path, body = {"contact": house.zoe.id}, {"name": "Zoe Twice"}
        without = house["agent"].sends(CORRECT, body, path=path)
        assert without.problem == (428, "precondition-missing")

        stale = about(house["agent"], CORRECT, house.zoe.id, body, match='"0000000000000000"')
        assert stale.problem == (412, "changed-meanwhile")
        newest = about(house["agent"], READ, house.zoe.id).body
        assert stale.body["now"] == newest

    def test_sees_a_change_in_that_very_moment(self, house, portal, wire):
        etag = about(house["agent"], READ, house.zoe.id).headers["etag"]

        def rename():
            portal.team.change_contact("acme", house.zoe.id, {"language": "fr"}, by="test")

        wire.before("dynamodb.TransactWriteItems", rename)
        answer = about(house["agent"], CORRECT, house.zoe.id, {"name": "Zoe Twice"}, match=etag)

        assert answer.problem == (412, "changed-meanwhile")
        assert answer.body["now"]["contact"]["language"] == "fr"
        assert portal.team.contact("acme", house.zoe.id).name == "Zoe Once"

    def test_does_not_sign_anybody_out(self, house, portal):
        portal.browser.signs_in("zoe@example.com")

        about(house["agent"], CORRECT, house.zoe.id, {"name": "Zoe Twice"})

        portal.forward(minutes=1)
        assert portal.browser.refreshes().status == 200

    @pytest.mark.parametrize(
        "body", [{"email": "x@example.com"}, {"active": False}, {"sver": 9}, {"updated_at": 1}, {}]
    )
    def test_api_03_changes_no_other_field(self, house, portal, body):
        before = portal.team.contact("acme", house.zoe.id)

        assert about(house["agent"], CORRECT, house.zoe.id, body).status == 200

        assert portal.team.contact("acme", house.zoe.id) == before


class TestCon03AnotherAddress:
    def test_is_the_contacts_and_must_be_proved(self, house, portal):
        portal.browser.signs_in("zoe@example.com")

        moved = about(house["admin"], MOVE, house.zoe.id, {"email": "Zoe@example.net"})

        assert moved.status == 200, moved.event
        assert moved.body["contact"]["email"] == "zoe@example.net"
        assert not moved.body["contact"]["email_verified"]
        portal.forward(minutes=1)
        assert portal.browser.refreshes().status == 401

    def test_tells_the_one_before_and_reserves_it(self, house, portal):
        about(house["admin"], MOVE, house.zoe.id, {"email": "zoe@example.net"})
        portal.delivers_mail()

        assert any("zoe@example.com" in each.to for each in portal.mails)
        headers = {"idempotency-key": "p"}
        body = {"name": "Thief", "email": "zoe@example.com"}
        assert house["admin"].sends(ADD, body, headers=headers).problem == (409, "taken")

    def test_needs_a_young_sign_in(self, house, portal):
        admin = house["admin"]
        portal.forward(minutes=16)
        admin.browser.refreshes()
        admin.bearer = admin.token()

        answer = about(admin, MOVE, house.zoe.id, {"email": "zoe@example.net"})

        assert answer.problem == (401, "re-auth-needed")

    def test_of_another_contact_is_taken(self, house):
        answer = about(house["admin"], MOVE, house.zoe.id, {"email": "ann@example.com"})

        assert answer.problem == (409, "taken")

    @pytest.mark.parametrize("role", ["owner", "admin"])
    def test_is_never_given_by_members_to_themselves(self, house, portal, role):
        """Whoever has stolen their session would get them without a mail that undoes it."""
        member = house[role]
        me = portal.team.contact("acme", f"{role}@example.com")

        answer = about(member, MOVE, me.id, {"email": "thief@example.net"})

        assert answer.problem == (403, "role-too-high")
        assert portal.team.contact("acme", me.id) == me
        assert not [each for each in portal.mails if "thief" in str(each.to)]

    def test_that_they_have_changes_nothing(self, house, portal):
        admin, before = house["admin"], portal.rows("people")

        assert about(admin, MOVE, house.zoe.id, {"email": "zoe@example.com"}).status == 200

        after = portal.rows("people")
        assert [each for each in after if house.zoe.id in str(each)] == [
            each for each in before if house.zoe.id in str(each)
        ]

    def test_is_no_way_around_what_can_be_undone(self, house, portal):
        """Five changes can be taken back at once, whoever has asked for them."""
        for n in range(5):
            moved = about(house["owner"], MOVE, house.zoe.id, {"email": f"zoe{n}@example.net"})
            assert moved.status == 200

        sixth = about(house["owner"], MOVE, house.zoe.id, {"email": "zoe6@example.net"})

        assert sixth.problem == (429, "too-many-requests")


def comes_back(house: House) -> None:
    """Zoe's address came back: what stands on her head then."""
    portal, pk, now = house.portal, f"acme#contact#{house.zoe.id}", house.portal.now
    head = next(e for e in portal.rows("people") if (e["pk"], e["sk"]) == (pk, "head"))
    strike = str(Strike(now, now, Why.BOUNCED, "0123456789ab-1", "5.1.1"))
    held = {"strikes": frozenset({strike}), "held_by": "0123456789012345678901"}
    portal.writes("people", head | held)


class TestLifting:
    def test_says_what_became_of_it_and_that_mail_goes_there_again(self, house, portal):
        comes_back(house)
        assert about(house["agent"], READ, house.zoe.id).body["contact"]["suppressed"] == "bounce"

        told = [about(house["agent"], LIFT, house.zoe.id).body for _ in range(2)]

        assert [each["lifted"] for each in told] == ["lifted-and-linked", "nothing"]
        assert told[0]["contact"]["suppressed"] is None
        line = next(e for e in portal.records_trail() if e["name"] == "contact.mail-lifted")
        assert line["by"].startswith("member:ct_")


class TestLiftingADomain:
    def test_says_how_many_and_on_whom_one_may_not_act(self, house, portal):
        comes_back(house)
        at = portal.now + timedelta(days=1)
        ends = {"expires_at": int(at.timestamp()), "ttl": int(at.timestamp())}
        refusals = "acme#refusals#x#1"
        admin = portal.team.contact("acme", "admin@example.com")
        pk = f"acme#contact#{admin.id}"
        head = next(e for e in portal.rows("people") if (e["pk"], e["sk"]) == (pk, "head"))
        portal.writes("people", head | {"held_by": "1123456789012345678901"})
        for each in (house.zoe.id, admin.id, "address-0123456789abcdef"):
            portal.writes("sign-in", {"pk": refusals, "sk": each, "subject": each, **ends})
        finding = {"pk": "acme#refusing", "sk": "example.com#1", "refusals": refusals, **ends}
        portal.writes("sign-in", finding | {"domain": "example.com"})

        told = house["agent"].sends(LIFT_DOMAIN, {"domain": " Example.com"})

        assert told.body == {"domain": "example.com", "lifted": 1, "refused": 1, "more": False}
        assert about(house["agent"], READ, house.zoe.id).body["contact"]["suppressed"] is None

    @pytest.mark.parametrize("domain", ["", "x", "a b.test", "x@example.com", "x" * 300])
    def test_refuses_what_is_no_domain(self, house, domain):
        refused = house["owner"].sends(LIFT_DOMAIN, {"domain": domain})

        assert refused.problem == (400, "invalid-request")
        assert refused.body["errors"][0]["field"] == "domain"


class TestSwitching:
    def test_ends_sessions_once(self, house, portal):
        portal.browser.signs_in("zoe@example.com")

        assert about(house["admin"], OFF, house.zoe.id).body["contact"]["active"] is False
        assert about(house["admin"], OFF, house.zoe.id).status == 200

        portal.forward(minutes=1)
        assert portal.browser.refreshes().status == 401
        assert portal.team.contact("acme", house.zoe.id).sver == house.zoe.sver + 1
        assert about(house["admin"], ON, house.zoe.id).body["contact"]["active"] is True

    def test_by_key_only_switches_off(self, house, desk):
        assert about(desk, OFF, house.zoe.id).status == 200
        assert about(desk, ON, house.zoe.id).problem == (403, "role-too-small")

    def test_of_an_owner_waits_until_they_step_down(self, house):
        owner = house.portal.team.contact("acme", "owner@example.com")

        assert about(house["owner"], OFF, owner.id).problem == (409, "on-the-team")


class TestErasing:
    def test_needs_the_newest_etag_and_a_young_sign_in(self, house, portal):
        admin = house["admin"]
        path = {"contact": house.zoe.id}
        assert admin.sends(ERASE, path=path).problem == (428, "precondition-missing")
        stale = about(admin, ERASE, house.zoe.id, match='"0000000000000000"')
        assert stale.problem == (412, "changed-meanwhile")
        portal.forward(minutes=16)
        admin.browser.refreshes()
        admin.bearer = admin.token()
        assert about(admin, ERASE, house.zoe.id).problem == (401, "re-auth-needed")

    def test_may_be_repeated_and_leaves_nobody_to_read(self, house):
        admin = house["admin"]
        for _ in range(2):
            assert about(admin, ERASE, house.zoe.id).status == 204
        for route in (READ, OFF, EXPORT):
            assert about(admin, route, house.zoe.id).problem == (404, "not-found")
        assert admin.sends(FIND, {"email": "zoe@example.com"}).problem == (404, "not-found")

    def test_is_in_the_trail_with_whoever_did_it(self, house, portal):
        about(house["admin"], ERASE, house.zoe.id)

        (line,) = lines(house, "contact.erased")
        admin = portal.team.contact("acme", "admin@example.com")
        assert line["by"] == f"member:{admin.id}"

    def test_waits_for_an_address_that_was_just_changed(self, house):
        about(house["admin"], MOVE, house.zoe.id, {"email": "zoe@example.net"})

        refused = about(house["owner"], ERASE, house.zoe.id)

        assert refused.problem == (409, "address-just-changed")
        assert refused.body["retry_after"] == 72 * 3600


class TestExporting:
    def test_hands_out_what_there_is_without_secrets(self, house, desk, portal):
        portal.another_browser().signs_in("zoe@example.com")
        portal.records_trail()

        told = about(desk, EXPORT, house.zoe.id)

        assert told.status == 200, told.event
        assert told.body["contact"]["email"] == "zoe@example.com"
        assert [each["method"] for each in told.body["sessions"]] == ["code"]
        assert "session.started" in {each["name"] for each in told.body["events"]}
        for row in portal.session_rows():
            assert row["current"] not in str(told.body)

    def test_is_a_line(self, house):
        about(house["auditor"], EXPORT, house.zoe.id)

        (line,) = lines(house, "contact.exported")
        assert line["pk"].endswith(house.zoe.id)


class TestCon02Nobody:
    """Acts on a contact whose role is as high as their own or higher, but on themselves."""

    @pytest.mark.parametrize("route", ACTS)
    def test_does_so_whatever_the_action_is(self, house, portal, route):
        action, body = ACTS[route]
        others = {role: house.joins(f"{role}2", role) for role in Role}
        for caller in Role:
            for theirs in (*Role, None):
                other = others[theirs].id if theirs else house.zoe.id
                before = portal.team.contact("acme", other)
                answer = about(house[caller.value], route, other, body)
                told = caller, theirs, answer.event
                if caller not in MAY[action]:
                    assert answer.problem == (403, "role-too-small"), told
                elif may_act_on(caller, theirs, is_self=False):
                    assert answer.status in (200, 204, 409), told
                    if answer.status == 204:
                        house.zoe = portal.adds("Zoe Once", f"zoe{caller.value}@example.com")
                    else:
                        portal.team.set_active("acme", other, True, by="test")
                    continue
                else:
                    assert answer.problem == (403, "role-too-high"), told
                assert portal.team.contact("acme", other) == before

    @pytest.mark.parametrize("route", [each for each in ACTS if SCOPE_FOR.get(ACTS[each][0])])
    def test_is_a_key_that_acts_on_a_member(self, house, portal, desk, route):
        for role in Role:
            member = portal.team.contact("acme", f"{role.value}@example.com")
            answer = about(desk, route, member.id, ACTS[route][1])
            assert answer.problem == (403, "role-too-high"), role
            assert portal.team.contact("acme", member.id) == member
        assert about(desk, route, house.zoe.id, ACTS[route][1]).status == 200

    @pytest.mark.parametrize("route", ACTS)
    def test_is_faster_than_a_promotion(self, house, portal, wire, route):
        """Zoe becomes an admin between the read and the write."""
        if route == ON:
            portal.team.set_active("acme", house.zoe.id, False, by="test")
        if route == LIFT:
            comes_back(house)
        admin, member = house["admin"], portal.team.contact("acme", house.zoe.id)
        etag = about(admin, READ, house.zoe.id).headers["etag"]

        def promotes():
            row = {"pk": "acme#team", "sk": house.zoe.id, "role": "admin", "since": 1, "by": "x"}
            portal.writes("people", row)

        wire.before("dynamodb.TransactWriteItems", promotes)
        answer = about(admin, route, house.zoe.id, ACTS[route][1], match=etag)

        expected = (409, "on-the-team") if route == ERASE else (403, "role-too-high")
        assert answer.problem == expected
        assert portal.team.contact("acme", house.zoe.id) == member

    def test_is_kept_from_their_own_profile(self, house):
        agent = house.portal.team.contact("acme", "agent@example.com")

        answer = about(house["agent"], CORRECT, agent.id, {"name": "Agent Smith"})

        assert answer.status == 200


class TestWhatACallCosts:
    @pytest.mark.parametrize(
        ("route", "body", "calls"),
        [
            (READ, None, 2),
            (CORRECT, {"name": "Zoe Twice"}, 2),
            (CORRECT, {"language": "de"}, 2),
            (MOVE, {"email": "zoe@example.net"}, 3),
            (OFF, None, 2),
        ],
    )
    def test_is_at_most_three_beside_the_callers_check(self, house, wire, route, body, calls):
        admin = house["admin"]
        etag = about(admin, READ, house.zoe.id).headers["etag"]
        house.portal.forward(minutes=61)
        admin.signs_in()
        about(admin, READ, house["agent"].browser.last.body["contact"]["id"])
        wire.forget()

        assert about(admin, route, house.zoe.id, body, match=etag).status == 200

        after = [each for each in wire.operations if not each.startswith("kms.")]
        assert after[:2] == ["dynamodb.BatchGetItem", "dynamodb.UpdateItem"]
        assert len(after) - 2 <= min(calls + (route == CORRECT), 3)

    @pytest.mark.parametrize(("role", "calls"), [("auditor", 3), ("agent", 4)])
    def test_of_finding_one_is_three_and_one_more_that_counts_an_agents(
        self, house, wire, role, calls
    ):
        house[role].sends(FIND, {"email": "zoe@example.com"})
        house.portal.forward(minutes=61)
        house[role].signs_in()
        house[role].sends(FIND, {"email": "admin@example.com"})
        wire.forget()

        house[role].sends(FIND, {"email": "zoe@example.com"})

        assert len(wire.operations) - 2 == calls


class TestLog02WhatIsWritten:
    def test_has_no_address_in_a_path_or_query(self):
        from tests.support.openapi import operations  # the whole contract

        told = [each for each in operations() if door_of(each) == "manage_contacts"]
        for route in told:
            names = {p["name"] for p in operations()[route].get("parameters", [])}
            # Those of a report, of one contact's trail and of who is held have a number, a time, an id.
            has_no_names = route.endswith(
                ("/report", "/trail", "GET /v1/workspaces/{workspace}/directory/held")
            )
            wrong = "email|address|text" if has_no_names else "email|address|text|cursor"
            assert not re.search(wrong, " ".join(names)), route
