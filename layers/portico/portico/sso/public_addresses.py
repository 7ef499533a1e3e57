"""Which addresses we may call: public ones, over https. The rule alone, for whoever only checks a text.

Names are resolved when the socket connects (:mod:`portico.sso.transport`), by the same rule.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit


class NotPublic(ValueError):
    """The address is not on the public internet."""


def is_public(address: str) -> bool:
    """Say whether *address* is on the public internet, including one that it embeds."""
    parsed = ip_address(address.partition("%")[0])
    embedded: list[IPv4Address | IPv6Address] = [parsed]
    if isinstance(parsed, IPv6Address):
        inner = (parsed.ipv4_mapped, parsed.sixtofour, *(parsed.teredo or ()))
        embedded += [each for each in inner if each is not None]
        # NAT64 (RFC 6052) and the old IPv4-compatible form (RFC 4291, 2.5.5.1) lead to the
        # IPv4 address in their last four bytes.
        if parsed.packed.startswith((bytes.fromhex("0064ff9b"), bytes(12))):
            embedded.append(IPv4Address(parsed.packed[-4:]))
        # Deprecated (RFC 3879), but some networks still route it.
        if parsed.is_site_local:
            return False
    return all(each.is_global and not each.is_multicast for each in embedded)


def check_url(url: str, *, loopback: bool) -> str:
    """Check that we may request a URL. Its name is resolved later.

    Raises:
        NotPublic: the URL is not https, has a user name, or has a private address.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if loopback and parts.scheme == "http" and host in ("127.0.0.1", "localhost"):
        return url
    if parts.scheme != "https" or not host or parts.username is not None or parts.fragment:
        raise NotPublic("an https address")
    try:
        literal = ip_address(host)
    except ValueError:
        return url
    if not is_public(str(literal)):
        raise NotPublic("a public address")
    return url
