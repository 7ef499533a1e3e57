"""Trips to a provider and back. One request of one browser may use a trip's row, once."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Self

from portico.aws.tables import ConditionFailed, Rows
from portico.clock import epoch, moment
from portico.events import Event
from portico.ids import base64url, digest, is_workspace, random_part
from portico.links.destinations import ReturnTo
from portico.people.rules import Stay
from portico.sso.rules import Connection

STATE_LIFETIME = timedelta(minutes=10)
STATE_AFTERLIFE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class State:
    """``st_<workspace>_<22 characters>``: the state that goes to the provider and back."""

    workspace_id: str
    random: str

    @classmethod
    def new(cls, workspace_id: str) -> Self:
        """Return a fresh one."""
        return cls(workspace_id, random_part())

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a state; any other text is ``None``."""
        # Accept more than we send: a damaged state still names the workspace of the error page.
        kind, _, rest = text.partition("_")
        workspace_id, _, random = rest.partition("_")
        if kind != "st" or not is_workspace(workspace_id) or not 16 <= len(random) <= 64:
            return None
        return cls(workspace_id, random)

    def __str__(self) -> str:
        return f"st_{self.workspace_id}_{self.random}"

    @property
    def key(self) -> tuple[str, str]:
        """The row's key. It holds a hash, because the state itself is as secret as a token."""
        return f"{self.workspace_id}#sso#{digest(str(self))[:32]}", "state"

    def derived(self, key: bytes, use: str) -> str:
        """Return a secret of this state, such as its nonce or its PKCE verifier."""
        return base64url(hmac.digest(key, f"{use}|{self}".encode(), sha256))


@dataclass(frozen=True, slots=True)
class Trip:
    """The values that a trip begins with and that its row keeps."""

    connection: Connection
    browser: str
    """The hash of the browser's cookie."""
    link: str
    """The public id of the link that began it."""
    contact: str | None
    """The contact of a personal link. Nobody else may sign in with it."""
    return_to: ReturnTo
    stay: Stay
    device: str | None
    origin: str
    key: str
    """The version of the key of nonce and verifier."""
    expires_at: datetime
    adds: str | None = None
    """The session of a contact who connects an account; ``None`` for a sign-in."""
    sver: int | None = None
    """The ``sver`` of that contact when the trip began."""
    language: str | None = None
    """The language of the page. If a code has to prove the address, its mail is written in it."""
    by_sso: bool = False
    """Whether the session of a contact who connects an account came by single sign-on, with an account
    for which reading their mailbox was not enough."""

    @property
    def fragment_key(self) -> str:
        """The page's fragment key for the result: of a sign-in, or of connecting an account."""
        return "account" if self.adds else "e"

    @property
    def began(self) -> datetime:
        """When the browser was sent to the provider."""
        return self.expires_at - STATE_LIFETIME

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row."""
        return cls(
            Connection.from_row(row["connection"]),
            row["browser"],
            row["link"],
            row.get("contact"),
            ReturnTo(row["area"], row["url"]),
            Stay.from_row(row),
            row.get("device"),
            row["origin"],
            row["key"],
            moment(row["expires_at"]),
            row.get("adds"),
            row.get("sver"),
            row.get("language"),
            row.get("by_sso", False),
        )

    def row(self) -> dict[str, Any]:
        """Return the attributes of a row."""
        row: dict[str, Any] = {
            "connection": self.connection.row(),
            "browser": self.browser,
            "link": self.link,
            "area": self.return_to.area,
            "url": self.return_to.url,
            **self.stay.row(),
            "origin": self.origin,
            "key": self.key,
            "expires_at": epoch(self.expires_at),
            "ttl": epoch(self.expires_at + STATE_AFTERLIFE),
            "subject": self.contact or f"link-{self.link}",
        }
        optional = {
            "contact": self.contact,
            "device": self.device,
            "adds": self.adds,
            "sver": self.sver,
            "language": self.language,
            "by_sso": self.by_sso or None,
        }
        return row | {name: value for name, value in optional.items() if value is not None}


@dataclass(frozen=True, slots=True)
class States:
    """The trips of one workspace."""

    table: str
    workspace_id: str

    @property
    def rows(self) -> Rows:
        """The rows that this store may touch."""
        return Rows(self.table, f"{self.workspace_id}#")

    def begin(self, state: State, trip: Trip, event: Event) -> None:
        """Write a new trip."""
        pk, sk = state.key
        row = {"pk": pk, "sk": sk, **trip.row(), "event": event.rider()}
        # A second write is the SDK's own repeat, because nobody else can name this state.
        self.rows.put(row, "attribute_not_exists(pk) OR attribute_not_exists(used_by)")

    def use(
        self, state: State, *, connection: str, browser: str, request: str, at: datetime
    ) -> Trip | None:
        """Use up a trip; ``None`` if this browser has none, or it is used or too old."""
        is_its_own = "browser = :browser AND connection.id = :connection"
        is_unused = "(attribute_not_exists(used_by) OR used_by = :request)"
        try:
            row = self.rows.update(
                *state.key,
                "SET used_by = :request REMOVE event",
                f"{is_its_own} AND {is_unused} AND expires_at > :now",
                {
                    ":request": request,
                    ":browser": browser,
                    ":connection": connection,
                    ":now": epoch(at),
                },
            )
        except ConditionFailed:
            return None
        return Trip.from_row(row)

    def note(self, state: State, event: Event) -> None:
        """Record how a trip ended."""
        self.rows.update(
            *state.key, "SET event = :event", "attribute_exists(pk)", {":event": event.rider()}
        )
