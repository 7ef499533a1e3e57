"""``portico why`` over real rows (cli/why.py, portico/diagnosis/gather.py)."""

import pytest

from local.sample_faults import FAULTS
from portico.links.rules import public_id
from tests.diagnosis.fault_rig import DoorRig
from tests.sso.conftest import stage, world
from tests.support.wire import tapped

__all__ = ["stage", "world"]


def why(terminal, who="ann@example.com"):
    return terminal.told("why", "acme", who)


def causes(told):
    return [each["cause"] for each in told["findings"]]


class TestWhy:
    def test_is_said_of_an_address_and_of_a_contact(self, terminal, portal):
        told = [why(terminal, each) for each in (" Ann@example.com", portal.ann.id)]

        assert [causes(each) for each in told] == [["never-tried"]] * 2
        assert {each["about"]["contact"] for each in told} == {portal.ann.id}

    @pytest.mark.parametrize("who", ["ct_AAAAAAAAAAAAAAAAAAAAAA", "0123456789ab", "ann"])
    def test_of_nobody_and_nothing_says_so(self, terminal, portal, who):
        said = terminal.refused("why", "acme", who)

        assert said == f"There is no contact and no sign-in {who} in acme."

    def test_needs_somebody_or_a_link(self, acme):
        said = acme.refused("why", "acme", code=2)

        assert said == "Say an address, a contact's id or a sign-in; or --link ID."

    def test_is_read_by_people_line_by_line(self, terminal, portal):
        portal.deactivates()
        portal.records_trail()

        said = terminal.says("why", "acme", "ann@example.com").stdout

        assert "1. Ann Archer: deactivated, since 2026-11-21 12:00 UTC" in said
        assert f"   Press: portico contact activate acme {portal.ann.id}\n" in said

    def test_says_a_right_to_left_sentence_without_its_unseen_marks(self, terminal, portal):
        portal.sets(locale="ar", entrance=True)

        said = terminal.says("why", "acme", "ann@example.com").stdout

        assert "يرجى فتح https://signin.acme.test/acme" in said
        assert "\u2068" not in said


class TestWhyOfALink:
    def test_ends_in_what_is_to_do(self, terminal, portal):
        link = public_id(portal.personal_link())
        portal.forward(minutes=1)

        (works, where) = terminal.told("why", "acme", "--link", link)["conclusion"]
        terminal.says("link", "revoke", "acme", link)
        portal.records_trail()
        (ended, then) = terminal.told("why", "acme", "--link", link)["conclusion"]

        assert works.startswith("The link works until 2027-")
        assert where.endswith(f"portico why acme {portal.ann.id}")
        assert ended.startswith("The link was revoked at 2026-11-21 12:01 UTC, by cli:olga")
        assert then == f"To make a new one: portico link create acme --contact {portal.ann.id}"

    def test_that_is_none_of_theirs_says_so(self, terminal, portal):
        (none, where) = terminal.told("why", "acme", "--link", "0123456789abcdef")["conclusion"]

        assert none.startswith("There is no link with this id")
        assert where == "See the links: portico link list acme --all"


class TestAnAddressOfNobody:
    @pytest.mark.parametrize(
        ("theirs", "typed"),
        [
            ("bob.baker@gmail.com", "bob.baker@gmial.com"),
            ("bob.baker@gmail.com", "bob.baker@gmail.con"),
            ("bob.baker@example.org", "bobbaker@example.org"),
            ("bobbaker@example.org", "bob.baker@example.org"),
            ("bob@example.org", "bob+portal@example.org"),
            ("bob.baker@example.org", "bbo.baker@example.org"),
            ("bobby@example.org", "boby@example.org"),
            ("bob@example.org", "bobb@example.org"),
            ("bob.baker@example.org", "bob.bker@example.org"),
        ],
    )
    def test_is_nearly_that_of_a_contact(self, terminal, portal, theirs, typed):
        bob = portal.adds("Bob Baker", theirs)

        told = why(terminal, typed)

        assert causes(told) == ["mistyped", "no-contact"]
        assert bob.id in told["findings"][0]["said"]
        assert theirs in told["findings"][0]["ending"]["text"]

    def test_was_somebodys(self, terminal, portal):
        terminal.says("contact", "set", "acme", "ann@example.com", "--email", "ann@example.net")

        told = why(terminal)

        assert causes(told)[0] == "former-address"
        assert "ann@example.net" in told["findings"][0]["ending"]["text"]

    def test_is_nobodys_at_all(self, terminal, portal):
        assert causes(why(terminal, "stranger@elsewhere.test")) == ["no-contact"]

    def test_is_never_anothers_of_another_workspace(self, terminal, portal):
        portal.neighbour().adds("Bob", "bob@example.org")

        assert causes(why(terminal, "bobb@example.org")) == ["no-contact"]


@pytest.fixture
def rig(portal, world):
    with tapped() as calls:
        yield DoorRig(portal, calls, world.base)


class TestTwentyFaults:
    @pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.name)
    def test_have_their_first_finding_and_its_ending_in_the_terminal(self, terminal, rig, fault):
        rig.plays(fault)

        first = terminal.told("why", fault.name, fault.asked)["findings"][0]
        said = terminal.says("why", fault.name, fault.asked).stdout

        assert (first["cause"], first["ending"]["kind"]) == (fault.cause, fault.ending)
        assert said.partition("\n")[0].startswith("1. ")
        assert f": {fault.cause}" in said.partition("\n")[0]
        ends = {"press": "   Press: portico ", "say": "   Tell them (en): ", "hand-over": ": "}
        assert ends[fault.ending] in said
