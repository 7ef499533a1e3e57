"""A workspace that keeps its contacts by its directory: `directory_contacts`
(portico/directory/scim/synced_contacts.py, portico/account/synced_address.py)."""

import pytest

from portico.account.contact_merge import ContactMerges
from portico.account.team_email_change import TeamEmailChanges
from portico.account.team_erasure import TeamErasures
from portico.errors import CannotMerge
from portico.people.memberships import Role
from portico.people.rules import Contact
from portico.people.store import People
from portico.team.members import TeamMembers
from tests.account.conftest import Member
from tests.directory.scim.conftest import HOW


@pytest.fixture
def directory(directory, portal):
    portal.sets(directory_contacts=True)
    return directory


def contact(portal, email) -> Contact | None:
    pointer = People("people", "acme").pointers([email])[email]
    return People("people", "acme").contact(pointer.contact) if pointer.contact else None


def named(portal, directory, id_, name):
    change = {"op": "replace", "path": "displayName", "value": name}
    assert directory.changes(id_, change).status == 200


def moved(directory, id_, email):
    change = {"op": "replace", "value": {'emails[type eq "work"].value': email}}
    return directory.changes(id_, change)


class TestSomebodyNew:
    def test_becomes_a_contact_and_may_come_in(self, portal, directory):
        directory.adds("cy@example.com", displayName="Cy Young")

        made = contact(portal, "cy@example.com")
        assert made
        assert (made.name, made.active, made.email_verified) == ("Cy Young", True, False)
        assert portal.another_browser().signs_in("cy@example.com").status == 200

    def test_becomes_none_without_the_setting(self, portal, directory):
        portal.sets(directory_contacts=False)

        directory.adds("cy@example.com")

        assert contact(portal, "cy@example.com") is None

    def test_who_is_not_active_becomes_none_until_they_are(self, portal, directory):
        id_ = directory.adds("cy@example.com", active=False)
        assert contact(portal, "cy@example.com") is None

        directory.switches(id_, True)

        assert contact(portal, "cy@example.com")

    def test_without_an_address_becomes_none(self, portal, directory):
        before = len([row for row in portal.rows("people") if row["sk"] == "head"])

        assert directory.adds("cy.young", emails=[])

        assert len([row for row in portal.rows("people") if row["sk"] == "head"]) == before

    def test_who_is_a_contact_already_is_the_same_and_gets_the_name(self, portal, directory):
        directory.adds("ann@example.com", displayName="Ann Archer-Bell")

        ann = contact(portal, "ann@example.com")
        assert ann
        assert (ann.id, ann.name) == (portal.ann.id, "Ann Archer-Bell")

    def test_is_found_by_the_team_by_their_name(self, portal, directory):
        directory.adds("cy@example.com", displayName="Cyan Young")

        assert [row for row in portal.rows("people") if row["sk"].startswith("cyan#ct_")]

    def test_of_two_requests_that_cross_is_one_contact(self, portal, directory, wire):
        def meanwhile():
            wire.mend()
            portal.adds("Cy", "cy@example.com")

        wire.before("dynamodb.TransactWriteItems", meanwhile)

        directory.adds("cy@example.com", displayName="Cy Young")

        made = contact(portal, "cy@example.com")
        assert made
        assert made.name == "Cy Young"


