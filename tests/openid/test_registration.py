"""What a portal may be registered with, and what is refused, each with its reason."""

from dataclasses import replace

import pytest

from portico.ids import digest
from portico.openid.registered_client import RegisteredClient
from portico.openid.registration import cautions, checked
from portico.people import workspace_settings as settings
from portico.people.rules import Workspace
from portico.people.workspace_settings import LARGEST_SETTINGS, SettingsRefused

ACME = Workspace("acme", "Acme Support", "https://help.acme.test")
HELP = RegisteredClient(
    "help-center",
    "acme",
    "Help center",
    redirect_uris=["https://help.acme.test/callback"],
    secrets=[digest("pos_1")],
)

OF_THE_WEB = [
    ("", "1 to 512 characters"),
    ("https://a.test/" + "x" * 498, "1 to 512 characters"),
    ("https://ä.test/cb", "plain ASCII"),
    ("https://a.test/c b", "without blanks"),
    ("https://a.test/cb ", "without blanks"),
    (" https://a.test/cb", "without blanks"),
    ("https://a.test/cb\n", "without blanks"),
    ("https://a.test\t/cb", "without blanks"),
    ("https://a.test/\x00", "without blanks"),
    ("https://a.test\\@evil.test/", "without backslashes"),
    ("https:\\\\a.test/cb", "without backslashes"),
    ("https://a.test/cb#x", "without #"),
    ("https://a.test/cb#", "without #"),
    ("https://*.a.test/cb", "* is no wildcard"),
    ("https://a.test/*", "* is no wildcard"),
    ("http://a.test/cb", "https://"),
    ("http://localhost.a.test/cb", "https://"),
    ("http://a.localhost/cb", "https://"),
    ("http://127.0.0.1.a.test/cb", "https://"),
    ("http://127.1/cb", "https://"),
    ("http://0.0.0.0/cb", "https://"),
    ("http://10.0.0.8/cb", "https://"),
    ("https://u@a.test/cb", "without a user name"),
    ("https://u:p@a.test/cb", "without a user name"),
    ("https://@a.test/cb", "without a user name"),
    ("https://localhost@evil.test/cb", "without a user name"),
    ("https://a%2etest/cb", "a host name"),
    ("https://a.test%2f.evil.test/cb", "a host name"),
    ("https://a_b.test/cb", "a host name"),
    ("https://a.test./cb", "a host name"),
    ("https://.a.test/cb", "a host name"),
    ("https://a..test/cb", "a host name"),
    ("https:///cb", "a host name"),
    ("https:/a.test/cb", "a host name"),
    ("https:a.test/cb", "a host name"),
    ("https://", "a host name"),
    ("https://[2001:db8::1]/cb", "a host name"),
    ("https://[a.test]/cb", ""),
    ("https://[::1/cb", ""),
    ("https://0x7f.1/cb", "all four numbers"),
    ("https://2130706433/cb", "all four numbers"),
    ("https://127.0.0.01/cb", "all four numbers"),
    ("https://a.0/cb", "all four numbers"),
    ("https://A.test/cb", "as a browser writes them: https://a.test"),
    ("https://a.test:443/cb", "as a browser writes them: https://a.test"),
    ("https://a.test:/cb", "as a browser writes them: https://a.test"),
    ("https://a.test:0443/cb", "as a browser writes them: https://a.test"),
    ("https://a.test:99999/cb", "a number up to 65535"),
    ("https://a.test:x/cb", "a number up to 65535"),
    ("https://a.test/../cb", "without . and .."),
    ("https://a.test/a/..", "without . and .."),
    ("https://a.test/./cb", "without . and .."),
    ("https://a.test/%2e%2e/cb", "no dots and slashes"),
    ("https://a.test/%2E./cb", "no dots and slashes"),
    ("https://a.test/a%2fb", "no dots and slashes"),
    ("https://a.test/a%5cb", "no dots and slashes"),
    ("https://a.test/%0d%0aset-cookie:a", "plain characters"),
    ("https://a.test/?a=%00", "plain characters"),
    ("https://a.test/%", "plain characters"),
    ("https://a.test/%4", "plain characters"),
    ("https://a.test/%zz", "plain characters"),
    ("https://a.test/<b>", "plain characters"),
    ('https://a.test/"', "plain characters"),
    ("https://a.test/{id}", "plain characters"),
    ("https://a.test/[::1]", "plain characters"),
    ("https://a.test/cb?", "without ? at its end"),
]
"""Refused wherever an address stands, and a word of the reason."""

