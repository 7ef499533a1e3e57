"""A directory that puts many people out at once (portico/team/mass_departure.py)."""

import pytest

from portico.team.mass_departure import FEW


@pytest.fixture
def people(directory):
    """Twenty-five people of a directory."""
    return [directory.adds(f"p{n}@example.com") for n in range(25)]


def lines(portal):
    return [each for each in portal.records_trail() if each["name"] == "directory.many-left"]


def notices(portal):
    rows = [row for row in portal.rows("sign-in") if row["sk"] == "notice"]
    return [row["label"] for row in rows if "many-left" in str(row)]


class TestDir04ManyWhoLeave:
    def test_are_told_to_owners_and_listed(self, portal, directory, people):
        for each in people[:5]:
            directory.switches(each, False)
        assert (lines(portal), notices(portal)) == ([], [])

        # Five are a fifth of twenty-five, and the sixth is more.
        directory.switches(people[5], False)

        assert notices(portal) == ["6 / 25"]
        (line,) = lines(portal)
        assert line["detail"] == {"gone": "6", "active": "25"}
        assert line["by"].startswith("key:")

    def test_are_out_all_the_same(self, portal, directory, people):
        for each in people:
            assert directory.switches(each, False).status == 200

        assert directory.reads(people[-1]).body["active"] is False

    def test_are_told_once_an_hour(self, portal, directory, people):
        for each in people[:12]:
            directory.removes(each)
        assert notices(portal) == ["6 / 25"]
        portal.forward(hours=1)

        for each in people[12:]:
            directory.switches(each, False)

        assert sorted(notices(portal)) == ["6 / 13", "6 / 25"]

    def test_are_no_mass_if_they_take_longer(self, portal, directory, people):
        for each in people[:12]:
            directory.switches(each, False)
            portal.forward(minutes=12)

        assert notices(portal) == []

    def test_are_no_mass_if_they_are_few_of_many(self, portal, directory, people):
        more = [directory.adds(f"q{n}@example.com") for n in range(10)]
        for each in [*people[:4], *more[:3]]:
            directory.switches(each, False)

        assert notices(portal) == []

    def test_are_no_mass_if_they_are_five_of_five(self, portal, directory):
        for each in [directory.adds(f"p{n}@example.com") for n in range(FEW)]:
            directory.switches(each, False)

        assert notices(portal) == []

    def test_count_once_each(self, portal, directory, people):
        for _ in range(3):
            for each in people[:4]:
                directory.switches(each, False)

        assert notices(portal) == []

    def test_are_out_though_nobody_can_be_told(self, portal, directory, people, wire):
        for each in people[:5]:
            directory.switches(each, False)
        wire.cut("dynamodb.Query")

        assert directory.switches(people[5], False).status == 200
        wire.mend()

        directory.switches(people[6], False)
        assert notices(portal) == ["7 / 25"]

    def test_cost_one_count_of_all_in_a_window(self, portal, directory, people, wire):
        wire.forget()
        for each in people[:9]:
            directory.switches(each, False)

        counts = [each for each in wire.parameters("dynamodb.Query") if "Select" in each]
        assert len(counts) == 1
