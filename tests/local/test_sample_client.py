"""The portal on another site: an ordinary client, whoever its issuer is
(local/sample_client/*.py)."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from werkzeug.test import Client, TestResponse

from local.loopback_server import listening, serving
from local.sample_client.app import SampleClient
from local.sample_client.openid import Registration
from tests.local.conftest import ROOT
from tests.local.issuer import Issuer

HOME = "http://localhost:8003"
CLIENT = ("prt_harbor_help-center", "a:secret/with%signs")


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, list[Issuer]]]:
    """An address on which the issuer of each test answers."""
    current: list[Issuer] = []
    with listening(0) as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"

        def answers(environ, start_response):
            return current[-1](environ, start_response)

        with serving(taken, answers):
            yield origin, current


@pytest.fixture
def issuer(served: tuple[str, list[Issuer]]) -> Issuer:
    origin, current = served
    current.append(Issuer(origin, CLIENT))
    return current[-1]


class Browser:
    """A browser at the portal, whose contact says yes to whatever the issuer asks."""

    def __init__(self, portal: SampleClient, issuer: Issuer) -> None:
        self._client = Client(portal)
        self._issuer = issuer

    def opens(self, path: str, **query: str) -> TestResponse:
        return self._client.get(path, base_url=HOME, query_string=query or None)

    def presses(self, button: str, *, origin: str | None = HOME) -> TestResponse:
        headers = {"origin": origin} if origin else {}
        return self._client.post(f"/{button}", base_url=HOME, headers=headers)

    def comes_back(self, url: str, **changes: str | None) -> TestResponse:
        """Answer an authorization request, and follow the answer to the portal."""
        answer = urlsplit(self._issuer.agrees(url, **changes))
        assert f"{answer.scheme}://{answer.netloc}" == HOME
        return self._client.get(f"{answer.path}?{answer.query}", base_url=HOME)

    def signs_in(self, path: str = "/tickets", **changes: str | None) -> TestResponse:
        return self.comes_back(self.opens(path).location, **changes)

    @property
    def knows(self):
        return self.opens("/whoami.json").json


class Time:
    """The portal's clock and the issuer's, moved together."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def time(issuer) -> Time:
    issuer.now = moved = Time()
    return moved


@pytest.fixture
def portal(issuer, time) -> SampleClient:
    return SampleClient(Registration(issuer.origin, *CLIENT, HOME), time)


@pytest.fixture
def ann(portal, issuer) -> Browser:
    return Browser(portal, issuer)


class TestASignIn:
    def test_begins_where_a_contact_wanted_to_go_and_ends_there(self, ann):
        answer = ann.signs_in("/tickets/4711")

        assert (answer.status_code, answer.location) == (303, "/tickets/4711")
        assert "Ticket 4711" in ann.opens("/tickets/4711").text
        assert ann.knows["claims"]["email"] == "ann@example.com"

    def test_asks_as_a_careful_client_does(self, ann, issuer):
        url = urlsplit(ann.opens("/tickets").location)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}

        assert f"{url.scheme}://{url.netloc}{url.path}" == f"{issuer.origin}/authorization"
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT[0]
        assert asked["redirect_uri"] == f"{HOME}/callback"
        assert asked["scope"] == "openid email profile"
        assert asked["code_challenge_method"] == "S256"
        assert len({asked[each] for each in ("state", "nonce", "code_challenge")}) == 3
        assert all(len(asked[each]) >= 32 for each in ("state", "nonce", "code_challenge"))

    def test_gets_a_cookie_that_nobody_knew_before(self, ann):
        before = ann.opens("/tickets")
        after = ann.comes_back(before.location)

        old, new = (each.headers["set-cookie"] for each in (before, after))
        assert old.split(";")[0] != new.split(";")[0]
        assert all({"HttpOnly", "SameSite=Lax"} <= set(each.split("; ")) for each in (old, new))

    def test_shows_names_as_they_are_spelled(self, ann):
        ann.signs_in()

        assert "Ann &lt;Archer&gt;" in ann.opens("/").text

    def test_works_in_two_tabs_at_once(self, ann):
        one, other = ann.opens("/tickets/1"), ann.opens("/tickets/2")

        assert ann.comes_back(other.location).location == "/tickets/2"
        assert ann.comes_back(one.location).location == "/tickets/1"

    def test_survives_a_change_of_keys(self, ann, issuer):
        ann.signs_in()
        issuer.ring.rotate(rename=True)

        assert ann.signs_in("/login?" + urlencode({"iss": issuer.origin})).location == "/"


