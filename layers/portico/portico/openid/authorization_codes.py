"""Authorization codes: a portal trades one for tokens, once, within a minute or less.

A code is used as soon as its session exists: the key of that session's row comes from the code,
and one transaction writes the row.
"""

import secrets
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self

from portico.aws.tables import Rows
from portico.clock import epoch, moment
from portico.events import Event
from portico.ids import base64url, digest
from portico.openid.rules import Profile
from portico.people.rules import Contact
from portico.sessions.rules import Session

AUTHORIZATION_CODE_LIFETIME = timedelta(seconds=60)
"""Time for a browser's redirect and a server's request. RFC 6749 allows ten minutes."""
LIFETIME_WITHOUT_PKCE = timedelta(seconds=30)
"""Nothing binds such a code to its browser but the portal's own check of the nonce."""
TOMBSTONE = timedelta(days=1)
"""How long we keep the row, so that we still recognise a code that comes late."""


def new_code() -> str:
    """Return 256 random bits. Whoever has them and the verifier may fetch the tokens, once."""
    return base64url(secrets.token_bytes(32))


def grant_key(workspace_id: str, code: str) -> tuple[str, str]:
    """Return the key of a code's row. The key holds a hash of the code."""
    return f"{workspace_id}#grant#{digest(code)}", "code"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code grants: to which contact, in which session, for which request."""

    portal: str
    redirect_uri: str
    code_challenge: str
    """Empty without PKCE."""
    scope: str
    nonce: str
    contact: str
    name: str
    email: str
    sver: int
    session: str
    method: str
    signed_in_at: int
    session_ends_at: int
    idle: int
    shared_computer: bool
    keep_days: int
    expires_at: int
    email_verified: bool = False

    @classmethod
    def of(
        cls,
        portal: str,
        parameters: dict[str, str],
        scope: str,
        session: Session,
        contact: Contact,
        *,
        at: datetime,
    ) -> Self:
        """Return the grant of *session* for a portal's request."""
        challenge = parameters.get("code_challenge", "")
        lifetime = AUTHORIZATION_CODE_LIFETIME if challenge else LIFETIME_WITHOUT_PKCE
        return cls(
            portal=portal,
            redirect_uri=parameters["redirect_uri"],
            code_challenge=challenge,
            scope=scope,
            nonce=parameters.get("nonce", ""),
            contact=contact.id,
            name=contact.name,
            email=contact.email,
            sver=contact.sver,
            session=session.id,
            method=session.method,
            signed_in_at=epoch(session.signed_in_at),
            session_ends_at=epoch(session.expires_at),
            idle=int(session.idle.total_seconds()),
            shared_computer=session.shared_computer,
            keep_days=session.keep_days,
            expires_at=epoch(at + lifetime),
            email_verified=contact.email_verified,
        )

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a code's row."""
        # A code from before an upgrade has other attributes, and still works.
        return cls(**{each.name: row[each.name] for each in fields(cls) if each.name in row})

    @property
    def profile(self) -> Profile:
        """What the tokens say of the contact."""
        return Profile(**{each.name: getattr(self, each.name) for each in fields(Profile)})

    def get_redirect_uri(self) -> str:
        """Return, for authlib, the address that the code was sent to."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """Return, for authlib, the granted scope."""
        return self.scope

    def is_due(self, *, at: datetime) -> bool:
        """Say whether the code may still be used."""
        return at < moment(self.expires_at)


def keep(table: str, workspace_id: str, code: str, grant: Grant, event: Event) -> None:
    """Write a code's row.

    Raises:
        TryLater: DynamoDB is out of reach.
    """
    pk, sk = grant_key(workspace_id, code)
    row = {"pk": pk, "sk": sk, **asdict(grant), "event": event.rider()}
    row["ttl"] = grant.expires_at + int(TOMBSTONE.total_seconds())
    # The SDK repeats a request whose answer was lost; the repeat writes the same row.
    Rows(table, f"{workspace_id}#").put(
        row, "attribute_not_exists(pk) OR session = :mine", {":mine": grant.session}
    )
