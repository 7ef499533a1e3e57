"""Authorization codes in the wrong hands, twice, and without what belongs to them (RFC 9700)
(openid/authorization_codes.py, openid/token.py)."""

import pytest

from portico.errors import ProtocolRefused
from portico.openid.rules import check_challenge
from tests.openid.handed import Held, refusal, signed_in
from tests.support.doors import ORIGIN
from tests.support.driver import Browser, Portal
from tests.support.openid_site import AUTHORIZE, CALLBACK, Site, challenge_of, query_of

USELESS = (400, "invalid_grant")
NONE = {"code_challenge": None, "code_challenge_method": None}
"""A request without PKCE."""


@pytest.fixture
def held(portal: Portal) -> Held:
    portal.browser, held = signed_in(portal)
    return held


@pytest.fixture
def site(held: Held) -> Site:
    """The portal that is stolen from; it holds an older sign-in of Ann's already."""
    return held.site


@pytest.fixture
def ann(portal: Portal, held: Held) -> Browser:
    return portal.browser


def mallory(portal: Portal) -> Browser:
    """Another contact, signed in in a browser of their own."""
    portal.adds("Mallory", "mallory@example.com")
    browser = portal.another_browser(source_ip="198.51.100.66")
    browser.signs_in("mallory@example.com")
    return browser


def another_site(of: Site) -> Site:
    """The same portal at another of its visitors."""
    return Site(of.portal, of.registered, of.secret)


class TestACodeInTheWrongHands:
    """4.5: whoever has the code and not the verifier has nothing, and spoils nothing."""

    @pytest.mark.parametrize(
        ("verifier", "error"),
        [
            (None, "invalid_request"),
            ("", "invalid_request"),
            ("a" * 42, "invalid_request"),
            ("a" * 129, "invalid_request"),
            ("ä" * 43, "invalid_request"),
            ("a" * 43 + "\n", "invalid_grant"),
            ("a" * 43, "invalid_grant"),
            ("A" * 128, "invalid_grant"),
        ],
    )
    def test_is_useless_without_its_verifier(self, site, ann, verifier, error):
        code = site.gets_a_code(ann)

        assert refusal(site.redeems(code, code_verifier=verifier)) == (400, error)

        assert site.redeems(code).status == 200

    def test_is_useless_with_its_challenge_for_a_verifier(self, site, ann):
        # As under `plain`, whose challenge everybody on the way has seen.
        code = site.gets_a_code(ann)

        assert refusal(site.redeems(code, code_verifier=challenge_of(site.verifier))) == USELESS

    def test_is_useless_in_another_visitors_sign_in(self, portal, site, ann):
        # The attacker begins a sign-in of their own, and brings the portal Ann's code as its answer.
        theirs = another_site(site)
        theirs.gets_a_code(mallory(portal))
        code = site.gets_a_code(ann)

        assert refusal(theirs.redeems(code)) == USELESS

        assert site.redeems(code).status == 200

    def test_is_useless_at_another_portal(self, portal, site, ann):
        # At the same address even, and with the right verifier.
        other = Site.register(portal, "spa", public=True)
        code = site.gets_a_code(ann)
        other.verifier = site.verifier

        assert refusal(other.redeems(code)) == USELESS

        assert site.redeems(code).status == 200

    def test_ten_01_is_useless_at_a_portal_of_another_workspace(self, portal, site, ann):
        other = Site.register(portal.neighbour())
        code = site.gets_a_code(ann)
        other.verifier = site.verifier

        assert refusal(other.redeems(code)) == USELESS

        assert site.redeems(code).status == 200

    @pytest.mark.parametrize(
        "uri", [None, f"{CALLBACK}/", f"{CALLBACK}?a=b", "https://help.example.net/second"]
    )
    def test_is_useless_with_another_redirect_uri(self, portal, ann, uri):
        uris = [CALLBACK, "https://help.example.net/second"]
        site = Site.register(portal, redirect_uris=uris)
        code = site.gets_a_code(ann)

        assert refusal(site.redeems(code, redirect_uri=uri)) == USELESS

        assert site.redeems(code).status == 200

    def test_is_answered_as_one_that_never_was(self, portal, site, ann):
        # So that nobody can find out whether a code is any portal's.
        other = Site.register(portal, "spa", public=True)
        other.asks()

        theirs = other.redeems(site.gets_a_code(ann))

        assert theirs.event["body"] == other.redeems("never-was").event["body"]

    def test_is_no_token_and_no_token_is_one(self, site, ann):
        code = site.gets_a_code(ann)

        assert refusal(site.refreshes(code)) == USELESS
        token = site.signs_in(ann)["refresh_token"]
        assert refusal(site.redeems(token)) == USELESS
        assert site.refreshes(token).status == 200

    @pytest.mark.parametrize("code", ["a", "x" * 4096, "%", "../../x", "ä€", "#grant#", "null"])
    def test_that_was_made_up_is_nobodys(self, site, code):
        site.asks()

        assert refusal(site.redeems(code)) == USELESS


