"""Access that is held while a directory puts many people out (portico/directory/scim/hold.py,
portico/directory/scim/departure.py, portico/team/departure_brake.py)."""

from itertools import count

import pytest

from portico.account.team_erasure import TeamErasures
from portico.aws.deadline import FAULTS_IN_A_ROW
from portico.aws.tables import Rows
from portico.directory.scim.held_people import SETTLED_AT_ONCE, HeldPeople
from portico.directory.scim.sync import DirectorySync
from portico.directory.store import Directory
from portico.edge.scim_routes import SETTLED_AGAIN_AFTER
from portico.errors import NotFound, TryLater
from portico.people.memberships import Role
from portico.team.departure_brake import LONGEST_HOLD
from portico.team.mass_departure import FEW
from portico.team.members import TeamMembers
from tests.account.conftest import Member
from tests.directory.scim.conftest import HOW, USERS, person
from tests.directory.scim.test_killed import Killed, Sword
from tests.directory.scim.test_leaving import Ann

ALL = 12


@pytest.fixture
def ann(portal, directory) -> Ann:
    """Ann, signed in, in a directory of twelve that holds who leaves."""
    portal.sets(directory_hold=True)
    ann = Ann(portal, directory)
    portal.browser.signs_in("ann@example.com")
    return ann


@pytest.fixture
def others(directory, ann):
    return [str(directory.adds(f"p{n}@example.com")) for n in range(ALL - 1)]


@pytest.fixture
def pulled(directory, others):
    """Five have left, and so whoever is next is held."""
    for each in others[:FEW]:
        assert directory.switches(each, False).status == 200
    return others


def held(portal) -> list[str]:
    sync = DirectorySync("people", portal.workspace, "test")
    return [each.id for each in HeldPeople(sync).page(after="", size=100)[0]]


def lines(portal, name: str):
    return [each for each in portal.records_trail() if each["name"] == name]


def record(portal, id_: str):
    found = Directory("people", "acme").get("SCIM", id_)
    assert found is not None
    return found


