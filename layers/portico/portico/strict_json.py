"""JSON that can be read in one way only (RFC 8259, 4: names within an object should be unique)."""

import json
from typing import Any


def read_json(data: bytes | str) -> Any:
    """Read JSON text in UTF-8, and refuse what two readers would read differently.

    Raises:
        ValueError: it is no JSON, says a member twice, has ``NaN`` or ``Infinity``, or is nested
            too deep to be read.
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
    # Whoever reads the first and whoever reads the last of two members would differ.
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a member twice")
    return content
