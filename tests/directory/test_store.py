"""Directory records and what finds them (directory/store.py)."""

import pytest

from portico.directory.store import InUse, email_key, object_key
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


class TestTheLastImport:
    def test_is_unknown_before_the_first(self, source):
        assert source.directory.last_import() is None

    def test_is_when_it_ended(self, source):
        source.directory.imported(Event("directory.imported", NOON, "acme", 365))

        assert source.directory.last_import() == NOON
