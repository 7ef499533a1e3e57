"""Groups decide who may come in (portico/directory/scim/group_rule.py, group_walk.py)."""

from contextlib import suppress

import pytest

from portico.directory.scim.group_walk import SETTLING, GroupReckoning
from portico.directory.scim.sync import DirectorySync
from portico.directory.scim.walk_state import ReckoningWalk, walk_of
from portico.directory.store import email_key
from portico.errors import TryLater
from portico.people.memberships import Role
from portico.team.members import TeamMembers
from tests.account.test_erasure import Killed, kill_at
from tests.directory.scim.conftest import GROUP_ROUTE, HOW, person
from tests.directory.scim.test_leaving import Ann


@pytest.fixture
def ann(portal, directory) -> Ann:
    ann = Ann(portal, directory)
    portal.browser.signs_in("ann@example.com")
    return ann


@pytest.fixture
def group(directory, ann) -> str:
    """A group with Ann in it."""
    return str(directory.groups("Customers", ann.id))


def adds(directory, group: str, *people: str):
    value = [{"value": each} for each in people]
    return directory.regroups(group, {"op": "add", "path": "members", "value": value})


def takes(directory, group: str, who: str):
    return directory.regroups(group, {"op": "remove", "path": f'members[value eq "{who}"]'})


def reckoned(portal) -> None:
    """Reckon everybody by the rule of now, as the directory's own requests would."""
    sync = DirectorySync("people", portal.workspace, "test")
    while GroupReckoning(sync).is_due():
        portal.forward(seconds=SETTLING.total_seconds())
        GroupReckoning(sync).go_on(people=2)


class TestDir03LeavingTheLastGroup:
    @pytest.fixture
    def ruled(self, portal, group) -> str:
        portal.sets(directory_groups=[group])
        reckoned(portal)
        return str(group)

    def test_ends_the_session_and_every_way_in(self, ann, directory, ruled):
        assert ann.is_in()

        assert takes(directory, ruled, ann.id).status == 200

        assert not ann.is_in()
        assert not ann.may_come_in()

    def test_is_one_transaction(self, ann, directory, ruled, wire):
        wire.forget()
        takes(directory, ruled, ann.id)

        # One for Ann with everything that ends, and one for the group's own row.
        assert [each.operation for each in wire.sent].count("dynamodb.TransactWriteItems") == 2

    def test_ends_it_by_the_groups_end(self, ann, directory, ruled):
        assert directory.sends(f"DELETE {GROUP_ROUTE}", path={"group": ruled}).status == 204

        assert not ann.is_in()

    def test_changes_nothing_while_another_lets_them_in(self, portal, ann, directory, ruled):
        other = directory.groups("Others", ann.id)
        portal.sets(directory_groups=[ruled, other])

        takes(directory, ruled, ann.id)
        assert ann.is_in()

        takes(directory, other, ann.id)
        assert not ann.is_in()

    def test_of_a_group_that_decides_nothing_changes_nothing(self, ann, directory, ruled):
        other = directory.groups("Others", ann.id)

        takes(directory, other, ann.id)

        assert ann.is_in()

    def test_shows_the_person_as_active_as_the_directory_has_them(self, ann, directory, ruled):
        takes(directory, ruled, ann.id)

        assert directory.reads(ann.id).body["active"] is True

    def test_is_a_line_for_the_person(self, portal, ann, directory, ruled):
        takes(directory, ruled, ann.id)

        told = {e["name"]: e.get("detail") for e in portal.records_trail()}
        assert told["record.deactivated"] == {"source": "SCIM", "fields": "groups", "group": ruled}
        assert "contact.left-directory" in told


