"""Contacts from a list, written by several at a time: moto would lose what two write at once."""

import threading

from portico.aws.clients import client
from portico.aws.tables import Rows
from portico.people.contact_import import AT_ONCE, MOST_WRITERS, ContactImport, ContactLine
from portico.people.flow import TeamPeople
from portico.people.rules import Workspace
from portico.people.store import People

LINES = 2 * AT_ONCE
WRITE = "before-send.dynamodb.TransactWriteItems"


def test_a_list_is_written_by_ten_at_a_time_and_nobody_is_lost(account):
    people = account.outputs["PeopleTable"]
    acme = TeamPeople(people).create_workspace(
        Workspace(id="acme", name="Acme", portal_url="https://portal.acme.test"), by="test"
    )
    entries = [ContactLine(n, f"c{n}@example.com", {"name": f"Contact {n}"}) for n in range(LINES)]
    writers = set()

    def note(**_):
        writers.add(threading.current_thread().name)

    client("dynamodb").meta.events.register(WRITE, note)
    first = ContactImport(people, acme, "test").take(entries, lambda _: False)
    # Left in the middle, as by Ctrl-C: what was begun is finished, and nobody goes on writing.
    assert {each.outcome for each in next(first)} == {"added"}
    first.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("contact-import")]
    assert len(list(People(people, "acme").contacts())) == AT_ONCE

    more = ContactImport(people, acme, "test").take(entries, lambda _: False)
    again = [done for some in more for done in some]

    assert [each.outcome for each in again] == ["unchanged"] * AT_ONCE + ["added"] * AT_ONCE
    assert 1 < len(writers) <= MOST_WRITERS
    found = {each.email: each for each in People(people, "acme").contacts()}
    assert found.keys() == {each.email for each in entries}
    pointer = Rows(people, "acme#").get("acme#email#c7@example.com", "pointer")
    assert pointer is not None
    assert pointer["contact"] == found["c7@example.com"].id