class TestACodeThatIsUsedAgain:
    """4.2.4: what it became ends; but only by one who could have used it."""

    def test_takes_its_own_tokens_along_and_no_others(self, portal, held, ann):
        other = Site.register(portal, "spa", public=True)
        other.signs_in(ann)
        site = another_site(held.site)
        code = site.gets_a_code(ann)
        site.redeems(code)

        assert refusal(site.redeems(code)) == USELESS

        portal.forward(seconds=30)
        assert refusal(site.refreshes()) == USELESS
        assert other.refreshes().status == 200
        assert held.site.refreshes(held.refresh_token).status == 200
        assert ann.refreshes().status == 200

    @pytest.mark.parametrize("thief", ["verifier", "address", "secret", "portal"])
    def test_by_a_thief_without_the_rest_takes_nothing_along(self, portal, site, ann, thief):
        code = site.gets_a_code(ann)
        site.redeems(code)
        other = Site.register(portal, "spa", public=True)
        other.verifier = site.verifier

        match thief:
            case "verifier":
                answer = site.redeems(code, code_verifier="a" * 43)
            case "address":
                answer = site.redeems(code, redirect_uri="https://evil.test/")
            case "secret":
                answer = Site(portal, site.registered, "pos_guessed", site.verifier).redeems(code)
            case _:
                answer = other.redeems(code)

        assert answer.status in (400, 401)
        portal.forward(seconds=30)
        assert site.refreshes().status == 200