class TestDir04ABrakeThatHolds:
    def test_lets_the_first_five_leave_at_once(self, portal, directory, others, ann):
        for each in [*others[:4], ann.id]:
            directory.switches(each, False)

        assert not ann.is_in()
        assert held(portal) == []

    def test_keeps_whoever_is_next_in(self, portal, directory, ann, pulled):
        answer = directory.switches(ann.id, False)

        assert (answer.status, answer.body["active"]) == (200, False)
        assert ann.is_in()
        assert ann.may_come_in()
        assert held(portal) == [ann.id]
        (line,) = lines(portal, "record.held")
        assert line["detail"]["until"] == record(portal, ann.id).held_until.isoformat()

    def test_does_not_where_the_setting_is_off(self, portal, directory, ann, pulled):
        portal.sets(directory_hold=False)
        directory.switches(ann.id, False)

        assert not ann.is_in()
        assert held(portal) == []

    def test_does_not_where_they_are_a_fifth(self, portal, directory, ann, others):
        for n in range(30 - ALL):
            directory.adds(f"q{n}@example.com")
        for each in [*others[:5], ann.id]:
            directory.switches(each, False)
        assert held(portal) == []

        directory.switches(others[6], False)

        assert held(portal) == [others[6]]
        assert not ann.is_in()

    def test_tells_owners_of_how_many_and_until_when(self, portal, directory, ann, pulled):
        directory.switches(ann.id, False)

        rows = [row for row in portal.rows("sign-in") if row["sk"] == "notice"]
        until = record(portal, ann.id).held_until
        assert [row["label"] for row in rows if "many-held" in row["pk"]] == [
            f"1 → {until:%Y-%m-%d %H:%M} UTC"
        ]
        (line,) = lines(portal, "directory.many-left")
        assert line["detail"]["held"] == "1"

    def test_has_one_end_for_all_of_a_mass(self, portal, directory, ann, pulled):
        directory.switches(ann.id, False)
        portal.forward(minutes=30)
        directory.switches(pulled[6], False)

        ends = {record(portal, each).held_until for each in (ann.id, pulled[6])}
        assert len(ends) == 1

    def test_holds_nobody_longer_for_being_told_again(self, portal, directory, ann, pulled):
        directory.switches(ann.id, False)
        before = record(portal, ann.id).held_until
        portal.forward(minutes=50)

        body = person(active=False, displayName="Another")
        assert directory.replaces(ann.id, body).status == 200

        assert record(portal, ann.id).held_until == before
        assert ann.is_in()

    def test_counts_nobody_twice_who_leaves_again(self, portal, directory, ann, others):
        for _ in range(3):
            for each in others[:3]:
                directory.switches(each, False)

        directory.switches(ann.id, False)

        assert not ann.is_in()

    def test_holds_nobody_of_the_team(self, portal, directory, ann, pulled):
        TeamMembers("people", "sign-in").add(portal.workspace, ann.contact, Role.AGENT, **HOW)

        directory.switches(ann.id, False)

        assert not ann.is_in()
        assert held(portal) == []

    def test_puts_nobody_on_the_team_who_is_held(self, portal, directory, ann, pulled):
        directory.switches(ann.id, False)

        with pytest.raises(NotFound):
            TeamMembers("people", "sign-in").add(portal.workspace, ann.contact, Role.AGENT, **HOW)

    def test_holds_nobody_who_is_deleted(self, portal, directory, ann, pulled):
        assert directory.removes(ann.id).status == 204

        assert not ann.is_in()
        assert held(portal) == []

    def test_holds_who_leaves_the_last_group(self, portal, directory, ann, others):
        group = directory.groups("Customers", ann.id, *others)
        portal.sets(directory_groups=[group])
        sync = DirectorySync("people", portal.workspace, "test")
        for user in sync.users.many([ann.id, *others]):
            directory.replaces(user.id, person(user.user_name, displayName="Known"))
        gone = [{"value": each} for each in [*others[:FEW], ann.id]]
        for each in gone:
            change = {"op": "remove", "path": f'members[value eq "{each["value"]}"]'}
            assert (
                directory.sends(
                    "PATCH /scim/v2/{workspace}/Groups/{group}",
                    {
                        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                        "Operations": [change],
                    },
                    path={"group": group},
                ).status
                == 200
            )

        assert held(portal) == [ann.id]
        assert ann.is_in()
        portal.forward(seconds=LONGEST_HOLD.total_seconds())
        assert not ann.is_in()


