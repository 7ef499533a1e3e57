"""What the door makes of SES's events: MAI-03 and MAI-08."""

import os
import re
import secrets
from datetime import timedelta

import boto3
import pytest

from local import ses_events
from portico.clock import epoch
from portico.edge.batches import EventFailed
from tests.edge.test_logs import disguises, everything_logged
from tests.support.doors import door, queue_record


class TestADelivery:
    def test_is_one_row_that_ends_after_three_days(self, portal, post):
        mail = post.sends_a_code()

        assert post.tells(ses_events.delivered(mail)) == ["delivered"]

        (row,) = post.rows
        lines = portal.records_trail()
        (sign_in,) = {e["detail"]["sign_in"] for e in lines if e["name"] == "code.mailed"}
        assert row["pk"] == f"acme#delivery#{sign_in}"
        assert row["sk"] == "1"
        assert row["state"] == "delivered"
        assert row["expires_at"] == row["ttl"] == epoch(mail.at + timedelta(days=3))

    def test_is_no_line_of_the_trail(self, portal, post):
        post.tells(ses_events.delivered(post.sends_a_code()))

        names = [line["name"] for line in portal.records_trail()]

        assert not [name for name in names if name.startswith("mail.")]

    def test_comes_over_the_bus_too(self, post):
        mail = post.sends_a_code()
        event = {"id": "1", "source": "aws.ses", "detail": ses_events.delivered(mail)}

        door("record_delivery").handler(event, None)

        assert [row["state"] for row in post.rows] == ["delivered"]

    def test_that_fails_on_the_bus_is_handed_over_again(self, post, wire):
        mail = post.sends_a_code()
        event = {"id": "1", "source": "aws.ses", "detail": ses_events.delivered(mail)}
        wire.cut("dynamodb.UpdateItem")

        with pytest.raises(EventFailed):
            door("record_delivery").handler(event, None)

    def test_is_told_of_each_mail_by_itself(self, portal, post):
        first = post.sends_a_code()
        portal.forward(seconds=30)
        portal.browser.asks_again()
        portal.delivers_mail()
        second = post.mails[-1]

        post.tells(ses_events.delivered(second), ses_events.delayed(first))

        assert {row["sk"]: row["state"] for row in post.rows} == {"1": "delayed", "2": "delivered"}

    def test_of_four_days_ago_is_not_written(self, portal, post):
        mail = post.sends_a_code()
        portal.forward(days=4)

        assert post.tells(ses_events.delivered(mail), ses_events.delayed(mail)) == ["late", "late"]
        assert post.rows == []

    def test_of_a_notice_is_named_by_the_notice(self, portal, post):
        portal.sets(sign_up=True)
        portal.browser.signs_up("ann@example.com")
        portal.delivers_mail()
        portal.delivers_mail()
        notice = post.mails[-1]

        assert post.tells(ses_events.bounced(notice)) == ["bounced"]

        (row,) = post.rows
        assert row["pk"].startswith("acme#delivery#notice-")
        line = next(e for e in portal.records_trail() if e["name"] == "mail.bounced")
        assert "sign_in" not in line["detail"]


class TestTrouble:
    @pytest.mark.parametrize(
        ("event", "state", "line"),
        [
            (ses_events.delayed, "delayed", "mail.delayed"),
            (ses_events.bounced, "bounced", "mail.bounced"),
            (ses_events.rejected, "rejected", "mail.rejected"),
            (ses_events.complained, "complained", "mail.complained"),
        ],
        ids=["delay", "bounce", "reject", "complaint"],
    )
    def test_is_a_line_of_the_sign_in(self, portal, post, event, state, line):
        mail = post.sends_a_code()

        assert post.tells(event(mail)) == [state]

        lines = portal.records_trail()
        (mine,) = [each for each in lines if each["name"].startswith("mail.")]
        assert mine["name"] == line
        assert mine["pk"] == f"acme#trail#{portal.ann.id}"
        mailed = next(each for each in lines if each["name"] == "code.mailed")
        assert mine["detail"]["sign_in"] == mailed["detail"]["sign_in"]

    def test_of_a_stranger_is_filed_under_the_address(self, portal, post):
        portal.sets(sign_up=True)
        portal.browser.signs_up("eve@example.net")
        portal.delivers_mail()

        post.tells(ses_events.bounced(post.mails[-1]))

        line = next(e for e in portal.records_trail() if e["name"] == "mail.bounced")
        assert line["pk"].startswith("acme#trail#address-")

    def test_keeps_the_servers_words_without_the_address(self, portal, post):
        mail = post.sends_a_code()
        answer = "smtp; 550 5.1.1 <Ann@Example.com>: no\r\nsuch user \x1b[2J\u202eherons"

        post.tells(ses_events.bounced(mail, answer))

        (row,) = post.rows
        assert row["said"] == "smtp; 550 5.1.1 <…>: no��such user �[2J�herons"
        line = next(e for e in portal.records_trail() if e["name"] == "mail.bounced")
        assert line["detail"]["said"] == row["said"]
        assert line["detail"]["cause"] == row["cause"] == "no-such-mailbox"

    @pytest.mark.parametrize("before", [0, 1, 5, 40])
    def test_keeps_the_address_out_whatever_stands_before_it(self, post, before):
        # In lower case this letter is two characters.
        mail = post.sends_a_code()

        post.tells(
            ses_events.bounced(mail, f"550 {'İ' * before} ANN@example.com ann%40example.com")
        )

        (row,) = post.rows
        assert row["said"] == " ".join(f"550 {'İ' * before} … …".split())

    def test_that_is_told_a_month_late_is_one_line_however_often(self, portal, post):
        mail = post.sends_a_code()
        event = ses_events.complained(mail, after=timedelta(days=30))
        portal.forward(days=30)
        post.tells(event)
        portal.records_trail()
        portal.sweeps()
        assert post.rows == []

        post.tells(event)

        names = [line["name"] for line in portal.records_trail()]
        assert names.count("mail.complained") == 1

    def test_is_none_where_somebody_takes_it_out_of_the_spam_folder(self, post):
        mail = post.sends_a_code()

        assert post.tells(ses_events.complained(mail, kind="not-spam")) == ["not-understood"]
        assert post.rows == post.suppressed == []


