"""Whose access is held, for a team to decide (portico/edge/held_routes.py,
portico/directory/scim/held_people.py)."""

from contextlib import suppress
from typing import Any

import pytest

from portico.directory.scim.held_people import HeldPeople
from portico.directory.scim.sync import DirectorySync
from portico.directory.store import Directory
from portico.people.memberships import Role
from portico.team.mass_departure import FEW
from portico.team.members import TeamMembers
from tests.account.test_erasure import Killed, kill_at
from tests.directory.scim.conftest import Client, made_by_hand, person
from tests.team.test_manage_workspace import WORKSPACE, House
from tests.team.test_team_token import HOW

HELD = f"{WORKSPACE}/directory/held"


class Held:
    """Acme, whose directory has put out eight of twelve: three of them are held."""

    def __init__(self, portal: Any, house: House) -> None:
        self.portal, self.house = portal, house
        portal.sets(directory_hold=True)
        self.directory = Client(portal, made_by_hand(portal))
        self.contact = portal.ann
        self.ann = self.directory.adds("ann@example.com")
        portal.browser.signs_in("ann@example.com")
        people = [self.directory.adds(f"p{n}@example.com") for n in range(11)]
        for each in people[:FEW]:
            self.directory.switches(each, False)
        self.others = people[FEW : FEW + 2]
        for each in (self.ann, *self.others):
            self.directory.switches(each, False)

    def lists(self, by: str = "owner", **query: str) -> Any:
        return self.house[by].sends(f"GET {HELD}", query=query)

    def decides(self, decision: str, *people: str, by: str = "owner") -> Any:
        body = {"decision": decision, "people": list(people)}
        return self.house[by].sends(f"POST {HELD}", body)

    def outcomes(self, decision: str, *people: str, by: str = "owner") -> list[str]:
        answer = self.decides(decision, *people, by=by)
        assert answer.status == 200, answer.event
        return [each["outcome"] for each in answer.body["people"]]

    def is_in(self) -> bool:
        return bool(self.portal.browser.refreshes().status == 200)

    def listed(self) -> dict[str, str]:
        return {each["id"]: each["state"] for each in self.lists().body["people"]}

    def lines(self, name: str) -> list[Any]:
        return [each for each in self.portal.records_trail() if each["name"] == name]


@pytest.fixture
def house(portal) -> House:
    return House(portal)


@pytest.fixture
def held(portal, house) -> Held:
    return Held(portal, house)


class TestTheList:
    def test_says_who_since_when_until_when_and_by_whom(self, portal, held):
        (ann,) = (each for each in held.lists().body["people"] if each["id"] == held.ann)

        record = Directory("people", "acme").get("SCIM", held.ann)
        assert record is not None
        assert record.held_until is not None
        assert ann["until"] == int(record.held_until.timestamp())
        assert ann["since"] <= int(portal.now.timestamp())
        assert ann["by"].startswith("key:")
        told = {name: ann[name] for name in ("state", "why", "source", "user_name", "contacts")}
        assert told == {
            "state": "held",
            "why": "inactive",
            "source": "SCIM",
            "user_name": "ann@example.com",
            "contacts": [held.contact.id],
        }

    def test_comes_in_pages(self, held):
        seen: list[str] = []
        query: dict[str, str] = {"limit": "2"}
        while query:
            page = held.lists(**query).body
            seen += [each["id"] for each in page["people"]]
            query = {"limit": "2", "cursor": page["next"]} if page["next"] else {}

        assert sorted(seen) == sorted([held.ann, *held.others])

    def test_has_nobody_whose_moment_has_passed(self, portal, held):
        portal.forward(hours=2)
        held.house["owner"].signs_in()

        assert held.lists().body == {"people": [], "next": None}


class TestLettingLeave:
    def test_ends_access_at_once(self, portal, held):
        assert held.is_in()

        assert held.outcomes("leave", held.ann) == ["left"]

        assert not held.is_in()
        assert portal.team.contact("acme", held.contact.id).active is False
        assert held.ann not in held.listed()
        (line,) = held.lines("record.let-go")
        assert line["by"].startswith("member:")

    def test_is_done_for_all_that_are_listed(self, held):
        everybody = list(held.listed())

        assert held.outcomes("leave", *everybody) == ["left"] * 3
        assert held.listed() == {}

    def test_again_changes_nothing(self, portal, held):
        held.outcomes("leave", held.ann)
        before = portal.team.contact("acme", held.contact.id).sver

        assert held.outcomes("leave", held.ann) == ["not-held"]

        assert portal.team.contact("acme", held.contact.id).sver == before

    def test_is_for_whom_the_team_keeps_as_well(self, held):
        held.outcomes("keep", held.ann)

        assert held.outcomes("leave", held.ann) == ["left"]
        assert not held.is_in()


