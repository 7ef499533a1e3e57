"""A directory that puts many people out at once (portico/team/mass_departure.py)."""

import pytest

from portico.people.memberships import Role
from portico.team.mass_departure import FEW
from portico.team.members import TeamMembers
from tests.directory.scim.conftest import HOW

OWNERS = ["olga@acme.example", "otto@acme.example"]


@pytest.fixture
def people(directory):
    """Twenty-five people of a directory."""
    return [directory.adds(f"p{n}@example.com") for n in range(25)]


def lines(portal):
    return [each for each in portal.records_trail() if each["name"] == "directory.many-left"]


def notices(portal):
    rows = [row for row in portal.rows("sign-in") if row["sk"] == "notice"]
    return [row["label"] for row in rows if "many-left" in str(row)]


class TestDir04ManyWhoLeave:
    def test_are_told_to_owners_and_listed(self, portal, directory, people):
        for each in people[:5]:
            directory.switches(each, False)
        assert (lines(portal), notices(portal)) == ([], [])

        # Five are a fifth of twenty-five, and the sixth is more.
        directory.switches(people[5], False)

        assert notices(portal) == ["6 / 25"]
        (line,) = lines(portal)
        assert line["detail"] == {"gone": "6", "active": "25"}
        assert line["by"].startswith("key:")

    def test_are_mailed_to_each_owner_and_nobody_else(self, portal, directory, people):
        members = TeamMembers("people", "sign-in")
        for email, role in (("otto@acme.example", Role.OWNER), ("ada@acme.example", Role.ADMIN)):
            contact = portal.adds(email.partition("@")[0].title(), email)
            members.add(portal.workspace, contact, role, **HOW)
        portal.delivers_mail()
        before = len(portal.mails)

        for each in people[:8]:
            directory.switches(each, False)
        portal.delivers_mail()

        mails = portal.mails[before:]
        assert sorted(mail.to[0] for mail in mails) == OWNERS
        assert all(set(mail.to) == {mail.to[0]} for mail in mails)
        for each in mails:
            assert "6 / 25" in each.text

    def test_are_mailed_as_held_where_they_are(self, portal, directory, people):
        portal.sets(directory_hold=True)
        portal.delivers_mail()
        before = len(portal.mails)

        for each in people[:6]:
            directory.switches(each, False)
        portal.delivers_mail()

        (mail,) = portal.mails[before:]
        assert set(mail.to) == set(OWNERS[:1])
        (line,) = lines(portal)
        assert line["detail"]["held"] == "1"
        assert f"1 → {line['detail']['until'][:10]}" in mail.text

    def test_are_told_though_the_first_mail_was_lost(self, portal, directory, people, wire):
        for each in people[:5]:
            directory.switches(each, False)
        # The mail is a part of the transaction that says that owners were told.
        wire.cut("dynamodb.TransactWriteItems", after=1)
        assert directory.switches(people[5], False).status == 200
        wire.mend()
        assert notices(portal) == []

        directory.switches(people[6], False)

        assert notices(portal) == ["7 / 25"]

    def test_are_out_all_the_same(self, portal, directory, people):
        for each in people:
            assert directory.switches(each, False).status == 200

        assert directory.reads(people[-1]).body["active"] is False

    def test_are_told_once_an_hour(self, portal, directory, people):
        for each in people[:12]:
            directory.removes(each)
        assert notices(portal) == ["6 / 25"]
        portal.forward(hours=1)

        for each in people[12:]:
            directory.switches(each, False)

        assert sorted(notices(portal)) == ["6 / 13", "6 / 25"]

    def test_are_no_mass_if_they_take_longer(self, portal, directory, people):
        for each in people[:12]:
            directory.switches(each, False)
            portal.forward(minutes=12)

        assert notices(portal) == []

    def test_are_no_mass_if_they_are_few_of_many(self, portal, directory, people):
        more = [directory.adds(f"q{n}@example.com") for n in range(10)]
        for each in [*people[:4], *more[:3]]:
            directory.switches(each, False)

        assert notices(portal) == []

    def test_are_no_mass_if_they_are_five_of_five(self, portal, directory):
        for each in [directory.adds(f"p{n}@example.com") for n in range(FEW)]:
            directory.switches(each, False)

        assert notices(portal) == []

    def test_count_once_each(self, portal, directory, people):
        for _ in range(3):
            for each in people[:4]:
                directory.switches(each, False)

        assert notices(portal) == []

    def test_are_out_though_nobody_can_be_told(self, portal, directory, people, wire):
        for each in people[:5]:
            directory.switches(each, False)
        wire.cut("dynamodb.Query")

        assert directory.switches(people[5], False).status == 200
        wire.mend()

        directory.switches(people[6], False)
        assert notices(portal) == ["7 / 25"]

    def test_cost_one_count_of_all_in_a_window(self, portal, directory, people, wire):
        wire.forget()
        for each in people[:9]:
            directory.switches(each, False)

        counts = [each for each in wire.parameters("dynamodb.Query") if "Select" in each]
        assert len(counts) == 1
