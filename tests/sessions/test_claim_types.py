"""Tokens of our own key whose claims are of another type: 401 at every door that reads one."""

import json
import os
from typing import Any

import pytest

from portico.aws.kms import sign
from tests.openid.handed import Held, changed, refusal, signed_in
from tests.sessions.tokens import encoded, read
from tests.support.doors import Answer
from tests.support.driver import Portal
from tests.support.openid_site import query_of

NO_TEXT: list[Any] = [None, True, 7, 1.5, [], ["acme"], {}, {"a": "acme"}, "\ud800"]
NO_TIME: list[Any] = [None, True, "1795262400", [], {}, 1795262400.5, -1, 10**400, 2**53]
RAW_TIME = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1795262400.0"]
TEXT = ["iss", "aud", "sub", "sid", "jti", "scope", "email", "name"]
TIMES = ["exp", "nbf", "iat", "auth_time", "session_expires_at"]
NO_AMR: list[Any] = [None, "otp", [], [7], [["otp"]], [None], {}, {"0": "otp"}]
WRONG = dict.fromkeys(TEXT, NO_TEXT) | dict.fromkeys(TIMES, NO_TIME) | {"amr": NO_AMR}


def by_us(token: str, payload: str) -> str:
    """Sign a payload as it stands, as if we had made it."""
    header = read(token).header
    text = f"{encoded(header)}.{encoded(payload.encode())}"
    return f"{text}.{encoded(sign(os.environ['SIGNING_KEYS'], text.encode()))}"


def spelled(token: str, name: str, value: str) -> str:
    """A token whose *name* is spelled so in its JSON."""
    claims = {k: v for k, v in read(token).claims.items() if k != name}
    return by_us(token, f'{json.dumps(claims)[:-1]}, "{name}": {value}}}')


def twice(token: str, name: str, first: str) -> str:
    """A token that says *name* twice, and the right value last."""
    return by_us(token, f'{{"{name}": {first}, {json.dumps(read(token).claims)[1:]}')


@pytest.fixture
def held(portal: Portal) -> Held:
    portal.browser, held = signed_in(portal)
    return held


@pytest.fixture
def token(portal: Portal) -> str:
    return str(portal.another_browser().has_signed_in().body["access_token"])


def doors(portal: Portal, token: str) -> list[tuple[int, str]]:
    """What the doors say that read our page's own token."""
    headers = {"authorization": f"Bearer {token}"}
    query = {"workspace": "acme"}
    change = {"workspace": "acme", "password": "four tired herons at the weir", "request_id": "x"}
    starts = {"workspace": "acme", "connection": "google"}
    asked = [
        ("session", "GET /v1/session", None),
        ("session", "DELETE /v1/session", None),
        ("account", "GET /v1/account", None),
        ("password", "PUT /v1/account/password", change),
        ("start_sso", "POST /v1/account/identities", starts),
    ]
    return [
        portal.knock(
            name, route, body, query=None if body else query, headers=headers, origin=None
        ).problem
        for name, route, body in asked
    ]


class TestAnAccessToken:
    @pytest.mark.parametrize("name", WRONG)
    def test_out_03_with_a_claim_of_another_type_is_none(self, portal, token, name):
        for value in WRONG[name]:
            told = doors(portal, changed(token, **{name: value}))
            assert set(told) == {(401, "not-signed-in")}, value

    @pytest.mark.parametrize("name", TIMES)
    def test_out_03_with_a_number_that_is_no_second_is_none(self, portal, token, name):
        for value in RAW_TIME:
            told = doors(portal, spelled(token, name, value))
            assert set(told) == {(401, "not-signed-in")}, value

    @pytest.mark.parametrize("name", [*TEXT, *TIMES, "amr", "more"])
    def test_out_03_that_says_something_twice_is_none(self, portal, token, name):
        if name == "more":
            token = by_us(token, '{"more": {"a": 1, "a": 1}}')
        else:
            token = twice(token, name, '"another"')

        assert set(doors(portal, token)) == {(401, "not-signed-in")}

    @pytest.mark.parametrize(
        "payload",
        ["", "{", "[]", "7", "null", '"text"', "[" * 2000, "{}{}", "\ufeff{}", "1" * 2000],
        ids=lambda each: repr(each)[:12],
    )
    def test_out_03_that_holds_no_claims_is_none(self, portal, token, payload):
        assert set(doors(portal, by_us(token, payload))) == {(401, "not-signed-in")}

    def test_out_03_is_good_as_it_was_made(self, portal, token):
        headers = {"authorization": f"Bearer {changed(token)}"}
        query = {"workspace": "acme"}

        assert (
            portal.knock("session", "GET /v1/session", query=query, headers=headers).status == 200
        )


def userinfo(portal: Portal, token: str) -> Answer:
    headers = {"authorization": f"Bearer {token}"}
    return portal.knock("userinfo", "GET /oauth2/userinfo", headers=headers, origin=None)


class TestAPortalsToken:
    @pytest.mark.parametrize("name", [*WRONG, "client_id", "workspace"])
    def test_out_03_with_a_claim_of_another_type_tells_nothing(self, portal, held, name):
        for value in WRONG.get(name, NO_TEXT):
            answer = userinfo(portal, changed(held.access_token, **{name: value}))
            assert refusal(answer) == (401, "invalid_token"), value

    @pytest.mark.parametrize("name", ["client_id", "workspace", "scope", "exp"])
    def test_out_03_that_says_something_twice_tells_nothing(self, portal, held, name):
        answer = userinfo(portal, twice(held.access_token, name, '"x"'))

        assert refusal(answer) == (401, "invalid_token")

    def test_out_03_tells_what_it_says_as_it_was_made(self, portal, held):
        assert userinfo(portal, changed(held.access_token)).status == 200


def odd_hints(token: str) -> dict[str, str]:
    claims = [{n: v} for n in ("iss", "aud", "sub", "sid", "workspace") for v in NO_TEXT]
    claims += [{n: v} for n in ("exp", "iat", "auth_time") for v in NO_TIME]
    odd = {str(each)[:40]: changed(token, **each) for each in claims}
    odd |= {f"{n} {v}": spelled(token, n, v) for n in ("exp", "auth_time") for v in RAW_TIME}
    return odd | {f"{n} twice": twice(token, n, '"x"') for n in ("aud", "sub", "sid")}


class TestAHint:
    def test_out_03_of_odd_claims_is_none_where_somebody_signs_out(self, portal, held):
        before = portal.session_rows()

        for name, hint in odd_hints(held.id_token).items():
            query = {"id_token_hint": hint}
            answer = portal.knock(
                "end_session", "GET /oauth2/end_session", query=query, origin=None
            )
            assert answer.status == 303, name
            assert answer.headers["location"] == "/#bye", name

        assert portal.session_rows() == before

    def test_out_03_of_odd_claims_is_refused_where_somebody_signs_in(self, portal, held):
        for name, hint in odd_hints(held.id_token).items():
            to = held.site.sends(portal.browser, id_token_hint=hint).headers["location"]
            assert query_of(to).get("error") == "invalid_request", name
