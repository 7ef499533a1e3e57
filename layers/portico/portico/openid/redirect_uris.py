"""Addresses that a portal registers: is it one, and would a browser go exactly there?

Each function raises a ValueError with the reason in words. Addresses are compared character by
character later (RFC 9700, 2.1), so one that a browser would write in another way is refused now.
"""

import re
from ipaddress import IPv4Address
from urllib.parse import parse_qsl, urlsplit

from portico.people.setting_rules import origin_of

LONGEST_URI = 512
ANSWER_PARAMETERS = frozenset(
    "code state iss error error_description error_uri session_state".split()
)
"""What is added to a redirect URI; there already, a portal could not tell ours from its own."""
SIGN_OUT_PARAMETERS = frozenset(("state",))
"""What is added to a post-logout URI (OpenID Connect RP-Initiated Logout 1.0, 3)."""
LOGIN_PARAMETERS = frozenset(("iss", "target_link_uri", "login_hint"))
"""What is added to an initiate login URI (OpenID Connect Core 1.0, 4)."""

_ON_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_APP = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+:(?P<path>/(?!/).*)\Z")
"""A private-use scheme: a domain of the app's owner, backwards (RFC 8252, 7.1)."""
_TEXT = re.compile(r"[A-Za-z0-9._~!$&'()+,;=:@%/?-]*\Z")
_HIDDEN = re.compile(r"%(?![0-9A-Fa-f]{2})|%(?:[01][0-9A-Fa-f]|7[Ff]|2[EeFf]|5[Cc])")
"""Half a sequence; or control characters, dots and slashes that are not to be seen as such."""
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z")


def redirect(uri: str) -> str:
    """Let an address through that a browser opens, or an app on the contact's own device."""
    return _opened(uri, ANSWER_PARAMETERS)


def post_logout(uri: str) -> str:
    """Let an address through, as :func:`redirect` does."""
    return _opened(uri, SIGN_OUT_PARAMETERS)


def initiate_login(uri: str) -> str:
    """Let the address of a page through: any app could claim to be another one."""
    _plain(uri)
    _check_web(uri)
    _check_query(uri, LOGIN_PARAMETERS)
    return uri


def web_origin(uri: str) -> str | None:
    """Return the origin of an address that was let through; ``None``: it is an app's."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None


def is_on_this_machine(uri: str) -> bool:
    """Say whether an address that was let through is on the contact's own machine."""
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
        raise ValueError("an exact address; * stands for nothing, so register each")


def _check_app(uri: str) -> None:
    if not _SCHEME.match(uri):
        raise ValueError("a whole address, https://…")
    app = _APP.match(uri)
    if app is None:
        raise ValueError(
            "an address with https://, or of an app: its scheme is a domain backwards, with one "
            "slash, as com.example.app:/callback"
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
    # 127.1, 0x7f.1 and 2130706433 are all one machine to a browser, whatever they look like.
    try:
        IPv4Address(host)
    except ValueError:
        raise ValueError("an address with a host name, or with all four numbers") from None


def _check_path(path: str) -> None:
    if {".", ".."} & set(path.split("/")):
        raise ValueError("an address without . and .. in its path: browsers take them out")


def _check_query(uri: str, added: frozenset[str]) -> None:
    rest = uri.partition(":")[2]
    if not _TEXT.match(rest.removeprefix("//[::1]")) or _HIDDEN.search(rest):
        raise ValueError("an address of plain characters; others as %XX, but no dots and slashes")
    if uri.endswith("?"):
        raise ValueError("an address without a ? that nothing follows")
    names = {name for name, _ in parse_qsl(uri.partition("?")[2], keep_blank_values=True)}
    if names & added:
        raise ValueError(f"an address without {' '.join(sorted(names & added))}: we add that")
