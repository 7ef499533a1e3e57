"""Lists of common passwords: zxcvbn's 30,000 (MIT) and Django's 20,000 (BSD-3-Clause).

``common_passwords.txt.gz`` names its sources and is made by ``layers/portico/gather.py``.
"""

from functools import cache
from pathlib import Path

COMMON_PASSWORDS_FILE = Path(__file__).with_name("common_passwords.txt.gz")
SHORTEST_LISTED = 4
"""Characters of the shortest listed password."""
LONGEST_LISTED = 20
"""Longest listed password that we look for inside another. Longer ones must match whole."""


@cache
def listed() -> frozenset[str]:
    """Return them, case-folded. The first request that sets a password reads them."""
    import gzip  # noqa: PLC0415

    lines = gzip.decompress(COMMON_PASSWORDS_FILE.read_bytes()).decode().splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))
