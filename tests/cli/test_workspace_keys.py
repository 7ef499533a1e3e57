"""The terminal in front of keys: made by an owner, shown once, rotated and revoked."""

import pytest

ANN = "ann@example.com"


@pytest.fixture
def owned(acme):
    """Ann is the owner of Acme."""
    acme.says("contact", "add", "acme", "--name", "Ann Archer", "--email", ANN)
    acme.says("team", "add", "acme", ANN, "--role", "owner")
    return acme


@pytest.fixture
def made(owned):
    """A key, as it was told when it was made."""
    return owned.told(
        "key", "add", "acme", "--owner", ANN, "--label", "Help desk",
        "--scope", "links", "--scope", "contacts:read", "--days", "30",
    )["key"]  # fmt: skip


class TestAKey:
    def test_is_shown_once(self, owned, made):
        assert made["text"].startswith(f"ptk_acme_{made['id']}_")
        assert made["scopes"] == ["contacts:read", "links"]
        (listed,) = owned.told("key", "list", "acme")["keys"]
        assert "text" not in listed
        assert listed["owner_email"] == ANN
        assert made["text"].split("_", 3)[3] not in owned.says("key", "list", "acme").stdout

    def test_is_printed_whole_to_be_copied(self, owned):
        said = owned.says(
            "key", "add", "acme", "--owner", ANN, "--label", "Desk", "--scope", "links"
        )

        assert said.stdout.splitlines()[-1].startswith("ptk_acme_")
        assert "cannot show it again" in said.stderr

    def test_is_rotated_with_a_while_for_both(self, owned, made):
        told = owned.told(
            "key", "rotate", "acme", made["id"], "--owner", ANN, "--overlap-days", "3"
        )

        assert told["key"]["text"] != made["text"]
        assert told["notes"][0].startswith("The one before stays good for")

    def test_is_revoked_and_listed_with_all_alone(self, owned, made):
        assert owned.told("key", "revoke", "acme", made["id"])["key"]["state"] == "revoked"

        told = owned.told("key", "list", "acme")
        assert told["keys"] == []
        assert told["notes"] == ["1 ended: --all shows them."]
        assert len(owned.told("key", "list", "acme", "--all")["keys"]) == 1
        said = owned.refused("key", "rotate", "acme", made["id"], "--owner", ANN)
        assert said == f"There is no key {made['id']} in acme."

    def test_is_an_owners(self, owned):
        owned.says("contact", "add", "acme", "--name", "Ben", "--email", "ben@example.com")

        said = owned.refused(
            "key", "add", "acme", "--owner", "ben@example.com", "--label", "X", "--scope", "links"
        )

        assert said.startswith("Only an owner of the team answers for a key.")

    def test_has_a_label_that_is_refused_by_its_options_name(self, owned):
        said = owned.refused(
            "key", "add", "acme", "--owner", ANN, "--label", " ", "--scope", "links"
        )

        assert said == "--label: 1 to 60 printable characters"
