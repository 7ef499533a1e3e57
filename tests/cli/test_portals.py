"""Portals that are OpenID clients, from a terminal."""

import re

import pytest
from typer.testing import CliRunner

from cli.app import app
from portico.clock import SYSTEM
from portico.errors import InvalidPortalLink
from portico.ids import digest
from portico.links.rules import public_id
from portico.links.store import open_link
from portico.openid.store import RegisteredClients
from tests.support.openid_site import CALLBACK, Site

ADD = ("portal", "add", "acme", "help-center", "--redirect-uri", "https://portal.acme.test/cb")
SET = ("portal", "set", "acme", "help-center")
SECRET = re.compile(r"pos_[A-Za-z0-9_-]{43}\Z")
BEGINS = ("--initiate-login-uri", "https://portal.acme.test/login")


@pytest.fixture
def help_center(acme):
    acme.says(*ADD)
    return acme


def stored(name="help-center"):
    portal = RegisteredClients("people", "acme").get(name)
    assert portal is not None
    return portal


def shown(terminal):
    """What the doors know of the portals."""
    return terminal.row("acme#workspace")["portals"]


def entrance(name="help-center"):
    _, link = open_link("people", "acme", f"prt_acme_{name}", at=SYSTEM.now(), consistent=True)
    return link


class TestAddingAPortal:
    def test_shows_all_that_its_developer_needs(self, acme):
        told = acme.told(*ADD, "--label", "Help center")

        row = told["portal"]
        assert row["client_id"] == "prt_acme_help-center"
        assert row["issuer"] == "https://signin.acme.test"
        assert row["discovery"] == "https://signin.acme.test/.well-known/openid-configuration"
        assert (row["label"], row["public"], row["state"]) == ("Help center", False, "on")
        assert SECRET.match(told["secret"])
        assert any("docs/portals" in each for each in told["notes"])
        assert any("shown only now" in each for each in told["notes"])

    def test_breaks_no_address_in_a_file_or_a_pipe(self, acme, monkeypatch):
        monkeypatch.delenv("COLUMNS")

        said = acme.says(*ADD, "--audience", f"https://api.acme.example/{'x' * 90}").stdout

        assert "https://signin.acme.test/.well-known/openid-configuration" in said
        assert f"https://api.acme.example/{'x' * 90}" in said

    def test_puts_the_secret_on_a_line_of_its_own(self, acme, monkeypatch):
        monkeypatch.setenv("COLUMNS", "40")

        said = acme.says(*ADD).stdout

        secret = said.strip().splitlines()[-1]
        assert SECRET.match(secret)
        assert stored().has_secret(secret)

    def test_prints_the_lines_of_an_env_for_it(self, acme, monkeypatch):
        monkeypatch.setenv("COLUMNS", "40")

        said = acme.says(*ADD).stdout.splitlines()

        secret = said[-1]
        begins = said.index("# The portal's .env")
        assert said[begins + 1 : -2] == [
            "PORTICO_ISSUER=https://signin.acme.test",
            "PORTAL_CLIENT_ID=prt_acme_help-center",
            f"PORTAL_CLIENT_SECRET={secret}",
            "PORTAL_REDIRECT_URI=https://portal.acme.test/cb",
            "PORTAL_URL=https://portal.acme.test",
        ]

    def test_quotes_in_the_env_what_a_shell_would_read(self, acme):
        uri = "https://portal.acme.test/cb?a=1&b=2"

        told = acme.told(*ADD[:4], "--redirect-uri", uri, "--public")
        said = acme.says(*ADD[:3], "other", "--redirect-uri", uri, "--public").stdout

        assert told["env"] == {
            "PORTICO_ISSUER": "https://signin.acme.test",
            "PORTAL_CLIENT_ID": "prt_acme_help-center",
            "PORTAL_REDIRECT_URI": uri,
            "PORTAL_URL": "https://portal.acme.test",
        }
        assert f"PORTAL_REDIRECT_URI='{uri}'" in said.splitlines()

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            ([], "CORS: nothing to do. The portal's back end calls Portico"),
            (["--public"], "CORS: nothing to do. Every page may call"),
        ],
    )
    def test_says_what_cors_needs(self, acme, options, says):
        assert any(each.startswith(says) for each in acme.told(*ADD, *options)["notes"])

    def test_says_that_an_app_needs_no_cors(self, acme):
        notes = acme.told(*ADD[:4], "--redirect-uri", "com.acme.app:/cb", "--public")["notes"]

        assert "CORS: nothing to do. An app's requests have no origin." in notes

    def test_shows_the_env_only_then(self, help_center):
        assert "env" not in help_center.told("portal", "show", *ADD[2:4])
        assert "env" not in help_center.told(*SET, "--new-secret")

    def test_keeps_only_a_hash_of_the_secret(self, acme):
        secret = acme.told(*ADD)["secret"]

        assert stored().secrets == [digest(secret)]
        assert secret not in str(acme.people())

    def test_opens_its_entrance(self, help_center):
        assert entrance().portal == "help-center"

    def test_that_is_public_makes_no_secret(self, acme):
        told = acme.told(*ADD, "--public")

        assert (told["portal"]["public"], told["portal"]["secrets_kept"]) == (True, 0)
        assert "secret" not in told
        assert stored().is_public

    def test_takes_all_that_can_be_said_of_it(self, acme):
        acme.says(
            *ADD, "--redirect-uri", "http://localhost:3000/cb", *BEGINS,
            "--post-logout-uri", "https://portal.acme.test/bye", "--area", "tickets",
            "--area", "ticket", "--audience", "https://api.acme.test",
        )  # fmt: skip

        portal = stored()
        assert portal.redirect_uris == ["https://portal.acme.test/cb", "http://localhost:3000/cb"]
        assert portal.post_logout_uris == ["https://portal.acme.test/bye"]
        assert (portal.areas, portal.audience) == (["ticket", "tickets"], "https://api.acme.test")
        assert shown(acme) == [
            {
                "id": "help-center",
                "initiate_login_uri": "https://portal.acme.test/login",
                "areas": ["ticket", "tickets"],
            }
        ]

    def test_without_a_redirect_uri_is_no_command(self, acme):
        result = acme.runs(*ADD[:4], "--stack", "portico")

        assert (result.exit_code, stored_or_none()) == (2, None)

    @pytest.mark.parametrize(
        ("options", "why"),
        [
            (["--redirect-uri", "http://a.test"], "--redirect-uri: http://a.test: an address"),
            (["--redirect-uri", "https://a.test/*"], "* is no wildcard"),
            (["--post-logout-uri", "/bye"], "--post-logout-uri: /bye: a whole address"),
            (["--area", "home"], "--area: 'home': no area"),
            (["--initiate-login-uri", "com.a:/x"], "--initiate-login-uri: com.a:/x: an address"),
            (["--audience", "globex"], "--audience: a URI such as"),
            (["--label", "a\tb"], "--label: 1 to 100 printable"),
            (["--public", "--without-pkce"], "--without-pkce: not of a public portal"),
        ],
    )
    def test_says_in_words_what_cannot_be(self, acme, options, why):
        assert why in acme.refused(*ADD, *options)
        assert stored_or_none() is None

    @pytest.mark.parametrize("name", ["A", "a/b", "../a", "a#b", "a_b"])
    def test_refuses_names_that_are_no_part_of_an_id(self, acme, name):
        said = acme.refused("portal", "add", "acme", name, "--redirect-uri", "https://a.test/cb")

        assert said.startswith("the portal's name: 1 to 31")

    def test_is_told_to_the_trail_without_its_secret(self, acme):
        secret = acme.told(*ADD)["secret"]

        event = acme.line()
        assert (event["name"], event["by"]) == ("portal.added", "cli:olga")
        assert event["subject"] == "portal-help-center"
        assert event["detail"]["portal"] == "help-center"
        assert event["detail"]["kind"] == "confidential"
        assert secret not in str(event)
        assert digest(secret) not in str(event)

    def test_twice_is_refused(self, help_center):
        before = stored()

        assert "portico portal set" in help_center.refused(*ADD, "--replace")
        assert stored() == before

    def test_that_begins_in_an_eleventh_place_is_refused(self, acme):
        row = acme.row("acme#workspace")
        ten = [
            {"id": f"p{n}", "initiate_login_uri": "https://a.test/l", "areas": []}
            for n in range(10)
        ]
        RegisteredClients("people", "acme").rows.put(row | {"portals": ten}, "attribute_exists(pk)")

        assert "portals with --initiate-login-uri: 10 at most" in acme.refused(*ADD, *BEGINS)
        assert acme.told(*ADD)["portal"]["state"] == "on"

    def test_leaves_the_settings_of_its_workspace_as_they_can_be_set(self, acme):
        acme.says(*ADD, *BEGINS)

        acme.says("workspace", "set", "acme", "--name", "Acme Help")

        assert len(shown(acme)) == 1

    def test_of_no_workspace_says_so(self, terminal):
        assert terminal.refused(*ADD) == "There is no workspace acme."


