"""LOG-01: nothing secret in the logs, also at their most talkative and when all goes wrong
(edge/door.py, edge/batches.py)."""

import base64
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import boto3
import pytest

# Whoever imports it sets the logger's level: before we do, or nothing would be seen.
import portico.edge.batches  # noqa: F401
from portico.edge.door import Door
from portico.edge.responses import Response
from tests.support.doors import door, http_event, stream_record
from tests.support.driver import Portal
from tests.support.wire import Wire


class Everything(logging.Handler):
    """Keeps every record of every logger, with all that rides on it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def text(self) -> str:
        shown = [{**vars(each), "shown": each.getMessage()} for each in self.records]
        return json.dumps(shown, default=repr, ensure_ascii=False)


@contextmanager
def everything_logged() -> Iterator[Everything]:
    """What would be logged with every level open, as Lambda opens the root logger's."""
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


@pytest.fixture
def logs() -> Iterator[Everything]:
    with everything_logged() as everything:
        yield everything


def disguises(secret: str) -> set[str]:
    """A secret as it stands, URL-encoded, and within any base64 text."""
    found = {secret, quote(secret, safe="")}
    size = len(secret.encode())
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + secret.encode()).decode()
        # Characters at both ends mix with what stands beside the secret.
        found.add(whole[-(-8 * shift // 6) : 8 * (shift + size) // 6])
    return {each for each in found if len(each) >= 7}


def whole_visit(portal: Portal, wire: Wire) -> dict[str, str]:
    """Sign in with every kind of mishap, and return what must not be written down."""
    ann = portal.browser
    wrong = "BCDFGHJ"
    ann.opens_the_link(to="ticket:123")
    ann.opens_the_link(portal.shared[:-1])
    ann.asks_for_a_code("ann@example.com\r\nBcc: eve@example.com")
    wire.answer("dynamodb.PutItem", "ProvisionedThroughputExceededException", times=2)
    ann.asks_for_a_code()
    ann.asks_for_a_code()
    wire.answer("sesv2.SendEmail", "TooManyRequestsException", times=1)
    portal.delivers_mail()
    portal.forward(seconds=30)
    ann.asks_again()
    portal.delivers_mail()
    ann.types(wrong)
    ann.sends("verify_code", "POST /v1/codes/verify", '{"code": "' + wrong)
    code = portal.mailed_code()
    wire.answer("kms.Sign", "AccessDeniedException", times=1)
    ann.types(code, request_id="press")
    signed_in = ann.types(code, request_id="press")
    assert signed_in.status == 200
    token = signed_in.body["access_token"]
    portal.forward(seconds=30)
    ann.refreshes()
    ann.reads_the_session(token)
    ann.reads_the_session(token[:-4])
    cookies = dict(ann.cookies)
    wire.cut("dynamodb.UpdateItem", times=2)
    ann.signs_out()
    ann.signs_out(token)
    portal.records_trail()
    a_bug_at_the_door(cookies, token, code)
    a_bug_at_the_sender(portal)
    secret = boto3.client("secretsmanager").get_secret_value(SecretId="codes")
    return {
        "link token": portal.shared,
        "challenge": ann.challenge,
        "code": code,
        "code as printed": f"{code[:3]}-{code[3:]}",
        "wrong code": wrong,
        "access token": token,
        "its signature": token.rpartition(".")[2],
        "refresh token": signed_in.cookie("__Host-portico-acme").rpartition(".")[2],
        **{f"cookie {name}": value.rpartition(".")[2] for name, value in cookies.items()},
        "address": "ann@example.com",
        "address in the body": "eve@example.com",
        "the secret itself": secret["SecretString"],
    }


def a_bug_at_the_door(cookies: dict[str, str], token: str, code: str) -> None:
    broken = Door("broken", door("session").settings)

    @broken.takes("POST /broken", door("verify_code").TypedCode)
    def breaks(typed: object, caller: object) -> Response:
        raise RuntimeError(f"{typed!r} {caller!r} {token} {code} {cookies}")

    event = http_event(
        "POST /broken",
        {"challenge": "chl_x", "code": code},
        cookies=[f"{name}={value}" for name, value in cookies.items()],
        headers={"authorization": f"Bearer {token}"},
    )
    assert broken(event, None)["statusCode"] == 503


def a_bug_at_the_sender(portal: Portal) -> None:
    row = portal.challenge_row()
    del row["purpose"]
    door("send_mail").handler({"Records": [stream_record(row | {"mail": 3})]}, None)


class TestTheLogs:
    def test_log_01_hold_no_secret_and_no_address(self, portal, wire, logs, environments, capsys):
        environments()

        secrets = whole_visit(portal, wire)

        metrics = capsys.readouterr()
        text = logs.text + metrics.out + metrics.err
        found = {
            what
            for what, secret in secrets.items()
            if any(disguise in text for disguise in disguises(secret))
        }
        assert found == set()

    def test_log_01_tell_what_happened_all_the_same(self, portal, wire, logs, capsys):
        whole_visit(portal, wire)

        events = {record.getMessage() for record in logs.records if record.name == "portico"}
        assert {"answered", "code-not-accepted", "try-later", "fault", "bug"} <= events
        assert '"code-not-accepted"' in capsys.readouterr().out

    def test_log_01_would_be_found_in_any_disguise(self):
        for text in (
            "the code is 4F29KXB!",
            base64.b64encode(b"To: ann\r\n\r\n4F29KXB is your code").decode(),
            base64.b64encode(b"x4F29KXB is your code").decode(),
            base64.b64encode(b"xy 4F29KXB is your code").decode(),
        ):
            assert any(each in text for each in disguises("4F29KXB")), text
