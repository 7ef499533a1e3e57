"""``portico trail list`` and ``overview`` (cli/trail_list.py)."""

import csv
import io
import json

import pytest

from portico.ids import fingerprint


@pytest.fixture
def happened(portal):
    """Ann has signed in, and somebody has asked for a code who is nobody."""
    portal.records_trail()
    portal.forward(hours=1)
    portal.browser.asks_for_a_code()
    portal.records_trail()
    portal.delivers_mail()
    portal.records_trail()
    portal.browser.types_the_mailed_code()
    portal.records_trail()
    portal.forward(hours=1)
    portal.another_browser().asks_for_a_code("nobody@example.com")
    portal.delivers_mail()
    portal.records_trail()
    return portal


def listed(terminal, *options):
    return terminal.told("trail", "list", "acme", *options)["trail"]


def makes_a_key(terminal):
    """Ann, who becomes an owner, answers for it."""
    terminal.says("team", "add", "acme", "ann@example.com", "--role", "owner")
    owned = ("key", "add", "acme", "--owner", "ann@example.com")
    return terminal.told(*owned, "--label", "Script", "--scope", "links")["key"]


class TestAList:
    def test_has_the_newest_first_and_says_since_when_it_is_kept(self, happened, terminal):
        told = terminal.told("trail", "list", "acme")

        assert [each["outcome"] for each in told["trail"]][:2] == ["withheld", "signed-in"]
        assert told["notes"] == [
            "The list begins at 2026-11-21 12:00 UTC; what happened before is in portico trail show."
        ]

    @pytest.mark.parametrize(
        ("options", "outcomes"),
        [
            (("--outcome", "signed-in"), ["signed-in"]),
            (("--reason", "not-a-contact"), ["withheld"]),
            (("--contact", "nobody@example.com"), ["withheld"]),
            (("--since", "30m", "--way", "code"), ["withheld"]),
            (("--way", "code", "--until", "2026-11-21T13:30"), ["signed-in"]),
            (("--event", "code.mailed"), ["signed-in"]),
            (("--by", "key"), []),
            (("--delivery", "bounced"), []),
        ],
        ids=" ".join,
    )
    def test_is_filtered(self, happened, terminal, options, outcomes):
        assert [each["outcome"] for each in listed(terminal, *options)] == outcomes

    def test_of_a_contact_is_found_by_id_and_by_address(self, happened, terminal):
        by_id = listed(terminal, "--contact", happened.ann.id)

        assert by_id == listed(terminal, "--contact", "ann@example.com")
        assert [each["event"] for each in by_id] == ["session.started", "contact.added"]

    def test_shows_one_sign_in_by_either_of_its_names(self, happened, terminal):
        (entry,) = listed(terminal, "--outcome", "signed-in")
        short = fingerprint(happened.browser.challenge)

        for name in (entry["id"], short):
            assert listed(terminal, "--sign-in", name) == [entry]
        assert len(entry["steps"]) == 3

    def test_says_what_the_team_calls_the_thing_that_a_row_is_about(self, happened, terminal):
        made = makes_a_key(terminal)
        happened.records_trail()
        link = terminal.told("link", "create", "acme", "--label", "Poster")["link"]
        happened.records_trail()
        terminal.says("link", "revoke", "acme", link["id"])
        happened.records_trail()
        own = terminal.told(
            "link", "create", "acme", "--contact", "ann@example.com", "--label", "Ann, 3rd floor"
        )["link"]
        happened.records_trail()

        about = {(each["event"], each["about"], each["label"]) for each in listed(terminal)}

        assert {
            ("key.created", f"key:{made['id']}", "Script"),
            ("link.created", f"link:{link['id']}", "Poster"),
            ("link.revoked", f"link:{link['id']}", "Poster"),
            # A personal link's is the contact's, and goes with them.
            ("link.created", f"link:{own['id']}", None),
        } <= about
        shown = terminal.says("trail", "list", "acme").stdout
        written = terminal.says("trail", "list", "acme", "--format", "csv").stdout
        assert "key Script" in shown
        assert "link Poster" in shown
        rows = list(csv.DictReader(io.StringIO(written)))
        assert (f"key:{made['id']}", "Script") in {(row["about"], row["label"]) for row in rows}

    @pytest.mark.parametrize(
        "label",
        [
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        ],
    )
    def test_keeps_what_joins_the_letters_of_a_label(self, happened, terminal, label):
        terminal.told("link", "create", "acme", "--label", label)
        happened.records_trail()

        (row,) = [each for each in listed(terminal) if each["label"]]
        assert row["label"] == label
        assert row["steps"][0]["detail"]["label"] == label

    def test_says_it_of_a_portal_and_a_connection_by_their_labels(
        self, happened, terminal, tmp_path
    ):
        (tmp_path / "secret").write_text("s3cret~value\n")
        terminal.says(
            "portal", "add", "acme", "help", "--label", "Help pages",
            "--redirect-uri", "https://help.acme.test/back",
        )  # fmt: skip
        terminal.says(
            "connection", "add", "acme", "face", "--kind", "facebook", "--client-id", "a",
            "--label", "Our Facebook", "--secret-file", str(tmp_path / "secret"),
        )  # fmt: skip
        happened.records_trail()

        about = {(each["event"], each["about"], each["label"]) for each in listed(terminal)}

        assert ("portal.added", "portal:help", "Help pages") in about
        assert ("connection.added", "connection:face", "Our Facebook") in about
        # What is of a contact, or a sign-in, is about nothing that the team has made.
        assert {each[1] for each in about if each[0].startswith(("contact.", "session."))} == {None}

    def test_names_the_key_by_which_something_was_done(self, happened, terminal):
        key = makes_a_key(terminal)
        row = {"pk": "acme#listed#2026-11-21#0", "sk": "2026-11-21T13:30:00Z#evt_x"}
        step = {
            "name": "contact.changed",
            "at": "2026-11-21T13:30:00.000+00:00",
            "subject": happened.ann.id,
        }
        happened.writes(
            "trail",
            {"pk": "acme#listed", "sk": "2026-11-21", "shards": frozenset("0123456789abcdef")},
        )
        happened.writes("trail", row | {"step_00000000": step | {"by": f"key:{key['id']}"}})

        assert "key Script" in terminal.says("trail", "list", "acme").stdout

    @pytest.mark.parametrize(
        "options",
        [
            ("--outcome", "lost"),
            ("--delivery", "lost"),
            ("--format", "xml"),
            ("--since", "soon"),
            ("--sign-in", "2026_x"),
            ("--contact", "ct_x", "--sign-in", "0" * 12),
        ],
        ids=" ".join,
    )
    def test_that_can_fit_nothing_is_not_understood(self, happened, terminal, options):
        terminal.refused("trail", "list", "acme", *options, code=2)

    def test_con_01_is_a_table_that_no_spreadsheet_runs_and_no_terminal_obeys(
        self, happened, terminal
    ):
        event = "2026-11-21T15:00:00.000+00:00"
        step = {"name": "=cmd()", "at": event, "by": "+cmd\x1b[31m\u202e|' /C calc'!A0"}
        happened.writes(
            "trail",
            {
                "pk": "acme#listed#2026-11-21#0",
                "sk": "2026-11-21T13:30:00Z#evt_x",
                "step_00000000": step | {"detail": {"reason": "@SUM(1)\u2028x"}},
            },
        )
        happened.writes(
            "trail",
            {"pk": "acme#listed", "sk": "2026-11-21", "shards": frozenset("0123456789abcdef")},
        )
        written = terminal.says("trail", "list", "acme", "--format", "csv").stdout
        shown = terminal.says("trail", "list", "acme").stdout

        rows = list(csv.DictReader(io.StringIO(written)))
        (row,) = [each for each in rows if each["id"].endswith("_evt_x")]
        assert row["event"] == "'=cmd()"
        assert row["reason"].startswith("'@SUM")
        assert row["by"].startswith("'+cmd")
        for text in (written, shown):
            assert "\x1b[31m" not in text
            assert "\u202e" not in text
            assert "\u2028" not in text

    def test_is_written_whole_as_json_lines_and_as_ocsf(self, happened, terminal):
        lines = terminal.says("trail", "list", "acme", "--format", "jsonl").stdout.splitlines()
        events = terminal.says("trail", "list", "acme", "--format", "ocsf").stdout.splitlines()

        assert [json.loads(each) for each in lines] == listed(terminal, "--limit", "100")
        assert [json.loads(each)["status_id"] for each in events] == [2, 1]


class TestAnOverview:
    def test_counts_by_day(self, happened, terminal):
        told = terminal.told("trail", "overview", "acme")

        (day,) = told["overview"]
        assert (day["day"], day["sign_ins"]) == ("2026-11-21", 2)
        assert day["outcomes"] == {"signed-in": 1, "withheld": 1}
        assert day["ways"] == {"code": 2}
        assert day["reasons"] == {"not-a-contact": 1}
