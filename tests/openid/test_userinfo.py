"""Whom a portal's access token speaks of, and whose token is none."""

import pytest

from tests.account.test_proved_addresses import team_moves
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


def head_of(portal):
    pk = f"acme#contact#{portal.ann.id}"
    return next(r for r in portal.rows("people") if (r["pk"], r["sk"]) == (pk, "head"))


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
        portal.writes("people", head_of(portal) | {"language": "de", "time_zone": "Europe/Berlin"})

        told = asks(Held.by(held.site, portal.browser).access_token).body
        without = asks(Held.by(held.site, portal.browser, scope="openid email").access_token).body

        assert (told["locale"], told["zoneinfo"]) == ("de", "Europe/Berlin")
        assert without.keys() == {"sub", "workspace", "email", "email_verified"}

    def test_says_that_an_address_is_not_proved_as_plainly(self, portal, held):
        portal.writes("people", head_of(portal) | {"email_verified": False})

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

    def test_says_what_the_rows_say_now(self, portal, held):
        told = {"name": "Ann Bell", "language": "ja", "time_zone": "Asia/Tokyo"}
        portal.team.change_contact("acme", portal.ann.id, {"name": told["name"]}, by="test")
        portal.writes("people", head_of(portal) | told | {"updated_at": NOON + 9})

        said = asks(held.access_token).body

        assert (said["name"], said["locale"], said["zoneinfo"]) == tuple(told.values())
        assert said["updated_at"] == NOON + 9

    def test_is_one_read_whatever_is_told(self, held, wire):
        asks(held.access_token)
        wire.forget()

        asks(held.access_token)

        assert wire.operations == ["dynamodb.BatchGetItem"]

    def test_reads_nothing_for_a_token_that_is_none(self, portal, held, wire):
        asks(held.access_token)
        without_openid = changed(held.access_token, scope="email profile")
        wire.forget()

        asks(held.id_token)
        asks(without_openid)
        asks("x")

        assert wire.sent == []

    def test_fetches_the_public_key_once_an_environment(self, held, wire, environments):
        environments()
        token = held.access_token
        wire.forget()

        for _ in range(3):
            asks(token)

        assert wire.operations == ["kms.GetPublicKey", *["dynamodb.BatchGetItem"] * 3]

    def test_can_be_asked_again_when_kms_is_away(self, held, wire, environments):
        environments()
        token = held.access_token
        wire.cut("kms.GetPublicKey")

        away = asks(token)

        assert refusal(away) == (503, "temporarily_unavailable")
        wire.mend()
        assert asks(token).status == 200

    def test_can_be_asked_again_when_the_tables_are_away(self, held, wire):
        wire.cut("dynamodb.BatchGetItem")

        away = asks(held.access_token)

        assert refusal(away) == (503, "temporarily_unavailable")
        wire.mend()
        assert asks(held.access_token).status == 200


class TestATokenOfAContact:
    """It is as good as ended once its contact may not sign in any more."""

    def test_who_is_off_is_no_good(self, portal, held):
        portal.deactivates()

        answer = asks(held.access_token)

        ended = asks("no.such.token")
        assert (answer.status, answer.body) == (ended.status, ended.body)
        assert answer.headers["www-authenticate"] == ended.headers["www-authenticate"]

    @pytest.mark.parametrize("end", ["everywhere", "moved", "given back", "on again"])
    def test_whose_session_has_ended_is_no_good(self, portal, held, end):
        match end:
            case "everywhere":
                portal.browser.signs_out(everywhere=True)
            case "moved":
                team_moves(portal, "ann@new.example")
            case "given back":
                form, by = {"token": held.refresh_token}, {"authorization": held.site.basic()}
                knock("revoke", "POST /oauth2/revoke", form=form, headers=by, origin=None)
            case "on again":
                portal.deactivates()
                portal.team.set_active("acme", portal.ann.id, active=True, by="test")

        assert refusal(asks(held.access_token)) == NO_GOOD

    def test_without_the_row_of_a_session_is_no_good(self, portal, held):
        portal.removes("sign-in", held.row)

        assert refusal(asks(held.access_token)) == NO_GOOD

    def test_who_rests_in_the_browser_is_still_told(self, portal, held):
        portal.sets(session_idle_seconds=300)
        held = Held.by(held.site, portal.browser)
        portal.forward(minutes=9)

        assert asks(held.access_token).status == 200

    def test_who_never_was_is_no_good(self, held):
        token = changed(held.access_token, sub="ct_nobody-acme-000000000")

        assert refusal(asks(token)) == NO_GOOD

    def test_of_another_workspace_is_no_good(self, portal, held):
        portal.neighbour()
        client = {"workspace": "globex", "client_id": "prt_globex_help"}

        assert refusal(asks(changed(held.access_token, **client))) == NO_GOOD


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
