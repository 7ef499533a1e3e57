"""Who gets a team's token, by which page and which session, and where it opens nothing
(portico/team/team_token.py, portico/team/team_caller.py)."""

import base64
import json
import os
from datetime import timedelta
from typing import Any

import pytest

from portico.errors import CrossSite, NotSignedIn
from portico.events import Caller
from portico.people.memberships import Role
from portico.sessions.access_token import ACCESS, signed
from portico.sessions.access_token_check import TokenChecker
from portico.sessions.team_sessions import TeamSessions
from portico.team.members import TeamMembers
from portico.team.team_caller import TeamCallers
from portico.team.team_entry import TeamEntries

REFRESH = "POST /v1/session/refresh"
HOST = "signin.acme.test"
HOW: Any = {"host": HOST, "by": "cli:olga"}


@pytest.fixture
def member(portal):
    """Ann, an agent of Acme, who has signed in with a code."""
    TeamMembers("people", "sign-in").add(portal.workspace, portal.ann, Role.AGENT, **HOW)
    member = Member(portal)
    member.browser.has_signed_in()
    return member


class Member:
    """Ann in her browser, on our own page."""

    def __init__(self, portal: Any) -> None:
        self.portal, self.browser = portal, portal.browser
        self.entries = TeamEntries("people", "sign-in")

    def asks(self, *, site: str | None = "same-origin", scope: Any = "team", **more: Any) -> Any:
        headers = {"sec-fetch-site": site} if site else {}
        more = {"headers": headers, "origin": f"https://{HOST}", **more}
        body = {"workspace": "acme", "scope": scope}
        return self.browser.sends("session", REFRESH, body, **more)

    def token(self) -> str:
        answer = self.asks()
        assert answer.status == 200, answer.event
        return str(answer.body["access_token"])

    def stays_for(self, **delta: float) -> None:
        """Refresh as the page does, so that the session never rests for long."""
        left = timedelta(**delta)
        while left > timedelta(0):
            step = min(left, timedelta(minutes=50))
            self.portal.forward(seconds=step.total_seconds())
            assert self.browser.refreshes().status == 200
            left -= step


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return content


def refused(answer: Any) -> tuple[int, str]:
    assert answer.status == 403, answer.event
    return answer.status, answer.body.get("reason", answer.body["type"])


class TestATeamsToken:
    def test_comes_with_the_role_so_that_a_page_knows_what_to_show(self, member):
        assert member.asks().body["role"] == "agent"
        assert "role" not in member.browser.refreshes().body

    def test_has_one_scope_and_an_audience_of_its_own(self, member, portal):
        claims = claims_of(member.token())

        assert claims["scope"] == "team"
        assert claims["aud"] == f"https://{HOST}/v1/workspaces/acme"
        assert claims["sub"] == portal.ann.id
        assert claims["exp"] - portal.now.timestamp() == 600

    def test_comes_with_the_cookies_successor(self, member, portal):
        portal.forward(minutes=1)
        before = dict(member.browser.cookies)

        member.token()

        assert member.browser.cookies != before
        assert member.browser.refreshes().status == 200

    def test_ends_with_the_twelve_hours(self, member, portal):
        member.stays_for(hours=11, minutes=55)

        claims = claims_of(member.token())

        assert claims["exp"] - portal.now.timestamp() == 300

    @pytest.mark.parametrize("scope", ["portal", "team portal", "", "openid"])
    def test_has_no_other_scope(self, member, scope):
        assert member.asks(scope=scope).problem == (400, "invalid-request")

    def test_is_not_what_a_page_gets_that_does_not_ask(self, member):
        member.browser.refreshes()

        assert claims_of(member.browser.last.body["access_token"])["scope"] == "portal"


