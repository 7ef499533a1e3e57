"""Lists that come in pages."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self


class Walk[Entry](Iterator[Entry]):
    """All entries of a list, page after page, each read when it is needed.

    However much changes meanwhile, what stays comes exactly once. A page may be empty before the
    list ends.
    """

    def __init__(self, page: Callable[[str | None], Mapping[str, Any]], entries: str) -> None:
        """Begin at the first page. Nothing is read yet.

        Args:
            page: reads the page of a cursor; ``None``: the first.
            entries: the member of a page that has its entries.
        """
        self._read = page
        self._name = entries
        self._entries: Iterator[Entry] = iter(())
        self._cursor: str | None = None
        self.page: Mapping[str, Any] | None = None
        """The page that was read last, for what it says beside its entries."""

    def __iter__(self) -> Self:
        """Return itself: a list is walked once."""
        return self

    def __next__(self) -> Entry:
        """Return the next entry.

        Raises:
            StopIteration: there is none.
            Problem, OutOfReach: the next page could not be read. Asking again goes on there.
        """
        while True:
            for entry in self._entries:
                return entry
            if self.page is not None and not self._cursor:
                raise StopIteration
            self.page = self._read(self._cursor)
            self._cursor = self.page.get("next")
            self._entries = iter(self.page[self._name])
