"""What an access token says, and that anybody can check it."""

import os

import boto3
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from portico.aws.kms import key_name
from tests.sessions.tokens import AuthorizerRefuses, authorize, discovered, published, read
from tests.support.doors import ORIGIN
from tests.support.driver import NOON

NOW = int(NOON.timestamp())
HOUR, DAY = 3600, 24 * 3600


@pytest.fixture
def second_key(cloud):
    key = boto3.client("kms").create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")
    return key["KeyMetadata"]["Arn"]


class TestAnAccessToken:
    def test_says_who_came_where_and_how(self, portal):
        signed_in = portal.browser.signs_in().body

        claims = read(signed_in["access_token"]).claims

        assert claims.pop("jti")
        assert claims == {
            "iss": ORIGIN,
            "aud": "acme",
            "sub": portal.ann.id,
            "sid": portal.session_rows()[0]["id"],
            "iat": NOW - 1,
            "nbf": NOW - 1,
            "exp": NOW + 600,
            "scope": "portal",
            "email": "ann@example.com",
            "name": "Ann Archer",
            "amr": ["otp"],
            "auth_time": NOW,
            "session_expires_at": NOW + 7 * DAY,
        }

    def test_has_a_name_of_its_own(self, portal):
        browser = portal.browser
        first = browser.signs_in().body["access_token"]

        second = browser.refreshes().body["access_token"]

        assert read(first).claims["jti"] != read(second).claims["jti"]

    def test_remembers_when_its_contact_signed_in(self, portal):
        browser = portal.browser
        browser.signs_in()
        portal.forward(hours=1)

        claims = read(browser.refreshes().body["access_token"]).claims

        assert (claims["auth_time"], claims["iat"]) == (NOW, NOW + HOUR - 1)
        assert claims["session_expires_at"] == NOW + 7 * DAY

    def test_says_what_its_contact_is_called_now(self, portal):
        browser = portal.browser
        browser.signs_in()
        row = next(r for r in portal.rows("people") if r["pk"].endswith(portal.ann.id))
        portal.writes("people", row | {"name": "Ann Baker"})

        refreshed = browser.refreshes().body

        assert read(refreshed["access_token"]).claims["name"] == "Ann Baker"
        assert refreshed["contact"]["name"] == "Ann Baker"

    def test_never_outlives_its_session(self, portal):
        portal.sets(session_absolute_seconds=HOUR, session_idle_seconds=HOUR)
        browser = portal.browser
        browser.signs_in()
        portal.forward(minutes=57)

        claims = read(browser.refreshes().body["access_token"]).claims

        assert claims["exp"] == claims["session_expires_at"] == NOW + HOUR

    # The clock of whoever checks it may be a moment behind.
    @pytest.mark.parametrize("at", [NOW, NOW - 1])
    def test_is_good_to_another_library_that_knows_the_published_keys(self, portal, at):
        token = portal.browser.signs_in().body["access_token"]

        checked = jwt.decode(token, KeySet.import_key_set(published().body), algorithms=["RS256"])

        assert checked.header["typ"] == "at+jwt"
        registry = jwt.JWTClaimsRegistry(
            now=lambda: at,
            leeway=0,
            iss={"essential": True, "value": ORIGIN},
            aud={"essential": True, "value": "acme"},
            sub={"essential": True},
            exp={"essential": True},
            nbf={"essential": True},
            iat={"essential": True},
        )
        registry.validate(checked.claims)

    def test_passes_an_authorizer_of_api_gateway(self, portal):
        token = portal.browser.signs_in().body["access_token"]

        claims = authorize(token, issuer=ORIGIN, audience="acme", scope="portal", at=NOW)

        assert claims["sub"] == portal.ann.id

    def test_passes_it_for_ten_minutes_and_for_its_own_workspace(self, portal):
        token = portal.browser.signs_in().body["access_token"]

        authorize(token, issuer=ORIGIN, audience="acme", scope="portal", at=NOW + 599)

        with pytest.raises(AuthorizerRefuses):
            authorize(token, issuer=ORIGIN, audience="acme", scope="portal", at=NOW + 600)
        with pytest.raises(AuthorizerRefuses):
            authorize(token, issuer=ORIGIN, audience="globex", scope="portal", at=NOW)

    def test_of_an_own_domain_is_issued_by_it(self, portal, environments):
        environments(ISSUER="https://login.acme.test")
        browser = portal.another_browser(origin="https://login.acme.test")

        token = browser.signs_in().body["access_token"]

        assert read(token).claims["iss"] == "https://login.acme.test"
        assert discovered().body["issuer"] == "https://login.acme.test"
        assert browser.reads_the_session(token).status == 200


class TestASigningKey:
    def test_is_named_by_a_hash_that_tells_nothing_of_the_account(self, portal):
        token = portal.browser.signs_in().body["access_token"]

        kid = read(token).header["kid"]

        key_id = os.environ["SIGNING_KEYS"].rpartition("/")[2]
        assert kid == key_name(key_id) == key_name(os.environ["SIGNING_KEYS"])
        assert len(kid) == 16
        assert not any(part in kid for part in (key_id, *key_id.split("-")))

    def test_is_published_without_its_secret_half(self, cloud):
        keys = published().body["keys"]

        assert [set(each) for each in keys] == [{"kty", "n", "e", "kid", "use", "alg"}]
        assert (keys[0]["kty"], keys[0]["use"], keys[0]["alg"]) == ("RSA", "sig", "RS256")

    def test_is_published_where_discovery_says_and_may_be_kept_for_an_hour(self, cloud):
        metadata = discovered()

        assert metadata.body["jwks_uri"] == f"{ORIGIN}/.well-known/jwks.json"
        for answer in (metadata, published()):
            assert answer.headers["cache-control"] == "public, max-age=3600"

    def test_is_published_before_it_signs(self, portal, environments, second_key):
        first_key = os.environ["SIGNING_KEYS"]
        environments(SIGNING_KEYS=f"{first_key},{second_key}")

        token = portal.browser.signs_in().body["access_token"]

        assert read(token).header["kid"] == key_name(first_key)
        assert [each["kid"] for each in published().body["keys"]] == [
            key_name(first_key),
            key_name(second_key),
        ]

    def test_is_good_after_the_next_one_signs(self, portal, environments, second_key):
        first_key, browser = os.environ["SIGNING_KEYS"], portal.browser
        old = browser.signs_in().body["access_token"]
        environments(SIGNING_KEYS=f"{second_key},{first_key}")

        new = browser.refreshes().body["access_token"]

        assert read(new).header["kid"] == key_name(second_key)
        for token in (old, new):
            assert browser.reads_the_session(token).status == 200
            authorize(token, issuer=ORIGIN, audience="acme", scope="portal", at=NOW)

    def test_is_worth_nothing_once_it_is_no_longer_published(
        self, portal, environments, second_key
    ):
        token = portal.browser.signs_in().body["access_token"]
        environments(SIGNING_KEYS=second_key)

        assert portal.browser.reads_the_session(token).problem == (401, "not-signed-in")
        with pytest.raises(AuthorizerRefuses):
            authorize(token, issuer=ORIGIN, audience="acme", scope="portal", at=NOW)
