"""How a team sees its directory (portico/team/directory_status.py, portico/team/directory_people.py,
portico/edge/directory_routes.py)."""

from typing import Any

import pytest

from portico.clock import epoch
from portico.directory import file_sources as files
from portico.directory.scim.group_walk import SETTLING
from portico.directory.scim.refusals import LONGEST_REASON
from portico.people.addresses import subject_of
from portico.team import directory_people, directory_status
from portico.team.look_ups import MOST_HITS, MOST_MISSES
from portico.team.workspace_key import Scope, read_key
from tests.directory.scim.conftest import GROUPS, USERS, Client, made_by_hand, person
from tests.team.test_manage_contacts import has_read
from tests.team.test_manage_workspace import WORKSPACE, House
from tests.team.test_team_token import HOST

DIRECTORY = f"GET {WORKSPACE}/directory"
FIND = f"POST {WORKSPACE}/directory/people/find"
LIST = f"POST {WORKSPACE}/directory/people/list"
HOSTILE = "\x1b[2J<img src=x>"


@pytest.fixture
def house(portal):
    return House(portal)


@pytest.fixture
def key(portal) -> str:
    return made_by_hand(portal)


@pytest.fixture
def directory(portal, key) -> Client:
    return Client(portal, key)


def sees(house: House, role: str = "admin") -> Any:
    answer = house[role].sends(DIRECTORY)
    assert answer.status == 200, answer.event
    return answer.body


def finds(house: House, role: str = "admin", **sought: str) -> Any:
    return house[role].sends(FIND, sought)


def found(house: House, role: str = "admin", **sought: str) -> Any:
    answer = finds(house, role, **sought)
    assert answer.status == 200, answer.event
    return answer.body


def events(entries: Any) -> list[str]:
    return [each["event"] for each in entries]


