"""A password is in no log, no row, no repr, no mail and no trail, whatever goes wrong
(passwords/*.py, people/password_store.py)."""

import json
import logging
from collections.abc import Iterator

import pytest

from portico.aws.values import item_of
from portico.edge.door import Door
from portico.edge.responses import Response
from portico.passwords.change import TypedNewPassword
from portico.passwords.reset import TypedReset
from portico.passwords.sign_in import TypedPassword
from portico.people.password_store import Password
from tests.edge.test_logs import Everything, disguises
from tests.passwords.conftest import HASH, RIGHT, WRONG
from tests.support.doors import door, http_event
from tests.support.driver import NOON, Portal
from tests.support.wire import Wire

NEW = "seven loud geese over the mill"
NEWER = "eight loud geese over the mill"
TOO_COMMON = "passwordpassword4711"
SECRETS = {RIGHT, WRONG, NEW, NEWER, TOO_COMMON}


@pytest.fixture
def logs() -> Iterator[Everything]:
    """What would be logged with every level open."""
    everything = Everything()
    loggers = [logging.getLogger(), logging.getLogger("portico")]
    before = [each.level for each in loggers]
    for each in loggers:
        each.addHandler(everything)
        each.setLevel(logging.DEBUG)
    yield everything
    for each, level in zip(loggers, before, strict=True):
        each.removeHandler(everything)
        each.setLevel(level)


def all_that_can_happen(house: Portal, wire: Wire) -> None:
    browser = house.browser
    browser.types_a_password(WRONG)
    wire.cut("dynamodb.TransactWriteItems", times=2)
    browser.types_a_password(RIGHT)
    wire.mend()
    token = browser.types_a_password(RIGHT).body["access_token"]
    browser.sends("password", "POST /v1/passwords/sign-in", '{"password": "' + WRONG)
    browser.forgets_the_password()
    house.delivers_mail()
    browser.sets_a_password(TOO_COMMON, house.mailed_code())
    wire.answer("dynamodb.TransactWriteItems", "AccessDeniedException", times=1)
    browser.sets_a_password(NEW, house.mailed_code())
    browser.sets_a_password(NEW, house.mailed_code())
    token = browser.types_a_password(NEW).body["access_token"]
    assert browser.changes_the_password(NEWER, token).status == 204
    house.delivers_mail()
    a_bug()


def a_bug() -> None:
    broken = Door("broken", door("password").settings)

    @broken.takes("POST /broken", TypedPassword)
    def breaks(typed: TypedPassword, caller: object) -> Response:
        raise RuntimeError(f"{typed!r} {typed.password}")

    assert broken(http_event("POST /broken", {"password": RIGHT}), None)["statusCode"] == 503


class TestAPassword:
    def test_log_01_is_in_no_log(self, house, wire, logs, capsys):
        all_that_can_happen(house, wire)

        captured = capsys.readouterr()
        # The SDK's own lines are closed by the clients; moto's, which no account has, are not.
        ours = [each for each in logs.records if not each.name.startswith(("moto", "responses"))]
        logs.records[:] = ours
        text = logs.text + captured.out + captured.err
        assert "password" in text
        for secret in SECRETS:
            assert not [each for each in disguises(secret) if each in text]
        assert HASH not in text

    def test_is_in_no_row_and_no_mail(self, house, wire):
        all_that_can_happen(house, wire)
        house.records_trail()

        rows = [row for table in ("people", "sign-in", "trail") for row in house.rows(table)]
        text = json.dumps([item_of(row) for row in rows], default=repr, ensure_ascii=False)
        text += "".join(str(mail.message) for mail in house.mails)
        for secret in SECRETS:
            assert not [each for each in disguises(secret) if each in text]

    def test_is_hashed_in_one_row_alone(self, house):
        hashes = [row["sk"] for row in house.rows("people") if "$argon2id$" in str(row)]

        assert set(hashes) == {"password"}
        assert "$argon2" not in str(house.records_trail())

    @pytest.mark.parametrize(
        "value",
        [
            TypedPassword(RIGHT),
            TypedReset("chl_acme_x", "4F2-9KXB", RIGHT),
            TypedNewPassword("acme", RIGHT),
            Password(HASH, NOON, "reset", "earlier"),
        ],
    )
    def test_is_not_shown_by_what_holds_it(self, value):
        assert RIGHT not in repr(value)
        assert HASH not in repr(value)