class TestAPortalWithoutPkce:
    def test_is_none_unless_that_is_said(self, help_center):
        assert not stored().without_pkce
        assert "required" in help_center.says("portal", "show", "acme", "help-center").stdout

    def test_is_warned_of_wherever_it_is_shown(self, acme):
        for command in (
            (*ADD, "--without-pkce"),
            (*SET, "--label", "Old"),
            ("portal", "show", "acme", "help-center"),
            ("portal", "list", "acme"),
        ):
            told = acme.told(*command)
            (note,) = [each for each in told["notes"] if "without PKCE" in each]
            assert "portico portal set acme help-center --with-pkce" in note

        assert stored().may_leave_pkce_out
        assert "may be left out" in acme.says("portal", "show", "acme", "help-center").stdout

    def test_is_told_to_the_trail(self, help_center):
        help_center.says(*SET, "--without-pkce")

        detail = help_center.line()["detail"]
        assert detail["fields"] == "without_pkce"
        assert (detail["before"], detail["after"]) == (
            '{"without_pkce":false}',
            '{"without_pkce":true}',
        )

    @pytest.mark.parametrize("back", [("--with-pkce",), ("--reset", "without-pkce")])
    def test_can_be_made_an_ordinary_one(self, acme, back):
        acme.says(*ADD, "--without-pkce")

        notes = acme.told(*SET, *back)["notes"]

        assert not stored().without_pkce
        assert not any("PKCE" in each for each in notes)

    def test_cannot_become_public(self, acme):
        acme.says(*ADD, "--without-pkce")

        assert "--without-pkce: not of a public portal" in acme.refused(*SET, "--public")

        acme.says(*SET, "--public", "--with-pkce")
        assert (stored().is_public, stored().without_pkce) == (True, False)

    def test_is_none_after_its_removal(self, acme):
        acme.says(*ADD, "--without-pkce")
        acme.says("portal", "remove", "acme", "help-center", "--yes")
        assert not stored().without_pkce

        acme.says(*ADD, "--replace")

        assert not stored().without_pkce


