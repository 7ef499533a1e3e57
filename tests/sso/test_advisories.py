"""Published advisories of authlib and joserfc, replayed against our doors
(sso/relying_party.py, sso/discovery.py).

pytestmark = pytest.mark.slow

Whoever updates one of the two runs this file. Each test brings what the advisory describes to
the way back from a provider, with the libraries as they are installed. Not replayed, because no
such code of theirs is loaded: authlib as a provider or as a server of registrations
(CVE-2022-39174, CVE-2022-39175, CVE-2026-114618, CVE-2026-114619, CVE-2026-116672).

Source: the advisories of github.com/authlib/authlib and github.com/authlib/joserfc.
"""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from importlib.metadata import version

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwe, jwt
from joserfc.jwk import OctKey

from local.providers.keys import STRANGER, public, rsa
from local.providers.tokens import by_hand, claims_of, half_hash
from portico.sso.discovery import ID_TOKEN_ALGORITHMS
from tests.sso.test_callback import is_refused, refused


def packed(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(header, body, key):
    """Sign whatever it is (RS256), as no library would."""
    text = f"{packed(header)}.{body}"
    return f"{text}.{packed(key.raw_value.sign(text.encode(), PKCS1v15(), SHA256()))}"


@pytest.fixture
def brings(connected, portal):
    """Come back with the id token that ``make(claims, header, key)`` returns."""

    def bring(make, kind="oidc", **claims):
        def mint(facts, account, name, ring):
            header = {"typ": "JWT", "alg": "RS256", "kid": ring.kid}
            return make({**claims_of(facts, account, name), **claims}, header, ring.key)

        connected.app.mint = mint
        begun = time.process_time()
        came_back = portal.browser.signs_in_with(kind)
        assert time.process_time() - begun < 5
        return came_back

    return bring


def by_the_book(claims, header, key):
    return jwt.encode(header, claims, key)


class TestTheReplay:
    def test_lets_a_true_token_in(self, brings):
        assert brings(by_the_book).cookie("__Host-portico-acme")

    def test_runs_with_what_the_lock_file_says(self):
        assert tuple(map(int, version("authlib").split("."))) >= (1, 9, 1)
        assert tuple(map(int, version("joserfc").split("."))) >= (1, 7, 6)


class TestAuthlib:
    @pytest.mark.parametrize("encoding", ["PEM", "DER", "jwk", "n"])
    def test_cve_2024_37568_public_key_as_a_secret(self, brings, portal, encoding):
        def make(claims, header, key):
            shapes = {
                "PEM": key.as_pem(private=False),
                "DER": key.as_der(private=False),
                "jwk": json.dumps(key.as_dict(private=False)).encode(),
                "n": urlsafe_b64decode(key.as_dict(private=False)["n"] + "=="),
            }
            return by_hand({**header, "alg": "HS256"}, claims, shapes[encoding])

        assert is_refused(portal, brings(make))

    def test_cve_2025_59420_critical_header_that_nobody_knows(self, brings, portal):
        def make(claims, header, key):
            return signed({**header, "crit": ["bork"], "bork": True}, packed(claims), key)

        assert is_refused(portal, brings(make))

    @pytest.mark.parametrize("part", ["header", "claims", "signature"])
    def test_cve_2025_61920_cve_2026_119284_segments_without_end(self, brings, portal, part):
        def make(claims, header, key):
            text = by_the_book(claims, header, key).split(".")
            text[["header", "claims", "signature"].index(part)] += "A" * 500_000
            return ".".join(text)

        assert is_refused(portal, brings(make))

    def test_cve_2025_62706_bomb_in_an_encrypted_token(self, brings, portal):
        def make(claims, header, key):
            protected = {"alg": "RSA-OAEP", "enc": "A256GCM", "zip": "DEF"}
            return jwe.encrypt_compact(protected, b" " * 200_000, key)

        assert is_refused(portal, brings(make))

    @pytest.mark.parametrize("advisory", ["cve_2025_68158", "cve_2026_41425"])
    def test_state_of_another_browser(self, connected, portal, advisory):
        attacker = portal.another_browser()
        attacker.starts_sso("oidc")
        portal.browser.trip = attacker.trip

        assert is_refused(portal, portal.browser.comes_back(), reason="sso-expired")

    @pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
    @pytest.mark.parametrize("names_a_kid", [True, False])
    def test_cve_2026_27962_key_in_the_header(self, brings, connected, portal, name, names_a_kid):
        stranger = rsa(STRANGER)
        values = {
            "jwk": public(stranger, "stranger"),
            "jku": f"{connected.base}/oidc/keys",
            "x5u": f"{connected.base}/oidc/keys",
            "x5c": [packed(stranger.as_der(private=False))],
        }

        def make(claims, header, key):
            mine = {"alg": "RS256", name: values[name]} | ({"kid": header["kid"]} if names_a_kid else {})  # fmt: skip
            return signed(mine, packed(claims), stranger)

        assert is_refused(portal, brings(make))
        assert connected.asked("oidc").count("keys") == 1

    def test_cve_2026_28490_padding_of_an_encrypted_token(self, brings, portal):
        said = set()
        for key_part in (b"\x00" * 256, b"\xff" * 256, b"short"):
            header = {"alg": "RSA1_5", "enc": "A128CBC-HS256"}
            parts = [packed(header), packed(key_part), packed(b"0" * 16), packed(b"0" * 32), packed(b"0" * 16)]  # fmt: skip
            came_back = brings(lambda *_, parts=parts: ".".join(parts))
            assert is_refused(portal, came_back)
            said.add((str(came_back.headers), refused(portal)["reason"]))

        assert len(said) == 1

    @pytest.mark.parametrize("algorithm", [each for each in ID_TOKEN_ALGORITHMS if each.startswith(("RS", "PS"))])  # fmt: skip
    def test_cve_2026_28498_hash_by_an_algorithm_that_is_not_known(
        self, brings, connected, portal, algorithm
    ):
        connected.app.more["oidc"] = {"id_token_signing_alg_values_supported": [algorithm]}

        def make(claims, header, key):
            header = {**header, "alg": algorithm}
            return jwt.encode(header, claims, key, algorithms=[algorithm])

        assert is_refused(portal, brings(make, at_hash=half_hash("another access token")))

    @pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", None])
    @pytest.mark.parametrize("listed", [True, False])
    def test_cve_2026_28802_no_algorithm(self, brings, connected, portal, algorithm, listed):
        if listed:
            connected.app.more["oidc"] = {
                "id_token_signing_alg_values_supported": ["RS256", "none", "None", "NONE", "nOnE"]
            }

        def make(claims, header, key):
            return by_hand({**header, "alg": algorithm}, claims, None)

        assert is_refused(portal, brings(make))

    @pytest.mark.parametrize("nonce", ["of-another-sign-in", None])
    def test_cve_2026_114617_token_that_needs_no_nonce(self, brings, portal, nonce):
        assert is_refused(portal, brings(by_the_book, nonce=nonce, nonce_supported=False))


class TestJoserfc:
    def test_cve_2025_65015_token_in_the_message_of_an_error(self, brings, portal):
        def make(claims, header, key):
            return by_the_book({**claims, "filler": "canary" * 9_000}, header, key)

        assert is_refused(portal, brings(make))
        reason = refused(portal)["reason"]
        assert len(reason) < 100
        assert "canary" not in reason

    def test_cve_2026_27932_iterations_without_end(self, brings, portal):
        header = {"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2**31 - 1, "p2s": packed(b"salt" * 4)}  # fmt: skip
        parts = [packed(header), packed(b"0" * 24), packed(b"0" * 12), packed(b"0" * 32), packed(b"0" * 16)]  # fmt: skip

        assert is_refused(portal, brings(lambda *_: ".".join(parts)))

    def test_cve_2026_48990_claims_that_are_not_encoded(self, brings, portal):
        def make(claims, header, key):
            header = {**header, "b64": False, "crit": ["b64"]}
            text = json.dumps({**claims, "filler": "x" * 40_000}).replace(".", "\\u002e")
            return signed(header, text, key)

        assert is_refused(portal, brings(make))

    def test_cve_2026_49852_empty_secret(self, brings, portal):
        def make(claims, header, key):
            text = f"{packed({**header, 'alg': 'HS256'})}.{packed(claims)}"
            inner = sha256(b"\x36" * 64 + text.encode()).digest()
            return f"{text}.{packed(sha256(bytes([0x5C]) * 64 + inner).digest())}"

        assert is_refused(portal, brings(make))

    @pytest.mark.parametrize("part", [0, 1, 2])
    def test_cve_2026_62995_padding(self, brings, portal, part):
        def make(claims, header, key):
            text = by_the_book(claims, header, key).split(".")
            text[part] += "=="
            return ".".join(text)

        assert is_refused(portal, brings(make))

    @pytest.mark.parametrize("name", ["iss", "sub", "nonce"])
    def test_cve_2026_75509_list_where_one_text_belongs(self, brings, portal, name):
        def make(claims, header, key):
            return by_the_book({**claims, name: [claims[name], "somebody-else"]}, header, key)

        assert is_refused(portal, brings(make))

    @pytest.mark.parametrize("as_text", [True, False])
    def test_cve_2026_102946_no_signatures_at_all(self, brings, portal, as_text):
        def make(claims, header, key):
            value = {"payload": packed(claims), "signatures": []}
            return json.dumps(value) if as_text else value

        assert is_refused(portal, brings(make))

    def test_shared_secret_among_the_published_keys(self, brings, connected, portal):
        # Not an advisory of theirs: what CVE-2026-49852 and its kin would need to matter here.
        secret = OctKey.import_key(b"published-to-everybody-for-years")

        def make(claims, header, key):
            return jwt.encode({**header, "alg": "HS256"}, claims, secret)

        connected.app.more["oidc"] = {"id_token_signing_alg_values_supported": ["RS256", "HS256"]}
        assert is_refused(portal, brings(make))
