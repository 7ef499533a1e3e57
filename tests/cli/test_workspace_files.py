"""A workspace is written into a file, and opened from it in another stack (cli/workspace_files.py)."""

import json
import stat

import pytest


@pytest.fixture
def file(tmp_path):
    return tmp_path / "acme.jsonl"


def runs(terminal, *command):
    return terminal.runs("workspace", *command, "--stack", "portico")


def emptied(portal):
    for table in ("people", "sign-in", "trail"):
        for row in portal.rows(table):
            portal.removes(table, row)


class TestAnExport:
    def test_out_11_is_a_new_file_for_its_owner_alone_and_says_what_it_holds(
        self, portal, terminal, file
    ):
        result = runs(terminal, "export", "acme", str(file))

        assert result.exit_code == 0, result.output
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        said = " ".join(result.output.split())
        assert "holds names and addresses of all contacts" in said
        assert "holds no password" in said
        assert "keys for scripts" in said
        assert "client secrets of connections" in said

    def test_says_that_hashes_of_passwords_can_be_guessed_at(self, portal, terminal, file):
        result = runs(terminal, "export", "acme", str(file), "--with-passwords", "--json")

        told = json.loads(result.stdout)
        assert told["holds"]["contacts"] == 1
        assert "guessed at without end" in " ".join(told["notes"])

    def test_is_never_written_over_a_file_or_through_a_link(self, portal, terminal, file, tmp_path):
        file.write_text("mine")
        link = tmp_path / "link"
        link.symlink_to(tmp_path / "elsewhere")

        for each in (file, link):
            result = runs(terminal, "export", "acme", str(each))
            assert result.exit_code == 1
            assert "File exists" in result.output
        assert file.read_text() == "mine"
        assert not (tmp_path / "elsewhere").exists()


class TestAnImport:
    def test_opens_the_workspace_and_says_what_is_left_to_do(self, portal, terminal, file):
        runs(terminal, "export", "acme", str(file))
        emptied(portal)

        result = runs(terminal, "import", str(file))

        assert result.exit_code == 0, result.output
        assert "Imported: Acme" in result.output
        assert "portico key add" in result.output
        again = runs(terminal, "import", str(file))
        assert "in already" in " ".join(again.output.split())
        assert runs(terminal, "show", "acme").exit_code == 0

    def test_is_refused_where_there_is_one(self, portal, terminal, file):
        runs(terminal, "export", "acme", str(file))

        result = runs(terminal, "import", str(file))

        assert result.exit_code == 1
        assert "has a workspace acme already" in " ".join(result.output.split())

    def test_of_a_file_that_is_not_whole_is_refused(self, portal, terminal, file, tmp_path):
        runs(terminal, "export", "acme", str(file))
        cut = tmp_path / "cut"
        cut.write_bytes(file.read_bytes()[:-9])

        for each, said in ((cut, "cut off"), (tmp_path / "none", "No such file")):
            result = runs(terminal, "import", str(each))
            assert result.exit_code == 1
            assert said in " ".join(result.output.split())