class TestADowngrade:
    """4.8.2: no code without a challenge by S256, however it is left out."""

    @pytest.mark.parametrize(
        "changed",
        [
            {"code_challenge": None, "code_challenge_method": None},
            {"code_challenge": "", "code_challenge_method": ""},
            {"code_challenge": "a" * 43, "code_challenge_method": "plain"},
            {"code_challenge": "a" * 43, "code_challenge_method": "s256"},
            {"code_challenge": "a" * 43, "code_challenge_method": "S256 "},
            {"code_challenge": "a" * 43, "code_challenge_method": "S512"},
            {"code_challenge": "a" * 42 + "+"},
            {"code_challenge": "a" * 42 + "="},
            {"code_challenge": "a" * 42 + "\n"},
            {"code_challenge": "a" * 128},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_is_told_to_the_portal(self, portal, site, ann, method, changed):
        before = portal.rows("sign-in")
        asked = site.asks(**changed)

        if method == "GET":
            answer = site.returns(ann, asked)
        else:
            answer = ann.sends("authorize", f"POST {AUTHORIZE}", form=asked)

        assert query_of(answer.headers["location"]) == {
            "error": "invalid_request",
            "error_description": query_of(answer.headers["location"])["error_description"],
            "state": site.state,
            "iss": ORIGIN,
        }
        assert portal.rows("sign-in") == before

    def test_of_a_public_portal_is_none_either(self, portal, ann):
        # Not even of one whose row says so: nobody but the registration has a say in a row.
        for without_pkce in (False, True):
            spa = Site.register(portal, "spa", public=True, without_pkce=without_pkce)

            answer = spa.sends(ann, **NONE, nonce="n" * 16)

            assert query_of(answer.headers["location"])["error"] == "invalid_request"

    @pytest.mark.parametrize("public", [False, True])
    def test_is_refused_by_the_name_of_what_to_set(self, portal, ann, public):
        site = Site.register(portal, "named", public=public)

        told = query_of(site.sends(ann, **NONE).headers["location"])["error_description"]

        assert "send code_challenge with code_challenge_method=S256" in told
        # Of a public one there is nothing else that a team could set.
        assert ("--without-pkce" in told) is not public

    def test_is_named_in_the_log_with_its_reason_and_nothing_of_the_request(
        self, portal, site, ann, caplog
    ):
        with caplog.at_level("INFO", logger="portico"):
            site.sends(ann, **NONE, state="state-of-a-visitor")
            # Which is no mistake, but what the portal asks for.
            site.sends(portal.another_browser(), prompt="none")

        (line,) = [each for each in caplog.records if each.getMessage() == "request.refused"]
        # So that `make run` and a stack with LogLevel=WARNING show it too.
        assert line.levelname == "WARNING"
        assert line.portal == site.client_id
        assert line.reason.startswith("invalid_request: PKCE is missing: send code_challenge")
        assert "state-of-a-visitor" not in str(vars(line))


class TestAPortalWithoutPkce:
    """2.1.1: a confidential client may lean on the nonce instead, where its team says so."""

    @pytest.fixture
    def old(self, portal: Portal, held: Held) -> Site:
        return Site.register(portal, "old", without_pkce=True)

    def test_gets_a_code_and_its_tokens(self, old, ann):
        code = old.gets_a_code(ann, **NONE, nonce="n" * 16)

        assert old.redeems(code, code_verifier=None).status == 200
        assert old.reads(old.tokens["id_token"])["nonce"] == "n" * 16

    @pytest.mark.parametrize(
        ("changed", "error", "words"),
        [
            ({"nonce": None}, "invalid_request", "nonce: 16 characters or more"),
            ({"nonce": "n" * 15}, "invalid_request", "nonce: 16 characters or more"),
            ({"scope": "email profile"}, "invalid_scope", "openid"),
            ({"scope": None}, "invalid_scope", "openid"),
        ],
    )
    def test_gets_none_without_a_nonce_that_nobody_guesses(
        self, portal, old, ann, changed, error, words
    ):
        before = portal.rows("sign-in")

        told = query_of(old.sends(ann, **NONE | {"nonce": "n" * 16} | changed).headers["location"])

        assert told["error"] == error
        assert words in told["error_description"]
        assert portal.rows("sign-in") == before

    @pytest.mark.parametrize("scope", [None, "", "email profile", "openid2"])
    def test_needs_the_scope_that_makes_a_nonce_come_back(self, scope):
        # By this rule too, and not only because every request must have it.
        asked = {"nonce": "n" * 16} | ({"scope": scope} if scope is not None else {})

        with pytest.raises(ProtocolRefused) as refused:
            check_challenge(asked, is_public=False, may_leave_it_out=True)
        assert refused.value.error == "invalid_scope"

    @pytest.mark.parametrize(
        "changed",
        [
            {"code_challenge_method": None},
            {"code_challenge": None},
            {"code_challenge_method": "plain"},
            {"code_challenge": "a" * 42},
            {"code_challenge": "a" * 42 + "="},
        ],
        ids=str,
    )
    def test_that_sends_a_challenge_sends_a_good_one(self, old, ann, changed):
        told = query_of(old.sends(ann, nonce="n" * 16, **changed).headers["location"])

        assert told["error"] == "invalid_request"

    def test_that_sends_a_challenge_is_bound_by_it(self, old, ann):
        code = old.gets_a_code(ann)

        assert refusal(old.redeems(code, code_verifier=None)) == (400, "invalid_request")
        assert refusal(old.redeems(code, code_verifier="a" * 43)) == USELESS

        assert old.redeems(code).status == 200

    def test_whose_challenge_was_taken_away_gets_nothing_for_its_verifier(self, old, ann):
        # 4.8.2: somebody changed the request on its way, and brought the portal the code.
        code = old.gets_a_code(ann, **NONE, nonce="n" * 16)

        assert refusal(old.redeems(code)) == (400, "invalid_request")
        assert old.tokens == {}

    @pytest.mark.parametrize(("after", "status"), [(29, 200), (30, 400)])
    def test_has_half_a_minute_for_its_code(self, portal, old, ann, after, status):
        code = old.gets_a_code(ann, **NONE, nonce="n" * 16)

        portal.forward(seconds=after)

        assert old.redeems(code, code_verifier=None).status == status

    def test_has_a_minute_where_it_sends_a_challenge(self, portal, old, ann):
        code = old.gets_a_code(ann)

        portal.forward(seconds=59)

        assert old.redeems(code).status == 200

    @pytest.mark.parametrize("changed", [{"without_pkce": False}, {"secrets": []}], ids=str)
    def test_that_is_none_any_more_gets_nothing_for_its_code(self, portal, old, ann, changed):
        code = old.gets_a_code(ann, **NONE, nonce="n" * 16)
        kept = {"secrets": old.registered.secrets, "without_pkce": True}
        now = Site.register(portal, "old", **kept | changed)
        now.secret = old.secret if now.registered.secrets else None

        answer = now.redeems(code, code_verifier=None)

        assert answer.status == 400
        assert now.tokens == {}

    @pytest.mark.parametrize("said", [None, "", "true", 1, "yes"])
    def test_is_one_only_by_a_switch(self, portal, held, ann, said):
        site = Site.register(portal, "odd", without_pkce=said)

        told = query_of(site.sends(ann, **NONE, nonce="n" * 16).headers["location"])

        assert told["error"] == "invalid_request"
