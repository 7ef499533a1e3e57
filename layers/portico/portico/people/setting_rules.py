"""Check and normalise one setting at a time.

Each function returns the value to store, or raises a ValueError with the reason in words.
"""

import re
from ipaddress import ip_network
from urllib.parse import urlsplit

from portico import ids
from portico.errors import InvalidRequest
from portico.people.addresses import normalise
from portico.people.rules import AREAS
from portico.printable import is_printable_name

WIDEST_OFFICE = {4: 16, 6: 32}
"""The shortest prefix of an office network, by IP version. A wider network is no office."""
NARROWEST_IPV6_OFFICE = 64
"""We know callers over IPv6 by their /64, so a narrower range would never match."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_FLOW = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")
_HOST = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\Z"
)
URL_TEXT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]*\Z")
"""Characters that need no encoding in an address."""
_PLACES = {"ticket": "{id}", "request": "{flow}"}
"""The placeholder that an area's path must have, once. Other areas have none."""


def printable(text: str) -> str:
    if not is_printable_name(text) or text != text.strip():
        raise ValueError("printable characters only, and no blanks around them")
    return text


def workspace_id(text: str) -> str:
    if not ids.is_workspace(text):
        raise ValueError("2 to 31 of a-z, 0-9 and -, a letter first, and not a reserved word")
    return text


def portal_url(url: str) -> str:
    origin = origin_of(url, "an address")
    rest = urlsplit(url)
    if rest.query or rest.fragment or url[-1] in "?#":
        raise ValueError("an address without ? and #; areas may have them")
    if rest.path.endswith("/"):
        raise ValueError("an address without a slash at the end")
    if ".." in rest.path.split("/") or not URL_TEXT.match(rest.path):
        raise ValueError("an address whose path has plain characters only, and no ..")
    if f"{rest.scheme}://{rest.netloc}" != origin:
        raise ValueError(f"the host as a browser writes it: {origin}{rest.path}")
    return url


def origin(text: str) -> str:
    origin = origin_of(text, "an origin")
    if text != origin:
        raise ValueError(f"an exact origin, without a path: {origin}")
    return text


def areas(areas: dict[str, str]) -> dict[str, str]:
    if "dashboard" not in areas:
        raise ValueError("dashboard is missing: contacts without another destination go there")
    for area, template in areas.items():
        if area not in AREAS:
            raise ValueError(f"{area}: no area; use {', '.join(AREAS)}")
        place = _PLACES.get(area, "")
        path = template.replace(place, "", 1) if place else template
        if not template.startswith("/") or template.startswith("//"):
            raise ValueError(f"{area}: the path must start with one slash")
        if place and place not in template:
            raise ValueError(f"{area}: the path must have {place} once")
        if not URL_TEXT.match(path):
            raise ValueError(
                f"{area}: plain characters only" + (f", and {place} once" if place else "")
            )
    return areas


def colour(text: str) -> str:
    if not _COLOUR.match(text):
        raise ValueError("a colour in the form #rrggbb")
    return text.lower()


def flow(name: str) -> str:
    if not _FLOW.match(name):
        raise ValueError("names of 1 to 64 letters, digits and _ . -, a letter or digit first")
    return name


def office(text: str) -> str:
    try:
        network = ip_network(text)
    except ValueError:
        raise ValueError(f"{text}: a network such as 198.51.100.0/24 or 2001:db8::/48") from None
    if network.prefixlen < WIDEST_OFFICE[network.version]:
        raise ValueError(f"{text}: /{WIDEST_OFFICE[network.version]} at the widest")
    if network.version == 6 and network.prefixlen > NARROWEST_IPV6_OFFICE:
        raise ValueError(f"{text}: /{NARROWEST_IPV6_OFFICE} at the narrowest")
    return str(network)


def inbound(text: str) -> str:
    try:
        return normalise(text)
    except InvalidRequest as refused:
        raise ValueError(f"{text}: {refused.reason}") from None


def domain(text: str) -> str:
    try:
        return normalise(f"x@{text}").partition("@")[2]
    except InvalidRequest as refused:
        raise ValueError(f"{text}: {refused.reason}") from None


def once_each(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise ValueError("give each value once")
    return values


def origin_of(url: str, what: str) -> str:
    """Check scheme, host and port, and return them as a browser writes an origin."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise ValueError(f"{what} in plain ASCII (a host in other letters by its xn-- name)")
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_loopback = host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback):
        raise ValueError(f"{what} with https:// (http:// only on this machine itself)")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"{what} without a user name")
    if host != "::1" and not _HOST.match(host):
        raise ValueError(f"{what} with a host name")
    shown = f"[{host}]" if ":" in host else host
    try:
        port = parts.port
    except ValueError:
        raise ValueError(f"{what} whose port is a number up to 65535") from None
    default = 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, default) else "")
