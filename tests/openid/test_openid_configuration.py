"""What a client library is told of us, and that it is true (edge/openid_configuration.py)."""

import pytest

from portico.edge.routes import HTTP_METHODS
from tests.openid.handed import signed_in
from tests.sessions.tokens import discovered, read
from tests.support.doors import HOST, ORIGIN, door, knock
from tests.support.openid_site import CALLBACK, marks_of, query_of

ENDPOINTS = {
    "authorization_endpoint": ("authorize", ("GET", "POST")),
    "token_endpoint": ("token", ("POST",)),
    "userinfo_endpoint": ("userinfo", ("GET", "POST")),
    "end_session_endpoint": ("end_session", ("GET", "POST")),
    "revocation_endpoint": ("revoke", ("POST",)),
    "jwks_uri": ("session", ("GET",)),
}


@pytest.fixture
def told(cloud):
    return discovered().body


class TestDiscovery:
    def test_is_the_issuers_and_may_be_kept_for_an_hour(self, cloud):
        answer = discovered()

        assert answer.body["issuer"] == ORIGIN == f"https://{HOST}"
        assert answer.headers["cache-control"] == "public, max-age=3600"

    def test_of_an_own_domain_speaks_of_it_alone(self, cloud, environments):
        environments(ISSUER="https://login.acme.test")

        told = discovered().body

        assert told["issuer"] == "https://login.acme.test"
        assert all(told[name].startswith("https://login.acme.test/") for name in ENDPOINTS)

    def test_asks_nobody(self, cloud, wire):
        discovered()

        assert wire.sent == []

    def test_says_what_we_are(self, told):
        assert {name: value for name, value in told.items() if name not in ENDPOINTS} == {
            "issuer": ORIGIN,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": [
                "client_secret_basic",
                "client_secret_post",
                "none",
            ],
            "revocation_endpoint_auth_methods_supported": [
                "client_secret_basic",
                "client_secret_post",
                "none",
            ],
            "scopes_supported": ["openid", "email", "profile", "refs"],
            "claims_supported": [
                *("iss", "sub", "aud", "exp", "iat", "auth_time", "amr", "nonce", "at_hash"),
                *("sid", "workspace", "email", "email_verified", "name", "preferred_username"),
                *("locale", "zoneinfo", "updated_at"),
                "refs",
            ],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "prompt_values_supported": ["none", "login", "select_account"],
            "ui_locales_supported": ["en", "de", "fr", "es", "pt", "it", "ja", "ar"],
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
            "claims_parameter_supported": False,
        }


OF_ISSUERS = {"/oauth2/global-token-revocation/{workspace}/{connection}"}
"""What a connection's issuer calls, whose administrator is told the address by us, and no client."""


class TestAnEndpoint:
    @pytest.mark.parametrize("name", ENDPOINTS)
    def test_is_a_route_with_a_door(self, told, name):
        door_name, methods = ENDPOINTS[name]
        path = told[name].removeprefix(ORIGIN)

        assert HTTP_METHODS[path] == methods
        assert {f"{each} {path}" for each in methods} <= set(door(door_name).handler.routes)

    def test_is_named_whichever_the_provider_has(self, told):
        there = {path for path in HTTP_METHODS if path.startswith("/oauth2/")} - OF_ISSUERS

        assert there == {told[name].removeprefix(ORIGIN) for name in ENDPOINTS} - {
            "/.well-known/jwks.json"
        }


class TestAPromise:
    """Each is kept by the doors; their own tests have the particulars."""

    def test_of_claims_is_what_tokens_tell(self, portal, told):
        browser, held = signed_in(portal)

        pk = f"acme#contact#{portal.ann.id}"
        head = next(r for r in portal.rows("people") if (r["pk"], r["sk"]) == (pk, "head"))
        portal.writes("people", head | {"language": "de", "time_zone": "Europe/Berlin"})
        tokens = held.site.signs_in(browser, scope=" ".join(told["scopes_supported"]))

        answer = knock(
            "userinfo",
            "GET /oauth2/userinfo",
            origin=None,
            headers={"authorization": f"Bearer {tokens['access_token']}"},
        )

        assert set(read(tokens["id_token"]).claims) | answer.body.keys() == set(
            told["claims_supported"]
        )

    def test_of_auth_methods_is_kept_at_both_doors(self, portal, told):
        _, held = signed_in(portal)
        site = held.site
        header = {"authorization": site.basic()}
        form = {"client_id": site.client_id, "client_secret": site.secret}
        grant = {"grant_type": "refresh_token", "refresh_token": held.refresh_token}

        for headers, more in ((header, {}), ({}, form)):
            for name, asked in (("token", grant), ("revoke", {"token": "x"})):
                answer = knock(
                    name, f"POST /oauth2/{name}", origin=None, form=asked | more, headers=headers
                )
                assert answer.status == 200, (name, headers, answer.event)

    @pytest.mark.parametrize("name", ["request", "request_uri"])
    def test_of_what_there_is_not_is_kept_too(self, portal, told, name):
        browser, held = signed_in(portal)

        answer = held.site.sends(browser, **{name: "https://help.example.net/x"})

        assert answer.headers["location"].startswith(f"{CALLBACK}?error={name}_not_supported")
        assert told[f"{name}_parameter_supported"] is False

    def test_of_an_issuer_in_every_answer(self, portal, told):
        browser, held = signed_in(portal)

        for asked in ({}, {"response_type": "token"}):
            location = held.site.sends(browser, **asked).headers["location"]
            assert query_of(location)["iss"] == told["issuer"]

    def test_of_languages_is_kept_by_the_page(self, portal, told):
        _, held = signed_in(portal)
        stranger = portal.another_browser()

        for each in told["ui_locales_supported"]:
            answer = held.site.sends(stranger, ui_locales=f"xx {each}-XX")
            assert marks_of(answer.headers["location"])["lang"] == each

    def test_of_one_algorithm_is_kept(self, portal, told):
        _, held = signed_in(portal)

        for token in (held.id_token, held.access_token):
            assert read(token).header["alg"] in told["id_token_signing_alg_values_supported"]
