"""FLT-04: SES says no in all its ways, or nothing; and one mail among ten that cannot be sent."""

from typing import Any

import pytest
from botocore.session import get_session

from portico.aws import ses
from tests.codes import retries
from tests.faults import trouble as what
from tests.faults.trouble import LASTS, Fault, Step
from tests.support.doors import door, stream_record
from tests.support.driver import OK, Portal
from tests.support.template import doors, resources

SEND = Step("sesv2.SendEmail")
SES_PATIENCE = 5.5
"""Seconds to connect and to read, once: a mail is not sent again because we hung up."""

PASSING = {
    "throttled": what.answers("TooManyRequestsException"),
    "over-the-days-quota": what.answers("LimitExceededException"),
    "paused": what.answers("SendingPausedException"),
    "broken": what.answers("InternalServiceErrorException"),
    "silent": what.hangs,
    "out-of-reach": what.never_arrives,
}
FINAL = {
    "not-granted": what.answers("AccessDeniedException"),
    "not-granted-in-other-words": what.answers("AccessDenied"),
    "configuration-set-gone": what.answers("NotFoundException"),
    "never-opened": what.answers("SubscriptionRequiredException"),
    "rejected-or-in-the-sandbox": what.answers("MessageRejected"),
    "malformed": what.answers("BadRequestException"),
    "not-verified": what.answers("MailFromDomainNotVerifiedException"),
    "suspended": what.answers("AccountSuspendedException"),
}


def thinly(table: dict[str, Fault], *, fast: str = "") -> list[Any]:
    return [pytest.param(each, marks=() if each == fast else pytest.mark.slow) for each in table]


def asks(portal: Portal) -> dict[str, Any]:
    portal.browser.asks_for_a_code()
    return stream_record(portal.challenge_row())


def deliver(*records: dict[str, Any]) -> Any:
    return door("send_mail").handler({"Records": [*records]}, None)


class TestSesForAWhile:
    @pytest.mark.parametrize("name", thinly(PASSING, fast="throttled"))
    def test_flt_04_is_tried_again_and_the_same_code_goes_out(
        self, portal, trouble, queues, heard, name
    ):
        record = asks(portal)
        trouble.meets(SEND, PASSING[name], LASTS)
        answer = deliver(record)
        assert answer == OK
        assert queues.waiting == 1
        assert heard().counted()["send_mail", "queued"] == 1
        trouble.mend()

        portal.forward(seconds=35)
        queues.hand_in()

        assert len(portal.mails) == 1
        assert queues.waiting == 0
        assert portal.browser.types_the_mailed_code().status == 200

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["throttled", "paused", "silent"])
    def test_flt_04_without_end_is_given_up_after_five_tries_and_an_alarm_hears_of_it(
        self, portal, trouble, queues, heard, name
    ):
        record = asks(portal)
        heard()
        trouble.meets(SEND, PASSING[name], LASTS)
        deliver(record)
        tries = given_up(portal, queues)
        trouble.mend()

        assert 3 <= tries <= 5
        assert queues.dead_letters == 1
        alarms = heard(dead_letters={"MailDeadLetters": queues.dead_letters}).alarms()
        assert "MailDeadLettersAlarm" in alarms
        assert portal.mails == []
        # The flow is not burnt: the next mail of the same challenge goes out.
        assert portal.browser.asks_again().status == 202
        portal.delivers_mail()
        assert portal.browser.types_the_mailed_code().status == 200

    def test_flt_04_then_a_table_that_is_away_does_not_cost_the_queues_own_two_minutes(
        self, portal, trouble, queues
    ):
        trouble.meets(SEND, PASSING["throttled"], LASTS)
        deliver(asks(portal))
        trouble.meets(Step("dynamodb.GetItem"), what.breaks, LASTS)
        portal.forward(seconds=5)
        queues.hand_in()
        trouble.mend()

        portal.forward(seconds=11)
        queues.hand_in()

        assert len(portal.mails) == 1

    def test_flt_04_silent_is_asked_once_each_time(self, portal, trouble, queues):
        trouble.meets(SEND, PASSING["silent"], LASTS)
        deliver(asks(portal))

        assert trouble.wire.operations.count("sesv2.SendEmail") == 1


