"""How contacts are shown, whoever has told of them: the rooms, or the API."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from cli.command import Told
from cli.csv_output import Sheet
from cli.output import Shown, told, without
from portico.people.rules import Contact

COLUMNS = ("email", "name", "language", "active", "id")
"""Of a list as CSV: those that an import takes."""

type Row = Mapping[str, Any]
"""A contact, by the names that scripts read."""


def row_of_contact(contact: Contact) -> dict[str, Any]:
    """Return a contact's fields; what only decisions are made of is no news to anybody."""
    return without(told(contact), ["found_by", "merges", "merged_into"])


def show_contact(told: Told, row: Row) -> None:
    """Show one contact."""
    if row["suppressed"]:
        told.note(f"No mail is sent to {row['email']} after a {row['suppressed']}.")
    told.card(row["name"], row, contact=row)


def print_contacts(contacts: Iterable[Row]) -> None:
    """Print all of them as CSV that ``portico contact import`` takes."""
    sheet = Sheet.printed()
    sheet.write(*COLUMNS)
    for row in contacts:
        active = "true" if row["active"] else "false"
        sheet.write(row["email"], row["name"], row["language"] or "", active, row["id"])


def list_contacts(told: Told, workspace_id: str, contacts: Iterable[Row], *, limit: int) -> None:
    """List the first *limit* of them."""
    listed = list(islice(contacts, limit + 1))
    if len(listed) > limit:
        told.note(
            f"There are more than these {limit} contacts: raise --limit, or narrow down with "
            "--starting. --csv lists all."
        )
    listed = listed[:limit]
    short = [_short(each) for each in listed]
    told.list(f"Contacts of {workspace_id}", short, contacts=listed)


def _short(row: Row) -> dict[str, Shown]:
    return {
        "primary email": row["email"],
        "name": row["name"],
        "state": "deactivated" if not row["active"] else row["suppressed"] or "active",
        "language": row["language"],
        "id": row["id"],
    }
