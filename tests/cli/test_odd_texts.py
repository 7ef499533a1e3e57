"""What comes from outside is shown so that no terminal and no spreadsheet obeys it
(cli/output.py, cli/csv_output.py).

Rows may be older than the rule that texts are kept by, so every row here holds the worst.
"""

import csv
import io
import json
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.app import ALONE, GROUPS, Commands
from cli.csv_output import Sheet
from portico.directory.scim.group_shapes import MemberChange
from portico.directory.scim.group_sync import GroupSync
from portico.directory.scim.sync import DirectorySync
from portico.people.flow import TeamPeople
from portico.team.departure_brake import DepartureBrake
from portico.team.mass_departure import FEW
from portico.trail.list_rows import list_key

EVIL = "=1+1\x1b[31mred\x1b]0;title\x07\r\nOK  fine\x00\x85\x9b2J\u202e\u2066\u200b\u2028\ufeffend"
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
ANN = "ann@example.com"


def unseen(text: str) -> set[str]:
    """What a terminal would obey, but for the lines that we made ourselves."""
    return {repr(c) for c in text if c != "\n" and unicodedata.category(c) in UNSEEN}


WRITTEN = {"name", "label", "device", "user_name", "userName", "displayName"}
"""Attributes that somebody else fills in: a contact, a colleague, a browser, a directory."""
KEY = "k" * 22


def spoiled(content: Any) -> Any:
    """Return a row with the worst in it, wherever somebody else writes."""
    if isinstance(content, list):
        return [spoiled(each) for each in content]
    if not isinstance(content, dict):
        return content
    whole = {
        name: EVIL if name in WRITTEN and isinstance(value, str) else spoiled(value)
        for name, value in content.items()
    }
    if "document" in whole:
        whole["document"] = json.dumps(spoiled(json.loads(content["document"])))
    # What rides on a row is named by us.
    return whole | ({"event": content["event"]} if "event" in content else {})


@pytest.fixture
def odd(portal, terminal, tmp_path):
    """A workspace whose rows hold the worst: names, labels, a directory, and lines of the trail."""
    portal.browser.has_signed_in()
    portal.personal_link(label="Ann's")
    (tmp_path / "secret").write_text("s3cret~value\n")
    for command in (
        ("team", "add", "acme", ANN, "--role", "owner"),
        ("key", "add", "acme", "--owner", ANN, "--label", "Directory", "--scope", "scim"),
        ("connection", "add", "acme", "face", "--kind", "facebook", "--client-id", "a", "--secret-file",
         str(tmp_path / "secret")),
        ("portal", "add", "acme", "help", "--redirect-uri", "https://help.acme.test/back"),
    ):  # fmt: skip
        terminal.says(*command)
    has_a_directory()
    for row in portal.rows("people"):
        # From before anybody was found by the words of a name.
        row.pop("found_by", None)
        if "#find#" in row["pk"]:
            portal.removes("people", row)
        elif (worse := spoiled(row)) != row:
            portal.writes("people", worse)
    for row in portal.rows("sign-in"):
        if row["sk"].startswith("session#"):
            portal.writes("sign-in", row | {"device": EVIL})
    has_an_odd_trail(portal)
    return terminal


def has_a_directory() -> None:
    """Eight people, of whom three are held, and a group."""

    def sync() -> DirectorySync:
        home, brake = TeamPeople("people").workspace("acme"), DepartureBrake("sign-in", "acme")
        return DirectorySync("people", home, "key:test", brake=brake)

    users = [
        sync().create({"userName": f"p{n}@example.com", "displayName": "P"}) for n in range(FEW + 3)
    ]
    for each in users:
        sync().change(each, each.document | {"active": False})
    inside = MemberChange()
    inside.replace({users[0].id})
    GroupSync(sync(), "sign-in").create({"displayName": "Customers"}, inside)


