"""What a body may be (edge/requests.py). Everything else is refused before it costs anything."""

import base64
import json
from typing import Any

import pytest

from tests.support.doors import Answer, answered, door, http_event, knock

VERIFY = "POST /v1/codes/verify"


def posts(body: Any, **more: Any) -> Answer:
    return knock("verify_code", VERIFY, body, **more)


def padded(size: int) -> str:
    """A good body of exactly so many bytes."""
    text = json.dumps({"challenge": "chl_x", "code": "x", "rest": ""})
    return text.replace('""', f'"{"r" * (size - len(text))}"')


def nested(depth: int) -> str:
    inner = "[" * (depth - 1) + "]" * (depth - 1)
    return f'{{"challenge": "chl_x", "code": "!", "rest": {inner}}}'


UNREADABLE = {
    "nothing": "",
    "broken": '{"challenge":',
    "two of them": "{}{}",
    "a comment": "{} // hello",
    "NaN": '{"challenge": NaN}',
    "infinity": '{"challenge": "x", "code": -Infinity}',
    "a number with 5,000 digits": '{"challenge": ' + "1" * 5000 + "}",
    "a member twice": '{"challenge": "a", "code": "b", "code": "c"}',
    "a member twice, deeper": '{"challenge": "a", "code": "b", "c": [{"d": 1, "d": 2}]}',
    "a byte order mark": '\ufeff{"challenge": "a"}',
    "an array": '["challenge"]',
    "text": '"challenge"',
    "null": "null",
    "17 deep": nested(17),
    "8,000 deep": nested(8000),
}
WRONG_FIELDS = {
    "no challenge": ({"code": "x"}, "challenge", "required"),
    "null for what is required": ({"challenge": None, "code": "x"}, "challenge", "required"),
    "a number for text": ({"challenge": "x", "code": 1234567}, "code", "text"),
    "a list for text": ({"challenge": "x", "code": ["x"]}, "code", "text"),
    "a map for text": ({"challenge": {"S": "x"}, "code": "x"}, "challenge", "text"),
    "text for a switch": (
        {"challenge": "x", "code": "x", "shared_computer": "true"},
        "shared_computer",
        "true or false",
    ),
    "one for a switch": (
        {"challenge": "x", "code": "x", "shared_computer": 1},
        "shared_computer",
        "true or false",
    ),
    "a book for text": ({"challenge": "x", "code": "x" * 4097}, "code", "too long"),
    "half a character": ({"challenge": "x", "code": "\ud800"}, "code", "not Unicode text"),
    "a long request id": (
        {"challenge": f"chl_acme_{'A' * 22}", "code": "BCD-FGHJ", "request_id": "x" * 65},
        "request_id",
        "64 characters at most",
    ),
}
FORMS = [
    "text/plain",
    "text/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
    "application/problem+json",
    "text/plain; application/json",
    "",
]


class TestABody:
    @pytest.fixture(autouse=True)
    def untouched(self, cloud, wire):
        """Whatever is refused here is refused without asking anybody."""
        yield
        assert wire.sent == []

    @pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
    def test_that_is_no_json_object_is_refused(self, body):
        answer = posts(body)

        assert answer.problem == (400, "invalid-request")
        assert answer.body["errors"][0]["field"] == "body"

    @pytest.mark.parametrize(
        ("body", "field", "reason"), WRONG_FIELDS.values(), ids=list(WRONG_FIELDS)
    )
    def test_names_the_field_that_is_wrong_and_never_its_value(self, body, field, reason):
        answer = posts(body)

        assert answer.problem == (400, "invalid-request")
        assert answer.body["errors"] == [{"field": field, "reason": reason}]

    @pytest.mark.parametrize("kind", FORMS)
    def test_of_another_type_is_refused(self, kind):
        answer = posts({"challenge": "x", "code": "x"}, headers={"content-type": kind})

        assert answer.problem == (415, "invalid-request")

    @pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
    def test_of_the_right_type_is_read_however_it_is_written(self, kind):
        answer = posts({"code": "x"}, headers={"content-type": kind})

        assert answer.body["errors"] == [{"field": "challenge", "reason": "required"}]

    @pytest.mark.parametrize("size", [16 * 1024 + 1, 17 * 1024, 1024 * 1024])
    def test_over_16_kb_is_refused_unread(self, size):
        assert posts(padded(size)).problem == (413, "too-large")
        assert posts("{" * size).problem == (413, "too-large")

    def test_over_16_kb_in_disguise_is_refused_too(self):
        assert sends_encoded(padded(17 * 1024).encode()).problem == (413, "too-large")
        # 9,000 characters, and 18,000 bytes.
        assert posts(padded(200).replace("rrr", "\u00e9" * 9000)).problem == (413, "too-large")

    def test_of_16_kb_is_read(self):
        assert posts(padded(16 * 1024)).problem == (410, "challenge-closed")

    def test_16_deep_is_read(self):
        assert posts(nested(16)).problem == (410, "challenge-closed")

    def test_may_hold_more_than_we_know(self):
        body = {"challenge": "chl_x", "code": "x", "new_in_2030": {"a": 1}}

        assert posts(body).problem == (410, "challenge-closed")

    def test_that_is_not_utf_8_is_refused(self):
        assert sends_encoded(b'{"challenge": "\xff"}').problem == (400, "invalid-request")
        assert sends_encoded("{}".encode("utf-16")).problem == (400, "invalid-request")

    def test_that_api_gateway_encoded_is_read(self):
        answer = sends_encoded(b'{"challenge": "chl_x", "code": "x"}')

        assert answer.problem == (410, "challenge-closed")


class TestAQuery:
    def test_with_a_value_over_4_kb_is_refused(self, cloud, wire):
        answer = knock("session", "GET /v1/session", query={"workspace": "a" * 4097})

        assert answer.body["errors"] == [{"field": "workspace", "reason": "too long"}]
        assert wire.sent == []


class TestAMethodThatIsNotHere:
    @pytest.mark.parametrize(
        "door", ["resolve_link", "request_code", "verify_code", "session", "sign_in_page"]
    )
    @pytest.mark.parametrize("route", ["PUT /v1/session", "OPTIONS /v1/codes", "TRACE /"])
    def test_is_405_in_the_form_of_every_refusal(self, cloud, wire, door, route):
        answer = knock(door, route)

        assert answer.problem == (405, "invalid-request")
        assert wire.sent == []

    def test_or_a_path_that_is_not_is_not_found(self, cloud):
        assert knock("sign_in_page", "$default").problem == (404, "not-found")


def sends_encoded(data: bytes) -> Answer:
    event = http_event(VERIFY, "x")
    event |= {"body": base64.b64encode(data).decode(), "isBase64Encoded": True}
    return answered(door("verify_code").handler, event)
