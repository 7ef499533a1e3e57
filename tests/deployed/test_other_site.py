"""A portal on another site signs its contact in at a deployed stack, through its five doors."""

import base64
import secrets
import time
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from local.loopback_server import listening, serving
from tests.deployed.visitors import CALLBACK, ORIGIN, SECRET, SIGNED_OUT, Browser, Visitor
from tests.support.template import template

NONCE, STATE = "a nonce", "a state"


class Site:
    """The portal's server: it knows its issuer, its client id and its secret, and no cookie."""

    def __init__(self, acme, secret=SECRET):
        self.acme = acme
        self.secret = secret
        self.verifier = secrets.token_urlsafe(48)
        self._server = Browser(acme.stack)

    @property
    def request(self):
        """Where it sends its visitor."""
        hashed = sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.acme.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid email",
            "state": STATE,
            "nonce": NONCE,
            "code_challenge": base64.urlsafe_b64encode(hashed).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"/oauth2/authorize?{urlencode(asked)}"

    def redeems(self, back):
        """Exchange the code that its visitor brought back."""
        brought = parse_qs(urlsplit(back).query)
        assert back.startswith(f"{CALLBACK}?")
        assert (brought["state"], brought["iss"]) == ([STATE], [ORIGIN])
        return self.asks_for_tokens(
            grant_type="authorization_code",
            code=brought["code"][0],
            redirect_uri=CALLBACK,
            code_verifier=self.verifier,
        )

    def refreshes(self, tokens):
        token = tokens["refresh_token"]
        return self.asks_for_tokens(grant_type="refresh_token", refresh_token=token)

    def asks_for_tokens(self, **form):
        return self._server.posts("/oauth2/token", form, **self._secret)

    def gives_back(self, tokens):
        form = {"token": tokens["refresh_token"]}
        return self._server.posts("/oauth2/revoke", form, **self._secret)

    def reads_userinfo(self, tokens):
        bearer = f"Bearer {tokens['access_token']}"
        return self._server.sends("GET", "/oauth2/userinfo", authorization=bearer)

    def believes(self, token):
        found: Any = self._server.sends("GET", "/.well-known/openid-configuration").json
        keys: Any = self._server.sends("GET", found["jwks_uri"].removeprefix(ORIGIN)).json
        return jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims

    @property
    def _secret(self):
        pair = f"{self.acme.client_id}:{self.secret}".encode()
        return {"authorization": f"Basic {base64.b64encode(pair).decode()}"}


@pytest.fixture
def site(acme):
    return Site(acme)


@pytest.fixture
def tokens(site, ann):
    """What a portal holds once its visitor has signed in."""
    ann.signs_in()
    redeemed = site.redeems(ann.browser.goes_to(site.request))
    assert redeemed.status_code == 200, site.acme.stack.log_of("Token")
    return redeemed.json


class TestAPortalOnAnotherSite:
    def test_signs_its_visitor_in_and_out(self, acme, site, ann):
        page, _, fragment = ann.browser.goes_to(site.request).partition("#")
        marks = dict(each.split("=", 1) for each in fragment.split("&"))
        assert (page, marks["l"]) == ("/acme", acme.client_id)

        # What the page does meanwhile.
        ann.link = marks["l"]
        opened = {"workspace": "acme", "link": ann.link}
        resolved = ann.browser.sends("POST", "/v1/links/resolve", opened)
        assert resolved.status_code == 200, acme.stack.log_of("ResolveLink")
        assert ann.signs_in()["return_to"]["url"] == f"{ORIGIN}/acme#resume"

        back = ann.browser.goes_to(f"/oauth2/authorize?{unquote(marks['o'])}")
        redeemed = site.redeems(back)
        assert redeemed.status_code == 200, acme.stack.log_of("Token")
        claims = site.believes(redeemed.json["id_token"])
        assert (claims["sub"], claims["nonce"]) == (ann.contact.id, NONCE)
        assert claims["aud"] == acme.client_id
        read = site.reads_userinfo(redeemed.json)
        assert read.json["email"] == ann.contact.email, acme.stack.log_of("Userinfo")

        refreshed = site.refreshes(redeemed.json)
        assert refreshed.status_code == 200, acme.stack.log_of("Token")
        assert site.believes(refreshed.json["id_token"])["sub"] == ann.contact.id

        leaving = {"id_token_hint": refreshed.json["id_token"], "state": STATE}
        leaving |= {"client_id": acme.client_id, "post_logout_redirect_uri": SIGNED_OUT}
        left = ann.browser.goes_to(f"/oauth2/end_session?{urlencode(leaving)}")
        assert left == f"{SIGNED_OUT}?{urlencode({'state': STATE})}", acme.stack.log_of(
            "EndSession"
        )
        assert site.refreshes(refreshed.json).json["error"] == "invalid_grant"
        assert ann.refreshes().status_code == 401

    def test_shows_no_page_to_who_is_signed_in_and_takes_a_code_once(self, site, ann):
        ann.signs_in()
        back = ann.browser.goes_to(site.request)

        first = site.redeems(back)
        again = site.redeems(back)

        assert first.status_code == 200, site.acme.stack.log_of("Token")
        assert again.json["error"] == "invalid_grant"
        # Of two who hold a code, one stole it: the first one's tokens end as well.
        assert site.refreshes(first.json).json["error"] == "invalid_grant"

    def test_gives_its_token_back_and_leaves_the_browser_signed_in(self, site, ann, tokens):
        given_back = site.gives_back(tokens)

        assert given_back.status_code == 200, site.acme.stack.log_of("Revoke")
        assert site.refreshes(tokens).json["error"] == "invalid_grant"
        assert ann.refreshes().status_code == 200

    def test_leaves_no_code_token_or_secret_in_the_logs(self, acme, site, ann, tokens):
        back = ann.browser.goes_to(site.request)
        code = parse_qs(urlsplit(back).query)["code"][0]
        site.reads_userinfo(tokens)

        logs = "".join(map(acme.stack.log_of, ("Authorize", "Token", "Userinfo")))

        assert "granted" in logs
        for secret in (code, SECRET, ann.contact.email, *map(tokens.get, HELD)):
            assert secret not in logs