class TestSesForGood:
    @pytest.mark.parametrize("name", thinly(FINAL))
    def test_flt_04_is_told_and_never_tried_again(self, portal, trouble, queues, heard, name):
        heard()
        trouble.meets(SEND, FINAL[name], LASTS)
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        trouble.mend()

        assert queues.waiting == 0
        assert portal.challenge_row()["withheld_1"] == "mail-refused"
        now = heard()
        assert "MailRefusedAlarm" in now.alarms()
        threshold = resources("AWS::CloudWatch::Alarm")["MailRefusedAlarm"]["Threshold"]
        assert now.counted()["send_mail", "withheld-mail-refused"] >= threshold
        portal.forward(seconds=30)
        assert portal.browser.asks_again().status == 202
        portal.delivers_mail()
        assert portal.browser.types_the_mailed_code().status == 200

    def test_flt_04_for_its_address_alone_rings_no_alarm_if_somebody_signs_up_with_it(
        self, portal, trouble, heard
    ):
        portal.sets(password_method=True, sign_up=True)
        trouble.meets(SEND, FINAL["malformed"], LASTS)
        heard()
        for n in range(5):
            portal.browser.signs_up(f"nobody-{n}@example.com")
            portal.delivers_mail()

        now = heard()

        assert now.counted()["send_mail", "withheld-address-refused"] == 5
        assert "MailRefusedAlarm" not in now.alarms()

    def test_flt_04_for_everybody_rings_whoever_is_mailed(self, portal, trouble, heard):
        portal.sets(password_method=True, sign_up=True)
        trouble.meets(SEND, FINAL["not-verified"], LASTS)
        heard()

        portal.browser.signs_up("nobody@example.com")
        portal.delivers_mail()

        assert "MailRefusedAlarm" in heard().alarms()


class TestAnErrorThatSesCanAnswer:
    def test_is_either_for_good_or_for_a_while(self):
        # A new version of the SDK may know one more: it must not be tried again by chance.
        sending = get_session().get_service_model("sesv2").operation_model("SendEmail")
        named = {each.name for each in sending.error_shapes}

        assert named <= ses.FINAL_REFUSALS | ses.PASSING_REFUSALS
        assert not ses.FINAL_REFUSALS & ses.PASSING_REFUSALS


def without_a_purpose(portal: Portal, row: dict[str, Any]) -> dict[str, Any]:
    """A challenge's row that nobody can read."""
    poison = {name: value for name, value in row.items() if name not in ("purpose", "asked")}
    portal.writes("sign-in", poison)
    return poison


def of_a_broken_workspace(portal: Portal, row: dict[str, Any]) -> dict[str, Any]:
    portal.writes("people", {"pk": f"{portal.id}#workspace", "sk": "door", "name": "cut off"})
    return row


