"""The passwords that everybody chooses: zxcvbn's 30,000 (MIT) and Django's 20,000 (BSD-3-Clause).

``common_passwords.txt.gz`` names its sources and is made by ``layers/portico/gather.py``.
"""

from functools import cache
from pathlib import Path

COMMON_PASSWORDS_FILE = Path(__file__).with_name("common_passwords.txt.gz")
SHORTEST_LISTED = 4
"""Characters of the shortest listed password."""
LONGEST_LISTED = 20
"""Longer ones are looked up whole, and never inside of another."""


@cache
def listed() -> frozenset[str]:
    """Return them, case-folded; read when the first password is to be set, which few requests do."""
    import gzip  # noqa: PLC0415

    lines = gzip.decompress(COMMON_PASSWORDS_FILE.read_bytes()).decode().splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))
