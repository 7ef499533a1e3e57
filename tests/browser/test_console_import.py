"""An import in the console: what it would do, then done; stopped, gone on with, and never done twice."""

import csv
import io
import re
import secrets
import shlex
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser.member import Member, asked_of, losing_the_answer

PART = 65_536
SLOW_MS = 400
LATER_PARTS = re.compile(r"/parts/[1-9]\d*$")


@pytest.fixture
def member(person) -> Member:
    return Member(person)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three new contacts, and a row that is refused."""
    path = tmp_path / "people.csv"
    tag = secrets.token_hex(4)
    rows = [f"{tag}{n}@example.org,Person {n},en" for n in range(3)]
    path.write_text("\n".join(["email,name,language", *rows, "no-address,Nobody,en"]) + "\n")
    return path


def of_two_parts(path: Path) -> Path:
    """A file of twelve contacts that goes in two parts, for the sake of a column that is no field."""
    tag = secrets.token_hex(4)
    rows = [f"{tag}{n}@example.org,Person {n},{'N' * 6_000}" for n in range(12)]
    path.write_text("\n".join(["email,name,notes", *rows]) + "\n")
    assert PART < path.stat().st_size < 2 * PART
    return path


def opens_import(member: Member) -> None:
    member.page.get_by_role("link", name="Contacts", exact=True).click()
    member.presses("Import a file")
    member.sees_heading("Import contacts")


def chooses(member: Member, path: Path) -> None:
    member.field("CSV file").set_input_files(path)


def looks_at(member: Member, path: Path) -> None:
    opens_import(member)
    chooses(member, path)
    member.field("Leave out columns that are no field of a contact").check()
    member.presses("See what it would do")
    member.sees_heading("What the import would do")


def stops_in_the_middle(member: Member, path: Path) -> None:
    """Import the first part of a file of two, as an admin: the second does not come through."""
    member.comes_in("admin")
    looks_at(member, path)
    member.page.route(LATER_PARTS, lambda route: route.abort())
    member.presses("Import")
    member.is_told("No answer came.")
    member.page.unroute(LATER_PARTS)


def count(member: Member, name: str) -> str:
    """A number of the report."""
    term = member.part("In numbers").get_by_text(name, exact=True)
    return str(term.evaluate("each => each.nextElementSibling.textContent"))


class TestAnImport:
    def test_is_looked_at_first_and_then_done(self, member, file):
        member.comes_in("admin")
        begun = asked_of(member, "POST", r"/imports$")
        looks_at(member, file)
        assert [count(member, each) for each in ("Rows", "New", "Refused")] == ["4", "3", "1"]
        row = member.part("Refused rows").get_by_role("row").nth(1)
        expect(row).to_contain_text("not an email address")
        assert row.get_by_role("cell").first.inner_text() == "5"
        expect(member.part("Which column is what")).to_contain_text("language")

        member.presses("Import")

        member.sees_heading("The import is done")
        assert [count(member, each) for each in ("Rows", "New", "Refused")] == ["4", "3", "1"]
        assert [each["body"].get("dry_run") for each in begun] == [True, None]
        member.presses("Contacts")
        member.types("Beginning of an address or a name", file.read_text().split("\n")[1][:8])
        member.presses("Search")
        expect(member.part("All contacts").get_by_role("row")).to_have_count(4)

    def test_of_the_same_file_again_has_nothing_to_do(self, member, file):
        member.comes_in("admin")
        looks_at(member, file)
        member.presses("Import")
        member.sees_heading("The import is done")
        member.presses("Choose another file")
        chooses(member, file)

        member.presses("See what it would do")

        member.sees_heading("What the import would do")
        assert [count(member, each) for each in ("New", "Unchanged")] == ["0", "3"]
        member.sees("There is nothing to import")
        expect(member.offers("Import")).to_have_count(0)

    def test_has_its_report_as_a_file_that_a_spreadsheet_may_open(self, member, file):
        member.comes_in("admin")
        looks_at(member, file)
        with member.page.expect_download() as coming:
            member.presses("Download the report")

        member.is_told("The report is in your downloads.")
        assert coming.value.suggested_filename == "import-report.csv"
        lines = Path(coming.value.path()).read_text().splitlines()
        assert lines[0] == '"line","field","reason"'
        assert lines[1].startswith('"5","email","not an email address')
        assert len(lines) == 2

    def test_has_no_cell_in_its_report_that_a_spreadsheet_would_run(self, member, file):
        told = ["=1+1", " =1", "\u00a0-1", "\u200b@x", "\t+1", "＝1", " ＠x", "a=1", "ａ"]
        rows = [{"line": 2, "column": None, "reason": each} for each in told]
        member.comes_in("admin")
        answer = {"refused_rows": rows, "next": None}
        member.page.route(re.compile("/report"), lambda route: route.fulfill(json=answer))
        looks_at(member, file)
        with member.page.expect_download() as coming:
            member.presses("Download the report")

        text = Path(coming.value.path()).read_text(newline="")
        cells = [row[2] for row in csv.reader(io.StringIO(text))][1:]
        assert cells == [f"'{each}" for each in told[:-2]] + told[-2:]

    def test_whose_screen_did_not_come_is_tried_again(self, member):
        member.comes_in("admin")
        member.page.route("**/console/import.js", lambda route: route.abort())
        member.page.route("**/assets/-*/import.js", lambda route: route.abort())
        member.opens("import")
        member.is_told("No answer came.")
        member.page.unroute_all()

        member.presses("Try again")

        member.sees_heading("Import contacts")

    def test_without_a_file_says_what_to_choose(self, member):
        member.comes_in("admin")
        opens_import(member)

        member.presses("See what it would do")

        member.is_told("Choose a file first.")

    def test_reads_a_column_as_the_member_says(self, member, tmp_path):
        path = tmp_path / "odd.csv"
        tag = secrets.token_hex(4)
        path.write_text(f'sep=;\n"Wer; genau";Post\n"Zoe";{tag}@example.org\n')
        member.comes_in("admin")
        opens_import(member)
        chooses(member, path)
        member.presses("See what it would do")
        member.is_told("The file cannot be read:")

        member.chooses("Name", "Wer; genau")
        member.chooses("Email", "Post")
        member.presses("See what it would do")

        member.sees_heading("What the import would do")
        expect(member.part("Which column is what")).to_contain_text("Wer; genau")
        assert count(member, "New") == "1"

    def test_leaves_out_what_is_no_field_where_it_is_told_to(self, member, tmp_path):
        path = tmp_path / "more.csv"
        path.write_text(f"email,name,Shoe size\n{secrets.token_hex(4)}@example.org,Zoe,38\n")
        member.comes_in("admin")
        opens_import(member)
        chooses(member, path)
        member.presses("See what it would do")
        member.is_told("We do not know these columns: Shoe size.")
        member.sees("Not known by its name: Shoe size")
        expect(member.field("Language of their mail")).to_be_visible()

        member.field("Leave out columns that are no field of a contact").check()
        member.presses("See what it would do")

        member.sees_heading("What the import would do")
        expect(member.part("Which column is what")).to_contain_text("Shoe size")

    def test_csl_01_has_whatever_stands_in_a_file_as_text(self, member, tmp_path):
        path = tmp_path / "hostile.csv"
        header = "<img src=x onerror=alert(1)>"
        path.write_text(
            f'email,name,"{header}"\n=cmd()@example.org <script>,"<b>=cmd()</b>",x\n'
            f"{secrets.token_hex(4)}@example.org,<script>alert(1)</script>,x\n"
        )
        told: list[str] = []
        member.page.on("dialog", lambda dialog: told.append(dialog.message))
        member.comes_in("admin")
        opens_import(member)
        chooses(member, path)
        member.page.get_by_text("Which column is what").click()
        member.presses("See what it would do")
        member.is_told(header)
        member.field("Leave out columns that are no field of a contact").check()
        member.presses("See what it would do")

        member.sees_heading("What the import would do")
        expect(member.part("Which column is what")).to_contain_text(header)
        expect(member.part("Refused rows")).not_to_contain_text("cmd")
        inside = "document.querySelectorAll('main img, main script, main b').length"
        assert member.page.evaluate(inside) == 0
        assert told == []

    @pytest.mark.parametrize("role", ["agent", "auditor"])
    def test_is_no_other_roles_to_make(self, member, role):
        member.comes_in(role)

        member.opens("import")

        member.sees_heading("Find a contact")


class TestAnImportThatIsCutOff:
    def test_csl_02_goes_on_after_a_lost_answer_and_counts_nothing_twice(self, member, tmp_path):
        path = of_two_parts(tmp_path / "long.csv")
        member.comes_in("admin")
        looks_at(member, path)
        member.page.route(re.compile(r"/parts/[1-9]\d*$"), losing_the_answer(member))
        member.presses("Import")
        member.is_told("No answer came.")
        member.page.unroute(re.compile(r"/parts/[1-9]\d*$"))

        member.presses("Go on")

        member.sees_heading("The import is done")
        assert [count(member, each) for each in ("Rows", "New", "Unchanged")] == ["12", "12", "0"]

    def test_that_was_not_told_to_have_begun_begins_once(self, member, file):
        member.comes_in("admin")
        looks_at(member, file)
        begun = asked_of(member, "POST", r"/imports$")
        member.page.route("**/contacts/imports", losing_the_answer(member))
        member.presses("Import")
        member.is_told("No answer came.")
        member.page.unroute("**/contacts/imports")

        member.presses("Import")

        member.sees_heading("The import is done")
        keys = {each["headers"]["idempotency-key"] for each in begun}
        assert (len(begun), len(keys)) == (2, 1)

    def test_csl_02_comes_back_after_a_reload_and_asks_for_the_same_file(self, member, tmp_path):
        path = of_two_parts(tmp_path / "long.csv")
        other = tmp_path / "other.csv"
        other.write_text(path.read_text().replace("Person 11", "Person 22"))
        member.comes_in("admin")
        looks_at(member, path)
        member.page.route(re.compile(r"/parts/[1-9]\d*$"), lambda route: route.abort())
        member.presses("Import")
        member.is_told("No answer came.")
        member.page.unroute(re.compile(r"/parts/[1-9]\d*$"))

        member.page.reload()

        member.sees_heading("Importing the file")
        member.sees("The browser keeps no files. Choose long.csv again")
        member.presses("Go on")
        member.is_told("Choose a file first.")
        member.field("The same file again").set_input_files(other)
        member.is_told("That is another file")
        member.field("The same file again").set_input_files(path)
        expect(member.page.get_by_text("That is another file")).to_have_count(0)
        member.presses("Go on")
        member.sees_heading("The import is done")
        assert count(member, "New") == "12"

    def test_csl_02_comes_back_after_a_session_that_ended(self, member, house, file):
        member.comes_in("admin")
        looks_at(member, file)
        house.forward(minutes=61)
        member.presses("Import")
        member.is_told("Nothing was done here for an hour.")

        member.signs_in_again("adam@example.com")

        member.sees_heading("What the import would do")
        member.field("The same file again").set_input_files(file)
        member.presses("Import")
        member.sees_heading("The import is done")
        assert count(member, "New") == "3"

    @pytest.mark.parametrize(
        ("taken", "given_back", "told"),
        [
            ("remove", "add", "You have no role in this team."),
            ("set --role auditor", "set", "Your role does not allow this any more."),
        ],
        ids=["none", "smaller"],
    )
    def test_csl_02_goes_on_after_a_role_that_was_taken(
        self, member, house, tmp_path, taken, given_back, told
    ):
        adam = ("acme", "adam@example.com")
        stops_in_the_middle(member, of_two_parts(tmp_path / "long.csv"))
        verb, *options = taken.split()
        house.team("team", verb, *adam, *options)
        try:
            member.presses("Go on")
            member.is_told(told)
        finally:
            house.team("team", given_back, *adam, "--role", "admin")

        member.presses("Go on")

        member.sees_heading("The import is done")
        assert [count(member, each) for each in ("Rows", "New", "Unchanged")] == ["12", "12", "0"]

    def test_csl_02_goes_on_after_a_session_that_ended_elsewhere(self, member, house, tmp_path):
        path = of_two_parts(tmp_path / "long.csv")
        stops_in_the_middle(member, path)
        house.team("session", "end", "acme", "adam@example.com", "--all")
        member.presses("Go on")
        member.is_told("You are signed out.")

        member.signs_in_again("adam@example.com")

        member.sees_heading("Importing the file")
        member.field("The same file again").set_input_files(path)
        member.presses("Go on")
        member.sees_heading("The import is done")
        assert [count(member, each) for each in ("Rows", "New", "Unchanged")] == ["12", "12", "0"]

    def test_csl_02_goes_on_by_itself_after_a_fault_of_ours(self, member, tmp_path):
        path = of_two_parts(tmp_path / "long.csv")
        member.comes_in("admin")
        looks_at(member, path)
        refused = {"type": "try-later", "title": "try-later", "status": 503}
        member.page.route(LATER_PARTS, lambda route: route.fulfill(status=503, json=refused), times=1)  # fmt: skip

        member.presses("Import")

        member.sees("It goes on by itself in")
        member.sees_heading("The import is done")
        assert [count(member, each) for each in ("Rows", "New", "Unchanged")] == ["12", "12", "0"]

    def test_csl_02_goes_on_in_a_tab_of_the_version_before(self, member, house, tmp_path):
        stops_in_the_middle(member, of_two_parts(tmp_path / "long.csv"))
        # What such a tab loads late has the old name.
        old = f"{house.origin}/assets/-0123456789abcdef/words/console/de.json"
        member.page.route("**/words/console/de.json", lambda route: route.continue_(url=old))
        member.page.locator("#language").select_option("de")
        heading = member.page.get_by_role("heading", level=1)
        expect(heading).not_to_have_text("Importing the file")
        member.page.locator("#language").select_option("en")
        expect(heading).to_have_text("Importing the file")

        member.presses("Go on")

        member.sees_heading("The import is done")
        assert [count(member, each) for each in ("Rows", "New", "Unchanged")] == ["12", "12", "0"]

    def test_csl_02_pressed_twice_on_a_slow_network_begins_once(self, member, file):
        member.comes_in("admin")
        looks_at(member, file)
        begun = asked_of(member, "POST", r"/imports$")
        lose = losing_the_answer(member)

        def slowly(route: Route) -> None:
            member.page.wait_for_timeout(SLOW_MS)
            lose(route)

        member.page.route("**/contacts/imports", slowly)
        member.presses("Import")
        member.offers("Import").click(force=True)
        member.is_told("No answer came.")
        assert len(begun) == 1
        member.page.unroute_all(behavior="wait")

        member.presses("Import")

        member.sees_heading("The import is done")
        assert count(member, "New") == "3"
        assert len({each["headers"]["idempotency-key"] for each in begun}) == 1

    def test_waits_for_its_budget_and_goes_on_by_itself(self, member, file):
        member.comes_in("admin")
        opens_import(member)
        chooses(member, file)
        refused = {"type": "too-many-requests", "status": 429, "retry_after": 2}
        member.page.route(
            "**/parts/0", lambda route: route.fulfill(status=429, json=refused), times=1
        )

        member.presses("See what it would do")

        member.sees("It goes on by itself in")
        member.sees_heading("What the import would do")

    def test_is_cancelled_and_says_what_stays(self, member, tmp_path):
        path = of_two_parts(tmp_path / "long.csv")
        member.comes_in("admin")
        looks_at(member, path)
        member.page.route(re.compile(r"/parts/[1-9]\d*$"), lambda route: route.abort())
        member.presses("Import")
        member.is_told("No answer came.")

        member.presses("Cancel the import")

        member.sees_heading("The import was cancelled")
        member.sees("What was written until then stays.")
        assert 0 < int(count(member, "New")) < 12
        member.presses("Choose another file")
        member.sees_heading("Import contacts")

    def test_csl_02_cancelled_with_a_lost_answer_is_said_to_be(self, member, tmp_path):
        stops_in_the_middle(member, of_two_parts(tmp_path / "long.csv"))
        member.page.route("**/cancel", losing_the_answer(member), times=1)
        member.presses("Cancel the import")
        member.is_told("No answer came.")

        member.presses("Cancel the import")

        member.sees_heading("The import was cancelled")

    def test_of_a_day_ago_says_so_and_begins_anew(self, member, house, file):
        member.comes_in("admin")
        looks_at(member, file)
        house.forward(hours=25)
        member.comes_in("admin")

        member.opens("import")

        member.is_told("The import of before is over")
        expect(member.field("CSV file")).to_be_visible()


class TestTheCommand:
    def test_does_the_same_with_the_same_file(self, member, house, file):
        member.comes_in("admin")
        opens_import(member)
        member.page.get_by_text("Copy as command").click()
        command = member.field("Command").input_value()
        portico, *words = shlex.split(command)
        assert (portico, "ptk_" in command) == ("portico", False)

        file.write_text(file.read_text().replace("no-address,Nobody,en\n", ""))

        said = house.team(*[str(file) if each == "contacts.csv" else each for each in words])

        assert re.search(r"added +3\b", said)


class TestEveryScreen:
    @pytest.mark.parametrize(
        "look",
        [
            {"viewport": {"width": 360, "height": 740}},
            {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
        ],
        ids=["en-360", "en-1280-dark"],
    )
    def test_has_no_barrier(self, person_with, look, file):
        member = Member(person_with(**look))
        member.comes_in("admin")
        member.opens("import")
        member.sees_heading("Import contacts")
        chooses(member, file)
        member.page.get_by_text("Which column is what").click()
        member.person.finds_no_barrier()

        member.presses("See what it would do")
        member.sees_heading("What the import would do")
        member.person.finds_no_barrier()
        member.page.reload()
        member.sees_heading("What the import would do")

        member.person.finds_no_barrier()
