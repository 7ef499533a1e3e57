"""What one person of a large directory costs, counted (bench/directory_scale.py). docs/performance.md
has the table."""

from datetime import timedelta

import pytest

from bench.directory_scale import (
    ACTS,
    FEW_PEOPLE,
    MANY_PEOPLE,
    TEN_MINUTES,
    costs_among,
    directory_in_memory,
)

OF_ONE = set(ACTS) - {"first page"}
"""A list begins with how many there are."""


class TestAPersonOfADirectory:
    @pytest.mark.parametrize(
        "people",
        [
            300,
            # The table in memory takes half a gigabyte, and a minute.
            pytest.param(MANY_PEOPLE, marks=pytest.mark.soak),
        ],
    )
    def test_costs_the_same_however_many_there_are(self, people):
        few, many = costs_among(FEW_PEOPLE), costs_among(people)

        assert {act: many[act] for act in OF_ONE} == {act: few[act] for act in OF_ONE}
        assert many["first page"].rows > people > few["first page"].rows


class TestADirectoryThatKeepsAsking:
    @pytest.mark.parametrize(
        "lasts", [timedelta(seconds=4), pytest.param(TEN_MINUTES, marks=pytest.mark.soak)]
    )
    def test_is_answered_25_times_a_second_and_writes_its_own_rows_alone(self, lasts):
        with directory_in_memory(FEW_PEOPLE) as directory:
            load = directory.keeps_asking(lasts)

        assert load.asked == lasts / timedelta(seconds=1) * 25
        assert (load.refused, load.elsewhere) == (0, 0)
        assert load.calls <= 5 * load.asked
