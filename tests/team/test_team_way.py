"""The team's own way in, which works while the portal is closed (portico/links/team_way.py,
portico/codes/team_codes.py)."""

import json
from typing import Any

import pytest

from portico.links.rules import team_token
from portico.people.memberships import Role
from portico.team.members import TeamMembers
from tests.support.doors import Answer
from tests.support.driver import Browser, Portal

HOST = "signin.acme.test"
HOW: Any = {"host": HOST, "by": "cli:olga"}
WAY = team_token("acme")
FAR = 4_000_000_000
CLOSED = ({"portal_enabled": False}, {"paused_until": FAR})


def told(answer: Answer) -> str:
    """All that a browser sees, but for what is drawn by lot: the request's id and the challenge's."""
    body = {**json.loads(answer.event["body"]), "instance": None, "label": None}
    for member in ("challenge", "id"):
        body.pop(member, None)
    if "workspace" in body:
        body["workspace"] |= {"id": None, "name": None}
        body["destination"]["url"] = None
    return json.dumps({**answer.event, "body": body}, sort_keys=True)


def enters(browser: Browser, scope: str | None = "team") -> Answer:
    headers = {"sec-fetch-site": "same-origin"}
    body = {"workspace": "acme", **({"scope": scope} if scope else {})}
    return browser.sends(
        "session", "POST /v1/session/refresh", body, headers=headers, origin=f"https://{HOST}"
    )


def asks(
    browser: Browser, email: str | None = "ann@example.com", *, link: str = WAY, **more: Any
) -> Any:
    return browser.asks_for_a_code(email, link=link, **more)


def codes(portal: Portal) -> list[Any]:
    """The mails with a code. Whoever joins a team, or leaves it, gets a mail as well."""
    return [mail for mail in portal.mails if f"@{HOST} #" in mail.text]


def comes_in(portal: Portal, browser: Browser, **more: Any) -> Answer:
    asks(browser, **more)
    portal.delivers_mail()
    return browser.types_the_mailed_code()


@pytest.fixture
def ann(portal: Portal) -> Browser:
    """Ann, an owner of Acme."""
    TeamMembers("people", "sign-in").add(portal.workspace, portal.ann, Role.OWNER, **HOW)
    return portal.browser


@pytest.fixture(params=CLOSED, ids=("off", "paused"))
def closed(portal: Portal, ann: Browser, request: Any) -> Portal:
    portal.sets(**request.param)
    return portal


class TestTheTeamsWayIn:
    def test_leads_to_the_console_and_nowhere_else(self, closed, ann):
        signed_in = comes_in(closed, ann, to="tickets")

        assert signed_in.status == 200, signed_in.event
        assert signed_in.body["return_to"] == {"area": "team", "url": f"https://{HOST}/acme/team"}

    def test_brings_no_token_for_a_portal(self, closed, ann):
        signed_in = comes_in(closed, ann)

        assert not {"access_token", "token_type", "expires_in"} & signed_in.body.keys()
        assert enters(ann, scope=None).problem == (403, "portal-unavailable")

    def test_gives_the_teams_token_with_the_role(self, closed, ann):
        comes_in(closed, ann)

        assert enters(ann).body["role"] == "owner"

    def test_lets_an_owner_open_the_portal_again(self, closed, ann):
        comes_in(closed, ann)
        bearer = f"Bearer {enters(ann).body['access_token']}"
        how: Any = {"path": {"workspace": "acme"}, "headers": {"authorization": bearer}}
        how["headers"]["sec-fetch-site"] = "same-origin"
        route = "GET /v1/workspaces/{workspace}/settings"
        etag = ann.sends("manage_workspace", route, **how).body["etag"]
        how["headers"]["if-match"] = etag
        wanted = {"portal_enabled": True, "paused_until": 0}

        changed = ann.sends(
            "manage_workspace",
            route.replace("GET", "PATCH"),
            wanted,
            origin=f"https://{HOST}",
            **how,
        )

        assert changed.status == 200, changed.event
        assert closed.browser.opens_the_link().status == 200

    def test_is_the_same_while_the_portal_is_open(self, portal, ann):
        signed_in = comes_in(portal, ann)

        assert signed_in.body["return_to"]["area"] == "team"
        assert "access_token" not in signed_in.body
        assert enters(ann).status == 200

    def test_mails_again_after_the_wait(self, closed, ann):
        asks(ann)
        closed.delivers_mail()
        closed.forward(seconds=31)
        ann.asks_again()
        closed.delivers_mail()

        assert len(codes(closed)) == 2

    def test_closes_with_the_way_by_code(self, closed, ann):
        closed.sets(code_method=False)
        asks(ann)
        closed.delivers_mail()

        assert codes(closed) == []

    def test_needs_an_address_and_takes_no_other_purpose(self, closed, ann):
        assert asks(ann, None).problem == (400, "invalid-request")
        assert asks(ann, auto=True).problem == (400, "invalid-request")
        forgets = ann.forgets_the_password(link=WAY)
        assert forgets.problem == (404, "invalid-portal-link")

    def test_is_for_our_own_page(self, closed, ann):
        elsewhere = closed.another_browser(origin="https://portal.acme.test")

        refused = asks(elsewhere)

        assert refused.problem == (403, "cross-site")

    def test_of_one_workspace_opens_no_other(self, portal, ann):
        portal.neighbour()
        body = {"workspace": "globex", "link": WAY, "email": "ann@example.com"}

        refused = ann.sends("request_code", "POST /v1/codes", body)

        assert refused.problem == (404, "invalid-portal-link")


