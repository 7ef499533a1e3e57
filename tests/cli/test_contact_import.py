import json

import pytest
from rich.console import Console

from cli import progress
from cli.contact_csv import opened
from cli.progress import Progress
from cli.refusals import Refusal
from portico.imports.contact_rows import RefusedRow
from portico.people.contact_import import ContactLine
from tests.edge.test_printable import GOOD_NAMES
from tests.support.moves import moves

HEADER = "email,name,language,active"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "people.csv"


@pytest.fixture
def read(file):
    """Write a file and read it as the import does."""

    def read(*lines, header=HEADER):
        file.write_text("\n".join([header, *lines]) + "\n")
        with opened(file) as people:
            return list(people.lines())

    return read


class TestAFile:
    def test_is_read_in_one_spelling(self, read):
        (entry,) = read(" Ann@Example.COM , Ann Archer ,DE,Yes")

        says = {"name": "Ann Archer", "language": "de", "active": True}
        assert entry == ContactLine(2, "ann@example.com", says)

    @pytest.mark.parametrize("name", GOOD_NAMES)
    def test_has_names_as_people_have_them(self, read, name):
        (entry,) = read(f"ann@example.com,{name},,")

        assert isinstance(entry, ContactLine)
        assert entry.says["name"] == name

    def test_says_nothing_by_columns_it_has_not(self, read):
        (entry,) = read("ann@example.com,Ann", header="email,name")

        assert entry.says == {"name": "Ann"}

    def test_leaves_active_alone_where_it_is_empty_and_language_to_the_workspace(self, read):
        (entry,) = read("ann@example.com,Ann,,")

        assert entry.says == {"name": "Ann", "language": None}

    def test_may_be_what_a_spreadsheet_saves(self, file):
        file.write_bytes(b"\xef\xbb\xbfEmail;Name\r\nann@example.com;Ann\r\n\r\n")

        with opened(file) as people:
            (entry,) = people.lines()

        assert entry == ContactLine(2, "ann@example.com", {"name": "Ann"})

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("ann,Ann,,", "email: not an email address"),
            ("jörg@example.com,Jörg,,", "email: no mail can be sent to it. Before the @ it may"),
            ("ken.@docomo.example,Ken,,", "with no dot at either end or beside another"),
            ("ann@203.0.113.7,Ann,,", "its domain is no number"),
            ("ann@example.com,,,", "name: 1 to 100 printable characters"),
            ("ann@example.com,A\x1b[2J,,", "name: 1 to 100"),
            ("ann@example.com,Ann,xx,", "language: one of en de"),
            ("ann@example.com,Ann,,maybe", "active: true or false"),
            ("ann@example.com,Ann,,,5", "5 values for 4 columns"),
            ("ann@example.com", "name: 1 to 100"),
            ('ann@example.com,"Ann" Archer,,', "expected after"),
        ],
    )
    def test_goes_on_after_a_line_that_is_wrong(self, read, line, why):
        wrong, right = read(line, "ben@example.com,Ben,,")

        assert isinstance(wrong, RefusedRow)
        assert wrong.line == 2
        assert why in wrong.reason
        assert right.email == "ben@example.com"

    def test_goes_on_after_a_line_that_is_not_utf_8(self, file):
        file.write_bytes(b"email,name\nann@example.com,Ann\xe9e\nben@example.com,Ben\n")

        with opened(file) as people:
            wrong, right = people.lines()

        assert wrong == RefusedRow(2, "ann@example.com", "not UTF-8: save the file as UTF-8")
        assert right.email == "ben@example.com"

    def test_has_an_address_once_in_whatever_spelling(self, read):
        first, second, third = read(
            "ann@example.com,Ann,,", "ANN@example.com,Anna,,", "ben@example.com,Ben,,"
        )

        assert second == RefusedRow(3, "ANN@example.com", "ann@example.com is already on line 2")
        assert (first.email, third.email) == ("ann@example.com", "ben@example.com")

    def test_has_an_address_that_a_refused_line_had(self, read):
        _, entry = read("ann@example.com,Ann,xx,", "ann@example.com,Ann,de,")

        assert entry.line == 3

    def test_goes_on_after_an_address_that_is_not_utf_8(self, file):
        file.write_bytes(b"email,name\nann@ex\xe9mple.com,Ann\n\xe9@example.com,Ann\n")

        with opened(file) as people:
            assert [type(each) for each in people.lines()] == [RefusedRow, RefusedRow]

    def test_has_an_id_once_and_of_our_making(self, read):
        id_ = "ct_0123456789012345678901"
        _, twice, none = read(
            f"a@example.com,A,{id_}", f"b@example.com,B,{id_}", "c@example.com,C,7",
            header="email,name,id",
        )  # fmt: skip

        assert twice.reason == f"{id_} is already on line 2"
        assert none.reason.startswith("id: ct_ and 22")

    def test_names_lines_as_an_editor_does(self, read):
        first, second = read('a@example.com,"A\nB",,', "b@example.com,B,,")

        assert (first.line, second.line) == (2, 4)  # a name has no line break

    @pytest.mark.parametrize(
        ("header", "said"),
        [
            ("email", "Missing: name. Found: email"),
            ("email,name,email", "Two columns are called email"),
            ("email,name,E-Mail", "Two columns are the email: email and E-Mail"),
            ("", "Missing: email, name. Found: none"),
        ],
    )
    def test_wants_its_columns(self, read, header, said):
        with pytest.raises(Refusal, match=said):
            read(header=header)

    @pytest.mark.parametrize(
        "content",
        [
            b"email\tname\nann@example.com\tAnn\n",
            b"sep=;\r\nemail;name\r\nann@example.com;Ann\r\n",
            b"sep=\t\nemail\tname\nann@example.com\tAnn\n",
            "email,name\nann@example.com,Ann\n".encode("utf-16"),
            "email;name\nann@example.com;Ann\n".encode("utf-16-le"),
            "email;name\nann@example.com;Ann\n".encode("utf-16-be"),
            b"email,name,,\nann@example.com,Ann,,\n",
            b"email,name\nann@example.com,Ann,,,\n",
            b"email,name,phone,phone\nann@example.com,Ann,1,2\n",
            b"E-Mail Address,Full Name\nann@example.com,Ann\n",
            b"first name,last name,e-mail\nAnn,,ann@example.com\n",
        ],
        ids=[
            "tab", "sep", "sep-tab", "utf-16", "utf-16-le", "utf-16-be",
            "empty-columns", "empty-cells", "twice-unknown", "called-otherwise", "two-names",
        ],
    )  # fmt: skip
    def test_is_read_as_people_have_it(self, file, content):
        file.write_bytes(content)

        with opened(file) as people:
            (entry,) = people.lines()

        assert isinstance(entry, ContactLine)
        assert (entry.email, entry.says) == ("ann@example.com", {"name": "Ann"})
        assert entry.line == (3 if content.startswith(b"sep=") else 2)

    @pytest.mark.parametrize("typed", ["en-US", "en_GB", "EN"])
    def test_takes_a_language_with_its_country(self, read, typed):
        (entry,) = read(f"ann@example.com,Ann,{typed},")

        assert entry.says["language"] == "en"

    def test_that_ends_early_says_nothing_of_the_rest(self, read):
        (entry,) = read("ann@example.com,Ann")

        assert entry.says == {"name": "Ann"}

    def test_of_another_product_has_ids_that_are_left_out(self, file):
        file.write_text("id,email,name\n4711,ann@example.com,Ann\n,ben@example.com,Ben\n")

        with opened(file) as people:
            found = list(people.lines())
            assert people.has_foreign_ids
        assert [type(each) for each in found] == [ContactLine] * 2
        assert "4711" not in str(found)

    def test_with_a_quote_that_is_never_closed_says_so(self, read):
        first, wrong = read("ann@example.com,Ann,,", 'ben@example.com,"Ben,,', "c@example.com,C,,")

        assert first.email == "ann@example.com"
        assert wrong.line == 3
        assert "a quote is opened here that is never closed" in wrong.reason

    def test_with_a_quote_that_is_never_closed_is_not_held_as_a_whole(self, file):
        file.write_text('email,name\na@example.com,"A\n' + "b@example.com,B\n" * 20_000)

        with opened(file) as people:
            wrong = next(iter(people.lines()))

        assert isinstance(wrong, RefusedRow)
        assert "never closed" in wrong.reason

    @pytest.mark.parametrize("begins", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
    def test_that_is_a_spreadsheet_is_refused_in_words(self, file, begins):
        file.write_bytes(begins + bytes(100))

        said = "this is a spreadsheet. Open it, choose Save as"
        with pytest.raises(Refusal, match=said), opened(file):
            pass

    def test_has_columns_as_they_are_said(self, file):
        file.write_text("Kunde,Adresse,name\nAnn,ann@example.com,x\n")

        with opened(file, said=["name=Kunde", "email=Adresse"]) as people:
            (entry,) = people.lines()
            assert people.columns.in_words() == {"name": "Kunde", "email": "Adresse"}
            assert people.unknown == ["name"]

        assert isinstance(entry, ContactLine)
        assert (entry.email, entry.says) == ("ann@example.com", {"name": "Ann"})

    @pytest.mark.parametrize("said", ["name", "x=Kunde", "name=Nobody", "="])
    def test_has_only_columns_that_are_there(self, file, said):
        file.write_text("Kunde,email\n")

        with pytest.raises(Refusal, match="--column: FIELD=HEADER"), opened(file, said=[said]):
            pass

    def test_is_never_held_as_a_whole(self, file):
        with file.open("w") as wide:
            wide.write("email,name\n")
            wide.writelines(f"c{n}@example.com,Contact {n}\n" for n in range(5000))

        with opened(file) as people:
            lines = people.lines()
            next(lines)
            assert people.position < people.size / 5
            assert sum(1 for _ in lines) == 4999
            assert people.position == people.size


class Office:
    """Somebody who imports people."""

    def __init__(self, terminal, file):
        self.terminal, self.file = terminal, file

    def writes(self, *lines, header=HEADER):
        self.file.write_text("\n".join([header, *lines]) + "\n")

    def runs(self, *options):
        # One write at a time: the emulated table loses what two threads write at once.
        return self.terminal.runs(
            "contact", "import", "acme", str(self.file), "--writers", "1", *options,
            "--stack", "portico",
        )  # fmt: skip

    def told(self, *options, code=0):
        result = self.runs(*options, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def contact(self, email):
        return self.terminal.told("contact", "show", "acme", email)["contact"]


@pytest.fixture
def office(acme, file):
    office = Office(acme, file)
    office.writes("ann@example.com,Ann,,true", "ben@example.com,Ben,de,", "bad,Bad,,")
    return office


class TestImportingContacts:
    def test_counts_what_became_of_each_row(self, office):
        told = office.told(code=1)

        counts = {name: told[name] for name in ("rows", "added", "changed", "unchanged", "refused")}
        assert counts == {"rows": 3, "added": 2, "changed": 0, "unchanged": 0, "refused": 1}
        reason = "email: not an email address"
        assert told["refused_rows"] == [{"line": 4, "email": "bad", "reason": reason}]
        assert office.contact("ben@example.com")["language"] == "de"

    def test_again_changes_nothing(self, office):
        office.told(code=1)
        rows = office.terminal.people()

        told = office.told(code=1)

        assert (told["added"], told["unchanged"]) == (0, 2)
        assert office.terminal.people() == rows

    def test_is_told_to_the_trail(self, office):
        office.told(code=1)

        id_ = office.contact("ann@example.com")["id"]
        event = office.terminal.row(f"acme#contact#{id_}")["event"]
        assert (event["name"], event["by"]) == ("contact.added", "cli:olga")

    def test_says_what_ends_for_those_who_turn_inactive(self, office):
        office.told(code=1)
        office.writes("ann@example.com,Ann,,false")

        told = office.told()

        assert (told["changed"], told["deactivated"]) == (1, 1)
        assert "ten minutes" in told["notes"][0]
        assert office.contact("ann@example.com")["sver"] == 2

    def test_acc_10_names_whoever_was_found_by_a_former_address(self, office):
        office.told(code=1)
        ann = office.contact("ann@example.com")
        moves(ann["id"], "ann@new.example")
        office.writes("ann@example.com,Ann,,false")

        told = office.told()

        assert (told["added"], told["deactivated"], told["moved"]) == (0, 1, 1)
        assert told["moved_rows"] == [
            {
                "line": 2,
                "email": "ann@example.com",
                "contact": ann["id"],
                "email_now": "ann@new.example",
                "deactivated": True,
            }
        ]
        shown = office.terminal.told("contact", "show", "acme", "ann@example.com")
        assert "had before; theirs is ann@new.example" in shown["notes"][0]

    def test_dry_shows_which_column_is_what(self, office):
        office.writes("Ann,ann@example.com", header="Full Name,E-Mail")

        told = json.loads(office.runs("--dry-run", "--json").stdout)

        assert told["columns"] == {"name": "Full Name", "email": "E-Mail"}
        assert "Columns: name from Full Name, email from E-Mail." in str(told["notes"])

    def test_dry_writes_nothing(self, office):
        told = office.told("--dry-run", code=1)

        assert (told["added"], told["dry_run"]) == (2, True)
        assert [row["sk"] for row in office.terminal.people()] == ["door", "search"]

    def test_writes_every_refused_row_into_a_report(self, office, tmp_path):
        office.writes("=1+1,Formula,,", *[f"bad{n},Bad,," for n in range(30)])

        said = office.runs("--report", str(tmp_path / "refused.csv"))

        report = (tmp_path / "refused.csv").read_text().splitlines()
        assert report[:2] == ["line,email,reason", "2,'=1+1,email: not an email address"]
        assert len(report) == 1 + 31
        assert "31 of 31 rows were refused, 11 more than are listed" in said.stderr
        assert "bad18" in said.stdout
        assert "bad19" not in said.stdout

    def test_never_writes_its_report_over_the_file(self, office):
        said = office.runs("--report", str(office.file))

        assert said.exit_code == 1
        assert "this is the file to import" in said.stderr
        assert office.file.read_text().startswith(HEADER)

    def test_refuses_columns_it_does_not_know(self, office):
        office.writes("a@example.com,A,7", header="email,name,shoe size")

        said = office.runs()

        assert said.exit_code == 1
        assert "Unknown columns: shoe size" in said.stderr
        assert [row["sk"] for row in office.terminal.people()] == ["door", "search"]
        assert office.told("--ignore-unknown")["notes"] == ["Left out: shoe size."]

    def test_goes_on_at_a_line(self, office):
        told = office.told("--from-line", "3", code=1)

        assert (told["skipped"], told["added"], told["refused"]) == (1, 1, 1)

    def test_that_is_cut_off_says_how_to_go_on(self, office, monkeypatch):
        office.writes(*(f"c{n}@example.com,C,," for n in range(101)))
        monkeypatch.setattr(progress.Progress, "show", _interrupt)

        said = office.runs("--dry-run")

        assert said.exit_code == 3
        assert "All rows up to line 101 are in (100 added" in " ".join(said.stderr.split())
        assert "--from-line 102" in said.stderr

    def test_that_goes_on_knows_the_addresses_above_its_line(self, office):
        office.told(code=1)
        ann = office.contact("ann@example.com")
        moves(ann["id"], "ann@new.example")
        office.writes("ann@new.example,Ann,,true", "ann@example.com,Ann,,false")

        told = office.told("--from-line", "3")

        assert (told["moved"], told["unchanged"]) == (1, 1)
        assert office.contact("ann@new.example")["active"]

    @pytest.mark.parametrize("wrong", ["Ann,xx,true", "Ann,de,maybe", "Archer, Ann,,true", ",,"])
    def test_switches_nobody_off_whose_own_row_is_refused(self, office, wrong):
        office.told(code=1)
        moves(office.contact("ann@example.com")["id"], "ann@new.example")
        office.writes("ann@example.com,Ann,,false", f"ANN@new.example,{wrong}")

        told = office.told(code=1)

        assert (told["moved"], told["unchanged"], told["refused"]) == (1, 1, 1)
        assert office.contact("ann@new.example")["active"]

    def test_that_is_cut_off_goes_on_at_a_row_that_waits_for_the_end(self, office, monkeypatch):
        office.told(code=1)
        moves(office.contact("ann@example.com")["id"], "ann@new.example")
        office.writes(
            *(f"c{n}@example.com,C,," for n in range(5)),
            "ann@example.com,Ann,,false",
            *(f"c{n}@example.com,C,," for n in range(5, 101)),
        )
        monkeypatch.setattr(progress.Progress, "show", _interrupt)

        said = office.runs("--dry-run")

        assert "--from-line 7" in said.stderr

    def test_of_a_file_that_is_not_there_says_so(self, office, tmp_path):
        office.file = tmp_path / "nowhere.csv"

        assert "No such file" in office.runs().stderr

    def test_into_no_workspace_says_so(self, terminal, file):
        file.write_text(HEADER)

        said = terminal.refused("contact", "import", "x1", str(file))

        assert said == "There is no workspace x1."


class TestProgress:
    def test_is_a_line_now_and_then_where_there_is_no_terminal(self, capsys):
        with Progress.shown(100, quiet=False) as shown:
            for rows in range(0, 12_000, 100):
                shown.show(rows, rows, f"{rows} added")

        said = capsys.readouterr().err
        assert said == "5,000 rows: 5000 added\n10,000 rows: 10000 added\n"

    def test_says_nothing_there_if_it_is_asked_to_be_quiet(self, capsys):
        with Progress.shown(100, quiet=True) as shown:
            shown.show(50, 5000, "")

        assert capsys.readouterr().err == ""

    def test_is_a_bar_on_a_terminal(self, capsys, monkeypatch):
        def terminal(**more):
            return Console(**more, force_terminal=True, width=80)

        monkeypatch.setattr(progress, "Console", terminal)
        with Progress.shown(100, quiet=False) as shown:
            shown.show(50, 5000, "5,000 added")
            shown.bar.refresh()

        said = capsys.readouterr().err
        assert "50%" in said
        assert "5,000 added" in said


def _interrupt(self, *_):
    raise KeyboardInterrupt
