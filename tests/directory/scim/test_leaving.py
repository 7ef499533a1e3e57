"""Who leaves the directory is out, and who is back may come in
(portico/directory/scim/synced_contacts.py, portico/directory/scim/sync.py)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock, get_ident
from typing import Any

import pytest

from portico.account.contact_merge import ContactMerges
from portico.account.team_email_change import TeamEmailChanges
from portico.account.team_erasure import TeamErasures
from portico.aws.tables import Rows, transact
from portico.directory.store import Directory, InUse, Record, email_key
from portico.events import Event
from portico.people.memberships import Role
from portico.team.members import TeamMembers
from tests.directory.scim.conftest import HOW, USERS, person
from tests.support.doors import knock
from tests.support.driver import NOON

SPELLINGS: dict[str, list[Any]] = {
    "boolean": [{"op": "replace", "path": "active", "value": False}],
    "text": [{"op": "Replace", "path": "active", "value": "False"}],
    "small-text": [{"op": "Replace", "path": "active", "value": "false"}],
    "without-path": [{"op": "replace", "value": {"active": False}}],
}


class Ann:
    """Ann in her browser, at the portal and in the directory."""

    def __init__(self, portal, directory) -> None:
        self.portal, self.directory = portal, directory
        self.id = directory.adds("ann@example.com")

    @property
    def browser(self):
        return self.portal.browser

    @property
    def contact(self):
        return self.portal.team.contact("acme", self.portal.ann.id)

    def is_in(self) -> bool:
        status = self.browser.refreshes().status
        assert status in (200, 401)
        return bool(status == 200)

    def may_come_in(self) -> bool:
        self.portal.forward(minutes=11)
        return self.gets_a_code("ann@example.com")

    def gets_a_code(self, email, **more) -> bool:
        before = len(self.portal.mails)
        browser = self.portal.another_browser()
        assert browser.asks_for_a_code(email, **more).status == 202
        self.portal.delivers_mail()
        return len(self.portal.mails) > before


@pytest.fixture
def ann(portal, directory):
    found = Ann(portal, directory)
    portal.browser.signs_in("ann@example.com")
    assert found.is_in()
    return found


class TestDir03Leaving:
    @pytest.mark.parametrize("how", SPELLINGS)
    def test_ends_the_session_and_every_way_in(self, ann, directory, how):
        assert directory.changes(ann.id, *SPELLINGS[how]).status == 200

        assert not ann.is_in()
        assert ann.contact.active is False
        assert not ann.may_come_in()

    def test_ends_it_by_a_whole_replacement(self, ann, directory):
        assert directory.replaces(ann.id, person(active="False")).status == 200

        assert not ann.is_in()
        assert not ann.may_come_in()

    def test_ends_it_by_delete(self, ann, directory):
        assert directory.removes(ann.id).status == 204

        assert not ann.is_in()
        assert not ann.may_come_in()

    def test_ends_a_code_that_was_mailed(self, ann, portal, directory):
        other = portal.another_browser()
        other.asks_for_a_code("ann@example.com")
        portal.delivers_mail()
        directory.switches(ann.id, False)

        assert other.types_the_mailed_code().status in (401, 403, 410)

    def test_ends_a_personal_link(self, ann, portal, directory):
        link = portal.personal_link()
        directory.switches(ann.id, False)

        assert not ann.gets_a_code(None, link=link)

    def test_ends_it_for_whoever_came_in_by_the_record_under_another_address(
        self, ann, portal, directory
    ):
        bo = portal.adds("Bo Else", "bo@example.net")
        row = {"pk": f"acme#record#SCIM#{ann.id}", "sk": "record"}
        noting = Rows("people", "acme#").updating(
            row["pk"], "record", "ADD contacts :who", "active = :yes",
            {":who": frozenset({bo.id}), ":yes": True},
        )  # fmt: skip
        transact({"record": noting})
        browser = portal.another_browser()
        browser.signs_in("bo@example.net")

        directory.switches(ann.id, False)

        assert browser.refreshes().status == 401
        assert not ann.is_in()

    def test_ends_it_for_whoever_has_left_the_address(self, ann, portal, directory):
        changes = TeamEmailChanges("people", "sign-in")
        changes.change(portal.workspace, ann.contact, "private@example.net", **HOW)
        portal.another_browser().signs_in("private@example.net")

        directory.switches(ann.id, False)

        assert ann.contact.active is False

    @pytest.mark.parametrize("moves", [1, 2])
    def test_ends_it_for_whoever_the_directory_knew_by_another_address(self, ann, directory, moves):
        for n in range(moves):
            moved = {"op": "replace", "value": {'emails[type eq "work"].value': f"{n}@example.com"}}
            assert directory.changes(ann.id, moved).status == 200
        assert ann.is_in()

        directory.switches(ann.id, False)

        assert not ann.is_in()
        assert ann.contact.active is False
        directory.switches(ann.id, True)
        assert ann.contact.active is True

    def test_leaves_alone_who_gets_an_address_that_the_directory_has_moved_away_from(
        self, portal, directory
    ):
        id_ = directory.adds("old@example.com")
        moved = {"op": "replace", "value": {'emails[type eq "work"].value': "new@example.com"}}
        directory.changes(id_, moved)
        bo = portal.adds("Bo Else", "old@example.com")

        directory.switches(id_, False)

        assert portal.team.contact("acme", bo.id).active is True

    def test_ends_it_for_whoever_they_were_merged_into(self, ann, portal, directory):
        bo = portal.adds("Bo Else", "bo@example.net")
        portal.forward(minutes=5)
        ContactMerges("people", "sign-in").merge(portal.workspace, bo.id, portal.ann.id, **HOW)

        directory.switches(ann.id, False)

        assert portal.team.contact("acme", bo.id).active is False

    def test_of_whoever_has_the_address_after_a_merge_leaves_the_survivor_alone(
        self, portal, directory
    ):
        bo = portal.adds("Bo Else", "bo@example.net")
        ContactMerges("people", "sign-in").merge(portal.workspace, bo.id, portal.ann.id, **HOW)
        portal.forward(days=20)

        directory.switches(directory.adds("ann@example.com"), False)

        assert portal.team.contact("acme", bo.id).active is True

    def test_is_a_line_for_the_person_and_one_for_the_record(self, ann, portal, directory):
        directory.switches(ann.id, False)

        told = {each["name"]: each for each in portal.records_trail()}
        assert told["contact.left-directory"]["by"].startswith("key:")
        assert told["record.deactivated"]["detail"]["fields"] == "active"

    def test_is_one_transaction(self, ann, directory, wire):
        wire.forget()
        directory.switches(ann.id, False)

        (sent,) = wire.parameters("dynamodb.TransactWriteItems")
        keys = [str(each) for each in sent["TransactItems"]]
        for part in (f"#scim#{ann.id}", f"#record#SCIM#{ann.id}", f"#contact#{ann.contact.id}"):
            assert any(part in each for each in keys)

    def test_leaves_strangers_alone(self, ann, portal, directory):
        bo = portal.another_browser()
        portal.adds("Bo Else", "bo@example.net")
        bo.signs_in("bo@example.net")

        directory.switches(ann.id, False)

        assert bo.refreshes().status == 200

    def test_signs_a_member_of_the_team_out_and_leaves_the_role_to_owners(
        self, ann, portal, directory
    ):
        TeamMembers("people", "sign-in").add(portal.workspace, ann.contact, Role.OWNER, **HOW)

        directory.switches(ann.id, False)

        assert not ann.is_in()
        assert ann.contact.active is True
        assert ann.may_come_in()

    def test_holds_for_who_gets_a_role_in_that_moment(self, ann, portal, directory, wire):
        members = TeamMembers("people", "sign-in")

        def promote():
            wire.mend()
            members.add(portal.workspace, ann.contact, Role.AGENT, **HOW)

        wire.before("dynamodb.TransactWriteItems", promote)

        assert directory.switches(ann.id, False).status == 200
        assert not ann.is_in()
        assert ann.contact.active is True

    def test_switches_off_who_was_on_the_team_before(self, ann, portal, directory):
        members = TeamMembers("people", "sign-in")
        members.add(portal.workspace, ann.contact, Role.AGENT, **HOW)
        members.remove(portal.workspace, ann.contact, **HOW)

        directory.switches(ann.id, False)

        assert ann.contact.active is False
        assert not ann.is_in()

    def test_switches_off_whose_role_is_taken_in_that_moment(self, ann, portal, directory, wire):
        members = TeamMembers("people", "sign-in")
        members.add(portal.workspace, ann.contact, Role.AGENT, **HOW)

        def dismiss():
            wire.mend()
            members.remove(portal.workspace, ann.contact, **HOW)

        wire.before("dynamodb.TransactWriteItems", dismiss)

        assert directory.switches(ann.id, False).status == 200
        assert ann.contact.active is False

    def test_goes_through_for_somebody_who_is_no_contact(self, directory):
        id_ = directory.adds("nobody@example.net")

        assert directory.switches(id_, False).status == 200
        assert directory.removes(id_).status == 204

    def test_goes_through_for_an_account_that_was_erased(self, ann, portal, directory):
        erasures = TeamErasures("people", "sign-in", "trail")
        erasures.erase(portal.workspace, ann.contact, host="signin.acme.test", by="test")

        assert directory.switches(ann.id, False).status == 200


class TestDir04ComingBack:
    def test_lets_them_in_and_brings_no_old_session(self, ann, portal, directory):
        directory.switches(ann.id, False)

        assert directory.switches(ann.id, "True").body["active"] is True

        assert ann.contact.active is True
        assert not ann.is_in()
        assert ann.may_come_in()

    def test_brings_a_personal_link_back(self, ann, portal, directory):
        link = portal.personal_link()
        directory.switches(ann.id, False)
        assert not ann.gets_a_code(None, link=link)
        portal.forward(minutes=11)

        directory.switches(ann.id, True)

        assert ann.gets_a_code(None, link=link)

    def test_leaves_off_whom_the_team_has_switched_off(self, ann, portal, directory):
        portal.deactivates()
        directory.switches(ann.id, False)

        directory.switches(ann.id, True)

        assert ann.contact.active is False

    def test_leaves_off_whom_the_team_has_switched_off_since(self, ann, portal, directory):
        directory.switches(ann.id, False)
        portal.team.set_active("acme", ann.contact.id, True, by="test")
        portal.team.set_active("acme", ann.contact.id, False, by="test")

        directory.switches(ann.id, True)

        assert ann.contact.active is False

    def test_by_a_new_user_with_the_directorys_own_id_works_too(self, ann, directory):
        directory.removes(ann.id)

        directory.adds("ann@example.com")

        assert ann.contact.active is True
        assert not ann.is_in()

    def test_gives_nobody_the_account_of_who_had_the_address_before(self, ann, directory):
        directory.removes(ann.id)

        other = directory.adds("ann@example.com", external="somebody-else")
        directory.switches(other, False)
        directory.switches(other, True)

        assert ann.contact.active is False

    def test_is_refused_while_somebody_else_has_the_address(self, ann, directory):
        directory.switches(ann.id, False)
        directory.adds("new@example.com", email="ann@example.com")

        refused = directory.switches(ann.id, True)

        assert (refused.status, refused.body["scimType"]) == (409, "uniqueness")
        assert ann.contact.active is False
        assert directory.reads(ann.id).body["active"] is False


class TestDir04Repeats:
    def test_of_a_post_make_no_second_user(self, directory):
        first = directory.sends(f"POST {USERS}", person())
        again = directory.sends(f"POST {USERS}", person())

        assert (first.status, again.status) == (201, 409)
        assert directory.finds('userName eq "ann@example.com"') == [first.body["id"]]

    def test_of_a_post_whose_answer_was_lost_inside_are_one_user(self, directory, wire):
        wire.lose_answers("dynamodb.TransactWriteItems", times=1)

        added = directory.sends(f"POST {USERS}", person())

        assert added.status == 201
        assert directory.finds('userName eq "ann@example.com"') == [added.body["id"]]

    def test_of_a_change_whose_answer_was_lost_inside_are_one_change(self, ann, directory, wire):
        wire.lose_answers("dynamodb.TransactWriteItems", times=1)

        assert directory.switches(ann.id, False).headers["etag"] == 'W/"2"'
        assert not ann.is_in()

    def test_after_delete_raise_nobody(self, ann, directory):
        directory.removes(ann.id)

        assert directory.switches(ann.id, True).status == 404
        assert directory.replaces(ann.id, person()).status == 404
        assert ann.contact.active is False

    @pytest.mark.parametrize("call", [0, 1, 2], ids=["visit", "budget", "transaction"])
    def test_after_a_death_at_any_write_finish_it(self, ann, directory, wire, call):
        operation = ("PutItem", "UpdateItem", "TransactWriteItems")[call]
        directory.portal.forward(hours=1)
        wire.cut(f"dynamodb.{operation}")
        assert directory.switches(ann.id, False).status == 503
        assert ann.contact.active is True

        wire.mend()
        assert directory.switches(ann.id, False).status == 200

        assert not ann.is_in()


class TestDir04TwoSyncs:
    def test_that_interleave_lose_nothing(self, ann, directory, wire):
        def meanwhile():
            wire.mend()
            directory.changes(ann.id, {"op": "replace", "path": "displayName", "value": "Anna"})

        wire.before("dynamodb.TransactWriteItems", meanwhile)

        assert directory.switches(ann.id, False).status == 200

        now = directory.reads(ann.id).body
        assert (now["displayName"], now["active"]) == ("Anna", False)
        assert not ann.is_in()

    @pytest.mark.parametrize("read", [1, 2])
    def test_let_nobody_in_by_a_replacement_that_does_not_say_active(
        self, ann, directory, wire, read
    ):
        for _ in range(read - 1):
            wire.before("dynamodb.GetItem", lambda: None)
        wire.before("dynamodb.GetItem", lambda: directory.switches(ann.id, False))
        body = person(displayName="Anna")
        del body["active"]

        assert directory.replaces(ann.id, body).status == 200

        assert directory.reads(ann.id).body["active"] is False
        assert not ann.is_in()

    def test_raise_nobody_whom_the_other_has_deleted(self, ann, directory, wire):
        def meanwhile():
            wire.mend()
            directory.removes(ann.id)

        wire.before("dynamodb.TransactWriteItems", meanwhile)
        change = {"op": "replace", "path": "displayName", "value": "Anna"}

        assert directory.changes(ann.id, change).status == 404
        assert not ann.is_in()

    def test_rac_03_make_one_user_of_a_name(self, directory, wire):
        made = []

        def meanwhile():
            wire.mend()
            made.append(directory.adds())

        wire.before("dynamodb.TransactWriteItems", meanwhile)

        assert directory.sends(f"POST {USERS}", person()).status == 409
        assert directory.finds('userName eq "ann@example.com"') == made

    def test_rac_03_make_one_user_of_twenty_that_have_read_before_any_writes(self, directory, wire):
        asked = {
            "origin": None,
            "headers": {
                "authorization": f"Bearer {directory.text}",
                "content-type": "application/scim+json",
            },
            "path": {"workspace": "acme"},
        }
        gate, one_at_a_time, there = Barrier(20, timeout=60), Lock(), set()

        def together(operation, _request, arrive):
            if operation == "dynamodb.TransactWriteItems" and get_ident() not in there:
                there.add(get_ident())
                gate.wait()
            with one_at_a_time:
                return arrive()

        def adds(_):
            return knock("sync_directory", f"POST {USERS}", person(), **asked)

        wire.meddler = together
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(adds, range(20)))
        wire.meddler = None

        assert Counter(each.status for each in answers) == {201: 1, 409: 19}
        (made,) = [each.body["id"] for each in answers if each.status == 201]
        listed = directory.sends(f"GET {USERS}").body
        assert [each["id"] for each in listed["Resources"]] == [made]

    def test_that_never_stop_are_told_to_come_again(self, ann, directory, wire):
        names = iter(range(100))

        def meanwhile():
            name = f"Name {next(names)}"
            wire.mend()
            directory.changes(ann.id, {"op": "replace", "path": "displayName", "value": name})
            wire.before("dynamodb.TransactWriteItems", meanwhile)

        wire.before("dynamodb.TransactWriteItems", meanwhile)

        refused = directory.switches(ann.id, False)

        assert (refused.status, refused.headers["retry-after"]) == (503, "2")
        wire.mend()
        assert directory.switches(ann.id, False).status == 200


class TestARecordOfAFile:
    """Records of a file stand beside those of a sync, and a sync knows better."""

    @pytest.fixture
    def file(self, portal):
        def lists(*emails, active=True):
            record = Record("hr", "1", None, None, "Ann", emails, active, NOON)
            Directory("people", "acme").put(record, Event("record.added", NOON, "record-1", 365))

        return lists

    def finds(self, email):
        row = Rows("people", "acme#").get(*email_key("acme", email))
        return (row["source"], row["active"]) if row else None

    def test_gives_its_address_to_the_sync(self, directory, file):
        file("ann@example.com")

        directory.adds("ann@example.com")

        assert self.finds("ann@example.com") == ("SCIM", True)

    def test_keeps_nobody_in_whom_the_sync_has_put_out(self, ann, directory, file):
        directory.switches(ann.id, False)

        assert self.finds("ann@example.com") == ("SCIM", False)
        assert not ann.is_in()

    def test_takes_no_address_from_the_sync(self, directory, file):
        directory.adds("ann@example.com")

        with pytest.raises(InUse):
            file("ann@example.com")

    def test_is_left_alone_by_a_sync_of_other_people(self, directory, file):
        file("other@example.com")

        directory.removes(directory.adds("ann@example.com"))

        assert self.finds("other@example.com") == ("hr", True)
