"""What a request's headers hold is read to the letter: `portico.strict_parsers`, and the doors."""

import pytest

from portico.edge.requests import EDGE_HEADER, VIEWER_HEADER, caller_of
from portico.edge.responses import cookie_name
from portico.limits.known_browser import known_cookie
from portico.settings import HttpSettings
from portico.strict_parsers import (
    cookies_in,
    credentials_in,
    media_type_in,
    takes_gzip,
    words_in,
)
from tests.openid.handed import signed_in
from tests.support.doors import answered, door, http_event, knock
from tests.support.driver import Browser, Portal

COOKIE = cookie_name("acme")
LOOK_ALIKES = {
    "no-break space": f"\xa0{COOKIE}",
    "no-break space behind": f"{COOKIE}\xa0",
    "next line": f"\x85{COOKIE}",
    "en quad": f"\u2000{COOKIE}",
    "ideographic space": f"\u3000{COOKIE}",
    "line separator": f"\u2028{COOKIE}",
    "unit separator": f"\x1f{COOKIE}",
    "vertical tab": f"\x0b{COOKIE}",
    "no-break space in UTF-8, read as Latin-1": f"\xc2\xa0{COOKIE}",
    "byte order mark": f"\ufeff{COOKIE}",
    "another case": COOKIE.lower(),
    "full-width letters": COOKIE.replace("p", "\uff50"),
}
UNSEEN = ["\xa0", "\x85", "\u2000", "\u3000", "\x1f", "\x0b"]


@pytest.fixture
def ann(portal: Portal) -> Browser:
    portal.browser.has_signed_in()
    portal.forward(seconds=30)
    return portal.browser


@pytest.fixture
def mallory(portal: Portal) -> str:
    """The refresh token of somebody else's session, which is good."""
    portal.adds("Mallory Marsh", "mallory@example.com")
    other = portal.another_browser()
    other.signs_in("mallory@example.com")
    return other.cookies[COOKIE]


def refreshes(browser: Browser, *cookies: str):
    body = {"workspace": "acme"}
    return knock("session", "POST /v1/session/refresh", body, cookies=list(cookies))


class TestACookieThatASiblingDomainSets:
    @pytest.mark.parametrize("name", [each for each in LOOK_ALIKES.values() if each != COOKIE])
    def test_out_01_is_not_ours_by_a_name_that_looks_like_ours(self, ann, mallory, name):
        own = ann.cookies[COOKIE]

        answer = refreshes(ann, f"{COOKIE}={own}", f"{name}={mallory}")

        assert answer.status == 200
        assert answer.body["contact"]["name"] == "Ann Archer"

    @pytest.mark.parametrize("name", [each for each in LOOK_ALIKES.values() if each != COOKIE])
    def test_out_01_signs_nobody_in_alone(self, ann, mallory, name):
        assert refreshes(ann, f"{name}={mallory}").status == 401

    def test_out_01_of_our_own_name_beside_ours_is_refused(self, ann, mallory):
        own = ann.cookies[COOKIE]

        assert refreshes(ann, f"{COOKIE}={own}", f"{COOKIE}={mallory}").status == 401
        assert refreshes(ann, f"{COOKIE}={mallory}", f"{COOKIE}={own}").status == 401
        assert refreshes(ann, f"{COOKIE}={own}").status == 200

    def test_out_01_of_our_own_name_in_one_piece_with_ours_is_refused(self, ann, mallory):
        own = ann.cookies[COOKIE]

        assert refreshes(ann, f"{COOKIE}={own};{COOKIE}={mallory}").status == 401

    def test_out_01_ends_nobodys_session(self, portal, ann, mallory):
        before = portal.session_rows()
        own = ann.cookies[COOKIE]
        cookies = [f"{COOKIE}={own}", f"{COOKIE}={mallory}"]

        answer = knock(
            "session", "DELETE /v1/session", cookies=cookies, query={"workspace": "acme"}
        )

        assert answer.status == 401
        assert portal.session_rows() == before

    def test_out_01_is_no_mark_of_a_known_browser(self, portal, ann):
        name = known_cookie("acme")
        mark = ann.cookies[name]
        ann.cookies = {f"\xa0{name}": mark}

        ann.asks_for_a_code()

        assert portal.challenge_row().get("known") is None


class TestCookies:
    def test_have_blanks_of_space_and_tab_around_them(self):
        assert cookies_in(["a=1", " b =\t2 ", "c=x=y"]) == {"a": "1", "b": "2", "c": "x=y"}

    def test_without_a_name_or_a_value_are_none_of_ours(self):
        assert cookies_in(["lonely", "=x", ""]) == {"": "x"}

    def test_twice_are_none_whatever_they_hold(self):
        assert cookies_in(["a=1", "b=2", "a=1"]) == {"b": "2"}
        assert cookies_in(["a=1; a=2; b=3"]) == {"b": "3"}


