"""``--url``: the same commands over HTTP, with a key (cli/remote.py)."""

import json

import pytest

from cli.remote import with_url_first
from portico.directory.scim.sync import DirectorySync
from portico.people import contact_import
from portico.team.workspace_key import Scope
from tests.cli.conftest import ENVIRONMENT
from tests.python_client.conftest import doors, makes_a_key
from tests.support.openid_site import Site

__all__ = ["doors", "makes_a_key"]

OURS = ("PORTICO_URL", "PORTICO_KEY", "PORTICO_KEY_FILE")
SHOW = ("workspace", "show", "acme")


class Remote:
    """Somebody at a terminal who has a key and no AWS credentials."""

    def __init__(self, terminal, url, monkeypatch):
        self.terminal, self.url, self._monkeypatch = terminal, url, monkeypatch

    def has(self, **environment):
        for name, value in environment.items():
            self._monkeypatch.setenv(name, value)

    def told(self, *command):
        result = self.terminal.runs(*command, "--url", self.url, "--json")
        assert result.exit_code == 0, result.output
        # Doors that run in here write their metrics there as well.
        return json.loads(result.stdout[result.stdout.index("{\n") :])

    def refused(self, *command, code=1):
        result = self.terminal.runs(*command)
        assert result.exit_code == code, result.output
        return " ".join(result.stderr.split())


@pytest.fixture
def remote(portal, terminal, doors, monkeypatch):
    for name in (*OURS, *ENVIRONMENT):
        if name.startswith("PORTICO"):
            monkeypatch.delenv(name, raising=False)
    return Remote(terminal, doors, monkeypatch)


class TestWhy:
    def test_is_said_as_with_credentials(self, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.DIAGNOSIS))

        for who in ("ann@example.com", "nobody@elsewhere.test"):
            over_http = remote.told("why", "acme", who)
            by_aws = remote.terminal.told("why", "acme", who)

            assert over_http["about"] == by_aws["about"]
            causes = [[each["cause"] for each in told["findings"]] for told in (over_http, by_aws)]
            assert causes[0] == causes[1]

    def test_is_read_line_by_line_as_with_credentials(self, remote, makes_a_key, portal):
        portal.deactivates()
        remote.has(PORTICO_KEY=makes_a_key(Scope.DIAGNOSIS))

        said = remote.terminal.runs("why", "acme", "ann@example.com", "--url", remote.url).stdout

        assert f"   Press: portico contact activate acme {portal.ann.id}\n" in said

    def test_of_nobody_says_so(self, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.DIAGNOSIS))

        said = remote.refused("why", "acme", "0123456789ab", "--url", remote.url)

        assert said == "There is no contact and no sign-in 0123456789ab in acme."

    def test_of_a_link_is_not_in_the_api(self, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.DIAGNOSIS))

        said = remote.refused("why", "acme", "--link", "x", "--url", remote.url, code=2)

        assert said.startswith("A key asks why of an address")


class TestAWorkspace:
    def test_is_shown_as_with_credentials(self, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.READ_SETTINGS))

        over_http = remote.told(*SHOW)

        by_aws = remote.terminal.told(*SHOW)
        assert over_http["page_url"] == f"{remote.url}/acme"
        assert over_http["workspace"].items() <= by_aws["workspace"].items()
        assert {"id", "name", "portal_url", "sign_up"} <= over_http["workspace"].keys()

    def test_is_shown_on_the_same_card(self, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.READ_SETTINGS))

        card = remote.terminal.runs(*SHOW, "--url", remote.url).stdout

        by_aws = remote.terminal.says(*SHOW).stdout.replace("https://signin.acme.test", remote.url)
        shown = {" ".join(line.split()) for line in card.splitlines() if "_aws" not in line}
        assert len(shown) > 20
        assert {each for each in shown if "page" not in each} <= {
            " ".join(line.split()) for line in by_aws.splitlines()
        }

    def test_is_named_for_all_commands(self, remote, makes_a_key, tmp_path):
        file = tmp_path / "key"
        file.write_text(makes_a_key(Scope.READ_SETTINGS) + "\n")
        file.chmod(0o600)
        remote.has(PORTICO_URL=remote.url, PORTICO_KEY_FILE=str(file))

        assert remote.terminal.runs(*SHOW).exit_code == 0

    @pytest.mark.parametrize("where", [0, 2, 3])
    def test_is_asked_for_wherever_the_url_stands(self, remote, makes_a_key, where):
        remote.has(PORTICO_KEY=makes_a_key(Scope.READ_SETTINGS))
        command = list(SHOW)
        command[where:where] = ["--url", remote.url]

        assert remote.terminal.runs(*command).exit_code == 0