class TestTheStatus:
    def test_of_a_workspace_without_a_directory_has_the_addresses_to_begin_with(self, house):
        told = sees(house)

        assert told["scim_url"] == f"https://{HOST}/scim/v2/acme"
        assert told["token_endpoint"] == f"https://{HOST}/oauth2/token"
        assert told["people"] == {"active": 0, "inactive": 0, "complete": True}
        assert (told["keys"], told["deciding"], told["reckoning"]) == ([], [], None)
        assert told["files"] == {"sources": [], "complete": True, "last_import_at": None}

    def test_counts_who_may_come_in_and_who_may_not(self, house, directory):
        for n in range(3):
            directory.adds(f"p{n}@example.com")
        directory.switches(directory.adds("gone@example.com"), False)

        assert sees(house)["people"] == {"active": 3, "inactive": 1, "complete": True}

    def test_stops_counting_at_a_bound_and_says_so(self, house, directory, monkeypatch):
        for n in range(4):
            directory.adds(f"p{n}@example.com")
        monkeypatch.setattr(directory_status, "MOST_COUNTED", 3)

        assert sees(house)["people"] == {"active": 3, "inactive": 0, "complete": False}

    def test_counts_in_pages_and_hands_out_no_row(self, house, directory, wire):
        directory.adds("ann@example.com")
        house["admin"]
        wire.forget()

        sees(house)

        (query,) = [each for each in wire.sent if "#scim-users" in str(each.parameters)]
        assert query.operation == "dynamodb.Query"
        assert query.parameters["Select"] == "COUNT"

    def test_names_keys_of_the_sync_alone_with_when_they_came(self, house, directory, portal, key):
        house["admin"]
        directory.adds("ann@example.com")
        made_by_hand(portal, "acme", Scope.LINKS, email="other@acme.example")

        (told,) = sees(house)["keys"]

        read = read_key(key)
        assert read
        assert (told["id"], told["label"], told["state"]) == (read.id, "Entra", "alive")
        assert epoch(portal.now) - 10 < told["last_used_at"] <= epoch(portal.now)
        assert epoch(portal.now) - 10 <= told["created_at"] <= told["last_used_at"]
        assert told["last_refusal"] is None

    @pytest.mark.parametrize(
        ("route", "body", "status"),
        [
            (f"POST {USERS}", person("ann@example.com"), 409),
            (f"POST {USERS}", person("x@example.com", displayName=HOSTILE), 400),
            (f"POST {GROUPS}", {"schemas": [], "displayName": ""}, 400),
        ],
        ids=["taken", "hostile", "group"],
    )
    def test_says_what_a_key_last_sent_in_vain(self, house, directory, portal, route, body, status):
        directory.adds("ann@example.com")

        assert directory.sends(route, body).status == status

        (told,) = sees(house)["keys"]
        refusal = told["last_refusal"]
        assert (refusal["status"], refusal["at"]) == (status, epoch(portal.now))
        assert 0 < len(refusal["reason"]) <= LONGEST_REASON
        assert "img" not in refusal["reason"]
        assert refusal["reason"].isprintable()

    def test_counts_files_by_their_sources_beside_the_sync(self, house, directory, world):
        directory.adds("ann@example.com")
        world.lists("bob@example.com")
        world.lists("cy@example.com", active=False)

        assert sees(house)["files"] | {"last_import_at": 0} == {
            "sources": [{"source": "csv", "active": 1, "inactive": 1}],
            "complete": True,
            "last_import_at": 0,
        }

    @pytest.mark.parametrize("bound", ["MOST_ENTRIES_READ", "MOST_RECORDS_READ"])
    def test_says_where_it_has_not_read_all_files(self, house, world, monkeypatch, bound):
        for n in range(3):
            world.lists(f"p{n}@example.com")
        monkeypatch.setattr(files, bound, 2)

        told = sees(house)["files"]

        assert (told["sources"][0]["active"], told["complete"]) == (2, False)

    def test_names_groups_and_those_that_decide(self, house, directory, portal):
        people = [directory.adds(f"p{n}@example.com") for n in range(3)]
        customers = directory.groups("Customers", *people)
        directory.groups("Agents")
        portal.sets(directory_groups=[customers, "gone"])

        told = sees(house)

        assert [each["name"] for each in told["groups"]] == ["Agents", "Customers"]
        assert told["deciding"] == [
            {"id": customers, "name": "Customers", "members": 3, "complete": True},
            {"id": "gone", "name": None, "members": 0, "complete": True},
        ]

    def test_counts_members_up_to_a_bound(self, house, directory, portal, monkeypatch):
        people = [directory.adds(f"p{n}@example.com") for n in range(3)]
        portal.sets(directory_groups=[directory.groups("Customers", *people)])
        monkeypatch.setattr(directory_status, "MOST_MEMBERS_COUNTED", 2)

        ((told),) = sees(house)["deciding"]

        assert (told["members"], told["complete"]) == (2, False)

    def test_says_how_far_everybody_is_reckoned_anew(self, house, directory, portal):
        people = [directory.adds(f"p{n}@example.com") for n in range(30)]
        house["admin"]
        portal.sets(directory_groups=[directory.groups("Customers", *people[:2])])

        assert sees(house)["reckoning"] == {"walk": "to-come", "since": None, "reached": None}
        directory.reads(people[0])
        first = sees(house)["reckoning"]
        assert (first["walk"], first["reached"]) == ("first", 25)
        directory.reads(people[0])
        assert sees(house)["reckoning"]["walk"] == "second"
        portal.forward(seconds=SETTLING.total_seconds())
        for _ in range(2):
            directory.reads(people[0])
        assert sees(house)["reckoning"]["walk"] == "done"
        assert sees(house)["people"] == {"active": 2, "inactive": 28, "complete": True}

    def test_says_that_many_have_left_for_a_day(self, house, directory, portal):
        people = [directory.adds(f"p{n}@example.com") for n in range(25)]
        assert sees(house)["leaving"] is None
        for each in people[:6]:
            directory.switches(each, False)

        told = sees(house)["leaving"]

        assert (told["gone"], told["active"]) == (6, 25)
        assert told["told_at"] is not None
        portal.forward(hours=25)
        house.staff.clear()
        assert sees(house)["leaving"] is None

    def test_has_the_universal_logout_of_each_issuer(self, house, world):
        world.connect("google")
        world.connect("oidc", id="okta", issuer="https://acme.okta.test")

        (told,) = sees(house)["universal_logout"]

        assert told["connection"] == "okta"
        assert told["url"] == f"https://{HOST}/oauth2/global-token-revocation/acme/okta"

    def test_tells_nothing_of_another_workspace(self, house, portal, directory):
        portal.neighbour()
        other = Client(portal, made_by_hand(portal, "globex"))
        directory.adds("ann@example.com")
        path = {"workspace": "globex"}
        assert other.sends(f"POST {USERS}", person("bob@example.com"), path=path).status == 201

        assert house["admin"].sends(DIRECTORY, path={"workspace": "globex"}).status == 401
        assert sees(house)["people"]["active"] == 1
        assert finds(house, email="bob@example.com").problem == (404, "not-found")

    def test_is_for_whoever_may_list_contacts(self, house, portal):
        for role in ("owner", "admin", "auditor"):
            assert house[role].sends(DIRECTORY).status == 200
        refused = house["agent"].sends(DIRECTORY)
        assert refused.problem == (403, "role-too-small")


