"""Count what a hundred thousand contacts cost: importing them, a page of their list, a walk of it.

Calls to AWS, rows and memory are counted, and nothing is timed: the table is in this process
(bench/memory_table.py). Each import runs in a process of its own, whose memory is then its own too.
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from bench.memory_table import MemoryTables
from cli.contact_csv import opened
from portico.account.team_email_change import TeamEmailChanges
from portico.account.team_erasure import TeamErasures
from portico.aws import deadline
from portico.events import Event
from portico.imports.csv_pieces import PIECE
from portico.imports.flow import ContactImports, Importer
from portico.imports.rules import ImportPlan, ImportState
from portico.people.contact_import import ContactImport, ContactLine
from portico.people.contact_search import ContactSearch, Sought
from portico.people.memberships import ABOVE_ALL
from portico.people.rules import Contact, Workspace
from portico.people.store import People

PEOPLE, SIGN_IN, TRAIL = "people", "sign-in", "trail"
ACME = Workspace("acme", "Acme Support", "https://portal.acme.test")
FEW, MANY = 10_000, 100_000
SMALL = 100
CHANGES = 1000
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "eu-west-1",
}


@dataclass(frozen=True)
class Imported:
    """What one import took."""

    rows: int
    calls: int
    """To AWS."""
    memory: int
    """Megabytes that the process had at most, more than before it began."""

    @property
    def calls_a_row(self) -> float:
        """How many calls a row took."""
        return self.calls / self.rows


@dataclass(frozen=True)
class Page:
    """What one page of a list took."""

    contacts: int
    calls: int
    rows: int
    """Rows that were read."""


@dataclass(frozen=True)
class Walk:
    """A walk of a list during which contacts came, changed and went."""

    contacts: int
    changes: int
    stayed: int
    lost: int
    doubled: int


def table() -> str:
    """Count, and return the Markdown table."""
    rows = ["| what | at | calls to AWS | more |", "|---|---|---|---|"]
    for way, name in (("api", "an import by API"), ("command", "an import by the command")):
        for n in (FEW, MANY):
            done = imported(way, n)
            told = f"{done.calls_a_row:.3f} a row | {done.memory} MB of memory |"
            rows.append(f"| {name} | {n:,} rows | {told}")
    walk = Walk(0, 0, 0, 0, 0)
    for n in (SMALL, MANY):
        with contacts_in_memory(n) as (tables, search):
            for name, page in pages(tables, search, n).items():
                told = f"{page.calls} | {page.rows} rows read for {page.contacts} contacts |"
                rows.append(f"| {name} | {n:,} contacts | {told}")
            # The last of them is the largest.
            walk = walked(search, n, min(CHANGES, n))
    told = f"{walk.changes:,} changes meanwhile: of {walk.stayed:,} who stayed"
    rows.append(
        f"| a walk of the list | {MANY:,} contacts | | {told}, {walk.lost} lost and {walk.doubled} doubled |"
    )
    return "\n".join(rows)


def imported(way: str, rows: int) -> Imported:
    """Import a file of so many new contacts, by ``api`` or by ``command``, in another process."""
    asked = [sys.executable, "-m", "bench.contact_scale", way, str(rows)]
    environment = os.environ | CREDENTIALS
    answer = subprocess.run(asked, env=environment, check=True, stdout=subprocess.PIPE)
    return Imported(**json.loads(answer.stdout))


def pages(tables: MemoryTables, search: ContactSearch, contacts: int) -> dict[str, Page]:
    """Read the first page, one of the middle and the last of a list, and what a name finds."""
    middle, late = f"{email_of(contacts // 2)}#", f"{email_of(contacts - 60)}#"
    named = Sought.typed("contact")
    asked: dict[str, Any] = {
        "the first page of 50": lambda: search.all(limit=50),
        "a page of 50 in the middle": lambda: search.all(after=middle, limit=50),
        "the last page of 50": lambda: search.all(after=late, limit=50),
        "a page of 50 whom a name finds": lambda: search.matching(named, limit=50),
    }
    found = {}
    for name, read in asked.items():
        tables.calls.clear()
        tables.read = 0
        page = read()
        # Beside what the query reads: a head for each, and the mark.
        rows = tables.read + len(page.contacts) + 1
        found[name] = Page(len(page.contacts), tables.calls.total(), rows)
    return found


def walked(search: ContactSearch, contacts: int, changes: int, *, seed: int = 1) -> Walk:
    """Walk a whole list, and change somebody between two pages, all over it."""
    chance = random.Random(seed)  # noqa: S311 - draws whom to change
    moved, there = set[str](), {id_of(n) for n in range(contacts)}
    fresh, met = count(contacts), Counter[str]()
    size, after, made = max(1, contacts // changes), "", 0
    while True:
        page = search.all(after=after, limit=size)
        met.update(each.id for each in page.contacts)
        if page.ends_with is None:
            break
        after = page.ends_with
        if made < changes:
            _change(search.people, chance, there, moved, next(fresh))
            made += 1
    stayed = there - moved
    lost = sum(1 for each in stayed if not met[each])
    doubled = sum(1 for each in stayed if met[each] > 1)
    return Walk(contacts, made, len(stayed), lost, doubled)


def _change(
    people: People, chance: random.Random, there: set[str], moved: set[str], fresh: int
) -> None:
    """Add, rename, move or erase somebody."""
    what = chance.choice(["add", "rename", "move", "erase"])
    how: Any = {"host": "signin.acme.test", "by": "bench"}
    event = Event("contact.changed", datetime.now(UTC), keep_days=1)
    if what == "add":
        moved.add(id_of(fresh))
        email = f"{chance.randrange(10**9)}.{email_of(fresh)}"
        people.add_contact(Contact(id_of(fresh), ACME.id, f"New {fresh}", email), event)
        return
    who = next(each for each in _drawn(chance, fresh) if each in there and each not in moved)
    contact = people.contact(who)
    if contact is None or contact.is_gone:
        raise LookupError(who)
    if what == "rename":
        people.change_contact(contact, {"name": f"Other {chance.randrange(10**6)}"}, event)
    elif what == "move":
        moved.add(who)
        email = f"{chance.randrange(10**9)}.moved@example.com"
        TeamEmailChanges(PEOPLE, SIGN_IN).change(ACME, contact, email, **how)
    else:
        there.discard(who)
        TeamErasures(PEOPLE, SIGN_IN, TRAIL).erase(ACME, contact, **how)


def _drawn(chance: random.Random, most: int) -> Iterator[str]:
    while True:
        yield id_of(chance.randrange(most))


@contextmanager
def contacts_in_memory(contacts: int) -> Iterator[tuple[MemoryTables, ContactSearch]]:
    """Fill a table with contacts, and have it answer."""
    tables, people = MemoryTables(), People(PEOPLE, ACME.id)
    event = Event("contact.added", datetime.now(UTC), keep_days=1)
    for n in range(contacts):
        contact = Contact(id_of(n), ACME.id, f"Contact Number{n}", email_of(n))
        for part in people.adding(contact, event)[1].values():
            tables.take(part["Put"])
    with tables.answering():
        yield tables, ContactSearch(people)


def id_of(n: int) -> str:
    """Return the id of the n-th contact."""
    return f"ct_{n:022}"


def email_of(n: int) -> str:
    """Return the address of the n-th contact."""
    return f"c{n:07}@example.com"


def _import(way: str, rows: int) -> Imported:
    # Contacts are taken and forgotten: what is to be measured is the importer, and not its table.
    tables = MemoryTables(forgets=frozenset({PEOPLE}))
    with tempfile.TemporaryDirectory() as folder, tables.answering():
        file = Path(folder) / "people.csv"
        with file.open("w") as text:
            text.write("email,name,language,active\n")
            text.writelines(f"{email_of(n)},Contact Number{n},en,\n" for n in range(rows))
        _by(way, file, 100)
        before, calls = _peak(), tables.calls.total()
        done = _by(way, file, rows)
        if done != rows:
            raise ValueError(done)
        return Imported(rows, tables.calls.total() - calls, _peak() - before)


def _by(way: str, file: Path, rows: int) -> int:
    """Import the file, or the first rows of it, and say how many were added."""
    return _by_api(file, rows) if way == "api" else _by_command(file, rows)


def _by_api(file: Path, rows: int) -> int:
    imports, who = ContactImports(PEOPLE, SIGN_IN), Importer("bench", ABOVE_ALL)
    size, id_ = file.stat().st_size, f"imp_{rows:022}"
    job = imports.begin(ACME, id_, ImportPlan(size), asked="")
    with file.open("rb") as content:
        while job.state is ImportState.OPEN and job.tally.rows < rows:
            content.seek(job.next)
            # As a request that has all the time it needs.
            deadline.end()
            job, _ = imports.take(ACME, id_, job.next, content.read(PIECE), who=who)
    deadline.end()
    if job.state is ImportState.READ:
        job = imports.finish(ACME, id_, who=who)
    return job.tally.added


def _by_command(file: Path, rows: int) -> int:
    added = 0
    importing = ContactImport(PEOPLE, ACME, "bench")
    with opened(file) as people:
        lines = (each for each in people.lines() if isinstance(each, ContactLine))
        with closing(importing.take(lines, people.has)) as work:
            for some in work:
                added += len(some)
                if added >= rows:
                    break
    return added


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    print(json.dumps(vars(_import(sys.argv[1], int(sys.argv[2])))))