class TestCautions:
    def test_tell_of_a_portal_that_would_not_be_led_to_its_own_pages(self, acme):
        told = acme.told(*ADD, "--initiate-login-uri", "https://id.acme.test/login")

        assert any("probably opens only its own pages" in each for each in told["notes"])

    def test_ask_for_no_deployment_where_a_page_calls_the_token_door(self, acme):
        notes = acme.told(*ADD, "--public")["notes"]

        assert [each for each in notes if not each.startswith(("Next: ", "CORS: nothing"))] == []

    def test_stand_in_the_list_too(self, acme):
        acme.says(*ADD, *BEGINS)
        acme.says("portal", "add", "acme", "shop", *ADD[4:], *BEGINS)

        notes = acme.told("portal", "list", "acme")["notes"]

        assert "contacts go to help-center" in notes[0]

    def test_come_when_the_workspace_s_settings_change(self, acme):
        acme.says(*ADD, *BEGINS)
        assert acme.told("workspace", "show", "acme")["notes"] == []

        told = acme.told("workspace", "set", "acme", "--portal-url", "https://new.acme.test")

        assert told["notes"][0].startswith("help-center: Contacts who come by a portal link")

    def test_end_the_warning_that_its_site_is_another_one(self, acme):
        acme.says("workspace", "set", "acme", "--portal-url", "https://help.other.test")
        warned = acme.told("workspace", "show", "acme")["notes"]

        acme.says(
            *ADD[:4], "--redirect-uri", "https://help.other.test/cb",
            "--initiate-login-uri", "https://help.other.test/login",
        )  # fmt: skip

        assert "portico portal add acme" in warned[0]
        assert acme.told("workspace", "show", "acme")["notes"] == []