class TestAContentType:
    @pytest.mark.parametrize("blank", UNSEEN)
    def test_out_01_with_another_blank_is_not_json(self, blank):
        headers = {"content-type": f"{blank}application/json"}

        answer = knock("request_code", "POST /v1/codes", {}, headers=headers)

        assert answer.status == 415

    @pytest.mark.parametrize("blank", UNSEEN)
    def test_out_01_with_another_blank_is_no_form(self, blank):
        event = http_event("POST /oauth2/token", form={"grant_type": "refresh_token"})
        event["headers"]["content-type"] = f"application/x-www-form-urlencoded{blank}"

        answer = answered(door("token").handler, event)

        assert answer.body["error_description"].startswith("content-type:")

    def test_out_01_is_read_in_any_case_with_its_own_blanks_and_parameters(self):
        assert media_type_in(" Application/JSON\t; charset=utf-8") == "application/json"

    def test_out_01_has_no_letters_that_fold_into_others(self):
        # U+212A, the sign of kelvin, is a small k to ``str.lower``.
        assert media_type_in("application/\u212a") == "application/\u212a"


class TestAnAuthorization:
    @pytest.mark.parametrize("blank", UNSEEN)
    def test_out_01_of_a_bearer_has_no_other_blanks(self, portal, ann, blank):
        token = ann.refreshes().body["access_token"]
        spoiled = {"authorization": f"Bearer {token}{blank}"}

        answer = ann.sends(
            "session", "GET /v1/session", headers=spoiled, query={"workspace": "acme"}
        )

        assert answer.status == 401

    @pytest.mark.parametrize("blank", UNSEEN)
    @pytest.mark.parametrize("where", ["before", "behind", "between"])
    @pytest.mark.parametrize("path", ["token", "revoke"])
    def test_out_01_of_a_portal_has_no_other_blanks(self, portal, path, where, blank):
        _, held = signed_in(portal)
        scheme, _, text = held.site.basic().partition(" ")
        spoiled = {
            "before": f"{scheme} {blank}{text}",
            "behind": f"{scheme} {text}{blank}",
            "between": f"{scheme}{blank}{text}",
        }[where]
        form = {"token": "x", "grant_type": "refresh_token", "refresh_token": "x"}

        answer = knock(path, f"POST /oauth2/{path}", form=form, headers={"authorization": spoiled})

        assert answer.status == 401
        assert answer.body["error"] == "invalid_client"

    def test_out_01_is_of_one_scheme_in_any_case(self):
        assert credentials_in("bEARER  abc\t", "bearer") == "abc"
        assert credentials_in("Basic abc", "bearer") is None
        assert credentials_in(None, "bearer") is None
        assert credentials_in("Bearer", "bearer") == ""


class TestTheAddressThatCloudFrontSays:
    @pytest.mark.parametrize(
        "viewer",
        ["\xa0192.0.2.1:443", "192.0.2.1\xa0:443", "192.0.2.1:443,198.51.100.1:443", "192.0.2.1"],
    )
    def test_is_one_address_to_the_letter_or_none(self, viewer):
        headers = {VIEWER_HEADER: viewer, EDGE_HEADER: "s" * 32}
        event = http_event("POST /v1/codes", headers=headers)
        settings = HttpSettings(issuer="", edge_secret="s" * 32)

        assert caller_of(event, settings).network == "0.0.0.0"  # noqa: S104


class TestAScope:
    @pytest.mark.parametrize("blank", [*UNSEEN, "\t", "\n"])
    def test_out_01_is_divided_by_spaces_alone(self, blank):
        assert words_in(f"openid{blank}email profile") == [f"openid{blank}email", "profile"]
        assert words_in("  a  b ") == ["a", "b"]
        assert words_in(None) == []


class TestAnAcceptedEncoding:
    @pytest.mark.parametrize(
        "header",
        [
            "gzip",
            "gzip, deflate, br, zstd",
            "br;q=1.0, GZIP;q=0.8, *;q=0.1",
            "\tgzip ; q=0.001",
            "x-gzip",
            "*",
            "identity;q=0, *;q=1.000",
        ],
    )
    def test_is_gzip_by_name_or_by_the_star(self, header):
        assert takes_gzip(header)

    @pytest.mark.parametrize(
        "header",
        [
            None,
            "",
            "identity",
            "br",
            "gzip;q=0",
            "gzip;q=0.000, *",
            "*;q=0",
            "gzip;Q=0.0",
            "gzip;q=nan",
            "gzip;q=0.0001",
            "gzip;q=-1",
            "gzip;q=1.5",
            "gzip;q= 1",
            "gzipped",
            *(f"{blank}gzip" for blank in UNSEEN),
        ],
    )
    def test_is_not_gzip_in_doubt(self, header):
        assert not takes_gzip(header)
