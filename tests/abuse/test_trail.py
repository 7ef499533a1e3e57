"""What is written down, and in what words: LOG-03."""

import json
import logging
import re
from collections.abc import Iterator

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from portico.edge import door as doors
from portico.ids import fingerprint
from tests.support.doors import Answer
from tests.support.driver import WRONG, Browser, Portal

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
            ("request_code", "POST /v1/codes/mail"),
            ("request_code", "POST /v1/links/renew"),
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
        assert "zzzzzzzz" not in text
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
        assert portal.browser.challenge.split("_", 2)[2] not in text
        assert portal.mailed_code() not in text
        assert "ann@example.com" not in text

    def test_log_03_does_not_hold_what_a_browser_calls_itself(self, portal):
        portal.browser.sends(
            "request_code",
            "POST /v1/codes",
            {"workspace": "acme", "link": portal.shared, "email": "ann@example.com"},
            headers={"user-agent": EVIL},
        )

        assert "zzzzzzzz" not in json.dumps(portal.records_trail(), default=str)
        assert "zzzzzzzz" not in json.dumps(portal.rows("sign-in"), default=str)

    def test_log_03_tells_a_right_code_that_came_too_late_for_its_contact(self, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        portal.deactivates()

        assert portal.browser.types_the_mailed_code().status == 410

        reasons = [row["detail"].get("reason") for row in portal.records_trail()]
        assert "contact-changed" in reasons


NEW_PASSWORD = "four tired herons at the weir"


def refusals(portal: Portal) -> list[str]:
    """Why right proofs were refused, oldest first."""
    lines = [row for row in portal.records_trail() if row["name"].endswith(".refused")]
    return [row["detail"]["reason"] for row in lines if "reason" in row.get("detail", {})]


class TestARightProofThatIsRefused:
    """I5: it leaves a line that says why, whatever the code was for."""

    @pytest.fixture
    def ann(self, portal: Portal) -> Browser:
        portal.sets(password_method=True)
        portal.browser.signs_in()
        portal.forward(minutes=2)
        return portal.browser

    def forgets(self, portal: Portal, browser: Browser) -> str:
        browser.forgets_the_password()
        portal.delivers_mail()
        return portal.mailed_code()

    def asks_to_move(self, portal: Portal, browser: Browser, token: str) -> dict[str, str]:
        told = self.asks(browser, token, "POST /v1/account/email", {"email": "ann@new.example"})
        portal.delivers_mail()
        return {"challenge": told.body["challenge"], "code": portal.mailed_code()}

    def asks(self, browser: Browser, token: str, route: str, body: dict[str, str]) -> Answer:
        headers = {"authorization": f"Bearer {token}"}
        return browser.sends("account", route, body | {"workspace": "acme"}, headers=headers)

    def test_because_it_was_used_to_sign_in_before(self, portal, ann):
        code = portal.mailed_code()
        assert ann.types(code, request_id="another").problem == (410, "challenge-closed")

        assert refusals(portal) == ["used"]

    def test_because_it_set_a_password_before(self, portal, ann):
        code = self.forgets(portal, ann)
        assert ann.sets_a_password(NEW_PASSWORD, code, request_id="one").status == 200
        again = ann.sets_a_password(NEW_PASSWORD[::-1], code, request_id="two")
        assert again.problem == (410, "challenge-closed")

        assert refusals(portal) == ["used"]

    def test_because_all_sessions_were_ended_before_a_password_was_set(self, portal, ann):
        code = self.forgets(portal, ann)
        ann.signs_out(everywhere=True)
        assert ann.sets_a_password(NEW_PASSWORD, code).problem == (410, "challenge-closed")

        assert refusals(portal) == ["contact-changed"]

    def test_because_passwords_were_switched_off_meanwhile(self, portal, ann):
        code = self.forgets(portal, ann)
        portal.sets(password_method=False)
        assert ann.sets_a_password(NEW_PASSWORD, code).problem == (403, "sign-in-method-off")

        assert refusals(portal) == ["method-off"]

    def test_because_the_password_was_too_close_to_their_name(self, portal, ann):
        code = self.forgets(portal, ann)
        told = ann.sets_a_password("ann archer ann archer", code)
        assert told.problem == (400, "invalid-request")

        assert refusals(portal) == ["password-not-allowed"]
        assert ann.sets_a_password(NEW_PASSWORD, code).status == 200

    def test_because_the_address_has_become_anothers(self, portal, ann):
        token = ann.refreshes().body["access_token"]
        typed = self.asks_to_move(portal, ann, token)
        portal.adds("Bob", "ann@new.example")
        told = self.asks(ann, token, "POST /v1/account/email/confirm", typed)
        assert told.problem == (409, "taken")

        assert refusals(portal) == ["email-taken"]

    def test_because_it_changed_an_address_before(self, portal, ann):
        token = ann.refreshes().body["access_token"]
        typed = self.asks_to_move(portal, ann, token)
        route = "POST /v1/account/email/confirm"
        assert self.asks(ann, token, route, typed).status == 200
        third = self.asks(ann, token, "POST /v1/account/email", {"email": "ann@third.example"})
        portal.delivers_mail()
        code = {"challenge": third.body["challenge"], "code": portal.mailed_code()}
        assert self.asks(ann, token, route, code).status == 200
        assert self.asks(ann, token, route, typed).problem == (410, "challenge-closed")

        assert refusals(portal) == ["contact-changed"]

    def test_because_it_was_mailed_to_another_contact(self, portal, ann):
        portal.adds("Bob", "bob@example.com")
        typed = self.asks_to_move(portal, ann, ann.refreshes().body["access_token"])
        token = ann.signs_in("bob@example.com").body["access_token"]
        told = self.asks(ann, token, "POST /v1/account/email/confirm", typed)
        assert told.problem == (410, "challenge-closed")

        assert refusals(portal) == ["another-contact"]

    def test_because_the_link_that_broke_the_glass_was_used(self, portal, ann):
        portal.sets(directory_rule="sso_only")
        link = portal.personal_link(break_glass=True)
        first, second = portal.another_browser(), portal.another_browser()
        for each in (first, second):
            each.asks_for_a_code(None, link=link)
            portal.delivers_mail()
        codes = [portal.mailed_code(-2), portal.mailed_code(-1)]
        assert first.types(codes[0]).status == 200
        assert second.types(codes[1]).status == 410

        assert refusals(portal) == ["link-used"]

    def test_because_a_password_was_right_for_a_contact_who_changed(self, portal, ann, wire):
        code = self.forgets(portal, ann)
        assert ann.sets_a_password(NEW_PASSWORD, code).status == 200
        wire.before("dynamodb.TransactWriteItems", portal.deactivates)

        told = ann.types_a_password(NEW_PASSWORD)

        assert told.problem == (401, "password-not-accepted")
        assert refusals(portal) == ["contact-changed"]
