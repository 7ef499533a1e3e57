"""FLT-05 and FLT-06: rows that should be gone, and reads that may be old, decide nothing
(aws/tables.py, and all who read by it)."""

from datetime import timedelta

import pytest


class TestARowPastItsTime:
    """DynamoDB removes expired rows days late; the emulator never does."""

    def test_flt_05_is_no_challenge(self, portal):
        browser = portal.browser
        browser.asks_for_a_code()
        portal.delivers_mail()
        portal.forward(days=3)

        assert browser.types_the_mailed_code().body["reason"] == "expired"
        assert browser.asks_again().body["reason"] == "expired"
        assert portal.challenge_row()["attempts"] == 0

    def test_flt_05_is_no_link(self, portal):
        token = portal.link(lifetime=timedelta(days=1))[1]
        portal.forward(days=3)

        opened = portal.browser.opens_the_link(token)
        asked = portal.browser.asks_for_a_code(link=token)

        assert [opened.problem, asked.problem] == [(404, "invalid-portal-link")] * 2
        unknown = portal.browser.opens_the_link("lnk_" + "A" * 43)
        # Whoever has the token of a link that is over may know whose it was.
        assert opened.body.keys() == unknown.body.keys() | {"workspace"}

    def test_flt_05_is_no_session(self, portal):
        browser = portal.browser
        browser.signs_in()
        portal.forward(days=9)

        assert browser.refreshes().problem == (401, "not-signed-in")

    def test_flt_05_is_no_mail(self, portal):
        portal.browser.asks_for_a_code()
        portal.forward(days=3)

        portal.delivers_mail()

        assert portal.mails == []

    def test_flt_05_holds_no_send_on_open_back(self, portal):
        link = portal.personal_link()
        assert portal.browser.asks_for_a_code(None, link=link, auto=True).status == 202
        portal.forward(days=3)

        assert portal.browser.asks_for_a_code(None, link=link, auto=True).status == 202

    def test_flt_05_spends_no_budget(self, portal):
        for n in range(5):
            portal.another_browser(source_ip=f"198.51.100.{n}").asks_for_a_code()
            portal.delivers_mail()
        portal.forward(days=3)

        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        assert len(portal.mails) == 5


@pytest.fixture
def visit(portal, wire):
    """What each step of a sign-in sends."""
    ann = portal.browser
    steps = {}

    def sent_by(name, step):
        wire.forget()
        steps[name] = (step(), list(wire.sent))[1]

    sent_by("resolve", ann.opens_the_link)
    sent_by("request", ann.asks_for_a_code)
    portal.forward(seconds=30)
    sent_by("resend", ann.asks_again)
    sent_by("send", portal.delivers_mail)
    sent_by("guess", lambda: ann.types("0000000"))
    sent_by("verify", ann.types_the_mailed_code)
    portal.forward(minutes=1)
    sent_by("refresh", ann.refreshes)
    sent_by("sign out", ann.signs_out)
    return steps


def conditions(sent, operation):
    return [each.parameters["ConditionExpression"] for each in sent if each.operation == operation]


class TestAReadThatMayBeOld:
    def test_flt_06_is_never_asked_for_but_to_show_the_page(self, visit):
        consistent = {
            step: all(is_consistent(each) for each in sent) for step, sent in visit.items()
        }

        assert consistent == {step: step != "resolve" for step in visit}

    def test_flt_06_comes_from_no_index_and_no_search(self, visit):
        operations = {each.operation for sent in visit.values() for each in sent}

        assert operations == {
            "dynamodb.BatchGetItem",
            "dynamodb.GetItem",
            "dynamodb.PutItem",
            "dynamodb.UpdateItem",
            "dynamodb.TransactWriteItems",
            "kms.Sign",
            "sesv2.SendEmail",
        } | (operations & {"secretsmanager.GetSecretValue"})


class TestTheWriteThatDecides:
    def test_flt_06_every_one_has_a_condition(self, visit):
        for step, sent in visit.items():
            for each in sent:
                if each.operation in ("dynamodb.PutItem", "dynamodb.UpdateItem"):
                    assert "ConditionExpression" in each.parameters, step

    def test_flt_06_on_an_attempt_asks_time_origin_and_number(self, visit):
        (count,) = conditions(visit["verify"], "dynamodb.UpdateItem")

        for part in ("#attempts < :", "#expires_at > :now", "#code_ends_at > :now", "#origin = :"):
            assert part in count

    def test_flt_06_on_a_session_asks_whether_the_code_is_used_and_the_contact_as_it_was(
        self, visit
    ):
        (transaction,) = [
            each.parameters["TransactItems"]
            for each in visit["verify"]
            if each.operation == "dynamodb.TransactWriteItems"
        ]

        begins, stands = transaction
        assert begins["Put"]["ConditionExpression"].startswith("attribute_not_exists(#pk) OR ")
        # The first code of a contact also writes down that the address is proved.
        may_come_in = "#active = :yes AND (attribute_not_exists(#out_from) OR #out_from > :now)"
        assert stands["Update"]["ConditionExpression"] == f"{may_come_in} AND #sver = :sver"
        assert stands["Update"]["Key"]["sk"] == {"S": "head"}

    def test_flt_06_on_a_refresh_asks_for_the_token_the_time_and_the_contacts_version(self, visit):
        (rotate,) = conditions(visit["refresh"], "dynamodb.UpdateItem")

        for part in (
            "#current = :token",
            "#rotated_at <= :",
            "attribute_not_exists(#ended_at)",
            "#expires_at > :now",
            "#idle_ends_at > :now",
            "#sver = :sver",
        ):
            assert part in rotate

    def test_flt_06_on_a_mail_asks_whether_it_is_still_wanted(self, visit):
        claims = conditions(visit["send"], "dynamodb.UpdateItem")

        assert any("#mail = :generation" in each for each in claims)


def is_consistent(sent):
    if sent.operation == "dynamodb.GetItem":
        return sent.parameters["ConsistentRead"]
    if sent.operation == "dynamodb.BatchGetItem":
        tables = sent.parameters["RequestItems"].values()
        return all(each["ConsistentRead"] for each in tables)
    return True
