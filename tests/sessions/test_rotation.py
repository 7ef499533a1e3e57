"""The secret rotates: what was made with the version before is good until it is over
(aws/keys.py, sessions/refresh.py)."""

import secrets

import boto3
import pytest

from portico.edge.responses import cookie_name
from tests.support.doors import door, http_event, stream_record
from tests.support.driver import OK, Browser

COOKIE = cookie_name("acme")


class Secret:
    """A secret of this test's own, since a rotation cannot be taken back."""

    def __init__(self) -> None:
        self.client = boto3.client("secretsmanager")
        name = f"codes-{secrets.token_hex(4)}"
        self.arn = self.client.create_secret(Name=name, SecretString=secrets.token_hex(32))["ARN"]

    def rotate(self) -> None:
        self.client.put_secret_value(SecretId=self.arn, SecretString=secrets.token_hex(32))


@pytest.fixture
def secret(cloud, environments) -> Secret:
    fresh = Secret()
    environments(CODE_SECRET=fresh.arn)
    return fresh


class TestARotatedSecret:
    def test_leaves_a_mailed_code_good(self, portal, secret, environments):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()

        secret.rotate()
        environments()

        assert portal.browser.types_the_mailed_code().status == 200

    def test_leaves_the_code_good_that_an_older_environment_mails_later(
        self, portal, secret, environments
    ):
        older = door("send_mail")
        older.mailroom.codes.keys.current()
        portal.browser.asks_for_a_code()
        secret.rotate()
        environments()

        asked = stream_record(portal.challenge_row())
        assert older.handler({"Records": [asked]}, None) == OK

        assert portal.browser.types_the_mailed_code().status == 200

    def test_leaves_a_session_good_and_makes_its_next_token_with_the_new_one(
        self, portal, secret, environments
    ):
        portal.browser.signs_in()
        before = portal.session_rows()[0]["key"]
        secret.rotate()
        environments()
        portal.forward(hours=1)

        assert portal.browser.refreshes().status == 200

        assert portal.session_rows()[0]["key"] != before
        secret.rotate()
        environments()
        portal.forward(hours=1)
        assert portal.browser.refreshes().status == 200

    @pytest.mark.parametrize("first", ["older", "younger"])
    def test_lets_environments_of_both_versions_agree_on_one_successor(
        self, portal, secret, environments, first
    ):
        portal.browser.signs_in()
        portal.forward(seconds=20)
        older = door("session")
        older.flows.sessions.keys.current()
        secret.rotate()
        environments()
        doors = [older, door("session")]
        if first == "younger":
            doors.reverse()

        answers = [refreshed(each, portal.browser) for each in doors]

        assert [answer["statusCode"] for answer in answers] == [200, 200]
        assert answers[0]["cookies"] == answers[1]["cookies"]

    def test_forgets_a_stolen_token_no_more_than_before(self, portal, secret, environments):
        browser = portal.browser
        browser.signs_in()
        secret.rotate()
        environments()
        stolen = browser.cookies[COOKIE]
        for _ in range(2):
            portal.forward(minutes=5)
            browser.refreshes()
        portal.forward(minutes=5)

        thief = portal.another_browser(cookies={COOKIE: stolen})

        assert thief.refreshes().status == 401
        assert browser.refreshes().status == 401


def refreshed(module, browser: Browser):
    cookies = [f"{name}={value}" for name, value in browser.cookies.items()]
    event = http_event("POST /v1/session/refresh", {"workspace": "acme"}, cookies=cookies)
    return module.handler(event, None)
