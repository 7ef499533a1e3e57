"""A portal as an OpenID client, exactly as its workspace registered it."""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, Self

from portico.ids import base64url, digest, is_workspace

CLIENT_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}\Z")
"""The shape of a portal's name, which is part of its client id."""

_LOOPBACK = re.compile(
    r"http://(?P<host>127\.0\.0\.1|\[::1\])(?::(?P<port>[1-9][0-9]{0,4}))?(?P<rest>(?:[/?].*)?)\Z"
)
"""An address on the contact's own machine, by its number: the name ``localhost`` could be answered
by somebody else (RFC 8252, 8.3)."""
HIGHEST_PORT = 65535

SECRETS_KEPT = 2
"""The newest secret, and the one before it until every server of the portal has the new one."""


NOT_KNOWN = "client_id: there is no such portal, or it is switched off"
NOT_REGISTERED = "not a registered address; each character counts, also a slash at the end"
"""What the log says of a portal's mistake that a browser must not carry back."""


class ClientId(NamedTuple):
    """``prt_<workspace>_<name>``: public, and in every request of the portal."""

    workspace_id: str
    portal: str

    def __str__(self) -> str:
        return f"prt_{self.workspace_id}_{self.portal}"

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """Read a client id; any other text is ``None``."""
        start, _, rest = (text or "").partition("_")
        workspace_id, _, portal = rest.partition("_")
        is_ours = start == "prt" and is_workspace(workspace_id) and CLIENT_NAME.match(portal)
        return cls(workspace_id, portal) if is_ours else None


def client_key(workspace_id: str, portal: str) -> tuple[str, str]:
    """Return the key of a portal's row."""
    return f"{workspace_id}#portal#{portal}", "portal"


def new_secret(random: bytes) -> str:
    """Return ``pos_`` and 256 random bits: shown once, and stored as its hash."""
    return f"pos_{base64url(random)}"


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """One registered client. Its addresses are compared character by character, but for the port
    of an app that listens on the contact's own machine.
    """

    id: str
    workspace_id: str
    label: str
    """The team's name for it."""
    redirect_uris: list[str] = field(default_factory=list)
    post_logout_uris: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list, repr=False)
    """Hashes, the newest first. A public client has none, because it cannot keep a secret."""
    areas: list[str] = field(default_factory=list)
    """Areas that it serves, for contacts who came by a portal link. An empty list means all."""
    initiate_login_uri: str | None = None
    """Where a contact who came by a portal link goes, signed in, to begin a sign-in from there."""
    backchannel_logout_uri: str | None = None
    """Where its server is told that a contact is signed out. A public client has no server."""
    audience: str | None = None
    """The audience of its access tokens: the portal's API. ``None``: the workspace's id."""
    without_pkce: bool = False
    """Whether its requests may come without PKCE. Never those of a public client."""
    on: bool = True
    rotated_by: str = field(default="", repr=False)
    """The press that made its newest secret, if that had an ``Idempotency-Key``."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Read a portal's row."""
        names = {each.name for each in fields(cls)}
        values = {name: value for name, value in row.items() if name in names}
        # What is no switch is off.
        values["on"] = values.get("on", True) is True
        values["without_pkce"] = values.get("without_pkce") is True
        return cls(workspace_id=row["workspace"], **values)

    def row(self) -> dict[str, Any]:
        """Return the attributes of the row."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values["workspace"] = values.pop("workspace_id")
        return values

    @property
    def client_id(self) -> str:
        """Its client id."""
        return str(ClientId(self.workspace_id, self.id))

    @property
    def is_public(self) -> bool:
        """Whether it has no secret: it is a page or an app, whose code anybody can read."""
        return not self.secrets

    def takes(self, redirect_uri: str | None) -> bool:
        """Say whether a browser may be sent there with a code.

        A public client on the contact's machine listens at whatever port is free (RFC 8252, 7.3).
        """
        if redirect_uri in self.redirect_uris:
            return True
        asked = _at_any_port(redirect_uri or "")
        if asked is None or not self.is_public:
            return False
        return any(_at_any_port(each) == asked for each in self.redirect_uris)

    @property
    def is_removed(self) -> bool:
        """Whether a team took it away: one that is registered has an address at least."""
        return not self.redirect_uris

    @property
    def may_leave_pkce_out(self) -> bool:
        """Whether a request may come without a challenge: the secret must keep the code instead."""
        return self.without_pkce and not self.is_public

    @property
    def aud(self) -> str:
        """The audience of its access tokens."""
        return self.audience or self.workspace_id

    def has_secret(self, text: str) -> bool:
        """Say whether *text* is the portal's current or previous secret."""
        return _is_among(digest(text), self.secrets)

    def values(self) -> dict[str, Any]:
        """Return what a team sets of it. Of its secrets only enough of their hashes to tell them
        apart: nobody finds 256 random bits by 32.
        """
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values["secrets"] = [each[:8] for each in self.secrets]
        return {name: values[name] for name in values.keys() - {"id", "workspace_id", "rotated_by"}}

    def shown(self) -> dict[str, Any] | None:
        """Return what the workspace's settings row keeps of it; ``None`` if nothing."""
        if not (self.on and self.initiate_login_uri):
            return None
        uri = self.initiate_login_uri
        return {"id": self.id, "initiate_login_uri": uri, "areas": sorted(self.areas)}


def _at_any_port(uri: str) -> tuple[str, str] | None:
    """Return host and rest of a loopback address; ``None``: it is none."""
    found = _LOOPBACK.match(uri)
    if found is None or int(found["port"] or 0) > HIGHEST_PORT:
        return None
    return found["host"], found["rest"]


def _is_among(hash_: str, hashes: Iterable[str]) -> bool:
    # Compare all of them, so that the time does not tell which one fits.
    return sum(hmac.compare_digest(hash_, each) for each in hashes) > 0
