"""Connections and persons, and when we trust what a provider says."""

import re
from dataclasses import dataclass, field, fields
from typing import Any, Self

from portico.errors import InvalidRequest
from portico.people.addresses import mailable, normalise
from portico.people.identities import Identity

CONNECTION = re.compile(r"[a-z][a-z0-9-]{1,30}\Z")
PROVIDER_KINDS = ("microsoft", "google", "facebook", "x", "oidc")


@dataclass(frozen=True, slots=True)
class Connection:
    """One provider, as one workspace uses it. Its client secret is stored elsewhere."""

    id: str
    workspace_id: str
    kind: str
    label: str
    client_id: str
    on: bool = True
    draft: bool = False
    """Whether it was never tested as it is. A draft is off until its test has passed."""
    waits: bool = False
    """Whether the team's API has set whom it signs in, and no owner has confirmed that. It is off
    until one does."""
    agreed: str | None = None
    """While it waits, the stamp (`connection_stamp`) by which it last needed no owner, if ever."""
    issuer: str | None = None
    """The issuer of an ``oidc`` connection, exactly as in its discovery document."""
    discovery_url: str | None = None
    """The address of that document, if it is not below the issuer."""
    tenants: list[str] = field(default_factory=list)
    """Microsoft: tenant ids, or one of ``organizations`` and ``common``."""
    hosted_domains: list[str] = field(default_factory=list)
    """Google: allow only accounts of these Workspace domains. By default all accounts."""
    vouches_for: list[str] = field(default_factory=list)
    """Domains whose addresses this provider vouches for. By default it vouches for none."""
    stand_in: str | None = None
    """On a laptop, the address of the fake provider that replaces the real one."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a row, or a state's copy of one."""
        names = {each.name for each in fields(cls)}
        values = {name: value for name, value in row.items() if name in names}
        # A value that is not a boolean counts as off.
        values["draft"] = values.get("draft") is True
        # One that is not waits, since an owner can end that.
        values["waits"] = values.get("waits", False) is not False
        is_ready = not (values["draft"] or values["waits"])
        values["on"] = values.get("on", True) is True and is_ready
        if "hosted_domains" not in values and row.get("hosted_domain"):
            # Written before a connection could have several.
            values["hosted_domains"] = [row["hosted_domain"]]
        return cls(workspace_id=row["workspace"], **values)

    def values(self) -> dict[str, Any]:
        """Return what a team sets of it. Its client secret is stored elsewhere."""
        kept = {"id", "workspace_id", "stand_in", "agreed"}
        return {
            each.name: getattr(self, each.name) for each in fields(self) if each.name not in kept
        }

    def row(self) -> dict[str, Any]:
        """Return the attributes that are set."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values["workspace"] = values.pop("workspace_id")
        values["draft"] = self.draft or None
        values["waits"] = self.waits or None
        # A door of the version before reads only this one, and must not let everybody in.
        values["hosted_domain"] = next(iter(self.hosted_domains), None)
        return {name: value for name, value in values.items() if value not in (None, [])}


def ends_sessions_by(connection: Connection) -> bool:
    """Say whether the issuer of a connection may end sessions of its people (Universal Logout).

    Other kinds have one issuer for everybody's people.
    """
    return connection.kind == "oidc" and connection.on


def revocation_url(origin: str, workspace_id: str, connection: str) -> str:
    """Return the address that the team gives to such an issuer, and that its proof must be for.

    Args:
        origin: our own.
        workspace_id: the connection's.
        connection: its id.
    """
    return f"{origin}/oauth2/global-token-revocation/{workspace_id}/{connection}"


@dataclass(frozen=True, slots=True)
class Person:
    """The person that a provider says it has signed in."""

    identity: Identity
    name: str | None = None
    email: str | None = field(default=None, repr=False)
    email_is_verified: bool = False
    """Whether the provider itself checked the address, by the rules in its module."""
    tenant: str | None = None
    object_id: str | None = None

    def address(self) -> str | None:
        """Return the normalised address; ``None`` if it is not an address."""
        try:
            # A provider may send anything in a claim, even a list of addresses.
            return normalise(self.email) if isinstance(self.email, str) else None
        except InvalidRequest:
            return None

    def mail_address(self) -> str | None:
        """Return the normalised address; ``None`` if it is none that a mail can be sent to."""
        try:
            return mailable(self.email) if isinstance(self.email, str) else None
        except InvalidRequest:
            return None

    def vouched_address(self, connection: Connection) -> str | None:
        """Return the address, if the provider verified it and vouches for its domain."""
        address = self.address()
        if address is None or not self.email_is_verified:
            return None
        domain = address.rpartition("@")[2]
        return address if domain in connection.vouches_for else None
