"""Check the addresses that a portal registers.

Each function raises a ValueError with the reason in words. We later compare addresses character
by character (RFC 9700, 2.1), so we refuse one now that a browser would write in another way.
"""

import re
from ipaddress import IPv4Address
from urllib.parse import parse_qsl, urlsplit

from portico.people.setting_rules import origin_of

LONGEST_URI = 512
ANSWER_PARAMETERS = frozenset(
    "code state iss error error_description error_uri session_state".split()
)
"""Parameters that we add to a redirect URI. The URI must not have them already."""
SIGN_OUT_PARAMETERS = frozenset(("state",))
"""Parameters that we add to a post-logout URI (OpenID Connect RP-Initiated Logout 1.0, 3)."""
LOGOUT_PARAMETERS = frozenset(("logout_token",))
"""The parameter that we post to a back-channel logout URI (Back-Channel Logout 1.0, 2.5)."""
LOGIN_PARAMETERS = frozenset(("iss", "target_link_uri", "login_hint"))
"""Parameters that we add to an initiate login URI (OpenID Connect Core 1.0, 4)."""

_ON_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_APP = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+:(?P<path>/(?!/).*)\Z")
"""A private-use scheme: a domain of the app's owner, in reverse order (RFC 8252, 7.1)."""
_TEXT = re.compile(r"[A-Za-z0-9._~!$&'()+,;=:@%/?-]*\Z")
_HIDDEN = re.compile(r"%(?![0-9A-Fa-f]{2})|%(?:[01][0-9A-Fa-f]|7[Ff]|2[EeFf]|5[Cc])")
"""An incomplete escape, or an escaped control character, dot or slash."""
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z")


def redirect(uri: str) -> str:
    """Return *uri* if a browser can open it, or an app on the contact's device."""
    return _opened(uri, ANSWER_PARAMETERS)


def post_logout(uri: str) -> str:
    """Return *uri* if it may be a post-logout URI, by the rules of :func:`redirect`."""
    return _opened(uri, SIGN_OUT_PARAMETERS)


def initiate_login(uri: str) -> str:
    """Return *uri* if it is a web page's. An app's is refused: any app could claim its scheme."""
    _plain(uri)
    _check_web(uri)
    _check_query(uri, LOGIN_PARAMETERS)
    return uri


def backchannel_logout(uri: str) -> str:
    """Return *uri* if our server can post to it: a web server's. We follow no redirect."""
    _plain(uri)
    _check_web(uri)
    _check_query(uri, LOGOUT_PARAMETERS)
    return uri


def web_origin(uri: str) -> str | None:
    """Return the origin of a checked address; ``None`` if it is an app's."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None


def is_on_this_machine(uri: str) -> bool:
    """Say whether a checked address is on the contact's own machine."""
    return urlsplit(uri).hostname in _ON_THIS_MACHINE


def _opened(uri: str, added: frozenset[str]) -> str:
    _plain(uri)
    if uri.startswith(("https:", "http:")):
        _check_web(uri)
    else:
        _check_app(uri)
    _check_query(uri, added)
    return uri


def _plain(uri: str) -> None:
    if not 0 < len(uri) <= LONGEST_URI:
        raise ValueError(f"an address of 1 to {LONGEST_URI} characters")
    if not uri.isascii():
        raise ValueError("an address in plain ASCII (a host in other letters by its xn-- name)")
    if not uri.isprintable() or " " in uri:
        raise ValueError("an address without blanks and control characters")
    if "\\" in uri:
        raise ValueError("an address without backslashes, which browsers read as /")
    if "#" in uri:
        raise ValueError("an address without #: no server would see what comes after it")
    if "*" in uri:
        raise ValueError("an exact address: * is no wildcard, so register each address")


def _check_app(uri: str) -> None:
    if not _SCHEME.match(uri):
        raise ValueError("a whole address, https://…")
    app = _APP.match(uri)
    if app is None:
        raise ValueError(
            "an address with https://, or of an app: a domain in reverse order and one slash, "
            "such as com.example.app:/callback"
        )
    _check_path(app["path"].partition("?")[0])


def _check_web(uri: str) -> None:
    origin = origin_of(uri, "an address")
    parts = urlsplit(uri)
    host = parts.hostname or ""
    if parts.scheme == "http" and host not in _ON_THIS_MACHINE:
        raise ValueError("an address with https:// (http:// only on this machine itself)")
    if _NUMBER.match(host.rpartition(".")[2]):
        _check_numbers(host)
    if not uri.startswith(origin) or uri[len(origin) :][:1] not in ("", "/", "?"):
        raise ValueError(f"scheme, host and port as a browser writes them: {origin}")
    _check_path(parts.path)


def _check_numbers(host: str) -> None:
    # A browser reads 127.1, 0x7f.1 and 2130706433 as the same machine.
    try:
        IPv4Address(host)
    except ValueError:
        raise ValueError(
            "an address with a host name, or with all four numbers of an IPv4"
        ) from None


def _check_path(path: str) -> None:
    if {".", ".."} & set(path.split("/")):
        raise ValueError("an address without . and .. in its path: browsers remove them")


def _check_query(uri: str, added: frozenset[str]) -> None:
    rest = uri.partition(":")[2]
    if not _TEXT.match(rest.removeprefix("//[::1]")) or _HIDDEN.search(rest):
        raise ValueError("an address of plain characters; others as %XX, but no dots and slashes")
    if uri.endswith("?"):
        raise ValueError("an address without ? at its end")
    names = {name for name, _ in parse_qsl(uri.partition("?")[2], keep_blank_values=True)}
    if names & added:
        raise ValueError(f"an address without {' '.join(sorted(names & added))}: we add that")