class TestDir04ComingBackToAGroup:
    def test_lets_them_in_and_brings_no_old_session(self, portal, ann, directory, group):
        portal.sets(directory_groups=[group])
        reckoned(portal)
        takes(directory, group, ann.id)

        assert adds(directory, group, ann.id).status == 200

        assert not ann.is_in()
        assert ann.may_come_in()

    def test_lets_nobody_in_who_is_not_active(self, portal, ann, directory, group):
        portal.sets(directory_groups=[group])
        reckoned(portal)
        directory.switches(ann.id, False)
        takes(directory, group, ann.id)

        adds(directory, group, ann.id)

        assert not ann.may_come_in()

    @pytest.mark.parametrize("joins", [True, False], ids=["joined", "left"])
    def test_counts_what_groups_have_become_while_they_were_away(
        self, portal, ann, directory, group, joins
    ):
        """What groups gave was not reckoned anew on return."""
        portal.sets(directory_groups=[group])
        reckoned(portal)
        if joins:
            takes(directory, group, ann.id)
        directory.switches(ann.id, False)
        changes = adds if joins else takes
        assert changes(directory, group, ann.id).status == 200
        assert not ann.may_come_in()

        assert directory.switches(ann.id, True).body["active"] is True

        assert ann.may_come_in() is joins
        assert is_record_active(portal, "ann@example.com") is joins
        assert not ann.is_in()

    def test_brings_no_role_back(self, portal, ann, directory, group):
        portal.sets(directory_groups=[group], directory_contacts=True)
        reckoned(portal)
        members = TeamMembers("people", "sign-in")
        members.add(portal.workspace, ann.contact, Role.AGENT, **HOW)
        takes(directory, group, ann.id)
        members.remove(portal.workspace, ann.contact, **HOW)

        assert adds(directory, group, ann.id).status == 200

        assert ann.may_come_in()
        assert ann.contact.id not in [each.contact.id for each in members.of(portal.workspace)]

    def test_lets_somebody_new_in_with_their_first_group(self, portal, directory, group):
        portal.sets(directory_groups=[group], directory_contacts=True)
        new = directory.adds("new@example.com")
        assert not is_record_active(portal, "new@example.com")

        adds(directory, group, new)

        assert is_record_active(portal, "new@example.com")

    def test_of_who_dies_at_any_write_is_finished_by_a_repeat(
        self, portal, ann, directory, group, wire
    ):
        portal.sets(directory_groups=[group])
        reckoned(portal)
        number = 0
        while True:
            adds(directory, group, ann.id)
            writes = kill_at(wire, number, arrives=True)
            with suppress(Killed):
                takes(directory, group, ann.id)
            wire.meddler = None
            assert takes(directory, group, ann.id).status == 200
            assert not is_record_active(portal, "ann@example.com")
            assert directory.members(group) == set()
            if len(writes) <= number:
                break
            number += 1
        assert number >= 3


def is_record_active(portal, email: str) -> bool:
    rows = {(row["pk"], row["sk"]): row for row in portal.rows("people")}
    return rows.get(email_key("acme", email), {}).get("active") is True