TOLD_WITHIN = 60.0
"""Seconds: the trail gathers for five, two functions start, and the second try is ten later."""


class TestAPortalThatIsToldOfSignOuts:
    def test_hears_of_one_and_once_more_if_it_was_down(self, acme, site, ann, tokens):
        heard: list[dict[str, str]] = []

        def server(environ, start_response):
            length = int(environ["CONTENT_LENGTH"])
            heard.append(dict(parse_qsl(environ["wsgi.input"].read(length).decode())))
            start_response("503 Down" if len(heard) == 1 else "200 OK", [("content-length", "0")])
            return [b""]

        with listening(0) as taken, serving(taken, server):
            acme.is_told_at(f"http://127.0.0.1:{taken.getsockname()[1]}/backchannel-logout")
            ann.browser.goes_to(f"/oauth2/end_session?id_token_hint={tokens['id_token']}")
            ends = time.monotonic() + TOLD_WITHIN
            while len(heard) < 2 and time.monotonic() < ends:
                time.sleep(0.1)

        log = acme.stack.log_of("SignOutPortals")
        assert len(heard) == 2, log
        first, second = (site.believes(each["logout_token"]) for each in heard)
        assert first["jti"] == second["jti"]
        claims = site.believes(tokens["id_token"])
        assert (second["sub"], second["sid"]) == (ann.contact.id, claims["sid"])
        assert (second["iss"], second["aud"]) == (acme.stack.outputs["Issuer"], acme.client_id)
        assert "status 503" in log
        assert heard[0]["logout_token"] not in log


PROMISED = 15.0
"""Seconds from the end of a session to its portal, by docs/portals/back-channel.md."""
SLOWEST_STREAM = 1.0
"""Seconds. Lambda asks a stream once a second; both streams lie between the two."""


class TestTheTimeUntilAPortalIsTold:
    def test_is_what_the_docs_promise(self, acme, site):
        heard: dict[str, float] = {}

        def server(environ, start_response):
            at = time.time()
            form = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
            claims = site.believes(dict(parse_qsl(form))["logout_token"])
            heard[claims["sub"]] = at - claims["toe"]
            start_response("200 OK", [("content-length", "0")])
            return [b""]

        endings = {
            "cold": lambda ann, tokens: acme.deactivates(ann.contact),
            "signed out": lambda ann, tokens: ann.browser.goes_to(
                f"/oauth2/end_session?id_token_hint={tokens['id_token']}"
            ),
            "deactivated": lambda ann, tokens: acme.deactivates(ann.contact),
            "left the directory": lambda ann, tokens: acme.loses_from_its_directory(ann.contact),
        }
        took = {}
        with listening(0) as taken, serving(taken, server):
            acme.is_told_at(f"http://127.0.0.1:{taken.getsockname()[1]}/backchannel-logout")
            for what, ends in endings.items():
                ann = Visitor(acme, acme.adds_a_contact(), Browser(acme.stack))
                ann.signs_in()
                tokens = site.redeems(ann.browser.goes_to(site.request)).json
                ends(ann, tokens)
                latest = time.monotonic() + TOLD_WITHIN
                while ann.contact.id not in heard and time.monotonic() < latest:
                    time.sleep(0.05)
                assert ann.contact.id in heard, acme.stack.log_of("SignOutPortals")
                took[what] = heard[ann.contact.id]

        # The emulator gathers nothing, and its streams are as fast as it is.
        streams = gathered("RecordTrail") + gathered("SignOutPortals") + 2 * SLOWEST_STREAM
        assert gathered("RecordTrail") == 5
        took.pop("cold")
        assert max(took.values()) + streams < PROMISED, took


def gathered(door: str) -> float:
    """The longest time, in seconds, that a function waits for more records of a stream."""
    sources = template()["Resources"][door]["Properties"]["Events"].values()
    return float(
        max(
            each["Properties"]["MaximumBatchingWindowInSeconds"]
            for each in sources
            if each["Type"] == "DynamoDB"
        )
    )


HELD = ("access_token", "id_token", "refresh_token")
