"""How often a network may start, and what a network is
(limits/store.py, limits/rules.py, edge/requests.py)."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from portico.edge.requests import caller_of
from portico.errors import TooManyRequests, TryLater
from portico.limits.rules import NETWORK, SITE, NetworkBudget
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

    def starts(self, *, at=NOON, bucket="shared", office=None, times=1) -> None:
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

    def test_of_a_minute_is_each_kinds_own(self, network):
        network.starts(times=3)

        network.starts(times=2, bucket="personal")

    def test_of_an_office_is_so_many_times_larger(self, network):
        network.starts(times=6, office="acme")

        with pytest.raises(TooManyRequests):
            network.starts(office="acme")

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


EVERY_KIND = ("shared", "personal", "password", "account", "sign_up", "new_email")


def taken(limits: Limits, address: str, *, bucket: str, tries: int, office=None) -> int:
    """How many of so many starts an hour lets through, as they come minute by minute."""
    through = 0
    for n in range(tries):
        with suppress(TooManyRequests):
            at = NOON + timedelta(minutes=n % 60)
            limits.count_start(address, bucket=bucket, office=office, at=at)
            through += 1
    return through


class TestAllKindsTogether:
    def test_rat_06_have_one_total_an_hour(self, tables):
        limits = Limits("sign-in", network=NetworkBudget(a_minute=10, an_hour=20))

        through = sum(taken(limits, "203.0.113.7", bucket=each, tries=20) for each in EVERY_KIND)

        assert through == 20

    def test_rat_06_keep_a_tenth_for_personal_links_and_whoever_is_signed_in(self, tables):
        limits = Limits("sign-in", network=NetworkBudget(a_minute=10, an_hour=20))
        strangers = [
            taken(limits, "203.0.113.7", bucket=each, tries=20) for each in ("password", "shared")
        ]

        kept = [
            taken(limits, "203.0.113.7", bucket=each, tries=1) for each in ("personal", "account")
        ]

        assert (strangers, kept) == ([12, 6], [1, 1])

    def test_rat_06_leave_codes_to_an_office_whose_passwords_are_guessed_at(self):
        assert NETWORK.total_for("shared") - NETWORK.most_of("password") == 180

    def test_rat_06_tell_the_wait_of_the_hour(self, tables):
        limits = Limits("sign-in", network=NetworkBudget(a_minute=10, an_hour=20))
        taken(limits, "203.0.113.7", bucket="password", tries=20)

        with pytest.raises(TooManyRequests) as refused:
            limits.count_start("203.0.113.7", bucket="password", office=None, at=NOON)
        assert refused.value.retry_after == timedelta(hours=1)

    def test_rat_06_lie_in_one_row(self, tables, portal):
        limits = Limits("sign-in")
        for each in EVERY_KIND:
            taken(limits, "203.0.113.7", bucket=each, tries=20)

        (row,) = portal.rows("sign-in")
        assert row["h"] == 120

    def test_mai_07_let_a_network_ask_for_thirty_strangers_mails_an_hour(self):
        assert (NETWORK.most_of("sign_up"), NETWORK.most_of("new_email")) == (30, 30)

    def test_mai_07_count_a_sign_up_at_the_door(self, portal):
        portal.sets(sign_up=True)
        told = [portal.browser.signs_up(f"eve{n}@example.com").status for n in range(31)]

        assert told == [202] * 30 + [429]

    def test_mai_07_count_a_change_of_address_at_the_door(self, portal):
        token = portal.browser.signs_in().body["access_token"]
        told = [
            portal.browser.sends(
                "account",
                "POST /v1/account/email",
                {"workspace": "acme", "email": f"eve{n}@example.com"},
                headers={"authorization": f"Bearer {token}"},
            ).status
            for n in range(31)
        ]

        assert told == [202] * 30 + [429]


class TestAnOfficeOfOneWorkspace:
    @pytest.mark.parametrize("bucket", EVERY_KIND)
    def test_rat_07_spends_nothing_of_another_workspaces_contacts(self, network, bucket):
        network.starts(bucket=bucket, office="acme")
        network.starts(bucket=bucket, office="globex")
        network.starts(bucket=bucket)

        with pytest.raises(TooManyRequests):
            network.starts(bucket=bucket, times=3)

    def test_rat_07_is_counted_apart_when_its_contacts_confirm(self, portal):
        portal.sets(office_networks=["203.0.113.0/24"])
        token = portal.browser.signs_in().body["access_token"]

        answer = portal.browser.sends(
            "account",
            "POST /v1/account/confirm",
            {"workspace": "acme"},
            headers={"authorization": f"Bearer {token}"},
        )

        assert answer.status == 202
        kinds = {row["sk"] for row in portal.rows("sign-in") if row["pk"].startswith("-net#")}
        assert kinds == {"office-acme"}


class TestASite:
    def test_rat_08_of_a_56_has_four_networks_worth(self, tables):
        limits = Limits("sign-in", network=NetworkBudget(a_minute=10, an_hour=10))

        through = [
            taken(limits, f"2001:db8:1:{n:x}::", bucket="personal", tries=10) for n in range(6)
        ]

        assert through == [10, 10, 10, 10, 0, 0]

    def test_rat_08_of_a_48_has_sixteen_networks_worth(self, tables):
        limits = Limits("sign-in", network=NetworkBudget(a_minute=4, an_hour=4))

        through = [
            taken(limits, f"2001:db8:1:{n << 8:x}::", bucket="personal", tries=4) for n in range(20)
        ]

        assert through == [4] * 16 + [0] * 4

    def test_rat_08_is_no_other_customers(self, tables):
        limits = Limits("sign-in", network=NetworkBudget(a_minute=10, an_hour=10))
        for n in range(5):
            taken(limits, f"2001:db8:1:{n:x}::", bucket="personal", tries=10)

        assert taken(limits, "2001:db8:1:100::", bucket="personal", tries=1) == 1
        assert taken(limits, "2001:db8:2::", bucket="personal", tries=1) == 1

    def test_rat_08_keeps_a_tenth_from_strangers(self, tables):
        limits = Limits("sign-in", network=NetworkBudget(a_minute=10, an_hour=10))
        for n in range(5):
            taken(limits, f"2001:db8:1:{n:x}::", bucket="shared", tries=10)

        assert taken(limits, "2001:db8:1:9::", bucket="shared", tries=1) == 0
        assert taken(limits, "2001:db8:1:9::", bucket="personal", tries=1) == 1

    def test_rat_08_costs_ipv6_one_write_more_and_ipv4_none(self, tables, wire):
        limits = Limits("sign-in")

        taken(limits, "203.0.113.7", bucket="shared", tries=1)
        assert wire.operations == ["dynamodb.UpdateItem"]
        taken(limits, "2001:db8:1:2::", bucket="shared", tries=1)

        assert wire.operations == ["dynamodb.UpdateItem"] * 3

    @pytest.mark.parametrize(("bucket", "most"), [("password", 12), ("sign_up", 1)])
    def test_rat_08_bounds_kinds_that_a_network_has_less_of(self, tables, bucket, most):
        limits = Limits("sign-in", network=NetworkBudget(a_minute=20, an_hour=20))

        of_56 = [taken(limits, f"2001:db8:1:{n:x}::", bucket=bucket, tries=13) for n in range(6)]
        of_48 = [
            taken(limits, f"2001:db8:2:{n << 8:x}::", bucket=bucket, tries=13) for n in range(18)
        ]

        assert of_56 == [most] * 4 + [0, 0]
        assert of_48 == [most] * 16 + [0, 0]

    def test_rat_08_never_grows_its_row_by_a_network(self, tables, portal):
        limits = Limits("sign-in")
        for n in range(300):
            taken(limits, f"2001:db8:1:{n:x}::", bucket="shared", tries=1)

        (row,) = [row for row in portal.rows("sign-in") if "/48#" in row["pk"]]
        assert {name for name in row if name.startswith("s") and len(name) == 3} == {"s00", "s01"}

    def test_rat_08_is_as_large_as_the_page_says(self):
        assert (SITE.of_56 * NETWORK.an_hour, SITE.of_48 * NETWORK.an_hour) == (2400, 9600)


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
        "sk": "starts",
        "h": starts,
        "shared": starts,
        f"shared_m{now.minute}": starts,
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