class TestAnAnswer:
    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "https://issuer.example"},
            {"iss": None},
            {"code": "of-another-sign-in"},
            {"code": None},
            {"error": "access_denied"},
        ],
    )
    def test_that_is_not_in_order_signs_nobody_in(self, ann, changes):
        answer = ann.signs_in("/tickets", **changes)

        assert answer.status_code == 400
        assert not ann.knows["signed_in"]

    @pytest.mark.parametrize(
        "mode",
        [
            "wrong-nonce",
            "no-nonce",
            "no-subject",
            "wrong-audience",
            "extra-audience",
            "wrong-issuer",
            "expired",
            "early",
            "unsigned",
            "wrong-key",
            "hmac",
            "wrong-at-hash",
        ],
    )
    def test_with_such_an_id_token_signs_nobody_in(self, ann, issuer, mode):
        issuer.mode = mode

        assert ann.signs_in().status_code == 400
        assert not ann.knows["signed_in"]

    def test_to_another_browser_is_not_taken(self, portal, ann, issuer):
        url = ann.opens("/tickets").location

        stranger = Browser(portal, issuer)
        assert stranger.comes_back(url).status_code == 400
        assert not stranger.knows["signed_in"]

    def test_is_taken_once(self, ann, issuer):
        url = ann.opens("/tickets").location
        answer = urlsplit(issuer.agrees(url))
        back = f"{answer.path}?{answer.query}"
        assert ann.opens(back).location == "/tickets"
        tokens = issuer.asked.count("/token")

        assert ann.opens(back).location == "/"
        assert issuer.asked.count("/token") == tokens

    def test_names_the_error_as_text(self, ann):
        page = ann.signs_in(error="<b>")

        assert "&lt;b&gt;" in page.text


class TestALogin:
    """Third-party initiated login: a link of the issuer's leads into an area."""

    def begins(self, ann: Browser, issuer: Issuer, target: str, **more: str) -> TestResponse:
        return ann.opens("/login", iss=issuer.origin, target_link_uri=target, **more)

    def test_leads_to_the_area_it_names(self, ann, issuer):
        begun = self.begins(ann, issuer, f"{HOME}/tickets/4711")

        assert ann.comes_back(begun.location).location == "/tickets/4711"

    @pytest.mark.parametrize(
        "target",
        [
            "https://evil.example/",
            f"{HOME}.evil.example/",
            f"{HOME}@evil.example/",
            "//evil.example/tickets",
            "/tickets",
            "",
        ],
    )
    def test_to_elsewhere_leads_home(self, ann, issuer, target):
        begun = self.begins(ann, issuer, target)

        assert ann.comes_back(begun.location).location == "/"

    @pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "/%5Cevil.example"])
    def test_stays_on_this_site_whatever_its_path(self, ann, issuer, path):
        begun = self.begins(ann, issuer, HOME + path)

        to = ann.comes_back(begun.location).location
        assert to.startswith("/")
        assert not to.startswith(("//", "/\\"))

    @pytest.mark.parametrize("iss", ["https://issuer.example", ""])
    def test_of_another_issuer_does_not_begin(self, ann, issuer, iss):
        answer = ann.opens("/login", iss=iss, target_link_uri=f"{HOME}/tickets")

        assert answer.status_code == 400
        assert not issuer.asked

    def test_hands_the_hint_on(self, ann, issuer):
        begun = self.begins(ann, issuer, f"{HOME}/", login_hint="ann@example.com")

        assert "login_hint=ann%40example.com" in begun.location


