"""Where a browser is sent by a portal's request, and where never (RFC 9700, 4.1 and 4.4)."""

import pytest

from tests.openid.handed import Held, signed_in
from tests.support.doors import ORIGIN, Answer
from tests.support.driver import Browser, Portal
from tests.support.openid_site import CALLBACK, Site, query_of

pytestmark = pytest.mark.slow

LOOPBACK = "http://127.0.0.1:8123/cb"
WITH_QUERY = f"{CALLBACK}?of=acme"
APP = "com.example.app:/callback"
REGISTERED = [CALLBACK, WITH_QUERY, LOOPBACK, APP]

TRICKS = [
    # The host: longer at either end, with a name before it, in other letters, with another port.
    "https://help.example.net.evil.test/callback",
    "https://evilhelp.example.net/callback",
    "https://evil.help.example.net/callback",
    "https://help.example.net@evil.test/callback",
    "https://evil.test@help.example.net/callback",
    "https://help.example.net:x@evil.test/callback",
    "https://help.example.net:443/callback",
    "https://help.example.net:8443/callback",
    "https://HELP.example.net/callback",
    "https://help.example.net./callback",
    "https://help.example.net%2eevil.test/callback",
    "https://help.example.net%00.evil.test/callback",
    "https://help.example.net\\@evil.test/callback",
    "https://help\u2024example.net/callback",
    "https://help.example.net\uff0fcallback",
    # The path: longer, shorter, around a corner, in other spellings.
    f"{CALLBACK}/",
    f"{CALLBACK}x",
    f"{CALLBACK}/../evil",
    f"{CALLBACK}/%2e%2e/evil",
    f"{CALLBACK}%2f..%2fevil",
    f"{CALLBACK};a=b",
    "https://help.example.net/",
    "https://help.example.net",
    "https://help.example.net//callback",
    "https://help.example.net/./callback",
    "https://help.example.net/Callback",
    "https://help.example.net/%63allback",
    # What comes after it.
    f"{CALLBACK}?",
    f"{CALLBACK}?code=mine",
    f"{CALLBACK}?of=acme&next=https://evil.test",
    f"{CALLBACK}?of=evil",
    f"{CALLBACK}#",
    f"{CALLBACK}#evil",
    f"{CALLBACK}%23evil",
    f" {CALLBACK}",
    f"{CALLBACK} ",
    f"{CALLBACK}\r\nset-cookie:a=b",
    f"{CALLBACK}%0d%0aset-cookie:a=b",
    f"{CALLBACK} https://evil.test/",
    # The scheme, or none.
    "http://help.example.net/callback",
    "HTTPS://help.example.net/callback",
    "https:help.example.net/callback",
    "https:/help.example.net/callback",
    "//help.example.net/callback",
    "//evil.test",
    "/\\evil.test",
    "/callback",
    "https:evil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    # This machine, and apps: as they were registered, or not at all.
    "http://127.0.0.1:8124/cb",
    "http://127.0.0.1/cb",
    "http://localhost:8123/cb",
    "http://[::1]:8123/cb",
    "http://127.1:8123/cb",
    "http://2130706433:8123/cb",
    "http://0.0.0.0:8123/cb",
    "com.example.app://callback",
    "com.example.app:/callback/evil",
    "com.example.evil:/callback",
    # Nothing, and too much.
    "null",
    "x" * 4096,
]


@pytest.fixture
def held(portal: Portal) -> Held:
    portal.browser, held = signed_in(portal)
    return held


@pytest.fixture
def ann(portal: Portal, held: Held) -> Browser:
    return portal.browser


@pytest.fixture
def site(portal: Portal, held: Held) -> Site:
    return Site.register(portal, "exact", redirect_uris=REGISTERED)


@pytest.fixture
def app(portal: Portal, held: Held) -> Site:
    """A public client that listens on the contact's own machine."""
    there = [
        "http://127.0.0.1:8123/cb",
        "http://[::1]/cb?of=app",
        "http://localhost:8123/cb",
        CALLBACK,
    ]
    return Site.register(portal, "app", public=True, redirect_uris=there)


def location(answer: Answer) -> str:
    assert answer.status == 303
    return answer.headers["location"]