class TestAName:
    def test_follows_the_directory(self, portal, directory):
        id_ = directory.adds("cy@example.com", displayName="Cy")

        named(portal, directory, id_, "Cyan Young")

        made = contact(portal, "cy@example.com")
        assert made
        assert made.name == "Cyan Young"

    @pytest.mark.parametrize(
        ("told", "name"),
        [
            ({"displayName": "Cy Young"}, "Cy Young"),
            ({"displayName": None, "name": {"formatted": "Cy F"}}, "Cy F"),
            ({"displayName": None, "name": {"givenName": "Cy", "familyName": "Gee"}}, "Cy Gee"),
            ({"displayName": None, "name": None}, "cy@example.com"),
            ({"displayName": "x" * 150}, "x" * 100),
        ],
        ids=range(5),
    )
    def test_is_the_best_that_was_sent(self, portal, directory, told, name):
        directory.adds("cy@example.com", **told)

        made = contact(portal, "cy@example.com")
        assert made
        assert made.name == name

    def test_is_not_for_the_contact_to_change(self, portal, directory):
        directory.adds("ann@example.com", displayName="Ann Archer")
        ann = Member(portal, portal.browser).signs_in()

        refused = ann.asks("PATCH /v1/account", {"name": "Anybody"})

        assert refused.problem == (400, "invalid-request")
        assert refused.body["errors"][0]["field"] == "name"
        assert ann.asks("PATCH /v1/account", {"language": "de"}).status == 200

    def test_is_theirs_again_without_the_setting(self, portal, directory):
        directory.adds("ann@example.com", displayName="Ann Archer")
        portal.sets(directory_contacts=False)
        ann = Member(portal, portal.browser).signs_in()

        assert ann.asks("PATCH /v1/account", {"name": "Anybody"}).status == 200

    def test_of_the_teams_stays_until_the_directory_has_another(self, portal, directory):
        id_ = directory.adds("ann@example.com", displayName="Ann Archer")
        portal.team.change_contact("acme", portal.ann.id, {"name": "By Team"}, by="test")

        directory.switches(id_, True)
        kept = contact(portal, "ann@example.com")
        named(portal, directory, id_, "Ann Bell")
        now = contact(portal, "ann@example.com")

        assert kept
        assert now
        assert (kept.name, now.name) == ("By Team", "Ann Bell")

    @pytest.mark.parametrize(("left", "name"), [(False, "Ann Archer"), (True, "Somebody Else")])
    def test_of_a_member_of_the_team_is_left_alone(self, portal, directory, left, name):
        members = TeamMembers("people", "sign-in")
        members.add(portal.workspace, portal.ann, Role.AGENT, **HOW)
        id_ = directory.adds("ann@example.com", displayName="Somebody")
        if left:
            members.remove(portal.workspace, portal.ann, **HOW)

        named(portal, directory, id_, "Somebody Else")

        ann = contact(portal, "ann@example.com")
        assert ann
        assert ann.name == name


class TestAnAddress:
    def test_follows_the_directory_and_the_old_one_is_told(self, portal, directory):
        id_ = directory.adds("cy@example.com")
        made = contact(portal, "cy@example.com")
        assert made

        assert moved(directory, id_, "young@example.com").status == 200

        now = contact(portal, "young@example.com")
        assert now
        assert now.id == made.id
        assert contact(portal, "cy@example.com") is None
        notices = [row for row in portal.rows("sign-in") if row["sk"] == "notice"]
        assert any(row.get("to") == "cy@example.com" for row in notices)

    def test_that_was_cut_off_is_moved_by_the_next_request(self, portal, directory, wire):
        id_ = directory.adds("cy@example.com")
        wire.cut("dynamodb.TransactWriteItems", after=1)
        assert moved(directory, id_, "young@example.com").status == 503
        wire.mend()
        assert contact(portal, "young@example.com") is None

        assert moved(directory, id_, "young@example.com").status == 200

        assert contact(portal, "young@example.com")

    def test_of_another_contact_is_taken_from_nobody(self, portal, directory):
        id_ = directory.adds("cy@example.com")
        made = contact(portal, "cy@example.com")

        assert moved(directory, id_, "ann@example.com").status == 200

        assert contact(portal, "cy@example.com") == made
        ann = contact(portal, "ann@example.com")
        assert ann
        assert ann.id == portal.ann.id

    def test_is_not_for_the_contact_to_change(self, portal, directory):
        directory.adds("ann@example.com")
        ann = Member(portal, portal.browser).signs_in()

        refused = ann.asks_to_move("private@example.net")

        assert refused.problem == (400, "invalid-request")

    def test_of_the_teams_goes_back_with_the_next_request_of_the_person(self, portal, directory):
        id_ = directory.adds("ann@example.com")
        ann = contact(portal, "ann@example.com")
        assert ann
        changes = TeamEmailChanges("people", "sign-in")
        changes.change(portal.workspace, ann, "private@example.net", **HOW)
        portal.forward(hours=1)

        directory.switches(id_, True)

        again = contact(portal, "ann@example.com")
        assert again
        assert again.id == portal.ann.id
        assert contact(portal, "private@example.net") is None

    def test_that_is_one_of_several_stays(self, portal, directory):
        directory.adds(
            "cy@example.com",
            emails=[
                {"value": "main@example.com", "primary": True},
                {"value": "ann@example.com", "primary": False},
            ],
        )

        ann = contact(portal, "ann@example.com")
        assert ann
        assert ann.id == portal.ann.id