class TestKeeping:
    def test_lasts_beyond_the_moment(self, portal, held):
        assert held.outcomes("keep", held.ann) == ["kept"]

        portal.forward(hours=3)

        assert held.is_in()
        contact = portal.team.contact("acme", held.contact.id)
        assert (contact.out_from, contact.off_by) == (None, None)
        held.house["owner"].signs_in()
        assert held.listed() == {held.ann: "kept"}

    def test_lasts_while_the_directory_repeats_itself(self, portal, held):
        held.outcomes("keep", held.ann)
        portal.forward(hours=3)

        held.directory.switches(held.ann, False)

        assert held.is_in()

    def test_ends_when_the_directory_says_something_new(self, portal, held):
        held.outcomes("keep", held.ann)
        portal.forward(hours=3)

        held.directory.replaces(held.ann, person(active=False, displayName="Another"))

        assert not held.is_in()

    def test_is_over_once_the_directory_has_them_again(self, portal, held):
        held.outcomes("keep", held.ann)
        held.directory.switches(held.ann, True)
        portal.forward(hours=3)
        assert held.is_in()

        held.directory.switches(held.ann, False)

        assert not held.is_in()

    def test_comes_too_late_after_the_moment(self, portal, held):
        portal.forward(hours=2)
        held.house["owner"].signs_in()

        assert held.outcomes("keep", held.ann) == ["passed"]

        assert not held.is_in()
        assert portal.team.contact("acme", held.contact.id).active is False

    def test_is_told_to_owners_once_and_is_a_line(self, portal, held):
        held.outcomes("keep", held.ann, *held.others)
        held.outcomes("keep", held.ann)

        rows = [row for row in portal.rows("sign-in") if row["sk"] == "notice"]
        told = [row["label"] for row in rows if "held-kept" in row["pk"]]
        owners = 2  # of the house, and the one who answers for the key
        assert told == ["owner@example.com"] * owners
        lines = held.lines("record.kept")
        assert len(lines) == 3
        assert all(each["by"].startswith("member:") for each in lines)

    def test_needs_a_fresh_sign_in(self, portal, held):
        assert len(held.listed()) == 3
        portal.forward(minutes=20)
        held.house["owner"].bearer = held.house["owner"].token()

        refused = held.decides("keep", held.ann)
        assert refused.problem == (401, "re-auth-needed")
        assert held.outcomes("leave", held.ann) == ["left"]


class TestDir04WhoIsKeptAndIsOnTheTeamSince:
    @pytest.fixture
    def member(self, portal, held):
        def put(role: Role) -> str:
            held.outcomes("keep", held.ann)
            TeamMembers("people", "sign-in").add(portal.workspace, portal.ann, role, **HOW)
            return str(held.ann)

        return put

    @pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
    def test_is_not_let_leave_by_somebody_of_no_higher_role(self, portal, held, member, role):
        ann, sver = member(role), portal.team.contact("acme", held.contact.id).sver

        assert held.decides("leave", ann, by="admin").problem == (403, "role-too-high")

        assert portal.team.contact("acme", held.contact.id).sver == sver
        assert held.listed()[ann] == "kept"

    def test_is_let_leave_by_somebody_of_a_higher_one(self, held, member):
        ann = member(Role.ADMIN)

        assert held.outcomes("leave", ann) == ["left"]

        assert not held.is_in()

    def test_is_out_once_the_directory_says_something_new(self, held, member):
        ann = member(Role.ADMIN)

        held.directory.replaces(ann, person(active=False, displayName="Another"))

        assert not held.is_in()


class TestDir04TheTeamsOwnWord:
    """Whom the team has switched off stays off, whatever the directory says."""

    def switches(self, held, how: str) -> Any:
        path = {"contact": held.contact.id}
        answer = held.house["owner"].sends(
            f"POST {WORKSPACE}/contacts/{{contact}}/{how}", path=path
        )
        assert answer.status == 200, answer.event
        return answer.body["contact"]["active"]

    def comes_back(self, portal, held) -> bool:
        assert held.directory.switches(held.ann, True).status == 200
        return bool(portal.team.contact("acme", held.contact.id).active)

    def test_holds_for_who_is_held(self, portal, held):
        assert self.switches(held, "deactivate") is False

        assert not held.is_in()
        assert not self.comes_back(portal, held)

    @pytest.mark.parametrize("settled", [False, True])
    def test_holds_for_whose_moment_has_passed(self, portal, held, settled):
        portal.forward(hours=2)
        if settled:
            held.directory.reads(held.ann)
        held.house["owner"].signs_in()

        assert self.switches(held, "deactivate") is False

        assert held.lines("contact.deactivated")
        assert not self.comes_back(portal, held)

    def test_lets_in_whose_moment_has_passed(self, portal, held):
        portal.forward(hours=2)
        held.house["owner"].signs_in()

        assert self.switches(held, "reactivate") is True

        portal.forward(hours=2)
        assert portal.team.contact("acme", held.contact.id).is_in(at=portal.now)

    def test_said_twice_is_said_once(self, portal, held):
        self.switches(held, "deactivate")
        before = portal.team.contact("acme", held.contact.id).sver

        self.switches(held, "deactivate")

        assert portal.team.contact("acme", held.contact.id).sver == before


