"""The fake providers check what real ones check: else a door that sends nonsense would pass
(local/providers/*.py)."""

from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import Client

from local.providers.app import Providers
from local.providers.grants import client_id, client_secret
from local.providers.modes import KINDS, MODES, modes_of

VERIFIER = "v" * 43
PATHS = {
    "microsoft": ("/microsoft/common/oauth2/v2.0/authorize", "/microsoft/common/oauth2/v2.0/token"),
    "google": ("/google/authorize", "/google/token"),
    "oidc": ("/oidc/authorize", "/oidc/token"),
    "facebook": ("/facebook/v26.0/dialog/oauth", "/facebook/v26.0/oauth/access_token"),
    "x": ("/x/i/oauth2/authorize", "/x/2/oauth2/token"),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


class Asker:
    """Somebody who asks a provider as Portico does, or nearly."""

    def __init__(self):
        self.at = datetime(2026, 11, 21, tzinfo=UTC)
        self.app = Providers(now=lambda: self.at)
        self.client = Client(self.app)

    def request(self, kind, **changes):
        challenge = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
        query = {
            "client_id": client_id(kind),
            "redirect_uri": f"https://signin.acme.test/v1/sso/{kind}/callback",
            "response_type": "code",
            "state": "a-state",
            "nonce": "a-nonce",
            "scope": "openid",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        query = {k: v for k, v in (query | changes).items() if v is not None}
        return self.client.get(PATHS[kind][0], query_string=query)

    def code(self, kind):
        answer = self.request(kind, _account="ann")
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    def trade(self, kind, code, *, secret=None, **changes):
        secret = secret or client_secret(kind)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": VERIFIER,
            "redirect_uri": f"https://signin.acme.test/v1/sso/{kind}/callback",
        }
        headers = {}
        if kind in ("x", "oidc"):
            pair = b64encode(f"{client_id(kind)}:{secret}".encode()).decode()
            headers["authorization"] = f"Basic {pair}"
        else:
            form |= {"client_id": client_id(kind), "client_secret": secret}
        return self.client.post(PATHS[kind][1], data=form | changes, headers=headers)


@pytest.fixture
def asker():
    return Asker()


class TestAFakeProvider:
    @every_kind
    def test_trades_a_code_once(self, asker, kind):
        code = asker.code(kind)

        assert asker.trade(kind, code).status_code == 200
        assert asker.trade(kind, code).status_code == 400

    @every_kind
    def test_asks_for_the_secret(self, asker, kind):
        assert asker.trade(kind, asker.code(kind), secret="wrong").status_code == 400

    @every_kind
    def test_asks_for_the_verifier(self, asker, kind):
        assert asker.trade(kind, asker.code(kind), code_verifier="w" * 43).status_code == 400

    @every_kind
    def test_asks_for_the_same_redirect_address(self, asker, kind):
        other = "https://other.example/v1/sso/google/callback"

        assert asker.trade(kind, asker.code(kind), redirect_uri=other).status_code == 400

    @every_kind
    def test_takes_no_code_of_another(self, asker, kind):
        other = "google" if kind != "google" else "oidc"

        assert asker.trade(kind, asker.code(other)).status_code == 400

    @pytest.mark.parametrize(("kind", "seconds"), [("x", 30), ("google", 600)])
    def test_takes_a_code_in_its_time(self, asker, kind, seconds):
        code = asker.code(kind)
        asker.at += timedelta(seconds=seconds)

        assert asker.trade(kind, code).status_code == 400

    @every_kind
    @pytest.mark.parametrize(
        "changes",
        [
            {"client_id": "unknown"},
            {"redirect_uri": "https://signin.acme.test/elsewhere"},
            {"response_type": "token"},
            {"state": None},
            {"code_challenge": None},
            {"code_challenge_method": "plain"},
        ],
    )
    def test_shows_what_is_wrong_with_a_request_and_redirects_nobody(self, asker, kind, changes):
        answer = asker.request(kind, _account="ann", **changes)

        assert answer.status_code == 400
        assert "set up" in answer.text

    @every_kind
    def test_shows_whom_to_be_and_how_to_misbehave(self, asker, kind):
        page = asker.request(kind, state='"><script>').text

        assert "Sign in as Ann Archer" in page
        assert "<script>" not in page
        assert all(each.about in unescape(page) for each in modes_of(kind))

    def test_is_switched_by_a_script_too(self, asker):
        asked = {"provider": "google", "mode": "error-500"}

        assert asker.client.post("/_switch", json=asked).status_code == 200
        assert asker.trade("google", asker.code("google")).status_code == 500

    @pytest.mark.parametrize(
        "asked", [{}, [], {"provider": "google", "mode": "x"}, {"provider": "y"}, "google"]
    )
    def test_says_which_switches_there_are(self, asker, asked):
        answer = asker.client.post("/_switch", json=asked)

        assert answer.status_code == 400
        assert "expired" in answer.json["modes"]["google"]

    def test_is_not_switched_by_another_page(self, asker):
        answer = asker.client.post("/_switch", data='{"provider":"google","mode":"expired"}')

        assert answer.status_code == 415


class TestTheModes:
    def test_have_names_of_their_own(self):
        assert len({each.name for each in MODES}) == len(MODES)