class TestContacts:
    """Each command, over HTTP and with credentials."""

    @pytest.fixture
    def holding(self, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.READ_CONTACTS, Scope.WRITE_CONTACTS))
        return remote

    def test_are_shown_by_address_and_by_id(self, holding, portal):
        by_address = holding.told("contact", "show", "acme", "Ann@Example.com")
        by_id = holding.told("contact", "show", "acme", portal.ann.id)

        by_aws = holding.terminal.told("contact", "show", "acme", "ann@example.com")
        assert by_address == by_id
        told = by_address["contact"]
        assert told["email"] == "ann@example.com"
        beside = ("role", "refs", "merged", "merges")
        assert {name: by_aws["contact"][name] for name in told if name not in beside} == {
            name: value for name, value in told.items() if name not in beside
        }

    def test_are_listed_as_with_credentials(self, holding, portal):
        for n in range(3):
            portal.adds(f"Ben {n}", f"ben{n}@example.com")
        portal.deactivates("ben1@example.com")

        for options in ((), ("--starting", "ben"), ("--inactive",), ("--limit", "2")):
            over_http = holding.told("contact", "list", "acme", *options)
            by_aws = holding.terminal.told("contact", "list", "acme", *options)
            addresses = [each["email"] for each in by_aws["contacts"]]
            assert [each["email"] for each in over_http["contacts"]] == addresses
            assert over_http["notes"] == by_aws["notes"]
            assert addresses

    def test_are_listed_as_the_same_file(self, holding, portal):
        portal.adds("Ben Okafor", "ben@example.com")
        command = ("contact", "list", "acme", "--csv")

        over_http = holding.terminal.runs(*command, "--url", holding.url).stdout

        lines = [line for line in over_http.splitlines() if "_aws" not in line]
        assert lines == holding.terminal.says(*command).stdout.splitlines()

    def test_are_added_and_taken_once(self, holding):
        command = ("contact", "add", "acme", "--name", "Zoë", "--email", "Zoe@example.com")

        added = holding.told(*command, "--language", "de")["contact"]

        assert (added["name"], added["email"], added["language"]) == (
            "Zoë",
            "zoe@example.com",
            "de",
        )
        said = holding.refused(*command, "--url", holding.url)
        assert said == "Another contact of this workspace already has this email."

    def test_are_refused_by_the_names_of_the_options(self, holding):
        command = ("contact", "add", "acme", "--name", "Zoë", "--email", "nobody")

        said = holding.refused(*command, "--url", holding.url)

        assert said == holding.terminal.refused(*command)
        assert said.startswith("--email: ")

    def test_are_corrected(self, holding, portal):
        command = ("contact", "set", "acme", "ann@example.com")

        own = ("--language", "fr", "--time-zone", "Europe/Paris")
        changed = holding.told(*command, "--name", "Ann Bell", *own)["contact"]
        again = holding.told(*command, "--name", "Ann Bell")
        back = holding.told(*command, "--reset", "language", "--reset", "time-zone")["contact"]

        assert (changed["name"], changed["language"]) == ("Ann Bell", "fr")
        assert (changed["time_zone"], back["time_zone"]) == ("Europe/Paris", None)
        assert again["notes"] == ["Nothing changed: the values are the same as before."]
        assert (back["name"], back["language"]) == ("Ann Bell", None)
        assert portal.team.contact("acme", portal.ann.id).name == "Ann Bell"

    def test_keep_their_address(self, holding):
        command = ("contact", "set", "acme", "ann@example.com", "--email", "x@example.com")

        said = holding.refused(*command, "--url", holding.url, code=2)

        assert said.startswith("--email: a key changes no address.")

    def test_are_found_or_made_by_a_ref(self, holding, portal):
        said = ("contact", "ref", "acme", "--channel", "x", "--id", "4711")
        made = holding.told(*said, "--name", "Mo Chat", "--email", "mo@example.com")["contact"]

        by_aws = holding.terminal.told(*said)["contact"]
        assert made["refs"][0]["confirmed"] is False
        assert (made["id"], made["name"]) == (by_aws["id"], "Mo Chat")
        conflict = holding.refused(*said, "--email", "ann@example.com", "--url", holding.url)
        assert conflict == holding.terminal.refused(*said, "--email", "ann@example.com")
        assert portal.ann.id in conflict

    def test_are_refused_an_address_that_can_be_taken_back(self, holding):
        holding.terminal.told("contact", "set", "acme", "ann@example.com", "--email", "a@b.example")
        said = ("contact", "ref", "acme", "--channel", "x", "--id", "1", "--email")

        refused = holding.refused(*said, "ann@example.com", "--url", holding.url)
        assert refused.endswith("and can take it back.")

    def test_are_refused_a_ref_that_cannot_be_stored(self, holding):
        said = ("contact", "ref", "acme", "--channel", "X Y", "--id", "1")

        assert holding.refused(*said, "--url", holding.url).startswith("--channel: ")

    def test_are_deactivated_once(self, holding, portal):
        command = ("contact", "deactivate", "acme", "ann@example.com")

        told = holding.told(*command)
        sver = portal.team.contact("acme", portal.ann.id).sver
        again = holding.told(*command)

        assert told["contact"]["active"] is again["contact"]["active"] is False
        assert told["notes"] == holding.terminal.told(*command)["notes"]
        assert portal.team.contact("acme", portal.ann.id).sver == sver

    @pytest.mark.parametrize("who", ["nobody@example.com", "ct_nobody-acme-000000000"])
    def test_that_are_not_there_are_named(self, holding, who):
        said = holding.refused("contact", "show", "acme", who, "--url", holding.url)

        assert said == f"There is no contact {who} in acme."
        assert said == holding.terminal.refused("contact", "show", "acme", who)


