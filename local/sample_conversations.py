"""The conversations of the sample portal's own back end, by contact id, kept in memory.

It identifies a contact as every portal's back end can: it sends the request's access token to
Portico's public API.
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
    """Finds the contact of an access token with GET /v1/session."""

    api: str

    def contact_of(self, workspace_id: str, authorization: str) -> str:
        """Return the contact's id.

        Raises:
            NotSignedIn: there is no token, or it is not valid for this workspace.
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
    """All conversations. A contact who wrote by email before already has one."""

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
        """Begin a conversation.

        Raises:
            ValueError: the text is empty or too long.
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
