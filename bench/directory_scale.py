"""Count what one person of a directory costs, in a directory of ten and in one of fifty thousand.

Requests go through the routes of the door that syncs. Calls to AWS and rows are counted, and nothing
is timed: the table is in this process (bench/memory_table.py).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.contact_scale import ACME, PEOPLE, SIGN_IN
from bench.memory_table import MemoryTables
from portico.aws import deadline
from portico.aws.tables import Rows
from portico.aws.values import item_of
from portico.directory.scim.sync import DirectorySync
from portico.directory.scim.synced_user import SyncedUser, document_of
from portico.edge.scim_routes import ScimRoutes
from portico.errors import TooManyRequests
from portico.events import Caller
from portico.ids import digest
from portico.people.store import settings_row_key
from portico.team.caller_uses import CallerUses
from portico.team.team_budget import MOST_USES, TeamUse
from portico.team.workspace_key import Scope, WorkspaceKey, new_key_id, new_key_text
from portico.team.workspace_key_store import workspace_key_key

FEW_PEOPLE, MANY_PEOPLE = 10, 50_000
TEN_MINUTES = timedelta(minutes=10)
BEGINS = datetime(2026, 11, 21, 12, tzinfo=UTC)
ACTS = (
    "find",
    "add",
    "read",
    "rename",
    "disable",
    "enable",
    "further page",
    "delete",
    "first page",
)
"""What is asked of one person, or of the list, in this order."""


@dataclass(frozen=True)
class Cost:
    """What one request took."""

    calls: int
    """To AWS."""
    rows: int
    """Rows that queries have looked at."""


@dataclass(frozen=True)
class Load:
    """What a workspace's directory took that asks as often as it may."""

    asked: int
    refused: int
    calls: int
    elsewhere: int
    """Partitions of others that it has written."""


@dataclass
class Watch:
    """A clock that goes on with each request: by a second, so that no budget is spent, or faster."""

    time: datetime = BEGINS
    pace: timedelta = timedelta(seconds=1)

    def now(self) -> datetime:
        """Return the time."""
        return self.time


@dataclass
class SyncedDirectory:
    """A directory with its key, and the routes that it asks."""

    tables: MemoryTables
    key: str = field(repr=False)
    watch: Watch = field(default_factory=Watch)

    def __post_init__(self) -> None:
        """Make the routes."""
        uses = CallerUses(SIGN_IN, self.watch)
        self.routes = ScimRoutes(PEOPLE, SIGN_IN, uses, self.watch)

    def asks(self, method: str, body: Any = None, *, user: str = "", **query: str) -> Any:
        """Send one request, and return the body of the answer.

        Raises:
            PorticoError: it is refused.
        """
        self.watch.time += self.watch.pace
        below = "/Users/{user}" if user else "/Users"
        headers = {"content-type": "application/scim+json"}
        event = {
            "routeKey": f"{method} /scim/v2/{{workspace}}{below}",
            "pathParameters": {"workspace": ACME.id} | ({"user": user} if user else {}),
            "queryStringParameters": query,
            "headers": headers,
            "body": json.dumps(body) if body is not None else None,
            "requestContext": {"http": {"method": method}, "requestId": "bench"},
        }
        caller = Caller(
            network="203.0.113.0/24",
            host="signin.acme.test",
            request_id="bench",
            authorization=f"Bearer {self.key}",
        )
        deadline.end()
        return self.routes.answer(event, caller).content

    def costs(self) -> dict[str, Cost]:
        """Ask each thing once, and count."""
        self.asks("GET", startIndex="1", count="3")
        for gone in [self.asks("POST", person_of(f"first{n}")) for n in range(2)]:
            # The first who leaves begins the count of an hour, and nobody is the first twice.
            self.asks("DELETE", user=gone["id"])
        id_, found = "", {}
        for act in ACTS:
            self.tables.calls.clear()
            self.tables.read = 0
            told = self._act(act, id_)
            id_ = told["id"] if act == "add" else id_
            found[act] = Cost(self.tables.calls.total(), self.tables.read)
        return found

    def keeps_asking(self, lasts: timedelta) -> "Load":
        """Ask as often as a key may, for so long: find somebody, read them, rename them."""
        ids = [self.asks("POST", person_of(f"load{n}"))["id"] for n in range(20)]
        self.watch.time = self.watch.time.replace(microsecond=0)
        self.watch.pace = timedelta(seconds=1) / MOST_USES[TeamUse.BY_KEY]
        self.tables.calls.clear()
        self.tables.read = 0
        asked = int(lasts / self.watch.pace)
        refused = 0
        for n in range(asked):
            try:
                self._asks_about(ids[n % len(ids)], n)
            except TooManyRequests:
                refused += 1
        elsewhere = sum(not each.startswith(f"{ACME.id}#") for each in self.tables.partitions())
        return Load(asked, refused, self.tables.calls.total(), elsewhere)

    def _asks_about(self, id_: str, n: int) -> None:
        match n % 3:
            case 0:
                self.asks("GET", filter=f'userName eq "{user_name_of(n % FEW_PEOPLE)}"')
            case 1:
                self.asks("GET", user=id_)
            case _:
                operation = {"op": "Replace", "path": "displayName", "value": f"Name {n}"}
                self.asks("PATCH", {"schemas": [], "Operations": [operation]}, user=id_)

    def _act(self, act: str, id_: str) -> Any:
        match act:
            case "find":
                return self.asks("GET", filter=f'userName eq "{user_name_of(0)}"')
            case "add":
                return self.asks("POST", person_of("new"))
            case "read":
                return self.asks("GET", user=id_)
            case "first page":
                return self.asks("GET", startIndex="1", count="3")
            case "further page":
                return self.asks("GET", startIndex="4", count="3")
            case "delete":
                return self.asks("DELETE", user=id_)
        value: Any = "Another Name" if act == "rename" else act == "enable"
        path = "displayName" if act == "rename" else "active"
        operation = {"op": "Replace", "path": path, "value": value}
        return self.asks("PATCH", {"schemas": [], "Operations": [operation]}, user=id_)