class TestDir04TheEndOfAHold:
    @pytest.fixture
    def held_ann(self, directory, ann, pulled):
        directory.switches(ann.id, False)
        assert ann.is_in()
        return ann

    def test_puts_out_without_anybodys_help(self, portal, held_ann):
        until = record(portal, held_ann.id).held_until
        left = (until - portal.now).total_seconds()
        portal.delivers_mail()
        portal.forward(seconds=left - 2)
        assert held_ann.is_in()

        portal.forward(seconds=2)

        assert record(portal, held_ann.id).is_in(at=portal.now) is False
        assert not held_ann.is_in()
        assert not held_ann.gets_a_code("ann@example.com")
        assert held(portal) == []
        # Nobody has met it, so nothing was written.
        assert held_ann.contact.active is True

    def test_is_no_later_than_two_hours(self, portal, held_ann):
        until = record(portal, held_ann.id).held_until

        assert (until - portal.now).total_seconds() <= LONGEST_HOLD.total_seconds()

    def test_refuses_a_code_that_was_mailed_before(self, portal, held_ann):
        until = record(portal, held_ann.id).held_until
        portal.forward(seconds=(until - portal.now).total_seconds() - 30)
        browser = portal.another_browser()
        browser.asks_for_a_code("ann@example.com")
        portal.delivers_mail()
        code = portal.mailed_code()
        # In the very second from which they are out.
        portal.forward(seconds=30)

        assert browser.types(code).status != 200

    def test_is_settled_by_the_next_request_of_the_directory(self, portal, directory, held_ann):
        portal.forward(hours=2)
        assert lines(portal, "contact.left-directory") == []

        directory.reads(held_ann.id)

        assert held_ann.contact.active is False
        assert record(portal, held_ann.id).active is False
        assert len(lines(portal, "contact.left-directory")) == 1

    def test_leaves_no_session_for_whoever_comes_back(self, portal, directory, held_ann):
        portal.forward(hours=2)

        assert directory.switches(held_ann.id, True).status == 200

        assert not held_ann.is_in()
        assert held_ann.may_come_in()

    def test_leaves_none_either_where_nobody_has_settled_it(
        self, portal, directory, held_ann, wire
    ):
        portal.forward(hours=2)
        # The list cannot be read, so the request itself meets the person first.
        wire.cut("dynamodb.Query", times=3)
        answer = directory.switches(held_ann.id, True)
        wire.mend()

        assert answer.status == 200
        assert not held_ann.is_in()
        assert held_ann.may_come_in()

    def test_never_comes_for_whoever_is_back_before(self, portal, directory, held_ann):
        assert directory.switches(held_ann.id, True).status == 200

        assert held_ann.is_in()
        portal.forward(hours=3)
        assert held_ann.is_in()
        assert held(portal) == []
        assert (held_ann.contact.off_by, held_ann.contact.out_from) == (None, None)

    def test_comes_at_once_for_whoever_is_deleted_meanwhile(self, portal, directory, held_ann):
        assert directory.removes(held_ann.id).status == 204

        assert not held_ann.is_in()
        assert held(portal) == []
        assert directory.reads(held_ann.id).status == 404

    def test_is_not_put_off_by_another_name_for_the_person(self, portal, directory, held_ann):
        body = person(active=False, external="another")
        directory.replaces(held_ann.id, body)
        assert directory.switches(held_ann.id, True).status == 200

        portal.forward(hours=3)
        assert held_ann.is_in()

    def test_frees_the_address_for_somebody_new(self, portal, directory, held_ann):
        taken = directory.sends(f"POST {USERS}", person("new@example.com", email="ann@example.com"))
        assert taken.status == 409
        portal.forward(hours=2)

        answer = directory.sends(
            f"POST {USERS}", person("new@example.com", email="ann@example.com")
        )

        assert answer.status == 201
        assert not held_ann.is_in()

    def test_is_settled_though_somebody_new_gets_the_address_in_that_moment(
        self, portal, directory, held_ann, wire
    ):
        portal.forward(hours=2)
        sent = {"userName": "new@example.com", "emails": [{"value": "ann@example.com"}]}
        sync = DirectorySync("people", portal.workspace, "test")
        wire.before("dynamodb.TransactWriteItems", lambda: sync.create(sent))

        assert directory.reads(held_ann.id).status == 200

        assert record(portal, held_ann.id).active is False
        assert held_ann.contact.active is False

    def test_is_the_teams_to_bring_forward(self, portal, held_ann):
        portal.deactivates("ann@example.com")

        assert not held_ann.is_in()
        assert held_ann.contact.out_from is None

    def test_is_the_teams_to_undo_afterwards(self, portal, held_ann):
        portal.forward(hours=2)

        portal.team.set_active("acme", "ann@example.com", True, by="test")

        assert not held_ann.is_in()
        assert held_ann.may_come_in()