class TestTwoWhoDecide:
    def test_at_once_have_one_outcome(self, held, wire):
        wire.before(
            "dynamodb.TransactWriteItems", lambda: held.decides("leave", held.ann, by="admin")
        )

        assert held.outcomes("keep", held.ann) == ["not-held"]
        assert not held.is_in()

    def test_meet_the_directory_that_sends_somebody_as_active(self, held, wire):
        wire.before("dynamodb.TransactWriteItems", lambda: held.directory.switches(held.ann, True))

        assert held.outcomes("leave", held.ann) == ["not-held"]
        assert held.is_in()

    @pytest.mark.parametrize(("decision", "outcome"), [("leave", "left"), ("keep", "passed")])
    def test_meet_somebody_new_with_the_address(self, portal, held, wire, decision, outcome):
        portal.forward(hours=2)
        held.house["owner"].signs_in()
        wire.before("dynamodb.TransactWriteItems", lambda: adds_another(portal))

        assert held.outcomes(decision, held.ann) == [outcome]

        assert not held.is_in()
        assert Directory("people", "acme").get("SCIM", held.ann).active is False  # type: ignore[union-attr]

    def test_meet_somebody_new_with_the_address_as_the_moment_passes(self, portal, held, wire):
        contact = portal.team.contact("acme", held.contact.id)
        portal.forward(seconds=contact.out_from - portal.now.timestamp() - 1)
        held.house["owner"].signs_in()

        def passes():
            portal.forward(seconds=1)
            adds_another(portal)

        wire.before("dynamodb.TransactWriteItems", passes)

        assert held.outcomes("keep", held.ann) == ["passed"]
        assert not held.is_in()


def adds_another(portal: Any) -> None:
    """Add a user with Ann's address, as another request of her directory does."""
    sent = {"userName": "new@example.com", "emails": [{"value": "ann@example.com"}], "active": True}
    DirectorySync("people", portal.workspace, "test").create(sent)


@pytest.mark.parametrize("arrives", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("decision", ["leave", "keep"])
def test_a_decision_that_is_cut_off_at_any_write_is_finished_by_the_same_again(
    held, wire, decision, arrives
):
    everybody = list(held.listed())
    for number, each in enumerate(everybody):
        kill_at(wire, number, arrives=arrives)
        with suppress(Killed):
            held.decides(decision, each)
        wire.meddler = None

        (outcome,) = held.outcomes(decision, each)

        assert outcome in ({"kept"} if decision == "keep" else {"left", "not-held"})
    assert held.listed() == (dict.fromkeys(everybody, "kept") if decision == "keep" else {})
    assert held.is_in() is (decision == "keep")


def test_one_whose_row_is_at_fault_keeps_nobody_else_from_a_decision(held, wire):
    wire.refuse(held.ann)

    answer = held.decides("leave", held.ann, *held.others)

    assert answer.problem == (503, "try-later")
    assert held.listed() == {held.ann: "held"}
    wire.mend()
    assert held.outcomes("leave", held.ann, *held.others) == ["left", "not-held", "not-held"]


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "body",
        [
            {"decision": "stay", "people": ["x"]},
            {"decision": "leave", "people": []},
            {"decision": "leave", "people": ["x"] * 26},
            {"decision": "leave"},
            {"decision": "leave", "people": [5]},
        ],
        ids=range(5),
    )
    def test_is_said(self, house, body):
        answer = house["owner"].sends(f"POST {HELD}", body)

        assert answer.problem == (400, "invalid-request")

    def test_of_another_workspace_nobody_is_found(self, portal, held):
        neighbour = portal.neighbour()
        sync = DirectorySync("people", neighbour.workspace, "test")

        assert HeldPeople(sync).page(after="", size=10) == ([], None)
        assert sync.users.get(held.ann) is None


def test_a_key_reads_and_never_decides(portal, held):
    for scope, key in held.house.keys().items():
        headers = {"authorization": f"Bearer {key}"}
        asked: dict[str, Any] = {"origin": None, "headers": headers, "path": {"workspace": "acme"}}
        listed = portal.knock("manage_contacts", f"GET {HELD}", **asked)
        assert (listed.status == 200) is (scope.value == "contacts:read")
        body = {"decision": "leave", "people": [held.ann]}
        assert portal.knock("manage_contacts", f"POST {HELD}", body, **asked).status == 403