class TestAnImport:
    """A file is sent in parts, and told as with credentials."""

    @pytest.fixture
    def holding(self, remote, makes_a_key, monkeypatch):
        # The emulated table loses what two threads write to it at once.
        monkeypatch.setattr(contact_import, "MOST_WRITERS", 1)
        remote.has(PORTICO_KEY=makes_a_key(Scope.WRITE_CONTACTS))
        return remote

    @pytest.fixture
    def file(self, tmp_path):
        file = tmp_path / "people.csv"
        file.write_text("E-Mail;Name\nnew@example.com;New Once\nann@example.com;Ann Archer\nx;X\n")
        return str(file)

    def test_says_what_became_of_each_row(self, holding, file, portal, tmp_path):
        report = tmp_path / "report.csv"

        refused = holding.refused(
            "contact", "import", "acme", file, "--report", str(report), "--url", holding.url
        )

        assert "1 of 3 rows were refused" in refused
        assert report.read_text().splitlines()[1] == "4,email,not an email address"
        assert portal.team.contact("acme", "new@example.com").name == "New Once"

    def test_dry_writes_nothing_and_shows_its_columns(self, holding, file, portal):
        before = portal.rows("people")

        result = holding.terminal.runs(
            "contact", "import", "acme", file, "--dry-run", "--url", holding.url
        )

        assert "email from E-Mail, name from Name" in result.output
        heads = [[r for r in rows if r["sk"] == "head"] for rows in (before, portal.rows("people"))]
        assert heads[0] == heads[1]

    def test_is_refused_as_with_credentials(self, holding, file, tmp_path):
        sheet = tmp_path / "sheet.xlsx"
        sheet.write_bytes(b"PK\x03\x04" + bytes(60))

        said = holding.refused("contact", "import", "acme", str(sheet), "--url", holding.url)
        assert "this is a spreadsheet" in said
        for header, said in (
            ("email,phone", "--column 'name=ITS NAME'"),
            ("email,name,phone", "To leave them out: --ignore-unknown"),
        ):
            sheet.write_text(f"{header}\n")
            told = holding.refused("contact", "import", "acme", str(sheet), "--url", holding.url)
            assert said in told
        holding.refused(
            "contact", "import", "acme", str(tmp_path / "none.csv"), "--url", holding.url
        )
        holding.refused(
            "contact", "import", "acme", file, "--from-line", "3", "--url", holding.url, code=2
        )
        holding.refused(
            "contact", "import", "acme", file, "--column", "phone=X", "--url", holding.url, code=2
        )


