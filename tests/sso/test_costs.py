"""What a trip costs, in calls, and what the doors have to load for it
(sso/start.py, sso/callback.py)."""

import subprocess
import sys

import pytest

from tests.support.doors import ROOT

SLOW = pytest.mark.slow
OTHERS = [pytest.param(each, marks=SLOW) for each in ("microsoft", "oidc", "twitter")]
ALL = ["google", "facebook", *OTHERS]
"""One that signs what it says and one that does not; their kind goes the same way."""


@pytest.fixture
def warm(connected, portal):
    """An environment that has been used before, and Ann's identities linked."""
    for connection in ("microsoft", "google", "oidc"):
        portal.browser.signs_in_with(connection)
    for connection in ("facebook", "twitter"):
        portal.browser.signs_in_with(connection, "ann")
        portal.delivers_mail()
        portal.browser.types_the_mailed_code()
    connected.app.asked.clear()
    return connected


class TestAStart:
    @pytest.mark.parametrize("connection", ALL)
    def test_takes_three_calls_to_dynamodb_and_none_to_the_provider(
        self, warm, portal, wire, connection
    ):
        portal.browser.starts_sso(connection)

        assert wire.counted() == {"dynamodb": 3}
        assert warm.app.asked == []


class TestAFinish:
    @pytest.mark.parametrize("connection", ALL)
    def test_of_a_linked_identity_takes_three_rounds_and_no_kms(
        self, warm, portal, wire, connection
    ):
        portal.browser.starts_sso(connection)
        wire.forget()

        assert portal.browser.comes_back("ann").cookie("__Host-portico-acme")

        assert wire.operations == [
            "dynamodb.UpdateItem",
            "dynamodb.BatchGetItem",
            "dynamodb.TransactWriteItems",
        ]

    @pytest.mark.parametrize(
        ("connection", "kind", "endpoints"),
        [
            pytest.param("microsoft", "microsoft", ["token"], marks=SLOW),
            ("google", "google", ["token"]),
            pytest.param("oidc", "oidc", ["token"], marks=SLOW),
            ("facebook", "facebook", ["token", "user"]),
            pytest.param("twitter", "x", ["token", "user"], marks=SLOW),
        ],
    )
    def test_asks_the_provider_as_little_as_it_can(self, warm, portal, connection, kind, endpoints):
        portal.browser.signs_in_with(connection)

        assert warm.asked(kind) == endpoints

    def test_of_a_first_sign_in_by_a_vouched_address_takes_one_read_more(
        self, connected, portal, wire
    ):
        portal.browser.starts_sso("google")
        wire.forget()

        portal.browser.comes_back()

        assert wire.counted()["dynamodb"] == 4


class TestAProvidersKeys:
    def test_are_fetched_again_for_a_new_name_at_once_after_a_minute(self, connected, portal, aged):
        portal.browser.signs_in_with("google")
        aged(61)
        portal.browser.starts_sso("google")

        came_back = portal.browser.comes_back("ann", "new-key")

        assert came_back.cookie("__Host-portico-acme")
        assert connected.asked("google").count("keys") == 2

    def test_are_fetched_once_a_minute_for_unknown_names(self, connected, portal, aged):
        portal.browser.signs_in_with("google")
        aged(61)
        for _ in range(4):
            portal.browser.starts_sso("google")
            # Whoever answers for the provider can name a key that is not there, time and again.
            assert portal.browser.comes_back("ann", "wrong-key").told == "sso-failed"

        assert connected.asked("google").count("keys") == 2

    def test_are_fetched_once_an_hour_otherwise(self, connected, portal, aged):
        for minutes in (0, 59, 2):
            aged(minutes * 60)
            portal.browser.signs_in_with("google")

        assert connected.asked("google").count("keys") == 2

    def test_are_fetched_with_the_first_token_and_not_before(self, connected, portal):
        portal.browser.starts_sso("google")

        assert connected.asked("google") == ["discovery"]


@pytest.fixture
def aged():
    """Let what the environment has read grow older."""
    from tests.support.doors import door

    def grow(seconds):
        for kept in door("finish_sso").finishes.discovery._documents.values():
            kept.at -= seconds

    return grow


ASK, ARE_ASKED = ("start_sso", "finish_sso"), ("authorize", "token")
"""Doors that ask providers, and those that are one."""
DOORS = sorted(each.parent.name for each in (ROOT / "functions").glob("*/handler.py"))
LOADED = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("door", sys.argv[1])
spec.loader.exec_module(importlib.util.module_from_spec(spec))
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


class TestADoor:
    @pytest.mark.parametrize(
        "name",
        [
            pytest.param(each, marks=() if each in ("finish_sso", "verify_code") else SLOW)
            for each in DOORS
        ],
    )
    def test_loads_authlib_only_if_it_asks_or_is_a_provider(self, cloud, name):
        import os

        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'layers' / 'portico'}",
            "CONNECTION_SECRETS": "portico/tests/connection",
        }
        path = ROOT / "functions" / name / "handler.py"

        loaded = subprocess.run(
            [sys.executable, "-c", LOADED, str(path)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()

        wanted = {"authlib"} if name in (*ASK, *ARE_ASKED) else set()
        wanted |= {"requests"} if name in (*ASK, "sign_out_portals") else set()
        assert {"authlib", "requests", "httpx"} & set(loaded) == wanted
