"""Directory records and what finds them (directory/store.py)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portico.directory.record_import import DirectoryImport
from portico.directory.store import InUse, Record, email_key, object_key
from portico.events import Event
from tests.directory.conftest import OBJECT, TENANT
from tests.support.driver import NOON

MAIL = email_key("acme", "ann@acme.test")
OTHER_MAIL = email_key("acme", "lee@acme.test")


class TestARecord:
    def test_is_read_as_it_was_kept(self, source):
        record = source.lists("ann", "ann@acme.test", tenant=TENANT, object_id=OBJECT)

        assert source.directory.get("hr", "ann") == record
        assert list(source.directory.all()) == [record]

    def test_is_found_by_each_address_and_by_its_object_id(self, source):
        source.lists("ann", "ann@acme.test", "lee@acme.test", tenant=TENANT, object_id=OBJECT)

        keys = (MAIL, OTHER_MAIL, object_key("acme", TENANT, OBJECT))
        assert [source.finds(key) for key in keys] == ["ann"] * 3

    def test_is_not_found_by_an_address_that_it_has_lost(self, source):
        source.lists("ann", "ann@acme.test")
        source.lists("ann", "lee@acme.test")

        assert (source.finds(MAIL), source.finds(OTHER_MAIL)) == (None, "ann")

    def test_takes_no_address_of_an_active_one(self, source):
        source.lists("ann", "ann@acme.test")

        with pytest.raises(InUse):
            source.lists("bob", "ann@acme.test")
        assert source.directory.get("hr", "bob") is None
        assert source.finds(MAIL) == "ann"

    def test_takes_the_address_of_one_that_has_left(self, source):
        source.lists("ann", "ann@acme.test", active=False)
        source.lists("bob", "ann@acme.test")

        assert source.finds(MAIL) == "bob"

    def test_that_leaves_late_takes_nothing_back(self, source):
        source.lists("ann", "ann@acme.test", active=False)
        source.lists("bob", "ann@acme.test")
        source.lists("ann", "ann@acme.test", active=False)

        assert source.finds(MAIL) == "bob"


class TestTwoImportsAtOnce:
    """A file of yesterday, which takes long, and one of today in which somebody has left."""

    @pytest.mark.parametrize("is_new", [True, False])
    def test_leave_what_the_later_one_says_whichever_is_slower(self, source, portal, wire, is_new):
        if not is_new:
            source.lists("ann", "former@acme.test")
        work = DirectoryImport("people", portal.workspace, "cli:olga")
        was = Record("hr", "ann", None, None, "ann", ("ann@acme.test",), True, NOON)
        gone = replace(was, active=False, imported_at=NOON + timedelta(seconds=1))
        wire.before("dynamodb.TransactWriteItems", lambda: work.take([gone], is_complete=False))

        done = work.take([was], is_complete=False)

        assert source.directory.get("hr", "ann") == gone
        assert (done.added, done.changed, done.unchanged) == (0, 0, 1)

    def test_of_one_second_end_as_the_last_write_says(self, source, portal):
        work = DirectoryImport("people", portal.workspace, "cli:olga")
        was = Record("hr", "ann", None, None, "ann", ("ann@acme.test",), True, NOON)
        for record in (was, replace(was, active=False)):
            work.take([record], is_complete=False)

        assert source.directory.get("hr", "ann") == replace(was, active=False)


class TestWhoeverIsMissing:
    def test_has_left_when_the_complete_list_came(self, source, portal):
        source.lists("ann", "ann@acme.test")
        portal.forward(days=30)
        bob = Record("hr", "bob", None, None, "bob", ("bob@acme.test",), True, portal.now)

        DirectoryImport("people", portal.workspace, "cli:olga").take([bob], is_complete=True)

        ann = source.directory.get("hr", "ann")
        assert (ann.active, ann.imported_at) == (False, portal.now)


class TestTheLastImport:
    def test_is_unknown_before_the_first(self, source):
        assert source.directory.last_import() is None

    def test_is_when_it_ended(self, source):
        source.directory.imported(Event("directory.imported", NOON, "acme", 365))

        assert source.directory.last_import() == NOON
