"""Whether the portal will get its session: page, API and portal have to live on one site.

The session is a cookie with ``SameSite=Lax``. A browser sends it along with the portal's call
only if both hosts belong to one site: the same scheme, and the same name one label below a
public suffix (``acme.co.uk``). Which suffixes are public is a list that browsers ship; here it
is the copy that came with the package ``publicsuffixlist``.
"""

from functools import cache
from importlib.metadata import version
from ipaddress import ip_address
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from cli.targets import Target
from portico.people.rules import Workspace


def warnings(home: Workspace, target: Target) -> list[str]:
    """Return what will not work for this workspace's portal as things are."""
    found = []
    api = origin_of(target.api_url)
    # A portal that is a client needs no cookie of ours, and calls nothing that the page calls.
    clients = {origin_of(str(each["initiate_login_uri"])) for each in home.portals}
    for portal in sorted(home.origins - {api} - clients):
        if not is_same_site(portal, api):
            found.append(
                f"{portal} and Portico at {api} are on different sites ({site_of(portal)} and "
                f"{site_of(api)}), so browsers will not send the session from the one to the "
                "other. Make the portal an OpenID client, with --initiate-login-uri: portico "
                f"portal add {home.id}. Or give Portico a host of its own on the portal's site "
                "(parameter OwnDomain). "
                f"Assumed: the public suffix list of {list_date()}."
            )
        if target.portal_origins is not None and portal not in target.portal_origins:
            found.append(
                f"{portal} is not among the stack's PortalOrigins, so its pages may not call the "
                "API. Deploy with it added to that parameter."
            )
    has_sso = home.sso_method and any(each.get("on") for each in home.connections)
    if not has_sso and home.directory_rule == "sso_only":
        found.append(
            "The directory rule lets people in by SSO only, and no connection is on: nobody can."
        )
    elif not has_sso and not home.code_method:
        found.append("Codes are off and there is no other way to sign in: nobody can.")
    elif home.directory_rule != "off":
        found.append(
            "A directory rule is on. Before it surprises anybody: portico directory check "
            f"{home.id}"
        )
    return found


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
        return _suffixes().privatesuffix(host) or host


def list_date() -> str:
    """Return the day of the list we go by."""
    day = version("publicsuffixlist").rpartition(".")[2]
    return f"{day[:4]}-{day[4:6]}-{day[6:8]}"


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
