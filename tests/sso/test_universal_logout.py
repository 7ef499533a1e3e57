"""The issuer of a connection signs one person out: Okta's Universal Logout
(portico/sso/universal_logout.py)."""

import time
from typing import Any

import pytest

from local.providers.keys import STRANGER, rsa
from local.providers.tokens import by_hand
from portico.people.memberships import Role
from portico.sso.store import Connections
from portico.sso.universal_logout import LONGEST_PROOF_LIFETIME, PROOF_LEEWAY, REVOCATION
from portico.team.members import TeamMembers
from portico.team.team_entry import TeamEntries
from tests.openid.handed import Held
from tests.sso.okta import URL, Okta, by_email
from tests.support.doors import door
from tests.support.openid_site import Site

HOW: Any = {"host": "signin.acme.test", "by": "cli:olga"}


@pytest.fixture
def okta(connected):
    return Okta(connected)


@pytest.fixture
def ann(portal, connected):
    """Ann, who came in by Acme's own provider."""
    portal.browser.signs_in_with("oidc")
    assert portal.browser.refreshes().status == 200
    return portal.browser


class TestUniversalLogout:
    def test_ends_every_session_of_the_person_and_of_nobody_else(self, portal, ann, okta):
        other = portal.another_browser()
        portal.adds("Bo Else", "bo@example.net")
        other.signs_in("bo@example.net")

        assert okta.ends().status == 204

        assert ann.refreshes().status == 401
        assert other.refreshes().status == 200

    def test_ends_what_portals_hold_and_codes_that_are_open(self, portal, ann, okta):
        held = Held.by(Site.register(portal), ann)
        waiting = portal.another_browser()
        waiting.asks_for_a_code("ann@example.com")
        portal.delivers_mail()

        okta.ends()

        form = {"grant_type": "refresh_token", "refresh_token": held.refresh_token}
        assert held.site.fetches(form).body["error"] == "invalid_grant"
        assert waiting.types_the_mailed_code().status in (401, 403, 410)

    def test_lets_them_come_in_again(self, portal, ann, okta):
        okta.ends()
        portal.forward(minutes=11)

        portal.browser.signs_in_with("oidc")

        assert portal.browser.refreshes().status == 200

    @pytest.mark.parametrize("name", ["sub_id", "subject"])
    def test_finds_them_by_an_address_of_a_domain_that_the_issuer_vouches_for(
        self, ann, okta, name
    ):
        subject = by_email("Ann@Example.com")["sub_id"]

        assert okta.ends({name: subject}).status == 204
        assert ann.refreshes().status == 401

    def test_finds_nobody_of_another_domain(self, portal, okta):
        portal.adds("Bo Else", "bo@example.net")
        browser = portal.another_browser()
        browser.signs_in("bo@example.net")

        assert okta.ends(by_email("bo@example.net")).status == 404
        assert browser.refreshes().status == 200

    def test_finds_nobody_of_another_issuer(self, ann, okta):
        assert okta.ends(okta.of("user-1", iss="https://other.example")).status == 404
        assert okta.ends(okta.of("user-404")).status == 404
        assert okta.ends(by_email("nobody@example.com")).status == 404
        assert ann.refreshes().status == 200

    def test_is_a_line_of_the_contacts_trail(self, portal, ann, okta):
        okta.ends()

        lines = [each for each in portal.records_trail() if each["name"] == "contact.signed-out"]
        assert [each["by"] for each in lines] == ["connection:oidc"]

    def test_is_one_write(self, ann, okta, wire):
        okta.ends(okta.of("user-404"))  # the documents are read now
        wire.forget()
        okta.ends()

        sent = [each.removeprefix("dynamodb.") for each in wire.operations]
        assert sent == ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]


