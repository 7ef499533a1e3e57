import boto3
import pytest

from portico.aws.values import item_of
from portico.people.flow import TeamPeople

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


class TestCreatingAWorkspace:
    def test_shows_it_and_where_its_page_is(self, terminal):
        told = terminal.told(
            "workspace", "create", "acme", "--name", "Acme Support",
            "--portal-url", "https://portal.acme.test", "--locale", "de",
            "--session-idle", "30m", "--session-life", "12h", "--no-send-on-open",
            "--area", "tickets=/my/tickets", "--request-flow", "laptop", "--request-flow", "leave",
        )  # fmt: skip

        home = told["workspace"]
        assert told["page_url"] == "https://signin.acme.test/acme"
        assert (home["id"], home["name"], home["locale"]) == ("acme", "Acme Support", "de")
        assert (home["session_idle_seconds"], home["session_absolute_seconds"]) == (1800, 43200)
        assert home["send_on_open"] is False
        assert home["areas"]["tickets"] == "/my/tickets"
        assert home["areas"]["ticket"] == "/tickets/{id}"
        assert home["request_flows"] == ["laptop", "leave"]

    def test_is_what_the_doors_read(self, acme):
        assert TeamPeople("people").workspace("acme").name == "Acme Support"

    def test_is_told_to_the_trail_by_the_name_of_who_typed_it(self, acme):
        event = acme.row("acme#workspace")["event"]

        assert (event["name"], event["by"]) == ("workspace.created", "cli:olga")

    def test_needs_a_name_and_a_portal(self, terminal):
        result = terminal.runs("workspace", "create", "acme", "--stack", "portico")

        assert result.exit_code == 2
        assert "--name" in result.stderr

    def test_twice_is_refused(self, acme):
        said = acme.refused(
            "workspace", "create", "acme", "--name", "B", "--portal-url", "https://b.test"
        )

        assert said == "There is already a workspace with this id."
        assert TeamPeople("people").workspace("acme").name == "Acme Support"

    @pytest.mark.parametrize("id_", ["www", "A", "a", "acme_support"])
    def test_refuses_ids_that_are_no_path(self, terminal, id_):
        said = terminal.refused(
            "workspace", "create", id_, "--name", "B", "--portal-url", "https://b.test"
        )

        assert said.startswith("the workspace's id")

    def test_says_every_setting_that_cannot_be(self, terminal):
        said = terminal.refused(
            "workspace", "create", "acme", "--name", "a\tb", "--portal-url", "http://portal.test/",
            "--office-network", "10.0.0.0/8", "--session-idle", "1m",
        )  # fmt: skip

        assert "--name: printable" in said
        assert "--portal-url: an address with https://" in said
        assert "--office-network: 10.0.0.0/8: /16 at the widest" in said
        assert "--session-idle: How long" in said
        assert terminal.people() == []


class TestSettingAWorkspace:
    def test_changes_what_was_given_and_nothing_else(self, acme):
        before = acme.told("workspace", "show", "acme")["workspace"]

        after = acme.told("workspace", "set", "acme", "--accent-color", "#1F6FEB")["workspace"]

        assert after == before | {"accent_color": "#1f6feb"}

    def test_tells_the_trail_which_fields(self, acme):
        acme.says("workspace", "set", "acme", "--link-days", "7", "--portal-disabled")

        event = acme.row("acme#changes")["event"]
        assert event["name"] == "workspace.changed"
        assert event["detail"] == {
            "fields": "link_days,portal_enabled",
            "before": '{"link_days":90,"portal_enabled":true}',
            "after": '{"link_days":7,"portal_enabled":false}',
        }

    def test_to_what_it_is_writes_nothing(self, acme):
        written = acme.row("acme#workspace")

        told = acme.told("workspace", "set", "acme", "--name", "Acme Support")

        assert "Nothing changed: the values are the same as before." in told["notes"]
        assert acme.row("acme#workspace") == written

    def test_to_nothing_is_no_command(self, acme):
        assert acme.refused("workspace", "set", "acme", code=2).startswith("Say what to set")

    def test_takes_an_area_away_and_puts_it_back(self, acme):
        assert "tickets" not in _areas(acme, "--area", "tickets=")
        assert _areas(acme, "--area", "ticket=/t/{id}")["ticket"] == "/t/{id}"
        assert _areas(acme, "--reset", "area")["tickets"] == "/tickets"

    def test_puts_a_setting_back(self, acme):
        acme.says("workspace", "set", "acme", "--request-flow", "laptop", "--sender-name", "Help")

        after = acme.told(
            "workspace", "set", "acme", "--reset", "request-flow", "--reset", "--sender-name"
        )["workspace"]

        assert (after["request_flows"], after["sender_name"]) == ([], None)

    @pytest.mark.parametrize("reset", ["name", "id", "nonsense"])
    def test_does_not_put_back_what_has_no_default(self, acme, reset):
        assert "--reset" in acme.refused("workspace", "set", "acme", "--reset", reset, code=2)

    def test_bounds_the_rest_by_the_life(self, acme):
        said = acme.refused("workspace", "set", "acme", "--session-life", "1h")

        assert said == "--session-idle: no longer than --session-life"

    def test_wants_durations_with_their_unit(self, acme):
        result = acme.runs("workspace", "set", "acme", "--session-idle", "30", "--stack", "portico")

        assert result.exit_code == 2
        assert "such as 30m" in result.stderr

    def test_of_an_unknown_workspace_says_so(self, terminal):
        said = terminal.refused("workspace", "set", "nobody", "--name", "x")

        assert said == "There is no workspace nobody."