OF_NOBODY = [
    ("javascript:alert(1)", "of an app"),
    ("javascript://a.test/%0aalert(1)", "of an app"),
    ("JavaScript:alert(1)", "of an app"),
    ("data:text/html,x", "of an app"),
    ("file:///etc/passwd", "of an app"),
    ("vbscript:x", "of an app"),
    ("blob:https://a.test/1", "of an app"),
    ("about:blank", "of an app"),
    ("intent://a.test/cb", "of an app"),
    ("ftp://a.test/cb", "of an app"),
    ("ws://a.test/cb", "of an app"),
    ("HTTPS://a.test/cb", "of an app"),
    ("acme:/callback", "of an app"),
    ("urn:ietf:wg:oauth:2.0:oob", "of an app"),
    ("com.acme.app://callback", "one slash"),
    ("com.acme.app:callback", "one slash"),
    ("com.acme.app:", "one slash"),
    ("Com.acme.app:/callback", "of an app"),
    ("com..acme:/callback", "of an app"),
    ("com.acme.app:/a/../b", "without . and .."),
    ("com.acme.app:/cb?state=1", "without state"),
    ("//a.test/cb", "a whole address"),
    ("/cb", "a whole address"),
    ("a.test/cb", "a whole address"),
    ("?", "a whole address"),
]
"""Refused as a redirect or post-logout URI."""

GOOD = [
    "https://a.test/cb",
    "https://a.test",
    "https://a.test/",
    "https://a.test:8443/api/auth/callback/portico",
    "https://xn--4ca.test/cb?tenant=a&next=%2B",
    "https://192.0.2.7/cb",
    "http://localhost:3000/cb",
    "http://127.0.0.1/cb",
    "http://[::1]:51004/cb",
    "com.acme.app:/callback",
    "com.acme-corp.app2:/oauth2/callback?a=b",
]


def refusal(**changes) -> dict[str, str]:
    """Why a portal with *changes* is refused, by field."""
    with pytest.raises(SettingsRefused) as refused:
        checked(replace(HELP, **changes))
    return dict(refused.value.problems)


class TestAPortal:
    def test_is_kept_as_it_was_typed(self):
        assert checked(HELP) == HELP

    def test_is_told_all_that_is_wrong_at_once(self):
        wrong = refusal(label="", redirect_uris=["/cb"], areas=["home"], audience="globex")

        assert set(wrong) == {"label", "redirect_uris", "areas", "audience"}

    @pytest.mark.parametrize("name", ["", "A", "1a", "-a", "a_b", "a/b", "a#b", "a\n", "x" * 32])
    def test_has_a_name_that_is_part_of_its_client_id(self, name):
        assert refusal(id=name) == {"portal": "1 to 31 of a-z, 0-9 and -, a letter first"}

    @pytest.mark.parametrize("label", ["", " a", "a\tb", "a\x1b]0;b", "x" * 101])
    def test_has_a_label_that_can_be_shown(self, label):
        assert refusal(label=label) == {"label": "1 to 100 printable characters"}

    def test_keeps_hashes_and_never_a_secret(self):
        assert "hashes" in refusal(secrets=["pos_1"])["secrets"]
        assert "2 at most" in refusal(secrets=[digest(each) for each in "abc"])["secrets"]

    def test_serves_areas_that_there_are(self):
        assert checked(replace(HELP, areas=["tickets", "ticket", "tickets"])).areas == [
            "ticket",
            "tickets",
        ]
        assert refusal(areas=["tickets", "ticket:1"])["areas"].startswith("'ticket:1': no area")