class TestLinks:
    """Each command, over HTTP and with credentials."""

    @pytest.fixture
    def holding(self, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.LINKS, Scope.READ_CONTACTS))
        return remote

    @pytest.fixture
    def made(self, holding):
        return holding.told("link", "create", "acme", "--contact", "ann@example.com", "--days", "9")

    def test_are_made_for_one_contact(self, holding, made, portal):
        (by_aws,) = [
            each
            for each in holding.terminal.told("link", "list", "acme")["links"]
            if each["id"] == made["link"]["id"]
        ]

        assert made["link"] == by_aws
        assert made["link"]["contact"] == portal.ann.id
        assert made["token"] in made["url"]
        assert made["notes"] == [
            "The URL is shown only now and stored nowhere. If it is lost, make a new link."
        ]

    def test_are_made_for_nobody_else(self, holding):
        said = holding.refused("link", "create", "acme", "--url", holding.url, code=2)

        assert said == "Say whose: a key makes personal links, with --contact WHO."

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (
                ("--contact", "nobody@example.com"),
                "There is no contact nobody@example.com in acme.",
            ),
            (("--contact", "ann@example.com", "--to", "nowhere"), "--to: "),
        ],
    )
    def test_are_refused_as_with_credentials(self, holding, options, said):
        command = ("link", "create", "acme", *options)

        over_http = holding.refused(*command, "--url", holding.url)

        assert over_http.startswith(said)
        assert over_http == holding.terminal.refused(*command)

    @pytest.mark.parametrize("options", [(), ("--all",), ("--contact", "ann@example.com")])
    def test_are_listed_as_with_credentials(self, holding, made, options):
        other = holding.told("link", "create", "acme", "--contact", "ann@example.com")
        holding.told("link", "revoke", "acme", other["link"]["id"])

        over_http = holding.told("link", "list", "acme", *options)

        by_aws = holding.terminal.told("link", "list", "acme", *options)
        assert over_http["notes"] == by_aws["notes"]
        assert {each["id"]: each for each in over_http["links"]} == {
            each["id"]: each for each in by_aws["links"]
        }
        assert (other["link"]["id"] in {each["id"] for each in over_http["links"]}) is (
            "--all" in options
        )

    def test_are_shown_as_with_credentials(self, holding, made):
        show = ("link", "show", "acme", made["url"])

        over_http = holding.told(*show)

        assert over_http["uses"] == []
        assert over_http["link"] == holding.terminal.told(*show)["link"]

    def test_are_rotated_once(self, holding, made):
        rotate = ("link", "rotate", "acme", made["url"], "--overlap-days", "2")

        told = holding.told(*rotate)

        assert told["replaced"]["id"] == made["link"]["id"]
        assert told["replaced"]["replaced_by"] == told["link"]["id"]
        assert told["token"] in told["url"]
        again = holding.refused(*rotate, "--url", holding.url)
        assert again == f"Link {made['link']['id']} was rotated before: portico link list acme"

    def test_are_revoked_by_id_token_or_url(self, holding, made):
        told = holding.told("link", "revoke", "acme", made["token"])

        assert (told["link"]["id"], told["link"]["state"]) == (made["link"]["id"], "revoked")

    @pytest.mark.parametrize("command", ["revoke", "rotate", "show"])
    def test_that_are_not_there_are_named(self, holding, command):
        said = holding.refused("link", command, "acme", "0" * 16, "--url", holding.url)

        assert said == holding.terminal.refused("link", command, "acme", "0" * 16)


