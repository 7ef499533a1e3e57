"""Connect an identity to a contact with our own code, when the provider does not prove the address.

The identity waits in a pending row until an address is typed, and then in the challenge. Only the
browser that came back from the provider may continue with either.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from portico.aws.tables import Rows
from portico.clock import epoch, moment
from portico.codes.challenge import Challenge
from portico.codes.store import Challenges, NewChallenge
from portico.events import Caller, Event
from portico.ids import BROWSER_COOKIE, carried, digest, new_challenge_id, random_part
from portico.links.destinations import ReturnTo
from portico.mail.letters import Purpose
from portico.people.identities import Identity
from portico.people.rules import Stay

PENDING_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PendingId:
    """``pnd_<workspace>_<22 characters>``."""

    workspace_id: str
    random: str

    @classmethod
    def new(cls, workspace_id: str) -> Self:
        """Return a fresh one."""
        return cls(workspace_id, random_part())

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read such an id; any other text is ``None``."""
        parts = carried(text, kind="pnd")
        return cls(*parts) if parts else None

    def __str__(self) -> str:
        return f"pnd_{self.workspace_id}_{self.random}"

    @property
    def key(self) -> tuple[str, str]:
        """The row's key."""
        return f"{self.workspace_id}#pending#{digest(str(self))[:32]}", "pending"


@dataclass(frozen=True, slots=True)
class PendingIdentity:
    """An identity on its way to a contact, and the sign-in that it interrupted."""

    identity: Identity
    label: str
    """The account's name in the mail, e.g. ``Facebook``."""
    browser: str
    link: str
    contact: str | None
    return_to: ReturnTo
    stay: Stay
    device: str | None
    language: str | None = None
    """The language of the page that began the trip."""

    def challenge(self, workspace_id: str, email: str | None) -> NewChallenge:
        """Return the challenge that proves the address."""
        return NewChallenge(
            id=new_challenge_id(workspace_id),
            purpose=Purpose.LINK,
            link=self.link,
            email=None if self.contact else email,
            contact_id=self.contact,
            return_to=self.return_to,
            stay=self.stay,
            device=self.device,
            known=None,
            connects={**self.identity.row(), "label": self.label},
            browser=self.browser,
            language=self.language,
        )

    def row(self) -> dict[str, Any]:
        """Return the attributes of a pending row."""
        row: dict[str, Any] = {
            "identity": self.identity.row(),
            "label": self.label,
            "browser": self.browser,
            "link": self.link,
            "area": self.return_to.area,
            "url": self.return_to.url,
            **self.stay.row(),
        }
        optional = {"device": self.device, "language": self.language}
        return row | {name: value for name, value in optional.items() if value}

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a pending row."""
        return cls(
            Identity.from_row(row["identity"]),
            row["label"],
            row["browser"],
            row["link"],
            None,
            ReturnTo(row["area"], row["url"]),
            Stay.from_row(row),
            row.get("device"),
            row.get("language"),
        )


@dataclass(frozen=True, slots=True)
class PendingIdentities:
    """The identities of one workspace that wait for an address."""

    table: str
    workspace_id: str
    rows: Rows = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", Rows(self.table, f"{self.workspace_id}#"))

    def wait(self, connecting: PendingIdentity, event: Event) -> PendingId:
        """Store an identity until an address is typed."""
        id_ = PendingId.new(self.workspace_id)
        pk, sk = id_.key
        ends = event.at + PENDING_LIFETIME
        row = {
            "pk": pk,
            "sk": sk,
            **connecting.row(),
            "subject": f"link-{connecting.link}",
            "expires_at": epoch(ends),
            "ttl": epoch(ends),
            "event": event.rider(),
        }
        self.rows.put(row, "attribute_not_exists(pk) OR browser = :mine", {":mine": row["browser"]})
        return id_

    def find(self, id_: PendingId, *, browser: str, at: datetime) -> PendingIdentity | None:
        """Read a waiting identity, for the browser that it belongs to."""
        row = self.rows.get(*id_.key)
        if row is None or row["browser"] != browser or at >= moment(row["expires_at"]):
            return None
        return PendingIdentity.from_row(row)


def ask_for_proof(
    table: str,
    workspace_id: str,
    connecting: PendingIdentity,
    email: str | None,
    caller: Caller,
    at: datetime,
) -> Challenge:
    """Begin the challenge that proves an address for *connecting*."""
    new = connecting.challenge(workspace_id, email)
    detail = {"link": connecting.link, "connection": connecting.identity.connection}
    event = Event("code.requested", at, network=caller.network, detail=detail)
    return Challenges(table, workspace_id).begin(new, caller, event)


def browser_of(caller: Caller) -> str:
    """Return the hash of the browser's cookie, as rows keep it."""
    return digest(caller.cookies.get(BROWSER_COOKIE, ""))