class TestDir04AnAccountOfSomebodyWhoIsHeld:
    """Whoever could delete it and sign up anew with the address would be in beyond the moment."""

    @pytest.fixture
    def member(self, portal, ann, pulled):
        portal.sets(account_deletion=True, sign_up=True)
        portal.forward(minutes=11)
        return Member(portal, portal.browser).signs_in()

    def signs_up(self, portal):
        browser = portal.another_browser()
        browser.signs_up("ann@example.com")
        portal.delivers_mail()
        return browser, browser.types_the_mailed_code()

    def test_is_not_theirs_to_delete(self, portal, directory, ann, member):
        directory.switches(ann.id, False)

        assert member.asks("GET /v1/account").body["offers"]["deletion"] is False
        assert member.asks("DELETE /v1/account").problem == (403, "sign-in-method-off")

        portal.delivers_mail()
        portal.forward(hours=2)
        assert not ann.is_in()
        assert not ann.gets_a_code("ann@example.com")

    def test_is_not_theirs_to_delete_if_the_hold_comes_in_that_moment(
        self, directory, ann, member, wire
    ):
        wire.before("dynamodb.TransactWriteItems", lambda: directory.switches(ann.id, False))

        assert member.asks("DELETE /v1/account").status == 401

        assert ann.contact.email == "ann@example.com"
        assert ann.contact.out_from is not None

    def test_is_theirs_again_once_the_directory_has_them_again(self, directory, ann, member):
        directory.switches(ann.id, False)
        directory.switches(ann.id, True)

        assert member.asks("GET /v1/account").body["offers"]["deletion"] is True
        assert member.asks("DELETE /v1/account").status == 204

    def test_that_the_team_has_erased_brings_nobody_beyond_the_moment(
        self, portal, directory, ann, member
    ):
        directory.switches(ann.id, False)
        erasures = TeamErasures("people", "sign-in", "trail")
        erasures.erase(portal.workspace, ann.contact, host="signin.acme.test", by="test")
        browser, anew = self.signs_up(portal)
        assert browser.refreshes().status == 200
        portal.forward(hours=2)

        directory.reads(ann.id)

        assert browser.refreshes().status == 401
        assert portal.team.contact("acme", anew.body["contact"]["id"]).active is False


class TestDir04AHoldThatIsSwitchedOff:
    """The setting decides of those who leave from then on. Who is held keeps their moment."""

    @pytest.fixture
    def held_ann(self, portal, directory, ann, pulled):
        directory.switches(ann.id, False)
        portal.sets(directory_hold=False)
        return ann

    def test_leaves_who_is_held_in_until_their_moment(self, portal, held_ann):
        assert held_ann.is_in()
        assert held(portal) == [held_ann.id]

        portal.forward(hours=2)

        assert not held_ann.is_in()

    def test_holds_nobody_else(self, portal, directory, held_ann, pulled):
        directory.switches(pulled[FEW], False)

        assert held(portal) == [held_ann.id]
        assert record(portal, pulled[FEW]).active is False

    def test_is_settled_by_the_directory_all_the_same(self, portal, directory, held_ann):
        portal.forward(hours=2)

        directory.reads(held_ann.id)

        assert held_ann.contact.active is False
        assert record(portal, held_ann.id).active is False
        assert len(lines(portal, "contact.left-directory")) == 1

    def test_is_settled_request_by_request_where_they_are_many(self, portal, directory, ann):
        many = [directory.adds(f"q{n}@example.com") for n in range(FEW + SETTLED_AT_ONCE + 2)]
        for each in many:
            directory.switches(each, False)
        assert len(held(portal)) == SETTLED_AT_ONCE + 2
        portal.sets(directory_hold=False)
        portal.forward(hours=2)

        directory.reads(ann.id)
        directory.reads(ann.id)

        assert not any(record(portal, each).active for each in many)

    @pytest.mark.parametrize("which", range(3))
    def test_of_one_whose_row_is_at_fault_keeps_nobody_else(
        self, portal, directory, ann, pulled, wire, which
    ):
        people = [ann.id, *pulled[FEW : FEW + 2]]
        for each in people:
            directory.switches(each, False)
        assert len(held(portal)) == 3
        portal.forward(hours=2)
        due = HeldPeople(DirectorySync("people", portal.workspace, "test"))
        wire.refuse(people[which])

        with pytest.raises(TryLater):
            due.settle()

        assert [record(portal, each).active for each in people] == [n == which for n in range(3)]
        wire.mend()
        assert due.settle() == 1
        assert not any(record(portal, each).active for each in people)

    def test_is_given_up_where_everybody_is_at_fault(self, portal, directory, ann, wire):
        many = [directory.adds(f"q{n}@example.com") for n in range(FEW + FAULTS_IN_A_ROW + 2)]
        for each in many:
            directory.switches(each, False)
        portal.forward(hours=2)
        wire.answer("dynamodb.TransactWriteItems", "ValidationException")
        wire.forget()

        with pytest.raises(TryLater):
            HeldPeople(DirectorySync("people", portal.workspace, "test")).settle(people=50)

        assert wire.operations.count("dynamodb.TransactWriteItems") == FAULTS_IN_A_ROW

    def test_is_looked_for_now_and_then(self, portal, directory, held_ann, wire):
        portal.forward(hours=2)
        directory.reads(held_ann.id)
        wire.forget()

        directory.reads(held_ann.id)
        assert "dynamodb.Query" not in wire.operations

        portal.forward(seconds=SETTLED_AGAIN_AFTER.total_seconds())
        directory.reads(held_ann.id)
        assert wire.operations.count("dynamodb.Query") == 1

    def test_keeps_whom_the_team_has_kept(self, portal, directory, ann, pulled):
        directory.switches(ann.id, False)
        sync = DirectorySync("people", portal.workspace, "test")
        user = sync.users.get(ann.id)
        assert user
        sync.keep(user, also={})
        portal.sets(directory_hold=False)
        portal.forward(hours=3)

        directory.reads(ann.id)

        assert ann.is_in()


