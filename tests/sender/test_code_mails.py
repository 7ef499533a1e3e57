"""Sending the mails that challenges ask for: once each, or not at all, and always told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portico.events import Event
from portico.ids import parse_challenge
from portico.limits.strangers import A_WORKSPACE_AN_HOUR, SHARDS
from portico.sender.taken_mails import TakenMails
from tests.codes import retries
from tests.support.doors import door, stream_record
from tests.support.driver import OK


class Stopped(BaseException):
    """The sender's environment is gone, in the middle of its work."""


def stop() -> None:
    raise Stopped


def requested(portal) -> Any:
    """The stream's record of the challenge as it stands now."""
    return stream_record(portal.challenge_row())


def delivers(*records: Any) -> Any:
    return door("send_mail").handler({"Records": list(records)}, None)


def says_it_is_sent(portal) -> None:
    at = datetime.now(UTC)
    id_ = parse_challenge(portal.browser.challenge)
    TakenMails("sign-in", portal.id).note_sent(id_, 1, Event("code.mailed", at))


def withheld(portal) -> list[str]:
    """The reasons that the trail has for mails that were not sent."""
    trail = portal.records_trail()
    return [row["detail"]["reason"] for row in trail if row["name"] == "code.withheld"]


class TestAMail:
    def test_goes_to_the_stored_address_and_is_in_the_trail(self, portal):
        portal.browser.asks_for_a_code(" Ann@Example.COM ")
        portal.delivers_mail()

        (mail,) = portal.mails
        mailed = next(row for row in portal.records_trail() if row["name"] == "code.mailed")
        assert set(mail.to) == {"ann@example.com"}
        assert mailed["pk"] == f"acme#trail#{portal.ann.id}"
        assert mailed["detail"]["generation"] == "1"
        assert mailed["detail"]["ses_id"]

    def test_is_claimed_before_it_is_sent(self, portal, wire):
        portal.browser.asks_for_a_code()
        wire.before("sesv2.SendEmail", lambda: rows.append(portal.challenge_row()))
        rows: list[dict] = []
        portal.delivers_mail()

        (at_that_moment,) = rows
        assert "mail" not in at_that_moment
        assert at_that_moment["claim_1"]["sver"] == 1
        assert "sent" not in at_that_moment["claim_1"]

    def test_is_one_for_each_request_and_resend(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        portal.forward(seconds=30)
        portal.browser.asks_again()
        portal.delivers_mail()
        portal.delivers_mail()

        assert len(portal.mails) == 2

    def test_that_was_overtaken_by_a_newer_request_is_not_sent(self, portal):
        portal.browser.asks_for_a_code()
        first = requested(portal)
        portal.forward(seconds=30)
        portal.browser.asks_again()
        portal.delivers_mail()

        assert delivers(first) == OK
        assert len(portal.mails) == 1


def charged(portal):
    """How many mails the mailboxes were charged for."""
    return sum(len(r["mails"]) for r in portal.rows("sign-in") if r["pk"].startswith("-mailbox#"))


def asks_four_times(portal):
    """Ask, and ask again three times, while the stream stands still: return its records."""
    records = [requested(portal)]
    for wait in (30, 60, 120):
        portal.forward(seconds=wait)
        portal.browser.asks_again()
        records.append(requested(portal))
    return records


class TestAStreamThatIsLate:
    """It brings a request and three resends of one challenge, and only the last is mailed."""

    def test_rac_13_charges_the_mailbox_for_the_one_mail_that_goes_out(self, portal):
        portal.browser.asks_for_a_code()

        for record in asks_four_times(portal):
            assert delivers(record) == OK

        assert len(portal.mails) == 1
        assert charged(portal) == 1

    def test_rac_13_leaves_the_mailbox_room_for_the_next(self, portal):
        portal.browser.asks_for_a_code()
        for record in asks_four_times(portal):
            delivers(record)

        for _ in range(3):
            portal.another_browser().asks_for_a_code()
            portal.delivers_mail()

        assert len(portal.mails) == 4

    def test_rac_13_leaves_nothing_charged_of_what_was_overtaken(self, portal):
        portal.browser.asks_for_a_code()
        *overtaken, newest = asks_four_times(portal)

        after = []
        for record in [*overtaken, newest]:
            delivers(record)
            after.append(charged(portal))

        assert after == [0, 0, 0, 1]

    def test_rac_13_gives_back_what_is_overtaken_at_the_last_moment(self, portal, wire):
        portal.browser.asks_for_a_code()
        first = requested(portal)
        portal.forward(seconds=30)
        # After the budget, and right before the mail is taken.
        wire.before("dynamodb.UpdateItem", lambda: None)
        wire.before("dynamodb.UpdateItem", portal.browser.asks_again)

        delivers(first)

        assert portal.mails == []
        assert charged(portal) == 0

    def test_rac_13_charges_strangers_once_too(self, portal):
        portal.sets(sign_up=True)
        portal.browser.signs_up("eve@example.net")

        for record in asks_four_times(portal):
            delivers(record)

        rows = [r for r in portal.rows("sign-in") if "strangers#" in r["pk"]]
        assert len(portal.mails) == 1
        assert [r["mails"] for r in rows] == [1, 1]

    def test_rac_13_charges_a_contact_who_signs_up_for_one_notice(self, portal):
        portal.sets(sign_up=True)
        portal.browser.signs_up("ann@example.com")

        for record in asks_four_times(portal):
            delivers(record)

        assert charged(portal) == 1

    def test_rac_13_charges_a_contact_who_signs_up_once_however_often_it_is_delivered(self, portal):
        portal.sets(sign_up=True)
        portal.browser.signs_up("ann@example.com")
        record = requested(portal)

        delivers(record)
        delivers(record)

        assert charged(portal) == 1

    def test_rac_13_gives_strangers_mails_back_at_the_last_moment(self, portal, wire):
        portal.sets(sign_up=True)
        portal.browser.signs_up("eve@example.net")
        first = requested(portal)
        portal.forward(seconds=30)
        for _ in range(3):
            wire.before("dynamodb.UpdateItem", lambda: None)
        wire.before("dynamodb.UpdateItem", portal.browser.asks_again)

        delivers(first)

        rows = [r for r in portal.rows("sign-in") if "strangers#" in r["pk"]]
        assert portal.mails == []
        assert [r["mails"] for r in rows] == [0, 0]
        assert charged(portal) == 0

    def test_rac_13_charges_no_mailbox_for_what_the_strangers_cap_keeps_back(self, portal):
        portal.sets(sign_up=True)
        hour = int(datetime.now(UTC).timestamp()) // 3600
        for shard in range(SHARDS):
            row = {"pk": f"acme#strangers#{hour}", "sk": f"shard-{shard}"}
            portal.writes("sign-in", row | {"mails": A_WORKSPACE_AN_HOUR})
        portal.browser.signs_up("eve@example.net")

        portal.delivers_mail()

        assert withheld(portal) == ["strangers-of-workspace"]
        assert charged(portal) == 0


class TestAMailThatMustNotGoOut:
    @pytest.mark.parametrize(
        ("reason", "happens"),
        [
            ("portal-unavailable", lambda portal: portal.sets(portal_enabled=False)),
            ("sign-in-method-off", lambda portal: portal.sets(code_method=False)),
            ("contact-inactive", lambda portal: portal.deactivates()),
            ("address-suppressed-bounce", lambda portal: portal.suppresses(portal.ann)),
            (
                "address-suppressed-complaint",
                lambda portal: portal.suppresses(portal.ann, "complaint"),
            ),
            (
                "inbound-address",
                lambda portal: portal.sets(inbound_addresses=["Ann@example.com"]),
            ),
            ("too-late", lambda portal: portal.forward(minutes=5)),
        ],
    )
    def test_says_why_and_its_code_is_never_right(self, portal, code_of, reason, happens):
        portal.browser.asks_for_a_code()
        happens(portal)
        portal.delivers_mail()

        assert portal.mails == []
        assert withheld(portal) == [reason]
        assert portal.challenge_row()["withheld_1"] == reason
        portal.deactivates()
        assert portal.browser.types(code_of(portal.browser, 1)).status in (401, 410)
        assert portal.session_rows() == []

    def test_has_a_link_that_was_revoked(self, portal):
        link, token = portal.link()
        portal.browser.asks_for_a_code(link=token)

        portal.links.revoke(portal.id, link.id, by="test")
        portal.delivers_mail()

        assert portal.mails == []
        assert withheld(portal) == ["link-ended"]

    def test_has_a_link_that_has_expired(self, portal):
        _, token = portal.link(lifetime=timedelta(minutes=1))
        portal.browser.asks_for_a_code(link=token)

        portal.forward(minutes=1)
        portal.delivers_mail()

        assert portal.mails == []
        assert withheld(portal) == ["link-ended"]

    def test_has_no_contact(self, portal):
        portal.browser.asks_for_a_code("nobody@example.com")
        portal.delivers_mail()

        assert portal.mails == []
        assert withheld(portal) == ["not-a-contact"]

    @pytest.mark.parametrize("alias", ["reply+4711@help.example", "reply@help.example"])
    def test_would_be_published_in_a_ticket(self, portal, alias):
        portal.adds("Help Desk", alias)
        portal.sets(inbound_addresses=["reply@help.example", "no address at all"])

        portal.browser.asks_for_a_code(alias)
        portal.delivers_mail()

        assert portal.mails == []
        assert withheld(portal) == ["inbound-address"]

    def test_is_over_the_mailboxs_budget(self, portal):
        for _ in range(4):
            portal.browser.asks_for_a_code()
            portal.delivers_mail()
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        assert len(portal.mails) == 4
        assert portal.challenge_row()["withheld_1"] == "mailbox-budget"

    def test_tells_the_trail_which_budget_it_is_over_and_until_when(self, portal):
        for _ in range(5):
            portal.browser.asks_for_a_code()
            portal.delivers_mail()

        (line,) = [each for each in portal.records_trail() if each["name"] == "code.withheld"]

        assert line["detail"] | {"sign_in": ""} == {
            "generation": "1",
            "reason": "mailbox-budget",
            "most": "4",
            "window": "hour",
            "until": "2026-11-21T13:00:00+00:00",
            "has_kept": "yes",
            "sign_in": "",
        }

    def test_takes_nothing_from_the_mailboxs_budget(self, portal):
        portal.deactivates()
        for _ in range(6):
            portal.browser.asks_for_a_code()
            portal.delivers_mail()
        portal.team.set_active(portal.id, portal.ann.id, True, by="test")

        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        assert len(portal.mails) == 1

    def test_is_not_sent_when_its_record_comes_again(self, portal):
        portal.deactivates()
        portal.browser.asks_for_a_code()
        record = requested(portal)
        delivers(record)
        portal.team.set_active(portal.id, portal.ann.id, True, by="test")

        assert delivers(record) == OK
        assert portal.mails == []

    def test_still_goes_out_a_second_before_it_is_too_late(self, portal):
        portal.browser.asks_for_a_code()

        portal.forward(minutes=4, seconds=59)
        portal.delivers_mail()

        assert len(portal.mails) == 1


class TestFlt03AMailJobThatComesTwice:
    def test_flt_03_by_the_stream_is_mailed_once(self, portal):
        portal.browser.asks_for_a_code()
        record = requested(portal)

        assert delivers(record) == delivers(record) == delivers(record, record) == OK
        assert len(portal.mails) == 1

    def test_flt_03_by_stream_and_queue_is_mailed_once(self, portal, retry_queue):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        delivery = door("send_mail").mailroom.delivery
        ids = {"challenge": portal.browser.challenge, "generation": 1}

        for _ in range(2):
            delivery.queue(ids, after=timedelta())
        assert len(retries.hand_in(retry_queue)) == 2

        assert retries.waiting(retry_queue) == 0
        assert len(portal.mails) == 1

    def test_flt_03_at_the_same_time_is_mailed_once(self, portal, wire, retry_queue):
        portal.browser.asks_for_a_code()
        record = requested(portal)
        wire.before("sesv2.SendEmail", lambda: delivers(record))

        assert delivers(record) == OK
        portal.forward(seconds=35)
        assert retries.hand_in(retry_queue) == [
            {"challenge": portal.browser.challenge, "generation": 1}
        ]

        assert retries.waiting(retry_queue) == 0
        assert len(portal.mails) == 1

    def test_flt_03_by_the_queue_while_the_stream_is_at_it_is_mailed_once(
        self, portal, wire, retry_queue
    ):
        portal.browser.asks_for_a_code()
        ids = {"challenge": portal.browser.challenge, "generation": 1}
        door("send_mail").mailroom.delivery.queue(ids, after=timedelta())
        wire.before("sesv2.SendEmail", lambda: retries.hand_in(retry_queue))
        portal.delivers_mail()

        assert retries.waiting(retry_queue) == 1
        portal.forward(seconds=36)
        retries.hand_in(retry_queue)

        assert retries.waiting(retry_queue) == 0
        assert len(portal.mails) == 1

    def test_flt_03_told_to_be_sent_at_the_last_moment_is_not_mailed_again(
        self, portal, wire, retry_queue
    ):
        portal.browser.asks_for_a_code()
        record = requested(portal)
        wire.before("sesv2.SendEmail", stop)
        with pytest.raises(Stopped):
            delivers(record)
        delivers(record)
        portal.forward(seconds=35)
        # The retry has read the row; now the first sender, very slow, comes to its last write.
        wire.before("dynamodb.UpdateItem", lambda: says_it_is_sent(portal))
        retries.hand_in(retry_queue)

        assert retries.waiting(retry_queue) == 0
        assert portal.mails == []

    def test_flt_03_after_the_sender_was_stopped_is_mailed_once(self, portal, wire, retry_queue):
        portal.browser.asks_for_a_code()
        record = requested(portal)
        wire.before("sesv2.SendEmail", stop)
        with pytest.raises(Stopped):
            delivers(record)

        assert delivers(record) == OK
        portal.forward(seconds=34)
        assert retries.hand_in(retry_queue) == []
        portal.forward(seconds=1)
        retries.hand_in(retry_queue)

        assert len(portal.mails) == 1
        assert portal.browser.types_the_mailed_code().status == 200

    def test_flt_03_after_a_lost_answer_is_mailed_twice_at_most_with_one_code(
        self, portal, wire, retry_queue
    ):
        portal.browser.asks_for_a_code()
        wire.lose_answers("sesv2.SendEmail", times=1)
        portal.delivers_mail()
        assert len(portal.mails) == 1
        portal.forward(seconds=35)
        retries.hand_in(retry_queue)
        retries.hand_in(retry_queue)

        assert retries.waiting(retry_queue) == 0
        assert len(portal.mails) == 2
        assert portal.mailed_code(0) == portal.mailed_code(1)
        assert portal.browser.types_the_mailed_code().status == 200

    def test_flt_03_has_the_same_code_though_the_secret_was_rotated(
        self, portal, wire, code_of, retry_queue, rotates
    ):
        portal.browser.asks_for_a_code()
        code = code_of(portal.browser, 1)
        wire.answer("sesv2.SendEmail", "TooManyRequestsException", times=1)
        portal.delivers_mail()
        rotates()
        portal.forward(seconds=5)
        retries.hand_in(retry_queue)

        assert portal.mailed_code() == code
        assert portal.browser.types(code).status == 200

    def test_flt_03_is_charged_to_the_mailbox_once(self, portal, wire, retry_queue):
        for _ in range(4):
            portal.browser.asks_for_a_code()
            record = requested(portal)
            wire.answer("sesv2.SendEmail", "TooManyRequestsException", times=1)
            delivers(record)
            portal.forward(seconds=5)
            retries.hand_in(retry_queue)
            delivers(record)

        assert len(portal.mails) == 4


class TestAFaultOfSes:
    def test_lets_the_same_code_go_out_a_little_later(self, portal, wire, code_of, retry_queue):
        portal.browser.asks_for_a_code()
        wire.answer("sesv2.SendEmail", "TooManyRequestsException", times=1)
        portal.delivers_mail()
        assert portal.mails == []

        portal.forward(seconds=5)
        retries.hand_in(retry_queue)

        assert portal.mailed_code() == code_of(portal.browser, 1)
        assert portal.browser.types_the_mailed_code().status == 200

    def test_waits_longer_every_time(self, portal, wire, retry_queue):
        portal.browser.asks_for_a_code()
        wire.answer("sesv2.SendEmail", "TooManyRequestsException")
        portal.delivers_mail()

        for wait in (5, 10, 20, 40):
            portal.forward(seconds=wait - 1)
            assert retries.hand_in(retry_queue) == []
            portal.forward(seconds=1, milliseconds=1)
            assert len(retries.hand_in(retry_queue)) == 1
        wire.mend()
        portal.forward(seconds=81)
        retries.hand_in(retry_queue)

        assert len(portal.mails) == 1

    def test_gives_up_when_the_code_would_be_too_old(self, portal, wire, code_of, retry_queue):
        portal.browser.asks_for_a_code()
        wire.answer("sesv2.SendEmail", "TooManyRequestsException", times=1)
        portal.delivers_mail()

        portal.forward(minutes=5)
        retries.hand_in(retry_queue)

        assert portal.mails == []
        assert retries.waiting(retry_queue) == 0
        assert withheld(portal) == ["too-late"]
        assert portal.browser.types(code_of(portal.browser, 1)).status == 401

    @pytest.mark.parametrize(
        "code", ["MessageRejected", "BadRequestException", "AccessDeniedException"]
    )
    def test_that_is_final_is_told_and_its_code_is_never_right(
        self, portal, wire, code_of, retry_queue, code
    ):
        portal.browser.asks_for_a_code()
        wire.answer("sesv2.SendEmail", code, times=1)
        portal.delivers_mail()

        assert retries.waiting(retry_queue) == 0
        assert withheld(portal) == ["mail-refused"]
        assert portal.browser.types(code_of(portal.browser, 1)).status == 401

    def test_leaves_the_contact_a_resend(self, portal, wire, retry_queue):
        portal.browser.asks_for_a_code()
        wire.answer("sesv2.SendEmail", "MessageRejected", times=1)
        portal.delivers_mail()

        portal.forward(seconds=30)
        portal.browser.asks_again()
        portal.delivers_mail()

        assert portal.browser.types_the_mailed_code().status == 200

    def test_may_let_an_older_mail_overtake_and_both_codes_count(self, portal, wire, retry_queue):
        portal.browser.asks_for_a_code()
        wire.answer("sesv2.SendEmail", "TooManyRequestsException", times=1)
        portal.delivers_mail()
        portal.forward(seconds=30)
        portal.browser.asks_again()
        portal.delivers_mail()
        retries.hand_in(retry_queue)

        newer, older = portal.mails
        assert newer.code != older.code
        assert portal.browser.types(older.code).status == 200


class TestABatch:
    def test_is_not_held_up_by_one_record(self, portal, retry_queue):
        globex = portal.neighbour()
        portal.browser.asks_for_a_code()
        globex.browser.asks_for_a_code()
        first, second = requested(portal), requested(globex)
        door_row = next(row for row in portal.rows("people") if row["pk"] == "acme#workspace")
        portal.writes("people", {"pk": door_row["pk"], "sk": door_row["sk"], "name": "cut off"})

        assert delivers(first, second) == OK

        assert len(globex.mails) == 1
        assert retries.waiting(retry_queue) == 1

    def test_goes_on_when_even_the_queue_is_out_of_reach(self, portal, wire):
        globex = portal.neighbour()
        portal.browser.asks_for_a_code()
        globex.browser.asks_for_a_code()
        first, second = requested(portal), requested(globex)
        wire.answer("sesv2.SendEmail", "TooManyRequestsException", times=1)
        wire.cut("sqs.SendMessage")

        failures = delivers(first, second)["batchItemFailures"]

        assert [each["itemIdentifier"] for each in failures] == [
            first["dynamodb"]["SequenceNumber"]
        ]
        assert len(globex.mails) == 1

    def test_of_faults_is_queued_with_ids_and_nothing_else(self, portal, wire, retry_queue):
        portal.browser.asks_for_a_code()
        wire.answer("sesv2.SendEmail", "TooManyRequestsException", times=1)
        portal.delivers_mail()

        (queued,) = wire.parameters("sqs.SendMessage")
        body = queued["MessageBody"]
        assert body == f'{{"challenge": "{portal.browser.challenge}", "generation": 1}}'

    @pytest.mark.parametrize("behind", ["dynamodb.BatchGetItem", "secretsmanager.GetSecretValue"])
    def test_is_finished_later_whatever_was_out_of_reach(
        self, portal, wire, behind, retry_queue, environments
    ):
        portal.browser.asks_for_a_code()
        environments()
        record = requested(portal)
        wire.cut(behind)
        assert delivers(record) == OK
        wire.mend()

        assert portal.mails == []
        portal.forward(seconds=35)
        retries.hand_in(retry_queue)

        assert len(portal.mails) == 1

    def test_leaves_rows_alone_that_ask_for_no_mail(self, portal, wire):
        portal.browser.signs_in()
        wire.forget()

        for row in portal.rows("sign-in"):
            assert delivers(stream_record(row)) == OK
        assert wire.operations == []

    def test_has_no_work_with_a_challenge_that_is_gone(self, portal, retry_queue):
        gone = {"challenge": "chl_acme_" + "A" * 22, "generation": 1}

        door("send_mail").mailroom.delivery.queue(gone, after=timedelta())
        retries.hand_in(retry_queue)

        assert retries.waiting(retry_queue) == 0
        assert portal.mails == []
