"""Which pages of other origins may send a request, and read its answer (edge/responses.py)."""

import pytest

from portico.edge.responses import cookie_name
from portico.edge.routes import HTTP_METHODS
from portico.people.setting_rules import origin_of
from tests.account.conftest import Member
from tests.openid.handed import signed_in
from tests.support.doors import answered, door, http_event, knock
from tests.support.driver import WRONG

COOKIE = cookie_name("acme")
PORTAL = "https://portal.acme.test"
SECOND = "https://help.acme.test"
STRANGER = "https://evil.acme.test"
"""On our own site: a browser sends it our cookies along."""
FOREIGN = "https://evil.test"
NO_ORIGINS = ["null", "", "https://", "http://evil.test", "https://a.test/", "https://a.test:x",
              "https://user@a.test", "file://", "https://ä.test", "https://a.test https://b.test",
              "*", "HTTPS://A.TEST", "https://a.test\r\nx: y"]  # fmt: skip


def shared(answer):
    """What an answer says of other origins."""
    return {k: v for k, v in answer.headers.items() if k.startswith("access-control-")}


def readable_by(origin):
    return {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "retry-after",
    }


def asks(path, origin=PORTAL, method="POST", **more):
    """Send a preflight, which reaches the door of all paths that have no route."""
    event = http_event("$default", origin=origin, headers={
        "access-control-request-method": method,
        "access-control-request-headers": "content-type",
    } | more)  # fmt: skip
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    event["requestContext"]["http"]["method"] = "OPTIONS"
    return answered(door("sign_in_page").handler, event)


@pytest.fixture
def theirs(portal):
    """A browser on a page of the portal, which is on our site and has an origin of its own."""
    return portal.another_browser(origin=PORTAL)


