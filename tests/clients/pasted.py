"""The lines that docs/portals tells people to paste, as files."""

import re
from pathlib import Path

PAGES = Path(__file__).parents[2] / "docs" / "portals"
_BLOCK = re.compile(r"^```\w+\n(?://|#) ([\w.]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def files_of(page: str) -> dict[str, str]:
    """Return a page's blocks whose first line names a file, by that name."""
    found = dict(_BLOCK.findall((PAGES / page).read_text()))
    assert found, f"{page} has no lines to paste"
    return found
