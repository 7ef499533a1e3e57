"""The conversations of the sample portal's own back end, kept in memory.

It identifies a contact as every portal's back end can: it sends the request's access token to
Portico's public API. A conversation is kept by whoever began it: by the contact's id, or by the ref
of a channel, for somebody who wrote before they ever signed in.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from local.sample_workspaces import WORKSPACES, contact_id

ASKED = "The printer on the second floor prints blank pages."
ANSWERED = "We have ordered a new drum. It comes tomorrow."
ASKED_BEFORE = "Where do I find last year's invoices?"
ANSWERED_BEFORE = "Below Account, Invoices. Pick the year at the top."
CHATTED = ("messenger", "8261", "My lamp hums at night. Is that normal?")
"""Written by Messenger, by somebody whom docs/portals/help-desk.md makes a contact."""
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


@dataclass(frozen=True)
class Channels:
    """Asks Portico, with a workspace's key, what a contact is called on the help desk's channels."""

    api: str
    keys: dict[str, str] = field(repr=False)
    """The text of each workspace's key, by its id."""

    def refs_of(self, workspace_id: str, contact: str) -> list[tuple[str, str]]:
        """Return the contact's confirmed refs; none if Portico does not answer."""
        if workspace_id not in self.keys:
            return []
        asked = Request(  # noqa: S310 - our own front
            f"{self.api}/v1/workspaces/{workspace_id}/contacts/{contact}",
            headers={"authorization": f"Bearer {self.keys[workspace_id]}"},
        )
        try:
            with urlopen(asked, timeout=10) as answer:  # noqa: S310
                refs: list[dict[str, Any]] = json.load(answer)["contact"]["refs"]
        except URLError:
            return []
        # Whoever writes can name any address: what came by such a ref is nobody's yet.
        return [(each["channel"], each["id"]) for each in refs if each["confirmed"]]


@dataclass
class Conversations:
    """All conversations. A contact who wrote by email before already has one."""

    _by_contact: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _by_ref: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        for workspace in WORKSPACES:
            for contact in workspace.contacts:
                self._by_contact[contact_id(workspace.id, contact.key)] = [
                    {"id": id_, "text": asked, "answer": answered, "state": state, "at": None}
                    for id_, asked, answered, state in (
                        ("123", ASKED, ANSWERED, "open"),
                        ("77", ASKED_BEFORE, ANSWERED_BEFORE, "solved"),
                    )
                ]
        self.write(*CHATTED)

    def of(self, contact: str, refs: Sequence[tuple[str, str]] = ()) -> list[dict[str, Any]]:
        """Return a contact's conversations, newest first, then those that came by their *refs*."""
        with self._lock:
            by_ref = [each for ref in refs for each in self._by_ref.get(ref, [])]
            return [*self._by_contact.get(contact, []), *by_ref]

    def write(self, channel: str, id_: str, text: str) -> None:
        """Keep a message that somebody has written on a channel."""
        with self._lock:
            theirs = self._by_ref.setdefault((channel, id_), [])
            theirs.insert(
                0,
                {
                    "id": f"{channel}-{len(theirs) + 1}",
                    "text": text,
                    "answer": None,
                    "state": "open",
                    "at": None,
                },
            )

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