class TestAStrangerAtTheTeamsWayIn:
    """Whoever is on the team, whether the portal is closed, and whether there is one, looks the same."""

    WORKSPACES = ("nowhere", "acme", "globex", "initech")

    @pytest.fixture
    def houses(self, portal: Portal, ann: Browser) -> Portal:
        portal.neighbour().sets(portal_enabled=False)
        portal.neighbour("initech").sets(paused_until=FAR, entrance=True)
        portal.sets(sso_method=False, accent_color="#aa0000")
        return portal

    def test_out_06_opens_the_same_in_every_workspace(self, houses, wire):
        seen = []
        for workspace in self.WORKSPACES:
            wire.forget()
            body = {"workspace": workspace, "link": team_token(workspace)}
            answer = houses.browser.sends("resolve_link", "POST /v1/links/resolve", body)
            seen.append((told(answer), wire.operations))

        assert seen == [seen[0]] * len(seen)
        assert '"code": true' in seen[0][0]
        assert seen[0][1] == []

    def test_out_06_asks_for_a_code_at_the_same_work(self, houses, wire):
        seen = []
        for workspace in self.WORKSPACES:
            for email in ("ann@example.com", "bob@example.com", "nobody@example.com"):
                wire.forget()
                body = {"workspace": workspace, "link": team_token(workspace), "email": email}
                answer = houses.browser.sends("request_code", "POST /v1/codes", body)
                seen.append((told(answer), wire.operations))

        assert seen == [seen[0]] * len(seen)
        assert "resend_after" in seen[0][0]

    def test_out_06_types_a_code_at_the_same_answer(self, houses):
        seen = []
        for workspace in self.WORKSPACES:
            body = {"workspace": workspace, "link": team_token(workspace), "email": "x@example.com"}
            asked = houses.browser.sends("request_code", "POST /v1/codes", body)
            houses.delivers_mail()
            guess = {"challenge": asked.body["challenge"], "code": "BCDFGHJ"}
            answers = [
                houses.browser.sends("verify_code", "POST /v1/codes/verify", guess)
                for _ in range(6)
            ]
            seen.append([told(each) for each in answers])

        assert seen == [seen[0]] * len(seen)
        assert "code-not-accepted" in seen[0][0]

    def test_gets_no_mail_though_a_contact(self, closed, ann):
        closed.adds("Bob", "bob@example.com")
        for email in ("bob@example.com", "nobody@example.com"):
            asks(closed.another_browser(), email)
        closed.delivers_mail()

        assert codes(closed) == []
        reasons = {
            row["detail"]["reason"]
            for row in closed.records_trail()
            if row["name"] == "code.withheld"
        }
        assert reasons == {"not-on-the-team", "not-a-contact"}

    def test_gets_no_mail_though_once_on_the_team(self, closed, ann):
        members = TeamMembers("people", "sign-in")
        bob = closed.adds("Bob", "bob@example.com")
        members.add(closed.workspace, bob, Role.ADMIN, **HOW)
        members.remove(closed.workspace, bob, **HOW)
        asks(closed.another_browser(), "bob@example.com")
        closed.delivers_mail()

        assert codes(closed) == []

    def test_spends_the_budget_of_the_network_over_all_workspaces(self, houses):
        answers = []
        for at in range(61):
            workspace = self.WORKSPACES[at % 4]
            body = {"workspace": workspace, "link": team_token(workspace), "email": "a@example.com"}
            answers.append(houses.browser.sends("request_code", "POST /v1/codes", body).status)

        assert answers == [202] * 60 + [429]

    def test_gets_what_a_closed_portal_always_said_at_every_other_link(self, closed, ann):
        assert closed.browser.opens_the_link(to="team").problem == (403, "portal-unavailable")
        assert closed.browser.asks_for_a_code(to="team").problem == (403, "portal-unavailable")