class TestAPerson:
    """`userName` in capitals, renamed, swapped between two people, re-used."""

    def test_in_capitals_is_the_same(self, portal, directory):
        directory.adds("ANN@Example.COM", displayName="Ann A")

        ann = contact(portal, "ann@example.com")
        assert ann
        assert (ann.id, ann.name) == (portal.ann.id, "Ann A")

    def test_who_swaps_with_another_keeps_their_own_account(self, portal, directory):
        one, two = directory.adds("one@example.com"), directory.adds("two@example.com")
        first, second = contact(portal, "one@example.com"), contact(portal, "two@example.com")
        assert first
        assert second

        assert moved(directory, one, "two@example.com").status == 409
        assert moved(directory, one, "third@example.com").status == 200
        # For three days an address that was left is nobody else's.
        assert moved(directory, two, "one@example.com").status == 200
        portal.forward(hours=73)
        assert moved(directory, two, "one@example.com").status == 200
        assert moved(directory, one, "two@example.com").status == 200
        portal.forward(hours=73)
        assert moved(directory, one, "two@example.com").status == 200

        now_one, now_two = contact(portal, "one@example.com"), contact(portal, "two@example.com")
        assert now_one
        assert now_two
        assert (now_one.id, now_two.id) == (second.id, first.id)

    def test_with_the_address_of_somebody_who_left_gets_no_account_of_theirs(
        self, portal, directory
    ):
        directory.removes(directory.adds("cy@example.com", external="first"))
        first = contact(portal, "cy@example.com")
        assert first

        other = directory.adds("cy@example.com", external="second", displayName="Another")
        directory.switches(other, False)
        directory.switches(other, True)

        still = contact(portal, "cy@example.com")
        assert still
        assert (still.id, still.active, still.name) == (first.id, False, first.name)

    def test_with_an_address_that_a_contact_left_long_ago_is_somebody_new(self, portal, directory):
        changes = TeamEmailChanges("people", "sign-in")
        changes.change(portal.workspace, portal.ann, "private@example.net", **HOW)
        portal.forward(days=30)

        id_ = directory.adds("ann@example.com", displayName="Another Ann")
        other = contact(portal, "ann@example.com")
        assert other
        assert other.id != portal.ann.id
        directory.switches(id_, False)

        ann = contact(portal, "private@example.net")
        assert ann
        assert ann.active is True

    def test_who_is_deleted_and_sent_anew_is_the_same(self, portal, directory):
        directory.removes(directory.adds("cy@example.com"))
        first = contact(portal, "cy@example.com")
        assert first

        directory.adds("cy@example.com")

        again = contact(portal, "cy@example.com")
        assert again
        assert (again.id, again.active) == (first.id, True)

    def test_who_was_erased_here_and_is_active_there_is_somebody_new(self, portal, directory):
        id_ = directory.adds("cy@example.com")
        first = contact(portal, "cy@example.com")
        assert first
        erasures = TeamErasures("people", "sign-in", "trail")
        erasures.erase(portal.workspace, first, **HOW)

        named(portal, directory, id_, "Cy Again")

        again = contact(portal, "cy@example.com")
        assert again
        assert again.id != first.id

    def test_is_merged_into_nobody_and_takes_others_in(self, portal, directory):
        """A team makes one contact of two: the one whom the directory can switch off stays."""
        id_ = directory.adds("cy@example.com")
        named = contact(portal, "cy@example.com")
        assert named
        other = portal.adds("Cy Private", "cy@example.net")
        merges = ContactMerges("people", "sign-in")
        with pytest.raises(CannotMerge):
            merges.merge(portal.workspace, other.id, named.id, **HOW)
        merges.merge(portal.workspace, named.id, other.id, **HOW)

        directory.switches(id_, False)
        off = contact(portal, "cy@example.com")
        directory.switches(id_, True)

        again = contact(portal, "cy@example.com")
        assert off
        assert again
        assert (off.id, off.active, again.active) == (named.id, False, True)