class TestARedirectUri:
    @pytest.mark.parametrize("uri", GOOD)
    def test_is_of_the_web_or_of_an_app(self, uri):
        kept = checked(replace(HELP, redirect_uris=[uri], post_logout_uris=[uri]))

        assert (kept.redirect_uris, kept.post_logout_uris) == ([uri], [uri])

    @pytest.mark.parametrize(("uri", "why"), [*OF_THE_WEB, *OF_NOBODY])
    def test_is_nothing_else(self, uri, why):
        assert why in refusal(redirect_uris=[uri])["redirect_uris"]
        assert why in refusal(post_logout_uris=[uri])["post_logout_uris"]

    @pytest.mark.parametrize("name", ["code", "state", "iss", "error", "error_description"])
    def test_leaves_the_names_of_the_answer_alone(self, name):
        uri = f"https://a.test/cb?a=1&{name}"

        assert f"without {name}" in refusal(redirect_uris=[uri])["redirect_uris"]

    def test_is_there_at_least_once_and_each_one_once(self):
        many = [f"https://a.test/{n}" for n in range(21)]

        assert refusal(redirect_uris=[]) == {"redirect_uris": "give 1 to 20 addresses"}
        assert refusal(redirect_uris=many) == {"redirect_uris": "give 1 to 20 addresses"}
        assert checked(replace(HELP, redirect_uris=many[:20])).redirect_uris == many[:20]
        assert refusal(redirect_uris=[*many[:2], many[0]]) == {
            "redirect_uris": "give each address once"
        }

    def test_for_after_the_sign_out_need_not_be_there(self):
        assert checked(replace(HELP, post_logout_uris=[])).post_logout_uris == []
        assert (
            "0 to 20" in refusal(post_logout_uris=[f"{n}" for n in range(21)])["post_logout_uris"]
        )

    def test_that_would_upset_terminals_is_not_repeated(self):
        assert "\x1b" not in refusal(redirect_uris=["https://a.test/\x1b]0;b"])["redirect_uris"]


class TestAnInitiateLoginUri:
    @pytest.mark.parametrize("uri", ["https://a.test/login?via=portico", "http://localhost:3000/"])
    def test_is_of_the_web(self, uri):
        assert checked(replace(HELP, initiate_login_uri=uri)).initiate_login_uri == uri

    @pytest.mark.parametrize(("uri", "why"), OF_THE_WEB)
    def test_is_as_exact_as_the_others(self, uri, why):
        assert why in refusal(initiate_login_uri=uri)["initiate_login_uri"]

    @pytest.mark.parametrize("uri", [uri for uri, _ in OF_NOBODY] + ["com.acme.app:/login"])
    def test_is_no_app(self, uri):
        assert "initiate_login_uri" in refusal(initiate_login_uri=uri)

    @pytest.mark.parametrize("name", ["iss", "target_link_uri", "login_hint"])
    def test_leaves_the_names_that_we_add_alone(self, name):
        said = refusal(initiate_login_uri=f"https://a.test/login?{name}=x")["initiate_login_uri"]

        assert f"without {name}" in said


class TestAnAudience:
    @pytest.mark.parametrize("uri", ["https://api.acme.test", "api://acme/tickets", "urn:acme:1"])
    def test_is_a_uri(self, uri):
        assert checked(replace(HELP, audience=uri)).aud == uri

    def test_that_is_the_workspace_is_the_usual_one(self):
        assert checked(replace(HELP, audience="acme")).audience is None
        assert checked(HELP).aud == "acme"

    @pytest.mark.parametrize(
        "audience",
        ["globex", "prt_globex_a", "", "a b:c", "Acme:x", "https:", "https://ä", "a:" + "x" * 199],
    )
    def test_is_never_another_workspace_s(self, audience):
        assert "a URI such as" in refusal(audience=audience)["audience"]


