"""A setting that nobody knows counts as the strictest, never as the lenient one
(people/rules.py, and each row that has a switch)."""

import itertools
from datetime import UTC, datetime

import pytest

from portico.directory.store import Record
from portico.links.rules import Link
from portico.openid.registered_client import RegisteredClient as RegisteredPortal
from portico.people.rules import Contact, Workspace
from portico.sso.rules import Connection
from tests.support.driver import Portal

UNKNOWN = ["SSO_ONLY", "strict", "", "off ", "none", "match-required", "future_rule"]
NO_SWITCH = ["no", "false", "yes", "on", 0, 1, [True], {"on": True}, None]
ON = {"code_method": True, "password_method": True, "sign_up": True, "sso_method": True}


def with_rule(rule: str, **more: object) -> Workspace:
    row = Workspace("acme", "Acme", "https://portal.acme.test").row() | ON
    return Workspace.from_row(row | {"directory_rule": rule} | more)


def ways(workspace: Workspace) -> tuple[bool, bool, bool]:
    return workspace.takes_codes(), workspace.takes_passwords(), workspace.takes_sign_ups()


class TestADirectoryRule:
    @pytest.mark.parametrize("rule", UNKNOWN)
    def test_out_04_that_nobody_knows_is_sso_only(self, rule):
        assert ways(with_rule(rule)) == ways(with_rule("sso_only")) == (False, False, False)

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [("off", (True, True, True)), ("match_required", (True, True, False))],
    )
    def test_out_04_that_is_known_is_what_it_was(self, rule, expected):
        assert ways(with_rule(rule)) == expected

    @pytest.mark.parametrize("rule", UNKNOWN)
    def test_out_04_that_nobody_knows_shows_a_page_of_sso_only(self, portal: Portal, rule):
        portal.sets(**ON)
        writes_rule(portal, rule)

        told = portal.browser.opens_the_link().body

        assert told["directory_rule"] == "sso_only"
        assert [told["methods"][each] for each in ("code", "password", "sign_up")] == [False] * 3
        assert [each["type"] for each in told["notices"]] == ["directory-sso-only"]

    @pytest.mark.parametrize("rule", UNKNOWN)
    def test_out_04_that_nobody_knows_lets_in_by_no_code_and_no_password(
        self, portal: Portal, rule
    ):
        portal.sets(**ON)
        writes_rule(portal, rule)
        browser = portal.browser

        refused = [
            browser.asks_for_a_code(),
            browser.types_a_password("four tired herons at the weir"),
            browser.forgets_the_password(),
            browser.signs_up("new@example.com"),
        ]

        assert {each.problem for each in refused} == {(403, "sign-in-method-off")}

    def test_out_04_that_nobody_knows_mails_no_code_that_was_asked_for_before(self, portal: Portal):
        portal.sets(**ON)
        portal.browser.asks_for_a_code()
        writes_rule(portal, "future_rule")

        portal.delivers_mail()

        assert portal.mails == []


def writes_rule(portal: Portal, rule: str) -> None:
    """Put a rule into the row that no command of ours would write."""
    row = next(each for each in portal.rows("people") if each.get("portal_url"))
    portal.writes("people", row | {"directory_rule": rule})


class TestASwitch:
    """Rows of people and settings are typed by us; what a hand or a fault has put there is off."""

    @pytest.mark.parametrize("value", NO_SWITCH, ids=repr)
    def test_out_04_of_a_contact_that_is_none_is_off(self, value):
        row = Contact("ct_1", "acme", "Ann", "ann@example.com").row() | {"active": value}

        assert Contact.from_row(row).active is False

    @pytest.mark.parametrize("value", NO_SWITCH, ids=repr)
    def test_out_04_of_a_record_that_is_none_is_off(self, value):
        at = datetime(2026, 11, 21, tzinfo=UTC)
        row = Record("hr", "1", None, None, "ann", ("ann@example.com",), True, at).row()

        assert Record.from_row(row | {"active": value}).active is False

    @pytest.mark.parametrize("value", NO_SWITCH, ids=repr)
    def test_out_04_of_a_connection_that_is_none_is_off(self, value):
        row = Connection("conn", "acme", "google", "Google", "client").row() | {"on": value}
        shown = {"id": "conn", "kind": "google", "label": "Google", "on": value}

        assert Connection.from_row(row).on is False
        assert not with_rule("off", connections=[shown]).offers("conn")

    @pytest.mark.parametrize("value", NO_SWITCH, ids=repr)
    def test_out_04_of_a_portal_that_is_none_is_off(self, value):
        row = {"id": "help", "workspace": "acme", "label": "Help", "redirect_uris": []}

        assert RegisteredPortal.from_row(row | {"on": value}).on is False

    @pytest.mark.parametrize("value", NO_SWITCH, ids=repr)
    def test_out_04_of_a_break_glass_link_that_is_none_breaks_nothing(self, value):
        row = {"id": "l", "workspace": "acme", "token_hash": "h", "kind": "personal"}

        assert not Link.from_row(row | {"created_at": 1, "break_glass": value}).break_glass

    @pytest.mark.parametrize(
        ("value", "name"),
        list(
            itertools.product(["no", 0, 1, None, []], [*ON, "sign_up_disposable", "portal_enabled"])
        ),
        ids=repr,
    )
    def test_out_04_of_a_workspace_that_is_none_is_refused(self, value, name):
        with pytest.raises(TypeError):
            with_rule("off", **{name: value})

    def test_out_04_that_is_not_there_is_as_it_was_before_there_was_one(self):
        row = Contact("ct_1", "acme", "Ann", "ann@example.com").row()
        del row["active"]

        assert Contact.from_row(row).active is True