class TestARedirectUri:
    """4.1.3: compared as it stands, with each that is registered."""

    @pytest.mark.parametrize("uri", TRICKS)
    def test_red_01_is_one_that_was_registered_or_nobody_is_sent_there(
        self, portal, site, ann, uri
    ):
        before = portal.rows("sign-in")

        to = location(site.sends(ann, redirect_uri=uri))

        assert to == "/acme#e=portal-not-known"
        assert portal.rows("sign-in") == before

    @pytest.mark.parametrize("uri", REGISTERED)
    def test_that_was_registered_is_kept_to_the_letter(self, site, ann, uri):
        to = location(site.sends(ann, redirect_uri=uri))

        assert to.startswith(f"{uri}{'&' if '?' in uri else '?'}code=")

    @pytest.mark.parametrize(
        "uri",
        [
            "http://127.0.0.1:1/cb",
            "http://127.0.0.1:51234/cb",
            "http://127.0.0.1:65535/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:51234/cb?of=app",
            "http://[::1]/cb?of=app",
        ],
    )
    def test_of_an_app_on_this_machine_may_have_any_port(self, app, ann, uri):
        # RFC 8252, 7.3.
        to = location(app.sends(ann, redirect_uri=uri))

        assert to.startswith(f"{uri}{'&' if '?' in uri else '?'}code=")
        code = query_of(to)["code"]
        assert app.redeems(code, redirect_uri=uri.replace("51234", "51235") + "x").status == 400
        assert app.redeems(code, redirect_uri=uri).status == 200

    @pytest.mark.parametrize(
        "uri",
        [
            # A name may be answered by somebody else, and is exact.
            "http://localhost:51234/cb",
            "http://localhost/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:01/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:123456/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:+80/cb",
            "http://127.0.0.1:\u0661/cb",
            "http://127.0.0.1:80:80/cb",
            "http://127.0.0.1:80@evil.test/cb",
            "http://127.0.0.1:80.evil.test/cb",
            "http://127.0.0.1.evil.test:80/cb",
            "http://127.0.0.2:51234/cb",
            "http://127.1:51234/cb",
            "http://[::2]:51234/cb?of=app",
            "http://[0::1]:51234/cb?of=app",
            "http://[::1]:51234/cb",
            "https://127.0.0.1:51234/cb",
            "HTTP://127.0.0.1:51234/cb",
            "http://127.0.0.1:51234",
            "http://127.0.0.1:51234/",
            "http://127.0.0.1:51234/cb/",
            "http://127.0.0.1:51234/cb?of=app",
            "http://127.0.0.1:51234/cb#x",
            "http://127.0.0.1:51234/cb\n",
            "http://127.0.0.1:51234/../cb",
            # What has no port of its own keeps its place.
            "https://help.example.net:51234/callback",
        ],
    )
    def test_red_01_of_an_app_on_this_machine_differs_in_nothing_else(self, portal, app, ann, uri):
        before = portal.rows("sign-in")

        assert location(app.sends(ann, redirect_uri=uri)) == "/acme#e=portal-not-known"
        assert portal.rows("sign-in") == before

    @pytest.mark.parametrize("uri", [None, ""])
    def test_is_always_said(self, site, ann, uri):
        assert location(site.sends(ann, redirect_uri=uri)) == "/acme#e=portal-not-known"

    @pytest.mark.parametrize(
        "wrong", [{"response_type": "token"}, {"prompt": "none"}, {"code_challenge": None}], ids=str
    )
    def test_red_01_of_nobody_is_not_even_told_an_error(self, portal, site, wrong):
        stranger = portal.another_browser()

        to = location(site.sends(stranger, redirect_uri="https://evil.test/", **wrong))

        assert to == "/acme#e=portal-not-known"

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"redirect_uri": f"{CALLBACK}/"}, "redirect_uri: "),
            ({"redirect_uri": None}, "redirect_uri: "),
            ({"client_id": "prt_acme_nobody"}, "client_id: "),
            ({"client_id": "nobody"}, "client_id: "),
        ],
        ids=str,
    )
    def test_that_leads_nowhere_is_named_in_the_log_and_nothing_of_the_request(
        self, site, ann, caplog, wrong, told
    ):
        with caplog.at_level("INFO", logger="portico"):
            site.sends(ann, state="state-of-a-visitor", **wrong)

        (line,) = [each for each in caplog.records if each.getMessage() == "request.refused"]
        assert line.levelname == "WARNING"
        assert line.portal == (
            None if wrong.get("client_id") == "nobody" else wrong.get("client_id", site.client_id)
        )
        assert line.reason.startswith(told)
        assert "state-of-a-visitor" not in str(vars(line))
        assert CALLBACK not in str(vars(line))

    def test_of_another_portal_is_nobodys(self, portal, site, ann):
        Site.register(portal, "other", redirect_uris=["https://other.example.net/callback"])

        to = location(site.sends(ann, redirect_uri="https://other.example.net/callback"))

        assert to == "/acme#e=portal-not-known"


class TestAnAnswerToThePortal:
    """4.4 and RFC 9207: it says whose it is, in whatever it says."""

    def answers(self, portal: Portal, site: Site, ann: Browser, wire) -> dict[str, dict[str, str]]:
        stranger = portal.another_browser()
        told = {
            "code": location(site.sends(ann, state="s")),
            "login_required": location(site.sends(stranger, state="s", prompt="none")),
            "invalid_request": location(site.sends(ann, state="s", code_challenge=None)),
            "invalid_scope": location(site.sends(ann, state="s", scope="email")),
            "unsupported_response_type": location(site.sends(ann, state="s", response_type="x")),
            "request_not_supported": location(site.sends(ann, state="s", request="e30")),
        }
        wire.cut("dynamodb.PutItem")
        told["server_error"] = location(site.sends(ann, state="s"))
        wire.mend()
        return {name: query_of(to) for name, to in told.items()}

    def test_names_its_issuer_and_whose_question_it_was(self, portal, site, ann, wire):
        issuer = portal.knock("session", "GET /.well-known/openid-configuration").body["issuer"]

        told = self.answers(portal, site, ann, wire)

        assert {each["iss"] for each in told.values()} == {issuer} == {ORIGIN}
        assert {each["state"] for each in told.values()} == {"s"}
        assert all(name in ("code", each.get("error")) for name, each in told.items())

    def test_is_in_the_query_alone(self, site, ann):
        # A fragment stays with the next page, and a form_post is nothing we speak.
        assert "#" not in location(site.sends(ann))
        assert "#" not in location(site.sends(ann, scope=None))

    @pytest.mark.parametrize(
        "state",
        ["a b+c&d=e#f", "\"'<script>", "\r\nset-cookie: a=b", "%0d%0a", "ä€😀", "&code=mine", "s" * 2048],
    )  # fmt: skip
    def test_gives_the_state_back_as_it_came(self, site, ann, state):
        to = location(site.sends(ann, state=state))

        assert query_of(to)["state"] == state
        assert to.isascii()
        assert to.isprintable()
        assert to.count("code=") == 1

    def test_has_no_state_where_none_came(self, site, ann):
        assert "state" not in query_of(location(site.sends(ann, state=None)))