class TestDir04TwoSyncsAtOnce:
    def test_let_only_five_leave(self, portal, directory, ann, others, wire):
        for each in others[:4]:
            directory.switches(each, False)
        wire.before("dynamodb.TransactWriteItems", lambda: directory.switches(others[4], False))

        directory.switches(ann.id, False)

        assert held(portal) == [ann.id]
        assert ann.is_in()

    def test_hold_nobody_who_is_sent_as_active_in_that_moment(
        self, portal, directory, ann, pulled, wire
    ):
        directory.switches(ann.id, False)
        wire.before("dynamodb.TransactWriteItems", lambda: directory.switches(ann.id, True))

        assert directory.replaces(ann.id, person(active=False, title="x")).status == 200

        # What was sent last holds, and it is a leaving of its own.
        assert held(portal) == [ann.id]
        assert record(portal, ann.id).is_in(at=portal.now)


@pytest.mark.slow
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("flow", ["held", "back", "back-late", "deleted", "settled"])
class TestDir04AFunctionThatIsKilled:
    def test_at_any_write_leaves_what_the_request_again_finishes(
        self, portal, directory, wire, flow, done
    ):
        portal.sets(directory_hold=True)
        known = [directory.adds(f"p{n}@example.com") for n in range(ALL)]
        for at in count(1):
            portal.forward(hours=3)
            for each in known[:FEW]:
                directory.switches(each, True)
            email = f"sam{at}@example.com"
            portal.adds("Sam", email)
            sam = directory.adds(email)
            browser = portal.another_browser()
            browser.signs_in(email)
            portal.forward(minutes=61)
            for each in known[:FEW]:
                directory.switches(each, False)
            if flow != "held":
                directory.switches(sam, False)
            if flow in ("back-late", "settled"):
                portal.forward(hours=2)

            def asks(flow=flow, sam=sam):
                if flow == "deleted":
                    return directory.removes(sam)
                if flow == "settled":
                    return directory.reads(sam)
                return directory.switches(sam, flow.startswith("back"))

            sword = Sword(wire, at, done=done)
            try:
                asks()
            except Killed:
                pass
            finally:
                wire.meddler = None
            asks()

            is_in = browser.refreshes().status == 200
            assert is_in is (flow in ("held", "back"))
            assert held(portal) == ([sam] if flow == "held" else [])
            contact = portal.team.contact("acme", email)
            assert contact.active is (flow not in ("deleted", "settled"))
            if not sword.fell:
                break
            directory.removes(sam)


def test_a_hold_that_is_over_is_found_without_walking_all(portal, directory, ann, pulled, wire):
    directory.switches(ann.id, False)
    portal.forward(hours=2)
    wire.forget()

    directory.reads(ann.id)

    asked = [each for each in wire.parameters("dynamodb.Query") if "Limit" in each]
    assert all(each["Limit"] <= 10 for each in asked)
    assert Rows("people", "acme#").get("acme#scim-held", "x") is None
