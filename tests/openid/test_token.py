"""A portal fetches tokens: for a code, once, and for a refresh token again and again."""

import base64
from hashlib import sha256

import pytest
from joserfc import jwt

from portico.ids import digest
from tests.support.doors import ORIGIN
from tests.support.driver import Portal
from tests.support.openid_site import Site, header_of

NOON = 1795262400
ABOUT = {"email", "email_verified", "name", "preferred_username"}
DETAILS = {"locale", "zoneinfo", "updated_at"}
FIRST = [
    "dynamodb.BatchGetItem",
    "kms.Sign",
    "dynamodb.TransactWriteItems",
    "kms.Sign",
]


def family(portal: Portal) -> dict[str, object]:
    return next(row for row in portal.session_rows() if row.get("portal"))


class TestTheLongestThatThereIs:
    def test_can_be_signed(self, portal):
        # KMS takes 4,096 bytes. Each letter of this name is twelve bytes of JSON.
        email = f"{'a' * 60}@{'.'.join(['b' * 60] * 3)}.example"
        portal.adds("😀" * 100, email)
        portal.browser.signs_in(email)
        site = Site.register(portal, "p" * 31, audience="https://" + "a" * 192)

        for nonce in ("n" * 512, '"' * 256, "€" * 85, "😀" * 42):
            tokens = site.signs_in(portal.browser, nonce=nonce)

            assert site.reads(tokens["id_token"])["nonce"] == nonce
            for name in ("access_token", "id_token"):
                # A workspace's id and our host may be as long once more.
                assert len(tokens[name].rpartition(".")[0]) < 3700