class TestABackchannelLogoutUri:
    @pytest.mark.parametrize(
        "uri",
        [
            "https://help.acme.test/backchannel-logout",
            "https://help.acme.test:8443/out?portal=help",
            "http://localhost:3000/out",
            None,
        ],
    )
    def test_of_a_server_is_taken(self, uri):
        found = checked(replace(HELP, backchannel_logout_uri=uri))
        assert found.backchannel_logout_uri == uri

    @pytest.mark.parametrize(("uri", "why"), OF_THE_WEB)
    def test_that_a_browser_would_write_in_another_way_is_refused(self, uri, why):
        assert why in refusal(backchannel_logout_uri=uri)["backchannel_logout_uri"]

    def test_with_our_own_parameter_is_refused(self):
        uri = "https://help.acme.test/out?logout_token=x"
        assert "we add that" in refusal(backchannel_logout_uri=uri)["backchannel_logout_uri"]

    def test_of_an_app_is_refused(self):
        assert "backchannel_logout_uri" in refusal(backchannel_logout_uri="com.acme.help:/out")

    def test_of_a_public_client_is_refused(self):
        # It has no server, and whoever answered there would learn who signs out.
        told = refusal(backchannel_logout_uri="https://help.acme.test/out", secrets=[])
        assert "with a secret" in told["backchannel_logout_uri"]

    @pytest.mark.parametrize(("loopback", "remarks"), [(False, 1), (True, 0)])
    def test_on_this_machine_is_remarked_on_unless_all_is_there(self, loopback, remarks):
        local = replace(HELP, backchannel_logout_uri="http://localhost:3000/out")
        found = [each for each in cautions(local, ACME, loopback=loopback) if "/out" in each]
        assert len(found) == remarks


BEGINS = replace(HELP, initiate_login_uri="https://help.acme.test/login")


class TestCautions:
    def test_are_none_where_all_is_well(self):
        assert cautions(BEGINS, ACME) == []
        assert cautions(HELP, ACME) == []

    def test_tell_of_a_portal_that_would_not_open_the_page(self):
        elsewhere = replace(BEGINS, initiate_login_uri="https://id.acme.test/login")

        (said,) = cautions(elsewhere, ACME)
        assert "https://id.acme.test probably opens only its own pages" in said

    def test_tell_of_two_portals_for_one_area(self):
        shop = replace(BEGINS, id="shop", areas=["dashboard", "tickets"])
        home = replace(ACME, portals=[replace(BEGINS, areas=["tickets"]).shown() or {}])

        assert cautions(shop, home) == [
            "help-center and shop both serve tickets: contacts go to help-center."
        ]
        assert cautions(replace(shop, areas=["dashboard"]), home) == []
        assert cautions(replace(shop, on=False), home) == []
        assert cautions(replace(BEGINS, areas=["tickets"]), home) == []

    def test_tell_of_areas_that_are_not_there_or_say_nothing(self):
        home = replace(ACME, areas={"dashboard": "/"})

        assert "has no area tickets" in cautions(replace(BEGINS, areas=["tickets"]), home)[0]
        assert "have no effect" in cautions(replace(HELP, areas=["tickets"]), ACME)[0]

    def test_tell_of_an_app_that_should_keep_no_secret(self):
        app = replace(HELP, redirect_uris=["com.acme.app:/callback"])

        assert "--public" in cautions(app, ACME)[0]
        assert cautions(replace(app, secrets=[]), ACME) == []

    def test_tell_of_a_contact_s_own_machine(self):
        dev = replace(HELP, redirect_uris=["http://localhost:3000/cb"])

        assert "the contact's own machine" in cautions(dev, ACME)[0]
        assert cautions(dev, ACME, loopback=True) == []
        assert cautions(replace(dev, secrets=[]), ACME) == []


class TestTheRowOfTheDoors:
    def test_has_room_for_ten_portals_that_begin(self):
        ten = [each(n).shown() for n in range(10)]

        home = settings.checked(ACME, {"portals": ten})

        assert home.portals == ten
        with pytest.raises(SettingsRefused) as refused:
            settings.checked(ACME, {"portals": [*ten, each(10).shown()]})
        assert refused.value.problems == (("portals", "10 at most"),)

    def test_stays_under_four_kilobytes_however_long_they_are(self):
        long = [each(n, "x" * 400).shown() for n in range(10)]

        with pytest.raises(SettingsRefused) as refused:
            settings.checked(ACME, {"portals": long})
        assert f"{LARGEST_SETTINGS} bytes together" in refused.value.problems[0][1]


def each(n: int, path: str = "login") -> RegisteredClient:
    return replace(BEGINS, id=f"portal-{n}", initiate_login_uri=f"https://p{n}.acme.test/{path}")
