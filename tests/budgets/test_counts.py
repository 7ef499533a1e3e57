"""What each flow asks of AWS. Calls are the cost and the time: docs/performance.md quotes these."""

import time

import pytest

from portico.people.store import People
from tests.support.doors import knock


@pytest.fixture
def warm(portal, wire):
    """An environment that has its clients, its keys and its secret."""
    token = portal.browser.signs_in().body["access_token"]
    portal.browser.reads_the_session(token)
    portal.forward(minutes=1)
    wire.forget()
    return token


class TestResolvingALink:
    def test_is_one_read(self, portal, warm, wire):
        portal.browser.opens_the_link()

        assert wire.operations == ["dynamodb.BatchGetItem"]

    def test_is_one_read_when_it_opens_nothing(self, portal, warm, wire):
        portal.browser.opens_the_link("lnk_" + "A" * 43)

        assert wire.operations == ["dynamodb.BatchGetItem"]

    def test_opening_the_page_is_none(self, cloud, wire):
        knock("sign_in_page", "GET /{workspace}", path={"workspace": "acme"})

        assert wire.sent == []


class TestAskingForACode:
    def test_is_a_read_a_count_and_a_write(self, portal, warm, wire):
        portal.browser.asks_for_a_code()

        assert wire.operations == [
            "dynamodb.BatchGetItem",
            "dynamodb.UpdateItem",
            "dynamodb.PutItem",
        ]

    def test_is_the_same_for_every_address(self, portal, warm, wire):
        asked = []
        for email in ("ann@example.com", "nobody@example.com"):
            portal.browser.asks_for_a_code(email)
            asked.append(list(wire.operations))
            wire.forget()

        assert asked[0] == asked[1]

    def test_by_itself_is_one_more(self, portal, warm, wire):
        link = portal.personal_link()
        wire.forget()

        portal.browser.asks_for_a_code(None, link=link, auto=True)

        assert wire.counted() == {"dynamodb": 4}

    def test_again_is_one_write(self, portal, warm, wire):
        portal.browser.asks_for_a_code()
        portal.forward(seconds=30)
        wire.forget()

        assert portal.browser.asks_again().status == 202

        assert wire.operations == ["dynamodb.UpdateItem"]

    def test_again_too_soon_is_one_too(self, portal, warm, wire):
        portal.browser.asks_for_a_code()
        wire.forget()

        assert portal.browser.asks_again().status == 429

        assert wire.operations == ["dynamodb.UpdateItem"]


class TestSendingAMail:
    def test_is_five_calls_to_the_tables_and_one_to_ses(self, portal, warm, wire):
        portal.browser.asks_for_a_code()
        wire.forget()

        portal.delivers_mail()

        assert wire.counted() == {"dynamodb": 5, "sesv2": 1}

    def test_through_a_personal_link_is_one_less(self, portal, warm, wire):
        portal.browser.asks_for_a_code(None, link=portal.personal_link())
        wire.forget()

        portal.delivers_mail()

        assert wire.counted() == {"dynamodb": 4, "sesv2": 1}

    def test_to_nobody_is_two(self, portal, warm, wire):
        portal.browser.asks_for_a_code("nobody@example.com")
        wire.forget()

        portal.delivers_mail()

        assert wire.counted() == {"dynamodb": 2}

    def test_reads_a_logo_once_for_many_mails(self, portal, warm, wire):
        portal.sets(logo=People("people", "acme").put_logo(b"\x89PNG\r\n\x1a\n" + bytes(9)))
        reads = []
        for n in range(2):
            portal.another_browser(source_ip=f"198.51.100.{n}").asks_for_a_code()
            wire.forget()
            portal.delivers_mail()
            reads.append(wire.counted()["dynamodb"])

        assert reads == [6, 5]


class TestTypingACode:
    def test_that_is_right_is_two_rounds_and_a_signature(self, portal, warm, wire):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        wire.forget()

        assert portal.browser.types_the_mailed_code().status == 200

        assert wire.operations[0] == "dynamodb.UpdateItem"
        assert sorted(wire.operations[1:]) == ["dynamodb.TransactWriteItems", "kms.Sign"]

    def test_that_is_right_is_signed_beside_the_second_round(self, portal, warm, wire):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        wire.forget()

        def wait_for_the_signature():
            ends = time.monotonic() + 2
            while "kms.Sign" not in wire.operations:
                assert time.monotonic() < ends
                time.sleep(0.001)

        wire.before("dynamodb.TransactWriteItems", wait_for_the_signature)

        assert portal.browser.types_the_mailed_code().status == 200

    def test_that_is_wrong_is_two_writes(self, portal, warm, wire):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        wire.forget()

        assert portal.browser.types("0000000").status == 401

        assert wire.operations == ["dynamodb.UpdateItem"] * 2

    def test_that_is_over_is_one(self, portal, warm, wire):
        portal.browser.asks_for_a_code()
        portal.forward(minutes=31)
        wire.forget()

        assert portal.browser.types("0000000").status == 410

        assert wire.operations == ["dynamodb.UpdateItem"]

    def test_that_can_be_none_is_nothing(self, portal, warm, wire):
        portal.browser.asks_for_a_code()
        wire.forget()

        assert portal.browser.types("not a code").status == 400

        assert wire.sent == []

    def test_fetches_the_secret_once_an_environment(self, portal, wire, environments):
        environments()
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        environments()
        wire.forget()

        for n in range(4):
            portal.browser.types(f"000000{n}")
        portal.browser.types_the_mailed_code()

        assert wire.counted()["secretsmanager"] == 1


class TestLivingWithASession:
    def test_refreshing_is_a_read_a_write_and_a_signature(self, portal, warm, wire):
        assert portal.browser.refreshes().status == 200

        assert wire.operations[0] == "dynamodb.BatchGetItem"
        assert sorted(wire.operations[1:]) == ["dynamodb.UpdateItem", "kms.Sign"]

    def test_refreshing_a_young_token_is_no_more(self, portal, warm, wire):
        portal.browser.refreshes()
        wire.forget()

        assert portal.browser.refreshes().status == 200

        assert wire.operations[0] == "dynamodb.BatchGetItem"
        assert sorted(wire.operations[1:]) == ["dynamodb.UpdateItem", "kms.Sign"]

    def test_reading_it_is_nothing(self, portal, warm, wire):
        assert portal.browser.reads_the_session(warm).status == 200

        assert wire.sent == []

    def test_reading_it_first_fetches_the_public_key_once(self, portal, warm, wire, environments):
        environments()
        for _ in range(3):
            portal.browser.reads_the_session(warm)

        assert wire.operations == ["kms.GetPublicKey"]

    def test_signing_out_by_the_cookie_is_a_read_and_a_write(self, portal, warm, wire):
        portal.browser.signs_out()

        assert wire.operations == ["dynamodb.BatchGetItem", "dynamodb.UpdateItem"]

    def test_costs_the_same_with_many_sessions(self, portal, warm, wire):
        for n in range(5):
            portal.adds(f"Bob {n}", f"bob{n}@example.com")
            portal.another_browser(source_ip=f"198.51.100.{n}").signs_in(f"bob{n}@example.com")
        wire.forget()

        portal.browser.refreshes()

        assert wire.counted() == {"dynamodb": 2, "kms": 1}
