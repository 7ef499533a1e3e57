"""Which column of a file is which field of a contact: as it was said, or guessed from its header."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from cli.refusals import NotUnderstood, Refusal

NEEDED = ("email", "name")
OPTIONAL = ("language", "active", "id")
FIELDS = (*NEEDED, *OPTIONAL)
PARTS = ("first name", "last name")
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


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a file has what."""

    at: dict[str, int]
    """The place of each field, or of each part of a name, from 0."""
    headers: list[str]
    unknown: list[str] = field(default_factory=list)
    """Columns that are left out."""

    @classmethod
    def of(cls, headers: Sequence[str], said: Sequence[str] = ()) -> Self:
        """Read the first line.

        Args:
            headers: its cells.
            said: ``FIELD=HEADER`` for each field that is not to be guessed.

        Raises:
            Refusal: a field that is needed has no column, or a field has two.
            NotUnderstood: *said* is not of that shape, or names a column that is not there.
        """
        names = [_plain(each) for each in headers]
        at: dict[str, int] = {}
        for each in said:
            name, equals, header = each.partition("=")
            if not equals or name not in FIELDS or _plain(header) not in names:
                raise NotUnderstood(
                    f"--column: FIELD=HEADER, a field of {', '.join(FIELDS)} and a column of the file"
                )
            at[name] = names.index(_plain(header))
        taken = set(at.values())
        for place, name in enumerate(names):
            found = _field_of(name)
            if found is None or place in taken or found in {e.partition("=")[0] for e in said}:
                continue
            if found in at and _plain(headers[at[found]]) == name:
                raise Refusal(f"Two columns are called {headers[place]}: take one of them away.")
            if found in at:
                raise Refusal(
                    f"Two columns are the {found}: {headers[at[found]]} and {headers[place]}. Say "
                    f"which: --column '{found}={headers[place]}'"
                )
            at[found] = place
        if "name" in at:
            at = {name: place for name, place in at.items() if name not in PARTS}
        missing = [each for each in NEEDED if each not in at]
        if missing == ["name"] and at.keys() & set(PARTS):
            missing = []
        if missing:
            raise Refusal(
                f"The first line must name the columns. Required: {', '.join(NEEDED)}. Optional: "
                f"{', '.join(OPTIONAL)}. Missing: {', '.join(missing)}. Found: "
                f"{', '.join(filter(None, headers)) or 'none'}. If one has another name: "
                f"--column '{missing[0]}=ITS NAME'"
            )
        places = set(at.values())
        unknown = [h for n, h in enumerate(headers) if n not in places and h.strip()]
        return cls(at, list(headers), list(dict.fromkeys(unknown)))

    def values(self, cells: Sequence[str]) -> dict[str, str]:
        """Return what a row says of each field. A row that ends early says nothing of the others."""
        told = {
            name: cells[place].strip() if place < len(cells) else ""
            for name, place in self.at.items()
            if place < len(cells) or name not in OPTIONAL
        }
        if "name" not in self.at:
            told["name"] = " ".join(filter(None, (told.pop(each, "") for each in PARTS)))
        return told

    def has_room_for(self, cells: Sequence[str]) -> bool:
        """Say whether no cell stands behind the last column. A spreadsheet leaves empty ones there."""
        return not any(each.strip() for each in cells[len(self.headers) :])

    def in_words(self) -> dict[str, str]:
        """Return which column each field is read from."""
        return {name: self.headers[place] for name, place in self.at.items()}


def _field_of(name: str) -> str | None:
    if name in (*FIELDS, *PARTS):
        return name
    return next((each for each, called in CALLED.items() if name in called), None)


def _plain(header: str) -> str:
    return " ".join(header.lower().replace("_", " ").replace("-", " ").split())
