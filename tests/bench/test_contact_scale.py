"""What many contacts cost, counted (bench/contact_scale.py). docs/performance.md has the table."""

import pytest

from bench.contact_scale import (
    CHANGES,
    FEW,
    MANY,
    contacts_in_memory,
    imported,
    pages,
    walked,
)

MOST_CALLS_A_ROW = 1.2
MOST_MEMORY = 8
"""Megabytes that an import may need beside what the process has."""


class TestAnImport:
    @pytest.mark.parametrize("way", ["api", "command"])
    def test_takes_few_calls_a_row(self, way):
        done = imported(way, 1000)

        assert done.calls_a_row <= MOST_CALLS_A_ROW

    @pytest.mark.parametrize(
        ("less", "more"),
        [
            pytest.param(1000, FEW, marks=pytest.mark.slow),
            # The table in memory takes gigabytes, and minutes.
            pytest.param(FEW, MANY, marks=pytest.mark.soak),
        ],
    )
    def test_of_ten_times_the_rows_needs_no_more_memory(self, less, more):
        few, many = imported("api", less), imported("api", more)

        assert few.calls_a_row <= MOST_CALLS_A_ROW
        assert many.calls_a_row <= MOST_CALLS_A_ROW
        assert many.memory <= MOST_MEMORY


class TestAList:
    def test_costs_the_same_a_page_however_many_there_are(self):
        assert self.pages(200) == self.pages(3000)

    @pytest.mark.parametrize(
        "contacts",
        [
            pytest.param(FEW, marks=pytest.mark.slow),
            pytest.param(MANY, marks=pytest.mark.soak),
        ],
    )
    def test_that_is_long_costs_the_same_a_page_and_loses_and_doubles_nobody(self, contacts):
        with contacts_in_memory(contacts) as (tables, search):
            assert pages(tables, search, contacts) == self.pages(200)
            wanted = contacts * CHANGES // MANY
            walk = walked(search, contacts, wanted)

        # One between two pages: there are fewer pages if many were erased.
        assert 0.9 * wanted <= walk.changes <= wanted
        assert (walk.lost, walk.doubled) == (0, 0)
        assert walk.stayed >= contacts - wanted

    def pages(self, contacts):
        with contacts_in_memory(contacts) as (tables, search):
            return pages(tables, search, contacts)
