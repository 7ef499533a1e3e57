"""One name for each field: set, put back, shown and refused by it, whatever kind it is of."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
import typer

from cli import (
    connections,
    contacts,
    directory,
    links,
    option_names,
    portal_options,
    portals,
    workspaces,
)
from cli.option_names import CONNECTION, PORTAL, WORKSPACE, field_of, label_of, name_of, switch
from cli.refusals import refusal_of
from cli.setting_options import SETTINGS
from portico.aws.tables import transact
from portico.directory.scim.group_store import SyncedGroups
from portico.directory.scim.synced_group import SyncedGroup
from portico.errors import InvalidRequest
from portico.openid.registered_client import RegisteredClient
from portico.people.rules import Workspace
from portico.people.workspace_settings import SettingsRefused
from portico.people.workspace_words import WORDS_FIELDS

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
UNTIL = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
TYPED = {
    "name": ("Acme", "Acme"),
    "portal_url": ("https://help.acme.test", "https://help.acme.test"),
    "portal_enabled": (None, False),
    "paused_until": (UNTIL.isoformat(), int(UNTIL.timestamp())),
    "pause_text": ("We move.", {"en": "We move."}),
    "entrance": (None, False),
    "areas": ("tickets=/mine", {"dashboard": "/", "tickets": "/mine"}),
    "request_flows": ("laptop", ["laptop"]),
    "portal_origins": ("https://x.acme.test", ["https://x.acme.test"]),
    "locale": ("de", "de"),
    "accent_color": ("#1f6feb", "#1f6feb"),
    "logo": ("logo.png", None),
    "sender_name": ("Help", "Help"),
    "support_url": ("help@acme.test", "mailto:help@acme.test"),
    "privacy_url": ("https://acme.test/privacy", "https://acme.test/privacy"),
    "terms_url": ("https://acme.test/terms", "https://acme.test/terms"),
    "powered_by": (None, False),
    "code_method": (None, False),
    "sso_method": (None, False),
    "password_method": (None, True),
    "sign_up": (None, True),
    "sign_up_domains": ("example.com", ["example.com"]),
    "sign_up_blocked": ("example.com", ["example.com"]),
    "sign_up_disposable": (None, True),
    "account_deletion": (None, True),
    "directory_rule": ("match_required", "match_required"),
    "directory_contacts": (None, True),
    "directory_hold": (None, True),
    "directory_groups": ("G" * 22, ["G" * 22]),
    "send_on_open": (None, False),
    "code_in_subject": (None, True),
    "check_pasted_code": (None, False),
    "session_idle_seconds": ("30m", 1800),
    "session_absolute_seconds": ("20h", 72000),
    "link_days": ("7", 7),
    "trail_days": ("7", 7),
    "office_networks": ("198.51.100.0/24", ["198.51.100.0/24"]),
    "inbound_addresses": ("help@acme.test", ["help@acme.test"]),
}
"""What to type for each setting, and what its row says then."""
NO_DEFAULT = {"name", "portal_url", "entrance"}
PORTAL_TYPED = {
    "label": "Help",
    "redirect_uris": "https://b.test/callback",
    "post_logout_uris": "https://a.test/out",
    "initiate_login_uri": "https://a.test/login",
    "areas": "tickets",
    "audience": "https://api.a.test",
    "without_pkce": None,
}


def words(field, tmp_path):
    """The words that set one setting to what it is not."""
    typed, kept = TYPED[field]
    option = WORKSPACE[field]
    if typed is None:
        return [option if kept else switch(option).partition("/")[2]]
    if field == "logo":
        (tmp_path / typed).write_bytes(PNG)
        typed = str(tmp_path / typed)
    return [option, typed]


class TestAWorkspacesSetting:
    def test_is_a_field_that_a_team_may_change(self):
        others = {"id", "version", "groups_ruled_at", "connections", "portals"}

        known = {each.name for each in fields(Workspace)} | WORDS_FIELDS
        assert known - others == SETTINGS.keys()
        assert WORKSPACE.keys() - {"id"} == SETTINGS.keys() == TYPED.keys()

    @pytest.mark.parametrize("field", SETTINGS)
    def test_is_set_by_its_name_and_put_back_by_it(self, acme, field, tmp_path):
        if field == "entrance":  # which a new workspace has, and this one does not
            acme.says("workspace", "set", "acme", "--entrance")
        if field == "directory_groups":  # the command asks whether the directory has it
            group = SyncedGroup("G" * 22, 1, UNTIL, UNTIL, {"displayName": "Customers"})
            transact(SyncedGroups("people", "acme").moving(None, group, {}))
        before = acme.told("workspace", "show", "acme")["workspace"]

        after = acme.told("workspace", "set", "acme", *words(field, tmp_path))["workspace"]

        assert {name for name in after if after[name] != before[name]} == {field}
        if field not in ("logo", "areas"):
            assert after[field] == TYPED[field][1]
        reset = ("workspace", "set", "acme", "--reset", label_of(field, WORKSPACE))
        if field in NO_DEFAULT:
            said = acme.refused(*reset, code=2)
            assert said.startswith(f"--reset {WORKSPACE[field]}: it has no default.")
            assert acme.told("workspace", "show", "acme")["workspace"][field] == after[field]
        else:
            assert acme.told(*reset)["workspace"] == before

    @pytest.mark.parametrize("field", sorted(SETTINGS.keys() - NO_DEFAULT))
    def test_is_put_back_by_its_name_with_dashes_too(self, acme, field):
        acme.says("workspace", "set", "acme", "--reset", WORKSPACE[field])

    @pytest.mark.parametrize("field", SETTINGS)
    def test_is_called_so_where_the_workspace_is_shown(self, acme, field):
        shown = acme.says("workspace", "show", "acme").stdout

        labels = [line.split()[0] for line in shown.splitlines() if line.strip()]
        assert labels.count(label_of(field, WORKSPACE)) == 1

    @pytest.mark.parametrize("field", WORKSPACE)
    def test_is_called_so_where_it_is_refused(self, field):
        refused = SettingsRefused(((field, "no"),))

        assert refusal_of(refused, WORKSPACE).text == f"{WORKSPACE[field]}: no"

    def test_is_called_so_in_the_middle_of_a_reason_too(self):
        refused = SettingsRefused((("session_idle_seconds", "up to session_absolute_seconds"),))

        assert refusal_of(refused, WORKSPACE).text == "--session-idle: up to --session-life"

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("sign-up-domains", "--sign-up-domain"),
            ("password-method", "--passwords"),
            ("sign-up-disposable", "--disposable"),
            ("request_flows", "--request-flow"),
        ],
    )
    def test_has_no_second_name(self, acme, typed, meant):
        said = acme.refused("workspace", "set", "acme", "--reset", typed, code=2)

        assert said.startswith(f"--reset {typed}: there is no such setting.")
        assert field_of(typed, WORKSPACE) is None
        assert meant in WORKSPACE.values()


class TestAPortalsField:
    @pytest.fixture
    def portal(self, acme):
        acme.says("portal", "add", "acme", "help", "--redirect-uri", "https://a.test/callback")
        return acme

    @pytest.mark.parametrize("field", PORTAL_TYPED)
    def test_is_set_by_its_name_and_put_back_by_it(self, portal, field):
        before = portal.told("portal", "show", "acme", "help")["portal"]

        typed = filter(None, [PORTAL[field], PORTAL_TYPED[field]])
        portal.says("portal", "set", "acme", "help", *typed)

        after = portal.told("portal", "show", "acme", "help")["portal"]
        assert {name for name in after if after[name] != before[name]} == {field}
        if field in portal_options.DEFAULTS:
            portal.says("portal", "set", "acme", "help", "--reset", label_of(field, PORTAL))
            assert portal.told("portal", "show", "acme", "help")["portal"] == before

    @pytest.mark.parametrize("field", PORTAL)
    def test_is_called_so_where_it_is_refused(self, field):
        refused = SettingsRefused(((field, "no"),))

        assert refusal_of(refused, PORTAL).text == f"{PORTAL[field]}: no"

    def test_is_in_the_table_if_it_can_be_set(self):
        not_set = {"id", "workspace_id", "secrets", "rotated_by"}

        assert {each.name for each in fields(RegisteredClient)} - not_set <= PORTAL.keys()


class TestAConnectionsField:
    @pytest.mark.parametrize("field", CONNECTION)
    def test_is_called_so_where_it_is_refused(self, field):
        refused = SettingsRefused(((field, "no"),))

        assert refusal_of(refused, CONNECTION).text == f"{CONNECTION[field]}: no"

    def test_is_no_workspaces_field_of_that_name(self, acme):
        said = acme.refused(
            "connection", "add", "acme", "NO", "--kind", "google", "--client-id", "a",
            "--secret-file", "/dev/null",
        )  # fmt: skip

        assert said.startswith("the connection's id: ")


class TestAName:
    @pytest.mark.parametrize(
        ("names", "group", "commands"),
        [
            (WORKSPACE, workspaces, ["set"]),
            (CONNECTION, connections, ["add"]),
            (PORTAL, portals, ["set"]),
            (option_names.CONTACT, contacts, ["add", "set"]),
            (option_names.LINK, links, ["create", "rotate"]),
            (option_names.BREAK_GLASS, directory, ["break-glass"]),
        ],
    )
    def test_is_an_option_of_its_command(self, names, group, commands):
        tree = typer.main.get_group(group.app)
        told = {o for name in commands for each in tree.commands[name].params for o in each.opts}

        assert {name for name in names.values() if name.startswith("--")} <= told

    def test_of_a_field_without_an_option_is_the_fields_own(self):
        assert name_of("challenge", WORKSPACE) == "challenge"

    @pytest.mark.parametrize(
        ("command", "called"),
        [
            (["contact", "show", "acme", "no address"], "WHO"),
            (["contact", "add", "acme", "--name", "A", "--email", "no address"], "--email"),
            (["session", "list", "acme", "no address"], "WHO"),
            (["link", "create", "acme", "--contact", "no address"], "--contact"),
            (["link", "create", "acme", "--to", "nowhere"], "--to"),
            (["directory", "break-glass", "acme", "no address"], "CONTACT"),
        ],
    )
    def test_is_what_the_command_calls_it(self, acme, command, called):
        assert acme.refused(*command).startswith(f"{called}: ")

    def test_is_never_made_up(self):
        refused = InvalidRequest("request_id", "too long")

        assert refusal_of(refused, {}).text == "request_id: too long"
