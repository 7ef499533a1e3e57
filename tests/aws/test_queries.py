"""Pages of lists (portico/aws/queries.py)."""

import pytest

from portico.aws.queries import page_before, page_listed, page_within, rows_between
from portico.aws.tables import IS_THERE, NOT_THERE, ForeignRow, Rows, transact

ACME = Rows("people", "acme#")


@pytest.fixture
def shelf(tables):
    for number in range(7):
        row = {
            "pk": "acme#shelf",
            "sk": f"book#{number}",
            "list": "acme#books",
            "listed": f"b{number}",
        }
        ACME.put(row, NOT_THERE)
    ACME.put({"pk": "acme#shelf", "sk": "cd#1"}, NOT_THERE)


def books(**how):
    seen: list[str] = []
    after: str | None = ""
    calls = 0
    while after is not None:
        found, after = page_within(ACME, "acme#shelf", starting="book#", after=after, size=3, **how)
        seen += [row["sk"] for row in found]
        calls += 1
        yield seen, calls


class TestAPage:
    def test_is_followed_by_the_rest_and_by_nothing_else(self, shelf):
        *_, (seen, calls) = books()
        assert (seen, calls) == ([f"book#{each}" for each in range(7)], 3)
        *_, (seen, _) = books(newest_first=True)
        assert seen == [f"book#{each}" for each in reversed(range(7))]

    def test_neither_loses_nor_doubles_what_stays_while_rows_come_and_go(self, shelf):
        seen: list[str] = []
        for seen, calls in books():  # noqa: B007 - the last ones are looked at below
            if calls == 1:
                # The very row that the next page begins after goes away.
                transact({"gone": ACME.deleting("acme#shelf", "book#2", IS_THERE)})
                ACME.put({"pk": "acme#shelf", "sk": "book#00"}, NOT_THERE)
        assert seen == [f"book#{each}" for each in range(7)]

    def test_costs_one_call(self, shelf, wire):
        next(books())
        assert wire.operations == ["dynamodb.Query"]

    def test_of_the_index_is_followed_by_the_rest(self, shelf):
        first, after = page_listed(ACME, "acme#books", starting="b", size=5)
        rest, end = page_listed(ACME, "acme#books", starting="b", after=after, size=5)
        assert [sk for _, sk in first + rest] == [f"book#{each}" for each in range(7)]
        assert end is None

    def test_ten_03_of_another_workspace_is_refused(self, shelf):
        with pytest.raises(ForeignRow):
            page_within(ACME, "globex#shelf")
        with pytest.raises(ForeignRow):
            page_listed(ACME, "acme#books", after=("b1", "globex#shelf", "book#1"))


class TestASpanThatEndsBeforeItBegins:
    """DynamoDB refuses such a query, and the DynamoDB of these tests does not."""

    def test_has_no_rows_and_asks_for_none(self, shelf, wire):
        assert page_before(ACME, "acme#shelf", first="book#3", before="book#2") == ([], None)
        assert list(rows_between(ACME, "acme#shelf", "book#3", "book#2")) == []
        assert wire.operations == []

    def test_of_one_place_has_its_row(self, shelf):
        assert [r["sk"] for r in rows_between(ACME, "acme#shelf", "book#3", "book#3")] == ["book#3"]
