"""Who comes onto a team and leaves it, who hears of it, and that one owner stays (API-07)."""

from typing import Any

import pytest

from portico.aws.tables import TransactionRefused, transact
from portico.errors import LastOwner, LimitReached, NotFound, TakenAlready
from portico.events import Event
from portico.people.contact_import import ContactImport, ContactLine
from portico.people.memberships import Role, StillOwner
from portico.team.members import TeamMembers
from portico.team.store import MOST_OWNERS, Memberships

HOST = "signin.acme.test"


@pytest.fixture
def team(portal):
    """The team of Acme, of which Ann is the first owner."""
    return Team(portal)


class Team:
    """What somebody at a terminal does to the team of Acme."""

    def __init__(self, portal: Any) -> None:
        self.portal = portal
        self.members = TeamMembers("people", "sign-in")
        self.adds(portal.ann, Role.OWNER)

    def adds(self, contact, role):
        return self.members.add(self.portal.workspace, contact, role, host=HOST, by="cli:olga")

    def sets(self, contact, role):
        return self.members.change(self.portal.workspace, contact, role, host=HOST, by="cli:olga")

    def removes(self, contact):
        return self.members.remove(self.portal.workspace, contact, host=HOST, by="cli:olga")

    def roles(self):
        return {
            each.contact.name: each.membership.role
            for each in self.members.of(self.portal.workspace)
        }

    def counted(self):
        return next(row for row in self.portal.rows("people") if row["sk"] == "owners")["owners"]


@pytest.fixture
def ben(portal):
    return portal.adds("Ben Okafor", "ben@example.com")


class TestAMember:
    def test_comes_with_one_role_and_is_listed_by_it(self, team, portal, ben):
        team.adds(ben, Role.AGENT)
        team.adds(portal.adds("Al Auditor", "al@example.com"), Role.AUDITOR)

        assert list(team.roles().items()) == [
            ("Ann Archer", Role.OWNER),
            ("Ben Okafor", Role.AGENT),
            ("Al Auditor", Role.AUDITOR),
        ]
        with pytest.raises(TakenAlready):
            team.adds(ben, Role.ADMIN)

    def test_is_told_and_so_are_the_owners(self, team, portal, ben):
        portal.delivers_mail()
        before = len(portal.mails)

        team.adds(ben, Role.AGENT)
        portal.delivers_mail()

        told = {str(each.to): each for each in portal.mails[before:]}
        assert len(told) == 2
        to_ben = next(each for to, each in told.items() if "ben@" in to)
        to_ann = next(each for to, each in told.items() if "ann@" in to)
        assert "Your role: agent" in to_ben.text
        assert "– → agent: ben@example" in to_ann.text.replace("\u200c", "")

    @pytest.mark.parametrize("entrance", [True, False])
    def test_is_led_to_the_console_whatever_the_address_alone_opens(
        self, team, portal, ben, entrance
    ):
        portal.sets(entrance=entrance)
        team.adds(ben, Role.AGENT)
        portal.delivers_mail()

        (to_ben,) = [each for each in portal.mails if "ben@" in str(each.to)]
        assert f"https://{HOST}/acme/team\r\n" in to_ben.text
        (to_ann,) = [each for each in portal.mails if "– → agent" in each.text]
        assert f"{HOST}/acme" not in to_ann.text

    def test_leaves_a_line_of_each_change(self, team, portal, ben):
        portal.forward(seconds=1)
        team.adds(ben, Role.AGENT)
        portal.records_trail()
        portal.forward(seconds=1)
        team.sets(ben, Role.ADMIN)
        portal.records_trail()
        portal.forward(seconds=1)
        team.removes(ben)
        every = sorted(portal.records_trail(), key=lambda each: each["at"])

        lines = [each for each in every if each["name"].startswith("team.")]
        assert [(each["name"], each["by"], each["detail"]) for each in lines[-3:]] == [
            ("team.member-added", "cli:olga", {"contact": ben.id, "role": "agent"}),
            (
                "team.member-changed",
                "cli:olga",
                {"contact": ben.id, "role": "admin", "before": "agent"},
            ),
            ("team.member-removed", "cli:olga", {"contact": ben.id, "before": "admin"}),
        ]
        assert {each["pk"] for each in lines} == {"acme#trail#acme"}

    def test_that_was_removed_may_come_again(self, team, ben):
        team.adds(ben, Role.AGENT)
        assert team.removes(ben) is Role.AGENT
        with pytest.raises(NotFound):
            team.removes(ben)

        team.adds(ben, Role.AUDITOR)

        assert team.roles()["Ben Okafor"] is Role.AUDITOR

    def test_with_the_role_already_is_told_nothing(self, team, portal, ben):
        team.adds(ben, Role.AGENT)
        portal.delivers_mail()
        before = len(portal.mails)

        team.sets(ben, Role.AGENT)
        portal.delivers_mail()

        assert len(portal.mails) == before

    def test_is_an_active_contact(self, team, portal, ben):
        portal.deactivates("ben@example.com")

        with pytest.raises(NotFound):
            team.adds(ben, Role.AGENT)

    def test_of_another_workspace_is_none_here(self, team, portal):
        neighbour = portal.neighbour()

        assert TeamMembers("people", "sign-in").of(neighbour.workspace) == []


