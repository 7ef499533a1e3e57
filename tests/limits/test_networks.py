"""How often a network may start, and what a network is
(limits/store.py, limits/rules.py, edge/requests.py)."""

from datetime import UTC, datetime, timedelta

import pytest

from portico.edge.requests import caller_of
from portico.errors import TooManyRequests, TryLater
from portico.limits.rules import NETWORK, NetworkBudget
from portico.limits.store import Limits
from portico.settings import HttpSettings
from tests.support.doors import http_event
from tests.support.driver import WRONG

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NOWHERE = "0.0.0.0"  # noqa: S104 - the one bucket of whoever has no address
SMALL = NetworkBudget(a_minute=3, an_hour=5, office_factor=2)


class Network:
    """One network that starts and starts, under budgets small enough to be told."""

    def __init__(self, address: str = "203.0.113.7") -> None:
        self.address = address
        self.limits = Limits("sign-in", network=SMALL)

    def starts(self, *, at=NOON, bucket="shared", office=False, times=1) -> None:
        for _ in range(times):
            self.limits.count_start(self.address, bucket=bucket, office=office, at=at)


@pytest.fixture
def network(tables) -> Network:
    return Network()


class TestABudget:
    def test_is_sixty_a_minute_and_six_hundred_an_hour(self):
        assert (NETWORK.a_minute, NETWORK.an_hour) == (60, 600)
        assert NETWORK.times(NETWORK.office_factor).an_hour == 20 * 600

    def test_of_a_minute_ends_with_the_minute(self, network):
        network.starts(times=3, at=NOON + timedelta(seconds=59))

        with pytest.raises(TooManyRequests) as refused:
            network.starts(at=NOON + timedelta(seconds=59))
        assert refused.value.retry_after == timedelta(seconds=1)

        network.starts(at=NOON + timedelta(seconds=60))

    def test_of_an_hour_ends_with_the_hour(self, network):
        for minute in range(5):
            network.starts(at=NOON + timedelta(minutes=minute))

        with pytest.raises(TooManyRequests) as refused:
            network.starts(at=NOON + timedelta(minutes=59, seconds=59))
        assert refused.value.retry_after == timedelta(seconds=1)

        network.starts(at=NOON + timedelta(hours=1))

    def test_that_is_spent_twice_tells_the_longer_wait(self, network):
        network.starts(times=3)
        network.starts(times=2, at=NOON + timedelta(minutes=1))

        with pytest.raises(TooManyRequests) as refused:
            network.starts(at=NOON + timedelta(minutes=1, seconds=20))
        assert refused.value.retry_after == timedelta(minutes=58, seconds=40)

    def test_is_not_charged_for_what_is_refused(self, network):
        network.starts(times=3)
        for _ in range(10):
            with pytest.raises(TooManyRequests):
                network.starts()

        network.starts(times=2, at=NOON + timedelta(minutes=1))

    def test_counts_both_windows_in_one_write(self, network, wire):
        network.starts()

        assert wire.operations == ["dynamodb.UpdateItem"]

    def test_belongs_to_one_network(self, network):
        network.starts(times=3)

        Network("203.0.113.8").starts(times=3)

    def test_of_personal_links_is_apart(self, network):
        network.starts(times=3)

        network.starts(times=3, bucket="personal")

        with pytest.raises(TooManyRequests):
            network.starts(bucket="personal")

    def test_of_an_office_is_so_many_times_larger(self, network):
        network.starts(times=6, bucket="office-acme", office=True)

        with pytest.raises(TooManyRequests):
            network.starts(bucket="office-acme", office=True)

    def test_that_cannot_be_counted_is_closed(self, network, wire):
        wire.cut("dynamodb.UpdateItem")

        with pytest.raises(TryLater):
            network.starts()

    def test_leaves_a_row_that_says_when_it_is_over(self, network, portal):
        network.starts()

        (row,) = portal.rows("sign-in")
        ends = int((NOON + timedelta(hours=1)).timestamp())
        assert (row["pk"], row["expires_at"]) == (f"-net#203.0.113.7#{ends // 3600 - 1}", ends)
        assert row["ttl"] >= row["expires_at"]