class TestAProof:
    @pytest.mark.parametrize(
        "changed",
        [
            {"typ": "JWT"},
            {"typ": None},
            {"typ": "logout+jwt"},
            {"aud": "https://signin.acme.test/oauth2/global-token-revocation/acme/google"},
            {"aud": "https://signin.acme.test/oauth2/global-token-revocation/other/oidc"},
            {"aud": f"{URL}/"},
            {"aud": [URL, "https://elsewhere.example"]},
            {"aud": None},
            {"iss": "https://issuer.example"},
            {"iss": None},
            {"jti": None},
            {"jti": ""},
            {"jti": 7},
            {"exp": None},
            {"exp": 1},
            {"exp": "soon"},
            {"exp": 10**12},
            {"iat": 10**12},
            {"nbf": 10**12},
        ],
        ids=str,
    )
    def test_that_is_no_good_ends_nothing(self, ann, okta, changed):
        assert okta.ends(proof=okta.proof(**changed)).status == 401
        assert ann.refreshes().status == 200

    def test_by_another_key_or_none_ends_nothing(self, ann, okta):
        header = {"typ": REVOCATION, "alg": "RS256", "kid": okta.ring.kid}
        public = okta.ring.key.as_pem(private=False)
        forged = [
            okta.proof(key=rsa(STRANGER)),
            by_hand(header | {"alg": "none"}, okta.claims(), None),
            by_hand(header | {"alg": "HS256"}, okta.claims(), public),
            "",
            "x",
            "a.b.c",
            "x" * 5000,
        ]

        assert {okta.ends(proof=each).status for each in forged} == {401}
        assert ann.refreshes().status == 200

    def test_lives_no_longer_than_we_remember_it(self, okta, ann):
        now = int(time.time())
        longest = int(LONGEST_PROOF_LIFETIME.total_seconds())

        assert okta.ends(proof=okta.proof(exp=now + longest + 1)).status == 401
        assert okta.ends(proof=okta.proof(exp=now + longest)).status == 204

    def test_is_over_in_the_second_from_which_we_remember_it_no_more(self, okta, ann):
        over = int(time.time()) - int(PROOF_LEEWAY.total_seconds())

        assert okta.ends(proof=okta.proof(exp=over)).status == 401
        assert okta.ends(proof=okta.proof(exp=over + 1)).status == 204

    def test_is_good_for_one_request(self, portal, ann, okta):
        portal.adds("Bo Else", "bo@example.com")
        browser = portal.another_browser()
        browser.signs_in("bo@example.com")
        proof = okta.proof()
        assert okta.ends(by_email("ann@example.com"), proof=proof).status == 204

        assert okta.ends(by_email("bo@example.com"), proof=proof).status == 401
        assert browser.refreshes().status == 200

    def test_again_with_the_same_request_ends_nothing_anew(self, portal, ann, okta):
        proof = okta.proof()
        assert okta.ends(proof=proof).status == 204
        portal.forward(minutes=2)
        portal.browser.signs_in("ann@example.com")

        assert okta.ends(proof=proof).status == 204
        assert portal.browser.refreshes().status == 200

    def test_whose_answer_was_lost_is_done_once(self, ann, okta, wire):
        proof = okta.proof()
        wire.lose_answers("dynamodb.TransactWriteItems", times=1)

        assert okta.ends(proof=proof).status == 204
        assert ann.refreshes().status == 401

    def test_that_could_not_be_written_down_ends_nothing_and_may_come_again(self, ann, okta, wire):
        proof = okta.proof()
        wire.cut("dynamodb.TransactWriteItems")
        assert okta.ends(proof=proof).status == 503
        wire.mend()
        assert ann.refreshes().status == 200

        assert okta.ends(proof=proof).status == 204
        assert ann.refreshes().status == 401

    def test_follows_the_issuers_new_key(self, ann, okta):
        assert okta.ends(okta.of("user-404")).status == 404
        okta.ring.rotate(rename=True)
        okta.world.new_environment()

        assert okta.ends().status == 204

    def test_costs_no_read_if_it_is_no_token_of_this_kind(self, ann, okta, wire):
        wire.forget()

        okta.ends(proof=okta.proof(typ="JWT"))

        assert wire.sent == []


class TestAConnection:
    @pytest.mark.parametrize("other", ["google", "nobody", "A", ""])
    def test_of_another_kind_or_none_ends_nothing(self, ann, okta, other):
        url = URL.replace("oidc", other)

        answer = okta.ends(path={"connection": other}, proof=okta.proof(aud=url))

        assert answer.status == 401

    @pytest.mark.parametrize("other", ["globex", "nowhere", "NO"])
    def test_of_another_workspace_ends_nothing(self, ann, okta, other):
        url = URL.replace("/acme/", f"/{other}/")

        answer = okta.ends(path={"workspace": other}, proof=okta.proof(aud=url))

        assert answer.status == 401

    def test_that_is_off_ends_nothing(self, portal, ann, okta, connected):
        connected.connect("oidc", vouches_for=["example.com"], on=False)

        assert okta.ends().status == 401
        assert Connections("people", "acme").get("oidc")

    def test_whose_issuer_is_away_is_told_to_come_again(self, ann, okta, connected):
        connected.app.switch("oidc", "error-500", at="discovery")
        connected.new_environment()

        assert okta.ends().status == 503
        assert ann.refreshes().status == 200


