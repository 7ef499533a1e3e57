"""Mails to people who are no contacts: capped by workspace and hour, by deployment and day."""

from datetime import timedelta

import pytest

from portico.aws.tables import ALWAYS, Rows
from portico.ids import new_challenge_id
from portico.limits.strangers import SHARDS, Strangers
from tests.support.doors import door, stream_record
from tests.support.driver import NOON, OK


def asks(caps, workspace="acme", *, times=1, at=NOON):
    """What *times* mails of one workspace are told."""
    return [caps.count(new_challenge_id(workspace), at=at).why_not for _ in range(times)]


def mails_to_contacts(number: int, *, at=NOON) -> None:
    """So many codes were really mailed to contacts."""
    day = int(at.timestamp()) // 86400
    ends = (day + 2) * 86400
    for shard in range(SHARDS):
        share = number // SHARDS + (shard < number % SHARDS)
        Rows("sign-in", "-mailed#").update(
            f"-mailed#{day}",
            f"shard-{shard}",
            "ADD mails :n SET expires_at = :ends",
            ALWAYS,
            {":n": share, ":ends": ends},
        )


class TestACapThatGrows:
    def test_mai_07_is_twenty_an_hour_where_nothing_real_is_mailed(self, tables):
        assert asks(Strangers("sign-in", 5000), times=21)[19:] == [None, "strangers-of-workspace"]

    def test_mai_07_is_a_hundred_a_day_over_all_workspaces(self, tables):
        caps = Strangers("sign-in", 5000)
        for n in range(5):
            asks(caps, f"ws-{n}", times=20)

        assert asks(caps, "another") == ["strangers-of-deployment"]

    def test_mai_07_grows_by_a_twentieth_of_what_contacts_are_mailed(self, tables):
        mails_to_contacts(100)

        assert asks(Strangers("sign-in", 5000), times=26).count(None) == 25

    def test_mai_07_never_grows_beyond_its_most(self, tables):
        mails_to_contacts(100_000)

        assert asks(Strangers("sign-in", 5000, an_hour=30), times=31).count(None) == 30
        told = asks(Strangers("sign-in", 2), times=3, at=NOON + timedelta(days=1))
        assert told == [None, None, "strangers-of-deployment"]

    def test_mai_07_forgets_real_mail_in_a_day(self, tables):
        caps = Strangers("sign-in", 5000)
        mails_to_contacts(100)

        told = [caps.real_mails(at=NOON + timedelta(hours=each)) for each in (0, 11, 12, 24, 36)]

        assert told == [100, 100, 100, 50, 0]

    def test_mai_07_counts_what_ses_took_for_contacts_where_sign_ups_are_on(self, portal):
        caps = Strangers("sign-in", 5000)
        portal.browser.signs_in()
        portal.forward(minutes=1)
        portal.browser.signs_in()
        assert caps.real_mails(at=NOON) == 0

        portal.sets(sign_up=True)
        portal.forward(minutes=1)
        portal.browser.signs_in()
        portal.browser.signs_up("eve@example.com")
        portal.delivers_mail()

        assert caps.real_mails(at=NOON) == 1

    def test_mai_07_counts_personal_links_and_browsers_that_are_known(self, portal):
        portal.sets(sign_up=True)
        portal.browser.signs_in()
        portal.forward(minutes=1)

        portal.browser.signs_in()
        portal.another_browser().asks_for_a_code(None, link=portal.personal_link())
        portal.another_browser().asks_for_a_code()
        portal.delivers_mail()

        assert len(portal.mails) == 4
        assert Strangers("sign-in", 5000).real_mails(at=NOON) == 2

    def test_mai_07_of_made_up_addresses_is_twenty_mails_at_the_doors(self, portal):
        portal.sets(sign_up=True)
        for n in range(25):
            other = portal.another_browser(source_ip=f"198.51.100.{n}")
            other.signs_up(f"made-up-{n}@example.com")

        portal.delivers_mail()

        assert len(portal.mails) == 20


def requested(portal):
    """The stream's record of the challenge as it stands now."""
    return stream_record(portal.challenge_row())


def delivers(*records) -> None:
    assert door("send_mail").handler({"Records": list(records)}, None) == OK


def asks_four_times(portal, email: str) -> list:
    """Sign up, and ask again three times, while the stream stands still: return its records."""
    portal.browser.signs_up(email)
    records = [requested(portal)]
    for wait in (30, 60, 120):
        portal.forward(seconds=wait)
        portal.browser.asks_again()
        records.append(requested(portal))
    return records


