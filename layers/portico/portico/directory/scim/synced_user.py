"""A user that a directory has sent: the resource as the standard has it, and our record of it."""

import json
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from portico.clock import epoch, moment
from portico.directory.scim.hold import Hold
from portico.directory.store import SCIM_SOURCE, Record
from portico.errors import InvalidRequest
from portico.people.addresses import normalise
from portico.people.contact_names import LONGEST_NAME
from portico.printable import is_printable_name

MOST_EMAILS = 10
LONGEST_NAMED = 200
"""Characters of a name or an id."""
LONGEST_TYPE = 40


def caseless(text: str) -> str:
    """Return *text* as names and addresses are compared: without case."""
    return unicodedata.normalize("NFKC", text.strip()).casefold()


@dataclass(frozen=True, slots=True)
class SyncedUser:
    """One user. *document* has the attributes as they were sent, without id and meta."""

    id: str
    version: int
    created_at: datetime
    changed_at: datetime
    document: dict[str, Any]
    contact: str | None = None
    """The contact whom the workspace has for this person, if it keeps contacts by its directory, or
    who is known by an address that the directory has changed since."""
    allowed: bool = True
    """Whether one of their groups lets them in, or groups decide nothing."""
    ruled_at: int = 0
    """The version of the settings whose rule of groups said so; 0: there was none yet."""
    hold: Hold | None = None
    """Why the person is in all the same, or was until its moment; ``None``: nothing is held."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row."""
        document = json.loads(row["document"])
        times = moment(row["created_at"]), moment(row["changed_at"])
        contact, allowed = row.get("contact"), row.get("allowed") is not False
        ruled_at = row.get("ruled_at", 0)
        hold = Hold.from_value(row["hold"]) if "hold" in row else None
        return cls(row["id"], row["version"], *times, document, contact, allowed, ruled_at, hold)

    def row(self) -> dict[str, Any]:
        """Return the attributes of its row."""
        row = {
            "id": self.id,
            "version": self.version,
            "created_at": epoch(self.created_at),
            "changed_at": epoch(self.changed_at),
            "document": json.dumps(self.document, separators=(",", ":"), ensure_ascii=False),
        }
        ruled = {"allowed": self.allowed, "ruled_at": self.ruled_at} if self.ruled_at else {}
        held = {"hold": self.hold.value()} if self.hold else {}
        return row | ruled | held | ({"contact": self.contact} if self.contact else {})

    @property
    def user_name(self) -> str:
        """The name by which the directory knows the person. It may change, and change hands."""
        return str(self.document["userName"])

    @property
    def external_id(self) -> str | None:
        """The directory's own id of the person."""
        return self.document.get("externalId")

    @property
    def active(self) -> bool:
        """Whether the directory has them as active. One who was sent without saying so is."""
        return self.document.get("active") is not False

    @property
    def may_come_in(self) -> bool:
        """Whether the directory lets the person in: they are active, and their groups let them."""
        return self.active and self.allowed

    @property
    def is_known_inside(self) -> bool:
        """Whether their record lets them in, or did until a moment that nobody has met yet."""
        return self.may_come_in or self.hold is not None

    @property
    def addresses(self) -> list[str]:
        """The addresses as they were sent."""
        return [each["value"] for each in self.document.get("emails") or [] if each.get("value")]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of what is found by a key: ``kind|value``."""
        external = [f"external|{self.external_id}"] if self.external_id else []
        return tuple(
            dict.fromkeys([*external, *(f"email|{caseless(each)}" for each in self.addresses)])
        )

    @property
    def shown_name(self) -> str:
        """The name that a contact has of this person."""
        names = self.document.get("name") or {}
        parts = " ".join(filter(None, (names.get("givenName"), names.get("familyName"))))
        told = (self.document.get("displayName"), names.get("formatted"), parts, self.user_name)
        return next(each for each in told if each).strip()[:LONGEST_NAME]

    def says(self, name: str, value: str) -> bool:
        """Say whether a comparison of a filter holds for the user."""
        match name:
            case "id":
                return self.id == value
            case "userName":
                return caseless(self.user_name) == caseless(value)
            case "externalId":
                return self.external_id == value
            case _:
                return caseless(value) in map(caseless, self.addresses)

    def record(self, *, at: datetime) -> Record:
        """Return the directory record of the person.

        Raises:
            InvalidRequest: an address is none.
        """
        record = Record(
            SCIM_SOURCE, self.id, None, None, self.user_name, self.emails(), self.may_come_in, at
        )
        if self.hold is None or self.may_come_in:
            return record
        until = None if self.hold.is_kept else self.hold.until
        return replace(record, active=True, held_until=until, is_kept=self.hold.is_kept)

    def emails(self) -> tuple[str, ...]:
        """Return the addresses by which sign-in finds the person, in their normal form, the primary
        one first.

        Without any, it is the name, if that is an address.

        Raises:
            InvalidRequest: one is no address.
        """
        if self.addresses:
            emails = sorted(
                self.document["emails"], key=lambda each: each.get("primary") is not True
            )
            told = (each["value"] for each in emails if each.get("value"))
            return tuple(dict.fromkeys(map(normalise, told)))
        try:
            return (normalise(self.user_name),)
        except InvalidRequest:
            return ()


def forgotten(user: SyncedUser, *, at: datetime) -> Record:
    """Return the record of a user whom the directory has deleted: inactive, and nameless."""
    return Record(SCIM_SOURCE, user.id, None, None, user.id, (), active=False, imported_at=at)


def document_of(sent: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of a resource, checked.

    Args:
        sent: the resource, with names as the standard has them.

    Raises:
        InvalidRequest: a value is too long, cannot be shown, or is no address.
    """
    kept = {"id", "meta", "schemas", "groups"}
    document = {name: value for name, value in sent.items() if name not in kept}
    demand_text("userName", document.get("userName"), is_needed=True)
    demand_text("externalId", document.get("externalId"))
    demand_text("displayName", document.get("displayName"))
    for name, value in (document.get("name") or {}).items():
        demand_text(f"name.{name}", value)
    emails = document.get("emails") or []
    if len(emails) > MOST_EMAILS:
        raise InvalidRequest("emails", f"{MOST_EMAILS} at most")
    for each in emails:
        demand_text("emails.type", each.get("type"), longest=LONGEST_TYPE)
        if each.get("value"):
            normalise(each["value"])
    return document


def demand_text(
    name: str, value: str | None, *, is_needed: bool = False, longest: int = LONGEST_NAMED
) -> None:
    """Demand that a value can be shown.

    Raises:
        InvalidRequest: it is too long or cannot be shown, or is needed and missing.
    """
    if value is None and not is_needed:
        return
    if not value or not value.strip() or len(value) > longest or not is_printable_name(value):
        raise InvalidRequest(name, f"1 to {longest} printable characters")