class TestSessions:
    """Each command, over HTTP and with credentials."""

    @pytest.fixture
    def holding(self, remote, makes_a_key, portal):
        portal.browser.signs_in()
        portal.forward(minutes=5)
        Site.register(portal).signs_in(portal.browser)
        portal.another_browser().signs_in()
        remote.has(PORTICO_KEY=makes_a_key(Scope.SESSIONS, Scope.READ_CONTACTS))
        return remote

    @pytest.mark.parametrize("options", [(), ("--all",)])
    def test_are_listed_as_with_credentials(self, holding, portal, options):
        browsers = holding.told("session", "list", "acme", "ann@example.com")["sessions"]
        holding.told("session", "end", "acme", portal.ann.id, "--session", browsers[0]["id"])

        over_http = holding.told("session", "list", "acme", "ann@example.com", *options)

        by_aws = holding.terminal.told("session", "list", "acme", "ann@example.com", *options)
        without = [{**each, "network": None} for each in by_aws["sessions"]]
        assert [{**each, "network": None} for each in over_http["sessions"]] == without
        assert over_http["notes"] == by_aws["notes"]
        assert len(without) > 1

    def test_are_ended_one_by_one(self, holding, portal):
        first = holding.told("session", "list", "acme", portal.ann.id)["sessions"][0]["id"]
        end = ("session", "end", "acme", portal.ann.id, "--session", first)

        assert holding.told(*end)["sessions_ended"] == 1

        assert holding.refused(*end, "--url", holding.url).startswith(
            "The session has ended already"
        )

    def test_are_all_ended(self, holding, portal):
        told = holding.told("session", "end", "acme", "ann@example.com", "--all")

        assert told["sessions_ended"] == 3
        assert portal.browser.refreshes().status == 401

    def test_of_nobody_are_none(self, holding):
        command = ("session", "list", "acme", "ct_nobody-acme-000000000")

        said = holding.refused(*command, "--url", holding.url)

        assert said == holding.terminal.refused(*command)

    def test_is_one_of_theirs(self, holding, portal):
        command = ("session", "end", "acme", "ann@example.com", "--session", "ses_" + "0" * 22)

        said = holding.refused(*command, "--url", holding.url)

        assert said == holding.terminal.refused(*command)


class TestARefusal:
    def test_says_what_the_key_lacks(self, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.LINKS), PORTICO_URL=remote.url)

        assert remote.refused(*SHOW) == (
            "The key may not do this: it needs the scope settings:read."
        )

    def test_says_that_the_key_is_over(self, remote, makes_a_key):
        text = makes_a_key(Scope.LINKS)
        other = "A" if text[-8] != "A" else "B"
        remote.has(PORTICO_KEY=f"{text[:-8]}{other}{text[-7:]}")

        said = remote.refused(*SHOW, "--url", remote.url)

        assert said.startswith("The key is not accepted")

    def test_names_the_workspace_of_the_key(self, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.LINKS), PORTICO_URL=remote.url)

        said = remote.refused("workspace", "show", "globex")

        assert said == "The key is of the workspace acme, not of globex."

    def test_is_json_where_json_was_asked_for(self, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.LINKS), PORTICO_URL=remote.url)

        said = json.loads(remote.terminal.runs(*SHOW, "--json").stderr)

        assert said["exit_code"] == 1

    def test_has_a_code_of_its_own_where_nobody_answers(self, remote, makes_a_key, monkeypatch):
        monkeypatch.setattr("portico_team.transport.MOST_TRIES", 1)
        remote.has(PORTICO_KEY=makes_a_key(Scope.LINKS))

        said = remote.refused(*SHOW, "--url", "http://127.0.0.1:9", code=3)

        assert said.startswith("Out of reach, try again later: no answer from http://127.0.0.1:9")


class TestWhatCannotBeUnderstood:
    def test_is_a_url_without_a_key(self, remote):
        said = remote.refused(*SHOW, "--url", remote.url, code=2)

        assert said.startswith("With --url, PORTICO_KEY has the workspace's key")

    @pytest.mark.parametrize(("mode", "said"), [(0o640, "chmod 600"), (0o604, "chmod 600")])
    def test_is_a_key_that_others_may_read(self, remote, tmp_path, mode, said):
        file = tmp_path / "key"
        file.write_text("ptk_acme_…")
        file.chmod(mode)
        remote.has(PORTICO_KEY_FILE=str(file))

        assert said in remote.refused(*SHOW, "--url", remote.url, code=2)

    def test_is_a_key_in_no_file(self, remote, tmp_path):
        remote.has(PORTICO_KEY_FILE=str(tmp_path / "none"))

        assert "cannot be read" in remote.refused(*SHOW, "--url", remote.url, code=2)

    def test_is_what_is_no_key(self, remote):
        remote.has(PORTICO_KEY="acme")

        said = remote.refused(*SHOW, "--url", remote.url, code=2)

        assert said.startswith("the key is none")

    def test_is_an_address_without_tls(self, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.LINKS))

        said = remote.refused(*SHOW, "--url", "http://signin.example.com", code=2)

        assert "is no address like https://signin.example.com" in said

    @pytest.mark.parametrize("other", [("--stack", "portico"), ("--local", "8000")])
    def test_is_two_porticos(self, remote, other):
        said = remote.refused(*SHOW, *other, "--url", remote.url, code=2)

        assert said == "Say which Portico: --stack NAME, --local or --url URL, not two."

    @pytest.mark.parametrize("other", ["PORTICO_STACK", "PORTICO_LOCAL"])
    def test_is_two_porticos_in_the_environment(self, remote, other):
        remote.has(**{"PORTICO_URL": remote.url, other: "1"})

        assert "are both set" in remote.refused(*SHOW, code=2)

    def test_is_no_command_that_names_another_portico(self, remote):
        remote.has(PORTICO_URL=remote.url)

        assert remote.terminal.says(*SHOW)


