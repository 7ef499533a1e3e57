"""The pages of the local house, before any emulator runs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.test import Client

from local.clock import FrontClock
from local.front import Front
from local.mail_world import FATES, MailWorld
from local.mailbox import Mailbox
from tests.support.doors import stream_record

HOST = "127.0.0.1:8000"


@pytest.fixture
def front() -> Iterator[Front]:
    clock = FrontClock()
    yield Front((HOST, "localhost:8000"), clock, Mailbox(clock.now))
    # The rooms' clock is one a process: the tests that follow must not live an hour later.
    FrontClock().set_doors()


@pytest.fixture
def client(front) -> Client:
    return Client(front)


def visit(client, path, method="GET", host=HOST, **more):
    return client.open(path, method=method, base_url=f"http://{host}", **more)


class TestTheHouse:
    @pytest.mark.parametrize("path", ["/_local/", "/_local/mailbox", "/_local/house.css"])
    def test_has_pages(self, client, path):
        assert visit(client, path).status_code == 200

    def test_links_to_the_description_of_the_api(self, client):
        link = "/_local/openapi.yaml"

        assert f'href="{link}"' in visit(client, "/_local/").text
        assert "/v1/workspaces/{workspace}/team:" in visit(client, link).text

    def test_is_found_without_its_last_slash(self, client):
        assert visit(client, "/_local").headers["location"].endswith("/_local/")

    @pytest.mark.parametrize("path", ["/_local/nothing", "/_local/..", "/_local/front.py"])
    def test_has_no_other_files(self, client, path):
        assert visit(client, path).status_code == 404

    @pytest.mark.parametrize(
        ("asked", "told"),
        [
            ("", ["one", "two"]),
            ("?after=1", ["two"]),
            ("?after=2", []),
            ("?after=x", ["one", "two"]),
        ],
    )
    def test_has_the_mails_that_a_reader_does_not_know_yet(self, client, front, asked, told):
        for subject in ("one", "two"):
            mail = f"Subject: {subject}\r\nFrom: a@b.example\r\n\r\nhi\r\n"
            front.mailbox.take(mail.encode(), "ann@example.com")

        mails = visit(client, f"/_local/mailbox.json{asked}").json

        assert [each["subject"] for each in mails] == told

    def test_is_closed_to_other_machines(self, client):
        elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
        assert visit(client, "/_local/", environ_overrides=elsewhere).status_code == 403

    def test_is_closed_to_names_that_only_point_here(self, client):
        assert visit(client, "/_local/mailbox.json", host="evil.test:8000").status_code == 403

    def test_says_that_it_is_starting(self, client):
        assert visit(client, "/acme").status_code == 503
        assert visit(client, "/_local/world.json").status_code == 503

    def test_takes_events_from_those_who_know_the_secret_only(self, client, front):
        given = front.events_url.partition(HOST)[2]
        assert visit(client, f"{given[:-2]}x/SendMail", "POST", json={}).status_code == 404

    def test_switches_what_becomes_of_a_mailboxs_mails(self, client, front):
        front.mailbox.world = MailWorld(lambda _: None)
        asked = {"to": "ann@example.com", "fate": "bounce"}

        assert visit(client, "/_local/fates", "POST", json=asked).status_code == 200

        told = visit(client, "/_local/fates.json").json
        assert told["mailboxes"] == {"ann@example.com": "bounce"}
        assert told["fates"].keys() == FATES.keys()
        wrong: Any
        for wrong in ("eaten", [], None):
            assert (
                visit(client, "/_local/fates", "POST", json=asked | {"fate": wrong}).status_code
                == 400
            )
        from_elsewhere = {"origin": "http://127.0.0.1:3000"}
        refused = visit(client, "/_local/fates", "POST", json=asked, headers=from_elsewhere)
        assert refused.status_code == 403

    def test_tells_what_the_trail_is_brought_of_mails_that_were_held_back(self, client, front):
        front.doors = Answering()
        given = front.events_url.partition(HOST)[2]

        for name in ("SendMail", "RecordTrail"):
            visit(client, f"{given}{name}", "POST", json={"Records": [record()]})

        (told,) = visit(client, "/_local/withheld.json").json
        assert told["to"] == "ann@example.com"
        assert front.doors.invoked == ["SendMail", "RecordTrail"]


class Answering:
    """Doors that have nothing to say."""

    def __init__(self):
        self.invoked = []

    def invoke(self, name, _event):
        self.invoked.append(name)


def record():
    event = {
        "id": "evt_1",
        "name": "code.withheld",
        "at": "2026-11-21T12:05:00.000+00:00",
        "detail": {"reason": "not-a-contact"},
    }
    return stream_record({"pk": "acme#c", "sk": "c", "email": "ann@example.com", "event": event})


class TestTheClock:
    def test_moves_forward_and_tells_the_new_time(self, client, front):
        before = front.clock.now()

        answer = visit(client, "/_local/clock", "POST", json={"forward_seconds": 3600})

        now = datetime.fromisoformat(answer.json["now"])
        assert 3599 <= (now - before).total_seconds() <= 3630
        assert visit(client, "/_local/clock").json["now"] >= answer.json["now"]

    @pytest.mark.parametrize(
        "body", [b"", b"{}", b"[]", b'{"forward_seconds": -1}', b'{"forward_seconds": "x"}',
                 b'{"forward_seconds": 1e30}', b'{"forward_seconds": NaN}']
    )  # fmt: skip
    def test_takes_nothing_else(self, client, front, body):
        assert visit(client, "/_local/clock", "POST", data=body).status_code == 400
        assert abs((front.clock.now() - datetime.now(UTC)).total_seconds()) < 5

    def test_is_not_moved_by_other_pages_in_the_browser(self, client):
        answer = visit(
            client,
            "/_local/clock",
            "POST",
            json={"forward_seconds": 60},
            headers={"origin": "https://evil.test"},
        )
        assert answer.status_code == 403
