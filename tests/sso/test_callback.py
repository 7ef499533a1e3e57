"""What a provider answers, and who brings it: SSO-01, SSO-02, SSO-03 and RED-02."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

pytestmark = pytest.mark.slow

OPENID = ["microsoft", "google", "oidc"]
ALSO_TRIED = ["wrong-nonce", "wrong-audience", "wrong-issuer", "unsigned", "wrong-key"]
"""Where all of :data:`SPOILED` is tried with one of the kinds, whose code is shared."""
SPOILED = {
    "wrong-nonce": "id-token",
    "no-nonce": "id-token",
    "wrong-audience": "id-token",
    "extra-audience": "id-token",
    "extra-audience-azp": "id-token",
    "wrong-issuer": "id-token",
    "expired": "id-token",
    "early": "id-token",
    "unsigned": "id-token",
    "wrong-key": "id-token",
    "hmac": "id-token",
    "wrong-at-hash": "id-token",
    "azp-only": "id-token",
    "no-subject": "",
    "no-id-token": "no-id-token",
    "no-access-token": "no-access-token",
    "refused": "code-refused",
    "problem": "no-access-token",
    "wrong-answer-issuer": "answer-of-another-issuer",
}


def refused(portal):
    """The reason that the trail keeps."""
    return next(row for row in portal.records_trail() if row["name"] == "sso.refused")["detail"]


def state_of(trip):
    return parse_qs(urlsplit(trip).query)["state"][0]


def is_refused(portal, answer, *, reason="sso-failed"):
    assert (answer.status, answer.mark, answer.told) == (303, "e", reason), answer.event
    assert portal.session_rows() == []
    assert answer.cookies == []
    return True


class TestAnAnswer:
    @pytest.mark.parametrize(
        ("kind", "mode"),
        [
            *[("oidc", mode) for mode in SPOILED],
            *[(kind, mode) for kind in ("microsoft", "google") for mode in ALSO_TRIED],
        ],
    )
    def test_sso_02_that_is_spoiled_is_refused_and_its_reason_recorded(
        self, connected, portal, kind, mode
    ):
        portal.browser.starts_sso(kind)

        came_back = portal.browser.comes_back("ann", mode)

        assert is_refused(portal, came_back)
        assert came_back.headers["location"] == "/acme#e=sso-failed"
        detail = refused(portal)
        assert detail["connection"] == kind
        assert detail["reason"].startswith(SPOILED[mode])

    @pytest.mark.parametrize("connection", ["facebook", "twitter"])
    @pytest.mark.parametrize("mode", ["no-subject", "no-access-token", "refused", "problem"])
    def test_of_a_plain_provider_that_is_spoiled_is_refused(
        self, connected, portal, connection, mode
    ):
        portal.browser.starts_sso(connection)

        assert is_refused(portal, portal.browser.comes_back("ann", mode))

    @pytest.mark.parametrize("kind", OPENID)
    def test_flt_07_issued_thirty_seconds_from_now_is_taken(self, connected, portal, kind):
        portal.browser.starts_sso(kind)

        assert portal.browser.comes_back("ann", "ahead").cookie("__Host-portico-acme")

    def test_flt_07_is_taken_while_our_clock_is_two_minutes_off(self, connected, portal):
        theirs = datetime.now(UTC)
        connected.app.now = lambda: theirs
        portal.browser.starts_sso("google")
        portal.forward(minutes=2)

        assert portal.browser.comes_back().cookie("__Host-portico-acme")

    @pytest.mark.parametrize(("seconds", "is_taken"), [(60, True), (61, False)])
    def test_flt_07_may_be_a_minute_ahead_and_no_more(self, connected, portal, seconds, is_taken):
        theirs = datetime.now(UTC) + timedelta(seconds=seconds)
        connected.app.now = lambda: theirs
        portal.browser.starts_sso("google")

        came_back = portal.browser.comes_back()

        assert any("__Host-portico-acme=" in each for each in came_back.cookies) is is_taken

    def test_flt_07_is_refused_while_our_clock_is_two_minutes_slow(self, connected, portal):
        theirs = datetime.now(UTC) + timedelta(minutes=2)
        connected.app.now = lambda: theirs
        portal.browser.starts_sso("google")

        assert is_refused(portal, portal.browser.comes_back())

    @pytest.mark.parametrize("kind", OPENID)
    def test_of_everybody_else_gets_the_same_words(self, connected, portal, kind):
        said = set()
        for mode in ("wrong-nonce", "expired", "wrong-key", "refused"):
            portal.browser.starts_sso(kind)
            said.add(str(portal.browser.comes_back("ann", mode).headers))

        assert len(said) == 1

    @pytest.mark.parametrize("mode", ["tenant-mismatch", "no-tenant", "foreign-tenant", "consumer-key"])  # fmt: skip
    def test_sso_03_of_another_tenant_is_refused(self, connected, portal, mode):
        portal.browser.starts_sso("microsoft")

        assert is_refused(portal, portal.browser.comes_back("ann", mode))

    @pytest.mark.parametrize("mode", ["tenant-mismatch", "no-tenant", "consumer-key"])
    def test_sso_03_of_many_tenants_must_agree_with_itself(self, world, portal, mode):
        world.connect("microsoft", tenants=["organizations"], vouches_for=["example.com"])
        portal.browser.starts_sso("microsoft")

        assert is_refused(portal, portal.browser.comes_back("ann", mode))

    def test_with_a_providers_own_words_never_shows_them(self, connected, portal):
        portal.browser.starts_sso("google")

        came_back = portal.browser.comes_back("ann", "error", error_description="<script>")

        assert is_refused(portal, came_back)
        assert "script" not in str(came_back.event)

    @pytest.mark.parametrize("code", [None, "", "x" * 4096, "never-issued"])
    def test_without_a_code_that_was_issued_is_refused(self, connected, portal, code):
        portal.browser.starts_sso("google")

        assert is_refused(portal, portal.browser.comes_back(code=code))


class TestAState:
    def test_sso_01_is_needed(self, connected, portal):
        portal.browser.starts_sso("google")

        came_back = portal.browser.comes_back(state=None)

        assert came_back.headers["location"] == "/#e=sso-failed"
        assert connected.asked("google") == ["discovery"]
        assert portal.session_rows() == []

    @pytest.mark.parametrize(
        "state", ["st_acme_" + "x" * 22, "st_globex_" + "x" * 22, "st__", "chl_acme_" + "x" * 22]
    )
    def test_sso_01_must_be_one_of_ours(self, connected, portal, state):
        portal.browser.starts_sso("google")

        came_back = portal.browser.comes_back(state=state)

        assert came_back.mark == "e"
        assert "token" not in connected.asked("google")
        assert portal.session_rows() == []

    def test_sso_01_works_once(self, connected, portal):
        portal.browser.starts_sso("google")
        portal.browser.comes_back()
        before = len(portal.session_rows())

        again = portal.browser.comes_back()

        assert (again.mark, again.told) == ("e", "sso-expired")
        assert len(portal.session_rows()) == before
        assert connected.asked("google").count("token") == 1

    def test_sso_01_is_over_after_ten_minutes(self, connected, portal):
        portal.browser.starts_sso("google")
        portal.forward(minutes=10)

        came_back = portal.browser.comes_back()

        assert is_refused(portal, came_back, reason="sso-expired")
        assert "token" not in connected.asked("google")

    def test_sso_01_works_in_its_own_browser_only(self, connected, portal):
        portal.browser.starts_sso("google")
        other = portal.another_browser()
        other.starts_sso("google")
        other.trip = portal.browser.trip

        came_back = other.comes_back()

        assert is_refused(portal, came_back, reason="sso-expired")
        assert "token" not in connected.asked("google")
        # Whoever tried has not used it up.
        assert portal.browser.comes_back().cookie("__Host-portico-acme")

    def test_sso_01_works_in_no_browser_without_its_cookie(self, connected, portal):
        portal.browser.starts_sso("google")
        portal.browser.cookies.clear()

        assert is_refused(portal, portal.browser.comes_back(), reason="sso-expired")

    def test_sso_01_belongs_to_one_connection(self, connected, portal):
        portal.browser.starts_sso("google")
        google = portal.browser.trip
        portal.browser.starts_sso("oidc")
        portal.browser.trip, oidc = google, portal.browser.trip
        state = state_of(oidc)

        # Google's answer, with the state of the trip to the other one.
        came_back = portal.browser.comes_back(state=state)

        assert is_refused(portal, came_back, reason="sso-expired")

    def test_twice_in_one_answer_is_none(self, connected, portal):
        portal.browser.starts_sso("google")
        state = state_of(portal.browser.trip)

        came_back = portal.browser.comes_back(state=f"{state},{state}")

        assert is_refused(portal, came_back, reason="sso-expired")

    def test_of_another_trip_does_not_fit_the_code(self, connected, portal):
        # The attacker's code, put into the victim's own trip: PKCE and nonce are the trip's.
        attacker = portal.another_browser()
        attacker.starts_sso("google")
        portal.browser.starts_sso("google")
        state = state_of(portal.browser.trip)
        portal.browser.trip = attacker.trip

        came_back = portal.browser.comes_back(state=state)

        assert is_refused(portal, came_back)

    def test_ends_with_a_connection_that_is_switched_off(self, connected, portal):
        portal.browser.starts_sso("google")
        connected.connect("google", on=False, vouches_for=["example.com"])

        assert is_refused(portal, portal.browser.comes_back())

    def test_ends_with_sso_switched_off(self, connected, portal):
        portal.browser.starts_sso("google")
        portal.sets(sso_method=False)

        assert is_refused(portal, portal.browser.comes_back())

    def test_ends_with_its_link(self, connected, portal):
        link, token = portal.link()
        portal.browser.starts_sso("google", link=token)
        portal.links.revoke(portal.id, link.id, by="test")

        assert is_refused(portal, portal.browser.comes_back(), reason="invalid-portal-link")

    def test_ends_with_the_portal(self, connected, portal):
        portal.browser.starts_sso("google")
        portal.sets(portal_enabled=False)

        assert is_refused(portal, portal.browser.comes_back(), reason="portal-unavailable")


class TestTheDestination:
    @pytest.mark.parametrize("connection", ["microsoft", "google", "oidc"])
    def test_red_02_survives_the_trip(self, connected, portal, connection):
        came_back = portal.browser.signs_in_with(connection, to="request:new-laptop")

        assert came_back.headers["location"] == "https://portal.acme.test/requests/new-laptop#"

    def test_red_02_survives_the_proof_of_an_address(self, connected, portal):
        pending = portal.browser.signs_in_with("facebook", "ben", to="ticket:123").told
        portal.browser.gives_an_address(pending, "ann@example.com")
        portal.delivers_mail()
        portal.browser.types("0000000")

        signed_in = portal.browser.types_the_mailed_code()

        assert signed_in.body["return_to"] == {
            "area": "ticket:123",
            "url": "https://portal.acme.test/tickets/123",
        }

    @pytest.mark.parametrize(
        "to", ["//evil.example", "https://evil.example", "javascript:alert(1)"]
    )
    def test_red_01_is_never_an_address_of_the_browsers(self, connected, portal, to):
        came_back = portal.browser.signs_in_with("google", to=to)

        assert came_back.headers["location"] == "https://portal.acme.test/#"

    def test_red_01_is_not_read_from_the_answer(self, connected, portal):
        portal.browser.starts_sso("google", to="tickets")

        came_back = portal.browser.comes_back(return_to="https://evil.example", to="dashboard")

        assert came_back.headers["location"] == "https://portal.acme.test/tickets#"


class TestThePersonOfALink:
    def test_is_let_in(self, connected, portal):
        token = portal.personal_link()

        came_back = portal.browser.signs_in_with("google", link=token)

        assert came_back.cookie("__Host-portico-acme")

    def test_is_the_only_one_it_lets_in(self, connected, portal):
        portal.adds("Ben Okafor", "ben@example.com")
        token = portal.personal_link("ann@example.com")

        came_back = portal.browser.signs_in_with("google", "ben", link=token)

        assert is_refused(portal, came_back, reason="another-contact")

    def test_who_is_deactivated_is_not_let_in(self, connected, portal):
        portal.deactivates()

        assert is_refused(portal, portal.browser.signs_in_with("google"))


class TestADocumentElsewhere:
    """SSO-07: a discovery document that is not below its issuer, as Azure AD B2C has it."""

    @pytest.fixture
    def elsewhere(self, world, portal):
        url = f"{world.base}/elsewhere/oidc/.well-known/openid-configuration"
        world.connect("oidc", discovery_url=url, vouches_for=["example.com"])
        return portal

    def test_signs_in(self, elsewhere):
        came_back = elsewhere.browser.signs_in_with("oidc")

        assert came_back.mark == ""
        assert len(elsewhere.session_rows()) == 1

    def test_sso_07_names_the_issuer_of_the_connection_or_nobody_signs_in(self, world, portal):
        url = f"{world.base}/elsewhere/oidc/.well-known/openid-configuration"
        world.connect("oidc", issuer=f"{world.base}/other", discovery_url=url)

        started = portal.browser.starts_sso("oidc")

        assert (started.status, started.body["reason"]) == (401, "misconfigured")

    @pytest.mark.parametrize("mode", ["wrong-issuer", "wrong-answer-issuer", "wrong-key"])
    def test_makes_no_other_issuer_good(self, elsewhere, mode):
        elsewhere.browser.starts_sso("oidc")

        assert is_refused(elsewhere, elsewhere.browser.comes_back("ann", mode))