class TestACommandWithoutARoute:
    @pytest.mark.parametrize(
        "command",
        [
            ("workspace", "list"),
            ("contact", "activate", "acme", "ann@example.com"),
            ("key", "list", "acme"),
            ("doctor", "stack"),
            ("upgrade",),
        ],
        ids="-".join,
    )
    def test_says_so_and_sends_nothing(self, remote, command):
        remote.has(PORTICO_KEY="never read")

        said = remote.refused(*command, "--url", "https://nobody.invalid", code=2)

        assert said.startswith("With a key this command does not work, or not yet.")


class TestTheOption:
    @pytest.mark.parametrize(
        ("typed", "read"),
        [
            ("show acme --url U", "--url U show acme"),
            ("show --url=U acme", "--url=U show acme"),
            ("--url U show", "--url U show"),
            ("show -- --url U", "show -- --url U"),
            ("show --url", "show --url"),
            ("show acme", "show acme"),
        ],
    )
    def test_is_read_before_the_command(self, typed, read):
        assert with_url_first(typed.split()) == read.split()


class TestTheTrail:
    @pytest.fixture
    def happened(self, portal):
        portal.records_trail()
        portal.browser.signs_in()
        portal.another_browser().asks_for_a_code("nobody@example.com")
        portal.delivers_mail()
        portal.records_trail()
        return portal

    @pytest.mark.parametrize(
        "options",
        [
            (),
            ("--outcome", "withheld", "--way", "code", "--reason", "not-a-contact"),
            ("--contact", "nobody@example.com"),
            ("--contact", "ann@example.com", "--event", "session"),
            ("--since", "1h", "--until", "2030-01-01"),
            ("--limit", "1"),
        ],
        ids=" ".join,
    )
    def test_is_listed_as_with_credentials(self, happened, remote, makes_a_key, options):
        remote.has(PORTICO_KEY=makes_a_key(Scope.READ_TRAIL))

        by_aws = remote.terminal.told("trail", "list", "acme", *options)
        over_http = remote.told("trail", "list", "acme", *options)

        assert by_aws["trail"]
        assert over_http == by_aws

    def test_of_one_sign_in_has_its_steps(self, happened, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.READ_TRAIL))
        (row,) = remote.told("trail", "list", "acme", "--outcome", "signed-in")["trail"]

        assert remote.told("trail", "list", "acme", "--sign-in", row["id"])["trail"] == [row]

    @pytest.mark.parametrize("form", ["csv", "jsonl", "ocsf"])
    def test_is_written_as_with_credentials(self, happened, remote, makes_a_key, form):
        remote.has(PORTICO_KEY=makes_a_key(Scope.READ_TRAIL))
        command = ("trail", "list", "acme", "--format", form, "--way", "code")

        by_aws = remote.terminal.says(*command).stdout
        over_http = remote.terminal.runs(*command, "--url", remote.url).stdout

        # Doors that run in here write their metrics there as well.
        lines = [line for line in over_http.splitlines() if not line.startswith('{"_aws"')]
        assert by_aws.splitlines() == lines
        assert len(lines) > 1

    def test_is_counted_as_with_credentials(self, happened, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.READ_TRAIL))

        by_aws = remote.terminal.told("trail", "overview", "acme")
        over_http = remote.told("trail", "overview", "acme")

        assert by_aws["overview"]
        assert over_http == by_aws

    def test_of_a_contact_is_refused_by_a_key_for_something_else(self, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.LINKS))

        said = remote.refused("trail", "list", "acme", "--url", remote.url)

        assert said == "The key may not do this: it needs the scope trail:read."

    def test_by_line_is_not_in_the_api(self, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.READ_TRAIL))

        said = remote.refused("trail", "show", "acme", "--url", remote.url, code=2)

        assert said.startswith("With a key this command does not work, or not yet.")


