"""Contacts read what happened, take what is theirs along, and delete their account."""

import json

import pytest

from portico.people.memberships import Role
from portico.team.members import TeamMembers
from tests.account.test_ways_in import gives
from tests.support.openid_site import Site

__all__ = ["gives"]


class TestDeleting:
    @pytest.fixture
    def allowed(self, ann, portal):
        portal.sets(account_deletion=True)
        return ann

    def test_is_the_teams_to_allow(self, ann):
        assert ann.asks("DELETE /v1/account").problem == (403, "sign-in-method-off")
        assert ann.reads()

    def test_api_07_waits_until_they_are_off_the_team(self, allowed, portal):
        team, host = TeamMembers("people", "sign-in"), "signin.acme.test"
        team.add(portal.workspace, portal.ann, Role.OWNER, host=host, by="test")
        ben = portal.adds("Ben Okafor", "ben@example.com")
        team.add(portal.workspace, ben, Role.OWNER, host=host, by="test")

        assert allowed.asks("DELETE /v1/account").problem == (403, "sign-in-method-off")

        team.remove(portal.workspace, portal.ann, host=host, by="test")
        assert allowed.asks("DELETE /v1/account").status == 204

    def test_ends_every_way_in_and_every_session(self, allowed, elsewhere, gives, portal):
        gives["account"]("google")
        gives["password"]()

        answer = allowed.asks("DELETE /v1/account")

        assert answer.status == 204
        assert "__Host-portico-acme" not in allowed.browser.cookies
        assert elsewhere.browser.refreshes().status == 401
        stranger = portal.another_browser()
        stranger.asks_for_a_code()
        portal.delivers_mail()
        assert portal.challenge_row(stranger)["withheld_1"] == "not-a-contact"

    def test_leaves_a_portal_nothing_to_ask(self, allowed, portal):
        site = Site.register(portal)
        bearer = {"authorization": f"Bearer {site.signs_in(allowed.browser)['access_token']}"}

        def asks():
            return portal.knock("userinfo", "GET /oauth2/userinfo", headers=bearer, origin=None)

        assert asks().body["name"] == "Ann Archer"

        allowed.asks("DELETE /v1/account")

        assert (asks().status, asks().body["error"]) == (401, "invalid_token")

    def test_leaves_no_name_and_no_address_in_people(self, allowed, gives, portal):
        gives["account"]("google")
        gives["password"]()
        portal.personal_link()

        allowed.asks("DELETE /v1/account")

        left = json.dumps(portal.rows("people"), default=str)
        assert "ann@example.com" not in left
        assert "Ann Archer" not in left
        assert "argon2" not in left
        assert not [row for row in portal.rows("people") if row["sk"] == "identity"]

    def test_tells_the_address_that_was(self, allowed, portal):
        allowed.asks("DELETE /v1/account")
        portal.delivers_mail()

        assert set(portal.mails[-1].to) == {"ann@example.com"}
        assert "was deleted" in portal.mails[-1].text

    def test_asks_for_a_young_sign_in(self, allowed, portal):
        portal.forward(minutes=15)
        allowed.token = allowed.browser.refreshes().body["access_token"]

        assert allowed.asks("DELETE /v1/account").problem == (401, "re-auth-needed")

    def test_leaves_the_address_free(self, allowed, portal):
        allowed.asks("DELETE /v1/account")

        assert portal.adds("Ann Again", "ann@example.com").id != portal.ann.id

    def test_works_though_the_index_still_calls_the_address_former(self, allowed, portal):
        _listed_as_former(portal)

        assert allowed.asks("DELETE /v1/account").status == 204
        assert [row for row in portal.rows("people") if row["sk"] == "pointer"] == []

    def test_that_fails_leaves_the_address_although_the_index_is_late(self, allowed, portal, wire):
        _listed_as_former(portal)
        wire.cut("dynamodb.TransactWriteItems")

        assert allowed.asks("DELETE /v1/account").status == 503

        wire.mend()
        assert portal.another_browser().signs_in().status == 200


class TestTheHistory:
    def test_tells_sign_ins_newest_first_and_from_where(self, ann, portal):
        portal.records_trail()
        portal.forward(minutes=5)
        type(ann)(portal, portal.another_browser(source_ip="198.51.100.4")).signs_in()
        portal.records_trail()

        events = ann.asks("GET /v1/account/history").body["events"]

        started = [each for each in events if each["name"] == "session.started"]
        assert [each["network"] for each in started] == ["198.51.100.4", "203.0.113.7"]
        assert started[0]["detail"]["method"] == "code"

    def test_names_no_mail_no_link_and_nobody_of_the_team(self, ann, portal):
        portal.records_trail()

        text = json.dumps(ann.asks("GET /v1/account/history").body)

        for each in ("ses_id", "link", "cli", "test"):
            assert f'"{each}"' not in text

    def test_shows_no_character_that_is_not_seen_whatever_its_row_holds(self, ann, portal):
        row = next(each for each in portal.records_trail() if each["name"] == "session.started")
        evil = row | {"detail": {"reason": "\x1b[31mred\u202edet"}}
        portal.writes("trail", evil)

        for route in ("GET /v1/account/history", "GET /v1/account/export"):
            details = [each["detail"] for each in ann.asks(route).body["events"]]
            (reason,) = [each["reason"] for each in details if "reason" in each]
            assert "red" in reason
            assert reason.isprintable()

    def test_is_cut_to_what_was_asked_for(self, ann, portal):
        portal.records_trail()

        answer = ann.asks("GET /v1/account/history", query={"limit": "1"})
        assert len(answer.body["events"]) == 1
        for wrong in ("0", "-1", "x", "201"):
            answer = ann.asks("GET /v1/account/history", query={"limit": wrong})
            assert answer.problem == (400, "invalid-request")

    def test_is_ones_own(self, ann, portal):
        portal.adds("Bob", "bob@example.com")
        bob = type(ann)(portal, portal.another_browser()).signs_in("bob@example.com")
        portal.records_trail()

        own = bob.asks("GET /v1/account/history").body["events"]

        assert len([each for each in own if each["name"] == "session.started"]) == 1


class TestTheExport:
    def test_holds_what_the_account_shows_as_a_file(self, ann, gives, portal):
        gives["account"]("google")
        portal.records_trail()

        answer = ann.asks("GET /v1/account/export")

        assert "attachment" in answer.headers["content-disposition"]
        assert answer.body["contact"]["email"] == "ann@example.com"
        assert answer.body["identities"][0]["connection"] == "google"
        assert answer.body["events"]

    def test_leaves_out_the_present_address_which_the_index_still_calls_former(self, ann, portal):
        _listed_as_former(portal)

        assert ann.asks("GET /v1/account/export").body["former_emails"] == []

    def test_has_the_addresses_that_were_left(self, ann, portal):
        ann.moves("ann@new.example")

        body = ann.asks("GET /v1/account/export").body

        assert body["contact"]["email"] == "ann@new.example"
        assert body["former_emails"] == ["ann@example.com"]

    def test_holds_no_secret(self, ann, gives, portal):
        gives["password"]()

        text = json.dumps(ann.asks("GET /v1/account/export").body)

        assert "argon2" not in text
        assert ann.browser.cookies["__Host-portico-acme"] not in text


def _listed_as_former(portal):
    """Let the index say of Ann's address what it was a moment ago, before she had it back."""
    key = {"pk": f"{portal.id}#email#ann@example.com", "sk": "pointer"}
    listed = {"list": f"{portal.id}#formers", "listed": f"{portal.ann.id}#ann@example.com"}
    portal.writes("people", {**key, "contact": portal.ann.id, **listed})
