"""Doors from the working copy."""

import os

import pytest

from local.doors import Doors, DoorsBroken, folder_of
from tests.support.doors import http_event

RESOLVE = {"PEOPLE_TABLE": "people", "EDGE_SECRET": "", "ONLY_HERE": "1"}


class TestTheDoors:
    def test_have_their_own_environment_and_leave_ours_alone(self):
        before = dict(os.environ)
        prepared = []
        doors = Doors({"ResolveLink": RESOLVE}, lambda: prepared.append("rooms"))

        doors.load()

        assert prepared == ["rooms"]
        assert dict(os.environ) == before

    def test_answer_events(self, tables):
        doors = Doors({"ResolveLink": RESOLVE}, lambda: None)
        body = {"workspace": "acme", "link": "lnk_x"}

        answer = doors.invoke("ResolveLink", http_event("POST /v1/links/resolve", body))

        assert answer["statusCode"] == 404

    def test_that_do_not_load_are_told_once_and_then_refused(self, capsys):
        doors = Doors({"Nowhere": {}}, lambda: None)

        with pytest.raises(DoorsBroken):
            doors.load()
        assert "functions/nowhere/handler.py" in capsys.readouterr().err

        with pytest.raises(DoorsBroken):
            doors.invoke("Nowhere", {})

    def test_live_in_folders_named_after_them(self):
        assert folder_of("ResolveLink") == "resolve_link"
        assert folder_of("Session") == "session"