class TestPortalsAndConnections:
    """What a key may read: none may change them."""

    @pytest.fixture
    def reading(self, remote, makes_a_key, tmp_path):
        remote.terminal.says("portal", "add", "acme", "help-center", "--redirect-uri", "https://help.example.com/cb")  # fmt: skip
        secret = tmp_path / "secret"
        secret.write_text("s3cret")
        remote.terminal.says(
            "connection", "add", "acme", "entra", "--kind", "microsoft", "--client-id", "a",
            "--secret-file", str(secret), "--tenant", "common",
        )  # fmt: skip
        remote.has(PORTICO_KEY=makes_a_key(Scope.READ_SETTINGS))
        return remote

    @pytest.mark.parametrize(
        ("command", "name"),
        [
            (("portal", "list", "acme"), "portals"),
            (("portal", "show", "acme", "help-center"), "portal"),
            (("connection", "list", "acme"), "connections"),
            (("connection", "show", "acme", "entra"), "connection"),
        ],
    )
    def test_are_shown_as_with_credentials(self, reading, command, name):
        over_http = reading.told(*command)

        by_aws = reading.terminal.told(*command)
        told = json.dumps(by_aws).replace("https://signin.acme.test", reading.url)
        assert over_http == json.loads(told)
        assert over_http[name]

    @pytest.mark.parametrize("change", [("--portal-disabled",), ("--paused-until", "2h")])
    def test_say_that_the_portal_is_closed(self, reading, change):
        reading.terminal.says("workspace", "set", "acme", *change)

        notes = reading.told("portal", "show", "acme", "help-center")["notes"]

        assert notes == reading.terminal.told("portal", "show", "acme", "help-center")["notes"]
        assert "no contact gets in" in notes[0]

    def test_say_that_single_sign_on_is_off(self, reading):
        reading.terminal.says("workspace", "set", "acme", "--no-sso")

        assert "SSO is switched off" in reading.told("connection", "list", "acme")["notes"][0]

    @pytest.mark.parametrize("thing", ["portal", "connection"])
    def test_that_are_not_there_are_named(self, reading, thing):
        said = reading.refused(thing, "show", "acme", "other", "--url", reading.url)

        assert said == f"There is no {thing} other in acme."

    def test_that_were_removed_are_not_in_the_api(self, reading):
        said = reading.refused("portal", "list", "acme", "--all", "--url", reading.url, code=2)

        assert said == "--all: a key sees no portals that were removed."


class TestTheDirectory:
    @pytest.fixture
    def sync(self, portal):
        return DirectorySync("people", portal.workspace, "test")

    def test_is_told_as_with_credentials(self, remote, makes_a_key, sync):
        sync.create({"userName": "kim@example.com", "externalId": "4711"})
        remote.has(PORTICO_KEY=makes_a_key(Scope.READ_CONTACTS, Scope.READ_TRAIL))

        for command in (("status", "acme"), ("people", "acme"), ("people", "acme", "4711")):
            over_http = remote.told("directory", *command)
            by_aws = remote.terminal.told("directory", *command)
            hosts = ("scim_url", "token_endpoint")
            assert {k: v for k, v in over_http.items() if k not in hosts} == {
                k: v for k, v in by_aws.items() if k not in hosts
            }

    def test_says_that_the_log_needs_another_scope(self, remote, makes_a_key, sync):
        sync.create({"userName": "kim@example.com"})
        remote.has(PORTICO_KEY=makes_a_key(Scope.READ_CONTACTS), PORTICO_URL=remote.url)

        said = remote.terminal.runs("directory", "people", "acme", "kim@example.com")

        assert "scope trail:read" in " ".join(said.stderr.split())

    def test_who_was_never_sent_is_nobody(self, remote, makes_a_key):
        remote.has(PORTICO_KEY=makes_a_key(Scope.READ_CONTACTS), PORTICO_URL=remote.url)

        refused = remote.refused("directory", "people", "acme", "nobody@example.com")

        assert "has sent nothing of nobody@example.com" in refused
