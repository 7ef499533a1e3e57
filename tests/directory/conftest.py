from dataclasses import dataclass
from typing import Any

import pytest

from portico.directory.store import Directory, Record
from portico.events import Event
from tests.support.driver import NOON

TENANT = "7b2f5a44-93b5-4b0f-9a1e-2f0a4c1d9e11"
OBJECT = "0d4b0c52-3c1e-4d8a-8a5e-6d1c3b2a1f00"


@dataclass(frozen=True, slots=True)
class Source:
    """A directory, and whoever keeps it."""

    directory: Directory

    def lists(self, id_: str, *emails: str, active: bool = True, **more: Any) -> Record:
        record = Record(
            "hr", id_, more.get("tenant"), more.get("object_id"), id_, emails, active, NOON
        )
        self.directory.put(record, Event("record.added", NOON, f"record-{id_}", 365))
        return record

    def finds(self, key: tuple[str, str]) -> str | None:
        """The active person that a key finds."""
        row = self.directory.rows.get(*key)
        return row["external_id"] if row and row["active"] else None


@pytest.fixture
def source(tables) -> Source:
    return Source(Directory("people", "acme"))