class TestAMemberOfTheTeam:
    """Whoever may make a connection names its issuer, and may not act on owners."""

    @pytest.fixture
    def confirms(self, portal):
        def confirm():
            entries = TeamEntries("people", "sign-in")
            entries.confirm_connection(portal.workspace, "oidc", **HOW)

        return confirm

    @pytest.fixture(params=list(Role))
    def member(self, portal, ann, request):
        TeamMembers("people", "sign-in").add(portal.workspace, portal.ann, request.param, **HOW)
        return ann

    @pytest.mark.parametrize("by", ["sub", "email"])
    def test_is_left_in_by_a_connection_that_no_owner_has_confirmed(self, member, okta, by):
        body = okta.of("user-1") if by == "sub" else by_email("ann@example.com")

        assert okta.ends(body).status == 404
        assert member.refreshes().status == 200

    def test_is_signed_out_by_one_that_an_owner_has_confirmed(self, member, okta, confirms):
        confirms()

        assert okta.ends().status == 204
        assert member.refreshes().status == 401

    def test_is_left_in_by_one_that_has_changed_since(self, portal, ann, okta, confirms, connected):
        TeamMembers("people", "sign-in").add(portal.workspace, portal.ann, Role.OWNER, **HOW)
        confirms()
        connected.connect("oidc", vouches_for=["example.com", "example.net"])

        assert okta.ends().status == 404
        assert ann.refreshes().status == 200


class TestAStranger:
    """Whoever knows the address of a connection makes us read what its issuer publishes."""

    @pytest.mark.parametrize("at", ["discovery", "keys"])
    def test_makes_us_ask_an_issuer_that_is_away_once_in_a_while(self, okta, connected, at):
        connected.app.switch("oidc", "error-500", at=at)
        forged = okta.proof(key=rsa(STRANGER))

        assert {okta.ends(proof=forged).status for _ in range(4)} == {503}
        assert connected.asked("oidc").count(at) == 1

    def test_makes_us_ask_for_unknown_keys_once_in_a_while(self, okta, connected):
        okta.ends(okta.of("user-404"))
        for kept in door("start_sso").starts.discovery._documents.values():
            kept.at -= 61
        connected.app.switch("oidc", "error-500", at="keys")
        forged = okta.proof(key=rsa(STRANGER))

        assert {okta.ends(proof=forged).status for _ in range(4)} == {503}
        assert connected.asked("oidc").count("keys") == 2

    def test_keeps_nobody_else_from_an_issuer_that_is_back(self, portal, okta, connected):
        connected.app.switch("oidc", "error-500", at="discovery")
        okta.ends()
        connected.app.switch("oidc", "")

        assert portal.browser.signs_in_with("oidc").cookie("__Host-portico-acme")
        assert okta.ends().status == 204


class TestARequest:
    @pytest.mark.parametrize(
        "body",
        [
            {"sub_id": "user-1"},
            {"sub_id": {}},
            {"sub_id": {"format": "opaque", "id": "x"}},
            {"sub_id": {"format": "iss_sub", "iss": "x"}},
            {"sub_id": {"format": "iss_sub", "iss": "x", "sub": 1}},
            {"sub_id": {"format": "email", "email": "not an address"}},
            {"sub_id": {"format": "email", "email": "ann@example.com", "sub": "x"}},
            {"sub_id": {"format": ["email"], "email": "ann@example.com"}},
            {"other": 1},
            {
                "sub_id": {"format": "email", "email": "ann@example.com"},
                "subject": {"format": "email", "email": "ann@example.com"},
            },
        ],
        ids=str,
    )
    def test_without_one_clear_subject_is_refused(self, ann, okta, body):
        assert okta.ends(body).status == 400
        assert ann.refreshes().status == 200

    def test_api_04_of_a_browser_is_refused(self, ann, okta):
        assert okta.ends(headers={"sec-fetch-site": "cross-site"}).status == 403
        assert ann.refreshes().status == 200
