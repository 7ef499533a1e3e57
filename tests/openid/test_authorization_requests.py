"""What anybody's page or request could do at the authorization endpoint (RFC 9700, 4.7 to 4.16)
(openid/authorize.py)."""

from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.openid.handed import Held, signed_in
from tests.support.doors import Answer
from tests.support.driver import Browser, Portal
from tests.support.openid_site import AUTHORIZE, CALLBACK, Site, marks_of, query_of


@pytest.fixture
def held(portal: Portal) -> Held:
    portal.browser, held = signed_in(portal)
    return held


@pytest.fixture
def ann(portal: Portal, held: Held) -> Browser:
    return portal.browser


@pytest.fixture
def site(held: Held) -> Site:
    return held.site


def location(answer: Answer) -> str:
    assert answer.status == 303
    return answer.headers["location"]


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
        asked = site.asks(prompt="login")

        for again in ("evil", asked[name]):
            text = urlencode([*asked.items(), (name, again)])
            how = {"query": text} if method == "GET" else {"form": text}
            to = location(ann.sends("authorize", f"{method} {AUTHORIZE}", **how))
            assert to.startswith("/")
            assert to.endswith("#e=portal-not-known")
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
