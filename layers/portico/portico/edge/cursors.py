"""Cursors: where the next page of a list begins.

A cursor is opaque, and bound to its list: workspace, route and filter. It opens nothing: the list's
partition comes from the route, so a forged one only moves within what its caller may read anyway.
"""

import json
import re
from base64 import urlsafe_b64decode
from binascii import Error
from hashlib import sha256

from portico.errors import InvalidRequest
from portico.ids import base64url

LONGEST_PAGE, USUAL_PAGE = 100, 50
LONGEST_CURSOR_KEY = 1024
"""Bytes of a row's sort key, of which cursors are made."""
_CHECK = 9
_LIMIT = re.compile(r"[0-9]{1,3}\Z")


def cursor_at(place: list[str], *, of: str) -> str:
    """Return the cursor of a *place*: the keys of the last row that was shown.

    Args:
        place: the row's keys. If one of them holds an address, its route takes cursors in the body.
        of: names the list: workspace, route and filter.
    """
    told = json.dumps(place, separators=(",", ":")).encode()
    return base64url(_check(told, of) + told)


def place_of(cursor: str, *, of: str, keys: int = 1) -> list[str]:
    """Return the place that *cursor* names.

    Args:
        cursor: the text.
        of: names the list: workspace, route and filter.
        keys: how many keys a place of this list has.

    Raises:
        InvalidRequest: it was edited, or belongs to another list.
    """
    try:
        data = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        check, told = data[:_CHECK], data[_CHECK:]
        if check == _check(told, of) and base64url(data) == cursor:
            place = json.loads(told)
            if (
                isinstance(place, list)
                and len(place) == keys
                and all(isinstance(each, str) and each for each in place)
                and all(len(each.encode()) <= LONGEST_CURSOR_KEY for each in place)
            ):
                return place
    except (Error, ValueError, RecursionError):
        pass
    raise InvalidRequest("cursor", "it is not a cursor of this list")


def page_size_of(limit: str | None) -> int:
    """Return how many rows a page has.

    Raises:
        InvalidRequest: *limit* is no number from 1 to 100.
    """
    if limit is None:
        return USUAL_PAGE
    # Three digits at most: with zeros before it, a number of any length would begin with a small one.
    if not (_LIMIT.match(limit) and 1 <= int(limit) <= LONGEST_PAGE):
        raise InvalidRequest("limit", f"1 to {LONGEST_PAGE}")
    return int(limit)


def _check(told: bytes, of: str) -> bytes:
    return sha256(of.encode("utf-8", "surrogatepass") + b"\0" + told).digest()[:_CHECK]
