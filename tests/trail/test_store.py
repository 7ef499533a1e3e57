"""The trail: every event that rode on a row, once, under whom it concerns."""

import json

import pytest

from portico.ids import fingerprint
from portico.trail.store import Recorder
from portico.trail.subjects import filed_under
from tests.support.doors import door, stream_record
from tests.support.driver import OK

STEPS = ["code.requested", "code.mailed", "code.refused", "session.started"]


@pytest.fixture
def asked(portal):
    """The row of a challenge that asks for its first mail."""
    portal.browser.asks_for_a_code()
    return portal.challenge_row()


def records(*changes):
    return door("record_trail").handler({"Records": list(changes)}, None)


class TestTheTrail:
    def test_says_who_what_when_and_from_where(self, portal, asked):
        records(stream_record(asked))

        (line,) = portal.rows("trail")
        assert line.pop("ttl") == line.pop("expires_at") == 1795262400 + 365 * 24 * 3600
        assert line == {
            "pk": f"acme#trail#{filed_under('trail', 'acme', asked['subject'])}",
            "sk": f"2026-11-21T12:00:00.000+00:00#{asked['event']['id']}",
            "workspace": "acme",
            "id": asked["event"]["id"],
            "name": "code.requested",
            "at": "2026-11-21T12:00:00.000+00:00",
            "by": "contact",
            "network": "203.0.113.7",
            "listed": f"2026-11-21T12:00:00Z#{fingerprint(portal.browser.challenge)}",
            "detail": {
                "link": asked["link"],
                "sign_in": fingerprint(portal.browser.challenge),
            },
        }

    def test_tells_a_sign_in_step_by_step(self, portal):
        ann = portal.browser
        seen: list[str] = []

        def note():
            portal.forward(seconds=1)
            seen.extend(line["name"] for line in portal.records_trail())

        ann.asks_for_a_code()
        note()
        portal.delivers_mail()
        note()
        ann.types("0000000")
        note()
        ann.types_the_mailed_code()
        note()

        assert [name for name in dict.fromkeys(seen) if name in STEPS] == STEPS

    def test_is_kept_for_as_long_as_the_workspace_says(self, portal):
        portal.sets(trail_days=7)
        portal.browser.asks_for_a_code()

        records(stream_record(portal.challenge_row()))

        (line,) = portal.rows("trail")
        assert line["ttl"] == 1795262400 + 7 * 24 * 3600

    def test_has_no_secret_and_no_whole_address(self, portal):
        signed_in = portal.browser.signs_in()
        portal.forward(minutes=1)
        portal.browser.refreshes()
        portal.browser.signs_out()

        text = json.dumps(portal.records_trail())
        for secret in (
            portal.mailed_code(),
            portal.shared,
            portal.browser.challenge,
            signed_in.body["access_token"],
            signed_in.cookie("__Host-portico-acme"),
            "ann@example.com",
        ):
            assert secret not in text


class TestAnEvent:
    def test_that_is_delivered_twice_is_one_line(self, portal, asked):
        records(stream_record(asked), stream_record(asked))
        records(stream_record(asked))

        assert len(portal.rows("trail")) == 1

    def test_that_is_delivered_twice_is_known_to_be_there(self, asked):
        recorder = Recorder("trail")

        told = [recorder.record(stream_record(asked)) for _ in range(2)]

        assert told == ["recorded", "repeated"]

    def test_that_says_how_long_it_is_kept_is_kept_so_long_whatever_its_row_says(
        self, portal, asked
    ):
        event = asked["event"] | {"keep_days": 7}

        records(stream_record(asked | {"event": event, "keep_days": 365}))

        (line,) = portal.rows("trail")
        assert line["ttl"] == 1795262400 + 7 * 24 * 3600

    def test_of_a_row_that_an_older_release_wrote_is_printable(self, portal, asked):
        event = asked["event"] | {"detail": {"reason": "\x1b[31mred\r\n\u202e"}}

        records(stream_record(asked | {"event": event}))

        (line,) = portal.rows("trail")
        assert line["detail"]["reason"].isprintable()

    def test_that_the_row_carried_before_is_not_told_again(self, portal, asked):
        records(stream_record(asked | {"attempts": 1}, asked))

        assert portal.rows("trail") == []

    def test_that_follows_another_is_a_line_of_its_own(self, portal, asked):
        next_ = asked | {"event": asked["event"] | {"id": "evt_next", "name": "code.refused"}}

        records(stream_record(asked), stream_record(next_, asked))

        assert {line["name"] for line in portal.rows("trail")} == {"code.requested", "code.refused"}

    def test_rides_on_no_counter(self, portal, asked):
        counters = [row for row in portal.rows("sign-in") if row["pk"].startswith("-")]

        assert counters
        assert all("event" not in row for row in counters)

    def test_is_filed_under_the_contact_once_it_is_known(self, portal, asked):
        portal.delivers_mail()

        portal.browser.types("0000000")

        portal.records_trail()
        lines = {line["name"]: line["pk"] for line in portal.rows("trail")}
        assert lines["code.refused"] == f"acme#trail#{portal.ann.id}"


class TestARefusalThatTouchesNoRow:
    def test_is_no_line_so_that_strangers_do_not_write_our_bill(self, portal):
        portal.browser.opens_the_link("lnk_" + "A" * 43)
        portal.browser.asks_for_a_code(link="lnk_" + "A" * 43)
        portal.browser.challenge = "chl_acme_" + "A" * 22
        portal.browser.types("0000000")
        portal.browser.asks_again()
        portal.browser.refreshes()

        assert [row for row in portal.rows("sign-in") if "event" in row] == []


class TestARecordThatFails:
    def test_is_reported_by_its_number_and_holds_up_no_other(self, portal, asked):
        rotten = stream_record({"pk": "acme#x", "sk": "x", "event": {"id": "evt_1"}})

        answer = records(rotten, stream_record(asked))

        number = rotten["dynamodb"]["SequenceNumber"]
        assert answer == {"batchItemFailures": [{"itemIdentifier": number}]}
        assert len(portal.rows("trail")) == 1

    def test_because_the_trail_is_out_of_reach_is_handed_in_again(self, portal, asked, wire):
        wire.cut("dynamodb.PutItem", times=2)
        record = stream_record(asked)

        first = records(record)

        assert len(first["batchItemFailures"]) == 1
        assert records(record) == OK
        assert len(portal.rows("trail")) == 1

    def test_that_has_no_event_is_none(self, portal, asked):
        del asked["event"]

        assert records(stream_record(asked)) == OK
        assert portal.rows("trail") == []
