"""Whether one version may be deployed over another: one release back is rehearsed, and no more.

A stack tells its own version, and how far back one may go from there, in its outputs. So an older
version can be refused by files that were written long before the one that runs.
"""

import re
from collections.abc import Mapping

PAGE = "docs/releases.md#going-back"

type Number = tuple[int, int, int, bool]
"""A version, in order: what is on the way to a release comes before it."""


def number(version: str) -> Number:
    """Read a version, e.g. ``0.5.0`` or ``0.5.0.dev0``.

    Raises:
        ValueError: it is none.
    """
    read = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(\.dev\d+)?", version)
    if read is None:
        raise ValueError(f"{version!r} is no version")
    major, minor, patch, on_the_way = read.groups()
    return int(major), int(minor), int(patch), on_the_way is None


def too_far_back(version: str, outputs: Mapping[str, str]) -> str | None:
    """Say why *version* must not be deployed over a stack; ``None``: it may be.

    Args:
        version: what would be deployed.
        outputs: the stack's. One from before 0.5.0 has neither ``Version`` nor ``SafeBackTo``, and
            every version that has this rule is newer.
    """
    running, oldest = outputs.get("Version"), outputs.get("SafeBackTo")
    if not running or not oldest or number(version) >= number(oldest):
        return None
    return (
        f"The stack runs {running}, and {version} is too far back: from {running} the way back was "
        f"tried to {oldest}, and no further. Deploy {oldest} first, with its own files, and go on "
        f"from there. See {PAGE}."
    )
