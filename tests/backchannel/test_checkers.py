"""How a portal checks a logout token: by the lines of docs/portals, and in the sample portal
(local/sample_client/tokens.py)."""

import os
import sys
import types
from datetime import UTC, datetime
from functools import cache

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey, RSAKey

from local.sample_client.app import SampleClient
from local.sample_client.openid import Registration
from local.sample_client.tokens import IdTokens, NotBelieved
from portico.backchannel.rules import LOGOUT
from portico.sessions.access_token import signed
from tests.clients.pasted import files_of
from tests.openid.handed import Held
from tests.sessions.tokens import encoded, published, read
from tests.support.doors import ORIGIN

EVENTS: dict[str, object] = {"http://schemas.openid.net/event/backchannel-logout": {}}


@pytest.fixture
def told(portal):
    """The claims of a good logout token of a portal called help."""
    now = int(portal.now.timestamp())
    return {
        "iss": ORIGIN,
        "aud": "prt_acme_help",
        "iat": now,
        "exp": now + 120,
        "jti": "one",
        "toe": now,
        "sub": portal.ann.id,
        "sid": "ses_one",
        "events": EVENTS,
    }


def of_ours(claims, typ=LOGOUT):
    return signed(claims, typ=typ, key=os.environ["SIGNING_KEYS"])


def pasted(monkeypatch, fetch=lambda: published().body):
    """The checker of the page, beside a client of the other page."""
    client = types.ModuleType("portico_client")
    keys = cache(lambda: KeySet.import_key_set(fetch()))
    client.__dict__.update(ISSUER=ORIGIN, CLIENT_ID="prt_acme_help", keys=keys)
    monkeypatch.setitem(sys.modules, "portico_client", client)
    module = types.ModuleType("portico_logout")
    exec(files_of("back-channel.md")["portico_logout.py"], module.__dict__)  # noqa: S102
    return module


@pytest.fixture
def fetched():
    """The key sets that a checker has read."""
    return []


@pytest.fixture(params=["pasted", "sample"])
def checks(request, monkeypatch, fetched):
    """Each of the two checkers: the claims that it believes, or ``None``."""

    def fetch():
        fetched.append(published().body)
        return fetched[-1]

    if request.param == "pasted":
        module = pasted(monkeypatch, fetch)

        def check(token):
            try:
                return module.signed_out(token)
            except (ValueError, JoseError):
                return None

    else:
        tokens = IdTokens(ORIGIN, "prt_acme_help", fetch)

        def check(token):
            try:
                return tokens.signed_out(token, at=datetime.now(UTC))
            except NotBelieved:
                return None

    return check


def forged(claims, key, **header):
    return jwt.encode({"typ": LOGOUT, **header}, claims, key, algorithms=["RS256", "HS256"])


class TestALogoutToken:
    """BCL-01: what a portal must not believe."""

    def test_of_ours_is_believed(self, checks, told):
        assert checks(of_ours(told)) == told

    def test_of_all_sessions_is_believed(self, checks, told):
        del told["sid"]
        assert checks(of_ours(told)) == told

    @pytest.mark.parametrize(
        "changed",
        [
            {"iss": "https://elsewhere.test"},
            {"aud": "prt_acme_other"},
            {"aud": "prt_globex_help"},
            {"iat": None},
            {"exp": None},
            {"jti": None},
            {"events": None},
            {"events": {}},
            {"events": {"http://schemas.openid.net/event/other": {}}},
            {"events": list(EVENTS)},
            {"nonce": "n"},
            {"sub": None, "sid": None},
        ],
    )
    def test_with_anything_amiss_is_not(self, checks, told, changed):
        claims = {k: v for k, v in (told | changed).items() if v is not None}

        assert checks(of_ours(claims)) is None

    def test_that_is_over_is_not(self, portal, checks, told):
        token = of_ours(told)
        portal.forward(minutes=4)

        assert checks(token) is None

    @pytest.mark.parametrize("typ", ["JWT", "at+jwt"])
    def test_of_another_kind_is_not(self, checks, told, typ):
        assert checks(of_ours(told, typ)) is None

    def test_with_another_key_is_not(self, checks, told):
        kid = published().body["keys"][0]["kid"]
        assert checks(forged(told, RSAKey.generate_key(2048), alg="RS256", kid=kid)) is None

    @pytest.mark.parametrize("kid", [None, "nobodys"])
    def test_with_another_key_makes_nobody_ask_for_keys_each_time(
        self, portal, checks, told, fetched, kid
    ):
        # Anybody can post here, and does not wait.
        key, kid = RSAKey.generate_key(2048), kid or published().body["keys"][0]["kid"]
        for _ in range(5):
            assert checks(forged(told, key, alg="RS256", kid=kid)) is None
        assert len(fetched) == 2

        portal.forward(seconds=61)
        checks(forged(told, key, alg="RS256", kid=kid))
        assert len(fetched) == 3
        assert checks(of_ours(told)) == told

    def test_with_the_public_key_as_a_secret_is_not(self, checks, told):
        key = published().body["keys"][0]
        secret = OctKey.import_key(key["n"].encode())
        assert checks(forged(told, secret, alg="HS256", kid=key["kid"])) is None

    def test_without_a_signature_is_not(self, checks, told):
        header, body = ({"alg": "none", "typ": LOGOUT}, told)
        assert checks(f"{encoded(header)}.{encoded(body)}.") is None

    @pytest.mark.parametrize("text", ["", "a.b.c", "no token"])
    def test_that_is_none_is_not(self, checks, text):
        assert checks(text) is None


