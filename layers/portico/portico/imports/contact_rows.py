"""What a row of a table says of a contact, or what is wrong with it."""

from dataclasses import dataclass
from typing import Any

from portico.errors import InvalidRequest
from portico.ids import is_contact
from portico.imports.columns import FIELDS, Columns
from portico.imports.csv_pieces import TableRow
from portico.people.addresses import mailable
from portico.people.contact_import import ContactLine
from portico.people.contact_names import contact_language, contact_name
from portico.people.rules import language_of

SWITCH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was refused, and why."""

    line: int
    email: str
    """As typed."""
    reason: str
    """In words; with the field and a colon before it, if it is about one."""

    @property
    def names(self) -> str | None:
        """The address in its one spelling, if it is one: a refused row names its contact as well."""
        try:
            return mailable(self.email)
        except InvalidRequest:
            return None


class _Wrong(Exception):
    """What is wrong with one row."""


def split(reason: str) -> tuple[str, str]:
    """Return the field that a reason is about, or nothing, and the rest of it."""
    field, colon, rest = reason.partition(": ")
    return (field, rest) if colon and field in FIELDS else ("", reason)


@dataclass
class ContactRows:
    """The rows of one file, as they come."""

    columns: Columns
    has_our_ids: bool | None = None
    """Whether the column ``id`` has ids that Portico gave. The first one in it says so."""

    def read(self, row: TableRow) -> ContactLine | RefusedRow | None:
        """Return what a row asks for, or what is wrong with it; ``None``: it is empty."""
        why = row.wrong
        if not why and not any(each.strip() for each in row.cells):
            return None
        try:
            if not why:
                return self._entry(row)
        except _Wrong as wrong:
            why = str(wrong)
        return RefusedRow(row.line, self.columns.values(row.cells)["email"], why)

    def _entry(self, row: TableRow) -> ContactLine:
        if not self.columns.has_room_for(row.cells):
            raise _Wrong(f"{len(row.cells)} values for {len(self.columns.headers)} columns")
        if not all(each.isascii() or _is_text(each) for each in row.cells):
            raise _Wrong("not UTF-8: save the file as UTF-8")
        values = self.columns.values(row.cells)
        try:
            email = mailable(values["email"])
            says: dict[str, Any] = {"name": contact_name(values["name"])}
            if "language" in values:
                # An empty one is the workspace's; `en-US` is English.
                typed = values["language"].lower()
                says["language"] = contact_language(language_of(typed) or typed) if typed else None
        except InvalidRequest as refused:
            raise _Wrong(f"{refused.field}: {refused.reason}") from None
        if values.get("active"):
            says["active"] = _switch(values["active"])
        return ContactLine(row.line, email, says, self._id(values.get("id") or None))

    def _id(self, id_: str | None) -> str | None:
        """Return a contact's id, if it is one of ours."""
        if id_ is None:
            return None
        is_ours = is_contact(id_)
        if self.has_our_ids is None:
            self.has_our_ids = is_ours
        if is_ours is not self.has_our_ids:
            raise _Wrong("id: ct_ and 22 characters, as Portico gave it; or leave it empty")
        return id_ if is_ours else None


def _is_text(cell: str) -> bool:
    # What no encoding has a sign for is read as half a sign.
    return not any("\ud800" <= each <= "\udfff" for each in cell)


def _switch(text: str) -> bool:
    if text.lower() not in SWITCH:
        raise _Wrong("active: true or false, or empty to leave it as it is")
    return SWITCH[text.lower()]
