"""`make bench`: measure what docs/performance.md quotes, and write it there."""

import platform
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench import cold_start

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


def main() -> int:
    """Run every measurement, print it, and put it between its marks on the page."""
    page = PAGE.read_text()
    for name, measure in {"cold-start": cold_start.table}.items():
        table = measure()
        print(table)
        marked = re.compile(rf"(<!-- bench:{name} -->\n).*?(<!-- /bench:{name} -->)", re.DOTALL)
        if not marked.search(page):
            print(f"docs/performance.md has no place for {name}", file=sys.stderr)
            return 1
        made = f"Measured {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}.\n"
        page = marked.sub(lambda match, text=table: f"{match[1]}\n{text}\n{made}\n{match[2]}", page)  # type: ignore[misc]
    PAGE.write_text(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
