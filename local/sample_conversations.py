"""The conversations that the sample portal's own back end holds, by contact id. Gone at the end.

It knows a contact as every portal's back end may: by the access token that came along, which it
shows to Portico's public API.
"""

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from local.sample_workspaces import WORKSPACES, contact_id

ASKED = "The printer on the second floor prints blank pages."
ANSWERED = "We have ordered a new drum. It comes tomorrow."
LONGEST = 2000


class NotSignedIn(Exception):
    """Portico does not know the token."""


@dataclass(frozen=True)
class Visitors:
    """Who an access token speaks of, as GET /v1/session tells."""

    api: str

    def contact_of(self, workspace_id: str, authorization: str) -> str:
        """Return the contact's id.

        Raises:
            NotSignedIn: there is no token, or it is none of this workspace's.
        """
        query = urlencode({"workspace": workspace_id})
        asked = Request(  # noqa: S310 - our own front
            f"{self.api}/v1/session?{query}", headers={"authorization": authorization}
        )
        try:
            with urlopen(asked, timeout=10) as answer:  # noqa: S310
                contact: dict[str, str] = json.load(answer)["contact"]
        except URLError as error:
            raise NotSignedIn from error
        return contact["id"]


@dataclass
class Conversations:
    """Everybody's conversations; whoever wrote by email before has one already."""

    _by_contact: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        for workspace in WORKSPACES:
            for contact in workspace.contacts:
                id_ = contact_id(workspace.id, contact.key)
                self._by_contact[id_] = [
                    {"id": "123", "text": ASKED, "answer": ANSWERED, "state": "open", "at": None},
                    {"id": "77", "text": ASKED, "answer": ANSWERED, "state": "solved", "at": None},
                ]

    def of(self, contact: str) -> list[dict[str, Any]]:
        """Return a contact's conversations, newest first."""
        with self._lock:
            return list(self._by_contact.get(contact, []))

    def start(self, contact: str, text: str) -> dict[str, Any]:
        """Begin one.

        Raises:
            ValueError: there is nothing in it, or too much.
        """
        text = text.strip()
        if not 0 < len(text) <= LONGEST:
            raise ValueError(f"1 to {LONGEST} characters")
        with self._lock:
            theirs = self._by_contact.setdefault(contact, [])
            started = {
                "id": str(200 + len(theirs)),
                "text": text,
                "answer": None,
                "state": "open",
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
            }
            theirs.insert(0, started)
            return started
