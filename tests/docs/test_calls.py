"""The calls of each flow are those that docs/performance.md counts."""

import re
from functools import partial
from pathlib import Path

import pytest

from tests.support.openid_site import Site

BOB, HERONS = "bob@example.com", "four tired herons at the weir"
PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
ROW = re.compile(r"^\| (?P<what>[^|]+?) \| (?P<dynamodb>\d+)[^|]*\| (?P<other>\d+)?", re.MULTILINE)
COUNTED = {
    row["what"]: (int(row["dynamodb"]), int(row["other"] or 0))
    for row in ROW.finditer(PAGE.read_text().partition("## Cold starts")[0])
}


@pytest.fixture
def counts(portal, wire):
    """Let a browser do something, and compare what it took with one row of the page."""
    portal.browser.signs_in()  # the secret and the keys are there for an hour
    portal.browser.reads_the_session(portal.browser.last.body["access_token"])
    portal.forward(minutes=30)

    left = dict(COUNTED)

    def compare(what, work):
        wire.forget()
        answer = work()
        counted = wire.counted()
        dynamodb = counted.pop("dynamodb", 0)
        assert (what, dynamodb, sum(counted.values())) == (what, *left.pop(what))
        return answer

    yield compare
    assert left == {}


def test_calls_are_counted_flow_by_flow(portal, counts):
    ann = portal.another_browser()
    stranger = portal.another_browser()
    personal = portal.personal_link()

    counts("a link is resolved", ann.opens_the_link)
    counts("a code is asked for", ann.asks_for_a_code)
    counts("… shared link", portal.delivers_mail)
    counts("a wrong code is typed", lambda: ann.types("0000000"))
    token = counts("the right code is typed", ann.types_the_mailed_code).body["access_token"]
    counts("an access token is read", lambda: ann.reads_the_session(token))
    portal.forward(seconds=30)
    counts("a session is refreshed", ann.refreshes)
    counts("a contact signs out", lambda: ann.signs_out(token))

    counts(
        "… by a page that has only opened",
        lambda: ann.asks_for_a_code(None, link=personal, auto=True),
    )
    counts("a mail is sent, personal link", portal.delivers_mail)
    portal.forward(seconds=30)
    counts("another mail is asked for", ann.asks_again)

    portal.delivers_mail()
    stranger.asks_for_a_code("nobody@example.com")
    counts("… to an address that is no contact's", portal.delivers_mail)

    portal.sets(password_method=True, sign_up=True)
    portal.adds("Bob Baker", BOB)
    bob, eve = portal.another_browser(), portal.another_browser()
    counts("a reset is asked for", lambda: bob.forgets_the_password(BOB))
    portal.delivers_mail()
    code = portal.mailed_code()
    counts("… and a password set by its code", lambda: bob.sets_a_password(HERONS, code))
    counts("a wrong password is typed", lambda: bob.types_a_password(f"{HERONS}?", BOB))
    counts("the right password is typed", lambda: bob.types_a_password(HERONS, BOB))

    portal.delivers_mail()
    counts("a sign-up is asked for", lambda: eve.signs_up("eve@example.com"))
    counts("… its mail is sent, for a stranger", portal.delivers_mail)
    came = counts("… and its code typed", eve.types_the_mailed_code)
    account = partial(of_the_account, eve, came.body["access_token"])
    counts("an account is read", lambda: account("GET /v1/account"))
    asked = counts(
        "another address is asked for",
        lambda: account("POST /v1/account/email", email="eve@new.example"),
    )
    portal.delivers_mail()
    typed = {"challenge": asked.body["challenge"], "code": portal.mailed_code()}
    counts(
        "… and its code typed, of the account",
        lambda: account("POST /v1/account/email/confirm", **typed),
    )

    at_a_portal(portal, counts)


def at_a_portal(portal, counts):
    site, cat = Site.register(portal), portal.another_browser()
    counts("a portal on another site sends somebody to sign in", lambda: site.sends(cat))
    cat.signs_in(BOB)
    code = counts("… who is signed in", lambda: site.gets_a_code(cat))
    counts("… and exchanges their code", lambda: site.redeems(code))
    bearer = {"authorization": f"Bearer {site.tokens['access_token']}"}
    counts(
        "it asks whom its access token speaks of",
        lambda: cat.sends("userinfo", "GET /oauth2/userinfo", headers=bearer),
    )
    portal.forward(seconds=30)
    counts("it refreshes its tokens", site.refreshes)
    given_back = {"token": site.tokens["refresh_token"]}
    secret = {"authorization": site.basic()}
    counts(
        "it gives its refresh token back",
        lambda: portal.knock(
            "revoke", "POST /oauth2/revoke", form=given_back, headers=secret, origin=None
        ),
    )
    leaving = {"id_token_hint": site.tokens["id_token"]}
    counts(
        "it signs its contact out",
        lambda: cat.sends("end_session", "GET /oauth2/end_session", query=leaving, origin=None),
    )


def of_the_account(browser, token, route, **body):
    more = {"headers": {"authorization": f"Bearer {token}"}}
    if body:
        return browser.sends("account", route, {"workspace": "acme", **body}, **more)
    return browser.sends("account", route, query={"workspace": "acme"}, **more)
