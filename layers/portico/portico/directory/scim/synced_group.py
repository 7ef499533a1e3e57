"""A group that a directory has sent. Its members are rows of their own, one for each."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from portico.clock import epoch, moment
from portico.directory.scim.synced_user import caseless, demand_text


@dataclass(frozen=True, slots=True)
class SyncedGroup:
    """One group. *document* has the attributes as they were sent, without id, meta and members."""

    id: str
    version: int
    created_at: datetime
    changed_at: datetime
    document: dict[str, Any]
    is_closing: bool = False
    """Whether it is about to be deleted: nobody joins any more."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row."""
        times = moment(row["created_at"]), moment(row["changed_at"])
        document = json.loads(row["document"])
        return cls(row["id"], row["version"], *times, document, row.get("closing") is True)

    def row(self) -> dict[str, Any]:
        """Return the attributes of its row."""
        closing = {"closing": True} if self.is_closing else {}
        return closing | {
            "id": self.id,
            "version": self.version,
            "created_at": epoch(self.created_at),
            "changed_at": epoch(self.changed_at),
            "document": json.dumps(self.document, separators=(",", ":"), ensure_ascii=False),
        }

    @property
    def name(self) -> str:
        """The group's name, unique in its workspace in any case."""
        return str(self.document["displayName"])

    @property
    def external_id(self) -> str | None:
        """The directory's own id of the group."""
        return self.document.get("externalId")

    def says(self, name: str, value: str) -> bool:
        """Say whether a comparison of a filter, which is none of members, holds for the group."""
        match name:
            case "id":
                return self.id == value
            case "externalId":
                return self.external_id == value
            case _:
                return caseless(self.name) == caseless(value)


def group_document_of(sent: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of a group, checked.

    Args:
        sent: the resource, with names as the standard has them.

    Raises:
        InvalidRequest: a value is missing, too long, or cannot be shown.
    """
    document = {name: sent[name] for name in ("displayName", "externalId") if sent.get(name)}
    demand_text("displayName", document.get("displayName"), is_needed=True)
    demand_text("externalId", document.get("externalId"))
    return document