class TestApi04AnotherPage:
    @pytest.mark.parametrize(
        ("origin", "site"),
        [
            ("https://portal.acme.test", "same-site"),
            ("https://evil.test", "cross-site"),
            ("null", "cross-site"),
            (f"https://{HOST}", "same-site"),
            (f"https://{HOST}", None),
            (f"https://{HOST}", "none"),
            (None, "same-origin"),
        ],
    )
    def test_gets_no_token(self, member, origin, site):
        assert refused(member.asks(origin=origin, site=site)) == (403, "cross-site")

    def test_gets_none_without_a_browsers_headers(self, member, portal):
        cookie = member.browser.cookies["__Host-portico-acme"]
        body = {"workspace": "acme", "scope": "team", "refresh_token": cookie}

        answer = portal.knock("session", REFRESH, body, origin=None)

        assert refused(answer) == (403, "cross-site")


class TestASessionThatIsNotGoodEnough:
    def test_is_of_no_member(self, portal):
        ann = Member(portal)
        ann.browser.signs_in()

        assert refused(ann.asks()) == (403, "not-a-member")

    def test_is_of_a_shared_computer(self, member, portal):
        member.browser = portal.another_browser()
        member.browser.asks_for_a_code()
        portal.delivers_mail()
        member.browser.types_the_mailed_code(shared_computer=True)

        assert refused(member.asks()) == (403, "shared-computer")

    def test_began_with_a_break_glass_link(self, member, portal):
        link = portal.personal_link(break_glass=True)
        member.browser = portal.another_browser()
        member.browser.asks_for_a_code(None, link=link)
        portal.delivers_mail()
        member.browser.types_the_mailed_code()
        assert refused(member.asks()) == (403, "break-glass")

        # Also after its first refresh, which takes the way in off the row.
        portal.forward(minutes=1)
        assert member.browser.refreshes().status == 200
        assert refused(member.asks()) == (403, "break-glass")

    def test_is_twelve_hours_old(self, member):
        member.stays_for(hours=12)

        assert refused(member.asks()) == (403, "too-old")

    def test_has_rested_for_an_hour(self, member, portal):
        portal.forward(minutes=60)

        assert refused(member.asks()) == (403, "rested")
        assert member.browser.refreshes().status == 200

    def test_came_by_another_way_than_the_owners_ask_for(self, member, portal):
        member.entries.set_methods(portal.workspace, ["sso"], **HOW)
        assert refused(member.asks()) == (403, "method")

        member.entries.set_methods(portal.workspace, ["sso", "code"], **HOW)
        assert member.asks().status == 200

    def test_changes_nothing_when_it_is_refused(self, member, portal):
        portal.forward(minutes=60)
        before = portal.session_rows()

        member.asks()

        assert portal.session_rows() == before


class TestApi06AChangedAddress:
    @pytest.fixture
    def moved(self, member, portal):
        """An admin has moved Ann to an address of their own, and signs in there."""
        from portico.account.team_email_change import TeamEmailChanges

        changes = TeamEmailChanges("people", "sign-in")
        changes.change(portal.workspace, portal.ann, "eve@example.com", **HOW)
        member.browser = portal.another_browser()
        member.browser.signs_in("eve@example.com")
        return member

    def test_gives_no_token_for_72_hours(self, moved, portal):
        assert refused(moved.asks()) == (403, "address-changed")

        portal.forward(hours=71, minutes=59)
        moved.browser.signs_in("eve@example.com")
        assert refused(moved.asks()) == (403, "address-changed")

        portal.forward(minutes=1)
        assert moved.asks().status == 200

    def test_gives_one_once_an_owner_has_confirmed_it(self, moved, portal):
        ann = portal.team.contact("acme", portal.ann.id)

        moved.entries.confirm_address(portal.workspace, ann, **HOW)

        assert moved.asks().status == 200


