"""Mails to people who are no contacts: capped by workspace and hour, by deployment and day."""

from datetime import timedelta

import pytest

from portico.ids import new_challenge_id
from portico.limits.strangers import SHARDS, Strangers
from tests.support.driver import NOON


def asks(caps, workspace="acme", *, times=1, at=NOON):
    """What *times* mails of one workspace are told."""
    return [caps.count(new_challenge_id(workspace), at=at).why_not for _ in range(times)]


class TestACap:
    def test_of_a_workspace_holds_exactly(self, tables):
        caps = Strangers("sign-in", 1000, an_hour=13)

        told = asks(caps, times=15)

        assert told == [None] * 13 + ["strangers-of-workspace"] * 2

    def test_of_the_deployment_holds_over_all_workspaces(self, tables):
        caps = Strangers("sign-in", 5, an_hour=1000)

        told = [asks(caps, name)[0] for name in ("acme", "globex", "acme", "initech", "acme", "x9")]

        assert told == [None] * 5 + ["strangers-of-deployment"]

    def test_of_one_workspace_is_not_anothers(self, tables):
        caps = Strangers("sign-in", 1000, an_hour=1)
        asks(caps, times=2)

        assert asks(caps, "globex") == [None]

    def test_begins_anew_with_the_hour_and_the_day(self, tables):
        caps = Strangers("sign-in", 2, an_hour=1)
        assert asks(caps, times=2)[1] == "strangers-of-workspace"

        assert asks(caps, at=NOON + timedelta(hours=1)) == [None]
        assert asks(caps, at=NOON + timedelta(hours=2)) == ["strangers-of-deployment"]
        assert asks(caps, at=NOON + timedelta(days=1)) == [None]

    @pytest.mark.parametrize(
        ("quota", "a_day"), [("50000", 5000), ("200", 20), ("", 20), ("nonsense", 20), ("7", 20)]
    )
    def test_of_the_deployment_is_a_tenth_of_the_quota(self, quota, a_day):
        caps = Strangers.of_quota("sign-in", quota)

        assert (caps.a_day, caps.an_hour) == (a_day, 200)

    def test_is_counted_in_several_rows(self, portal):
        asks(Strangers("sign-in", 1000), times=60)

        rows = [row for row in portal.rows("sign-in") if "#strangers#" in row["pk"]]
        assert 1 < len(rows) <= SHARDS
        assert sum(row["mails"] for row in rows) == 60

    def test_sends_nothing_when_a_counter_is_out_of_reach(self, portal, wire):
        portal.sets(sign_up=True)
        portal.browser.signs_up("eve@example.com")
        wire.cut("dynamodb.UpdateItem", after=1)

        portal.delivers_mail()

        assert portal.mails == []

    def test_point_10_of_a_workspace_is_not_charged_for_what_the_deployments_keeps_back(
        self, portal
    ):
        caps = Strangers("sign-in", 1, an_hour=1000)

        assert asks(caps, times=5) == [None] + ["strangers-of-deployment"] * 4

        rows = [row for row in portal.rows("sign-in") if row["pk"].startswith("acme#strangers#")]
        assert sum(row["mails"] for row in rows) == 1

    def test_point_10_gives_back_what_it_counted(self, portal):
        caps = Strangers("sign-in", 1, an_hour=1)
        counted = caps.count(new_challenge_id("acme"), at=NOON)

        caps.give_back(counted)

        assert asks(caps, times=2) == [None, "strangers-of-workspace"]