def table() -> str:
    """Count, and return the Markdown table."""
    few, many = costs_among(FEW_PEOPLE), costs_among(MANY_PEOPLE)
    lines = [f"| request | among {FEW_PEOPLE} people | among {MANY_PEOPLE:,} |", "|---|---|---|"]
    lines += [f"| {act} | {_said(few[act])} | {_said(many[act])} |" for act in ACTS]
    with directory_in_memory(FEW_PEOPLE) as directory:
        load = directory.keeps_asking(TEN_MINUTES)
    return "\n".join(lines) + (
        f"\n\nTen minutes at {MOST_USES[TeamUse.BY_KEY]} requests a second: {load.asked:,} asked, "
        f"{load.refused} refused, {load.calls / load.asked:.2f} calls each, and {load.elsewhere} "
        "partitions of other workspaces, or of all, written.\n"
    )


def costs_among(people: int) -> dict[str, Cost]:
    """Return what each request costs in a directory of so many."""
    with directory_in_memory(people) as directory:
        return directory.costs()


@contextmanager
def directory_in_memory(people: int) -> Iterator[SyncedDirectory]:
    """Fill a table with people of a directory, and have it answer."""
    tables = MemoryTables()
    key = _workspace(tables)
    sync = DirectorySync(PEOPLE, ACME, "bench")
    for n in range(people):
        document = document_of(person_of(f"p{n}") | {"userName": user_name_of(n)})
        user = SyncedUser(f"{n:022}", 1, BEGINS, BEGINS, document)
        for part in sync.users.moving(None, user).values():
            tables.take(part["Put"])
    with tables.answering():
        yield SyncedDirectory(tables, key)


def person_of(name: str) -> dict[str, Any]:
    """Return a person as a directory sends them."""
    return {
        "userName": f"{name}@example.com",
        "externalId": f"object-of-{name}",
        "displayName": f"Person {name}",
        "emails": [{"value": f"{name}@example.com", "type": "work", "primary": True}],
        "active": True,
    }


def user_name_of(n: int) -> str:
    """Return the user name of the n-th person."""
    return f"p{n}@example.com"


def _workspace(tables: MemoryTables) -> str:
    id_ = new_key_id()
    text = new_key_text(ACME.id, id_)
    key = WorkspaceKey(
        id_,
        ACME.id,
        "Directory",
        (Scope.SCIM,),
        "ct_olga",
        digest(text),
        BEGINS,
        BEGINS + timedelta(days=300),
    )
    rows = Rows(PEOPLE, f"{ACME.id}#")
    pk, sk = settings_row_key(ACME.id)
    _put(tables, rows, {"pk": pk, "sk": sk, **ACME.row()})
    pk, sk = workspace_key_key(ACME.id, id_)
    _put(tables, rows, {"pk": pk, "sk": sk, **key.row()})
    return text


def _put(tables: MemoryTables, rows: Rows, row: dict[str, Any]) -> None:
    tables.take({"TableName": rows.table, "Item": item_of(row)})


def _said(cost: Cost) -> str:
    rows = f", {cost.rows} rows listed" if cost.rows else ""
    return f"{cost.calls} calls{rows}"