class TestAnIdToken:
    def test_signs_nobody_out(self, portal, held: Held, checks):
        assert checks(held.id_token) is None
        assert checks(held.access_token) is None


class TestASessionOfThePortal:
    @pytest.fixture
    def module(self, monkeypatch):
        return pasted(monkeypatch)

    @pytest.mark.parametrize(
        ("session", "is_over"),
        [
            ({"sub": "ct", "sid": "one", "iat": 90}, True),
            ({"sub": "ct", "sid": "two", "iat": 90}, False),
            # Vouched for since the session ended: a token that came late.
            ({"sub": "ct", "sid": "one", "iat": 111}, False),
        ],
    )
    def test_is_over_by_its_sid_unless_it_is_newer(self, module, session, is_over):
        claims = {"sub": "ct", "sid": "one", "iat": 500, "toe": 100}
        assert module.is_meant(session, claims) is is_over

    def test_is_over_by_its_contact_where_there_is_no_sid(self, module):
        claims = {"sub": "ct", "iat": 100}
        assert module.is_meant({"sub": "ct", "sid": "two", "iat": 90}, claims)
        assert not module.is_meant({"sub": "another", "sid": "two", "iat": 90}, claims)


HOME = "http://localhost:8003"


class TestTheSamplePortal:
    """By the whole way: a visit that signs in at our doors would take a browser; its claims do."""

    @pytest.fixture
    def sample(self, portal, held):
        from werkzeug.test import Client

        registration = Registration(ORIGIN, held.site.client_id, held.site.secret or "", HOME)
        app = SampleClient(registration, lambda: datetime.now(UTC))
        app._client._id_tokens = IdTokens(ORIGIN, held.site.client_id, lambda: published().body)
        return app, Client(app)

    def visit(self, app, held):
        from local.sample_client.openid import SignedIn
        from local.sample_client.visits import Visit

        claims = read(held.id_token).claims
        ends = datetime.fromtimestamp(claims["exp"], UTC)
        visit = Visit(signed_in=SignedIn(claims, held.id_token, "", "", ends))
        app._visits.keep(visit)
        return visit

    def test_signs_out_whom_the_token_names(self, sample, held, ann, backchannel, receiver):
        app, http = sample
        visit = self.visit(app, held)
        ann.signs_out()
        backchannel.tells()
        (token,) = receiver.tokens

        told = http.post("/backchannel-logout", base_url=HOME, data={"logout_token": token})

        assert told.status_code == 200
        assert visit.signed_in is None

    def test_replayed_ends_nothing_that_began_since(
        self, portal, sample, held, ann, backchannel, receiver
    ):
        app, http = sample
        ann.signs_out()
        backchannel.tells()
        portal.forward(minutes=1)
        ann.signs_in()
        again = self.visit(app, Held.by(held.site, ann))
        for token in receiver.tokens * 2:
            told = http.post("/backchannel-logout", base_url=HOME, data={"logout_token": token})
            assert told.status_code == 200

        assert again.signed_in is not None

    def test_believes_no_forged_token(self, sample, held):
        app, http = sample
        visit = self.visit(app, held)

        told = http.post("/backchannel-logout", base_url=HOME, data={"logout_token": held.id_token})

        assert told.status_code == 400
        assert visit.signed_in is not None
