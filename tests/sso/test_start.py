"""The beginning of a trip to a provider."""

from urllib.parse import parse_qs, urlsplit

import pytest

from local.providers.grants import client_secret
from tests.support.doors import door, http_event


def asked_for(answer):
    query = parse_qs(urlsplit(answer.body["authorize_url"]).query)
    assert all(len(values) == 1 for values in query.values())
    return {name: values[0] for name, values in query.items()}


class TestAStart:
    @pytest.mark.parametrize("connection", ["microsoft", "google", "oidc", "facebook", "twitter"])
    def test_asks_for_a_code_with_state_and_pkce(self, connected, portal, connection):
        asked = asked_for(portal.browser.starts_sso(connection))

        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["redirect_uri"] == f"https://signin.acme.test/v1/sso/{connection}/callback"
        assert asked["state"].startswith("st_acme_")

    @pytest.mark.parametrize("connection", ["microsoft", "google", "oidc"])
    def test_asks_an_openid_provider_for_a_nonce(self, connected, portal, connection):
        asked = asked_for(portal.browser.starts_sso(connection))

        assert len(asked["nonce"]) == 43
        assert "openid" in asked["scope"].split()

    def test_has_new_secrets_every_time(self, connected, portal):
        first, second = (asked_for(portal.browser.starts_sso("google")) for _ in range(2))

        for name in ("state", "nonce", "code_challenge"):
            assert first[name] != second[name]

    def test_names_the_hosted_domain(self, world, portal):
        world.connect("google", hosted_domains=["example.com"])

        asked = asked_for(portal.browser.starts_sso("google"))

        assert asked["hd"] == "example.com"

    def test_names_a_star_where_there_are_several_hosted_domains(self, world, portal):
        world.connect("google", hosted_domains=["a.example", "example.com"])

        asked = asked_for(portal.browser.starts_sso("google"))

        assert asked["hd"] == "*"

    def test_keeps_no_secret_and_no_state_in_its_row(self, connected, portal):
        asked = asked_for(portal.browser.starts_sso("google"))

        (row,) = (row for row in portal.rows("sign-in") if row["sk"] == "state")
        kept = str(row)
        assert asked["state"] not in kept
        assert asked["nonce"] not in kept
        assert portal.browser.cookies["__Host-portico-browser"] not in kept
        assert client_secret("google") not in kept

    def test_binds_the_browser_by_a_cookie_that_only_we_can_read(self, connected, portal):
        started = portal.browser.starts_sso("google")

        (cookie,) = started.cookies
        assert cookie.startswith("__Host-portico-browser=")
        for attribute in ("Path=/", "Secure", "HttpOnly", "SameSite=Lax"):
            assert f"; {attribute}" in cookie
        assert "Domain" not in cookie

    def test_keeps_the_cookie_of_a_browser_that_has_one(self, connected, portal):
        portal.browser.starts_sso("google")
        before = portal.browser.cookies["__Host-portico-browser"]

        portal.browser.starts_sso("facebook")

        assert portal.browser.cookies["__Host-portico-browser"] == before

    def test_inp_01_leaves_one_cookie_after_thirty_abandoned_ones(self, connected, portal):
        for _ in range(30):
            assert portal.browser.starts_sso("google").status == 200

        assert list(portal.browser.cookies) == ["__Host-portico-browser"]


class TestNoStart:
    @pytest.mark.parametrize("connection", ["unknown", "", "../google", "Google", "x" * 400])
    def test_of_a_connection_that_is_none(self, connected, portal, connection):
        assert portal.browser.starts_sso(connection).problem == (403, "sign-in-method-off")

    def test_of_a_connection_that_is_off(self, world, portal):
        world.connect("google", on=False)

        assert portal.browser.starts_sso("google").problem == (403, "sign-in-method-off")

    @pytest.mark.parametrize("on", [False, True])
    def test_of_a_draft_whatever_its_row_says_beside(self, world, portal, on):
        world.connect("google", draft=True, on=on)

        assert portal.browser.starts_sso("google").problem == (403, "sign-in-method-off")

    def test_where_the_workspace_has_switched_sso_off(self, connected, portal):
        portal.sets(sso_method=False)

        assert portal.browser.starts_sso("google").problem == (403, "sign-in-method-off")

    def test_of_another_workspaces_connection(self, connected, portal):
        neighbour = portal.neighbour()

        started = neighbour.browser.starts_sso("google")

        assert started.problem == (403, "sign-in-method-off")

    def test_with_another_workspaces_link(self, connected, portal):
        neighbour = portal.neighbour()

        started = portal.browser.starts_sso("google", link=neighbour.shared)

        assert started.problem == (404, "invalid-portal-link")

    def test_with_a_revoked_link(self, connected, portal):
        link, token = portal.link()
        portal.links.revoke(portal.id, link.id, by="test")

        started = portal.browser.starts_sso("google", link=token)

        assert started.problem == (404, "invalid-portal-link")

    def test_where_the_portal_is_off(self, connected, portal):
        portal.sets(portal_enabled=False)

        assert portal.browser.starts_sso("google").problem == (403, "portal-unavailable")

    def test_from_another_site(self, connected, portal):
        started = portal.browser.starts_sso("google", origin="https://evil.example")

        assert started.problem == (403, "cross-site")
        assert started.cookies == []

    def test_when_the_networks_budget_is_spent(self, connected, portal):
        for _ in range(60):
            portal.browser.starts_sso("google")

        assert portal.browser.starts_sso("google").problem == (429, "too-many-requests")

    def test_without_a_client_secret(self, connected, portal):
        connected.keep_secret(connected.connect("google"), " ")
        event = http_event("POST /v1/sso/start", {"workspace": "acme", "connection": "google"})

        assert door("start_sso").handler(event, None)["statusCode"] == 404