class TestALogo:
    def test_is_kept_under_its_digest(self, acme, tmp_path):
        (tmp_path / "logo.png").write_bytes(PNG)

        told = acme.told("workspace", "set", "acme", "--logo", str(tmp_path / "logo.png"))

        row = acme.row("acme#logo")
        assert row["png"] == PNG
        assert told["workspace"]["logo"] == row["digest"]

    def test_may_come_with_the_workspace(self, terminal, tmp_path):
        (tmp_path / "logo.png").write_bytes(PNG)

        told = terminal.told(
            "workspace", "create", "acme", "--name", "A", "--portal-url", "https://p.acme.test",
            "--logo", str(tmp_path / "logo.png"),
        )  # fmt: skip

        assert told["workspace"]["logo"] == terminal.row("acme#logo")["digest"]

    @pytest.mark.parametrize(
        ("content", "why"),
        [(b"<svg/>", "a PNG"), (PNG + bytes(70_000), "64 KB at most"), (None, "No such file")],
    )
    def test_is_refused_in_words(self, acme, tmp_path, content, why):
        if content is not None:
            (tmp_path / "logo.png").write_bytes(content)

        said = acme.refused("workspace", "set", "acme", "--logo", str(tmp_path / "logo.png"))

        assert said.startswith("--logo: ")
        assert why in said

    def test_can_be_taken_away(self, acme, tmp_path):
        (tmp_path / "logo.png").write_bytes(PNG)
        acme.says("workspace", "set", "acme", "--logo", str(tmp_path / "logo.png"))

        assert acme.told("workspace", "set", "acme", "--reset", "logo")["workspace"]["logo"] is None


class TestAPortalOnAnotherSite:
    def test_is_warned_of_with_what_is_assumed(self, acme):
        told = acme.told("workspace", "set", "acme", "--portal-url", "https://help.example.com")

        (warning,) = [note for note in told["notes"] if "different sites" in note]
        assert "example.com and acme.test" in warning
        assert "Assumed: the public suffix list of 20" in warning

    def test_is_said_to_people_too(self, acme):
        said = acme.says("workspace", "set", "acme", "--portal-url", "https://help.example.com")

        assert "Note: https://help.example.com" in said.stderr

    def test_that_is_on_our_site_needs_no_deployment(self, acme):
        assert acme.told("workspace", "show", "acme")["notes"] == []


class TestAWorkspaceWithoutCodes:
    def test_is_warned_of_if_nobody_can_sign_in(self, acme):
        notes = acme.told("workspace", "set", "acme", "--no-code-method")["notes"]

        assert any("no other way to sign in: nobody can." in each for each in notes)

    def test_is_not_where_passwords_are_on(self, acme):
        notes = acme.told("workspace", "set", "acme", "--no-code-method", "--passwords")["notes"]

        assert not any("nobody can" in each for each in notes)


def _areas(terminal, *settings):
    return terminal.told("workspace", "set", "acme", *settings)["workspace"]["areas"]


class TestListingWorkspaces:
    def test_is_by_id_with_state_and_page(self, acme):
        acme.says(
            "workspace", "create", "a1", "--name", "A One", "--portal-url", "https://p.a1.test"
        )
        acme.says("workspace", "set", "a1", "--portal-disabled")

        told = acme.told("workspace", "list")["workspaces"]
        said = acme.says("workspace", "list").stdout

        assert [(each["id"], each["state"]) for each in told] == [("a1", "off"), ("acme", "on")]
        assert told[1]["name"] == "Acme Support"
        assert "https://signin.acme.test/a1" in said

    def test_of_none_says_so(self, terminal):
        assert terminal.says("workspace", "list").stdout == "Workspaces: none\n"

    def test_is_not_ended_by_a_row_that_somebody_broke(self, acme):
        row = acme.row("acme#workspace") | {"name": None, "areas": 7}
        boto3.client("dynamodb").put_item(TableName="people", Item=item_of(row))

        told = acme.told("workspace", "list")

        assert told["workspaces"] == [
            {"id": "acme", "state": "malformed", "name": None, "portal_url": None}
        ]
        assert told["notes"] == ["The row of acme was changed by hand, and cannot be read."]
