"""Walking through a list that comes in pages (clients/python/src/portico_team/pages.py)."""

from typing import Any

import pytest

from portico_team import OutOfReach, Walk

PAGES: dict[str | None, dict[str, Any]] = {
    None: {"links": [1, 2], "next": "a"},
    "a": {"links": [], "next": "b"},
    "b": {"links": [3], "next": None, "incomplete": True},
}


class TestAWalk:
    def test_goes_through_all_pages_also_empty_ones(self):
        assert list(Walk(PAGES.__getitem__, "links")) == [1, 2, 3]

    def test_reads_a_page_when_it_is_needed(self):
        asked: list[str | None] = []

        def page(cursor):
            asked.append(cursor)
            return PAGES[cursor]

        walk: Walk[int] = Walk(page, "links")
        assert asked == []
        assert [next(walk), next(walk)] == [1, 2]
        assert asked == [None]
        assert next(walk) == 3
        assert asked == [None, "a", "b"]

    def test_has_what_the_last_page_says_beside(self):
        walk: Walk[int] = Walk(PAGES.__getitem__, "links")
        list(walk)

        assert (walk.page or {})["incomplete"] is True

    def test_ends_once_and_for_all(self):
        walk: Walk[int] = Walk(lambda _: {"links": []}, "links")

        assert list(walk) == list(walk) == []

    def test_goes_on_where_a_page_could_not_be_read(self):
        away = [True]

        def page(cursor):
            if cursor == "a" and away:
                away.pop()
                raise OutOfReach
            return PAGES[cursor]

        walk: Walk[int] = Walk(page, "links")
        assert [next(walk), next(walk)] == [1, 2]
        with pytest.raises(OutOfReach):
            next(walk)

        assert list(walk) == [3]
