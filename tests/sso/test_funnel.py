"""What a team's dashboard can count of trips to providers (edge/sso_metrics.py)."""

import json

import pytest

from tests.support.driver import Portal


def steps(printed: str) -> list[tuple[str, str]]:
    """The names and connections of the metrics that have one, in order."""
    metrics = [json.loads(line) for line in printed.splitlines() if '"connection"' in line]
    return [
        (each["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"], each["connection"])
        for each in metrics
    ]


class TestATrip:
    def test_of_a_connection_that_is_not_there_is_counted_for_none(
        self, portal: Portal, capsys: pytest.CaptureFixture[str]
    ) -> None:
        portal.browser.sends(
            "start_sso",
            "POST /v1/sso/start",
            {"workspace": "acme", "link": portal.shared, "connection": "made-up"},
        )
        portal.browser.sends(
            "finish_sso",
            "GET /v1/sso/{connection}/callback",
            origin=None,
            path={"connection": "made-up"},
            query={"state": "st_acme_0123456789012345678901", "code": "x"},
        )

        assert steps(capsys.readouterr().out) == []

    def test_is_counted_step_by_step_for_its_connection(self, connected, portal, capsys):
        portal.browser.signs_in_with("google")
        portal.another_browser().signs_in_with("facebook", "ben")

        assert steps(capsys.readouterr().out) == [
            ("sso-started", "acme/google"),
            ("sso-arrived", "acme/google"),
            ("sso-started", "acme/facebook"),
            ("sso-address", "acme/facebook"),
        ]

    def test_that_is_refused_is_counted_with_its_reason(self, connected, portal, capsys):
        portal.browser.starts_sso("google")

        portal.browser.comes_back("ann", "deny")

        assert steps(capsys.readouterr().out)[1:] == [("sso-denied", "acme/google")]
