"""What the expressions of conditions, updates and keys say, as far as rooms use them for contacts.

They are read as DynamoDB reads them, and one that is not known raises.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

_TOKEN = re.compile(r"\s*(<=|>=|<>|[=<>(),]|[A-Za-z_#:]\w*(?:\[\d+\])?)")
_PATH = re.compile(r"([A-Za-z_#]\w*)(?:\[(\d+)\])?")

type Item = dict[str, Any]
type Test = Callable[[Item, Any, Any], bool]


@lru_cache(maxsize=512)
def condition(text: str) -> Test:
    """Return a condition, ready to be asked of an item, its names and its values.

    Raises:
        ValueError: it has what no condition for contacts has.
    """
    tokens: list[str] = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text):
        raise ValueError(text)
    test, rest = _either(tokens)
    if rest:
        raise ValueError(text)
    return test


def _either(tokens: list[str]) -> tuple[Test, list[str]]:
    one, tokens = _both(tokens)
    while tokens and tokens[0] == "OR":
        other, tokens = _both(tokens[1:])
        one = _any_of(one, other)
    return one, tokens


def _both(tokens: list[str]) -> tuple[Test, list[str]]:
    one, tokens = _single(tokens)
    while tokens and tokens[0] == "AND":
        other, tokens = _single(tokens[1:])
        one = _all_of(one, other)
    return one, tokens


def _any_of(one: Test, other: Test) -> Test:
    return lambda *asked: one(*asked) or other(*asked)


def _all_of(one: Test, other: Test) -> Test:
    return lambda *asked: one(*asked) and other(*asked)


def _single(tokens: list[str]) -> tuple[Test, list[str]]:
    first = tokens[0]
    if first == "(":
        test, rest = _either(tokens[1:])
        return test, rest[1:]
    if first in ("attribute_exists", "attribute_not_exists"):
        name, wanted = tokens[2], first == "attribute_exists"
        return lambda item, names, _: (_found(item, name, names) is not None) is wanted, tokens[4:]
    if tokens[1] == "IN":
        ends = tokens.index(")")
        return _among(first, [each for each in tokens[3:ends] if each != ","]), tokens[ends + 1 :]
    sign, other = tokens[1], tokens[2]
    return _comparison(first, sign, other), tokens[3:]


def _among(name: str, wanted: list[str]) -> Test:
    return lambda item, names, values: (
        _found(item, name, names) in [values[each] for each in wanted]
    )


def _comparison(name: str, sign: str, value: str) -> Test:
    def holds(item: Item, names: Any, values: Any) -> bool:
        one, other = _found(item, name, names), values[value]
        if sign in ("=", "<>"):
            return bool(one == other) is (sign == "=")
        if one is None or one.keys() != other.keys():
            return False
        a, b = _plain(one), _plain(other)
        return bool({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign])

    return holds


def _found(item: Item, path: str, names: Any) -> Any:
    """Return what an item has at a path, a name or an entry of a list."""
    name, entry = _parts(path, names)
    found = item.get(name)
    if entry is None or found is None:
        return found
    return found["L"][entry] if entry < len(found.get("L", [])) else None


def _parts(path: str, names: Any) -> tuple[str, int | None]:
    match = _PATH.fullmatch(path)
    if match is None:
        raise ValueError(path)
    return names.get(match[1], match[1]), int(match[2]) if match[2] else None


def _plain(value: Any) -> Any:
    ((kind, content),) = value.items()
    return int(content) if kind == "N" else content


def change(text: str, before: Item, after: Item, names: Any, values: Any) -> None:
    """Change *after*, a copy of *before*, as an update's expression says."""
    for section, changes in _sections(text):
        for each in _split(changes):
            _change(section, each, before, after, names, values)


def _sections(text: str) -> Iterator[tuple[str, str]]:
    pieces = re.split(r"\b(SET|ADD|REMOVE)\b", text)
    yield from zip(pieces[1::2], pieces[2::2], strict=True)


def _split(text: str) -> list[str]:
    # A comma within a function is none between two changes.
    return [each.strip() for each in re.split(r",(?![^(]*\))", text) if each.strip()]


def _change(section: str, text: str, before: Item, after: Item, names: Any, values: Any) -> None:
    if section == "REMOVE":
        after.pop(names[text], None)
        return
    if section == "ADD":
        name, value = text.split()
        old = int(before.get(names[name], {"N": "0"})["N"])
        after[names[name]] = {"N": str(old + int(values[value]["N"]))}
        return
    name, _, told = text.partition("=")
    parts = re.split(r"\s+([+-])\s+", told.strip())
    found = _operand(parts[0], before, names, values)
    for sign, each in zip(parts[1::2], parts[2::2], strict=True):
        more = int(_operand(each, before, names, values)["N"])
        found = {"N": str(int(found["N"]) + (more if sign == "+" else -more))}
    place, entry = _parts(name.strip(), names)
    if entry is None:
        after[place] = found
    else:
        kept = list(after[place]["L"])
        kept[entry : entry + 1] = [found]
        after[place] = {"L": kept}


def _operand(text: str, before: Item, names: Any, values: Any) -> Any:
    inside = re.fullmatch(r"if_not_exists\((\S+), (\S+)\)", text)
    if inside:
        found = before.get(names[inside[1]])
        return found if found is not None else values[inside[2]]
    return values[text] if text.startswith(":") else _found(before, text, names)


def key_range(text: str, values: Any) -> tuple[str, str, str]:
    """Return the partition of a key condition, and its first and last sort key."""
    one, _, rest = text.partition(" AND ")
    hash_: str = values[one.partition(" = ")[2]]["S"]
    if not rest:
        return hash_, "", "\U0010ffff"
    if rest.startswith("begins_with("):
        starting = values[rest[rest.index(":") : -1]]["S"]
        return hash_, starting, starting + "\U0010ffff"
    low, high = re.findall(r":\w+", rest)
    return hash_, values[low]["S"], values[high]["S"]
