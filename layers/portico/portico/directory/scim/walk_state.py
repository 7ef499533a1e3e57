"""How far the reckoning by a workspace's groups is, as its row says it."""

from enum import StrEnum
from typing import Any


class ReckoningWalk(StrEnum):
    """Which walk through all people is next, or that there is none."""

    TO_COME = "to-come"
    FIRST = "first"
    SECOND = "second"
    """Everybody was reached once. It is for those who were made by the rule before meanwhile."""
    DONE = "done"


def walk_of(row: dict[str, Any] | None, ruled_at: int) -> ReckoningWalk:
    """Return how far a reckoning is.

    Args:
        row: of the reckoning; ``None``: there was none yet.
        ruled_at: the version of the settings that made the rule, not 0.
    """
    if row is None or row["version"] < ruled_at:
        return ReckoningWalk.TO_COME
    if row["done"]:
        return ReckoningWalk.DONE
    return ReckoningWalk.SECOND if has_reached_all(row) else ReckoningWalk.FIRST


def has_reached_all(row: dict[str, Any]) -> bool:
    """Say whether a whole walk has missed nobody, as far as the row knows.

    It has the number of the last walk that missed somebody; a row of before 0.5.0 has none.
    """
    return bool(row["done"]) or int(row.get("missed", 0)) < int(row["walks"])
