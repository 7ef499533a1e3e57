"""`make bench`: measure what docs/performance.md quotes, and write it there."""

import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench import cold_start

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


def main() -> int:
    """Run every measurement, print it, and put it between its marks on the page."""
    page = PAGE.read_text()
    made = f"Measured {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}."
    for name, measure in {"cold-start": cold_start.table}.items():
        begins, ends = f"<!-- bench:{name} -->\n", f"<!-- /bench:{name} -->"
        before, has_place, rest = page.partition(begins)
        _, is_whole, after = rest.partition(ends)
        if not (has_place and is_whole):
            print(f"docs/performance.md has no place for {name}", file=sys.stderr)
            return 1
        table = measure()
        print(table)
        page = f"{before}{begins}\n{table}\n{made}\n\n{ends}{after}"
    PAGE.write_text(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
