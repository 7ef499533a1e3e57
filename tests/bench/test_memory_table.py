"""The table in memory does what DynamoDB does, as far as moto knows it (bench/memory_table.py,
bench/memory_expressions.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from moto.core.models import botocore_stubber

from bench.contact_scale import contacts_in_memory, walked
from bench.memory_expressions import condition
from bench.memory_table import MemoryTables
from portico.account.team_email_change import TeamEmailChanges
from portico.account.team_erasure import TeamErasures
from portico.aws.clients import client
from portico.aws.queries import page_listed, page_within, rows_between
from portico.aws.tables import ConditionFailed, Rows, TransactionRefused, transact
from portico.errors import PorticoError
from portico.events import Event
from portico.ids import event_id
from portico.people.contact_import import ContactImport, ContactLine
from portico.people.contact_search import ContactSearch, Sought
from portico.people.rules import Contact, Workspace
from portico.people.store import People

TALE = Workspace("tale", "Tale", "https://portal.tale.test")
ROWS = Rows("people", "tale#")
HOW: Any = {"host": "signin.acme.test", "by": "test"}


def story(portal) -> list[Any]:
    """Do all that is counted with contacts, and all that DynamoDB may refuse; say what came of it."""
    told: list[Any] = []

    def tries(work: Any) -> None:
        try:
            told.append(work())
        except (ConditionFailed, PorticoError) as refused:
            told.append((type(refused).__name__, getattr(refused, "row", None)))
        except TransactionRefused as refused:
            told.append((refused.failed, refused.rows))

    people = People("people", "tale")
    search = ContactSearch(people)
    lines = [ContactLine(n, f"c{n:02}@example.com", {"name": f"Con Tact {n}"}) for n in range(24)]
    for n in (24, 12):
        work = ContactImport("people", TALE, "test", width=1)
        some = [
            ContactLine(each.line, each.email, {"name": "Other", "active": each.line % 2 == 0})
            if n == 12
            else ContactLine(each.line, each.email, each.says, f"ct_{each.line:022}")
            for each in lines[:n]
        ]
        told += [[each.outcome for each in done] for done in work.take(some, lambda _: False)]
    after: str | None = ""
    while after is not None:
        page = search.all(after=after, limit=5)
        told.append([each.email for each in page.contacts])
        after = page.ends_with
    told.append([each.email for each in search.matching(Sought.typed("tact"), limit=7).contacts])
    ann = people.contact(f"ct_{3:022}")
    four = people.contact(f"ct_{4:022}")
    assert ann is not None
    assert four is not None
    tries(
        lambda: (
            TeamEmailChanges("people", "sign-in").change(TALE, ann, "new@example.com", **HOW).email
        )
    )
    tries(lambda: TeamEmailChanges("people", "sign-in").change(TALE, ann, "c05@example.com", **HOW))
    tries(partial(TeamErasures("people", "sign-in", "trail").erase, TALE, four, **HOW))
    event = Event("contact.added", portal.now, "x", 1, id=event_id("x"))
    taken = Contact(f"ct_{1:022}", "tale", "Cy", "c01@example.com")
    tries(lambda: people.add_contact(taken, event))
    tries(lambda: people.change_contact(taken, {"name": "Cy Two"}, event).found_by)
    row = {"pk": "tale#x", "sk": "1", "n": 4, "gone_at": 7, "list": "tale#l", "listed": "b"}
    for n in range(1, 4):
        tries(
            lambda n=n: ROWS.put(
                row | {"sk": str(n), "listed": "ab"[n % 2]}, "attribute_not_exists(pk)"
            )
        )
    tries(lambda: ROWS.put(row, "n < :n OR (n = :n AND gone_at >= :n)", {":n": 5}))
    tries(
        lambda: ROWS.update(
            "tale#x", "1", "SET n = n + :one REMOVE gone_at", "n <> :z", {":one": 1, ":z": 0}
        )
    )
    tries(
        lambda: ROWS.update(
            "tale#x",
            "1",
            "ADD n :one SET m = if_not_exists(m, :one)",
            "n IN (:z, :five)",
            {":one": 2, ":z": 0, ":five": 5},
        )
    )
    tries(
        lambda: ROWS.update(
            "tale#x", "2", "SET n = :z", "n > :z AND attribute_not_exists(gone_at)", {":z": 0}
        )
    )
    tries(
        lambda: transact(
            {
                "a": ROWS.deleting("tale#x", "3", "n = :n", {":n": 4}),
                "b": ROWS.checking("tale#x", "9", "attribute_exists(pk)"),
            }
        )
    )
    tries(lambda: transact({"a": ROWS.deleting("tale#x", "3", "n = :n", {":n": 4})}))
    tries(lambda: list(rows_between(ROWS, "tale#x", "1", "2", newest_first=True)))
    tries(lambda: page_within(ROWS, "tale#x", size=1, newest_first=True))
    tries(lambda: page_within(ROWS, "tale#x", size=9, after="2", newest_first=True))
    first, place = page_listed(ROWS, "tale#l", size=1)
    tries(lambda: (first, place, page_listed(ROWS, "tale#l", size=5, after=place)))
    return told


@contextmanager
def instead_of_moto() -> Iterator[None]:
    """Let moto answer nothing: botocore asks every hook, also after one has answered."""
    events = client("dynamodb").meta.events
    events.unregister("before-send", botocore_stubber)
    try:
        yield
    finally:
        events.register("before-send", botocore_stubber)


class TestTheTable:
    def test_does_as_motos_does(self, portal):
        on_moto = story(portal)
        tables = MemoryTables()
        with instead_of_moto(), tables.answering():
            in_memory = story(portal)

        assert in_memory == on_moto
        assert tables.calls.total() > 50

    def test_raises_for_what_it_does_not_know(self):
        with pytest.raises((ValueError, LookupError)):
            condition("size(#a) > :n")


class TestAWalk:
    """Nobody who stays is lost or met twice, whatever changes meanwhile."""

    @pytest.mark.parametrize("seed", range(3))
    def test_meets_everybody_who_stays_once(self, seed, portal):
        with instead_of_moto(), contacts_in_memory(300) as (_, search):
            walk = walked(search, 300, 100, seed=seed)

        assert (walk.lost, walk.doubled) == (0, 0)
        assert walk.stayed > 200
