"""The terminal in front of a team: who is on it, in which role, and who is the first owner."""

import pytest

ANN = "ann@example.com"


@pytest.fixture
def people(acme):
    """Ann and Ben are contacts of Acme."""
    acme.says("contact", "add", "acme", "--name", "Ann Archer", "--email", ANN)
    acme.says("contact", "add", "acme", "--name", "Ben Okafor", "--email", "ben@example.com")
    return acme


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

    def test_takes_no_stranger(self, people):
        said = people.refused("team", "add", "acme", "eve@example.com", "--role", "agent")

        assert said == "There is no contact eve@example.com in acme."
