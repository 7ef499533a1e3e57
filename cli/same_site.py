"""Whether the portal will get its session: page, API and portal have to live on one site.

The session is a cookie with ``SameSite=Lax``. A browser sends it along with the portal's call
only if both hosts belong to one site: the same scheme, and the same name one label below a
public suffix (``acme.co.uk``). Which suffixes are public is a list that browsers ship; here it
is the copy that came with the package ``publicsuffixlist``.
"""

from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList, __version__


def origin_of(url: str) -> str:
    """Return scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_same_site(one: str, other: str) -> bool:
    """Say whether a browser sends ``SameSite=Lax`` cookies from *one* origin to the *other*."""
    return urlsplit(one).scheme == urlsplit(other).scheme and site_of(one) == site_of(other)


def site_of(url: str) -> str:
    """Return the registrable name of a URL's host, or the host where it has none."""
    host = urlsplit(url).hostname or ""
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    if "." not in host:
        return host
    site = _suffixes().privatesuffix(_in_own_letters(host))
    return ".".join(host.split(".")[-len(site.split(".")) :]) if site else host


def list_date() -> str:
    """Return the day of the list we go by."""
    day = __version__.rpartition(".")[2]
    return f"{day[:4]}-{day[4:6]}-{day[6:8]}"


@cache
def _suffixes() -> PublicSuffixList:
    # Writing its ten thousand names in ASCII would take longer than the rest of a command.
    return PublicSuffixList(accept_encoded_idn=False)


def _in_own_letters(host: str) -> str:
    """Return a host as the list spells it: without ``xn--``."""
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host
