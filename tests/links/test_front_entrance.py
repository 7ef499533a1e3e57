"""The front entrance: a workspace's address alone (links/team_workspaces.py, links/flow.py)."""

import json
from typing import ClassVar

import pytest

from portico.aws.tables import TransactionRefused, transact
from portico.clock import SYSTEM
from portico.errors import NotFound
from portico.events import Event
from portico.links.rules import front_token, public_id
from portico.links.store import Links
from portico.people.flow import TeamPeople
from tests.support.doors import Answer
from tests.support.driver import Portal
from tests.support.openid_site import Site

FRONT = front_token("acme")


def told(answer: Answer) -> str:
    """All that a browser sees, but for the id of its request."""
    body = {**json.loads(answer.event["body"]), "instance": None}
    return json.dumps({**answer.event, "body": body}, sort_keys=True)


@pytest.fixture
def entrance(portal: Portal) -> str:
    """The open front entrance of Acme Support."""
    portal.sets(entrance=True)
    return FRONT


class TestAFrontEntrance:
    def test_opens_what_a_shared_link_opens(self, portal, entrance):
        by_link = portal.browser.opens_the_link()

        by_address = portal.browser.opens_the_link(entrance)

        assert by_address.status == 200
        assert by_address.body == by_link.body

    def test_signs_in_whoever_types_their_code(self, portal, entrance):
        portal.browser.asks_for_a_code(link=entrance, to="tickets")
        portal.delivers_mail()

        signed_in = portal.browser.types_the_mailed_code()

        assert signed_in.status == 200
        assert signed_in.body["return_to"]["url"] == "https://portal.acme.test/tickets"

    def test_is_a_link_that_the_team_finds_in_its_list(self, portal, entrance):
        (found,) = [each for each in portal.links.all("acme") if each.front]

        assert (found.kind, found.expires_at, found.id) == ("shared", None, public_id(FRONT))

    def test_is_revoked_as_any_link_and_the_setting_says_so(self, portal, entrance):
        ended = portal.links.revoke("acme", public_id(FRONT), by="test")

        assert ended.revoked_at is not None
        assert TeamPeople("people").workspace("acme").entrance is False
        assert portal.browser.opens_the_link(FRONT).problem == (404, "invalid-portal-link")

    @pytest.mark.parametrize("was_open", [True, False], ids=["open", "closed"])
    def test_agrees_with_its_setting_when_a_colleague_opens_it_meanwhile(
        self, portal, entrance, wire, was_open
    ):
        portal.sets(entrance=was_open)
        meanwhile: list[str] = []

        def opens() -> None:
            if not meanwhile:
                meanwhile.append("opened")
                portal.sets(entrance=True)

        for step in ("UpdateItem", "TransactWriteItems", "BatchGetItem"):
            wire.before(f"dynamodb.{step}", opens)

        portal.links.revoke("acme", public_id(FRONT), by="test")

        is_open = portal.browser.opens_the_link(FRONT).status == 200
        assert is_open is TeamPeople("people").workspace("acme").entrance
        assert meanwhile

    def test_is_never_revoked_without_its_setting(self, portal, entrance):
        event = Event("link.revoked", SYSTEM.now())

        part = Links("people", "acme").revoking(public_id(FRONT), event)
        with pytest.raises(TransactionRefused):
            transact({"link": part})

        assert portal.browser.opens_the_link(FRONT).status == 200

    def test_that_never_was_cannot_be_revoked(self, portal):
        with pytest.raises(NotFound):
            portal.links.revoke("acme", public_id(FRONT), by="test")

    def test_that_is_closed_is_revoked_no_second_time(self, portal, entrance):
        first = portal.links.revoke("acme", public_id(FRONT), by="test")
        before = portal.records_trail()
        portal.forward(seconds=1)

        assert portal.links.revoke("acme", public_id(FRONT), by="test") == first
        assert portal.records_trail() == before

    def test_opens_again_when_the_team_says_so(self, portal, entrance):
        portal.sets(entrance=False)
        assert portal.browser.opens_the_link(FRONT).status == 404

        portal.sets(entrance=True)

        assert portal.browser.opens_the_link(FRONT).status == 200

    def test_that_is_closed_ends_the_code_that_is_out(self, portal, entrance):
        portal.browser.asks_for_a_code(link=entrance)
        portal.sets(entrance=False)

        portal.delivers_mail()

        assert portal.mails == []

    def test_is_in_the_trail_when_it_opens_and_closes(self, portal, entrance):
        portal.records_trail()
        portal.forward(seconds=1)
        portal.sets(entrance=False)
        lines = [row for row in portal.records_trail() if row["detail"].get("kind") == "entrance"]

        assert [row["name"] for row in lines] == ["link.created", "link.revoked"]
        assert {row["by"] for row in lines} == {"test"}

    def test_counts_against_the_budget_of_a_network(self, portal, entrance):
        answers = [portal.browser.asks_for_a_code(link=entrance).status for _ in range(61)]

        assert answers == [202] * 60 + [429]

    def test_of_one_workspace_opens_no_other(self, portal, entrance):
        globex = portal.neighbour()

        assert globex.browser.opens_the_link(entrance).problem == (404, "invalid-portal-link")


