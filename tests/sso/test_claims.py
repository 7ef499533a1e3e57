"""What a provider may say of who somebody is: `portico.sso.providers`, claim by claim.

A claim that becomes a key, or that something is decided by, is of its one type or there is nobody.
"""

from typing import Any

import pytest
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from portico.sso.providers import facebook, google, microsoft, oidc, x
from portico.sso.providers.kinds import NotBelieved
from portico.sso.relying_party import _decode
from portico.sso.rules import Connection

TENANT = "11111111-1111-4111-8111-111111111111"
OBJECT = "00000000-0000-4000-8000-000000000001"
NO_TEXT: list[Any] = [None, True, False, 0, 7, 1.5, [], [OBJECT], {}, {"id": OBJECT}]
NO_KEY: list[Any] = [
    *NO_TEXT,
    "",
    " ",
    f" {OBJECT}",
    f"{OBJECT}\n",
    "a\x00b",
    "a\u202eb",
    "x" * 256,
]


def connection(kind: str, **more: Any) -> Connection:
    return Connection("conn", "acme", kind, "Label", "client", **more)


def of_microsoft(**changed: Any):
    claims = {"iss": f"https://login.microsoftonline.com/{TENANT}/v2.0", "tid": TENANT}
    claims |= {"oid": OBJECT, "sub": "s", "email": "ann@example.com"} | changed
    return microsoft.read(connection("microsoft", tenants=[TENANT]), claims)


def of_google(more: dict[str, Any] | None = None, **changed: Any):
    claims: dict[str, Any] = {"iss": "https://accounts.google.com", "sub": "1"}
    claims["email"] = "ann@example.com"
    claims |= {"email_verified": True, "hd": "example.com"} | changed
    return google.read(connection("google", **(more or {})), claims)


def of_oidc(**changed: Any):
    claims = {"iss": "https://id.example.com", "sub": "1", "email": "ann@example.com"}
    return oidc.read(connection("oidc", issuer="https://id.example.com"), claims | changed)


def of_facebook(**changed: Any):
    return facebook.read(connection("facebook"), {"id": "71", "email": "ann@example.com"} | changed)


def of_x(**changed: Any):
    data = {"id": "71", "confirmed_email": "ann@example.com"} | changed
    return x.read(connection("x"), {"data": data})


KEYS = {
    "microsoft oid": (of_microsoft, "oid"),
    "microsoft tid": (of_microsoft, "tid"),
    "microsoft iss": (of_microsoft, "iss"),
    "google sub": (of_google, "sub"),
    "google iss": (of_google, "iss"),
    "oidc sub": (of_oidc, "sub"),
    "oidc iss": (of_oidc, "iss"),
    "facebook id": (of_facebook, "id"),
    "x id": (of_x, "id"),
}
ADDRESSES = {
    "microsoft": (of_microsoft, "email"),
    "google": (of_google, "email"),
    "oidc": (of_oidc, "email"),
    "facebook": (of_facebook, "email"),
    "x": (of_x, "confirmed_email"),
}


class TestAClaimThatBecomesAKey:
    @pytest.mark.parametrize("value", NO_KEY, ids=repr)
    @pytest.mark.parametrize(("read", "name"), KEYS.values(), ids=KEYS)
    def test_out_02_is_text_that_can_be_seen_or_there_is_nobody(self, read, name, value):
        with pytest.raises(NotBelieved):
            read(**{name: value})

    def test_out_02_of_microsoft_is_an_object_id_and_never_a_word(self):
        for word in ("None", "null", "undefined", "0"):
            with pytest.raises(NotBelieved):
                of_microsoft(oid=word)

    @pytest.mark.parametrize("read", list(dict.fromkeys(read for read, _ in KEYS.values())))
    def test_out_02_makes_an_identity_where_it_is_right(self, read):
        assert read().identity.subject in ("1", "71", f"{TENANT}.{OBJECT}")


class TestAClaimThatDecides:
    @pytest.mark.parametrize("value", [True, 1, ["example.com"], {"example.com": 1}], ids=repr)
    def test_out_02_whose_domain_an_account_is_of_is_text(self, value):
        with pytest.raises(NotBelieved):
            of_google(hd=value)

    @pytest.mark.parametrize("value", [None, ""])
    def test_out_02_that_is_not_there_vouches_for_nothing(self, value):
        assert of_google(hd=value).email_is_verified is False

    @pytest.mark.parametrize("value", ["true", 1, 1.0, [True], "1", {}], ids=repr)
    @pytest.mark.parametrize("read", [of_google, of_oidc])
    def test_out_02_that_an_address_was_verified_is_a_boolean(self, read, value):
        assert read(email_verified=value).email_is_verified is False

    @pytest.mark.parametrize("value", [1.0, [1], [True], {"1": 1}, "yes", 2], ids=repr)
    def test_out_02_that_a_tenant_owns_a_domain_is_as_microsoft_writes_it(self, value):
        several = connection("microsoft", tenants=["organizations"])
        claims = {"iss": "https://x", "tid": TENANT, "oid": OBJECT, "email": "ann@example.com"}

        assert not microsoft.read(several, claims | {"xms_edov": value}).email_is_verified
        assert microsoft.read(several, claims | {"xms_edov": "1"}).email_is_verified


class TestAnAddress:
    @pytest.mark.parametrize("value", NO_TEXT, ids=repr)
    @pytest.mark.parametrize(("read", "name"), ADDRESSES.values(), ids=ADDRESSES)
    def test_that_is_no_text_is_none(self, read, name, value):
        person = read(**{name: value})

        assert person.email is None
        assert person.address() is None

    def test_that_no_mail_can_be_sent_to_is_asked_for_and_still_matched(self):
        person = of_google(email="j\u00f6rg@example.com")

        assert person.mail_address() is None
        assert person.address() == "j\u00f6rg@example.com"

    def test_of_a_listed_domain_in_a_list_is_not_googles(self):
        assert of_google(hd=None, email=["ann@gmail.com"]).email_is_verified is False


class TestAName:
    @pytest.mark.parametrize("value", NO_TEXT, ids=repr)
    @pytest.mark.parametrize("read", list(dict.fromkeys(read for read, _ in KEYS.values())))
    def test_that_is_no_text_is_none(self, read, value):
        assert read(name=value).name is None


class TestAnIdToken:
    @pytest.mark.parametrize(
        "payload",
        ['{"sub": "ann", "sub": "bob"}', '{"a": {"b": 1, "b": 1}}', '{"exp": NaN}', "{}{}"],
    )
    def test_that_can_be_read_in_two_ways_is_not_read(self, payload):
        key = RSAKey.generate_key(2048, {"kid": "k", "alg": "RS256", "use": "sig"})
        token = jws.serialize_compact({"alg": "RS256", "kid": "k"}, payload, key)

        with pytest.raises((ValueError, JoseError)):
            _decode(token, KeySet([key]), ("RS256",))