class TestAPreflight:
    @pytest.mark.parametrize("origin", [PORTAL, FOREIGN, "http://localhost:3000"])
    def test_csr_04_is_answered_in_the_same_words_whoever_asks(self, cloud, wire, origin):
        answer = asks("/v1/codes", origin)

        assert answer.status == 204
        assert shared(answer) == {
            "access-control-allow-origin": origin,
            "access-control-allow-credentials": "true",
            "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
            "access-control-allow-headers": "content-type, authorization",
            "access-control-max-age": "7200",
        }
        assert answer.headers["vary"] == "origin"
        # It reads nothing, so there is nothing that it could give away.
        assert wire.sent == []

    @pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/userinfo", "/assets/portico.js"])
    def test_of_what_reads_no_cookie_allows_no_cookie(self, cloud, path):
        told = shared(asks(path, FOREIGN))

        assert told["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in told

    @pytest.mark.parametrize("path", ["/acme", "/", "/oauth2/authorize", "/oauth2/end_session"])
    def test_of_what_is_navigated_to_allows_nothing(self, cloud, path):
        assert shared(asks(path)) == {}

    @pytest.mark.parametrize("origin", NO_ORIGINS)
    def test_of_no_origin_allows_nothing(self, cloud, origin):
        assert shared(asks("/v1/codes", origin)) == {}

    def test_has_a_method_and_an_origin_or_is_none(self, cloud):
        event = http_event("$default", origin=PORTAL)
        event["rawPath"] = event["requestContext"]["http"]["path"] = "/v1/codes"
        event["requestContext"]["http"]["method"] = "OPTIONS"

        assert answered(door("sign_in_page").handler, event).status == 405

    def test_may_ask_for_every_method_that_there_is(self, cloud):
        allowed = shared(asks("/v1/codes"))["access-control-allow-methods"].split(", ")

        ours = {method for methods in HTTP_METHODS.values() for method in methods}
        assert set(allowed) == ours - {"HEAD"}


class TestAPortalsPage:
    def test_reads_every_answer_of_a_sign_in(self, portal, theirs):
        answers = [theirs.opens_the_link(), theirs.asks_for_a_code()]
        portal.delivers_mail()
        answers += [theirs.types(WRONG), theirs.types_the_mailed_code()]
        token = answers[-1].body["access_token"]
        portal.forward(minutes=1)
        answers += [theirs.refreshes(), theirs.reads_the_session(token), theirs.signs_out(token)]

        assert [each.status for each in answers] == [200, 202, 401, 200, 200, 200, 204]
        for each in answers:
            assert shared(each) == readable_by(PORTAL)
            assert each.headers["vary"] == "origin"

    def test_reads_what_its_visitor_does_with_their_account(self, portal, theirs):
        ann = Member(portal, theirs).signs_in()

        for route in ("GET /v1/account", "GET /v1/account/export", "DELETE /v1/account/sessions"):
            assert shared(ann.asks(route)) == readable_by(PORTAL)

    def test_reads_that_nobody_is_signed_in(self, portal, theirs):
        for answer in (theirs.refreshes(), theirs.signs_out()):
            assert answer.problem == (401, "not-signed-in")
            assert shared(answer) == readable_by(PORTAL)

    @pytest.mark.parametrize("planted", ["garbled", "a.b.c.d", "x" * 4000])
    def test_reads_that_nobody_is_signed_in_by_a_garbled_cookie(self, portal, theirs, planted):
        # Otherwise portico.js would say *try later* for as long as the cookie stays.
        theirs.cookies[COOKIE] = planted

        for answer in (theirs.refreshes(), theirs.signs_out()):
            assert answer.problem == (401, "not-signed-in")
            assert shared(answer) == readable_by(PORTAL)

    @pytest.mark.parametrize(
        "origin", ["https://portal.example:8443", "http://localhost:3000", "http://127.0.0.1:3000",
                   "http://[::1]:3000", "https://[::1]", "http://portal.localhost:3000",
                   "http://a.b.localhost"],
    )  # fmt: skip
    def test_is_of_every_origin_that_a_team_may_name(self, portal, origin):
        assert origin_of(origin, "an origin") == origin
        portal.sets(portal_origins=[origin])
        there = portal.another_browser(origin=origin)

        assert asks("/v1/codes", origin).headers["access-control-allow-origin"] == origin
        assert shared(there.opens_the_link()) == readable_by(origin)

    def test_signs_its_visitor_out_by_the_token_of_a_session_before(self, portal, theirs):
        before = theirs.signs_in().body["access_token"]
        theirs.signs_in()

        assert theirs.signs_out(before).status == 204
        assert COOKIE not in theirs.cookies

    def test_reads_that_its_token_is_over(self, portal, theirs):
        ann = Member(portal, theirs).signs_in()
        portal.forward(minutes=11)

        for answer in (ann.asks("GET /v1/account"), theirs.reads_the_session(ann.token)):
            assert answer.problem == (401, "not-signed-in")
            assert shared(answer) == readable_by(PORTAL)

    def test_reads_a_refusal_and_how_long_to_wait(self, portal, theirs):
        theirs.asks_for_a_code()
        again = theirs.asks_again()

        assert again.problem == (429, "too-soon")
        assert shared(again) == readable_by(PORTAL)

    def test_reads_that_the_portal_is_off(self, portal, theirs):
        portal.sets(portal_enabled=False)

        answer = theirs.opens_the_link()

        assert answer.problem == (403, "portal-unavailable")
        assert shared(answer) == readable_by(PORTAL)

    @pytest.mark.parametrize("body", ["{", {"workspace": "acme", "link": "lnk_none"}, {}])
    def test_reads_what_is_wrong_with_its_own_request(self, portal, theirs, body):
        answer = theirs.sends("request_code", "POST /v1/codes", body)

        assert answer.status in (400, 404)
        assert shared(answer) == readable_by(PORTAL)

    def test_reads_answers_once_the_team_has_named_it_and_no_longer(self, portal):
        second = portal.another_browser(origin=SECOND)
        assert shared(second.opens_the_link()) == {}

        # No deployment: the settings row is read by the very request.
        portal.sets(portal_origins=[SECOND])
        assert shared(second.opens_the_link()) == readable_by(SECOND)

        portal.sets(portal_origins=[])
        assert shared(second.opens_the_link()) == {}


class TestOurOwnPage:
    def test_needs_no_permission(self, portal, wire):
        ann = portal.browser
        ann.asks_for_a_code()

        assert shared(ann.last) == {}
        assert ann.last.headers["vary"] == "origin"

    def test_pays_for_no_read_when_nobody_is_signed_in(self, portal, wire):
        wire.forget()
        portal.browser.refreshes()

        assert wire.sent == []


class TestAnotherPage:
    """CSR-04: on any site, with our cookies or without."""

    @pytest.fixture(params=[STRANGER, FOREIGN])
    def stranger(self, request, portal):
        ann = portal.browser
        ann.has_signed_in()
        return portal.another_browser(origin=request.param, cookies=dict(ann.cookies))

    def test_csr_04_reads_nothing_of_a_visitors_session(self, portal, stranger):
        before = portal.session_rows()
        answers = [stranger.refreshes(), stranger.signs_out()]

        for each in answers:
            assert each.problem == (403, "cross-site")
            assert shared(each) == {}
        assert portal.session_rows() == before

    def test_csr_04_cannot_tell_whether_its_visitor_has_one(self, portal, stranger):
        stranger.cookies.clear()

        assert shared(stranger.refreshes()) == {}

    def test_csr_04_begins_nothing_and_counts_against_nobody(self, portal, stranger):
        rows = portal.rows("sign-in")
        link = {"workspace": "acme", "link": portal.shared}
        answers = [
            stranger.opens_the_link(),
            stranger.asks_for_a_code(),
            stranger.types_a_password("four tired herons at the weir"),
            stranger.forgets_the_password(),
            stranger.signs_up("eve@example.com"),
            stranger.sends("start_sso", "POST /v1/sso/start", link | {"connection": "google"}),
        ]

        for each in answers:
            assert each.status in (403, 404), each.event
            assert each.status == 404 or shared(each) == {}
        # The browser would have asked first, and been told yes: these budgets must hold alone.
        assert portal.rows("sign-in") == rows

    def test_csr_04_reads_nothing_of_a_code_that_another_page_asked_for(self, portal, stranger):
        ann = portal.another_browser()
        ann.asks_for_a_code()
        portal.delivers_mail()
        stranger.challenge = ann.challenge

        for answer in (stranger.types_the_mailed_code(), stranger.asks_again()):
            assert answer.problem == (403, "cross-site")
            assert shared(answer) == {}

    def test_csr_04_that_is_a_neighbours_portal_reads_nothing_here(self, portal):
        portal.neighbour()
        other = portal.another_browser(origin="https://portal.globex.test")

        assert shared(other.refreshes()) == {}
        assert shared(other.opens_the_link()) == {}

    def test_reads_what_a_token_that_it_holds_says(self, portal, stranger):
        # As it could from anywhere: no cookie is asked.
        token = portal.another_browser().signs_in().body["access_token"]

        assert shared(stranger.reads_the_session(token)) == readable_by(stranger.origin)

    def test_csr_04_takes_no_cookie_by_a_token_of_its_own(self, portal, stranger):
        # Every page may send it now. Otherwise it signs its visitor out.
        token = portal.another_browser().signs_in().body["access_token"]

        answer = stranger.signs_out(token)

        assert (answer.status, answer.cookies) == (204, [])
        assert portal.browser.refreshes().status == 200

    def test_takes_the_cookie_of_the_session_whose_token_it_holds(self, portal, stranger):
        token = portal.browser.refreshes().body["access_token"]

        assert stranger.signs_out(token).status == 204
        assert COOKIE not in stranger.cookies

    def test_csr_04_takes_no_cookie_when_its_page_cannot_be_read(self, portal, theirs, wire):
        ann = portal.another_browser().signs_in()
        theirs.signs_in()
        wire.answer("dynamodb.BatchGetItem", "InternalServerError")

        assert theirs.signs_out(ann.body["access_token"]).cookies == []

    @pytest.mark.parametrize("origin", NO_ORIGINS)
    def test_without_an_origin_reads_nothing_with_a_token_either(self, portal, origin):
        token = portal.another_browser().signs_in().body["access_token"]
        nobody = portal.another_browser(origin=origin)

        for answer in (nobody.reads_the_session(token), nobody.reads_the_session("no token")):
            assert shared(answer) == {}

    @pytest.mark.parametrize("origin", NO_ORIGINS)
    def test_without_an_origin_reads_nothing(self, portal, origin):
        assert shared(portal.another_browser(origin=origin).sends(
            "request_code", "POST /v1/codes", {})) == {}  # fmt: skip


class TestWhatReadsNoCookie:
    """The endpoints of the protocol, and files: any page may read them, and brings no cookie."""

    @pytest.mark.parametrize(
        ("name", "route", "more"),
        [
            ("token", "POST /oauth2/token", {"form": {"grant_type": "authorization_code"}}),
            ("revoke", "POST /oauth2/revoke", {"form": {}}),
            ("userinfo", "GET /oauth2/userinfo", {}),
            ("session", "GET /.well-known/openid-configuration", {}),
            ("session", "GET /.well-known/jwks.json", {}),
            ("sign_in_page", "GET /assets/{proxy+}", {"path": {"proxy": "portico.js"}}),
        ],
    )
    def test_is_for_all(self, portal, name, route, more):
        answer = knock(name, route, origin=FOREIGN, **more)

        assert shared(answer) == {
            "access-control-allow-origin": "*",
            "access-control-expose-headers": "retry-after",
        }

    def test_gives_a_public_client_its_tokens(self, portal, spa_site):
        told = spa_site.redeems(spa_site.gets_a_code(portal.browser), origin=FOREIGN)

        assert told.status == 200

    @pytest.fixture
    def spa_site(self, portal):
        from tests.support.openid_site import Site

        portal.browser.has_signed_in()
        return Site.register(portal, "spa", public=True)


class TestANavigation:
    def test_is_read_by_no_page(self, portal):
        browser, held = signed_in(portal)
        asked = held.site.sends(browser)
        shown = browser.sends("sign_in_page", "GET /{workspace}", path={"workspace": "acme"})

        for answer in (asked, shown):
            assert shared(answer) == {}


class TestAFault:
    def test_before_the_workspace_is_known_is_read_by_no_other_page(self, portal, theirs, wire):
        wire.answer("dynamodb.BatchGetItem", "InternalServerError")

        answer = theirs.opens_the_link()

        assert answer.status == 503
        assert shared(answer) == {}

    def test_in_reading_whose_page_it_is_refuses_as_before(self, portal, theirs, wire):
        wire.answer("dynamodb.BatchGetItem", "InternalServerError")

        answer = theirs.refreshes()

        assert answer.problem == (401, "not-signed-in")
        assert shared(answer) == {}
