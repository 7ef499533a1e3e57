"""Portals that a developer runs beside the local Portico, by their origins."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?\Z")


def own_origin(text: str) -> str:
    """Read an origin, such as ``http://localhost:3000``. A slash at its end does no harm.

    Raises:
        ValueError: it is none.
    """
    origin = text.strip().removesuffix("/").lower()
    if not _ORIGIN.match(origin):
        raise ValueError(f"{text} is no origin, such as http://localhost:3000")
    return origin


def is_on(host: str, origin: str) -> bool:
    """Say whether an origin is on *host*, whatever its port."""
    return urlsplit(origin).hostname == host


def own_portals(origins: Sequence[str], host: str) -> str:
    """Return what the terminal says of them: how contacts sign in there.

    Args:
        origins: the origins.
        host: name and port of Portico's front.
    """
    name, _, port = host.partition(":")
    lines: list[str] = []
    for each in origins:
        if is_on(name, each):
            lines += [
                f"Your portal {each} may call the API with the session of a contact: docs/api.md,",
                "  A portal's front end in an hour. Make it a workspace's:",
                f"  portico workspace set acme --portal-url {each} --local {port}",
            ]
        else:
            lines += [
                f"Your portal {each} is on another site: it signs contacts in as an OpenID client.",
                f"  portico portal add acme my-portal --public --redirect-uri {each}/callback --local {port}",
            ]
    return "\n".join(lines)
