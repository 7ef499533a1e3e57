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

import pytest

from cli.csv_output import Sheet

EVIL = "=1+1\x1b[31mred\x1b]0;title\x07\r\nOK  fine\x00\x85\x9b2J\u202e\u2066\u200b\u2028\ufeffend"
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
ANN = "ann@example.com"


def unseen(text: str) -> set[str]:
    """What a terminal would obey, but for the lines that we made ourselves."""
    return {repr(c) for c in text if c != "\n" and unicodedata.category(c) in UNSEEN}


@pytest.fixture
def odd(portal, terminal):
    """A workspace whose rows hold the worst: a name, a label, and lines of the trail."""
    portal.browser.has_signed_in()
    portal.personal_link(label="Ann's")
    for row in portal.rows("people"):
        # From before anybody was found by the words of a name.
        row.pop("found_by", None)
        if "#find#" in row["pk"]:
            portal.removes("people", row)
            continue
        spoiled = {name: EVIL for name in ("name", "label") if name in row}
        if spoiled:
            portal.writes("people", row | spoiled)
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    for n, subject in enumerate((portal.ann.id, "acme", f"connection-{EVIL}")):
        for name in ("sso.refused", "code.refused", "code.withheld", "session.ended"):
            line = {
                "pk": f"acme#trail#{subject}",
                "sk": f"{at}#evt_{n}{name}",
                "id": f"evt_{n}{name}",
            }
            line |= {"workspace": "acme", "name": name, "at": at, "by": EVIL, "network": EVIL}
            detail = {"reason": EVIL, "connection": EVIL, "kind": EVIL, "method": EVIL}
            portal.writes("trail", line | {"detail": detail, "ttl": 1, "expires_at": 9999999999})
    return terminal


SHOWN = [
    ("trail", "show", "acme", "--contact", ANN),
    ("trail", "show", "acme"),
    ("why", "acme", ANN),
    ("contact", "show", "acme", ANN),
    ("link", "list", "acme"),
    ("session", "list", "acme", ANN),
    ("workspace", "show", "acme"),
]


class TestATerminal:
    @pytest.mark.parametrize("command", SHOWN, ids=lambda each: " ".join(each[:2]))
    def test_out_09_is_told_nothing_that_it_would_obey(self, odd, command):
        said = odd.runs(*command, "--stack", "portico")

        assert said.exit_code == 0, said.output
        assert unseen(said.output) == set()
        assert not re.search(r"^OK  fine", said.output, re.MULTILINE)

    @pytest.mark.parametrize("command", SHOWN, ids=lambda each: " ".join(each[:2]))
    def test_out_09_is_told_none_of_it_in_json_either(self, odd, command):
        said = odd.runs(*command, "--json", "--stack", "portico")

        assert said.exit_code == 0, said.output
        assert unseen(said.output) == set()
        assert json.loads(said.stdout)

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


class TestASpreadsheet:
    def test_out_09_is_told_no_formula_and_nothing_unseen(self, odd):
        said = odd.says("trail", "show", "acme", "--contact", ANN, "--csv").stdout

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
    def test_that_is_odd_is_refused_in_words_that_can_be_shown(self, odd, tmp_path):
        file, refused = tmp_path / "in.csv", tmp_path / "refused.csv"
        quoted = EVIL.replace('"', '""')
        file.write_text(f'email,name\n"{quoted}@example.com",Eve\nb@example.com,"{quoted}"\n')

        said = odd.runs(
            "contact", "import", "acme", str(file), "--refused", str(refused), "--stack", "portico"
        )

        assert unseen(said.output) == set()
        assert not refused.exists() or unseen(refused.read_text()) == set()

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
