import pytest

from portico.aws import clients
from portico.aws.tables import transact_surely
from portico.clock import SYSTEM
from portico.deliveries.suppression import Strike, Why
from portico.events import Event
from portico.people.heads import Heads
from tests.edge.test_printable import GOOD_NAMES

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

    @pytest.mark.parametrize("name", GOOD_NAMES)
    def test_takes_a_name_as_people_have_it(self, acme, name):
        told = acme.told("contact", "add", "acme", "--name", name, "--email", "a@example.com")

        assert told["contact"]["name"] == name
        assert name in acme.says("contact", "list", "acme").stdout
        assert name in acme.says("contact", "list", "acme", "--csv").stdout

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
            (
                ("--name", "Jörg", "--email", "jörg@example.com"),
                (
                    "--email: no mail can be sent to it. Before the @ it may have a-z, 0-9 and "
                    "signs such as . _ + -, with no dot at either end or beside another; and its "
                    "domain is no number"
                ),
            ),
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


def listed(terminal, *options):
    return [
        each["email"] for each in terminal.told("contact", "list", "acme", *options)["contacts"]
    ]


@pytest.fixture
def many(acme, ann):
    """Ann and six others, one of them deactivated."""
    for name in ("zoe", "ben", "anna", "cem", "dora", "eve"):
        acme.says(
            "contact", "add", "acme", "--name", name.title(), "--email", f"{name}@example.com"
        )
    acme.says("contact", "deactivate", "acme", "dora@example.com")
    return acme


class TestListingContacts:
    def test_is_in_the_order_of_their_addresses(self, many):
        names = ("ann", "anna", "ben", "cem", "dora", "eve", "zoe")

        assert listed(many) == [f"{name}@example.com" for name in names]

    def test_is_narrowed_down(self, many):
        assert listed(many, "--starting", "ANN") == ["ann@example.com", "anna@example.com"]
        assert listed(many, "--inactive") == ["dora@example.com"]

    def test_says_that_there_are_more(self, many):
        told = many.told("contact", "list", "acme", "--limit", "2")

        assert len(told["contacts"]) == 2
        assert "more than these 2 contacts" in told["notes"][0]
        assert many.told("contact", "list", "acme", "--limit", "7")["notes"] == []

    def test_reads_no_row_that_it_does_not_list(self, many):
        # A list without Scan: the index's shelves, and then the heads by their keys.
        asked = []
        events = clients.client("dynamodb").meta.events
        spy = lambda event_name, **_: asked.append(event_name.rpartition(".")[2])  # noqa: E731
        events.register("before-send.dynamodb", spy, "spy")
        listed(many)
        events.unregister("before-send.dynamodb", unique_id="spy")

        assert asked
        assert set(asked) <= {"GetItem", "Query", "BatchGetItem"}

    def test_is_a_table_for_people(self, many):
        said = many.says("contact", "list", "acme").stdout

        assert "primary email" in said
        assert "Dora" in said
        assert "deactivated" in said

    def test_as_a_sheet_can_be_imported_again(self, many, tmp_path):
        many.says("contact", "set", "acme", "ben@example.com", "--language", "de")
        said = many.says("contact", "list", "acme", "--csv", "--limit", "1").stdout
        file = tmp_path / "contacts.csv"
        file.write_text(said)

        report = many.told("contact", "import", "acme", str(file))

        assert said.splitlines()[0] == "email,name,language,active,id"
        assert report["unchanged"] == 7

    def test_of_none_says_so(self, terminal):
        assert terminal.refused("contact", "list", "x1") == "There is no workspace x1."

    def test_knows_one_of_csv_and_json(self, acme):
        said = acme.refused("contact", "list", "acme", "--csv", "--json", code=2)

        assert "Say --csv or --json, not both." in said

    def test_leaves_out_who_deleted_their_account(self, portal, terminal):
        deletes_account(portal)

        assert listed(terminal) == []


