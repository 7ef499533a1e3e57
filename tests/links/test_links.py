"""Portal links: what they open, for whom, and until when (links/flow.py, links/rules.py)."""

from datetime import timedelta

import pytest

from portico.errors import InvalidRequest, NotFound
from portico.ids import digest
from portico.links.rules import Link, is_token, public_id
from portico.links.team_links import address_of
from tests.support.driver import NOON


class TestALink:
    def test_is_alive_until_its_time_is_over(self, portal):
        link, token = portal.link(lifetime=timedelta(days=3))

        portal.forward(days=3, seconds=-1)
        assert portal.browser.opens_the_link(token).status == 200

        portal.forward(seconds=1)
        assert portal.browser.opens_the_link(token).status == 404
        assert link.expires_at == NOON + timedelta(days=3)

    def test_lives_as_long_as_its_workspace_says(self, portal):
        portal.sets(link_days=7)

        link, _ = portal.link()

        assert link.expires_at == NOON + timedelta(days=7)

    def test_keeps_its_life_when_the_workspace_changes_its_mind(self, portal):
        _, token = portal.link()
        portal.sets(link_days=1)

        portal.forward(days=89)

        assert portal.browser.opens_the_link(token).status == 200

    def test_flt_05_that_has_expired_opens_nothing_though_its_row_is_still_there(self, portal):
        link, token = portal.link(lifetime=timedelta(days=1))

        portal.forward(days=4)

        assert any(row.get("id") == link.id for row in portal.rows("people"))
        assert portal.browser.opens_the_link(token).status == 404
        assert portal.browser.asks_for_a_code(link=token).status == 404

    def test_is_revoked_once_and_for_good(self, portal):
        link, token = portal.link()

        first = portal.links.revoke("acme", link.id, by="test")
        portal.forward(hours=1)
        again = portal.links.revoke("acme", link.id, by="test")

        assert first.revoked_at == again.revoked_at == NOON
        assert portal.browser.opens_the_link(token).status == 404

    def test_that_is_none_cannot_be_revoked(self, portal):
        foreign, _ = portal.neighbour().link()

        for id_ in ("0" * 16, foreign.id, "../door", ""):
            with pytest.raises(NotFound):
                portal.links.revoke("acme", id_, by="test")

    @pytest.mark.parametrize(
        ("happens", "state"),
        [
            (lambda portal, link: None, "alive"),
            (lambda portal, link: portal.forward(days=90), "expired"),
            (lambda portal, link: portal.links.revoke("acme", link.id, by="test"), "revoked"),
        ],
        ids=["alive", "expired", "revoked"],
    )
    def test_shows_its_state_in_the_teams_list(self, portal, happens, state):
        link, _ = portal.link(label="Newsletter")
        happens(portal, link)

        listed = next(each for each in portal.links.all("acme") if each.id == link.id)

        at = NOON + timedelta(days=90) if state == "expired" else NOON
        assert listed.state(at=at) == state
        assert listed.label == "Newsletter"

    def test_is_stored_by_the_hash_of_its_token_alone(self, portal):
        link, token = portal.link()

        row = next(row for row in portal.rows("people") if row.get("id") == link.id)
        assert row["token_hash"] == digest(token)
        assert link.id == public_id(token) == digest(token)[:16]
        assert token not in str(portal.rows("people"))

    def test_has_a_token_nobody_can_guess(self, portal):
        tokens = {portal.link()[1] for _ in range(20)}

        assert len(tokens) == 20
        assert all(is_token(token) and len(token) == 4 + 43 for token in tokens)

    @pytest.mark.parametrize("to", ["https://evil.test", "ticket:", "request:unknown", "nowhere"])
    def test_leads_to_an_area_of_its_portal_or_is_not_made(self, portal, to):
        with pytest.raises(InvalidRequest):
            portal.link(to=to)

    def test_is_not_made_for_a_contact_of_another_workspace(self, portal):
        stranger = portal.neighbour().adds("Gus Green", "gus@example.com")

        with pytest.raises(NotFound):
            portal.link(contact=stranger.id)

    def test_has_its_secret_and_destination_where_no_server_sees_them(self):
        address = address_of("https://signin.acme.test", "acme", "lnk_x", to="ticket:1")

        assert address == "https://signin.acme.test/acme#l=lnk_x&to=ticket:1"

    def test_is_in_the_trail_from_its_making_to_its_end(self, portal):
        link, _ = portal.link()
        portal.records_trail()
        portal.forward(seconds=1)
        portal.links.revoke("acme", link.id, by="test")

        lines = [r for r in portal.records_trail() if r["detail"].get("link") == link.id]

        assert [line["name"] for line in lines] == ["link.created", "link.revoked"]


class TestOpening:
    def test_tells_all_that_the_page_needs(self, portal):
        portal.sets(accent_color="#0f766e", locale="de", logo="0123456789abcdef")

        answer = portal.browser.opens_the_link(to="ticket:123")

        assert answer.body == {
            "workspace": {
                "id": "acme",
                "name": "Acme Support",
                "logo_url": "/assets/logo/acme/0123456789abcdef.png",
                "accent_color": "#0f766e",
                "locale": "de",
                "support_url": None,
                "privacy_url": None,
                "terms_url": None,
                "powered_by": True,
                "check_pasted_code": True,
            },
            "link": {"kind": "shared", "email_hint": None, "send_on_open": False},
            "methods": {"code": True, "password": False, "sign_up": False, "sso": []},
            "directory_rule": "off",
            "notices": [],
            "destination": {
                "area": "ticket:123",
                "label": "ticket",
                "url": "https://portal.acme.test/tickets/123",
            },
        }

    def test_of_a_personal_link_shows_a_masked_address_and_no_name(self, portal):
        answer = portal.browser.opens_the_link(portal.personal_link())

        assert answer.body["link"]["email_hint"] == "a•••@example.com"
        assert "ann@example.com" not in answer.event["body"]
        assert "Archer" not in answer.event["body"]

    def test_changes_nothing(self, portal):
        token = portal.personal_link()
        before = [portal.rows(table) for table in ("people", "sign-in", "trail")]

        for _ in range(3):
            portal.browser.opens_the_link(token)

        assert [portal.rows(table) for table in ("people", "sign-in", "trail")] == before

    def test_is_one_read(self, portal, wire):
        portal.browser.opens_the_link()

        assert wire.operations == ["dynamodb.BatchGetItem"]

    def test_says_so_where_codes_are_off(self, portal):
        portal.sets(code_method=False)

        answer = portal.browser.opens_the_link(portal.personal_link())

        assert answer.body["methods"]["code"] is False
        assert answer.body["link"]["send_on_open"] is False

    def test_is_refused_to_a_page_of_another_site(self, portal):
        evil = portal.another_browser(origin="https://evil.test")

        assert evil.opens_the_link().problem == (403, "cross-site")


class TestALinksRow:
    def test_without_an_end_lives_until_it_is_revoked(self):
        row = {
            "id": "0" * 16,
            "workspace": "acme",
            "token_hash": "0" * 64,
            "kind": "shared",
            "created_at": 0,
        }

        assert Link.from_row(row).is_alive(at=NOON)
        assert not Link.from_row(row | {"revoked_at": 1}).is_alive(at=NOON)