def has_an_odd_trail(portal: Any) -> None:
    """Lines that the command reads one by one, and a row of the list."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    detail = dict.fromkeys(("reason", "connection", "kind", "method", "label"), EVIL)
    for n, subject in enumerate((portal.ann.id, "acme", f"connection-{EVIL}")):
        for name in ("sso.refused", "code.refused", "code.withheld", "session.ended"):
            line = {
                "pk": f"acme#trail#{subject}",
                "sk": f"{at}#evt_{n}{name}",
                "id": f"evt_{n}{name}",
            }
            line |= {"workspace": "acme", "name": name, "at": at, "by": EVIL, "network": EVIL}
            portal.writes("trail", line | {"detail": detail, "ttl": 1, "expires_at": 9999999999})
    day, when = at[:10], f"{at[:19]}Z"
    for n, name in enumerate(("key.revoked", "code.withheld", EVIL)):
        step = {"name": name, "at": at, "by": EVIL, "detail": detail | {"key": KEY}}
        row = {"pk": list_key("acme", day, "0"), "sk": f"{when}#{'evt_' if n != 1 else ''}{n:012}"}
        portal.writes("trail", row | {"step_00000000": step})
    every = frozenset("0123456789abcdef")
    portal.writes("trail", {"pk": "acme#listed", "sk": day, "shards": every})


SHOWN = [
    ("trail", "show", "acme", "--contact", ANN),
    ("trail", "show", "acme"),
    ("trail", "list", "acme"),
    ("trail", "overview", "acme"),
    ("why", "acme", ANN),
    ("why", "acme", "p7@example.com"),
    ("contact", "list", "acme"),
    ("contact", "show", "acme", ANN),
    ("team", "list", "acme"),
    ("team", "methods", "acme"),
    ("key", "list", "acme"),
    ("connection", "list", "acme"),
    ("connection", "show", "acme", "face"),
    ("portal", "list", "acme"),
    ("portal", "show", "acme", "help"),
    ("link", "list", "acme"),
    ("session", "list", "acme", ANN),
    ("directory", "held", "acme"),
    ("directory", "check", "acme"),
    ("directory", "status", "acme"),
    ("directory", "people", "acme"),
    ("directory", "people", "acme", "p7@example.com"),
    ("directory", "groups", "acme"),
    ("workspace", "list"),
    ("workspace", "show", "acme"),
    ("workspace", "preview-mail", "acme"),
    ("guide", "acme", "--text"),
    ("guide", "acme", "--html"),
]
"""Each command that shows what somebody else has written."""
WRITES = {
    "workspace": {"create", "export", "import", "set"},
    "contact": {"activate", "add", "deactivate", "import", "lift", "merge", "ref", "remove", "remove-ways-in", "set", "undo-merge"},
    "link": {"create", "revoke", "rotate"},
    "team": {"add", "confirm", "remove", "set"},
    "key": {"add", "revoke", "rotate"},
    "connection": {"add", "off", "on", "remove", "test"},
    "portal": {"add", "remove", "set"},
    "directory": {"break-glass", "import", "keep", "leave"},
    "session": {"end"},
}  # fmt: skip
"""Commands that answer with what they have done, by the same cards and lists as those that show it."""
ELSEWHERE = {
    "link show": "test_out_09_is_told_nothing_that_it_would_obey_by_a_link",
    "doctor stack": "of AWS alone",
    "doctor mail": "of AWS and name servers alone",
    "upgrade": "counts rows",
}


def test_out_09_every_command_has_a_row_here():
    named = {" ".join(command[: 1 if command[0] in ALONE else 2]) for command in SHOWN}
    writing = {f"{group} {name}" for group, names in WRITES.items() for name in names}
    commands = {
        f"{group} {name}" for group, (module, _) in GROUPS.items() for name in Commands(module)
    }

    assert named | writing | set(ELSEWHERE) == commands | set(ALONE)
    assert not named & writing


class TestATerminal:
    @pytest.mark.parametrize("command", SHOWN, ids=" ".join)
    def test_out_09_is_told_nothing_that_it_would_obey(self, odd, command):
        said = odd.runs(*command, "--stack", "portico")

        assert said.exit_code == 0, said.output
        assert unseen(said.output) == set()
        assert not re.search(r"^OK  fine", said.output, re.MULTILINE)

    @pytest.mark.parametrize("command", SHOWN, ids=" ".join)
    def test_out_09_is_told_none_of_it_in_json_either(self, odd, command):
        said = odd.runs(*command, "--json", "--stack", "portico")

        assert said.exit_code == 0, said.output
        assert unseen(said.output) == set()
        assert json.loads(said.stdout)

    def test_out_09_is_told_nothing_that_it_would_obey_by_a_link(self, odd):
        for link in odd.told("link", "list", "acme")["links"]:
            for more in ((), ("--json",)):
                said = odd.says("link", "show", "acme", link["id"], *more)
                assert unseen(said.output) == set()

    def test_out_09_shows_what_was_there_in_json(self, odd):
        told = odd.told("contact", "show", "acme", ANN)

        assert holds(told, EVIL)

    def test_out_09_is_told_nothing_by_a_refusal(self, odd):
        for command in (
            ("contact", "show", "acme", EVIL),
            ("workspace", "show", EVIL),
            ("trail", "show", "acme", "--contact", EVIL),
            ("link", "revoke", "acme", EVIL),
            ("why", "acme", EVIL),
        ):
            for more in ((), ("--json",)):
                said = odd.runs(*command, *more, "--stack", "portico")
                assert unseen(said.output) == set(), command


def holds(content, text: str) -> bool:
    if isinstance(content, dict):
        return any(holds(each, text) for each in content.values())
    if isinstance(content, list):
        return any(holds(each, text) for each in content)
    return bool(content == text)


WRITTEN_AS_CSV = [
    ("trail", "show", "acme", "--contact", ANN, "--csv"),
    ("trail", "list", "acme", "--format", "csv"),
    ("contact", "list", "acme", "--csv"),
]


class TestASpreadsheet:
    @pytest.mark.parametrize("command", WRITTEN_AS_CSV, ids=" ".join)
    def test_out_09_is_told_no_formula_and_nothing_unseen(self, odd, command):
        said = odd.says(*command).stdout

        assert unseen(said) == set()
        cells = [cell for row in csv.reader(io.StringIO(said)) for cell in row]
        assert any("fine" in cell for cell in cells)
        assert [cell for cell in cells if cell.lstrip().startswith(("=", "+", "@", "\uff1d"))] == []

    @pytest.mark.parametrize(
        "start", ["=", "+", "-", "@", " =", "\uff1d", "\t=", "\u200b=", "\xa0="]
    )
    def test_out_09_is_told_no_formula_however_it_begins(self, start, tmp_path):
        with Sheet.at(tmp_path / "a.csv", "cell") as sheet:
            sheet.write(f"{start}HYPERLINK(1)")

        ((cell,),) = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_text())))[1:]
        assert cell[0] in "'\ufffd"


class TestAFileOfPeople:
    @pytest.mark.parametrize("field", ["email", "name", "language", "active"])
    def test_out_09_is_refused_in_words_that_can_be_shown(self, odd, tmp_path, field):
        file, report = tmp_path / "in.csv", tmp_path / "report.csv"
        cells = {
            "email": "b@example.com",
            "name": "Bob",
            "language": "en",
            "active": "true",
            "id": "",
        }
        quoted = EVIL.replace('"', '""')
        row = ",".join(f'"{each}"' for each in (cells | {field: quoted}).values())
        file.write_text(f"{','.join(cells)}\n{row}\n", newline="")

        for more in ((), ("--json",)):
            said = odd.runs(
                "contact", "import", "acme", str(file), "--report", str(report), *more, "--stack", "portico"
            )  # fmt: skip

            assert unseen(said.output) == set()
            ((line, email, reason),) = list(csv.reader(io.StringIO(report.read_text())))[1:]
            assert unseen(line + email + reason) == set()
            assert not email.lstrip().startswith(("=", "+", "@", "\uff1d"))
            assert reason

    @pytest.mark.parametrize("more", [(), ("--ignore-unknown",)], ids=str)
    def test_out_09_names_its_columns_in_words_that_can_be_shown(self, odd, tmp_path, more):
        file = tmp_path / "in.csv"
        # The columns are named in one line.
        quoted = EVIL.replace("\r\n", "").replace('"', '""')
        file.write_text(f'email,name,"{quoted}"\nb@example.com,Bob,x\n', newline="")

        for form in ((), ("--json",)):
            said = odd.runs(
                "contact", "import", "acme", str(file), *more, *form, "--stack", "portico"
            )
            assert said.exit_code == (0 if more else 1), said.output
            assert unseen(said.output) == set()

    def test_of_a_directory_is_refused_in_words_that_can_be_shown(self, odd, tmp_path):
        file = tmp_path / "in.csv"
        header = "source,external_id,tenant,object_id,user_name,emails,active"
        quoted = EVIL.replace('"', '""')
        rows = [f'hr,"{quoted}",,,ann,ann@example.com,true', f'hr,1,,,ann,"{quoted}",true']
        for text in ("\n".join([header, *rows]), f'{header},"{quoted}"\n'):
            file.write_text(text)
            said = odd.runs("directory", "import", str(file), "acme", "--stack", "portico")
            assert said.exit_code == 1
            assert unseen(said.output) == set()