class TestARefresh:
    def test_happens_when_it_is_asked_for(self, ann):
        ann.signs_in()

        ann.presses("refresh")

        assert ann.knows["refreshed"] == 1
        assert "Refreshed." in ann.opens("/").text
        assert "Refreshed." not in ann.opens("/").text

    def test_happens_when_the_access_token_is_over(self, ann, time):
        ann.signs_in()
        time.at += timedelta(minutes=10)

        assert ann.opens("/tickets").status_code == 200
        assert ann.knows["refreshed"] == 1

    def test_that_is_refused_signs_out(self, ann, issuer, time):
        ann.signs_in()
        issuer.ended = True
        time.at += timedelta(minutes=10)

        assert ann.opens("/tickets").location.startswith(f"{issuer.origin}/authorization")
        assert not ann.knows["signed_in"]

    def test_that_answers_with_somebody_else_signs_out(self, ann, issuer):
        ann.signs_in()
        issuer.account["sub"] = "ct_ben"

        ann.presses("refresh")

        assert not ann.knows["signed_in"]

    def test_that_nobody_answers_signs_nobody_out(self, ann, issuer, time):
        ann.signs_in()
        issuer.away = True
        time.at += timedelta(minutes=10)
        assert ann.opens("/tickets").status_code == 503

        issuer.away = False
        assert ann.opens("/tickets").status_code == 200


class TestUserinfo:
    def test_is_shown(self, ann):
        ann.signs_in()

        ann.presses("userinfo")

        assert ann.knows["userinfo"]["told"] == "by userinfo"
        assert "by userinfo" in ann.opens("/").text

    def test_of_somebody_else_is_not_believed(self, ann, issuer):
        ann.signs_in()
        issuer.account["sub"] = "ct_ben"

        ann.presses("userinfo")

        assert ann.knows["userinfo"] is None


class TestASignOut:
    def test_leaves_the_portal_and_then_the_issuer(self, ann, issuer):
        ann.signs_in()

        left = urlsplit(ann.presses("sign-out").location)
        asked = {name: values[0] for name, values in parse_qs(left.query).items()}

        assert f"{left.scheme}://{left.netloc}{left.path}" == f"{issuer.origin}/end_session"
        assert asked["client_id"] == CLIENT[0]
        assert asked["post_logout_redirect_uri"] == f"{HOME}/signed-out"
        assert asked["id_token_hint"].count(".") == 2
        assert not ann.knows["signed_in"]
        assert "You are signed out" in ann.opens("/signed-out").text

    @pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "null", None])
    @pytest.mark.parametrize("button", ["sign-out", "refresh", "userinfo"])
    def test_or_another_press_is_not_of_another_page(self, ann, button, origin):
        ann.signs_in()

        assert ann.presses(button, origin=origin).status_code == 403
        assert ann.knows["signed_in"]


class TestThePortal:
    def test_knows_nothing_of_portico(self):
        script = "import sys, local.sample_client.app; print(*sys.modules)"
        run = [sys.executable, "-c", script]
        loaded = subprocess.run(run, cwd=ROOT, check=True, capture_output=True, text=True).stdout

        names = loaded.split()
        assert "authlib.integrations.requests_client" in names
        assert not [each for each in names if each.partition(".")[0] == "portico"]
        assert {each for each in names if each.startswith("local.")} == {
            "local.sample_client",
            "local.sample_client.app",
            "local.sample_client.openid",
            "local.sample_client.pages",
            "local.sample_client.tokens",
            "local.sample_client.visits",
        }

    def test_has_one_name(self, portal):
        client = Client(portal)

        answer = client.get("/tickets", base_url="http://127.0.0.1:8003")

        assert (answer.status_code, answer.location) == (307, f"{HOME}/tickets")

    def test_tells_no_token(self, ann):
        ann.signs_in()
        ann.presses("userinfo")

        for path in ("/", "/tickets", "/whoami.json"):
            assert "eyJ" not in ann.opens(path).text

    def test_says_so_when_sign_in_does_not_answer(self, ann, issuer):
        issuer.away = True

        answer = ann.opens("/tickets")

        assert answer.status_code == 503
        assert "Try again" in answer.text

    @pytest.mark.parametrize("left_out", ["issuer", "token_endpoint", "end_session_endpoint"])
    def test_does_without_no_part_of_the_document(self, ann, issuer, left_out):
        issuer.left_out = left_out

        assert ann.opens("/tickets").status_code == 503

    def test_believes_no_other_issuer_s_document(self, ann, issuer):
        issuer.document = {"issuer": "https://issuer.example"}

        assert ann.opens("/tickets").status_code == 503