class TestTheCaller:
    @pytest.fixture
    def callers(self, portal):
        checker = TokenChecker(os.environ["SIGNING_KEYS"].split(","))
        return TeamCallers("people", "sign-in", checker)

    def caller(self, token: str, **more: Any) -> Caller:
        how = {"origin": f"https://{HOST}", "fetch_site": "same-origin", **more}
        return Caller("req-1", HOST, "203.0.113.7", authorization=f"Bearer {token}", **how)

    def test_is_found_where_a_page_reads_and_says_no_origin(self, member, callers):
        # Browsers send none with a GET to their page's own origin.
        found = callers.of("acme", self.caller(member.token(), origin=None))

        assert found.contact.name == "Ann Archer"

    @pytest.mark.parametrize("site", [None, "none", "same-site", "cross-site"])
    def test_api_04_is_refused_where_neither_says_our_page(self, member, callers, site):
        token = member.token()

        with pytest.raises(CrossSite):
            callers.of("acme", self.caller(token, origin=None, fetch_site=site))

    @pytest.mark.parametrize("origin", ["null", "https://portal.acme.test"])
    def test_api_04_is_refused_from_another_origin_that_says_it_is_ours(
        self, member, callers, origin
    ):
        token = member.token()

        with pytest.raises(CrossSite):
            callers.of("acme", self.caller(token, origin=origin))

    def test_is_found_by_one_read(self, member, callers, wire):
        token = member.token()
        wire.forget()

        found = callers.of("acme", self.caller(token))

        assert (found.role, found.contact.name) == (Role.AGENT, "Ann Archer")
        assert [each for each in wire.operations if each.startswith("dynamodb")] == [
            "dynamodb.BatchGetItem"
        ]

    def test_api_02_is_refused_once_the_role_is_taken(self, member, callers, portal):
        token = member.token()
        TeamMembers("people", "sign-in").remove(portal.workspace, portal.ann, **HOW)

        with pytest.raises(NotSignedIn):
            callers.of("acme", self.caller(token))
        assert refused(member.asks()) == (403, "not-a-member")

    def test_api_02_is_refused_once_deactivated_or_signed_out(self, member, callers, portal):
        token = member.token()
        TeamSessions("people", "sign-in").end_all(portal.workspace, portal.ann.id, by="cli:olga")
        with pytest.raises(NotSignedIn):
            callers.of("acme", self.caller(token))

        member.browser.signs_in()
        token = member.token()
        portal.deactivates()
        with pytest.raises(NotSignedIn):
            callers.of("acme", self.caller(token))

    def test_api_01_is_nobody_with_a_contacts_token(self, member, callers):
        member.browser.refreshes()
        portals = member.browser.last.body["access_token"]

        with pytest.raises(NotSignedIn):
            callers.of("acme", self.caller(portals))

    @pytest.mark.parametrize(
        "claim",
        [
            {"scope": "portal"},
            {"scope": "team portal"},
            {"scope": ""},
            {"aud": "acme"},
            {"aud": f"https://{HOST}/v1/workspaces/globex"},
            {"aud": "https://evil.test/v1/workspaces/acme"},
        ],
        ids=str,
    )
    def test_api_01_is_nobody_with_one_claim_of_another_token(self, member, callers, claim):
        claims = claims_of(member.token())
        key = os.environ["SIGNING_KEYS"].split(",")[0]
        assert callers.of("acme", self.caller(signed(claims, typ=ACCESS, key=key)))

        with pytest.raises(NotSignedIn):
            callers.of("acme", self.caller(signed(claims | claim, typ=ACCESS, key=key)))

    def test_api_01_is_nobody_in_another_workspace(self, member, callers, portal):
        neighbour = portal.neighbour()
        TeamMembers("people", "sign-in").add(neighbour.workspace, neighbour.ann, Role.OWNER, **HOW)

        with pytest.raises(NotSignedIn):
            callers.of("globex", self.caller(member.token()))

    def test_api_01_is_nobody_after_ten_minutes(self, member, callers, portal):
        token = member.token()
        portal.forward(minutes=10)

        with pytest.raises(NotSignedIn):
            callers.of("acme", self.caller(token))

    def test_api_01_opens_no_door_of_contacts(self, member, portal):
        token = member.token()

        headers = {"authorization": f"Bearer {token}"}
        query = {"workspace": "acme"}
        assert member.browser.reads_the_session(token).status == 401
        account = member.browser.sends("account", "GET /v1/account", headers=headers, query=query)
        assert account.status == 401
        told = portal.knock("userinfo", "GET /oauth2/userinfo", headers=headers)
        assert told.status == 401
