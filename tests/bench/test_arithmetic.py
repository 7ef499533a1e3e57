"""What `make bench` reckons from what it has counted."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import cost
from bench.capacity import read_units, streamed, write_units, written_keys
from bench.distributions import farthest, larger, when_alike
from bench.flows import Flow
from bench.recorded_calls import Exchange
from bench.same_answer import apart
from portico.aws.values import item_of

PERFORMANCE = Path(__file__).parents[2] / "docs" / "performance.md"


def said(operation, asked, answer):
    return Exchange(f"dynamodb.{operation}", asked, 200, {}, json.dumps(answer).encode())


def flow(*exchanges, name="x", event=None, logged=0, lines=0):
    at = datetime(2026, 11, 21, tzinfo=UTC)
    return Flow(name, print, event or {}, {}, exchanges, logged, lines, at)


def row(size):
    return item_of({"pk": "a", "sk": "b", "text": "x" * (size - 10)})


PUT = said(
    "PutItem",
    {"Item": item_of({"pk": "acme#a", "sk": "s", "event": {"id": "evt"}})},
    {"ConsumedCapacity": {"CapacityUnits": 2.0}},
)
SIGN = Exchange("kms.Sign", {}, 200, {}, b"{}")
MAIL = Exchange("sesv2.SendEmail", {}, 200, {}, b"{}")


class TestAProbability:
    def test_of_a_coin_is_a_half(self):
        assert larger([(1, 2), (2, 1)]) == 0.5

    def test_counts_a_tie_as_half(self):
        assert larger([(1, 1), (2, 1)]) == 0.75

    def test_of_nothing_is_none(self):
        with pytest.raises(ValueError, match="no pairs"):
            larger([])

    def test_goes_with_how_far_both_are_apart(self):
        assert apart([(11, 10), (11, 10), (99, 10)]) == pytest.approx(0.1)


class TestTwoSamples:
    def test_of_one_distribution_are_not_apart(self):
        same = list(range(100))
        assert farthest(same, same) == 0
        assert when_alike(0, 100, 100) == 1

    def test_are_apart_by_the_widest_gap_of_their_shares(self):
        # Up to 3 there are three of four here, and one of four there.
        assert farthest([1, 2, 3, 9], [3, 9, 9, 9]) == 0.5
        assert farthest([3, 9, 9, 9], [1, 2, 3, 9]) == 0.5
        assert farthest([1, 2], [3, 4, 5]) == 1

    @pytest.mark.parametrize(("distance", "chance"), [(1.22, 0.10), (1.36, 0.05), (1.63, 0.01)])
    def test_are_alike_as_the_tables_say(self, distance, chance):
        # The textbooks' critical values, times the root of (n + m) / (n m).
        size = 10**6
        found = when_alike(distance * (2 / size) ** 0.5, size, size)
        assert found == pytest.approx(chance, rel=0.03)


class TestUnits:
    def test_of_a_consistent_read_are_one_for_every_four_kilobytes(self):
        asked = {"RequestItems": {"t": {"Keys": [1, 2, 3], "ConsistentRead": True}}}
        answer = {"Responses": {"t": [row(100), row(4097)]}}
        # One, two, and one for the row that is not there.
        assert read_units(said("BatchGetItem", asked, answer)) == 4

    def test_of_another_read_are_half(self):
        assert read_units(said("GetItem", {}, {"Item": row(4096)})) == 0.5

    def test_of_a_query_are_of_all_its_rows_together(self):
        answer = {"Items": [row(3000), row(3000)]}
        assert read_units(said("Query", {"ConsistentRead": True}, answer)) == 2
        assert read_units(said("Query", {}, {"Items": []})) == 0.5

    def test_of_a_write_are_what_was_charged(self):
        bill = [{"CapacityUnits": 2.0}, {"CapacityUnits": 2.0}]
        transaction = said("TransactWriteItems", {}, {"ConsumedCapacity": bill})
        assert write_units(PUT) == 2
        assert write_units(transaction) == 4

    def test_of_what_is_no_read_or_write_are_none(self):
        assert read_units(PUT) == read_units(SIGN) == write_units(SIGN) == 0


class TestAWrite:
    def test_that_leaves_an_event_starts_the_recorder(self):
        quiet = said("UpdateItem", {}, {"Attributes": item_of({"pk": "acme#a"})})
        assert streamed(PUT) == 1
        assert streamed(quiet) == 0

    def test_that_leaves_two_in_a_transaction_starts_it_for_two(self):
        key = {"Key": item_of({"pk": "acme#b", "sk": "s"})}
        parts = [
            {"Put": PUT.asked},
            {"Update": {**key, "UpdateExpression": "SET sver = sver + :one, event = :event"}},
            {"Update": {**key, "UpdateExpression": "SET sver = sver + :one REMOVE event"}},
            {"ConditionCheck": key},
        ]
        assert streamed(said("TransactWriteItems", {"TransactItems": parts}, {})) == 2

    def test_is_of_the_keys_it_names(self):
        parts = [{"Put": PUT.asked}, {"ConditionCheck": {"Key": item_of({"pk": "acme#b"})}}]
        transaction = said("TransactWriteItems", {"TransactItems": parts}, {})
        assert written_keys(transaction) == ["acme#a", "acme#b"]


FLOWS = {
    "ask": flow(PUT, SIGN, event={"routeKey": "POST /"}, logged=1000, lines=2),
    "send": flow(MAIL),
    "trail": flow(said("PutItem", {"Item": {}}, {"ConsumedCapacity": {"CapacityUnits": 1}})),
}
CPU = {"ask": 4.0, "send": 10.0, "trail": 1.0}


class TestABill:
    def test_has_each_line_for_a_million(self):
        bill = cost.bill({"ask": 1, "send": 1}, FLOWS, CPU).times(1e6)

        assert bill.gateway == pytest.approx(1.00)
        # Two units of the flow's own, and one of the event that it left.
        assert bill.tables == pytest.approx(3 * 0.625)
        assert bill.signatures == pytest.approx(3.00)
        assert bill.mail == pytest.approx(100.00)
        logged = 1000 + 2 * cost.LOG_LINE + cost.ACCESS_LINE + cost.LOG_LINE
        assert bill.logs == pytest.approx(logged * 0.5e-9 * 1e6)

    def test_has_lambda_by_requests_and_by_time(self):
        bill = cost.bill({"send": 1}, FLOWS, CPU)

        seconds = 10 * cost.BARE_CALL * 1769 / 512 + cost.WAITS["sesv2"]
        assert bill.functions == pytest.approx(0.2e-6 + seconds * 0.5 * 0.0000133334)

    def test_has_hashes_at_their_functions_own_size(self):
        flows, mix = {"password": flow()}, {"password": 1}

        bill = cost.bill(mix, flows, {"password": 100.0})

        seconds = 100 * cost.BARE_CALL * 1769 / 1024
        assert bill.functions == pytest.approx(0.2e-6 + seconds * 0.0000133334)

    def test_starts_the_recorder_for_all_that_happens_in_its_window(self):
        # Each of four shards has two events in five seconds, and the one that opened the window.
        events = 2 * 4 * cost.MONTH_SECONDS / cost.window()
        assert cost.window() == 5
        assert cost.events_a_start(events) == pytest.approx(3)
        assert cost.events_a_start(0) == 1

        often = cost.bill({"ask": 1}, FLOWS, CPU, a_month=events)
        seldom = cost.bill({"ask": 1}, FLOWS, CPU, a_month=0)
        assert seldom.functions - often.functions == pytest.approx(0.2e-6 * 2 / 3)
        assert seldom.tables == often.tables

    def test_of_what_became_of_mails_is_the_bus_and_a_topic_for_those_in_trouble(self):
        quiet = said("UpdateItem", {}, {"ConsumedCapacity": {"CapacityUnits": 1}})
        flows = {"arrived": flow(quiet), "came back": flow(quiet, quiet)}
        cpu = {"arrived": 0.0, "came back": 0.0}

        dollars = cost.deliveries(flows, cpu)

        arrived = cost.bill({"arrived": 1}, flows, cpu).all_but_mail
        trouble = cost.bill({"came back": 1}, flows, cpu).all_but_mail
        assert dollars == pytest.approx(arrived + 0.05 * (trouble + 0.5e-6 + 3 * 0.4e-6))

    def test_sums_up_to_all_but_the_mail(self):
        bill = cost.Bill(1, 2, 3, 4, 5, 100)
        assert bill.all_but_mail == 15
        assert bill.times(2).all_but_mail == 30


class TestTheTrailsList:
    def test_costs_what_the_page_says(self):
        text = PERFORMANCE.read_text()

        assert f"{cost.listing() * cost.MILLION:.1f} dollars per million sign-ins by a code" in text
        assert f"it is **missed**: {cost.listing() * cost.MILLION:.2f}." in text

    def test_is_mostly_two_writes_that_nothing_makes_cheaper(self):
        text = PERFORMANCE.read_text()
        two = 2 * cost.WRITE_UNIT
        late = (cost.listed_writes() - 2) * cost.WRITE_UNIT
        waiting = cost.listing() - two - late

        assert f"They alone are {two * cost.MILLION:.2f}" in text
        assert f"{late * cost.MILLION:.2f} is the mail that comes too late" in text
        assert f"{waiting * cost.MILLION:.2f} is Lambda" in text
