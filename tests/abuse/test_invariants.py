"""I1 to I6, the promises that every row of abuse ends with.

I1, I2 and I3 are asked of every answer in every test (tests/support/invariants.py); here stands that the
question can be answered with no. I4 is COD-08's. I5 and I6 are told along one visit.
"""

import json
from collections import Counter
from typing import Any

import pytest

from portico.edge.problems import problem
from portico.edge.responses import Response, cookie_name, drop, keep
from portico.errors import CodeNotAccepted, TryLater
from tests.support import invariants
from tests.support.doors import knock
from tests.support.driver import WRONG

GOOD = problem(CodeNotAccepted(3), request_id="x").to_event()
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4iLCJhdWQiOiJhY21lIn0.c2lnbmF0dXJlLW9mLXVz"


def changed(event: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {**event, "body": json.dumps({**json.loads(event["body"]), **members})}


BROKEN = {
    "I1, a bare 500": {**GOOD, "statusCode": 500, "body": "Internal Server Error"},
    "I1, a 503 of another kind": changed({**GOOD, "statusCode": 503}, status=503),
    "I1, a 503 that does not say when": {
        **problem(TryLater("x"), request_id="x").to_event(),
        "headers": GOOD["headers"],
    },
    "a status of another problem": {**GOOD, "statusCode": 404},
    "a type that is not in the table": changed(GOOD, type="about:blank"),
    "an exception's words": changed(GOOD, detail="KeyError in /var/task/handler.py"),
    "I2, a cookie beside a refusal": {**GOOD, "cookies": [drop("acme")]},
    "I2, a cookie beside a refusal of SSO": Response(
        303, headers={"location": "/acme#e=sso-failed"}, cookies=[drop("acme")]
    ).to_event(),
    "I3, a token in an address": Response(
        303, headers={"location": f"https://portal.acme.test/?t={TOKEN}"}
    ).to_event(),
    "I3, a token in a refusal": changed(GOOD, detail=TOKEN),
    "I3, a cookie's value in an address": Response(
        303,
        headers={"location": "/acme#s3cret-value"},
        cookies=[keep(cookie_name("acme"), "s3cret-value", stays=None)],
    ).to_event(),
    "a cookie for everybody's scripts": Response(
        200, {}, cookies=["__Host-portico-acme=x; Path=/; Secure; SameSite=Lax"]
    ).to_event(),
    "an answer without its headers": {**GOOD, "headers": {"content-type": "application/json"}},
}


class TestEveryAnswer:
    @pytest.mark.parametrize("event", BROKEN.values(), ids=list(BROKEN))
    def test_i1_i2_i3_that_breaks_a_promise_is_seen(self, event):
        with pytest.raises((AssertionError, ValueError)):
            invariants.hold(event)

    def test_i1_i2_i3_that_keeps_them_passes(self):
        invariants.hold(GOOD)


class TestOneVisit:
    def test_i5_leaves_a_line_for_every_attempt_and_every_change(self, portal):
        ann, told = portal.browser, Counter[str]()
        seen: set[str] = set()

        def then(work: Any) -> Any:
            answer = work()
            portal.forward(seconds=1)
            for line in portal.records_trail():
                if line["id"] not in seen:
                    seen.add(line["id"])
                    told[line["name"]] += 1
            return answer

        then(lambda: ann.asks_for_a_code("nobody@example.com"))
        then(portal.delivers_mail)
        then(lambda: ann.types(WRONG))
        then(ann.asks_for_a_code)
        then(portal.delivers_mail)
        for code in ("0000000", "1111111", "2222222"):
            then(lambda code=code: ann.types(code))
        assert then(ann.types_the_mailed_code).status == 200
        then(lambda: portal.deactivates("ann@example.com"))

        changes = ("workspace.created", "contact.added", "link.created", "contact.deactivated")
        assert {name: told[name] for name in told if name.startswith(("code", "session"))} == {
            "code.requested": 2,
            "code.withheld": 1,
            "code.mailed": 1,
            "code.refused": 4,
            "session.started": 1,
        }
        # A row keeps the last of its events: what the team did before is there, or was overtaken.
        assert told["contact.deactivated"] == 1
        assert set(told) - set(changes) <= {
            "code.requested", "code.withheld", "code.mailed", "code.refused", "session.started",
        }  # fmt: skip

    def test_i5_counts_and_logs_refusals_that_touch_no_row(self, portal, capsys):
        ann = portal.browser
        before = portal.rows("sign-in")
        ann.opens_the_link("lnk_" + "A" * 43)
        ann.asks_for_a_code("no address")
        ann.asks_for_a_code(link="x")
        ann.types("BCDFGHJ")
        ann.refreshes()
        knock("verify_code", "POST /v1/codes/verify", "x", headers={"content-type": "text/plain"})
        ann.sends("request_code", "POST /v1/codes", {}, origin="https://evil.test")

        counted = Counter(
            name
            for line in capsys.readouterr().out.splitlines()
            for each in [json.loads(line)]
            if "_aws" in each
            for name in ("invalid-portal-link", "invalid-request", "challenge-closed",
                         "not-signed-in", "cross-site")
            if name in each
        )  # fmt: skip
        assert sum(counted.values()) == 7
        assert counted["invalid-portal-link"] >= 2
        assert portal.rows("sign-in") == before

    def test_i6_touches_no_row_of_another_workspace(self, portal, wire):
        globex = portal.neighbour()
        globex.browser.signs_in()
        ann = portal.browser
        wire.forget()

        ann.opens_the_link(to="ticket:1")
        ann.opens_the_link(globex.shared)
        ann.asks_for_a_code()
        portal.delivers_mail()
        ann.types(WRONG)
        portal.forward(seconds=30)
        ann.asks_again()
        portal.delivers_mail()
        token = ann.types_the_mailed_code().body["access_token"]
        portal.forward(seconds=30)
        ann.refreshes()
        ann.signs_out(token, everywhere=True)
        knock("sign_in_page", "GET /assets/{proxy+}", path={"proxy": "logo/acme/0123456789abcdef.png"})  # fmt: skip

        keys = {key for sent in wire.sent for key in partitions(sent.parameters)}
        assert len(keys) >= 6
        homes = Counter(key.partition("#")[0] for key in keys)
        assert set(homes) == {"acme", "-net", "-mailbox"}


def partitions(parameters: Any) -> set[str]:
    """Every partition key in a request to DynamoDB, however deep it lies."""
    if isinstance(parameters, list):
        return {key for each in parameters for key in partitions(each)}
    if not isinstance(parameters, dict):
        return set()
    own = {parameters["pk"]["S"]} if isinstance(parameters.get("pk"), dict) else set()
    return own | {key for each in parameters.values() for key in partitions(each)}