class TestAnAddressThatOpensNothing:
    """An unknown name, an entrance that is off, and a portal that is off look the same."""

    def test_out_06_is_equal_in_every_way(self, portal, wire):
        portal.neighbour().sets(entrance=True, portal_enabled=False, support_url="mailto:a@b.test")
        seen = []
        for workspace in ("nowhere", "acme", "globex"):
            wire.forget()
            body = {"workspace": workspace, "link": front_token(workspace)}
            answer = portal.browser.sends("resolve_link", "POST /v1/links/resolve", body)
            seen.append((told(answer), wire.operations, [keys_in(s.parameters) for s in wire.sent]))

        assert seen == [seen[0]] * 3
        assert "invalid-portal-link" in seen[0][0]

    @pytest.mark.parametrize(
        "route", ["POST /v1/codes", "POST /v1/sso/start", "POST /v1/passwords/sign-in"]
    )
    def test_out_06_is_equal_at_every_door_that_takes_a_link(self, portal, route):
        globex = portal.neighbour()
        globex.sets(entrance=True, portal_enabled=False)
        door = {"codes": "request_code", "sso": "start_sso"}.get(route.split("/")[2], "password")
        seen = []
        for workspace in ("nowhere", "acme", "globex"):
            body = {"workspace": workspace, "link": front_token(workspace)}
            body |= (
                {"email": "ann@example.com"} if door != "start_sso" else {"connection": "google"}
            )
            body |= {"password": "a password of some length"} if door == "password" else {}
            seen.append(told(portal.browser.sends(door, route, body)))

        assert seen == [seen[0]] * 3
        assert "invalid-portal-link" in seen[0]

    @pytest.mark.parametrize("origin", ["https://signin.acme.test", "https://evil.example", None])
    def test_out_06_is_told_from_no_other_by_a_made_up_identity_that_waits(
        self, portal, wire, origin
    ):
        portal.neighbour().sets(entrance=True, portal_enabled=False)
        seen = []
        for workspace in ("nowhere", "acme", "globex"):
            wire.forget()
            pending = f"pnd_{workspace}_{'x' * 22}"
            body = {"workspace": workspace, "pending": pending, "email": "ann@example.com"}
            answer = portal.browser.sends("request_code", "POST /v1/codes", body, origin=origin)
            seen.append((told(answer), wire.operations))

        assert seen == [seen[0]] * 3
        assert "challenge-closed" in seen[0][0]

    @pytest.mark.parametrize("origin", ["https://signin.acme.test", "https://evil.example", None])
    @pytest.mark.parametrize(
        ("door", "route"),
        [
            ("request_code", "POST /v1/codes/resend"),
            ("request_code", "POST /v1/codes/mail"),
            ("request_code", "POST /v1/links/renew"),
            ("verify_code", "POST /v1/codes/verify"),
            ("password", "POST /v1/passwords/reset"),
            ("password", "PUT /v1/account/password"),
            ("session", "POST /v1/session/refresh"),
            ("account", "POST /v1/account/email"),
            ("account", "POST /v1/account/email/undo"),
            ("start_sso", "POST /v1/account/identities"),
        ],
    )
    def test_out_06_is_told_from_no_other_by_what_else_is_made_up(
        self, portal, door, route, origin
    ):
        portal.neighbour().sets(entrance=True, portal_enabled=False)
        seen = []
        for workspace in ("nowhere", "acme", "globex"):
            made_up = "x" * 22
            body = {
                "workspace": workspace,
                "challenge": f"chl_{workspace}_{made_up}",
                "code": "BCDFGHJ",
                "password": "five grey herons on a wire",
                "email": "ann@example.com",
                "connection": "google",
                "undo": f"und.{workspace}.ct_{made_up}.{made_up}.lasting.{made_up}",
            }
            seen.append(told(portal.browser.sends(door, route, body, origin=origin)))

        assert seen == [seen[0]] * 3
        assert "invalid-request" not in seen[0]


