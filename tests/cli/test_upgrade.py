"""``portico upgrade``: what rows need, and what is left of it."""

import boto3
import pytest

from cli import upgrade
from cli.upgrade import Step
from portico import __version__
from portico.aws.deadline import FAULTS_IN_A_ROW
from portico.aws.values import item_of
from portico.errors import TryLater


class Rows:
    """Rows that a version wants otherwise. What lies in *stuck* cannot be mended yet."""

    def __init__(self, *keys: str) -> None:
        self.old = list(keys)
        self.stuck: set[str] = set()
        self.fails_at = ""
        self.at_fault: set[str] = set()

    def left(self, _):
        yield from list(self.old)

    def mend(self, _, key):
        if key == self.fails_at:
            raise RuntimeError("the terminal was closed")
        if key in self.at_fault:
            raise TryLater(cause="dynamodb.update_item: ThrottlingException")
        if key not in self.stuck:
            self.old.remove(key)


@pytest.fixture
def rows(monkeypatch) -> Rows:
    rows = Rows("a", "b", "c")
    step = Step("0.5.0", "Contacts get a shelf", rows.left, rows.mend)
    monkeypatch.setattr(upgrade, "STEPS", (step,))
    return rows


class TestAnUpgrade:
    def test_of_a_version_without_steps_has_nothing_to_do(self, terminal, monkeypatch):
        monkeypatch.setattr(upgrade, "STEPS", ())

        assert terminal.told("upgrade") == {"mended": 0, "left": {}, "notes": []}
        assert "Nothing is left to do to rows." in terminal.says("upgrade").stdout

    def test_mends_all_rows(self, terminal, rows):
        assert terminal.told("upgrade")["mended"] == 3

        assert rows.old == []

    def test_does_nothing_twice(self, terminal, rows):
        terminal.told("upgrade")

        assert terminal.told("upgrade")["mended"] == 0

    def test_that_was_interrupted_goes_on_where_it_ended(self, terminal, rows):
        rows.fails_at = "b"
        assert terminal.runs("upgrade", "--stack", "portico").exit_code == 1
        assert rows.old == ["b", "c"]
        rows.fails_at = ""

        assert terminal.told("upgrade")["mended"] == 2

    def test_leaves_a_row_that_is_at_fault_and_mends_the_others(self, terminal, rows):
        rows.at_fault = {"a"}

        result = terminal.runs("upgrade", "--stack", "portico")

        assert rows.old == ["a"]
        assert result.exit_code == 3
        assert "ThrottlingException" in result.stderr

    def test_stops_where_every_row_is_at_fault(self, terminal, rows):
        rows.old = [str(n) for n in range(FAULTS_IN_A_ROW)] + ["a"]
        rows.at_fault = set(rows.old) - {"a"}

        assert terminal.runs("upgrade", "--stack", "portico").exit_code == 3
        assert "a" in rows.old

    def test_says_what_is_left(self, terminal, rows):
        rows.stuck = {"c"}
        result = terminal.runs("upgrade", "--stack", "portico")

        assert result.exit_code == 1
        assert "1 rows are left: run portico upgrade again." in " ".join(result.stderr.split())

    def test_only_counts_in_a_dry_run(self, terminal, rows):
        result = terminal.runs("upgrade", "--stack", "portico", "--dry-run", "--json")

        assert result.exit_code == 1
        assert rows.old == ["a", "b", "c"]

    @pytest.mark.parametrize(
        ("deployed", "named"), [("0.9.0", "0.9.0"), ("", "a version before 0.5.0")]
    )
    def test_refuses_a_stack_of_another_version(self, terminal, rows, deployed, named):
        before = terminal.wire.stacks["portico"]
        terminal.wire.stacks = {"portico": {**before, "Version": deployed}}

        said = terminal.refused("upgrade")

        assert f"The stack runs {named}, and this command is {__version__}." in said
        assert rows.old == ["a", "b", "c"]

    def test_says_of_a_stack_that_is_too_far_ahead_how_to_go_back(self, terminal, rows):
        before = terminal.wire.stacks["portico"]
        ahead = {"Version": "0.9.0", "SafeBackTo": "0.8.0"}
        terminal.wire.stacks = {"portico": {**before, **ahead}}

        said = terminal.refused("upgrade")

        assert f"{__version__} is too far back" in said
        assert "Deploy 0.8.0 first" in said
        assert rows.old == ["a", "b", "c"]


class TestThePlacesOfLinks:
    def test_of_an_older_version_are_mended_once(self, acme):
        acme.says("contact", "add", "acme", "--name", "Ann", "--email", "ann@example.com")
        link = acme.told("link", "create", "acme", "--contact", "ann@example.com")["link"]
        shared = acme.told("link", "create", "acme")["link"]["id"]
        row, kept = acme.row(f"acme#link#{link['id']}"), acme.row(f"acme#link#{shared}")
        place = row["listed"]
        assert place.startswith(f"personal#{link['contact']}#")
        old = row | {"listed": f"personal#{row['created_at']}#{link['id']}"}
        boto3.client("dynamodb").put_item(TableName="people", Item=item_of(old))

        assert acme.told("upgrade")["mended"] == 1
        assert acme.row(f"acme#link#{link['id']}")["listed"] == place
        assert acme.row(f"acme#link#{shared}") == kept
        assert acme.told("upgrade")["mended"] == 0