class TestACode:
    def test_becomes_tokens(self, site, ann):
        answer = site.redeems(site.gets_a_code(ann))

        assert answer.status == 200
        body = dict(answer.body)
        assert all(body.pop(name) for name in ("access_token", "refresh_token", "id_token"))
        assert body == {
            "token_type": "Bearer",
            "expires_in": 600,
            "scope": "openid email profile",
        }
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["pragma"] == "no-cache"
        assert answer.cookies == []

    def test_becomes_an_id_token_that_says_who_signed_in_how_and_when(self, site, ann, portal):
        portal.forward(minutes=5)
        tokens = site.signs_in(ann)

        told = site.reads(tokens["id_token"])

        browsers = next(row for row in portal.session_rows() if not row.get("portal"))
        half = sha256(tokens["access_token"].encode()).digest()[:16]
        assert told == {
            "iss": ORIGIN,
            "aud": "prt_acme_help",
            "sub": portal.ann.id,
            "iat": NOON + 299,
            "exp": NOON + 900,
            "auth_time": NOON,
            "amr": ["otp"],
            "nonce": site.nonce,
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
            "sid": browsers["id"],
            "workspace": "acme",
            "email": "ann@example.com",
            "email_verified": True,
            "name": "Ann Archer",
            "preferred_username": "ann@example.com",
        }
        assert header_of(tokens["id_token"])["typ"] == "JWT"

    def test_becomes_an_access_token_for_the_portals_api(self, portal, ann):
        site = Site.register(portal, audience="https://api.example.net")

        token = site.signs_in(ann, scope="openid")["access_token"]

        told = site.reads(token)
        assert told.pop("jti")
        assert told == {
            "iss": ORIGIN,
            "aud": "https://api.example.net",
            "client_id": "prt_acme_help",
            "sub": portal.ann.id,
            "scope": "openid",
            "sid": family(portal)["id"],
            "workspace": "acme",
            "amr": ["otp"],
            "auth_time": NOON,
            "iat": NOON - 1,
            "nbf": NOON - 1,
            "exp": NOON + 600,
            "session_expires_at": NOON + 7 * 86400,
        }
        assert header_of(token)["typ"] == "at+jwt"

    @pytest.mark.parametrize("kind", ["access_token", "id_token"])
    def test_becomes_tokens_that_are_good_by_a_clock_that_is_a_second_behind(self, site, ann, kind):
        told = site.reads(site.signs_in(ann)[kind])

        jwt.JWTClaimsRegistry(now=lambda: NOON - 1, leeway=0).validate(told)

    def test_becomes_a_token_for_the_workspaces_api_where_none_is_named(self, site, ann):
        assert site.reads(site.signs_in(ann)["access_token"])["aud"] == "acme"

    @pytest.mark.parametrize(
        ("scope", "told"),
        [
            ("openid", set()),
            ("openid email", {"email", "email_verified"}),
            ("profile openid", {"name"}),
            ("profile openid email", {"email", "email_verified", "name", "preferred_username"}),
        ],
    )
    def test_tells_of_the_contact_what_was_asked_for(self, site, ann, scope, told):
        tokens = site.signs_in(ann, scope=scope)

        for each in ("access_token", "id_token"):
            assert site.reads(tokens[each]).keys() & ABOUT == told

    def test_tells_what_only_userinfo_says_to_userinfo_alone(self, site, ann, portal):
        pk = f"acme#contact#{portal.ann.id}"
        head = next(r for r in portal.rows("people") if (r["pk"], r["sk"]) == (pk, "head"))
        portal.writes("people", head | {"language": "de", "time_zone": "Europe/Berlin"})

        tokens = site.signs_in(ann)

        again = site.refreshes().body
        for each in (tokens, again):
            for kind in ("access_token", "id_token"):
                assert site.reads(each[kind]).keys() & DETAILS == set()
        bearer = {"authorization": f"Bearer {again['access_token']}"}
        said = portal.knock("userinfo", "GET /oauth2/userinfo", headers=bearer, origin=None).body
        assert said.keys() & DETAILS == DETAILS

    def test_that_was_made_before_an_upgrade_still_becomes_tokens(self, site, ann, portal):
        code = site.gets_a_code(ann)
        (row,) = [each for each in portal.rows("sign-in") if each["sk"] == "code"]
        older = {"language": "de", "time_zone": "Europe/Berlin", "updated_at": NOON}
        portal.writes("sign-in", {k: v for k, v in row.items() if k != "email_verified"} | older)

        assert site.redeems(code).status == 200

        assert site.reads(site.tokens["id_token"])["email_verified"] is False

    def test_costs_three_rounds_of_which_the_last_signs_beside_its_write(self, site, ann, wire):
        code = site.gets_a_code(ann)
        wire.forget()

        site.redeems(code)

        assert sorted(wire.operations) == sorted(FIRST)
        assert wire.operations[:2] == FIRST[:2]

    def test_serves_a_portal_that_sends_its_secret_in_the_form(self, site, ann):
        code = site.gets_a_code(ann)
        secret, site.secret = site.secret, None

        answer = site.redeems(code, client_secret=secret)

        assert answer.status == 200

    def test_serves_a_public_portal_by_its_verifier_alone(self, spa, ann):
        assert spa.signs_in(ann)["id_token"]

    def test_serves_a_portal_whose_servers_have_the_secret_before(self, portal, ann):
        site = Site.register(portal)
        Site.register(portal, secrets=[digest("pos_new"), *site.registered.secrets])
        assert site.signs_in(ann)

        Site.register(portal, secrets=[digest("pos_newer"), digest("pos_new")])
        assert site.redeems(site.gets_a_code(ann)).status == 401

    def test_begins_a_session_of_the_portals_own(self, site, ann, portal):
        site.signs_in(ann)

        row = family(portal)
        assert row["portal"] == "help"
        assert row["scope"] == "openid email profile"
        assert row["parent"] != row["id"]
        started = [e for e in portal.records_trail() if e["name"] == "session.started"]
        assert {e["detail"].get("portal") for e in started} == {None, "help"}

    def test_is_good_for_a_minute(self, site, ann, portal):
        code = site.gets_a_code(ann)
        portal.forward(seconds=59)
        assert site.redeems(code).status == 200

        late = site.gets_a_code(ann)
        portal.forward(seconds=60)
        answer = site.redeems(late)
        assert (answer.status, answer.body["error"]) == (400, "invalid_grant")

    def test_is_good_once_and_a_second_time_ends_what_it_became(self, site, ann, portal):
        code = site.gets_a_code(ann)
        site.redeems(code)

        again = site.redeems(code)

        assert (again.status, again.body["error"]) == (400, "invalid_grant")
        portal.forward(seconds=30)
        assert site.refreshes().body["error"] == "invalid_grant"
        ended = [e for e in portal.records_trail() if e["name"] == "session.ended"]
        assert [e["detail"]["reason"] for e in ended] == ["code-reuse"]
        # The browser's own session is nobody's theft.
        assert ann.refreshes().status == 200

    def test_that_comes_again_after_its_minute_ends_what_it_became(self, site, ann, portal):
        code = site.gets_a_code(ann)
        site.redeems(code)
        portal.forward(seconds=90)

        assert site.redeems(code).status == 400

        assert site.refreshes().status == 400

    @pytest.mark.parametrize("end", ["signed out", "everywhere", "deactivated"])
    def test_is_worth_nothing_once_the_sign_in_has_ended(self, site, portal, ann, end):
        token = portal.browser.refreshes().body["access_token"]
        code = site.gets_a_code(ann)
        if end == "deactivated":
            portal.deactivates()
        else:
            ann.signs_out(token, everywhere=end == "everywhere")

        answer = site.redeems(code)

        assert (answer.status, answer.body["error"]) == (400, "invalid_grant")
        assert not [row for row in portal.session_rows() if row.get("portal")]


