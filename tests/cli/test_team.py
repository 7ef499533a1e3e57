"""The terminal in front of a team: who is on it, in which role, and who is the first owner."""

import pytest

from portico.aws.tables import Rows
from portico.clock import SYSTEM, epoch
from portico.people.memberships import membership_key, team_settings_key
from portico.team.team_settings import TeamSettings

ANN = "ann@example.com"


@pytest.fixture
def people(acme):
    """Ann and Ben are contacts of Acme."""
    acme.says("contact", "add", "acme", "--name", "Ann Archer", "--email", ANN)
    acme.says("contact", "add", "acme", "--name", "Ben Okafor", "--email", "ben@example.com")
    return acme


def rests(people, email, *connections):
    """Let accounts of a member rest, as `TeamTokens.refresh` does."""
    contact = people.told("contact", "show", "acme", email)["contact"]["id"]
    now = epoch(SYSTEM.now())
    accounts = {f"{each}:{now - n}": now for n, each in enumerate(connections)}
    Rows("people", "acme#").update(
        *membership_key("acme", contact),
        "SET accounts = :accounts",
        "attribute_exists(pk)",
        {":accounts": accounts},
    )


def confirmed():
    row = Rows("people", "acme#").get(*team_settings_key("acme"))
    return list(TeamSettings.from_row(row).confirmed)


class TestTheFirstOwner:
    def test_is_made_here(self, people):
        told = people.told("team", "add", "acme", ANN, "--role", "owner")

        assert told["member"]["role"] == "owner"
        assert told["member"]["by"] == "cli:olga"
        assert told["notes"] == ["They are told by mail. The owners are told by mail."]

    def test_is_missed(self, people):
        told = people.told("team", "add", "acme", ANN, "--role", "agent")

        assert "The team has no owner yet" in told["notes"][0]

    def test_stays(self, people):
        people.says("team", "add", "acme", ANN, "--role", "owner")

        said = "A team keeps one owner. Make somebody else an owner first."
        assert people.refused("team", "remove", "acme", ANN) == said
        assert people.refused("team", "set", "acme", ANN, "--role", "admin") == said

    def test_cannot_be_deactivated(self, people):
        people.says("team", "add", "acme", ANN, "--role", "owner")

        said = people.refused("contact", "deactivate", "acme", ANN)

        assert said.startswith("They are an owner of the team. First: portico team set")


class TestTheTeam:
    def test_is_listed_with_owners_first(self, people):
        people.says("team", "add", "acme", "ben@example.com", "--role", "agent")
        people.says("team", "add", "acme", ANN, "--role", "owner")

        members = people.told("team", "list", "acme")["members"]
        table = people.says("team", "list", "acme").stdout

        assert [(each["email"], each["role"]) for each in members] == [
            (ANN, "owner"),
            ("ben@example.com", "agent"),
        ]
        assert "The team of Acme Support" in table
        assert "by cli:olga" in table

    def test_changes_a_role_and_says_if_it_is_the_same(self, people):
        people.says("team", "add", "acme", ANN, "--role", "agent")

        assert people.told("team", "set", "acme", ANN, "--role", "auditor")["member"]["role"] == (
            "auditor"
        )
        same = people.told("team", "set", "acme", ANN, "--role", "auditor")
        assert same["notes"] == ["Nothing changed: they had this role before."]

    def test_loses_a_member(self, people):
        people.says("team", "add", "acme", ANN, "--role", "agent")

        assert people.told("team", "remove", "acme", ANN)["was"] == "agent"
        assert people.told("team", "list", "acme")["members"] == []
        said = people.refused("team", "remove", "acme", ANN)
        assert said == f"There is no member {ANN} on the team of acme."

    def test_takes_nobody_twice_and_nobody_who_is_off(self, people):
        people.says("team", "add", "acme", ANN, "--role", "agent")
        people.says("contact", "deactivate", "acme", "ben@example.com")

        twice = people.refused("team", "add", "acme", ANN, "--role", "admin")
        off = people.refused("team", "add", "acme", "ben@example.com", "--role", "admin")

        assert f"portico team set acme {ANN} --role admin" in twice
        assert "portico contact activate acme ben@example.com" in off

    def test_says_by_which_ways_it_comes_in(self, people):
        assert people.told("team", "methods", "acme")["methods"] == ["code", "password", "sso"]

        people.says("team", "methods", "acme", "--method", "sso")
        assert people.told("team", "methods", "acme")["methods"] == ["sso"]
        assert "sso" in people.says("team", "methods", "acme").stdout

        people.says("team", "methods", "acme", "--every")
        assert people.told("team", "methods", "acme")["methods"] == ["code", "password", "sso"]
        wrong = people.refused("team", "methods", "acme", "--method", "pigeon")
        assert wrong == "--method: code, password, sso"
        people.refused("team", "methods", "acme", "--method", "sso", "--every", code=2)

    def test_confirms_what_was_changed(self, people):
        people.says("contact", "set", "acme", ANN, "--email", "ann@example.org")

        told = people.told("team", "confirm", "acme", "--member", "ann@example.org")

        assert told["confirmed"] == "ann@example.org"
        said = people.refused("team", "confirm", "acme", "--connection", "google")
        assert said == "There is no connection google in acme."
        said = people.refused("team", "confirm", "acme", "--member", "ben@example.com")
        assert said == "There is no change or account of ben@example.com that could be confirmed."
        people.refused("team", "confirm", "acme", code=2)

    def test_confirms_one_thing_of_a_member_and_none_that_came_to_it(self, people):
        """Somebody who reads the mailbox may have added another."""
        people.says("team", "add", "acme", ANN, "--role", "owner")
        people.says("team", "methods", "acme", "--method", "sso")
        rests(people, ANN, "facebook", "twitter")
        people.says("contact", "set", "acme", ANN, "--email", "ann@example.org")
        confirm = "team", "confirm", "acme", "--member", "ann@example.org"

        said = people.refused(*confirm)
        assert said.startswith("Several things of ann@example.org wait: an address until ")
        assert "an account by facebook until" in said
        assert said.endswith("Say which: --address, or --connection ID.")
        assert confirmed() == []

        for _ in range(2):
            people.says(*confirm, "--connection", "facebook")
        assert [each.split(":")[0::2] for each in confirmed()] == [["account", "facebook"]]
        people.says(*confirm, "--address")
        assert [each.split(":")[0] for each in confirmed()] == ["address", "account"]
        # One is left, so that it is clear which.
        people.says(*confirm)
        assert len(confirmed()) == 3

    def test_confirms_neither_of_two_accounts_of_one_connection(self, people):
        people.says("team", "add", "acme", ANN, "--role", "owner")
        people.says("team", "methods", "acme", "--method", "sso")
        rests(people, ANN, "facebook", "facebook")

        said = people.refused(
            "team", "confirm", "acme", "--member", ANN, "--connection", "facebook"
        )

        assert said.endswith("An owner confirms each by itself in the console.")
        assert confirmed() == []
        people.refused("team", "confirm", "acme", "--address", code=2)
        both = "--address", "--connection", "facebook"
        people.refused("team", "confirm", "acme", "--member", ANN, *both, code=2)

    def test_takes_no_stranger(self, people):
        said = people.refused("team", "add", "acme", "eve@example.com", "--role", "agent")

        assert said == "There is no contact eve@example.com in acme."
