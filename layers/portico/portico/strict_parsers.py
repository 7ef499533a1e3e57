"""Read headers and JSON strictly, so that a text has only one meaning.

In a header only space and tab are blanks (RFC 9110, 5.6.3). ``str.strip`` and ``str.split`` also
strip U+00A0, U+0085, U+2000 and two dozen others, so that a cookie name that differs from ours in a
browser would become ours. JSON that repeats a member could mean two things.
"""

import json
import re
from collections.abc import Iterable
from string import ascii_lowercase, ascii_uppercase
from typing import Any

BLANKS = " \t"
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
# Above 0, to 1.
_SOME_WEIGHT = r"q=(1(\.0{0,3})?|0\.(?=0*[1-9])[0-9]{1,3})"


def cookies_in(pieces: Iterable[str]) -> dict[str, str]:
    """Read the cookies of a request. Names are compared character by character.

    If two cookies have the same name, neither counts: a sibling domain can set the second, and
    nothing says which one is ours.

    Args:
        pieces: the ``Cookie`` header, whole or as API Gateway splits it.

    Source: RFC 6265bis, 5.8.3 and 8.6 (weak integrity of cookies).
    """
    cookies: dict[str, str] = {}
    twice: set[str] = set()
    for piece in ";".join(pieces).split(";"):
        name, equals, value = (each.strip(BLANKS) for each in piece.partition("="))
        if not equals:
            continue
        if name in cookies:
            twice.add(name)
        cookies[name] = value
    return {name: value for name, value in cookies.items() if name not in twice}


def media_type_in(content_type: str) -> str:
    """Return a content type without its parameters, e.g. ``application/json``."""
    return content_type.partition(";")[0].strip(BLANKS).translate(_LOWER)


def credentials_in(authorization: str | None, scheme: str) -> str | None:
    """Return the credentials of an ``Authorization`` header; ``None`` if it has another scheme.

    Args:
        authorization: the header.
        scheme: in lower case, e.g. ``bearer``.

    Source: RFC 9110, 11.4: one scheme, in any case, and spaces.
    """
    named, _, rest = (authorization or "").partition(" ")
    return rest.strip(BLANKS) if named.translate(_LOWER) == scheme else None


def words_in(text: str | None) -> list[str]:
    """Return the words of a list that is separated by spaces, e.g. a scope (RFC 6749, 3.3)."""
    return [each for each in (text or "").split(" ") if each]


def takes_gzip(accept_encoding: str | None) -> bool:
    """Say whether an ``Accept-Encoding`` header allows gzip.

    In doubt it is no, because everybody reads plain bytes.

    Source: RFC 9110, 12.5.3: ``*`` means every coding that is not named, and a weight of 0 none.
    """
    weights: dict[str, str] = {}
    for each in (accept_encoding or "").split(","):
        coding, _, weight = (part.strip(BLANKS).translate(_LOWER) for part in each.partition(";"))
        weights[coding] = weight
    named = [each for each in ("gzip", "x-gzip", "*") if each in weights]
    if not named:
        return False
    weight = weights[named[0]]
    return not weight or re.fullmatch(_SOME_WEIGHT, weight) is not None


def read_json(data: bytes | str) -> Any:
    """Read JSON text in UTF-8, and refuse text that two readers could read differently.

    Raises:
        ValueError: the text is no JSON, repeats a member, has ``NaN`` or ``Infinity``, or is
            nested too deep.
    """
    text = data.decode() if isinstance(data, bytes) else data
    try:
        content = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_twins)
    except RecursionError:
        raise ValueError("too deep") from None
    return content


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Some readers take the first of two members, others the last.
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a member twice")
    return content
