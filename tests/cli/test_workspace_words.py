"""Front entrance, pause, and what page and mail show (cli/workspaces.py, cli/moments.py)."""

from datetime import UTC, datetime, timedelta

import pytest

from cli import moments
from cli.refusals import Refusal
from portico.aws.tables import ALWAYS
from portico.people.store import People, settings_row_key, words_key
from tests.support.driver import NOON


@pytest.fixture
def acme(terminal):
    """Acme Support with the front entrance that a new workspace has."""
    terminal.says(
        "workspace", "create", "acme",
        "--name", "Acme Support", "--portal-url", "https://portal.acme.test",
    )  # fmt: skip
    return terminal


class TestANewWorkspace:
    def test_has_a_front_entrance(self, acme):
        assert acme.told("workspace", "show", "acme")["workspace"]["entrance"] is True
        (link,) = acme.told("link", "list", "acme")["links"]
        assert (link["front"], link["state"], link["kind"]) == (True, "alive", "shared")

    def test_has_none_if_its_team_wants_none(self, terminal):
        told = terminal.told(
            "workspace", "create", "acme", "--name", "A", "--portal-url", "https://a.test",
            "--no-entrance",
        )  # fmt: skip

        assert told["workspace"]["entrance"] is False
        assert terminal.told("link", "list", "acme")["links"] == []

    def test_may_come_with_all_its_words(self, terminal):
        told = terminal.told(
            "workspace", "create", "acme", "--name", "A", "--portal-url", "https://a.test",
            "--support", "help@a.test", "--no-powered-by",
        )["workspace"]  # fmt: skip

        assert (told["support_url"], told["powered_by"]) == ("mailto:help@a.test", False)


class TestTheFrontEntrance:
    def test_is_closed_and_opened_by_a_switch(self, acme):
        acme.says("workspace", "set", "acme", "--no-entrance")
        assert acme.told("link", "list", "acme", "--all")["links"][0]["state"] == "revoked"

        acme.says("workspace", "set", "acme", "--entrance")
        assert acme.told("link", "list", "acme")["links"][0]["state"] == "alive"

    def test_is_closed_by_revoking_its_link_too(self, acme):
        acme.says("link", "revoke", "acme", "ent_acme")

        assert acme.told("workspace", "show", "acme")["workspace"]["entrance"] is False

    def test_of_a_workspace_that_is_older_stays_closed_over_a_reset(self, acme):
        acme.says("workspace", "set", "acme", "--no-entrance")
        People("people", "acme").rows.update(
            *settings_row_key("acme"), "REMOVE entrance", ALWAYS, {}
        )
        assert acme.told("workspace", "show", "acme")["workspace"]["entrance"] is False

        said = acme.refused("workspace", "set", "acme", "--reset", "entrance", code=2)

        assert said == "--reset --entrance: it has no default. Say --entrance or --no-entrance."
        assert acme.told("workspace", "show", "acme")["workspace"]["entrance"] is False
        assert acme.told("link", "list", "acme")["links"] == []

    def test_that_is_closed_is_explained_and_how_to_open_it(self, acme):
        acme.says("workspace", "set", "acme", "--no-entrance")
        id_ = acme.told("link", "list", "acme", "--all")["links"][0]["id"]

        said = " ".join(acme.says("why", "acme", "--link", id_).stdout.split())

        assert "portico workspace set acme --entrance" in said

    def test_is_called_by_its_address_in_the_list(self, acme):
        assert "everybody, at /acme" in acme.says("link", "list", "acme").stdout