class TestARefreshToken:
    @pytest.fixture
    def held(self, site: Site, ann, portal: Portal) -> Site:
        """A portal that holds tokens which are no longer young."""
        site.signs_in(ann)
        portal.forward(seconds=30)
        return site

    def test_becomes_the_next_tokens(self, held, portal):
        before = dict(held.tokens)

        answer = held.refreshes()

        assert answer.status == 200
        assert answer.body["refresh_token"] != before["refresh_token"]
        told = held.reads(answer.body["id_token"])
        assert told["auth_time"] == NOON
        assert told["iat"] == NOON + 29
        assert "nonce" not in told
        assert told["sid"] == held.reads(before["id_token"])["sid"]
        portal.forward(hours=1)
        assert held.refreshes().status == 200

    def test_costs_three_rounds(self, held, wire):
        wire.forget()

        held.refreshes()

        assert wire.operations[0] == "dynamodb.BatchGetItem"
        assert sorted(wire.operations[1:3]) == ["dynamodb.GetItem", "kms.Sign"]
        assert sorted(wire.operations[3:]) == ["dynamodb.UpdateItem", "kms.Sign"]

    def test_has_nothing_signed_for_whoever_makes_one_up(self, held, wire):
        contact, session, n, _ = held.tokens["refresh_token"].split(".")
        wire.forget()

        answer = held.refreshes(f"{contact}.{session}.{n}.{'A' * 43}")

        assert answer.body["error"] == "invalid_grant"
        assert "kms.Sign" not in wire.operations
        assert held.refreshes().status == 200

    def test_tells_what_has_changed_of_the_contact(self, held, portal):
        pk = f"acme#contact#{portal.ann.id}"
        head = next(r for r in portal.rows("people") if (r["pk"], r["sk"]) == (pk, "head"))
        portal.writes("people", head | {"name": "Ann Baker"})

        assert held.reads(held.refreshes().body["id_token"])["name"] == "Ann Baker"

    def test_may_ask_for_less_and_never_for_more(self, held, portal):
        less = held.refreshes(scope="openid")
        assert less.body["scope"] == "openid"
        assert "email" not in held.reads(less.body["access_token"])
        portal.forward(seconds=30)

        more = held.refreshes(scope="openid admin")
        assert more.body["error"] == "invalid_scope"

    def test_that_was_exchanged_before_ends_the_portals_session_and_only_it(
        self, held, ann, portal
    ):
        stolen = held.tokens["refresh_token"]
        held.refreshes()
        portal.forward(seconds=30)

        assert held.refreshes(stolen).body["error"] == "invalid_grant"

        assert held.refreshes().body["error"] == "invalid_grant"
        assert ann.refreshes().status == 200
        assert held.signs_in(ann)

    def test_gets_the_same_answer_twice_within_moments(self, held):
        first = held.tokens["refresh_token"]
        one = held.refreshes(first).body["refresh_token"]

        assert held.refreshes(first).body["refresh_token"] == one

    def test_outlives_a_browser_that_only_rests(self, held, portal):
        portal.sets(session_idle_seconds=3600)
        for _ in range(12):
            portal.forward(minutes=50)
            assert held.refreshes().status == 200

    def test_ends_with_the_longest_that_a_session_may_last(self, held, portal):
        for _ in range(23):
            portal.forward(hours=7)
            assert held.refreshes().status == 200

        portal.forward(hours=7)

        assert held.refreshes().status == 400

    @pytest.mark.parametrize("end", ["browser", "everywhere", "deactivated", "portal", "workspace"])
    def test_is_refused_at_once_when(self, held, ann, portal, end):
        token = ann.refreshes().body["access_token"]
        match end:
            case "browser":
                ann.signs_out(token)
            case "everywhere":
                ann.signs_out(token, everywhere=True)
            case "deactivated":
                portal.deactivates()
            case "portal":
                Site.register(portal, on=False, secrets=held.registered.secrets)
            case "workspace":
                portal.sets(portal_enabled=False)

        answer = held.refreshes()

        assert answer.status in (400, 401)
        assert answer.body["error"] in ("invalid_grant", "invalid_client")