class TestTheLastOwner:
    def test_cannot_leave_or_step_down(self, team, portal):
        with pytest.raises(LastOwner):
            team.removes(portal.ann)
        with pytest.raises(LastOwner):
            team.sets(portal.ann, Role.ADMIN)

        assert team.roles() == {"Ann Archer": Role.OWNER}

    def test_is_the_one_who_stays(self, team, portal, ben):
        team.adds(ben, Role.OWNER)
        team.sets(portal.ann, Role.ADMIN)

        with pytest.raises(LastOwner):
            team.removes(ben)
        assert team.counted() == 1

    def test_api_07_stays_when_owners_leave_in_pairs(self, team, portal, ben):
        team.adds(ben, Role.OWNER)
        store = Memberships("people", "acme")
        event = Event("team.member-removed", portal.now, "acme", 365, "cli:olga")
        # Both were read before either has left.
        leave = [store.taking(each, event) for each in list(store.all())]

        transact(leave[0])
        with pytest.raises(TransactionRefused) as refused:
            transact(leave[1])

        assert refused.value.failed == {"owners"}
        assert len(team.roles()) == 1

    def test_api_07_cannot_be_deactivated(self, team, portal, ben):
        with pytest.raises(StillOwner):
            portal.deactivates()

        # Nor while another owner is there: stepping down is what counts them.
        team.adds(ben, Role.OWNER)
        with pytest.raises(StillOwner):
            portal.deactivates()
        team.sets(portal.ann, Role.ADMIN)
        portal.deactivates()
        assert team.counted() == 1

    def test_api_07_cannot_be_deactivated_by_an_import(self, team, portal):
        lines = [ContactLine(1, "ann@example.com", {"name": "Ann Archer", "active": False})]

        importing = ContactImport("people", portal.workspace, by="cli:olga")
        ((outcome,),) = importing.take(lines, lambda _: False)

        assert (outcome.outcome, outcome.reason) == (
            "refused",
            "an owner of the team cannot be deactivated",
        )
        assert portal.team.contact("acme", portal.ann.id).active


class TestOwners:
    def test_are_counted_as_they_come_and_go(self, team, portal, ben):
        team.adds(ben, Role.AGENT)
        assert team.counted() == 1
        team.sets(ben, Role.OWNER)
        assert team.counted() == 2
        team.sets(ben, Role.AUDITOR)
        assert team.counted() == 1

    def test_are_so_few_that_all_can_be_told_in_one_transaction(self, team, portal):
        for n in range(MOST_OWNERS - 1):
            team.adds(portal.adds(f"Owner {n}", f"owner-{n}@example.com"), Role.OWNER)

        with pytest.raises(LimitReached):
            team.adds(portal.adds("One More", "more@example.com"), Role.OWNER)
        assert team.counted() == MOST_OWNERS
