"""The caller and the event: two values that every room passes on.

An event is stored in the row that it is about, and the table's stream brings it to the trail.
So no write can succeed without its record.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portico import ids
from portico.errors import CrossSite


def origin_of(host: str) -> str:
    """Return the origin of our page and API on *host*, e.g. ``https://signin.acme.com``."""
    # API Gateway always speaks TLS; only the local front answers on loopback.
    name = host.partition(":")[0]
    return f"{'http' if name in ('127.0.0.1', 'localhost') else 'https'}://{host}"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request, with what API Gateway itself vouches for."""

    request_id: str
    """The gateway's id of the request, which logs and problem answers show."""
    host: str
    """Our own domain, or the gateway's host. It never comes from the ``Host`` header."""
    network: str
    """The IPv4 address, or the IPv6 /64, that the request came from."""
    origin: str | None = None
    fetch_site: str | None = None
    user_agent: str = ""
    authorization: str | None = None
    if_none_match: str | None = None
    if_match: str | None = None
    idempotency_key: str | None = None
    accept_encoding: str | None = None
    cookies: dict[str, str] = field(default_factory=dict, repr=False)
    """Empty for a caller that is no browser, because nothing proves that it may use them."""
    readers: set[str] = field(default_factory=set, repr=False, compare=False)
    """Origins whose pages may read the answer, beside our own page's."""

    @property
    def own_origin(self) -> str:
        """The origin of our page and API, e.g. ``https://signin.acme.com``."""
        return origin_of(self.host)

    @property
    def is_browser(self) -> bool:
        """Whether a browser sent this. It adds one of two headers to every changing request."""
        return self.origin is not None or self.fetch_site is not None

    def comes_from(self, origins: frozenset[str]) -> bool:
        """Say whether the browser sent this from our own page or from one of *origins*."""
        if self.origin is not None:
            return self.origin == self.own_origin or self.origin in origins
        return self.fetch_site in ("same-origin", "none")

    def demand_site(self, origins: frozenset[str]) -> None:
        """Check that a browser acts from our own page or from one of *origins*.

        Raises:
            CrossSite: the request comes from another page, or does not prove where from.
        """
        if not self.comes_from(origins):
            raise CrossSite
        self.may_read()

    def may_read(self) -> None:
        """Let the page that asked read the answer: it is the workspace's own, or the answer tells
        nothing that came from a cookie.
        """
        if self.origin is not None:
            self.readers.add(self.origin)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the trail.

    A team looks it up by *subject*: a contact id, or the fingerprint of an address. *keep_days* is
    the workspace's retention, and sets the trail's TTL. If both are absent, the event's row has
    them.
    """

    name: str
    at: datetime
    subject: str = ""
    keep_days: int = 0
    by: str = "contact"
    network: str | None = None
    detail: dict[str, str] = field(default_factory=dict)
    id: str = ""
    """A fresh one, unless something gives it."""
    began: datetime | None = None
    """When the sign-in began that it belongs to, unless it began with this event or its row says so.
    The trail's list has its sign-ins in this order."""

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", ids.new_event_id(self.at))

    def rider(self) -> dict[str, Any]:
        """Return the attribute to store in the row."""
        rider: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "at": self.at.isoformat(timespec="milliseconds"),
            "by": _printable(self.by),
        }
        optional = {
            "subject": _printable(self.subject),
            "keep_days": self.keep_days,
            "network": self.network,
            "began": int(self.began.timestamp()) if self.began else 0,
            # Strangers may have typed some of it, such as a provider's error.
            "detail": {name: _printable(value, name) for name, value in self.detail.items()},
        }
        return rider | {name: value for name, value in optional.items() if value}


def _printable(text: str, name: str = "") -> str:
    if text.isascii() and text.isprintable():
        return text
    # Loaded here: nearly all that is kept is in our own words.
    from portico.printable import printable_detail  # noqa: PLC0415

    return printable_detail(name, text)