class TestAPoisonRecordAmongTen:
    @pytest.mark.slow
    @pytest.mark.parametrize("place", [0, 9])
    @pytest.mark.parametrize("poisoned", [without_a_purpose, of_a_broken_workspace])
    def test_flt_04_ends_among_the_dead_letters_and_holds_nobody_up(
        self, portal, queues, heard, poisoned, place
    ):
        other = portal.neighbour()
        ten = [asks_as(portal, n) for n in range(9)]
        other.browser.asks_for_a_code("ann@example.com")
        ten.insert(place, stream_record(poisoned(other, other.challenge_row())))
        heard()

        answer = deliver(*ten)

        # All nine in this very start, and the shard goes on: the poison is not given back.
        assert answer == OK
        assert len(portal.mails) == 9
        assert len({tuple(mail.to) for mail in portal.mails}) == 9
        assert heard().counted()["send_mail", "mailed"] == 9
        assert deliver(*ten) == OK
        assert len(portal.mails) == 9
        tries = given_up(portal, queues)
        assert 3 <= tries <= 10  # of two messages: it was delivered twice
        assert queues.dead_letters == 2
        assert "MailDeadLettersAlarm" in heard(dead_letters={"MailDeadLetters": 2}).alarms()

    def test_flt_04_in_the_queue_holds_up_none_of_its_batch(self, portal, queues, trouble):
        portal.adds("Bob Baker", "bob@example.com")
        good = asks(portal)
        bad = portal.another_browser()
        bad.asks_for_a_code("bob@example.com")
        row = portal.challenge_row(bad)
        trouble.meets(SEND, what.answers("TooManyRequestsException"), LASTS)
        deliver(good, stream_record(without_a_purpose(portal, row)))
        trouble.mend()
        assert queues.waiting == 2
        portal.forward(seconds=5)

        queues.hand_in()

        assert len(portal.mails) == 1
        assert queues.waiting == 1
        assert portal.browser.types_the_mailed_code().status == 200

    def test_flt_04_that_could_not_even_be_queued_is_given_back_alone(
        self, portal, wire, queues, heard
    ):
        other = portal.neighbour()
        good = [asks_as(portal, n) for n in range(2)]
        other.browser.asks_for_a_code()
        poison = stream_record(of_a_broken_workspace(other, other.challenge_row()))
        wire.cut("sqs.SendMessage")
        heard()

        answer = deliver(good[0], poison, good[1])

        number = poison["dynamodb"]["SequenceNumber"]
        assert answer == {"batchItemFailures": [{"itemIdentifier": number}]}
        assert len(portal.mails) == 2
        # The stream comes back to it, and stands still meanwhile.
        assert "MailAgeAlarm" in heard(stuck={"send_mail"}).alarms()
        wire.mend()
        assert deliver(poison, good[1]) == OK
        assert len(portal.mails) == 2
        assert queues.waiting == 1

    def test_flt_04_of_a_stream_has_an_end(self):
        stream = doors()["send_mail"]["Events"]["Asked"]["Properties"]

        assert 1 <= stream["MaximumRetryAttempts"] <= 5
        assert stream["MaximumRecordAgeInSeconds"] <= 600
        assert stream["BisectBatchOnFunctionError"]
        assert stream["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0] == (
            "MailDeadLetters"
        )
        assert stream["FunctionResponseTypes"] == ["ReportBatchItemFailures"]

    def test_flt_04_of_a_queue_is_given_up_within_the_life_of_its_code(self):
        tries = resources("AWS::SQS::Queue")["MailRetryQueue"]["RedrivePolicy"]["maxReceiveCount"]

        # 5 s, and twice as long each time: decided while a code has half of its ten minutes left.
        assert sum(5 * 2**n for n in range(tries)) <= 300

    def test_flt_04_a_batch_of_the_queue_has_time_for_a_silent_ses(self):
        sender = doors()["send_mail"]

        batch = sender["Events"]["Retry"]["Properties"]["BatchSize"]

        assert batch * SES_PATIENCE < sender["Timeout"]


def asks_as(portal: Portal, n: int) -> dict[str, Any]:
    """Let one more contact ask for a code."""
    portal.adds(f"Contact {n}", f"contact-{n}@example.com")
    browser = portal.another_browser()
    browser.asks_for_a_code(f"contact-{n}@example.com")
    return stream_record(portal.challenge_row(browser))


def given_up(portal: Portal, queues) -> int:
    """Hand the queue's messages in as they come due, and count the tries until it is empty."""
    tries = 0
    # In time to try while the code is young: the first four waits double, and the last is no try.
    for _ in range(26):
        if not retries.waiting(queues.retry):
            break
        portal.forward(seconds=20)
        tries += queues.hand_in()
    assert queues.waiting == 0
    return tries
