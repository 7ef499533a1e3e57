"""Tokens where they do not belong, and portals that are not who they say (RFC 9700, 4.9 to 4.14)
(openid/token_lookup.py, sessions/access_token_check.py)."""

import pytest

from portico.aws.tables import ConditionFailed
from portico.clock import SYSTEM, epoch
from portico.edge.responses import cookie_name
from portico.sessions.rules import RefreshToken
from portico.sessions.store import SessionStore
from tests.openid.handed import Held, is_running, refusal, signed_in
from tests.support.doors import Answer
from tests.support.driver import Browser, Portal
from tests.support.openid_site import Site, marks_of, query_of

COOKIE = cookie_name("acme")
USELESS = (400, "invalid_grant")
AGES = [0, 30]
"""Seconds of a refresh token: one is young and stays, the other is exchanged."""


@pytest.fixture
def held(portal: Portal) -> Held:
    portal.browser, held = signed_in(portal)
    return held


@pytest.fixture
def site(held: Held) -> Site:
    return held.site


@pytest.fixture
def ann(portal: Portal, held: Held) -> Browser:
    return portal.browser


def with_bearer(portal: Portal, name: str, route: str, token: str, body: object = None) -> Answer:
    query = None if body else {"workspace": "acme"}
    headers = {"authorization": f"Bearer {token}"}
    return portal.knock(name, route, body, query=query, origin=None, headers=headers)


class TestATokenOfAPortals:
    """4.9 and 4.10: its `aud` may be the workspace's id, and it still opens none of our doors."""

    DOORS = (
        ("session", "GET /v1/session", None),
        ("session", "DELETE /v1/session", None),
        ("account", "GET /v1/account", None),
        ("account", "GET /v1/account/export", None),
        ("account", "DELETE /v1/account", None),
        ("account", "PATCH /v1/account", {"workspace": "acme", "name": "Eve"}),
        ("account", "POST /v1/account/email", {"workspace": "acme", "email": "eve@example.com"}),
        ("start_sso", "POST /v1/account/identities", {"workspace": "acme", "connection": "google"}),
        ("password", "PUT /v1/account/password",
         {"workspace": "acme", "password": "four tired herons at the weir", "request_id": "x"}),
    )  # fmt: skip

    @pytest.mark.parametrize(("name", "route", "body"), DOORS, ids=lambda each: str(each)[:30])
    @pytest.mark.parametrize("kind", ["access_token", "id_token"])
    def test_opens_none_of_our_doors(self, portal, held, kind, name, route, body):
        before = portal.rows("people")

        answer = with_bearer(portal, name, route, getattr(held, kind), body)

        assert answer.problem == (401, "not-signed-in")
        assert portal.rows("people") == before
        assert is_running(held.row)
        assert is_running(held.browsers_row)

    def test_that_tells_who_somebody_is_gives_nobody_access(self, portal, held):
        answer = with_bearer(portal, "userinfo", "GET /oauth2/userinfo", held.id_token)

        assert refusal(answer) == (401, "invalid_token")

    def test_that_gives_access_hints_at_nobody(self, site, ann, held):
        to = site.sends(ann, id_token_hint=held.access_token).headers["location"]

        assert query_of(to)["error"] == "invalid_request"

    def test_of_one_portal_hints_at_nobody_for_another(self, portal, ann, held):
        other = Site.register(portal, "spa", public=True)

        to = other.sends(ann, id_token_hint=held.id_token).headers["location"]

        assert query_of(to)["error"] == "invalid_request"


