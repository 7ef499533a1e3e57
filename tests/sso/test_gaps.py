"""What authlib's client leaves open, and what is closed by hand: one test for each gap
(sso/relying_party.py, sso/discovery.py).

docs/decisions/0012 has the list. Each runs a whole trip against a provider that uses the gap.
"""

import pytest

from portico.sso.discovery import Discovery, Misconfigured
from tests.sso.test_callback import is_refused


class TestTheGap:
    @pytest.mark.parametrize("kind", ["microsoft", "google", "oidc"])
    def test_1_of_a_discovery_document_that_lists_none(self, connected, portal, kind):
        connected.app.switch(kind, "unsigned")

        assert is_refused(portal, portal.browser.signs_in_with(kind))

    @pytest.mark.parametrize("kind", ["microsoft", "google", "oidc"])
    def test_1_of_a_discovery_document_that_lists_shared_secrets(self, connected, portal, kind):
        connected.app.switch(kind, "hmac")

        assert is_refused(portal, portal.browser.signs_in_with(kind))

    def test_2_of_an_audience_that_is_not_looked_at(self, connected, portal):
        portal.browser.starts_sso("oidc")

        assert is_refused(portal, portal.browser.comes_back("ann", "azp-only"))

    @pytest.mark.parametrize("kind", ["microsoft", "google", "oidc"])
    def test_3_of_a_discovery_document_of_another_issuer(self, connected, portal, kind):
        connected.app.switch(kind, "discovery-issuer")

        assert portal.browser.starts_sso(kind).problem == (401, "sso-failed")

    def test_3_of_a_discovery_document_that_changes_during_the_trip(self, connected, portal):
        portal.browser.starts_sso("oidc")
        connected.app.switch("oidc", "discovery-issuer")

        assert is_refused(portal, portal.browser.comes_back())

    @pytest.mark.parametrize("mode", ["wrong-answer-issuer", "no-answer-issuer"])
    def test_4_of_an_answer_that_names_another_issuer_or_none(self, connected, portal, mode):
        portal.browser.starts_sso("oidc")

        assert is_refused(portal, portal.browser.comes_back("ann", mode))
        assert "token" not in connected.asked("oidc")

    def test_4_of_an_answer_that_names_another_issuer_unasked(self, connected, portal):
        portal.browser.starts_sso("google")

        assert is_refused(portal, portal.browser.comes_back("ann", "wrong-answer-issuer"))

    def test_5_of_a_key_that_was_replaced_under_its_name(self, connected, portal):
        portal.browser.signs_in_with("google")
        for kept in connected.finish_documents().values():
            kept.at -= 61
        portal.browser.starts_sso("google")

        came_back = portal.browser.comes_back("ann", "same-kid")

        assert came_back.cookie("__Host-portico-acme")

    def test_5_of_an_old_key_that_was_replaced_under_its_name(self, connected, portal):
        # It is kept for an hour, and no longer.
        portal.browser.signs_in_with("google")
        for kept in connected.finish_documents().values():
            kept.at -= 3601
        connected.app.switch("google", "same-kid")

        portal.browser.starts_sso("google")

        assert is_not_in(portal, portal.browser.comes_back("ann", "wrong-key"))

    @pytest.mark.parametrize("tenants", [["organizations"], ["common"]])
    def test_6_of_a_key_that_is_another_issuers(self, world, portal, tenants):
        world.connect("microsoft", tenants=tenants, vouches_for=["example.com"])
        portal.browser.starts_sso("microsoft")

        assert is_refused(portal, portal.browser.comes_back("ann", "consumer-key"))

    def test_6_of_a_key_that_is_its_own_issuers(self, world, portal):
        world.connect("microsoft", tenants=["common"])
        portal.browser.starts_sso("microsoft")

        # A personal account, by the key of personal accounts: believed, and asked for proof.
        assert portal.browser.comes_back("pat", "consumer-key").mark == "c"

    def test_7_of_an_access_token_that_is_not_the_tokens_own(self, connected, portal):
        portal.browser.starts_sso("oidc")

        assert is_refused(portal, portal.browser.comes_back("ann", "wrong-at-hash"))

    @pytest.mark.parametrize("connection", ["microsoft", "google", "oidc", "facebook", "twitter"])
    def test_8_of_a_refusal_that_is_no_oauth_error(self, connected, portal, connection):
        portal.browser.starts_sso(connection)

        assert is_refused(portal, portal.browser.comes_back("ann", "problem"))

    def test_9_of_a_userinfo_that_is_somebody_elses(self, connected, portal):
        portal.browser.starts_sso("oidc")

        # It is never asked: all that is believed stands in the signed token.
        assert portal.browser.comes_back("ann", "other-user").cookie("__Host-portico-acme")
        assert "user" not in connected.asked("oidc")

    @pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
    def test_10_of_an_endpoint_without_tls(self, monkeypatch, name):
        document = {
            "issuer": "https://idp.example",
            "authorization_endpoint": "https://idp.example/a",
            "token_endpoint": "https://idp.example/t",
            "jwks_uri": "https://idp.example/k",
            name: "http://idp.example/x",
        }
        monkeypatch.setattr(Discovery, "_fetch", lambda *_: document)

        with pytest.raises(Misconfigured):
            Discovery().metadata("https://idp.example/d", issuer="https://idp.example")


def is_not_in(portal, answer):
    assert (answer.mark, answer.told) == ("e", "sso-failed")
    assert answer.cookies == []
    return True
