"""What the doors count of a sign-in: the funnel of the dashboard
(edge/door.py, edge/sso_metrics.py)."""

import json
from collections import Counter

import pytest

from portico.edge.sso_metrics import count
from tests.edge.test_logs import everything_logged
from tests.support.openid_site import Site


@pytest.fixture
def counted(portal, capsys):
    """What has been counted, by door and metric."""

    def so_far() -> Counter[str]:
        lines = capsys.readouterr().out.splitlines()
        embedded = [json.loads(line) for line in lines if '"_aws"' in line]
        return Counter(
            {
                f"{each['service']}: {metric['Name']}": int(each[metric["Name"]][0])
                for each in embedded
                for metric in each["_aws"]["CloudWatchMetrics"][0]["Metrics"]
            }
        )

    return so_far


class TestTheFunnel:
    def test_counts_each_step_of_a_sign_in(self, portal, counted):
        portal.browser.opens_the_link()
        portal.browser.signs_in()

        assert counted() == {
            "resolve_link: answered": 1,
            "request_code: answered": 1,
            "send_mail: mailed": 1,
            "verify_code: answered": 1,
        }

    def test_tells_a_code_asked_for_again_from_a_new_one(self, portal, counted):
        portal.browser.asks_for_a_code()
        portal.forward(seconds=30)
        portal.browser.asks_again()

        assert counted() == {"request_code: answered": 1, "request_code: resent": 1}

    def test_says_why_a_challenge_took_no_code(self, portal, counted):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        portal.forward(minutes=11)
        portal.browser.types_the_mailed_code()

        found = counted()

        assert found["verify_code: challenge-closed"] == 1
        assert found["verify_code: challenge-closed-expired"] == 1

    def test_counts_as_mailed_what_is_typed_where_verified_is_counted(self, portal, counted):
        portal.sets(password_method=True)
        portal.browser.forgets_the_password("ann@example.com")
        portal.delivers_mail()
        portal.browser.sets_a_password("four tired herons at the weir", portal.mailed_code())
        portal.delivers_mail()

        found = counted()

        assert found["send_mail: mailed-for-account"] == 1
        assert found["send_mail: mailed"] == found["verify_code: answered"] == 0


class TestATrip:
    def test_is_counted_under_one_name_for_all_workspaces(self, capsys):
        for workspace in ("acme", "umbrella"):
            count("start_sso", "sso-started", workspace_id=workspace, connection="google")

        lines = [json.loads(each) for each in capsys.readouterr().out.splitlines()]

        metrics = {str(each["_aws"]["CloudWatchMetrics"]) for each in lines}
        assert len(metrics) == 1
        assert "[['service']]" in metrics.pop()
        assert [each["service"] for each in lines] == ["start_sso", "start_sso"]
        # Whose trip it was, the log still knows.
        assert [each["connection"] for each in lines] == ["acme/google", "umbrella/google"]


class TestAPortalsVisitors:
    def test_are_counted_by_what_came_of_them(self, portal, counted):
        site = Site.register(portal)
        site.sends(portal.browser)
        portal.browser.signs_in()
        counted()
        site.sends(portal.browser, prompt="login")
        site.sends(portal.browser, redirect_uri="https://evil.test/")
        site.sends(portal.browser, response_type="token")
        site.redeems(site.gets_a_code(portal.browser))
        site.redeems("no-code-of-ours")

        assert counted() == {
            "authorize: shown": 1,
            "authorize: portal-not-known": 1,
            "authorize: refused": 1,
            "authorize: granted": 1,
            "token: answered": 1,
            "token: refused-invalid_grant": 1,
        }

    def test_who_are_sent_back_for_a_fault_are_counted_among_faults(self, portal, counted, wire):
        site = Site.register(portal)
        portal.browser.signs_in()
        counted()
        wire.cut("dynamodb.PutItem")

        with everything_logged() as logs:
            site.sends(portal.browser)

        assert counted() == {"authorize: try-later": 1}
        (cause,) = {vars(each)["cause"] for each in logs.records if each.msg == "fault"}
        assert cause == "dynamodb.put_item: ConnectTimeoutError"