class TestSomebody:
    def test_is_found_by_address_user_name_and_external_id(self, house, directory):
        id_ = directory.adds("ann@example.com", email="a.archer@example.com", external="4711")

        for sought in (
            {"email": "A.Archer@example.com"},
            {"email": "ann@example.com"},
            {"external_id": "4711"},
        ):
            (told,) = found(house, **sought)["people"]
            assert told["id"] == id_

    def test_is_told_with_what_was_sent_and_what_was_done(self, house, directory, portal):
        portal.sets(directory_contacts=True)
        id_ = directory.adds("kim@example.com", external="4711")
        portal.records_trail()
        directory.switches(id_, False)
        portal.records_trail()

        (told,) = found(house, email="kim@example.com")["people"]

        assert (told["user_name"], told["external_id"], told["name"]) == (
            "kim@example.com",
            "4711",
            "Kim",
        )
        assert (told["active"], told["allowed"]) == (False, True)
        (contact,) = told["contacts"]
        assert (contact["email"], contact["active"]) == ("kim@example.com", False)
        assert set(events(told["log"])) == {
            "record.added",
            "record.deactivated",
            "contact.left-directory",
        }

    def test_is_told_why_not(self, house, directory, portal):
        directory.adds("ann@example.com")
        id_ = directory.adds("bob@example.com")
        portal.records_trail()
        taken = {"op": "replace", "path": "userName", "value": "ann@example.com"}
        assert directory.changes(id_, taken).status == 409
        portal.records_trail()

        newest, *_ = found(house, email="bob@example.com")["people"][0]["log"]

        assert newest["event"] == "record.refused"
        assert "userName" in newest["reason"]

    def test_who_was_never_kept_has_what_was_sent_in_vain(self, house, directory, portal):
        directory.adds("ann@example.com")
        new = person("new@example.com", email="ann@example.com")
        assert directory.sends(f"POST {USERS}", new).status == 409
        portal.records_trail()

        told = found(house, email="new@example.com")

        assert told["people"] == []
        assert events(told["refused"]) == ["record.refused"]

    def test_has_their_groups_and_whether_one_lets_them_in(self, house, directory, portal):
        id_ = directory.adds("ann@example.com")
        customers = directory.groups("Customers", id_)
        directory.groups("Everybody", id_)
        portal.sets(directory_groups=[customers])

        (told,) = found(house, email="ann@example.com")["people"]

        assert [(each["name"], each["lets_in"]) for each in told["groups"]] == [
            ("Customers", True),
            ("Everybody", False),
        ]

    def test_of_a_file_is_found_by_their_address(self, house, world):
        world.lists("zoe@example.com")

        told = found(house, email="zoe@example.com")

        assert (told["people"], told["file_record"]["source"]) == ([], "csv")

    def test_is_bounded_where_many_have_one_address(self, house, directory, monkeypatch):
        for n in range(3):
            id_ = directory.adds(f"p{n}@example.com", email="one@example.com")
            if n < 2:
                directory.switches(id_, False)
        monkeypatch.setattr(directory_people, "MOST_PEOPLE_FOUND", 2)

        told = found(house, email="one@example.com")

        assert [each["active"] for each in told["people"]] == [True, False]
        assert told["complete"] is False

    @pytest.mark.parametrize(
        "sought",
        [{}, {"email": "a@b.co", "external_id": "1"}, {"external_id": ""}, {"email": "ann"}],
        ids=["nothing", "both", "empty", "no-address"],
    )
    def test_is_sought_by_one_whole_thing(self, house, sought):
        assert finds(house, **sought).problem == (400, "invalid-request")

    def test_is_nobody_alike_for_everybody(self, house, directory):
        directory.adds("ann@example.com")
        assert finds(house, email="nobody@example.com").problem == (404, "not-found")
        assert finds(house, external_id="id-of-ann").problem == (404, "not-found")

    def test_api_08_is_found_by_agents_who_may_not_guess(self, house, directory):
        directory.adds("ann@example.com")
        assert found(house, "agent", email="ann@example.com")["people"]

        for n in range(MOST_MISSES):
            assert finds(house, "agent", external_id=f"guess-{n}").problem == (404, "not-found")

        assert finds(house, "agent", email="ann@example.com").problem == (
            429,
            "too-many-requests",
        )
        assert found(house, email="ann@example.com")["people"]

    def test_api_08_whose_contact_is_the_two_hundred_and_first_is_not_shown_to_agents(
        self, house, directory, portal
    ):
        directory.adds("ann@example.com")
        has_read(house, MOST_HITS)

        spent = finds(house, "agent", email="ann@example.com")

        assert spent.problem == (429, "too-many-requests")
        assert found(house, email="ann@example.com")["people"]

    def test_api_08_counts_though_they_are_no_contact(self, house, directory):
        directory.adds("stranger@example.com")
        has_read(house, MOST_HITS - 1)
        found(house, "agent", email="stranger@example.com")

        spent = finds(house, "agent", email="stranger@example.com")

        assert spent.problem == (429, "too-many-requests")

    def test_is_seen_by_a_line_at_their_contact(self, house, directory, portal):
        directory.adds("zoe@example.com")

        found(house, email="zoe@example.com")

        lines = [row["event"] for row in portal.rows("sign-in") if row["sk"] == "visit"]
        assert [each["subject"] for each in lines if each["name"] == "contact.viewed"] == [
            house.zoe.id
        ]

    def test_of_a_key_has_a_log_with_the_scope_of_the_trail_alone(self, house, directory, portal):
        directory.adds("ann@example.com")
        portal.records_trail()

        def asks(*scopes: Scope) -> Any:
            text = made_by_hand(portal, "acme", *scopes, email=f"o{len(scopes)}@acme.example")
            headers = {"authorization": f"Bearer {text}"}
            asked = {"origin": None, "headers": headers, "path": {"workspace": "acme"}}
            return portal.knock("manage_workspace", FIND, {"email": "ann@example.com"}, **asked)

        without, with_it = asks(Scope.READ_CONTACTS), asks(Scope.READ_CONTACTS, Scope.READ_TRAIL)

        assert without.body["people"][0]["log"] is None
        assert without.body["refused"] is None
        assert with_it.body["people"][0]["log"]

    def test_stands_in_no_row_by_what_was_typed(self, house, directory, portal):
        directory.adds("ann@example.com")
        before = len(portal.rows("trail"))

        finds(house, "agent", email="canary@example.org")
        found(house, email="ann@example.com")

        assert "canary" not in str(portal.rows("sign-in"))
        assert subject_of("canary@example.org") not in str(portal.rows("sign-in"))
        assert len(portal.rows("trail")) == before


class TestThePeople:
    def test_come_in_pages_each_once(self, house, directory):
        ids = {directory.adds(f"p{n}@example.com") for n in range(5)}
        seen: list[str] = []
        asked: dict[str, Any] = {"limit": 2}
        while True:
            page = house["auditor"].sends(LIST, asked).body
            seen += [each["id"] for each in page["people"]]
            if page["next"] is None:
                break
            asked = {"limit": 2, "cursor": page["next"]}

        assert (len(seen), set(seen)) == (5, ids)

    def test_are_listed_to_no_agent(self, house):
        assert house["agent"].sends(LIST, {}).problem == (403, "role-too-small")

    def test_are_listed_with_a_line(self, house, directory, portal):
        directory.adds("ann@example.com")
        house["admin"].sends(LIST, {})

        lines = [row["event"] for row in portal.rows("sign-in") if row["sk"] == "visit"]
        assert [each["detail"] for each in lines if each["name"] == "contact.listed"] == [
            {"filter": "directory", "found": "1"}
        ]