class TestAtTheDoor:
    def test_the_sixty_first_start_in_a_minute_waits(self, portal):
        spends_its_minute(portal, starts=58)

        answers = [portal.browser.asks_for_a_code("nobody@example.com") for _ in range(3)]

        assert [answer.status for answer in answers] == [202, 202, 429]
        assert answers[2].problem == (429, "too-many-requests")
        assert answers[2].headers["retry-after"] == "60"
        assert answers[2].body["retry_after"] == 60

        portal.forward(minutes=1)
        assert portal.browser.asks_for_a_code("nobody@example.com").status == 202

    def test_verifying_and_resending_are_never_refused_for_it(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        spends_its_minute(portal)

        assert portal.browser.asks_for_a_code().status == 429
        assert portal.browser.types(WRONG).status == 401
        portal.forward(seconds=30)
        spends_its_minute(portal)
        assert portal.browser.asks_again().status == 202
        assert portal.browser.types_the_mailed_code().status == 200

    def test_a_personal_link_still_starts(self, portal):
        token = portal.personal_link()
        spends_its_minute(portal)

        assert portal.browser.asks_for_a_code(None, link=token).status == 202

    def test_an_office_that_the_workspace_names_has_a_budget_of_its_own(self, portal):
        globex = portal.neighbour()
        portal.sets(office_networks=["203.0.113.0/24"])
        spends_its_minute(portal)

        assert portal.browser.asks_for_a_code().status == 202
        assert globex.browser.asks_for_a_code().status == 429

    def test_an_office_may_be_named_by_its_ipv6_range(self, portal):
        portal.sets(office_networks=["198.51.100.0/24", "2001:db8:7::/48"])
        office = portal.another_browser(source_ip="2001:db8:7:1::9")
        spends_its_minute(portal, "2001:db8:7:1::")

        assert office.asks_for_a_code().status == 202

    def test_a_refused_start_stores_no_challenge(self, portal):
        spends_its_minute(portal)
        before = len(portal.rows("sign-in"))

        portal.browser.asks_for_a_code()

        assert len(portal.rows("sign-in")) == before


def spends_its_minute(portal, address: str = "203.0.113.7", *, starts: int = 60) -> None:
    """Let a network have started so often in this minute, through shared links."""
    now = datetime.now(UTC)
    row = {
        "pk": f"-net#{address}#{int(now.timestamp()) // 3600}",
        "sk": "shared",
        "h": starts,
        f"m{now.minute}": starts,
    }
    portal.writes("sign-in", row)


class TestANetwork:
    @pytest.mark.parametrize(
        ("source", "network"),
        [
            ("203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::1", "2001:db8:1:2::"),
            ("2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"),
            ("2001:db8:1:3::1", "2001:db8:1:3::"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("::1", "::"),
            ("", NOWHERE),
            ("not an address", NOWHERE),
            ("203.0.113.7#x", NOWHERE),
        ],
    )
    def test_is_an_ipv4_address_or_an_ipv6_64(self, source, network):
        assert network_of(source) == network

    def test_of_one_customer_shares_one_budget(self, portal):
        spends_its_minute(portal, "2001:db8:1:2::")

        same, next_door = "2001:db8:1:2:9:9:9:9", "2001:db8:1:3::1"

        assert portal.another_browser(source_ip=same).asks_for_a_code().status == 429
        assert portal.another_browser(source_ip=next_door).asks_for_a_code().status == 202


class TestCloudFrontsHeader:
    @pytest.mark.parametrize(
        ("viewer", "network"),
        [
            ("198.51.100.7:46532", "198.51.100.7"),
            ("2001:db8:1:2:3:4:5:6:46532", "2001:db8:1:2::"),
            ("[2001:db8:1:2::1]:46532", "2001:db8:1:2::"),
            ("nonsense", NOWHERE),
        ],
    )
    def test_is_believed_with_the_right_secret(self, viewer, network):
        headers = {"cloudfront-viewer-address": viewer, "x-portico-edge": "s3cret"}

        assert network_of("203.0.113.7", headers, edge_secret="s3cret") == network

    @pytest.mark.parametrize("proof", ["", "wrong", "s3cre", "s3cret ", "S3CRET", "s3crét"])
    def test_is_not_believed_with_any_other(self, proof):
        headers = {"cloudfront-viewer-address": "198.51.100.7:1", "x-portico-edge": proof}

        assert network_of("203.0.113.7", headers, edge_secret="s3cret") == "203.0.113.7"

    def test_is_not_believed_without_a_secret_of_ours(self):
        headers = {"cloudfront-viewer-address": "198.51.100.7:1", "x-portico-edge": ""}

        assert network_of("203.0.113.7", headers) == "203.0.113.7"

    def test_is_not_needed_with_the_secret(self):
        headers = {"x-portico-edge": "s3cret"}

        assert network_of("203.0.113.7", headers, edge_secret="s3cret") == "203.0.113.7"

    @pytest.mark.parametrize(
        "header",
        [
            "x-forwarded-for",
            "forwarded",
            "x-real-ip",
            "true-client-ip",
            "cf-connecting-ip",
            "x-client-ip",
        ],
    )
    def test_is_the_only_one(self, header):
        headers = {header: "198.51.100.7", "x-portico-edge": "s3cret"}

        assert network_of("203.0.113.7", headers, edge_secret="s3cret") == "203.0.113.7"


def network_of(source: str, headers: dict[str, str] | None = None, edge_secret: str = "") -> str:
    event = http_event("GET /", source_ip=source, headers=headers)
    return caller_of(event, HttpSettings(issuer="", edge_secret=edge_secret)).network
