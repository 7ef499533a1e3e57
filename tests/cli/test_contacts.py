import pytest

ANN = ("--name", "Ann Archer", "--email", " Ann@Example.COM ")


@pytest.fixture
def ann(acme):
    return acme.told("contact", "add", "acme", *ANN)["contact"]


class TestAddingAContact:
    def test_shows_them_by_the_one_spelling_of_their_address(self, acme):
        contact = acme.told("contact", "add", "acme", *ANN, "--language", "de")["contact"]

        assert contact["id"].startswith("ct_")
        assert contact["email"] == "ann@example.com"
        assert contact["language"] == "de"
        assert contact["active"] is True

    def test_is_told_to_the_trail(self, acme, ann):
        event = acme.row(f"acme#contact#{ann['id']}")["event"]

        assert (event["name"], event["by"]) == ("contact.added", "cli:olga")

    def test_with_an_address_that_is_taken_is_refused(self, acme, ann):
        said = acme.refused("contact", "add", "acme", "--name", "B", "--email", "ann@example.com")

        assert said == "Another contact of this workspace already has this email."

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (("--name", "Ann", "--email", "ann"), "--email: not an email address"),
            (("--name", "A\x1b[2J", "--email", "a@b.de"), "--name: 1 to 100 printable characters"),
            (
                ("--name", "A", "--email", "a@b.de", "--language", "xx"),
                "--language: one of en de fr es pt it ja ar",
            ),
        ],
    )
    def test_says_what_cannot_be(self, acme, given, said):
        assert acme.refused("contact", "add", "acme", *given) == said

    def test_to_no_workspace_says_so(self, terminal):
        assert terminal.refused("contact", "add", "x1", *ANN) == "There is no workspace x1."


class TestShowingAContact:
    def test_takes_an_address_or_an_id(self, acme, ann):
        assert acme.told("contact", "show", "acme", "ANN@example.com")["contact"] == ann
        assert acme.told("contact", "show", "acme", ann["id"])["contact"] == ann

    def test_is_a_table_for_people(self, acme, ann):
        said = acme.says("contact", "show", "acme", ann["id"]).stdout

        assert "Ann Archer" in said
        assert "active" in said
        assert "yes" in said

    @pytest.mark.parametrize("who", ["bob@example.com", "ct_0123456789012345678901"])
    def test_that_is_not_there_says_so(self, acme, who):
        assert acme.refused("contact", "show", "acme", who) == f"There is no contact {who} in acme."

    def test_of_another_workspace_says_so(self, acme, ann):
        acme.says(
            "workspace", "create", "globex", "--name", "G", "--portal-url", "https://p.globex.test"
        )

        said = acme.refused("contact", "show", "globex", ann["id"])
        assert said == f"There is no contact {ann['id']} in globex."


class TestDeactivatingAContact:
    def test_ends_everything_that_saw_them_active(self, acme, ann):
        told = acme.told("contact", "deactivate", "acme", "ann@example.com")

        assert told["contact"] == ann | {"active": False, "sver": 2}
        assert "ten minutes" in told["notes"][0]

    def test_is_told_to_the_trail(self, acme, ann):
        acme.says("contact", "deactivate", "acme", ann["id"])

        event = acme.row(f"acme#contact#{ann['id']}")["event"]
        assert (event["name"], event["by"]) == ("contact.deactivated", "cli:olga")

    def test_twice_changes_nothing_more(self, acme, ann):
        acme.says("contact", "deactivate", "acme", ann["id"])
        again = acme.told("contact", "deactivate", "acme", ann["id"])["contact"]

        assert again["sver"] == 2

    def test_is_undone_by_activating(self, acme, ann):
        acme.says("contact", "deactivate", "acme", ann["id"])
        back = acme.told("contact", "activate", "acme", ann["id"])["contact"]

        assert back["active"] is True
        assert back["sver"] > 2
