"""Which column of a file is which field of a contact: as it was said, or guessed from its header."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from portico.imports.csv_pieces import TableRefused

NEEDED_FIELDS = ("email", "name")
OPTIONAL_FIELDS = ("language", "active", "id")
FIELDS = (*NEEDED_FIELDS, *OPTIONAL_FIELDS)
NAME_PARTS = ("first name", "last name")
"""Of a name, where a file has it in two columns."""
CALLED: Mapping[str, tuple[str, ...]] = {
    "email": ("e mail", "email address", "e mail address", "mail", "primary email", "work email"),
    "name": ("full name", "display name", "contact name", "contact"),
    "language": ("lang", "locale", "preferred language"),
    "active": ("enabled", "is active"),
    "first name": ("firstname", "given name", "givenname"),
    "last name": ("lastname", "surname", "family name", "familyname"),
}
"""What other products call a field in the files that they export."""


class ColumnsNotThere(TableRefused):
    """What was said of the columns names one that is not there."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a file has what."""

    at: dict[str, int]
    """The place of each field, or of each part of a name, from 0."""
    headers: list[str]

    @property
    def unknown(self) -> list[str]:
        """Columns that are no field of a contact."""
        places = set(self.at.values())
        names = [each for n, each in enumerate(self.headers) if n not in places and each.strip()]
        return list(dict.fromkeys(names))

    @classmethod
    def of(cls, headers: Sequence[str], said: Mapping[str, str] | None = None) -> Self:
        """Read the first line.

        Args:
            headers: its cells.
            said: the column of each field that is not to be guessed.

        Raises:
            ColumnsNotThere: *said* names a field or a column that is not there.
            TableRefused: a field that is needed has no column, or a field has two.
        """
        names = [_plain(each) for each in headers]
        at: dict[str, int] = {}
        said = said or {}
        for name, header in said.items():
            if name not in FIELDS or _plain(header) not in names:
                raise ColumnsNotThere(
                    f"a field of {', '.join(FIELDS)}, and a column of the file", name
                )
            at[name] = names.index(_plain(header))
        taken = set(at.values())
        for place, name in enumerate(names):
            found = _field_of(name)
            if found is None or place in taken or found in said:
                continue
            if found in at and _plain(headers[at[found]]) == name:
                raise TableRefused(
                    f"Two columns are called {headers[place]}: take one of them away."
                )
            if found in at:
                both = f"{headers[at[found]]} and {headers[place]}"
                text = f"Two columns are the {found}: {both}. Say which:"
                raise TableRefused(text, found, headers[place])
            at[found] = place
        if "name" in at:
            at = {name: place for name, place in at.items() if name not in NAME_PARTS}
        missing = [each for each in NEEDED_FIELDS if each not in at]
        if missing == ["name"] and at.keys() & set(NAME_PARTS):
            missing = []
        if missing:
            raise TableRefused(
                f"The first line must name the columns. Required: {', '.join(NEEDED_FIELDS)}. Optional: "
                f"{', '.join(OPTIONAL_FIELDS)}. Missing: {', '.join(missing)}. Found: "
                f"{', '.join(filter(None, headers)) or 'none'}. If one has another name:",
                missing[0],
            )
        return cls(at, list(headers))

    def values(self, cells: Sequence[str]) -> dict[str, str]:
        """Return what a row says of each field. A row that ends early says nothing of the others."""
        told = {
            name: cells[place].strip() if place < len(cells) else ""
            for name, place in self.at.items()
            if place < len(cells) or name not in OPTIONAL_FIELDS
        }
        if "name" not in self.at:
            told["name"] = " ".join(filter(None, (told.pop(each, "") for each in NAME_PARTS)))
        return told

    def has_room_for(self, cells: Sequence[str]) -> bool:
        """Say whether no cell stands behind the last column. A spreadsheet leaves empty ones there."""
        return not any(each.strip() for each in cells[len(self.headers) :])

    def in_words(self) -> dict[str, str]:
        """Return which column each field is read from."""
        return {name: self.headers[place] for name, place in self.at.items()}


def _field_of(name: str) -> str | None:
    if name in (*FIELDS, *NAME_PARTS):
        return name
    return next((each for each, called in CALLED.items() if name in called), None)


def _plain(header: str) -> str:
    return " ".join(header.lower().replace("_", " ").replace("-", " ").split())