class TestALinkThatHasEnded:
    """Its holder was given it, so the answer may say whose it was, and whom to ask."""

    @pytest.fixture
    def known(self, portal):
        portal.sets(
            support_url="mailto:help@acme.test",
            privacy_url="https://acme.test/privacy",
            terms_url="https://acme.test/terms",
            powered_by=False,
        )
        return {
            "name": "Acme Support",
            "support_url": "mailto:help@acme.test",
            "privacy_url": "https://acme.test/privacy",
            "terms_url": "https://acme.test/terms",
            "powered_by": False,
        }

    def test_out_07_that_was_revoked_names_the_workspace_and_its_support(self, portal, known):
        link, token = portal.link()
        portal.links.revoke("acme", link.id, by="test")

        answer = portal.browser.opens_the_link(token)

        assert answer.problem == (404, "invalid-portal-link")
        assert known.items() <= answer.body["workspace"].items()

    def test_out_07_that_has_expired_says_the_same_as_one_that_was_revoked(self, portal, known):
        revoked, first = portal.link()
        portal.links.revoke("acme", revoked.id, by="test")
        _, second = portal.link()
        portal.forward(days=91)

        answers = [told(portal.browser.opens_the_link(each)) for each in (first, second)]

        assert answers[0] == answers[1]

    def test_out_07_is_told_to_nobody_who_can_only_guess(self, portal, known):
        portal.sets(entrance=True)
        portal.sets(entrance=False)

        for token in ("lnk_" + "A" * 43, FRONT, "prt_acme_nothing"):
            assert "workspace" not in portal.browser.opens_the_link(token).body

    def test_out_07_shows_no_address_of_a_person(self, portal, known):
        token = portal.personal_link()
        portal.links.revoke("acme", public_id(token), by="test")

        answer = portal.browser.opens_the_link(token)

        assert "example.com" not in answer.event["body"]


class TestAPortalThatIsOff:
    def test_tells_a_links_holder_whom_to_ask(self, portal):
        portal.sets(portal_enabled=False, support_url="https://acme.test/help")

        answer = portal.browser.opens_the_link()

        assert answer.problem == (403, "portal-unavailable")
        assert answer.body["workspace"]["support_url"] == "https://acme.test/help"
        assert "paused" not in answer.body

    def test_tells_nothing_to_whoever_guesses_a_client_id(self, portal):
        site = Site.register(portal)
        portal.sets(portal_enabled=False)

        answer = portal.browser.opens_the_link(site.client_id)

        assert answer.problem == (403, "portal-unavailable")
        assert "workspace" not in answer.body


class TestAPausedPortal:
    TEXT: ClassVar = {"en": "We are moving. Back at six.", "de": "Wir ziehen um."}

    def test_tells_until_when_and_why_whoever_comes(self, portal, entrance):
        until = pauses(portal, minutes=30, pause_text=self.TEXT)

        for token in (portal.shared, entrance):
            answer = portal.browser.opens_the_link(token)
            assert answer.problem == (403, "portal-unavailable")
            assert answer.body["paused"] == {"until": until, "text": self.TEXT}
            assert answer.body["workspace"]["name"] == "Acme Support"

    def test_is_open_again_at_the_second_though_nobody_changes_anything(self, portal):
        pauses(portal, minutes=30)

        portal.forward(minutes=30, seconds=-1)
        assert portal.browser.opens_the_link().status == 403
        portal.forward(seconds=1)
        assert portal.browser.opens_the_link().status == 200

    def test_that_is_switched_off_as_well_is_off(self, portal, entrance):
        pauses(portal, minutes=30, portal_enabled=False, pause_text=self.TEXT)

        assert portal.browser.opens_the_link(entrance).problem == (404, "invalid-portal-link")
        assert "paused" not in portal.browser.opens_the_link().body

    def test_mails_no_code_and_renews_no_session(self, portal):
        portal.browser.signs_in()
        portal.browser.asks_for_a_code()
        mails = len(portal.mails)
        pauses(portal, minutes=30)

        portal.delivers_mail()

        assert len(portal.mails) == mails
        assert portal.browser.refreshes().problem == (403, "portal-unavailable")
        assert portal.browser.asks_for_a_code().problem == (403, "portal-unavailable")

    def test_makes_no_contact_of_a_sign_up_that_is_out(self, portal):
        portal.sets(sign_up=True)
        portal.browser.signs_up("new@example.com")
        portal.delivers_mail()
        pauses(portal, minutes=5)

        assert portal.browser.types_the_mailed_code().problem == (410, "challenge-closed")


def pauses(portal: Portal, *, minutes: int, **also: object) -> int:
    """Pause the portal for so many minutes; return until when."""
    until = int(SYSTEM.now().timestamp()) + minutes * 60
    portal.sets(paused_until=until, **also)
    return until


def keys_in(parameters: dict) -> list[str]:
    return [key["sk"]["S"] for key in parameters["RequestItems"]["people"]["Keys"]]