class TestListingPortals:
    def test_shows_them_and_no_secret(self, help_center):
        help_center.says(
            "portal", "add", "acme", "app", "--redirect-uri", "com.acme:/cb", "--public"
        )

        told = help_center.told("portal", "list", "acme")

        assert [each["client_id"] for each in told["portals"]] == [
            "prt_acme_app",
            "prt_acme_help-center",
        ]
        assert stored().secrets[0] not in str(told)
        assert "confidential" in help_center.says("portal", "list", "acme").stdout

    def test_shows_one(self, help_center):
        told = help_center.told("portal", "show", "acme", "help-center")

        assert told["portal"]["redirect_uris"] == ["https://portal.acme.test/cb"]
        assert "secret" not in told
        assert (
            stored().secrets[0]
            not in help_center.says("portal", "show", "acme", "help-center").output
        )

    @pytest.mark.parametrize("name", ["other", "A#b"])
    def test_shows_nothing_of_what_is_not_there(self, help_center, name):
        said = help_center.refused("portal", "show", "acme", name)

        assert said == f"There is no portal {name} in acme."


class TestChangingAPortal:
    def test_changes_what_is_given_and_nothing_else(self, help_center):
        help_center.says(*SET, "--post-logout-uri", "https://portal.acme.test/bye")
        before = stored()

        help_center.says(*SET, "--redirect-uri", "https://new.acme.test/cb", "--label", "New")

        after = stored()
        assert (after.redirect_uris, after.label) == (["https://new.acme.test/cb"], "New")
        assert after.post_logout_uris == before.post_logout_uris
        assert after.secrets == before.secrets
        event = help_center.line()
        assert (event["name"], event["by"]) == ("portal.changed", "cli:olga")
        assert event["detail"]["fields"] == "label,redirect_uris"

    def test_as_it_was_says_so(self, help_center):
        told = help_center.told(*SET, "--label", "help-center")

        assert told["notes"] == ["Nothing changed: the values are the same as before."]
        assert help_center.line()["name"] == "portal.added"

    def test_takes_back_what_need_not_be_there(self, acme):
        acme.says(*ADD, *BEGINS, "--area", "tickets", "--audience", "https://api.acme.test")

        acme.says(*SET, "--reset", "initiate-login-uri", "--reset", "--area", "--reset", "audience")

        assert (stored().initiate_login_uri, stored().areas, stored().audience) == (None, [], None)
        assert shown(acme) == []
        assert "one of" in acme.refused(*SET, "--reset", "redirect-uri", code=2)

    def test_is_refused_with_what_cannot_be(self, help_center):
        before = stored()

        assert "--redirect-uri" in help_center.refused(*SET, "--redirect-uri", "javascript:a")
        assert stored() == before

    def test_off_closes_its_entrance_until_it_is_on(self, acme):
        acme.says(*ADD, *BEGINS)

        assert acme.told(*SET, "--off")["portal"]["state"] == "off"
        with pytest.raises(InvalidPortalLink):
            entrance()
        assert shown(acme) == []

        assert acme.told(*SET, "--on")["portal"]["state"] == "on"
        assert entrance().portal == "help-center"
        assert len(shown(acme)) == 1