class TestChangingAContact:
    def test_changes_what_is_said_and_nothing_else(self, acme, ann):
        told = acme.told("contact", "set", "acme", "ann@example.com", "--name", "Ann Bell")

        now = told["contact"]["updated_at"]
        assert told["contact"] == ann | {"name": "Ann Bell", "updated_at": now}
        assert acme.told("contact", "show", "acme", ann["id"])["contact"] == told["contact"]

    def test_sets_the_language_and_puts_it_back(self, acme, ann):
        set_ = ("contact", "set", "acme", ann["id"])

        assert acme.told(*set_, "--language", "de")["contact"]["language"] == "de"
        assert acme.told(*set_, "--reset", "language")["contact"]["language"] is None

    def test_sets_the_time_zone_and_takes_both_away(self, acme, ann):
        set_ = ("contact", "set", "acme", ann["id"])

        both = ("--language", "de", "--time-zone", "Europe/Berlin")
        assert acme.told(*set_, *both)["contact"]["time_zone"] == "Europe/Berlin"
        after = acme.told(*set_, "--reset", "language", "--reset", "time-zone")["contact"]
        assert (after["language"], after["time_zone"]) == (None, None)

    def test_is_told_to_the_trail(self, acme, ann):
        acme.says("contact", "set", "acme", ann["id"], "--name", "B", "--language", "de")

        event = acme.row(f"acme#contact#{ann['id']}")["event"]
        assert (event["name"], event["by"]) == ("contact.changed", "cli:olga")
        assert event["detail"] == {"fields": "language,name"}

    def test_to_the_same_changes_nothing(self, acme, ann):
        told = acme.told("contact", "set", "acme", ann["id"], "--name", " Ann Archer")

        assert told["notes"] == ["Nothing changed: the values are the same as before."]
        assert acme.row(f"acme#contact#{ann['id']}")["event"]["name"] == "contact.added"

    def test_ends_no_session(self, portal, terminal):
        portal.browser.signs_in()

        terminal.says("contact", "set", "acme", portal.ann.id, "--name", "Ann Bell")

        assert portal.browser.refreshes().status == 200

    @pytest.mark.parametrize(
        ("options", "code", "said"),
        [
            (
                (),
                2,
                "Say what to set: --name, --email, --language, --time-zone or --reset SETTING.",
            ),
            (
                ("--time-zone", "Berlin!"),
                1,
                "--time-zone: a name of the IANA list, as Europe/Berlin",
            ),
            (("--language", "xx"), 1, "--language: one of en de fr es pt it ja ar"),
            (("--name", ""), 1, "--name: 1 to 100 printable characters"),
            (("--reset", "name"), 2, "--reset: only language and time-zone have a default"),
            (
                ("--language", "de", "--reset", "language"),
                2,
                "Say --language or --reset language, not both.",
            ),
            (
                ("--time-zone", "UTC", "--reset", "language", "--reset", "--time-zone"),
                2,
                "Say --time-zone or --reset time-zone, not both.",
            ),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
    )
    def test_says_what_cannot_be(self, acme, ann, options, code, said):
        assert acme.refused("contact", "set", "acme", ann["id"], *options, code=code) == said

    @pytest.mark.parametrize("wrong", [("--name", ""), ("--language", "xx")])
    def test_that_is_refused_leaves_the_address_too(self, acme, ann, wrong):
        more = ("--email", "ann@new.example", *wrong)

        acme.refused("contact", "set", "acme", ann["id"], *more)

        assert acme.told("contact", "show", "acme", ann["id"])["contact"]["email"] == ann["email"]

    def test_gives_them_another_address_and_says_what_that_does(self, acme, ann):
        told = acme.told("contact", "set", "acme", ann["id"], "--email", "Ann@New.example")

        assert told["contact"]["email"] == "ann@new.example"
        assert told["notes"][0].startswith("They are signed out everywhere, and ann@example.com is")
        assert "A password and connected accounts stay" in told["notes"][1]
        (head,) = [row for row in acme.people() if row["sk"] == "head"]
        assert (head["event"]["name"], head["event"]["by"]) == ("email.changed", "cli:olga")

    def test_changes_all_at_once(self, acme, ann):
        told = acme.told(
            "contact", "set", "acme", ann["id"], "--email", "ann@new.example", "--name", "Ann Bell"
        )

        contact = acme.told("contact", "show", "acme", "ann@new.example")["contact"]
        assert contact == told["contact"]
        assert contact["name"] == "Ann Bell"

    def test_refuses_an_address_that_is_anothers_or_cannot_be_mailed(self, acme, ann):
        acme.says("contact", "add", "acme", "--name", "Bob", "--email", "bob@example.com")
        set_ = ("contact", "set", "acme", ann["id"], "--email")

        assert acme.refused(*set_, "bob@example.com").startswith(
            "Another contact of this workspace"
        )
        assert acme.refused(*set_, "j\u00f6rg@example.com").startswith(
            "--email: no mail can be sent"
        )

    def test_refuses_a_sixth_change_in_three_days(self, acme, ann):
        for n in range(5):
            acme.says("contact", "set", "acme", ann["id"], "--email", f"ann{n}@new.example")

        said = acme.refused("contact", "set", "acme", ann["id"], "--email", "ann5@new.example")

        assert said.startswith("This was done too often. Try again in ")

    def test_moves_and_renames_whoever_is_deactivated(self, acme, ann):
        acme.says("contact", "deactivate", "acme", ann["id"])

        told = acme.told(
            "contact", "set", "acme", ann["id"], "--email", "ann@new.example", "--name", "Ann Bell"
        )

        contact = told["contact"]
        assert (contact["email"], contact["name"]) == ("ann@new.example", "Ann Bell")
        assert contact["active"] is False

    def test_moves_no_deleted_account(self, portal, terminal):
        deletes_account(portal)

        said = terminal.refused("contact", "set", "acme", portal.ann.id, "--email", "a@new.example")

        assert said == f"There is no contact {portal.ann.id} in acme."

    def test_gives_no_name_to_a_deleted_account(self, portal, terminal):
        deletes_account(portal)

        said = terminal.refused("contact", "set", "acme", portal.ann.id, "--name", "Ann")

        assert said == f"There is no contact {portal.ann.id} in acme."
        assert terminal.row(f"acme#contact#{portal.ann.id}")["name"] == ""

    def test_revives_no_deleted_account(self, portal, terminal):
        deletes_account(portal)

        said = terminal.refused("contact", "activate", "acme", portal.ann.id)

        assert said == f"There is no contact {portal.ann.id} in acme."
        assert terminal.row(f"acme#contact#{portal.ann.id}")["active"] is False


class TestRemovingWaysIn:
    def test_names_what_is_gone(self, portal, terminal):
        portal.sets(password_method=True)
        gives_a_password(portal)

        told = terminal.told("contact", "remove-ways-in", "acme", "ann@example.com")

        assert told["removed"] == {"password": True, "accounts": []}
        assert told["contact"] == terminal.told("contact", "show", "acme", portal.ann.id)["contact"]
        (note,) = told["notes"]
        assert note.startswith("They are signed out everywhere, and told by mail.")
        assert not [row for row in portal.rows("people") if row.get("hash")]
        said = terminal.says("contact", "remove-ways-in", "acme", "ann@example.com")
        assert "none" in said.stdout

    def test_says_so_where_no_code_lets_them_in(self, portal, terminal):
        portal.sets(code_method=False, password_method=True)

        told = terminal.told("contact", "remove-ways-in", "acme", portal.ann.id)

        assert told["notes"][1].startswith("This workspace takes no codes.")

    def test_of_whoever_is_deactivated_says_that_nobody_is_told(self, portal, terminal):
        portal.sets(password_method=True)
        gives_a_password(portal)
        portal.deactivates()

        told = terminal.told("contact", "remove-ways-in", "acme", portal.ann.id)

        assert told["contact"]["active"] is False
        assert "and told by mail" not in told["notes"][0]

    def test_of_a_deleted_account_says_that_there_is_none(self, portal, terminal):
        deletes_account(portal)

        said = terminal.refused("contact", "remove-ways-in", "acme", portal.ann.id)

        assert said == f"There is no contact {portal.ann.id} in acme."

    def test_is_what_a_move_points_to(self, acme, ann):
        told = acme.told("contact", "set", "acme", ann["id"], "--email", "ann@new.example")

        assert f"portico contact remove-ways-in acme {ann['id']}" in told["notes"][1]


class TestLifting:
    def holds(self, portal):
        then = portal.now
        mark = "0123456789012345678901"
        strike = str(Strike(then, then, Why.BOUNCED, "0123456789ab-1", "5.1.1"))
        pk = f"acme#contact#{portal.ann.id}"
        head = next(e for e in portal.rows("people") if (e["pk"], e["sk"]) == (pk, "head"))
        portal.writes("people", head | {"strikes": frozenset({strike}), "held_by": mark})

    def test_says_what_became_of_it(self, portal, terminal):
        self.holds(portal)
        shown = terminal.told("contact", "show", "acme", "ann@example.com")
        assert "No mail is sent to ann@example.com after a bounce (5.1.1)" in shown["notes"][0]

        told = terminal.told("contact", "lift", "acme", "ann@example.com")

        (row,) = told["lifted"]
        assert row["lifted"] == "yes, and they are mailed a personal link"
        assert not terminal.told("contact", "show", "acme", "ann@example.com").get("notes")
        (again,) = terminal.told("contact", "lift", "acme", "ann@example.com")["lifted"]
        assert again["lifted"] == "nothing was held back"

    def test_wants_a_contact_or_a_domain(self, portal, terminal):
        said = terminal.refused("contact", "lift", "acme", code=2)

        assert said == "Name a contact, or --domain, and not both."
        told = terminal.told("contact", "lift", "acme", "--domain", "example.net")
        assert told["lifted"] == []


def gives_a_password(portal):
    token = portal.browser.signs_in().body["access_token"]
    portal.browser.changes_the_password("five grey herons on a wire", token)


def deletes_account(portal):
    """What is left of Ann: a head without name and address, which no list has."""
    event = Event("contact.deleted", SYSTEM.now(), portal.ann.id, 365, "contact")
    heads = Heads("people", "acme")
    transact_surely(heads.deleting(portal.team.contact("acme", portal.ann.id), event))


class TestRemovingAContact:
    def test_asks_for_yes(self, acme, ann):
        result = acme.runs("contact", "remove", "acme", ann["id"], "--stack", "portico")

        assert result.exit_code == 2
        assert "This would erase Ann Archer for good. To do it: --yes" in result.stderr
        assert acme.told("contact", "show", "acme", ann["id"])["contact"]["name"] == "Ann Archer"

    def test_leaves_nothing_of_them(self, acme, ann):
        told = acme.told("contact", "remove", "acme", "ann@example.com", "--yes")

        assert (told["contact"], told["erased"]) == (ann["id"], True)
        assert "archer" not in str(acme.people()).lower()
        assert acme.row(f"acme#contact#{ann['id']}")["event"]["name"] == "contact.erased"

    def test_waits_while_their_address_can_be_taken_back(self, acme, ann):
        acme.told("contact", "set", "acme", ann["id"], "--email", "ann@example.net")

        said = acme.refused("contact", "remove", "acme", ann["id"], "--yes")

        assert said.startswith("The last change of their address can still be undone.")


class TestARef:
    X = ("contact", "ref", "acme", "--channel", "x", "--id", "4711")

    def test_makes_a_contact_and_finds_them_again(self, acme):
        made = acme.told(*self.X, "--name", "Mo Chat", "--email", "mo@example.com")["contact"]

        # Whoever named the address has not proved it.
        assert made["refs"] == [{"channel": "x", "id": "4711", "confirmed": False}]
        assert acme.told(*self.X)["contact"]["id"] == made["id"]

    def test_of_an_existing_contact_waits_unless_it_is_vouched_for(self, acme, ann):
        told = acme.told(*self.X, "--email", "ann@example.com")["contact"]
        assert (told["id"], told["refs"][0]["confirmed"]) == (ann["id"], False)

        told = acme.told(*self.X, "--email", "ann@example.com", "--verified")["contact"]
        assert told["refs"][0]["confirmed"] is True

    def test_of_two_contacts_names_both(self, acme, ann):
        other = acme.told(*self.X)["contact"]["id"]

        said = acme.refused(*self.X, "--email", "ann@example.com")

        assert ann["id"] in said
        assert other in said
