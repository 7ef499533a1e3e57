"""Whom a portal's access token speaks of, and whose token is none."""

import pytest

from tests.openid.handed import Held, changed, refusal, signed_in
from tests.sessions.test_forgeries import FORGERIES, Forger
from tests.sessions.tokens import read
from tests.support.doors import knock
from tests.support.openid_site import Site

NOON = 1795262400
ROUTE = "/oauth2/userinfo"
NO_GOOD = (401, "invalid_token")


def asks(token=None, *, method="GET", **more):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return knock("userinfo", f"{method} {ROUTE}", origin=None, headers=headers, **more)


@pytest.fixture
def held(portal):
    portal.browser, held = signed_in(portal)
    return held


class TestUserinfo:
    def test_says_who_it_is(self, portal, held):
        answer = asks(held.access_token)

        assert answer.status == 200
        assert answer.body == {
            "sub": portal.ann.id,
            "workspace": "acme",
            "email": "ann@example.com",
            "email_verified": True,
            "name": "Ann Archer",
            "preferred_username": "ann@example.com",
            "updated_at": NOON,
        }
        assert answer.headers["cache-control"] == "no-store"

    def test_says_no_more_than_was_granted(self, portal, held):
        told = [
            set(asks(Held.by(held.site, portal.browser, scope=scope).access_token).body)
            for scope in ("openid", "openid email")
        ]

        assert told == [{"sub", "workspace"}, {"sub", "workspace", "email", "email_verified"}]

    def test_says_language_and_time_zone_where_they_are_known(self, portal, held):
        pk = f"acme#contact#{portal.ann.id}"
        head = next(r for r in portal.rows("people") if (r["pk"], r["sk"]) == (pk, "head"))
        portal.writes("people", head | {"language": "de", "time_zone": "Europe/Berlin"})

        told = asks(Held.by(held.site, portal.browser).access_token).body
        without = asks(Held.by(held.site, portal.browser, scope="openid email").access_token).body

        assert (told["locale"], told["zoneinfo"]) == ("de", "Europe/Berlin")
        assert without.keys() == {"sub", "workspace", "email", "email_verified"}

    def test_says_that_an_address_is_not_proved_as_plainly(self, portal, held):
        pk = f"acme#contact#{portal.ann.id}"
        head = next(r for r in portal.rows("people") if (r["pk"], r["sk"]) == (pk, "head"))
        portal.writes("people", head | {"email_verified": False})

        told = asks(Held.by(held.site, portal.browser).access_token).body

        assert told["email_verified"] is False

    def test_is_asked_by_post_too(self, held):
        told = asks(held.access_token).body

        assert asks(held.access_token, method="POST").body == told
        assert asks(held.access_token, method="POST", form={}).body == told
        assert asks(method="POST", form={"access_token": held.access_token}).body == told

    def test_takes_the_token_once(self, held):
        token = held.access_token

        answer = asks(token, method="POST", form={"access_token": token})

        assert refusal(answer) == (400, "invalid_request")

    def test_takes_no_token_from_the_address(self, held):
        query = {"access_token": held.access_token}

        assert refusal(asks(query=query)) == (400, "invalid_request")
        assert refusal(asks(query=query, method="POST")) == NO_GOOD

    def test_speaks_of_a_token_that_is_for_the_portals_own_api(self, portal, held):
        site = Site.register(portal, "api", audience="https://api.example.net")

        held = Held.by(site, portal.browser)

        assert asks(held.access_token).body["sub"] == portal.ann.id

    def test_asks_nobody(self, held, wire):
        token = held.access_token
        asks(token)
        wire.forget()

        asks(token)
        asks(held.id_token)
        asks("x")

        assert wire.sent == []

    def test_fetches_the_public_key_once_an_environment(self, held, wire, environments):
        environments()
        token = held.access_token
        wire.forget()

        for _ in range(3):
            asks(token)

        assert wire.operations == ["kms.GetPublicKey"]

    def test_can_be_asked_again_when_kms_is_away(self, held, wire, environments):
        environments()
        token = held.access_token
        wire.cut("kms.GetPublicKey")

        away = asks(token)

        assert refusal(away) == (503, "temporarily_unavailable")
        wire.mend()
        assert asks(token).status == 200


class TestATokenThatIsNone:
    def test_that_is_missing_is_asked_for(self, cloud):
        answer = asks()

        assert refusal(answer) == NO_GOOD
        assert answer.headers["www-authenticate"] == "Bearer"

    def test_is_told_with_what_is_wrong(self, held):
        answer = asks("no.such.token")

        assert refusal(answer) == NO_GOOD
        assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"')

    def test_of_a_scope_without_openid_is_insufficient(self, held):
        answer = asks(changed(held.access_token, scope="email profile"))

        assert refusal(answer) == (403, "insufficient_scope")
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
        assert 'scope="openid"' in answer.headers["www-authenticate"]

    def test_is_over_after_ten_minutes(self, portal, held):
        token = held.access_token

        portal.forward(minutes=9, seconds=59)
        assert asks(token).status == 200

        portal.forward(seconds=1)
        assert refusal(asks(token)) == NO_GOOD

    def test_is_no_id_token(self, held):
        assert refusal(asks(held.id_token)) == NO_GOOD
        # Not even one that says what an access token says.
        told = changed(held.access_token, typ="JWT")
        assert refusal(asks(told)) == NO_GOOD

    def test_is_no_token_of_the_page(self, portal, held):
        token = portal.browser.refreshes().body["access_token"]

        assert refusal(asks(token)) == NO_GOOD

    @pytest.mark.parametrize(
        "claims",
        [
            {"client_id": None},
            {"client_id": "prt_globex_help"},
            {"client_id": ["prt_acme_help"]},
            {"workspace": "globex"},
            {"workspace": None},
            {"iss": "https://evil.test"},
            {"nbf": 2_000_000_000},
        ],
        ids=str,
    )
    def test_says_it_whole_or_not_at_all(self, held, claims):
        assert refusal(asks(changed(held.access_token, **claims))) == NO_GOOD

    def test_is_no_forgery(self, portal, held, wire):
        forger = Forger(portal)
        forger.token = held.access_token
        forger.header, forger.claims, forger.signature = read(forger.token)
        # Sound until it is tampered with. What userinfo does not mind is not forged.
        assert asks(forger.by_us({})).status == 200
        of_no_matter = {"another workspace's aud", "a list of auds", "no aud"}
        forged = [make(forger) for what, make in FORGERIES.items() if what not in of_no_matter]
        wire.forget()

        answers = {refusal(asks(token)) for token in forged}

        assert answers == {NO_GOOD}
        assert wire.sent == []

    @pytest.mark.parametrize("scheme", ["Basic", "", "Bearer,", "DPoP"])
    def test_of_another_scheme_is_none(self, held, scheme):
        headers = {"authorization": f"{scheme} {held.access_token}".strip()}

        answer = knock("userinfo", f"GET {ROUTE}", origin=None, headers=headers)

        assert refusal(answer) == NO_GOOD

    def test_in_a_body_of_another_kind_is_not_read(self, held):
        answer = asks(method="POST", body={"access_token": held.access_token})

        assert refusal(answer) == (400, "invalid_request")
