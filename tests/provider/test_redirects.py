"""Where a browser is sent by a portal's request, and where never (RFC 9700, 4.1, 4.4, 4.7, 4.11)."""

from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.doors import ORIGIN, Answer
from tests.portal import Browser, Portal
from tests.provider.handed import Held, signed_in
from tests.provider.site import AUTHORIZE, CALLBACK, Site, marks_of, query_of

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


class TestARequest:
    """4.7, 4.12 and 4.16: what anybody's page could do with a browser's visit."""

    def test_csr_03_that_shows_the_page_changes_nothing(self, portal, site, ann):
        before = [portal.rows(each) for each in ("people", "sign-in", "trail")]

        answers = [
            site.sends(portal.another_browser()),
            site.sends(ann, prompt="login"),
            site.sends(ann, prompt="select_account"),
            site.sends(ann, scope=None),
        ]

        assert [portal.rows(each) for each in ("people", "sign-in", "trail")] == before
        assert [each.cookies for each in answers] == [[]] * 4

    def test_that_is_granted_leaves_one_row_and_the_cookie_alone(self, portal, site, ann):
        before = portal.rows("sign-in")

        answer = site.sends(ann)

        new = [row for row in portal.rows("sign-in") if row not in before]
        assert [row["sk"] for row in new] == ["code"]
        assert answer.cookies == []

    def test_csr_01_of_another_sites_form_comes_without_the_cookie_and_shows_the_page(
        self, portal, site
    ):
        # The cookie is SameSite=Lax: a browser keeps it back from such a POST.
        stranger = portal.another_browser(origin="https://evil.test")

        answer = stranger.sends("authorize", f"POST {AUTHORIZE}", form=site.asks())

        assert location(answer).startswith(f"/acme#l={site.client_id}&o=")

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_is_answered_by_a_303_that_no_frame_shows_and_nobody_keeps(self, site, ann, method):
        # After any other status a browser could send the form's fields on to the portal.
        asked = site.asks()
        how = {"query": asked} if method == "GET" else {"form": asked}

        answer = ann.sends("authorize", f"{method} {AUTHORIZE}", **how)

        assert answer.status == 303
        assert "code=" in answer.headers["location"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"

    def test_keeps_what_it_asked_for_through_the_page(self, portal, site, ann):
        asked = site.asks(state="a b&c=d", login_hint="ann+x@example.com", extra="left alone")
        marks = marks_of(location(site.returns(portal.another_browser(), asked)))

        told = query_of(location(site.returns(ann, marks["o"])))

        assert told["state"] == "a b&c=d"
        assert "code" in told

    @pytest.mark.parametrize("name", ["l", "o", "e", "again", "out"])
    def test_cannot_put_marks_of_its_own_into_the_pages_fragment(self, portal, site, name):
        evil = f"x&{name}=evil#{name}=evil"

        to = location(site.sends(portal.another_browser(), login_hint=evil, ui_locales=evil))

        marks = urlsplit(to).fragment.split("&")
        assert [each for each in marks if each.startswith(f"{name}=evil")] == []
        assert len({each.partition("=")[0] for each in marks}) == len(marks)


class TestAParameter:
    """RFC 6749, 3.1: once, readable, and no longer than it may be."""

    NAMES = ("client_id", "redirect_uri", "response_type", "scope", "state", "nonce",
             "code_challenge", "code_challenge_method", "prompt")  # fmt: skip

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_that_is_there_twice_grants_nothing(self, portal, site, ann, method, name):
        before = portal.rows("sign-in")
        text = f"{urlencode(site.asks(prompt='login'))}&{name}=evil"
        how = {"query": text} if method == "GET" else {"form": text}

        answer = ann.sends("authorize", f"{method} {AUTHORIZE}", **how)

        assert location(answer).startswith("/")
        assert location(answer).endswith("#e=portal-not-known")
        assert portal.rows("sign-in") == before

    @pytest.mark.parametrize(
        "more",
        [
            "&x=" + "x" * 4097,
            "".join(f"&x{n}=1" for n in range(40)),
            "&x=%ff%fe",
            "&x=%ed%a0%80",
            "&%ff=x",
        ],
        ids=["long", "many", "bytes", "surrogate", "name"],
    )
    def test_that_is_no_parameter_grants_nothing(self, portal, site, ann, more):
        before = portal.rows("sign-in")

        answer = site.returns(ann, urlencode(site.asks()) + more)

        assert location(answer).endswith("#e=portal-not-known")
        assert portal.rows("sign-in") == before

    def test_without_a_value_is_left_out(self, site, ann):
        asked = urlencode(site.asks()) + "&prompt=&max_age=&id_token_hint=&request="

        assert "code" in query_of(location(site.returns(ann, asked)))

    @pytest.mark.parametrize("name", ["state", "nonce", "login_hint", "ui_locales", "x"])
    def test_never_makes_an_address_that_no_gateway_takes(self, portal, site, ann, name):
        # Twice encoded, each of these is fifteen characters long.
        long = "€" * 1300

        for browser in (portal.another_browser(), ann):
            for method in ("GET", "POST"):
                asked = site.asks(**{name: long})
                how = {"query": asked} if method == "GET" else {"form": asked}
                answer = browser.sends("authorize", f"{method} {AUTHORIZE}", **how)
                assert len(location(answer)) < 10_000

    def test_in_the_query_of_a_form_is_not_read(self, site, ann):
        asked = site.asks()
        answer = ann.sends("authorize", f"POST {AUTHORIZE}", form={}, query=asked)

        assert location(answer).endswith("#e=portal-not-known")
        assert quote(CALLBACK, safe="") not in location(answer)
