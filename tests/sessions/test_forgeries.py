"""SSN-05: access tokens that we did not make, or not for this (sessions/access_token_check.py)."""

import hmac
import json
import os
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from portico.aws.kms import public_key, sign
from tests.sessions.tokens import decoded, encoded, published, read
from tests.support.driver import Portal

EVIL = "https://evil.test"


class Forger:
    """Somebody with one good token, a key pair of their own, and our public key."""

    key: RSAPrivateKey = generate_private_key(65537, 2048)

    def __init__(self, portal: Portal) -> None:
        self.token = portal.browser.signs_in().body["access_token"]
        self.header, self.claims, self.signature = read(self.token)
        der = public_key(os.environ["SIGNING_KEYS"])
        self.pem = load_der_public_key(der).public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        self.der = der

    @property
    def jwk(self) -> dict:
        numbers = self.key.public_key().public_numbers()
        n = encoded(numbers.n.to_bytes(256))
        return {"kty": "RSA", "n": n, "e": "AQAB", "kid": self.header["kid"]}

    def unsigned(self, header: dict, **claims: object) -> str:
        return f"{encoded(self.header | header)}.{encoded(self.claims | claims)}"

    def alone(self, header: dict, **claims: object) -> str:
        """Sign with a key of one's own."""
        text = self.unsigned(header, **claims)
        return f"{text}.{encoded(self.key.sign(text.encode(), PKCS1v15(), SHA256()))}"

    def by_hmac(self, key: bytes, algorithm: str = "HS256") -> str:
        text = self.unsigned({"alg": algorithm})
        return f"{text}.{encoded(hmac.digest(key, text.encode(), sha256))}"

    def by_us(self, header: dict, **claims: object) -> str:
        """Sign with our own key: as if we had made it for another use."""
        text = self.unsigned(header, **claims)
        return f"{text}.{encoded(sign(os.environ['SIGNING_KEYS'], text.encode()))}"

    def by_pss(self) -> str:
        text = self.unsigned({"alg": "PS256"})
        signature = self.key.sign(text.encode(), PSS(MGF1(SHA256()), 32), SHA256())
        return f"{text}.{encoded(signature)}"


FORGERIES = {
    "alg none": lambda f: f"{f.unsigned({'alg': 'none'})}.",
    "alg nOnE with the signature": lambda f: (
        f"{f.unsigned({'alg': 'nOnE'})}.{encoded(f.signature)}"
    ),
    "no alg": lambda f: f"{encoded({'kid': f.header['kid']})}.{encoded(f.claims)}.",
    "HS256 keyed with our PEM": lambda f: f.by_hmac(f.pem),
    "HS256 keyed with our DER": lambda f: f.by_hmac(f.der),
    "HS256 keyed with our JWK": lambda f: f.by_hmac(json.dumps(published().body).encode()),
    "HS256 keyed with nothing": lambda f: f.by_hmac(b""),
    "PS256": lambda f: f.by_pss(),
    "somebody else's key under our name": lambda f: f.alone({}),
    "kid that is a path": lambda f: f.alone({"kid": "../../dev/null"}),
    "kid that is a query": lambda f: f.alone({"kid": "' OR 1=1 --"}),
    "kid that is no text": lambda f: f.alone({"kid": 1}),
    "no kid": lambda f: f.alone({"kid": None}),
    "jku": lambda f: f.alone({"jku": f"{EVIL}/jwks.json"}),
    "x5u": lambda f: f.alone({"x5u": f"{EVIL}/cert.pem"}),
    "jwk": lambda f: f.alone({"jwk": f.jwk}),
    "x5c": lambda f: f.alone({"x5c": ["MIIB"]}),
    "unknown crit": lambda f: f.by_us({"crit": ["evil"], "evil": True}),
    "empty signature": lambda f: f"{f.unsigned({})}.",
    "cut signature": lambda f: f.token[:-8],
    "one bit of the claims": lambda f: f.token.replace(".", ".e", 1),
    "other claims": lambda f: f"{f.unsigned({}, sub='ct_' + 'A' * 22)}.{encoded(f.signature)}",
    "two parts": lambda f: f.token.rpartition(".")[0],
    "five parts": lambda f: f"{f.token}.a.b",
    "no part": lambda f: "x",
    "not even text": lambda f: "\u00e9\u2028.\U0001f600.",
    "6 KB": lambda f: f.token + "A" * 6000,
    "another workspace's aud": lambda f: f.by_us({}, aud="globex"),
    "a list of auds": lambda f: f.by_us({}, aud=["acme"]),
    "no aud": lambda f: f.by_us({}, aud=None),
    "another issuer": lambda f: f.by_us({}, iss=EVIL),
    "another use": lambda f: f.by_us({"typ": "JWT"}),
    "expired": lambda f: f.by_us({}, exp=f.claims["iat"]),
    "not yet": lambda f: f.by_us({}, nbf=f.claims["iat"] + 62),
}


class TestAForgedToken:
    @pytest.fixture
    def forger(self, portal):
        return Forger(portal)

    def test_ssn_05_is_no_session_and_nothing_is_fetched_for_it(self, portal, forger, wire):
        assert portal.browser.reads_the_session(forger.token).status == 200
        tokens = {what: make(forger) for what, make in FORGERIES.items()}
        wire.forget()

        answers = {what: portal.browser.reads_the_session(token) for what, token in tokens.items()}

        assert {what: answer.problem for what, answer in answers.items()} == dict.fromkeys(
            tokens, (401, "not-signed-in")
        )
        assert wire.sent == []

    def test_ssn_05_is_told_from_a_good_one_by_its_signature_alone(self, portal, forger):
        # The forger's tools are sound: with our key they make tokens that pass.
        assert portal.browser.reads_the_session(forger.by_us({})).status == 200
        assert decoded(forger.token.rpartition(".")[2]) == forger.signature

    @pytest.mark.parametrize("scheme", ["Basic", "", "Bearer,", "DPoP"])
    def test_ssn_05_of_another_scheme_is_no_session(self, portal, forger, scheme):
        headers = {"authorization": f"{scheme} {forger.token}".strip()}

        answer = portal.browser.sends(
            "session", "GET /v1/session", headers=headers, query={"workspace": "acme"}
        )

        assert answer.problem == (401, "not-signed-in")

    def test_ssn_05_signs_nobody_out(self, portal, forger):
        cookies, portal.browser.cookies = portal.browser.cookies, {}

        for make in FORGERIES.values():
            assert portal.browser.signs_out(make(forger)).problem == (401, "not-signed-in")

        portal.browser.cookies = cookies
        assert portal.browser.refreshes().status == 200