class TestARefreshTokenOfAPortals:
    """4.14: bound to its portal, and to nothing else of ours."""

    @pytest.mark.parametrize("age", AGES)
    def test_refreshes_no_browser(self, portal, held, age):
        portal.forward(seconds=age)
        body = {"workspace": "acme", "refresh_token": held.refresh_token}
        thief = portal.another_browser(cookies={COOKIE: held.refresh_token})

        in_body = portal.knock("session", "POST /v1/session/refresh", body, origin=None)

        assert in_body.problem == (401, "not-signed-in")
        assert thief.refreshes().problem == (401, "not-signed-in")
        assert thief.signs_out().problem == (401, "not-signed-in")
        assert held.site.refreshes(held.refresh_token).status == 200

    @pytest.mark.parametrize("holder", [None, "spa"])
    def test_is_exchanged_by_nobody_else_whoever_has_read_what(self, portal, held, holder):
        portal.forward(seconds=30)
        token = RefreshToken.parse(held.refresh_token)
        assert token is not None

        with pytest.raises(ConditionFailed):
            SessionStore("sign-in", "acme").rotate(
                token, token.successor(b"x" * 32), key="-", sver=1, portal=holder, at=SYSTEM.now()
            )

    def test_signs_nobody_in_at_another_portal(self, portal, held):
        other = Site.register(portal, "spa", public=True)
        thief = portal.another_browser(cookies={COOKIE: held.refresh_token})

        assert "o" in marks_of(other.sends(thief).headers["location"])

    @pytest.mark.parametrize("old", [False, True])
    def test_is_nothing_to_another_portal_and_ends_nothing_there(self, portal, held, old):
        # Even one that was exchanged long ago: who may not use it, may not end anything by it.
        newest = held.refresh_token
        if old:
            portal.forward(seconds=30)
            newest = held.site.refreshes(held.refresh_token).body["refresh_token"]
            portal.forward(seconds=30)
        others = [
            Site.register(portal, "spa", public=True),
            Site.register(portal, "other"),
            Site.register(portal.neighbour()),
        ]

        answers = [each.refreshes(held.refresh_token) for each in others]

        assert [refusal(each) for each in answers] == [USELESS] * 3
        assert held.site.refreshes(newest).status == 200

    @pytest.mark.parametrize("age", AGES)
    def test_of_the_browser_is_nothing_to_a_portal(self, portal, site, ann, age):
        portal.forward(seconds=age)

        assert refusal(site.refreshes(ann.cookies[COOKIE])) == USELESS

        assert ann.refreshes().status == 200

    @pytest.mark.parametrize("changed", ["contact", "session", "number", "secret", "more", "less"])
    def test_that_was_tampered_with_is_nothing_and_ends_nothing(self, portal, held, changed):
        other = portal.adds("Bob", "bob@example.com")
        portal.forward(seconds=30)
        contact, session, n, secret = held.refresh_token.split(".")
        forged = {
            "contact": f"{other.id}.{session}.{n}.{secret}",
            "session": f"{contact}.{held.browsers_row['id']}.{n}.{secret}",
            "number": f"{contact}.{session}.{int(n) + 1}.{secret}",
            "secret": f"{contact}.{session}.{n}.{secret[::-1]}",
            "more": f"{held.refresh_token}.x",
            "less": f"{contact}.{session}.{n}",
        }[changed]

        assert refusal(held.site.refreshes(forged)) == USELESS

        assert held.site.refreshes(held.refresh_token).status == 200
        assert portal.browser.refreshes().status == 200

    def test_asked_for_more_gives_no_more(self, portal, site, ann):
        token = site.signs_in(ann, scope="openid")["refresh_token"]

        answer = site.refreshes(token, scope="openid email profile")

        assert refusal(answer) == (400, "invalid_scope")
        assert site.refreshes(token).body["scope"] == "openid"


class TestClocksThatDiffer:
    """FLT-07: a minute is forgiven, and never adds to a life."""

    def test_flt_07_a_code_of_an_environment_that_is_ahead_is_good(self, portal, site, ann):
        code = site.gets_a_code(ann)
        portal.forward(seconds=-20)

        assert site.redeems(code).status == 200

    def test_flt_07_tokens_of_an_environment_that_is_ahead_are_good(self, portal, site, ann):
        tokens = site.signs_in(ann)
        portal.forward(seconds=-50)

        told = with_bearer(portal, "userinfo", "GET /oauth2/userinfo", tokens["access_token"])

        assert told.status == 200
        assert site.refreshes().status == 200

    def test_flt_07_no_token_lives_longer_than_its_session(self, portal, held):
        portal.forward(seconds=30)
        ends = epoch(SYSTEM.now()) + 300
        portal.writes("sign-in", held.row | {"expires_at": ends})

        tokens = held.site.refreshes(held.refresh_token).body

        for name in ("access_token", "id_token"):
            assert held.site.reads(tokens[name])["exp"] == ends