class TestChangingASecret:
    def test_keeps_the_one_before_good(self, acme):
        first = acme.told(*ADD)["secret"]

        second = acme.told(*SET, "--new-secret")["secret"]

        assert stored().secrets == [digest(second), digest(first)]
        event = acme.line()
        assert event["detail"]["fields"] == "secrets"
        assert digest(second) not in str(event)

    def test_retires_the_one_before_once_that_is_said(self, acme):
        first = acme.told(*ADD)["secret"]
        second = acme.told(*SET, "--new-secret")["secret"]

        told = acme.told(*SET, "--retire-old-secret")

        assert stored().has_secret(second)
        assert not stored().has_secret(first)
        assert "secret" not in told

    def test_at_once_where_it_was_stolen(self, acme):
        first = acme.told(*ADD)["secret"]

        second = acme.told(*SET, "--new-secret", "--retire-old-secret")["secret"]

        assert stored().secrets == [digest(second)]
        assert not stored().has_secret(first)

    def test_a_third_time_ends_the_first_and_says_so(self, help_center):
        first = stored().secrets[0]
        help_center.says(*SET, "--new-secret")

        notes = help_center.told(*SET, "--new-secret")["notes"]

        assert len(stored().secrets) == 2
        assert first not in stored().secrets
        assert "the oldest has ended" in notes[0]

    def test_makes_a_public_portal_confidential_and_back(self, acme):
        acme.says(*ADD, "--public")

        secret = acme.told(*SET, "--new-secret")["secret"]
        assert stored().secrets == [digest(secret)]

        assert acme.told(*SET, "--public")["portal"]["public"] is True
        assert stored().secrets == []

    @pytest.mark.parametrize("option", ["--new-secret", "--retire-old-secret"])
    def test_of_one_that_is_to_have_none_is_no_command(self, help_center, option):
        assert "--public keeps no secret" in help_center.refused(*SET, "--public", option, code=2)


class TestRemovingAPortal:
    def test_closes_it_and_leaves_nothing_that_is_good(self, acme):
        acme.says(*ADD, *BEGINS)

        told = acme.told("portal", "remove", "acme", "help-center", "--yes")

        assert told["portal"]["state"] == "removed"
        with pytest.raises(InvalidPortalLink):
            entrance()
        assert shown(acme) == []
        assert (stored().on, stored().redirect_uris, stored().secrets) == (False, [], [])
        event = acme.line()
        assert (event["name"], event["detail"]["portal"]) == ("portal.removed", "help-center")

    def test_asks_before(self, help_center):
        command = ["portal", "remove", "acme", "help-center", "--stack", "portico"]

        no = CliRunner().invoke(app, command, input="n\n")

        assert (no.exit_code, stored().on) == (1, True)
        assert "prt_acme_help-center" in no.stderr
        assert CliRunner().invoke(app, command, input="y\n").exit_code == 0
        assert stored().on is False

    def test_takes_it_from_every_command_but_the_whole_list(self, help_center):
        help_center.says("portal", "remove", "acme", "help-center", "--yes")

        told = help_center.told("portal", "list", "acme")
        assert (told["portals"], told["notes"]) == ([], ["1 removed: --all shows them."])
        assert len(help_center.told("portal", "list", "acme", "--all")["portals"]) == 1
        for command in (SET, ("portal", "show", *SET[2:]), ("portal", "remove", *SET[2:])):
            assert "There is no portal help-center in acme." in help_center.refused(*command)

    def test_keeps_its_name_until_it_is_given_again_on_purpose(self, acme):
        first = acme.told(*ADD)["secret"]
        acme.says("portal", "remove", "acme", "help-center", "--yes")

        assert "To use its name again: --replace" in acme.refused(*ADD)
        second = acme.told(*ADD, "--replace")["secret"]

        assert stored().secrets == [digest(second)]
        assert not stored().has_secret(first)
        assert entrance().portal == "help-center"


@pytest.fixture
def site(terminal, portal):
    """A portal that was registered from the terminal, with Ann signed in there."""
    told = terminal.told(
        "portal", "add", "acme", "help", "--redirect-uri", CALLBACK, "--label", "Help"
    )  # fmt: skip
    portal.browser.signs_in()
    portal.records_trail()
    site = Site(portal, stored("help"), told["secret"])
    portal.forward(minutes=1)
    site.signs_in(portal.browser)
    portal.records_trail()
    return site


