"""What belongs to one workspace is nothing in another (functions/*/handler.py)."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from portico import ids
from portico.edge.responses import cookie_name
from portico.limits.known_browser import known_cookie
from portico.people.store import People
from tests.support.doors import Answer, knock
from tests.support.driver import Browser, Portal

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


@dataclass
class Guest:
    """Ann of Acme, who knows every id there is of Globex."""

    acme: Portal
    globex: Portal
    browser: Browser
    token: str
    theirs: dict[str, str]
    random: dict[str, str]

    def tries(self, ids_: dict[str, str]) -> dict[str, Answer]:
        """Knock at every door with those ids."""
        own = {"authorization": f"Bearer {self.token}"}
        their_cookie = [f"{cookie_name('acme')}={ids_['refresh']}"]
        our_cookie = [f"{cookie_name('globex')}={self.browser.cookies[cookie_name('acme')]}"]
        if ids_ is self.random:
            our_cookie = [f"{cookie_name('globex')}={ids_['refresh']}"]
            own = {"authorization": f"Bearer {'.'.join(['e30'] * 3)}"}
        link = {"workspace": "acme", "link": ids_["link"]}
        personal = {"workspace": "acme", "link": ids_["personal"]}
        with_email = {"workspace": "acme", "link": self.acme.shared, "email": ids_["email"]}
        globex = {"workspace": "globex"}
        refresh = "POST /v1/session/refresh"
        logo = {"proxy": f"logo/acme/{ids_['logo']}.png"}
        from_globex = "https://portal.globex.test"
        return {
            "resolve a link": knock("resolve_link", "POST /v1/links/resolve", link),
            "resolve a personal link": knock("resolve_link", "POST /v1/links/resolve", personal),
            "ask through a link": knock(
                "request_code", "POST /v1/codes", link | {"email": "x@y.zz"}
            ),
            "ask through a personal link": knock("request_code", "POST /v1/codes", personal),
            "ask for a contact": knock("request_code", "POST /v1/codes", with_email),
            "ask again": knock(
                "request_code", "POST /v1/codes/resend", {"challenge": ids_["challenge"]}
            ),
            "ask for the mail": knock(
                "request_code", "POST /v1/codes/mail", {"challenge": ids_["challenge"]}
            ),
            "renew a link": knock("request_code", "POST /v1/links/renew", personal),
            "type the code": knock(
                "verify_code",
                "POST /v1/codes/verify",
                {"challenge": ids_["challenge"], "code": ids_["code"]},
            ),
            "refresh with their token here": knock(
                "session", refresh, {"workspace": "acme"}, cookies=their_cookie
            ),
            "refresh with our token there": knock(
                "session", refresh, globex, cookies=our_cookie, origin=from_globex
            ),
            "refresh with our token there as a back end": knock(
                "session",
                refresh,
                globex | {"refresh_token": our_cookie[0].partition("=")[2]},
                origin=None,
            ),
            "read with our token there": knock(
                "session", "GET /v1/session", query=globex, headers=own
            ),
            "sign out with our token there": knock(
                "session", "DELETE /v1/session", query=globex, headers=own
            ),
            "sign out with our cookie there": knock(
                "session", "DELETE /v1/session", query=globex, cookies=our_cookie
            ),
            "sign out everywhere with our cookie there": knock(
                "session",
                "DELETE /v1/session",
                query=globex | {"everywhere": "true"},
                cookies=our_cookie,
            ),
            "sign out with their cookie here": knock(
                "session", "DELETE /v1/session", query={"workspace": "acme"}, cookies=their_cookie
            ),
            "see a logo": knock("sign_in_page", "GET /assets/{proxy+}", path=logo),
        }


def masked(answer: Answer) -> Any:
    """An answer without what is new in every answer."""
    body = answer.body
    if isinstance(body, dict):
        body = {k: v for k, v in body.items() if k not in ("instance", "challenge", "label")}
    return answer.status, body, sorted(answer.headers), answer.cookies


@pytest.fixture
def guest(portal: Portal) -> Guest:
    globex = portal.neighbour()
    zoe = globex.adds("Zoe Zimmer", "zoe@globex.test")
    globex.sets(logo=People("people", "globex").put_logo(PNG))
    signed_in = globex.browser.signs_in("zoe@globex.test")
    asking = globex.another_browser()
    asking.asks_for_a_code("zoe@globex.test")
    globex.delivers_mail()
    theirs = {
        "link": globex.shared,
        "personal": globex.personal_link("zoe@globex.test"),
        "email": "zoe@globex.test",
        # As it would be called here; under its own name it is theirs, wherever it is sent.
        "challenge": asking.challenge.replace("_globex_", "_acme_"),
        "code": globex.mailed_code(),
        "refresh": signed_in.cookie(cookie_name("globex")),
        "logo": globex.workspace.logo or "",
    }
    random = {
        "link": ids.new_link_token(),
        "personal": ids.new_link_token(),
        "email": "nobody@globex.test",
        "challenge": str(ids.new_challenge_id("acme")),
        "code": "0000000",
        "refresh": f"{ids.new_contact_id()}.ses_{ids.random_part()}.0.{'A' * 43}",
        "logo": "0123456789abcdef",
    }
    assert zoe.id in theirs["refresh"]
    token = portal.browser.signs_in().body["access_token"]
    portal.forward(minutes=1)
    return Guest(portal, globex, portal.browser, token, theirs, random)


def rows_of_globex(portal: Portal) -> str:
    rows = [*portal.rows("people"), *portal.rows("sign-in")]
    mine = [row for row in rows if row["pk"].startswith("globex#")]
    return json.dumps(sorted(mine, key=lambda row: (row["pk"], row["sk"])), default=str)


class TestAnotherWorkspace:
    def test_ten_01_answers_its_own_ids_like_ids_that_never_were(self, guest):
        before = rows_of_globex(guest.globex)

        theirs, random = guest.tries(guest.theirs), guest.tries(guest.random)

        for what, answer in theirs.items():
            assert masked(answer) == masked(random[what]), what
        assert {what: answer.status for what, answer in theirs.items()} == {
            "resolve a link": 404,
            "resolve a personal link": 404,
            "ask through a link": 404,
            "ask through a personal link": 404,
            "ask for a contact": 202,
            "ask again": 410,
            "ask for the mail": 410,
            "renew a link": 404,
            "type the code": 410,
            "refresh with their token here": 401,
            "refresh with our token there": 401,
            "refresh with our token there as a back end": 401,
            "read with our token there": 401,
            "sign out with our token there": 401,
            "sign out with our cookie there": 204,
            "sign out everywhere with our cookie there": 401,
            "sign out with their cookie here": 204,
            "see a logo": 404,
        }
        assert rows_of_globex(guest.globex) == before

    def test_ten_01_mails_its_contacts_nothing(self, guest):
        before = len(guest.acme.mails)

        guest.tries(guest.theirs)
        guest.acme.delivers_mail()

        assert len(guest.acme.mails) == before

    def test_ten_01_shows_no_logo_before_it_is_asked_under_its_own_name(self, guest):
        path = {"proxy": f"logo/globex/{guest.theirs['logo']}.png"}

        assert knock("sign_in_page", "GET /assets/{proxy+}", path=path).status == 200


class TestOneAddressInTwoWorkspaces:
    @pytest.fixture
    def other(self, portal):
        return portal.neighbour()

    def test_ten_02_is_signed_in_to_the_one_it_signed_in_to(self, portal, other):
        ann, cookie = portal.browser, cookie_name("acme")
        token = ann.signs_in().body["access_token"]
        ann.cookies[cookie_name("globex")] = ann.cookies[cookie]

        assert ann.refreshes("globex").problem == (401, "not-signed-in")
        assert ann.reads_the_session(token, "globex").problem == (401, "not-signed-in")

    def test_ten_02_has_codes_that_are_good_in_one_only(self, portal, other):
        here, there = portal.browser, other.browser
        here.asks_for_a_code()
        portal.delivers_mail()
        there.asks_for_a_code()
        portal.delivers_mail()
        code_here, code_there = portal.mails[0].code, portal.mails[1].code

        assert there.types(code_here).problem == (401, "code-not-accepted")
        assert here.types(code_there).problem == (401, "code-not-accepted")

        assert here.types(code_here).body["workspace"] == "acme"
        assert there.types(code_there).body["workspace"] == "globex"

    def test_ten_02_has_attempts_of_its_own_in_each(self, portal, other):
        for browser in (portal.browser, other.browser):
            browser.asks_for_a_code()
        portal.delivers_mail()
        for n in range(5):
            other.browser.types(f"000000{n}")

        assert other.browser.types("0000009").problem == (410, "challenge-closed")
        assert portal.browser.types("0000009").body["attempts_left"] == 4

    def test_ten_02_shares_one_budget_of_mails(self, portal, other):
        for n in range(6):
            which = (portal, other)[n % 2]
            which.another_browser(source_ip=f"198.51.100.{n}").asks_for_a_code()
            portal.delivers_mail()

        assert len(portal.mails) == 4

    def test_ten_02_keeps_two_cookies_apart(self, portal, other):
        ann = portal.browser
        ann.signs_in()
        there = other.another_browser(cookies=ann.cookies)
        there.signs_in()
        portal.forward(minutes=1)

        assert ann.refreshes("acme").body["workspace"] == "acme"
        assert there.refreshes("globex").body["workspace"] == "globex"

    def test_ten_02_has_cookies_that_no_workspace_can_be_named_after(self):
        names = [cookie_name(f"known-{n}") for n in ("acme", "browser")] + [cookie_name("browser")]

        assert known_cookie("acme") not in names
        assert not ids.is_workspace(known_cookie("acme").removeprefix("__Host-portico-"))
