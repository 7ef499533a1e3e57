"""The recorder of the trail: stopped, doubled, or without its table, it writes each line once."""

from typing import Any

import pytest

from tests.faults import trouble as what
from tests.faults.trouble import LASTS, ONCE, Stopped, steps
from tests.faults.visits import PUT
from tests.support.doors import door, stream_record
from tests.support.driver import OK
from tests.support.template import doors

LINES = 3


@pytest.fixture
def records(portal) -> list[dict[str, Any]]:
    """Three things that happened, as the stream hands them over."""
    for n in range(LINES):
        portal.another_browser(source_ip=f"198.51.100.{n}").asks_for_a_code()
    asked = [row for row in portal.rows("sign-in") if row["sk"] == "challenge"]
    return [stream_record(row) for row in asked]


def record(*records: dict[str, Any]) -> Any:
    return door("record_trail").handler({"Records": [*records]}, None)


class TestARecorder:
    @pytest.mark.slow
    @pytest.mark.parametrize("stop", [what.stops_before, what.stops_after])
    @pytest.mark.parametrize("step", steps(*[PUT] * LINES), ids=str)
    def test_flt_03_that_is_stopped_at_any_line_writes_each_once(
        self, portal, trouble, records, step, stop
    ):
        trouble.meets(step, stop, ONCE)
        with pytest.raises(Stopped):
            record(*records)
        trouble.mend()

        assert record(*records) == OK

        assert len(portal.rows("trail")) == LINES

    @pytest.mark.parametrize("fault", [what.loses_its_answer, what.throttles])
    def test_flt_01_without_its_table_gives_all_back_and_an_alarm_hears_of_it(
        self, portal, trouble, heard, records, fault
    ):
        heard()
        trouble.meets(steps(PUT)[0], fault, LASTS)
        answer = record(*records)
        trouble.mend()

        numbers = [each["dynamodb"]["SequenceNumber"] for each in records]
        assert answer == {"batchItemFailures": [{"itemIdentifier": each} for each in numbers]}
        now = heard(stuck={"record_trail"})
        assert now.counted()["record_trail", "failed"] == LINES
        assert "TrailAgeAlarm" in now.alarms()
        assert record(*records) == OK
        assert len(portal.rows("trail")) == LINES

    def test_flt_04_has_an_end_with_a_poison_record_and_an_alarm_hears_of_it(self, heard):
        for name in ("SignInChanged", "PeopleChanged"):
            stream = doors()["record_trail"]["Events"][name]["Properties"]
            dead = stream["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]

            assert 1 <= stream["MaximumRetryAttempts"] <= 10
            assert stream["BisectBatchOnFunctionError"]
            assert "TrailDeadLettersAlarm" in heard(dead_letters={dead: 1}).alarms()
