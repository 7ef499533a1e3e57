"""`make bench`: measure the figures of docs/performance.md, and write them there.

The monthly bill in docs/first-day.md is computed from them.
"""

import os
import platform
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    beside,
    cold_start,
    console_load,
    contact_scale,
    cost,
    directory_scale,
    first_row,
    monthly_cost,
    peer,
    same_answer,
    warm_requests,
)
from bench.deployment import deployment_at
from bench.peer_picture import picture
from local.emulator import emulated_aws

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "performance.md"
FIRST_DAY = DOCS / "first-day.md"
PICTURE = DOCS / "images" / "peer.svg"


def main(wanted: list[str]) -> int:
    """Run every measurement, print it, and write it between its marks in the page.

    Args:
        wanted: ``cold``, ``warm``, ``peer``, ``beside``, ``contacts``, ``directory``, ``row`` or ``console`` for
            only that part; ``month`` for only the monthly bill.
    """
    begins = time.monotonic()
    parts = {
        "cold": cold_start.tables,
        "warm": _warm,
        "peer": _peer,
        "beside": _beside,
        "contacts": _contacts,
        "directory": _directory,
        "row": _row,
        "console": _console,
        "month": _nothing,
    }
    for part in wanted or list(parts):
        for name, table in parts[part]():
            print(f"{table}\n{name}, after {time.monotonic() - begins:.0f} s\n", flush=True)
            _put(PAGE, name, f"{table}\n{_made()}\n")
    _put(FIRST_DAY, "month", monthly_cost.table(PAGE.read_text()))
    return 0


def _warm() -> Iterator[tuple[str, str]]:
    with emulated_aws() as emulator, deployment_at(emulator) as deployment:
        grown = warm_requests.grown(deployment)
        yield "warm", warm_requests.table(grown)
        yield "growth", warm_requests.growth_table(grown)
        yield "cost", cost.table(grown.flows, grown.cpu[grown.largest])
        yield "same-answer", same_answer.table(deployment)
        yield "hottest", warm_requests.hottest_table(deployment)


def _contacts() -> Iterator[tuple[str, str]]:
    # In this process alone: no emulator holds a hundred thousand contacts.
    os.environ |= contact_scale.CREDENTIALS
    yield "contacts", contact_scale.table()


def _directory() -> Iterator[tuple[str, str]]:
    os.environ |= contact_scale.CREDENTIALS
    yield "directory", directory_scale.table()


def _row() -> Iterator[tuple[str, str]]:
    yield "row", first_row.table()


def _console() -> Iterator[tuple[str, str]]:
    yield "console", console_load.table()


def _peer() -> Iterator[tuple[str, str]]:
    with emulated_aws() as emulator:
        found = peer.compared(emulator)
    PICTURE.write_text(picture(peer.bars(found)))
    yield "peer", peer.table(found)


def _beside() -> Iterator[tuple[str, str]]:
    contacts = 3 * beside.ROUNDS * beside.SIGN_INS
    with emulated_aws() as emulator, deployment_at(emulator, contacts=contacts) as deployment:
        yield "beside", beside.table(deployment)


def _nothing() -> Iterator[tuple[str, str]]:
    return iter(())


def _made() -> str:
    load = os.getloadavg()[1]
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, load {load:.1f}."
    )


def _put(path: Path, name: str, content: str) -> None:
    page = path.read_text()
    begins, ends = f"<!-- bench:{name} -->\n", f"<!-- /bench:{name} -->"
    before, has_place, rest = page.partition(begins)
    _, is_whole, after = rest.partition(ends)
    if not (has_place and is_whole):
        raise SystemExit(f"docs/{path.name} has no place for {name}")
    path.write_text(f"{before}{begins}\n{content}\n{ends}{after}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
