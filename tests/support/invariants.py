"""What holds of every answer of every test, whatever was asked: the invariants I1, I2 and I3.

``tests.support.doors.Answer`` asks this of each event that a door has answered with.
"""

import json
import re
from typing import Any

from portico.edge.problems import PROBLEMS

TYPES = {kind.type: kind.status for kind in PROBLEMS.values()}
OTHER_STATUSES = {"invalid-request": {400, 405, 415}}
JWT = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")
INNARDS = re.compile(r"Traceback|File \"|botocore|ClientError|Exception|/layers/|/var/task|arn:aws")
ERROR = re.compile(r"[a-z_]{5,40}")
DESCRIPTION = re.compile(r"[ !#-\[\]-~]{5,200}")
"""What RFC 6749 lets them be (5.2)."""
COOKIE = re.compile(
    r"__Host-portico(_known)?-[a-z0-9-]+=[\w.~-]*; Path=/; Secure; HttpOnly; SameSite=Lax"
    r"(; Max-Age=\d+)?"
)
STAYS_OUT = ("cache-control", "content-security-policy", "referrer-policy",
             "strict-transport-security", "x-content-type-options")  # fmt: skip


def hold(event: dict[str, Any]) -> None:
    """Check one answer.

    Raises:
        AssertionError: it breaks an invariant.
        ValueError: a refusal is not even JSON.
    """
    status, headers, cookies = event["statusCode"], event["headers"], event.get("cookies", [])
    body = "" if event.get("isBase64Encoded") else event.get("body") or ""
    if status >= 400:
        _is_a_refusal(status, headers, body)
        # I2: nobody is signed in, and nobody's cookie is touched, by being refused.
        assert not cookies, "a refusal sets cookies"
    if "#e=" in headers.get("location", ""):
        assert not cookies, "a refusal sets cookies"
    assert set(STAYS_OUT) <= headers.keys()
    for cookie in cookies:
        _is_ours_alone(cookie)
    # I3: a token is in the body that hands it over, and never in a header or an address.
    in_headers = json.dumps(headers)
    assert not JWT.search(in_headers), "a token in a header"
    if not (status == 200 and '"access_token"' in body):
        assert not JWT.search(body), "a token where none was asked for"
    for value in (cookie.partition(";")[0].partition("=")[2] for cookie in cookies):
        assert not value or value not in in_headers, "a cookie in a header"


def _is_a_refusal(status: int, headers: dict[str, str], body: str) -> None:
    if headers["content-type"] == "application/json":
        _is_told_in_the_protocol(status, headers, body)
        return
    if headers["content-type"] == "application/scim+json":
        _is_told_to_a_directory(status, headers, body)
        return
    assert headers["content-type"] == "application/problem+json"
    problem = json.loads(body)
    kind = problem["type"]
    assert problem["status"] == status
    assert kind in TYPES
    assert status in OTHER_STATUSES.get(kind, {TYPES[kind]})
    # I1: what fails behind us is told in our own words, with when to come again.
    assert status < 500 or (kind == "try-later" and "retry-after" in headers)
    assert status != 429 or "retry_after" in problem
    assert status != 405 or "allow" in headers
    assert not INNARDS.search(body), "our innards in an answer"


def _is_told_in_the_protocol(status: int, headers: dict[str, str], body: str) -> None:
    told = json.loads(body)
    assert set(told) == {"error", "error_description"}
    assert ERROR.fullmatch(told["error"])
    assert DESCRIPTION.fullmatch(told["error_description"])
    assert status < 500 or (told["error"] == "temporarily_unavailable" and "retry-after" in headers)
    assert not INNARDS.search(body), "our innards in an answer"


def _is_told_to_a_directory(status: int, headers: dict[str, str], body: str) -> None:
    told = json.loads(body)
    assert set(told) - {"scimType"} == {"schemas", "status", "detail"}
    assert told["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert told["status"] == str(status)
    assert ("scimType" in told) == (status in (400, 409))
    assert status < 500 or status == 501 or (status == 503 and "retry-after" in headers)
    assert status != 429 or headers["retry-after"].isdecimal()
    assert status != 401 or headers["www-authenticate"] == 'Bearer realm="SCIM"'
    assert not INNARDS.search(body), "our innards in an answer"


def _is_ours_alone(cookie: str) -> None:
    assert COOKIE.fullmatch(cookie), cookie.partition("=")[0]
    assert len(cookie.partition(";")[0]) <= 4096
