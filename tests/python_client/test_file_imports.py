"""A file of contacts is sent part after part (clients/python/src/portico_team/imports.py)."""

import io

import pytest

from portico.imports import part_reader
from portico.people import contact_import
from portico.team.workspace_key import Scope
from portico_team import Portico
from portico_team.contract import InvalidRequest
from portico_team.imports import import_contacts


@pytest.fixture
def acme(doors, makes_a_key, monkeypatch):
    # The emulated table loses what two threads write to it at once.
    monkeypatch.setattr(contact_import, "MOST_WRITERS", 1)
    monkeypatch.setattr(part_reader, "MOST_ROWS_OF_A_PART", 2)
    return Portico(doors, makes_a_key(Scope.WRITE_CONTACTS))


def file_of(*rows):
    return io.BytesIO("\n".join(["email,name", *rows]).encode())


class TestAFile:
    def test_is_sent_to_its_end(self, acme, portal):
        seen, file = [], file_of(*(f"c{n}@example.com,Contact {n}" for n in range(5)), "x,X")

        done = import_contacts(acme, file, told=lambda now, refused: seen.append((now, refused)))

        assert (done["state"], done["added"], done["refused"]) == ("finished", 5, 1)
        assert [now["rows"] for now, _ in seen] == [2, 4, 6]
        assert list(acme.report_import(done["id"])) == seen[-1][1]
        assert portal.team.contact("acme", "c4@example.com").name == "Contact 4"

    def test_goes_on_where_a_script_was_ended(self, acme):
        class Ended(Exception):
            pass

        def end(_now, _refused):
            raise Ended

        file = file_of(*(f"c{n}@example.com,Contact {n}" for n in range(5)))
        with pytest.raises(Ended):
            import_contacts(acme, file, told=end, idempotency_key="night-7")
        seen = []

        done = import_contacts(
            acme, file, told=lambda now, _: seen.append(now["rows"]), idempotency_key="night-7"
        )

        assert done["added"] == 5
        assert seen == [4, 5]

    def test_that_is_none_is_refused(self, acme):
        with pytest.raises(InvalidRequest):
            import_contacts(acme, io.BytesIO(b"PK\x03\x04" + bytes(40)))
