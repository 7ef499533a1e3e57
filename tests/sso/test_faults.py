"""A provider that hangs, fails, or answers with something else: SSO-06
(sso/transport.py, sso/callback.py).

No test waits for a real time-out: the limits are made short, and the fakes hang longer.
"""

import time

import pytest

from portico.sso import transport

AWAY = ["slow", "drip", "error-500", "html", "huge", "bomb", "loop"]
CONNECTIONS = ["microsoft", "google", "oidc", "facebook", "twitter"]


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(transport, "PROVIDER_READ_TIMEOUT", 0.3)
    monkeypatch.setattr(transport, "ANSWER_TIME", 0.4)


def is_away(portal, answer):
    assert (answer.status, answer.mark, answer.told) == (303, "e", "try-later"), answer.event
    assert portal.session_rows() == []
    return True


class TestAProviderThatIsAway:
    @pytest.mark.parametrize("mode", AWAY)
    def test_sso_06_at_its_token_endpoint_says_try_later(self, connected, portal, impatient, mode):
        portal.browser.starts_sso("oidc", to="ticket:123")
        begun = time.perf_counter()

        came_back = portal.browser.comes_back("ann", mode)

        assert is_away(portal, came_back)
        assert time.perf_counter() - begun < 8
        assert connected.asked("oidc").count("token") == 1

    @pytest.mark.parametrize("connection", ["microsoft", "google", "facebook", "twitter"])
    def test_sso_06_of_any_kind_says_try_later(self, connected, portal, impatient, connection):
        portal.browser.starts_sso(connection)

        assert is_away(portal, portal.browser.comes_back("ann", "error-500"))

    @pytest.mark.parametrize("mode", ["slow", "error-500", "html", "huge", "loop"])
    def test_sso_06_at_its_keys_says_try_later(self, connected, portal, impatient, mode):
        portal.browser.starts_sso("oidc")
        connected.app.switch("oidc", mode, at="keys")

        assert is_away(portal, portal.browser.comes_back())
        assert connected.asked("oidc").count("keys") == 1

    @pytest.mark.parametrize("mode", ["slow", "error-500", "html", "huge", "loop"])
    @pytest.mark.parametrize(("kind", "connection"), [("facebook", "facebook"), ("x", "twitter")])
    def test_sso_06_at_its_user_endpoint_says_try_later(
        self, connected, portal, impatient, kind, connection, mode
    ):
        portal.browser.starts_sso(connection)
        connected.app.switch(kind, mode, at="user")

        assert is_away(portal, portal.browser.comes_back())

    @pytest.mark.parametrize("mode", ["slow", "error-500", "html", "huge", "loop"])
    def test_sso_06_at_its_discovery_is_a_503_before_anybody_leaves(
        self, connected, portal, impatient, mode
    ):
        connected.app.switch("oidc", mode, at="discovery")

        started = portal.browser.starts_sso("oidc")

        assert started.problem == (503, "try-later")
        assert started.headers["retry-after"]
        assert [row for row in portal.rows("sign-in") if row["sk"] == "state"] == []

    def test_sso_06_leaves_the_other_ways_open(self, connected, portal, impatient):
        connected.app.switch("oidc", "error-500")
        portal.browser.starts_sso("oidc")
        portal.browser.comes_back()

        assert portal.browser.signs_in_with("google").cookie("__Host-portico-acme")
        assert portal.another_browser().signs_in().status == 200

    def test_sso_06_is_recorded(self, connected, portal, impatient):
        portal.browser.starts_sso("oidc")
        portal.browser.comes_back("ann", "error-500")

        (refused,) = [row for row in portal.records_trail() if row["name"] == "sso.refused"]
        assert refused["detail"]["reason"].startswith("away")

    def test_sso_06_is_back_for_the_next_try(self, connected, portal, impatient):
        connected.app.switch("oidc", "error-500", at="discovery")
        portal.browser.starts_sso("oidc", to="ticket:123")
        connected.app.switch("oidc", "")

        came_back = portal.browser.signs_in_with("oidc", to="ticket:123")

        assert came_back.headers["location"] == "https://portal.acme.test/tickets/123#"

    def test_whose_documents_do_not_fit_is_the_teams_to_mend(self, connected, portal):
        connected.app.switch("oidc", "discovery-issuer")

        assert portal.browser.starts_sso("oidc").problem == (401, "sso-failed")


class TestAFaultBehindUs:
    def test_without_the_client_secret_says_try_later(self, connected, portal, wire):
        from portico.aws import secrets

        secrets._kept.clear()
        wire.cut("secretsmanager.GetSecretValue")

        assert portal.browser.starts_sso("google").problem == (503, "try-later")

    @pytest.mark.parametrize(
        "operation",
        ["dynamodb.UpdateItem", "dynamodb.BatchGetItem", "dynamodb.TransactWriteItems"],
    )
    def test_on_the_way_back_says_try_later_and_lets_nobody_in(
        self, connected, portal, wire, operation
    ):
        portal.browser.starts_sso("google")
        wire.answer(operation, "InternalServerError")

        came_back = portal.browser.comes_back()
        wire.mend()

        assert is_away(portal, came_back)

    def test_at_the_network_counter_closes_the_door(self, connected, portal, wire):
        wire.answer("dynamodb.UpdateItem", "InternalServerError")

        assert portal.browser.starts_sso("google").problem == (503, "try-later")