class TestAPortalAtWork:
    def test_trades_codes_by_the_secret_that_was_shown(self, terminal, site):
        assert site.refreshes().status == 200

        site.secret = terminal.told("portal", "set", "acme", "help", "--new-secret")["secret"]
        assert site.refreshes().status == 200

    def test_is_refused_with_a_secret_that_was_retired(self, terminal, site):
        terminal.says("portal", "set", "acme", "help", "--new-secret", "--retire-old-secret")

        assert site.refreshes().body["error"] == "invalid_client"

    @pytest.mark.parametrize("how", [("set", "--off"), ("remove", "--yes")])
    def test_gets_nothing_any_more_once_it_is_off_or_removed(self, terminal, portal, site, how):
        command, option = how
        terminal.says("portal", command, "acme", "help", option)

        assert site.refreshes().body["error"] == "invalid_client"
        answer = site.sends(portal.browser)
        assert "/acme#e=portal-" in answer.headers["location"]
        # Whoever is signed in stays so, everywhere else.
        assert portal.browser.refreshes().status == 200

    def test_that_is_on_again_goes_on(self, terminal, site):
        terminal.says("portal", "set", "acme", "help", "--off")
        terminal.says("portal", "set", "acme", "help", "--on")

        assert site.refreshes().status == 200


class TestItsSessions:
    def listed(self, terminal, *options):
        return terminal.told("session", "list", "acme", "ann@example.com", *options)["sessions"]

    def test_stand_behind_the_browser_s_that_they_end_with(self, terminal, portal, site):
        portal.another_browser(source_ip="198.51.100.9").signs_in()

        other, browser, child = self.listed(terminal)

        assert (browser["portal"], child["portal"]) == (None, "help")
        assert child["parent"] == browser["id"] != other["id"]
        table = terminal.says("session", "list", "acme", "ann@example.com").stdout
        assert "portal help" in table

    def test_end_with_the_browser_s(self, terminal, portal, site):
        portal.browser.signs_out()

        assert self.listed(terminal) == []
        states = [each["state"] for each in self.listed(terminal, "--all")]
        assert states == ["signed out", "ended with its browser's"]
        assert site.refreshes().body["error"] == "invalid_grant"

    def test_outlive_a_browser_that_only_rests(self, terminal, portal, site):
        portal.forward(hours=7)
        assert site.refreshes().status == 200
        portal.forward(hours=2)

        (child,) = self.listed(terminal)
        assert (child["portal"], child["state"]) == ("help", "alive")
        assert site.refreshes().status == 200

    def test_can_be_ended_alone(self, terminal, portal, site):
        child = self.listed(terminal)[1]

        terminal.says("session", "end", "acme", "ann@example.com", "--session", child["id"])

        assert site.refreshes().body["error"] == "invalid_grant"
        assert portal.browser.refreshes().status == 200
        line = next(each for each in portal.records_trail() if each["name"] == "session.ended")
        assert line["detail"]["portal"] == "help"

    def test_say_nothing_of_why_somebody_cannot_get_in(self, terminal, portal, site):
        site.refreshes()
        (found,) = terminal.told("why", "acme", "ann@example.com")["findings"]
        table = terminal.says("trail", "show", "acme", "--contact", "ann@example.com").stdout

        assert found["cause"] == "nothing-wrong"
        assert "went on to portal help" in table
        assert "portal help got its tokens" in table


class TestItsEntrance:
    def test_is_listed_as_the_portal_s(self, terminal, site):
        links = terminal.told("link", "list", "acme")["links"]

        (own,) = [each for each in links if each["portal"]]
        assert (own["portal"], own["label"], own["expires_at"]) == ("help", "Help", None)
        assert "portal help" in terminal.says("link", "list", "acme").stdout

    def test_is_closed_with_its_portal_only(self, terminal, site):
        for name in (public_id("prt_acme_help"), "prt_acme_help"):
            said = terminal.refused("link", "revoke", "acme", name)
            assert "portico portal set acme help --off" in said

        assert entrance("help").portal == "help"


class TestTheTrailOfAPortal:
    def test_is_among_what_was_done_to_the_workspace(self, terminal, portal):
        terminal.says(*ADD)
        portal.records_trail()
        terminal.says("portal", "remove", "acme", "help-center", "--yes")
        portal.records_trail()

        lines = terminal.told("trail", "show", "acme", "--event", "portal")["trail"]

        assert {each["event"] for each in lines} == {"portal.added", "portal.removed"}


def stored_or_none():
    return RegisteredClients("people", "acme").get("help-center")