def counted(portal) -> list[int]:
    """What stands in the strangers' counters."""
    return [row["mails"] for row in portal.rows("sign-in") if "strangers#" in row["pk"]]


class TestAProbe:
    """Strangers fill the cap, and see by the last mail who is a contact."""

    @pytest.mark.parametrize("probed", ["ann@example.com", "nobody@example.com", "off@example.com"])
    def test_mai_07_of_sign_ups_whose_stream_is_late_tells_nothing(self, portal, probed):
        portal.sets(sign_up=True)
        portal.adds("Olga Off", "off@example.com")
        portal.deactivates("off@example.com")

        for record in asks_four_times(portal, probed):
            delivers(record)

        assert counted(portal) == [1, 1]

    @pytest.mark.parametrize("probed", ["ann@example.com", "nobody@example.com"])
    def test_mai_07_of_a_sign_up_that_is_delivered_twice_tells_nothing(self, portal, probed):
        portal.sets(sign_up=True)
        portal.browser.signs_up(probed)
        record = requested(portal)

        delivers(record)
        delivers(record)

        assert counted(portal) == [1, 1]

    @pytest.mark.parametrize("probed", ["ann@example.com", "nobody@example.com"])
    def test_mai_07_of_a_cap_that_grows_tells_nothing(self, portal, probed):
        portal.sets(sign_up=True)
        mails_to_contacts(19)
        asks(Strangers("sign-in", 5000), times=20)

        portal.browser.asks_for_a_code(probed)
        portal.delivers_mail()
        portal.another_browser().signs_up("mine@example.com")
        portal.delivers_mail()

        assert "mine@example.com" not in [mail.to[0] for mail in portal.mails]

    @pytest.mark.parametrize("probed", ["ann@example.com", "nobody@example.com", "off@example.com"])
    def test_mai_07_of_sign_ups_tells_nothing(self, portal, probed):
        portal.sets(sign_up=True)
        portal.adds("Olga Off", "off@example.com")
        portal.deactivates("off@example.com")
        asks(Strangers("sign-in", 5000), times=19)

        portal.browser.signs_up(probed)
        portal.delivers_mail()
        portal.another_browser().signs_up("mine@example.com")
        portal.delivers_mail()

        assert "mine@example.com" not in [mail.to[0] for mail in portal.mails]

    def test_mai_07_of_sign_ups_tells_nothing_by_a_spent_mailbox(self, portal):
        portal.sets(sign_up=True)
        for n in range(5):
            portal.another_browser(source_ip=f"198.51.100.{n}").asks_for_a_code()
        portal.delivers_mail()
        asks(Strangers("sign-in", 5000), times=19)

        portal.browser.signs_up("ann@example.com")
        portal.delivers_mail()
        portal.another_browser().signs_up("mine@example.com")
        portal.delivers_mail()

        assert "mine@example.com" not in [mail.to[0] for mail in portal.mails]

    @pytest.mark.parametrize("probed", ["bob@example.com", "nobody@example.com"])
    def test_mai_07_of_changes_of_address_tells_nothing(self, portal, probed):
        portal.sets(sign_up=True)
        portal.adds("Bob Baker", "bob@example.com")
        token = portal.browser.signs_in().body["access_token"]
        asks(Strangers("sign-in", 5000), times=19)

        portal.browser.sends(
            "account",
            "POST /v1/account/email",
            {"workspace": "acme", "email": probed},
            headers={"authorization": f"Bearer {token}"},
        )
        portal.delivers_mail()
        portal.another_browser().signs_up("mine@example.com")
        portal.delivers_mail()

        assert "mine@example.com" not in [mail.to[0] for mail in portal.mails]


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
        mails_to_contacts(800)
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

    def test_rac_13_of_a_workspace_is_not_charged_for_what_the_deployments_keeps_back(self, portal):
        caps = Strangers("sign-in", 1, an_hour=1000)

        assert asks(caps, times=5) == [None] + ["strangers-of-deployment"] * 4

        rows = [row for row in portal.rows("sign-in") if row["pk"].startswith("acme#strangers#")]
        assert sum(row["mails"] for row in rows) == 1

    def test_rac_13_gives_back_what_it_counted(self, portal):
        caps = Strangers("sign-in", 1, an_hour=1)
        counted = caps.count(new_challenge_id("acme"), at=NOON)

        caps.give_back(counted)

        assert asks(caps, times=2) == [None, "strangers-of-workspace"]