class TestTheWords:
    def test_are_set_shown_and_put_back(self, acme):
        after = acme.told(
            "workspace", "set", "acme", "--support", "help@acme.test",
            "--privacy", "https://acme.test/privacy", "--terms", "https://acme.test/terms",
            "--no-powered-by",
        )["workspace"]  # fmt: skip

        assert after["support_url"] == "mailto:help@acme.test"
        assert after["privacy_url"] == "https://acme.test/privacy"
        assert after["powered_by"] is False
        assert "https://acme.test/terms" in acme.says("workspace", "show", "acme").stdout
        reset = acme.told("workspace", "set", "acme", "--reset", "support", "--reset", "powered-by")
        assert reset["workspace"]["support_url"] is None
        assert reset["workspace"]["powered_by"] is True
        assert reset["workspace"]["terms_url"] == "https://acme.test/terms"

    def test_stand_in_a_row_of_their_own(self, acme):
        acme.says("workspace", "set", "acme", "--support", "help@acme.test")

        rows = {(row["pk"], row["sk"]): row for row in acme.people()}
        assert rows[words_key("acme")]["support_url"] == "mailto:help@acme.test"
        assert "support_url" not in acme.row("acme#workspace")

    def test_are_told_to_the_trail_with_the_settings(self, acme):
        acme.says("workspace", "set", "acme", "--support", "help@acme.test", "--link-days", "7")

        event = acme.line()
        assert event["detail"]["fields"] == "link_days,support_url"

    def test_that_cannot_be_are_refused_by_the_options_name(self, acme):
        said = acme.refused("workspace", "set", "acme", "--support", "javascript:alert(1)")

        assert said.startswith("--support: ")

    def test_that_are_the_same_change_nothing(self, acme):
        acme.says("workspace", "set", "acme", "--support", "help@acme.test")

        again = acme.told("workspace", "set", "acme", "--support", "help@acme.test")

        assert "Nothing changed" in again["notes"][0]


class TestAPause:
    def test_is_told_by_every_command_that_somebody_may_wonder_at(self, acme):
        acme.says("workspace", "set", "acme", "--paused-until", "2h")
        acme.says("contact", "add", "acme", "--name", "Ann", "--email", "ann@example.com")

        made = acme.told("link", "create", "acme")["notes"][0]
        why = acme.says("why", "acme", "ann@example.com").stdout

        for said in (made, " ".join(why.split())):
            assert "is paused until" in said
            assert "portico workspace set acme --reset paused-until" in said

    def test_is_the_workspaces_state_in_the_list(self, acme):
        acme.says("workspace", "set", "acme", "--paused-until", "2h")

        (row,) = acme.told("workspace", "list")["workspaces"]

        assert row["state"] == "paused"

    def test_has_a_text_in_each_language(self, acme):
        acme.says("workspace", "set", "acme", "--paused-until", "2h", "--pause-text", "We move.")
        acme.says("workspace", "set", "acme", "--pause-text", "de=Wir ziehen um.")

        texts = acme.told("workspace", "show", "acme")["workspace"]["pause_text"]
        assert texts == {"en": "We move.", "de": "Wir ziehen um."}
        fewer = acme.told("workspace", "set", "acme", "--pause-text", "de=")["workspace"]
        assert fewer["pause_text"] == {"en": "We move."}

    def test_ends_when_the_team_says_so(self, acme):
        acme.says("workspace", "set", "acme", "--paused-until", "2h")

        after = acme.told("workspace", "set", "acme", "--reset", "paused-until")

        assert after["workspace"]["paused_until"] == 0

    @pytest.mark.parametrize(
        ("typed", "until"),
        [
            ("90s", NOON + timedelta(seconds=90)),
            ("2h", NOON + timedelta(hours=2)),
            ("2026-12-24T18:00+01:00", datetime(2026, 12, 24, 17, 0, tzinfo=UTC)),
            ("2026-12-24 18:00Z", datetime(2026, 12, 24, 18, 0, tzinfo=UTC)),
        ],
    )
    def test_is_a_duration_or_a_time_with_its_zone(self, typed, until):
        assert moments.seconds(typed, at=NOON) == int(until.timestamp())

    @pytest.mark.parametrize("typed", ["2026-12-24T18:00", "2026-12-24", "tomorrow", "", "-2h"])
    def test_is_nothing_that_could_be_meant_otherwise(self, acme, typed):
        result = acme.runs(
            "workspace", "set", "acme", "--paused-until", typed, "--stack", "portico"
        )

        assert result.exit_code != 0

    @pytest.mark.parametrize("typed", ["2026-11-21T11:59Z", "0s", "2028-01-01T00:00Z", "400d"])
    def test_is_neither_over_nor_for_years(self, typed):
        with pytest.raises(Refusal):
            moments.seconds(typed, at=NOON)
