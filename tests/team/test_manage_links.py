"""The door of links, by every role and with keys (functions/manage_links/handler.py,
portico/edge/link_routes.py, portico/links/link_batches.py)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from portico.account.contact_refs import AskedRef, ContactRefs
from portico.ids import digest
from portico.links.rules import front_token, public_id
from portico.people.memberships import ABOVE_ALL, Role
from portico.team.team_budget import MOST_USES, TeamUse
from portico.team.workspace_key import Scope
from portico.team.workspace_keys import WorkspaceKeys
from tests.edge.test_logs import Everything, disguises, everything_logged
from tests.support.template import door_of
from tests.team.test_manage_workspace import LINKS, House
from tests.team.test_team_token import HOST, HOW

LIST, MAKE = f"GET {LINKS}", f"POST {LINKS}"
SHOW, ROTATE, REVOKE = (
    f"GET {LINKS}/{{link}}",
    f"POST {LINKS}/{{link}}/rotate",
    f"POST {LINKS}/{{link}}/revoke",
)


@pytest.fixture
def house(portal):
    return LinkHouse(portal)


class LinkHouse(House):
    """The team of Acme, at work with links."""

    presses = 0

    def makes(self, by: str, *links: Any, press: str = "", **more: Any) -> Any:
        LinkHouse.presses += 1
        headers = {"idempotency-key": press or f"press-{LinkHouse.presses}"}
        return self[by].sends(MAKE, {"links": list(links)}, headers=headers, **more)

    def link(self, by: str = "admin", **wanted: Any) -> Any:
        """Make one link, and return the answer about it."""
        answer = self.makes(by, wanted)
        assert answer.status == 200, answer.event
        (told,) = answer.body["links"]
        assert "token" in told, told
        return told

    def lists(self, by: str = "auditor", **query: str) -> list[Any]:
        """Walk all pages."""
        found: list[Any] = []
        while True:
            answer = self[by].sends(LIST, query=query)
            assert answer.status == 200, answer.event
            found += answer.body["links"]
            if answer.body["next"] is None:
                return found
            query = {**query, "cursor": answer.body["next"]}

    def key(self, *scopes: Scope) -> Any:
        """A caller with a key."""
        owner = self.portal.team.contact("acme", "owner@example.com")
        _, text = WorkspaceKeys("people", "sign-in").add(
            self.portal.workspace, owner, label="Desk", scopes=list(scopes), **HOW
        )

        def asks(route: str, body: Any = None, **more: Any) -> Any:
            headers = {"authorization": f"Bearer {text}", "idempotency-key": "press-of-key"}
            path = {"workspace": "acme", **more.pop("path", {})}
            return self.portal.knock(
                door_of(route), route, body, origin=None, headers=headers, path=path, **more
            )

        return asks

    def contact(self, name: str) -> Any:
        return self.portal.team.contact("acme", f"{name}@example.com")


def problems(answer: Any) -> list[str]:
    return [
        each["problem"]["type"] if "problem" in each else "made" for each in answer.body["links"]
    ]


class TestALink:
    def test_is_made_shown_and_revoked(self, house, portal):
        told = house.link("agent", contact=house.zoe.id, to="tickets", days=30, label="For Zoe")
        link = told["link"]
        assert link["id"] == public_id(told["token"])
        assert told["url"] == f"https://{HOST}/acme#l={told['token']}&to=tickets"
        assert (link["kind"], link["contact"], link["state"]) == ("personal", house.zoe.id, "alive")
        assert portal.browser.opens_the_link(told["token"]).body["link"]["email_hint"]

        assert house["auditor"].sends(SHOW, path={"link": link["id"]}).body["link"] == link
        revoked = house["agent"].sends(REVOKE, path={"link": link["id"]})
        assert revoked.body["link"]["state"] == "revoked"
        assert portal.browser.opens_the_link(told["token"]).status == 404
        again = house["agent"].sends(REVOKE, path={"link": link["id"]})
        assert again.body == revoked.body

    def test_has_its_token_in_one_answer_and_nowhere_else(self, house, portal):
        told = house.link("agent", contact=house.zoe.id)
        house["agent"].sends(ROTATE, {}, path={"link": told["link"]["id"]})
        portal.records_trail()

        kept = str([portal.rows(each) for each in ("people", "sign-in", "trail")])
        assert told["token"] not in kept
        assert digest(told["token"]) in kept

    def test_is_a_line_with_whoever_made_and_ended_it(self, house, portal):
        told = house.link("agent", contact=house.zoe.id)
        portal.records_trail()
        house["admin"].sends(REVOKE, path={"link": told["link"]["id"]})

        agent, admin = house.contact("agent"), house.contact("admin")
        lines = [each for each in portal.records_trail() if each["name"].startswith("link.")]
        by = {each["name"]: each["by"] for each in lines if told["link"]["id"] in str(each)}
        assert by == {"link.created": f"member:{agent.id}", "link.revoked": f"member:{admin.id}"}

    @pytest.mark.parametrize(
        ("wanted", "field"),
        [
            ({"to": "nowhere"}, "to"),
            ({"to": "request:unknown"}, "to"),
            ({"days": 0}, "days"),
            ({"days": 3651}, "days"),
            ({"days": 10**30}, "days"),
            ({"days": True}, "days"),
            ({"days": "30"}, "days"),
            ({"label": ""}, "label"),
            ({"label": "x" * 101}, "label"),
            ({"label": "\u202e"}, "label"),
            ({"label": 1}, "label"),
            ({"contact": "ann@example.com"}, "contact"),
            ({"contact": "ct_" + "x" * 4000}, "contact"),
            ("text", "links"),
            (None, "links"),
        ],
        ids=str,
    )
    def test_that_is_asked_for_wrongly_is_refused_alone(self, house, wanted, field):
        answer = house.makes("admin", wanted, {"label": "Fine"})

        assert problems(answer) == ["invalid-request", "made"]
        (error,) = answer.body["links"][0]["problem"]["errors"]
        assert error["field"] == field

    @pytest.mark.parametrize(
        "extra", ["workspace", "id", "token", "break_glass", "__proto__", "front"]
    )
    def test_api_03_takes_no_other_field(self, house, portal, extra):
        told = house.link(label="X", **{extra: "globex"})

        (row,) = [each for each in portal.rows("people") if each.get("id") == told["link"]["id"]]
        assert row.keys() == {
            *("pk", "sk", "id", "workspace", "token_hash", "kind", "created_at", "list", "listed"),
            *("expires_at", "ttl", "label", "event"),
        }
        assert (row["workspace"], row["kind"]) == ("acme", "shared")

    @pytest.mark.parametrize(
        "body", [{}, {"links": []}, {"links": "x"}, {"links": [{}] * 101}], ids=str
    )
    def test_is_one_of_a_hundred_at_most(self, house, body):
        headers = {"idempotency-key": "p"}
        answer = house["admin"].sends(MAKE, body, headers=headers)
        assert answer.problem == (400, "invalid-request")

    def test_ten_01_of_another_workspace_is_none(self, house, portal, wire):
        globex = portal.neighbour()
        foreign, _ = globex.link()
        wanted = house.makes("admin", {"contact": globex.ann.id}, {"contact": f"ct_{'0' * 22}"})
        assert problems(wanted) == ["not-found", "not-found"]

        odd = ("0" * 16, foreign.id, "../door", "x" * 3000, "é")
        for route, body in ((SHOW, None), (ROTATE, {}), (REVOKE, None)):
            told = {
                str(house["admin"].sends(route, body, path={"link": id_}).problem) for id_ in odd
            }
            assert told == {"(404, 'not-found')"}
        assert portal.links.all("globex")[0].revoked_at is None
        # DynamoDB refuses a key of this length, and that would be a fault of ours.
        wire.forget()
        house["admin"].sends(SHOW, path={"link": "x" * 3000})
        assert "dynamodb.GetItem" not in wire.operations

    def test_ten_02_made_with_a_credential_of_another_workspace_is_none(self, house, portal):
        globex = portal.neighbour()
        before = len(portal.rows("people"))
        refused = house["owner"].sends(
            MAKE, {"links": [{}]}, path={"workspace": globex.id}, headers={"idempotency-key": "p"}
        )
        assert refused.problem == (401, "not-signed-in")
        assert len(portal.rows("people")) == before


class TestWhoMakesALink:
    def test_shared_is_an_owner_or_an_admin(self, house):
        for by, told in (("owner", "made"), ("admin", "made"), ("agent", "role-too-small")):
            assert problems(house.makes(by, {"label": "Newsletter"})) == [told]
        agent = house.makes("agent", {}).body["links"][0]["problem"]
        assert agent["needs"] == ["owner", "admin"]

    def test_with_a_key_makes_one_for_who_has_no_address(self, house, portal):
        asked = AskedRef("messenger", "8261", name="Zoe Zimmer")
        refs = ContactRefs("people")
        zoe = refs.put(portal.workspace, asked, by="test", reach=ABOVE_ALL).contact

        made = house.key(Scope.LINKS)(MAKE, {"links": [{"contact": zoe.id}]}).body["links"][0]

        assert (made["link"]["contact"], made["link"]["email_hint"]) == (zoe.id, None)
        opened = portal.browser.opens_the_link(made["token"]).body["link"]
        assert opened["asks_email"] is True

    def test_with_a_key_makes_personal_ones(self, house):
        asks = house.key(Scope.LINKS)
        answer = asks(MAKE, {"links": [{"contact": house.zoe.id}, {"label": "Newsletter"}]})
        assert problems(answer) == ["made", "role-too-small"]

    @pytest.mark.parametrize("by", ["owner", "admin", "agent", "key"])
    def test_personal_acts_on_nobody_of_a_role_as_high_as_their_own(self, house, by):
        house.joins("second", Role.OWNER)
        asked = ("owner", "second", "admin", "agent", "auditor", "zoe")
        links = [{"contact": house.contact(each).id} for each in asked]
        answer = (
            house.key(Scope.LINKS)(MAKE, {"links": links})
            if by == "key"
            else house.makes(by, *links)
        )

        told = dict(zip(asked, problems(answer), strict=True))
        may = {
            "owner": {"owner", "admin", "agent", "auditor", "zoe"},
            "admin": {"admin", "agent", "auditor", "zoe"},
            "agent": {"agent", "zoe"},
            "key": {"zoe"},
        }[by]
        assert {who for who, each in told.items() if each == "made"} == may
        assert set(told.values()) <= {"made", "role-too-high"}

    @pytest.mark.parametrize(
        ("route", "body"), [(ROTATE, {}), (REVOKE, None)], ids=["rotate", "revoke"]
    )
    def test_ends_none_of_a_role_as_high_as_their_own(self, house, route, body):
        told = house.link("owner", contact=house.contact("owner").id)
        path = {"link": told["link"]["id"]}

        for by in ("admin", "agent"):
            assert house[by].sends(route, body, path=path).problem == (403, "role-too-high")
        assert house.key(Scope.LINKS)(route, body, path=path).problem == (403, "role-too-high")
        assert house["owner"].sends(route, body, path=path).status == 200

    def test_rotates_a_shared_one_only_who_may_make_one(self, house):
        path = {"link": house.link(label="Newsletter")["link"]["id"]}
        assert house["agent"].sends(ROTATE, {}, path=path).problem == (403, "role-too-small")
        assert house.key(Scope.LINKS)(ROTATE, {}, path=path).problem == (403, "role-too-small")
        assert house["admin"].sends(ROTATE, {}, path=path).status == 200


class TestAnIdempotencyKey:
    def test_makes_no_link_twice_and_shows_no_token_again(self, house, portal):
        wanted = [{"label": "A"}, {"to": "nowhere"}, {"contact": house.zoe.id}]
        first = house.makes("admin", *wanted, press="once")
        again = house.makes("admin", *wanted, press="once")

        assert problems(first) == ["made", "invalid-request", "made"]
        assert problems(again) == ["taken", "invalid-request", "taken"]
        made = [each["link"]["id"] for each in first.body["links"] if "link" in each]
        assert [each["made"] for each in again.body["links"] if "made" in each] == made
        assert "token" not in str(again.body)
        assert {each["id"] for each in house.lists() if not each["entrance"]} >= set(made)
        assert len([each for each in house.lists() if each["label"] == "A"]) == 1

    def test_makes_what_was_refused_and_can_be_made_now(self, house, portal):
        """What was refused is in no row, so a repeat must not answer as if it were made."""
        wanted = [{"label": "A"}, {"contact": house.joins("yan", Role.ADMIN).id}]
        assert problems(house.makes("admin", *wanted, press="once")) == ["made", "role-too-high"]
        assert house.gives("owner", "yan", "auditor").status == 200

        again = house.makes("admin", *wanted, press="once")

        assert problems(again) == ["taken", "made"]
        token = again.body["links"][1]["token"]
        assert portal.browser.opens_the_link(token).status == 200
        assert problems(house.makes("admin", *wanted, press="once")) == ["taken", "taken"]
        assert len([each for each in house.lists() if each["label"] == "A"]) == 1

    def test_is_of_its_caller_and_of_its_body(self, house):
        assert problems(house.makes("admin", {"label": "A"}, press="once")) == ["made"]
        assert problems(house.makes("owner", {"label": "A"}, press="once")) == ["made"]
        assert house.makes("admin", {"label": "B"}, press="once").problem == (422, "other-body")

    @pytest.mark.parametrize("press", ["", "x" * 129])
    def test_is_needed(self, house, press):
        headers = {"idempotency-key": press}
        answer = house["admin"].sends(MAKE, {"links": [{}]}, headers=headers)
        assert answer.problem == (400, "invalid-request")

    def test_of_a_hundred_is_two_writes_and_each_is_made_once(self, house, wire):
        wanted = [{"label": f"Number {n}"} for n in range(100)]
        assert problems(house.makes("admin", *wanted, press="hundred")) == ["made"] * 100
        wire.forget()
        assert problems(house.makes("admin", *wanted, press="hundred")) == ["taken"] * 100
        assert wire.operations.count("dynamodb.TransactWriteItems") == 2


class TestARotation:
    def test_lets_the_old_link_work_for_a_while_and_then_says_that_it_was_replaced(
        self, house, portal
    ):
        told = house.link("agent", contact=house.zoe.id, to="tickets", label="For Zoe")
        id_ = told["link"]["id"]
        answer = house["agent"].sends(ROTATE, {"overlap_days": 2}, path={"link": id_})
        assert answer.status == 200, answer.event
        after = answer.body
        kept = ("kind", "contact", "to", "label")
        assert [after["link"][each] for each in kept] == [told["link"][each] for each in kept]
        assert after["replaced"]["replaced_by"] == after["link"]["id"]
        assert after["replaced"]["state"] == "alive"

        opens = portal.browser.opens_the_link
        assert opens(told["token"]).status == opens(after["token"]).status == 200
        portal.forward(days=2)
        ended = opens(told["token"])
        assert ended.problem == (404, "invalid-portal-link")
        assert ended.body["ended"] == "replaced"
        assert opens(after["token"]).status == 200
        (listed,) = [each for each in portal.links.all("acme") if each.id == id_]
        assert listed.state(at=portal.now) == "replaced"

    def test_gives_no_link_more_time_than_it_had(self, house, portal):
        told = house.link(days=1)
        answer = house["admin"].sends(
            ROTATE, {"overlap_days": 7}, path={"link": told["link"]["id"]}
        )
        assert answer.body["replaced"]["expires_at"] == told["link"]["expires_at"]

    def test_at_once_leaves_none_that_works(self, house, portal):
        told = house.link()
        house["admin"].sends(ROTATE, {"overlap_days": 0}, path={"link": told["link"]["id"]})
        assert portal.browser.opens_the_link(told["token"]).status == 404
        assert portal.browser.asks_for_a_code(link=told["token"]).status == 404

    def test_is_done_once(self, house):
        path = {"link": house.link()["link"]["id"]}
        first = house["admin"].sends(ROTATE, {}, path=path)
        assert house["admin"].sends(ROTATE, {}, path=path).problem == (409, "taken")
        assert (
            house["admin"].sends(ROTATE, {}, path={"link": first.body["link"]["id"]}).status == 200
        )

    def test_is_of_a_living_link_that_is_no_entrance(self, house, portal):
        portal.sets(entrance=True)
        revoked = house.link()["link"]["id"]
        house["admin"].sends(REVOKE, path={"link": revoked})
        glass, _ = portal.link(contact="ann@example.com", break_glass=True)
        short = house.link(days=1)["link"]["id"]
        portal.forward(days=1)
        house["admin"].signs_in()

        for id_ in (revoked, glass.id, short, public_id(front_token("acme"))):
            assert house["admin"].sends(ROTATE, {}, path={"link": id_}).problem == (
                404,
                "not-found",
            )
        front = {"link": public_id(front_token("acme"))}
        assert house["admin"].sends(REVOKE, path=front).problem == (404, "not-found")

    def test_of_a_link_that_is_revoked_in_this_moment_makes_none(self, house, portal, wire):
        id_ = house.link()["link"]["id"]
        before = len(portal.links.all("acme"))
        wire.before(
            "dynamodb.TransactWriteItems",
            lambda: portal.links.revoke("acme", id_, by="a colleague"),
        )

        answer = house["admin"].sends(ROTATE, {}, path={"link": id_})

        assert answer.problem == (404, "not-found")
        assert len(portal.links.all("acme")) == before

    def test_of_the_link_of_who_becomes_an_owner_in_this_moment_is_refused(
        self, house, portal, wire
    ):
        id_ = house.link("agent", contact=house.zoe.id)["link"]["id"]
        wire.before(
            "dynamodb.TransactWriteItems",
            lambda: house.members.add(portal.workspace, house.zoe, Role.OWNER, **HOW),
        )

        answer = house["agent"].sends(ROTATE, {}, path={"link": id_})

        assert answer.problem == (403, "role-too-high")

    @pytest.mark.parametrize(
        "body",
        [{"overlap_days": 8}, {"overlap_days": -1}, {"days": 0}, {"overlap_days": "2"}],
        ids=str,
    )
    def test_is_a_week_at_most(self, house, body):
        path = {"link": house.link()["link"]["id"]}
        assert house["admin"].sends(ROTATE, body, path=path).problem == (400, "invalid-request")


class TestAList:
    def test_is_of_all_or_of_one_contact_and_hides_what_has_ended(self, house, portal):
        ann = [house.link(contact=portal.ann.id)["link"]["id"] for _ in range(3)]
        zoe = house.link(contact=house.zoe.id)["link"]["id"]
        shared = house.link(label="Newsletter")["link"]["id"]
        house["admin"].sends(REVOKE, path={"link": ann[1]})

        listed = {each["id"] for each in house.lists()}
        assert listed >= {ann[0], ann[2], zoe, shared}
        assert ann[1] not in listed
        assert ann[1] in {each["id"] for each in house.lists(ended="true")}
        assert {each["id"] for each in house.lists(contact=portal.ann.id)} == {ann[0], ann[2]}
        assert [each["id"] for each in house.lists(contact=house.zoe.id, limit="1")] == [zoe]

    def test_lists_each_link_that_stays_exactly_once_while_others_come_and_go(self, house, portal):
        stay = {house.link(label=f"{n}")["link"]["id"] for n in range(7)}
        found: list[str] = []
        query = {"limit": "2"}
        while True:
            answer = house["auditor"].sends(LIST, query=query)
            found += [each["id"] for each in answer.body["links"]]
            come = house.link(label="new")["link"]["id"]
            house["admin"].sends(REVOKE, path={"link": come})
            if not answer.body["next"]:
                break
            query = {"limit": "2", "cursor": answer.body["next"]}

        assert sorted(each for each in found if each in stay) == sorted(stay)

    def test_costs_two_calls_a_page(self, house, wire):
        for n in range(3):
            house.link(label=f"{n}")
        house["auditor"].sends(LIST, query={"limit": "2"})
        wire.forget()
        house["auditor"].sends(LIST, query={"limit": "2"})

        assert wire.operations[2:] == ["dynamodb.Query", "dynamodb.BatchGetItem"]

    def test_is_not_everybodys_for_an_empty_contact(self, house):
        assert house["auditor"].sends(LIST, query={"contact": ""}).problem == (
            400,
            "invalid-request",
        )

    def test_api_05_takes_no_cursor_of_another_list(self, house, portal):
        for n in range(3):
            house.link(label=f"{n}")
        house.link(contact=portal.ann.id)
        answer = house["auditor"].sends(LIST, query={"limit": "1", "ended": "true"})
        cursor = answer.body["next"]
        mangled = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
        bad: list[dict[str, str]] = [
            {"cursor": mangled, "ended": "true"},
            {"cursor": cursor},
            {"cursor": cursor, "ended": "true", "contact": portal.ann.id},
            {"cursor": "x" * 4000, "ended": "true"},
            {"cursor": _forged("personal#../../x", "acme|links||true"), "ended": "true"},
            {"cursor": _forged("shared#" + "1" * 2000, "acme|links||true"), "ended": "true"},
            {
                "cursor": _forged("shared#1#0123456789abcdef", f"acme|links|{portal.ann.id}|true"),
                "ended": "true",
                "contact": portal.ann.id,
            },
            {"limit": "0"},
            {"limit": "101"},
            {"limit": "x"},
            {"limit": "0001" + "0" * 12},
            {"ended": "maybe"},
            {"contact": "ann@example.com"},
        ]
        for query in bad:
            refused = house["auditor"].sends(LIST, query=query)
            assert refused.problem == (400, "invalid-request"), query


def _forged(place: str, of: str) -> str:
    """Whoever reads the source can make a cursor whose check is right."""
    from portico.edge.cursors import cursor_at

    return cursor_at([place], of=of)


class TestWhoUsedALink:
    def test_is_told_of_each_sign_in_newest_first(self, house, portal):
        told = house.link(label="Newsletter")
        portal.adds("Ben Bow", "ben@example.com")
        for email in ("ann@example.com", "ben@example.com"):
            portal.forward(minutes=1)
            browser = portal.another_browser()
            browser.asks_for_a_code(email, link=told["token"])
            portal.delivers_mail()
            browser.types_the_mailed_code()
        portal.records_trail()
        portal.records_trail()

        answer = house["auditor"].sends(SHOW, path={"link": told["link"]["id"]})
        uses = answer.body["uses"]
        assert [each["contact"] for each in uses] == [house.contact("ben").id, portal.ann.id]
        assert {each["method"] for each in uses} == {"code"}
        page = house["auditor"].sends(SHOW, path={"link": told["link"]["id"]}, query={"limit": "1"})
        following = page.body["next"]
        assert following
        more = {"limit": "1", "cursor": following}
        rest = house["auditor"].sends(SHOW, path={"link": told["link"]["id"]}, query=more)
        assert page.body["uses"] + rest.body["uses"] == uses

    def test_is_kept_without_network_address_or_name(self, house, portal):
        told = house.link(label="Newsletter")
        browser = portal.another_browser()
        browser.asks_for_a_code(link=told["token"])
        portal.delivers_mail()
        browser.types_the_mailed_code()
        portal.records_trail()

        pk = f"acme#trail#link-{told['link']['id']}"
        (line,) = [
            each
            for each in portal.rows("trail")
            if each["pk"] == pk and each["name"] == "session.started"
        ]
        assert line["network"] is None
        assert line["detail"].keys() == {"contact", "method", "session"}

    def test_api_05_takes_no_foreign_cursor(self, house):
        told = house.link(label="Newsletter")["link"]["id"]
        for cursor in ("x", _forged("x" * 1500, f"acme|link-uses|{told}"), _forged("2026#e", "x")):
            answer = house["auditor"].sends(SHOW, path={"link": told}, query={"cursor": cursor})
            assert answer.problem == (400, "invalid-request")


class TestWhatACallCosts:
    @pytest.mark.parametrize("of", ["personal", "shared"])
    def test_is_three_calls_for_a_change_beside_the_check(self, house, wire, of):
        house["admin"].sends(LIST)
        wanted = {"contact": house.zoe.id} if of == "personal" else {"label": "X"}
        wire.forget()
        told = house.link(**wanted)
        assert wire.operations.count("dynamodb.BatchGetItem") <= 2
        assert len(wire.operations) <= 4

        for route, body in ((ROTATE, {}), (REVOKE, None)):
            wire.forget()
            assert (
                house["admin"].sends(route, body, path={"link": told["link"]["id"]}).status == 200
            )
            assert len(wire.operations) <= 4, wire.operations

    def test_of_a_key_is_the_same(self, house, wire):
        asks = house.key(Scope.LINKS)
        asks(LIST)
        wire.forget()
        assert asks(MAKE, {"links": [{"contact": house.zoe.id}]}).status == 200
        assert len(wire.operations) <= 4, wire.operations


class TestApi08ABudget:
    def test_ends_an_agents_minute_of_look_ups(self, house):
        told = house.link(contact=house.zoe.id)["link"]["id"]
        for _ in range(MOST_USES[TeamUse.READ]):
            assert house["agent"].sends(SHOW, path={"link": told}).status == 200
        assert house["agent"].sends(SHOW, path={"link": told}).problem == (429, "too-many-requests")

    def test_ends_an_agents_minute_of_changes(self, house, portal):
        for _ in range(MOST_USES[TeamUse.CHANGE]):
            house.link("agent", contact=house.zoe.id)
        assert house.makes("agent", {"contact": house.zoe.id}).problem == (429, "too-many-requests")

    def test_ends_a_keys_second(self, house):
        asks = house.key(Scope.LINKS)
        told = [asks(LIST).status for _ in range(MOST_USES[TeamUse.BY_KEY] + 1)]
        assert told == [200] * MOST_USES[TeamUse.BY_KEY] + [429]


@pytest.fixture
def logs() -> Iterator[Everything]:
    with everything_logged() as everything:
        yield everything


class TestLog01WhatIsLogged:
    def test_is_no_token_no_address_and_nothing_typed(self, house, portal, logs, wire):
        asks = house.key(Scope.LINKS, Scope.SESSIONS)
        label, press = "A marker in the label", "a-marker-in-the-press"
        told = house.link("admin", contact=portal.ann.id, label=label)
        house.makes("admin", {"label": label, "to": "a-marker-of-an-area"}, press=press)
        path = {"link": told["link"]["id"], "contact": portal.ann.id, "session": f"ses_{'0' * 22}"}
        sent: list[tuple[str, Any]] = [
            (SHOW, None),
            (ROTATE, {}),
            (REVOKE, None),
            (LIST, None),
            ("GET /v1/workspaces/{workspace}/contacts/{contact}/sessions", None),
            ("POST /v1/workspaces/{workspace}/contacts/{contact}/sessions/end", None),
        ]
        for route, body in sent:
            house["admin"].sends(route, body, path=path)
            wire.cut("dynamodb.BatchGetItem", times=2)
            asks(route, body, path=path)
            wire.mend()
        asks(MAKE, {"links": [{"contact": portal.ann.id, "label": label}]})

        secrets = {
            *(told["token"], told["url"], label, press, "a-marker-of-an-area"),
            *(portal.ann.email, house["admin"].bearer),
        }
        assert len(logs.records) > len(sent)
        found = {one for each in secrets for one in disguises(each) if one in logs.text}
        assert found == set()


class TestLog02EveryAnswer:
    @pytest.mark.parametrize("route", [LIST, MAKE, SHOW, ROTATE, REVOKE])
    def test_is_kept_by_nobody_and_read_as_what_it_is(self, house, route):
        path = {"link": house.link()["link"]["id"]}
        headers = {"idempotency-key": "press"}
        body: Any = {MAKE: {"links": [{}]}, ROTATE: {}}.get(route)
        for by in ("admin", "auditor"):
            answer = house[by].sends(route, body, path=path, headers=headers)
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "access-control-allow-origin" not in answer.headers


class TestAFault:
    def test_while_links_are_made_is_try_later_for_each_and_the_same_press_makes_them(
        self, house, wire, portal
    ):
        wanted = [{"label": "A"}, {"to": "nowhere"}]
        house["admin"].sends(LIST)
        wire.cut("dynamodb.TransactWriteItems")
        refused = house.makes("admin", *wanted, press="once")
        wire.mend()
        assert problems(refused) == ["try-later", "invalid-request"]
        assert problems(house.makes("admin", *wanted, press="once")) == ["made", "invalid-request"]


def test_a_life_is_that_of_the_workspace_unless_it_is_said(house, portal):
    portal.sets(link_days=7)
    ends = timedelta(days=7).total_seconds() + portal.now.timestamp()
    assert house.link()["link"]["expires_at"] == ends