class TestWhenAWSIsAway:
    """What failed is sent again, and nothing was used up."""

    @pytest.mark.parametrize("after", [0, 1])
    def test_a_code_survives_a_key_service_that_is_away(self, site, ann, portal, wire, after):
        code = site.gets_a_code(ann)
        wire.cut("kms.Sign", after=after)

        away = site.redeems(code)

        assert away.status == 503
        assert away.body["error"] == "temporarily_unavailable"
        assert away.headers["retry-after"] == "2"
        wire.mend()
        assert site.redeems(code).status == 200
        assert site.redeems(code).body["error"] == "invalid_grant"

    @pytest.mark.parametrize("trouble", ["cut", "lose_answers"])
    @pytest.mark.parametrize("operation", ["BatchGetItem", "TransactWriteItems"])
    def test_a_code_survives_tables_that_are_away(self, site, ann, wire, trouble, operation):
        code = site.gets_a_code(ann)
        getattr(wire, trouble)(f"dynamodb.{operation}")
        assert site.redeems(code).status == 503
        wire.mend()

        assert site.redeems(code).status == 200

    @pytest.mark.parametrize("after", [0, 1])
    def test_a_refresh_token_survives_a_key_service_that_is_away(
        self, site, ann, portal, wire, after
    ):
        site.signs_in(ann)
        portal.forward(seconds=30)
        wire.cut("kms.Sign", after=after)
        assert site.refreshes().status == 503
        wire.mend()
        portal.forward(minutes=5)

        assert site.refreshes().status == 200

    @pytest.mark.parametrize("trouble", ["cut", "lose_answers"])
    @pytest.mark.parametrize("operation", ["BatchGetItem", "GetItem", "UpdateItem"])
    def test_a_refresh_token_survives_tables_that_are_away(
        self, site, ann, portal, wire, trouble, operation
    ):
        site.signs_in(ann)
        portal.forward(seconds=30)
        getattr(wire, trouble)(f"dynamodb.{operation}", times=3)
        assert site.refreshes().status == 503
        wire.mend()

        assert site.refreshes().status == 200