class TestDir04AChangeOfTheRule:
    @pytest.fixture
    def people(self, directory, group) -> list[str]:
        ids = [directory.adds(f"p{n}@example.com") for n in range(5)]
        adds(directory, group, *ids[:2])
        return ids

    def active(self, portal) -> list[bool]:
        return [is_record_active(portal, f"p{n}@example.com") for n in range(5)]

    def test_puts_out_who_is_in_none_of_them(self, portal, ann, directory, group, people):
        portal.sets(directory_groups=[group])
        reckoned(portal)

        assert self.active(portal) == [True, True, False, False, False]
        assert ann.is_in()

    def test_lets_all_in_again_when_it_ends(self, portal, group, people):
        portal.sets(directory_groups=[group])
        reckoned(portal)
        portal.sets(directory_groups=[])
        reckoned(portal)

        assert self.active(portal) == [True] * 5

    def test_goes_on_with_each_request_of_the_directory(self, portal, directory, group, people):
        portal.sets(directory_groups=[group])

        for _ in range(2):
            directory.finds('userName eq "p0@example.com"')

        assert self.active(portal) == [True, True, False, False, False]

    def test_counts_for_who_is_changed_before_their_turn(self, portal, directory, group, people):
        portal.sets(directory_groups=[group])
        sync = DirectorySync("people", portal.workspace, "test")
        user = sync.users.get(people[4])
        assert user

        sync.change(user, user.document | {"displayName": "Changed"})

        assert not is_record_active(portal, "p4@example.com")

    def test_that_comes_back_reckons_whom_it_has_missed(self, portal, directory, group, people):
        portal.sets(directory_groups=[group])
        reckoned(portal)
        portal.sets(directory_groups=[])
        late = DirectorySync("people", portal.workspace, "test")
        made = late.create(person("late@example.com"))
        assert made.may_come_in

        portal.sets(directory_groups=[group])
        reckoned(portal)

        assert not is_record_active(portal, "late@example.com")

    def test_is_never_undone_by_a_request_that_read_the_one_before(
        self, portal, directory, group, people
    ):
        old = DirectorySync("people", portal.workspace, "test")
        portal.sets(directory_groups=[group])
        reckoned(portal)
        user = old.users.get(people[4])
        assert user

        with pytest.raises(TryLater):
            old.change(user, user.document | {"displayName": "Late"})

        assert not is_record_active(portal, "p4@example.com")

    def test_that_is_cut_off_at_any_person_is_finished(self, portal, group, people, wire):
        portal.sets(directory_groups=[group])
        sync = DirectorySync("people", portal.workspace, "test")
        for number in range(4):
            kill_at(wire, number, arrives=True)
            with suppress(Killed):
                GroupReckoning(sync).go_on(people=2)
            wire.meddler = None
        reckoned(portal)

        assert self.active(portal) == [True, True, False, False, False]

    def test_of_one_whose_row_is_at_fault_keeps_nobody_else(self, portal, group, people, wire):
        portal.sets(directory_groups=[group])
        reckoning = GroupReckoning(DirectorySync("people", portal.workspace, "test"))
        wire.refuse(people[2])

        # Nobody says that everybody is reckoned, however often it walks.
        for _ in range(12):
            portal.forward(seconds=SETTLING.total_seconds())
            with suppress(TryLater):
                assert not reckoning.go_on(people=2)

        assert self.active(portal) == [True, True, True, False, False]
        assert reckoning.is_due()
        assert walk_of(reckoning._row(), portal.workspace.groups_ruled_at) is ReckoningWalk.FIRST
        wire.mend()
        reckoned(portal)
        assert self.active(portal) == [True, True, False, False, False]

    def test_whose_second_walk_misses_somebody_has_one_more(self, portal, group, people, wire):
        """Whom a door has made by the rule before may be the one at fault."""
        late = DirectorySync("people", portal.workspace, "test", new_id="-" + "A" * 21)
        portal.sets(directory_groups=[group])
        reckoning = GroupReckoning(DirectorySync("people", portal.workspace, "test"))
        while not reckoning.go_on(people=2):
            pass
        assert late.create(person("p-late@example.com")).may_come_in
        portal.forward(seconds=SETTLING.total_seconds() + 1)
        wire.refuse("-" + "A" * 21)
        for _ in range(6):
            with suppress(TryLater):
                reckoning.go_on(people=2)
        assert reckoning.is_due()
        wire.mend()

        # It may be in the middle of a walk that has missed them, which says so at its end.
        for _ in range(9):
            with suppress(TryLater):
                reckoning.go_on(people=2)

        assert not is_record_active(portal, "p-late@example.com")
        assert not reckoning.is_due()

    def test_finds_whom_a_door_makes_by_the_rule_before_while_the_walk_goes_on(
        self, portal, group, people
    ):
        """A first walk of a large directory takes longer than such a door lives."""
        late = DirectorySync("people", portal.workspace, "test", new_id="-" + "A" * 21)
        portal.sets(directory_groups=[group])
        reckoning = GroupReckoning(DirectorySync("people", portal.workspace, "test"))
        assert not reckoning.go_on(people=2)
        assert late.create(person("p-late@example.com")).may_come_in

        portal.forward(seconds=SETTLING.total_seconds() + 1)
        while reckoning.is_due():
            reckoning.go_on(people=2)

        assert not is_record_active(portal, "p-late@example.com")

    def test_waits_for_such_doors_before_its_second_walk(self, portal, group, people):
        late = DirectorySync("people", portal.workspace, "test", new_id="-" + "A" * 21)
        portal.sets(directory_groups=[group])
        reckoning = GroupReckoning(DirectorySync("people", portal.workspace, "test"))
        while not reckoning.go_on(people=2):
            pass
        portal.forward(seconds=SETTLING.total_seconds() - 1)
        assert reckoning.go_on(people=100)
        assert late.create(person("p-late@example.com")).may_come_in

        portal.forward(seconds=2)
        assert reckoning.go_on(people=100)

        assert not is_record_active(portal, "p-late@example.com")
        assert not reckoning.is_due()

    def test_changed_twice_at_once_ends_with_the_newer_one(self, portal, directory, group, people):
        """Two commands, of which the first is in the middle when the second begins and ends."""
        other = directory.groups("Others", people[4])
        portal.sets(directory_groups=[group])
        first = GroupReckoning(DirectorySync("people", portal.workspace, "test"))
        first.go_on(people=2)
        portal.sets(directory_groups=[other])
        second = GroupReckoning(DirectorySync("people", portal.workspace, "test"))
        while not second.go_on(people=2):
            pass

        for _ in range(9):
            with suppress(TryLater):
                first.go_on(people=2)
        reckoned(portal)

        assert self.active(portal) == [False, False, False, False, True]

    @pytest.mark.parametrize("turn", [0, 2, 9])
    def test_half_reckoned_lets_nobody_stay_who_leaves_the_last_group(
        self, portal, directory, group, people, turn
    ):
        other = directory.groups("Others", people[0])
        portal.sets(directory_groups=[group])
        reckoned(portal)
        portal.sets(directory_groups=[other])
        sync = DirectorySync("people", portal.workspace, "test")
        GroupReckoning(sync).go_on(people=turn or 1)

        takes(directory, other, people[0])

        assert not is_record_active(portal, "p0@example.com")
