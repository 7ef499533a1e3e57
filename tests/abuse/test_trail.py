"""What is written down, and in what words: LOG-03."""

import json
import logging
import re
from collections.abc import Iterator

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from portico.edge import door as doors
from portico.ids import fingerprint
from tests.support.driver import WRONG

EVIL = '\n{"level":"INFO","message":"answered"}\r\n\x1b[31mred\x1b[0m\u2028' + "z" * 8000


class Lines(logging.Handler):
    """What Lambda would hand to CloudWatch, one entry a line."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(LambdaPowertoolsFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log() -> Iterator[Lines]:
    """The log of the doors and of the rooms, formatted as it is when deployed."""
    lines = Lines()
    loggers = [logging.getLogger(), doors.log._logger]
    before = [(each, each.level) for each in loggers]
    for each in loggers:
        each.addHandler(lines)
        each.setLevel(logging.INFO)
    yield lines
    for each, level in before:
        each.removeHandler(lines)
        each.setLevel(level)


def visit(portal) -> None:
    """Put a line of one's own wherever a request has room for it."""
    evil = {"user-agent": EVIL, "referer": EVIL, "x-request-id": EVIL, "origin": EVIL}
    texts = {"workspace": EVIL, "link": EVIL, "to": EVIL, "email": EVIL, "challenge": EVIL}
    short = dict.fromkeys(texts, EVIL[:300])
    ann = portal.browser
    for body in (texts, short, short | {"workspace": "acme"}):
        for name, route in (
            ("resolve_link", "POST /v1/links/resolve"),
            ("request_code", "POST /v1/codes"),
            ("request_code", "POST /v1/codes/resend"),
            ("verify_code", "POST /v1/codes/verify"),
            ("session", "POST /v1/session/refresh"),
        ):
            ann.sends(name, route, body | {"code": EVIL[:300]}, headers=evil)
    ann.sends("sign_in_page", "GET /{workspace}", path={"workspace": EVIL})
    ann.sends("sign_in_page", "GET /assets/{proxy+}", path={"proxy": EVIL})
    ann.sends("session", "GET /v1/session", query={EVIL[:200]: EVIL})


class TestALineOfTheLog:
    def test_log_03_is_one_line_and_short_whatever_is_sent(self, portal, log, capsys):
        visit(portal)

        lines = [*log.lines, *capsys.readouterr().out.splitlines()]
        assert len(lines) > 20
        for line in lines:
            assert "\n" not in line
            assert "\x1b" not in line
            assert len(line) < 2048
            assert isinstance(json.loads(line), dict)

    def test_log_03_holds_nothing_that_was_sent(self, portal, log):
        visit(portal)

        text = "".join(log.lines)
        assert "zzz" not in text
        assert "[31m" not in text

    def test_log_03_names_the_request_and_what_came_of_it(self, portal, log):
        portal.browser.asks_for_a_code("no address")

        line = next(json.loads(each) for each in log.lines if "invalid-request" in each)
        assert line["route"] == "POST /v1/codes"
        assert line["status"] == 400
        assert re.fullmatch(r"[0-9a-f]{32}", line["request_id"])

    def test_log_03_says_of_a_mail_what_became_of_it_and_not_whose_it_is(self, portal, log):
        eve = portal.adds("Eve", "eve@example.com")
        row = next(row for row in portal.rows("people") if row.get("id") == eve.id)
        portal.writes("people", row | {"name": f"Eve {EVIL[:60]}"})
        portal.browser.asks_for_a_code("eve@example.com")
        portal.delivers_mail()

        assert len(portal.mails) == 1
        assert not [line for line in log.lines if "Eve" in line or "eve@" in line]


class TestALineOfTheTrail:
    @pytest.fixture
    def lines(self, portal) -> dict[str, dict]:
        """One line of each kind that a sign-in by code leaves."""
        found: dict[str, dict] = {}

        def note() -> None:
            for row in portal.records_trail():
                found.setdefault(row["name"], row)
            portal.forward(seconds=31)

        ann = portal.browser
        ann.asks_for_a_code()
        note()
        portal.delivers_mail()
        note()
        ann.types(WRONG)
        note()
        ann.asks_again()
        note()
        token = ann.types_the_mailed_code().body["access_token"]
        note()
        ann.signs_out(token)
        note()
        return found

    def test_log_03_says_who_what_when_where_and_of_which_sign_in(self, portal, lines):
        sign_in = fingerprint(portal.browser.challenge)
        for name in ("code.requested", "code.refused", "code.resent", "session.started"):
            line = lines[name]
            assert line["workspace"] == "acme"
            assert line["pk"].startswith("acme#trail#")
            assert line["at"].startswith("2026-11-21T12:0")
            assert line["by"] == "contact"
            assert line["network"] == "203.0.113.7"
            assert line["detail"]["sign_in"] == sign_in, name
        assert lines["code.mailed"]["detail"]["sign_in"] == sign_in

    def test_log_03_says_what_came_of_it_and_holds_nothing_that_opens_it(self, portal, lines):
        text = json.dumps(list(lines.values()), default=str)

        assert lines["code.refused"]["detail"]["attempts_left"] == "4"
        assert lines["session.started"]["detail"]["method"] == "code"
        assert lines["session.ended"]["detail"]["reason"] == "signed-out"
        assert portal.browser.challenge.rpartition("_")[2] not in text
        assert portal.mailed_code() not in text
        assert "ann@example.com" not in text

    def test_log_03_does_not_hold_what_a_browser_calls_itself(self, portal):
        portal.browser.sends(
            "request_code",
            "POST /v1/codes",
            {"workspace": "acme", "link": portal.shared, "email": "ann@example.com"},
            headers={"user-agent": EVIL},
        )

        assert "zzz" not in json.dumps(portal.records_trail(), default=str)
        assert "zzz" not in json.dumps(portal.rows("sign-in"), default=str)

    def test_log_03_tells_a_right_code_that_came_too_late_for_its_contact(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        portal.deactivates()

        assert portal.browser.types_the_mailed_code().status == 410

        reasons = [row["detail"].get("reason") for row in portal.records_trail()]
        assert "contact-changed" in reasons