class TestMai08AForgedOrForeignEvent:
    """MAI-08: it is ignored, counted, and nobody is suppressed."""

    def forged(self, mail, changed):
        event = ses_events.bounced(mail)
        event["mail"]["tags"] |= {name: [value] for name, value in changed.items()}
        return event

    @pytest.mark.parametrize(
        "changed",
        [
            {"proof": "A" * 22},
            {"proof": ""},
            {"workspace": "globex"},
            {"mail": "0123456789ab"},
            {"generation": "2"},
            {"subject": "ct_" + "A" * 22},
            {"keep_days": "9999"},
            {"began": "1"},
            {"began": "then"},
            {"generation": "one"},
            {"subject": "\ud800"},
            {"proof": "\udfff"},
        ],
        ids=lambda each: "-".join(each) + "-" + next(iter(each.values()))[:3],
    )
    def test_changes_nothing_and_reads_nothing(self, post, wire, changed):
        mail = post.sends_a_code()
        forged = self.forged(mail, changed)
        wire.forget()

        assert post.tells(forged) == ["foreign"]

        assert [each for each in wire.operations if each.startswith("dynamodb")] == []
        assert post.rows == post.suppressed == []

    def test_of_a_mail_to_somebody_else_is_foreign(self, post):
        mail = post.sends_a_code()
        forged = ses_events.bounced(mail)
        forged["mail"]["destination"] = ["ben@example.com"]

        assert post.tells(forged) == ["foreign"]

    def test_without_tags_is_foreign(self, post):
        event = ses_events.bounced(post.sends_a_code())
        del event["mail"]["tags"]

        assert post.tells(event) == ["foreign"]

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "null",
            "[]",
            '"text"',
            "{}",
            '{"eventType": "Open", "open": {}, "mail": {}}',
            '{"eventType": "Bounce"}',
            '{"eventType": "Bounce", "bounce": null, "mail": {"destination": []}}',
            '{"eventType": "Bounce", "bounce": [], "mail": {"destination": ["x"], "timestamp": 1}}',
            '{"eventType": ["Bounce"]}',
        ],
        ids=range(10),
    )
    def test_that_is_none_is_counted_and_never_comes_again(self, post, body):
        record = queue_record({}) | {"body": body}

        answer = door("record_delivery").handler({"Records": [record]}, None)

        assert answer == {"batchItemFailures": []}
        assert "not-understood" in post.capsys.readouterr().out

    def test_needs_no_address_that_is_spelled_as_we_spell_it(self, post):
        mail = post.sends_a_code()
        event = ses_events.bounced(mail)
        event["mail"]["destination"] = [mail.to.upper()]

        assert post.tells(event) == ["bounced"]


class TestAFault:
    def test_lets_the_message_come_again_and_counts_once(self, portal, post, wire):
        mail = post.sends_a_code()
        wire.cut("dynamodb.UpdateItem", times=9, after=1)
        event = {"Records": [queue_record(ses_events.bounced(mail))]}

        answer = door("record_delivery").handler(event, None)
        assert len(answer["batchItemFailures"]) == 1
        wire.mend()

        assert post.tells(ses_events.bounced(mail)) == ["bounced"]
        (row,) = post.suppressed
        assert len(row["strikes"]) == 1


class TestLog01WhatIsLogged:
    def test_is_no_address_and_nothing_that_a_server_said(self, post, wire):
        words = "550 5.1.1 Frau Markerin has moved to Marker Lane"
        mail = post.sends_a_code()
        with everything_logged() as logs:
            post.tells(ses_events.bounced(mail, words), {"eventType": words, "mail": mail.to})
            event = ses_events.complained(mail)
            wire.cut("dynamodb.UpdateItem", times=2)
            handed = door("record_delivery").handler({"Records": [queue_record(event)]}, None)
            wire.mend()

        assert len(handed["batchItemFailures"]) == 1
        assert [each for each in logs.records if each.name == "portico"]
        private = (mail.to, words, "Markerin", mail.tags["proof"])
        found = {one for each in private for one in disguises(each) if one in logs.text}
        assert found == set()


class TestATag:
    def test_names_no_address_and_opens_nothing(self, post):
        mail = post.sends_a_code()

        assert mail.tags.keys() == {
            "workspace", "mail", "generation", "subject", "keep_days", "began", "proof",
        }  # fmt: skip
        assert "ann" not in str(mail.tags)
        assert post.portal.browser.challenge not in mail.tags.values()

    def test_has_no_character_that_ses_refuses(self, post):
        tags = post.sends_a_code().tags

        for each in (*tags, *tags.values()):
            assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", each), each

    def test_outlives_a_rotation(self, portal, post, environments):
        mail = post.sends_a_code()
        manager, secret = boto3.client("secretsmanager"), os.environ["CODE_SECRET"]
        generated = manager.get_secret_value(SecretId=secret)["SecretString"].rpartition(".")[2]
        rotated = f"{secrets.token_urlsafe(48)}.{generated}"
        manager.put_secret_value(SecretId=secret, SecretString=rotated)
        environments()

        assert post.tells(ses_events.complained(mail)) == ["complained"]
