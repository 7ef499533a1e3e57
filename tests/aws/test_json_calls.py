"""Calls to AWS without the SDK's models: signed, repeated, read and refused as by the SDK."""

import json
import runpy
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
import time_machine
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import (
    BotoCoreError,
    ChecksumError,
    ClientError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st
from moto.core.models import botocore_stubber

from portico.aws import json_calls
from portico.aws.clients import REPEAT_AFTER, client, reason, send, session
from portico.aws.json_calls import JsonCalls
from portico.aws.kms import public_key, sign
from portico.aws.values import item_of, row_of
from tests.support.doors import ROOT

KEY: dict[str, Any] = {"TableName": "people", "Key": {"pk": {"S": "x"}, "sk": {"S": "y"}}}
WRITES: dict[str, dict[str, Any]] = {
    "transact_write_items": {"TransactItems": []},
    "put_item": {"TableName": "people", "Item": {"b": {"B": b"\x00"}, "n": {"N": "1"}}},
    "update_item": {**KEY, "UpdateExpression": "SET a = :a"},
    "batch_get_item": {"RequestItems": {}},
    "query": {"TableName": "people"},
}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "dynamodb": ("get_item", KEY),
    "kms": ("sign", {"KeyId": "k", "Message": b"\x00m"}),
    "secretsmanager": ("get_secret_value", {"SecretId": "é"}),
    "sesv2": ("send_email", {"Content": {"Raw": {"Data": b"\xff\x00"}}}),
    "sqs": ("send_message", {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/q"}),
}


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """The seconds that were waited for, without waiting for them."""
    waited: list[float] = []
    monkeypatch.setattr(json_calls, "sleep", waited.append)
    return waited


class Line:
    """What stands at the other end: it keeps each request, and gives the next answer."""

    def __init__(self) -> None:
        self.asked: list[AWSPreparedRequest] = []
        self.answers: list[AWSResponse | Exception] = []

    def __call__(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def line() -> Iterator[Callable[..., Line]]:
    """Take the place of AWS for one service."""
    taken: dict[Any, Line] = {}

    def take(service: str, *answers: AWSResponse | Exception, **how: Any) -> Line:
        events = client(service, **how).meta.events
        # botocore asks every hook, also after one has answered: the emulator's goes.
        events.unregister("before-send", taken.get(events, botocore_stubber))
        taken[events] = line = Line()
        line.answers = [*answers]
        events.register("before-send", line)
        return line

    yield take
    for events, line in taken.items():
        events.unregister("before-send", line)
        events.register("before-send", botocore_stubber)


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> AWSResponse:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    told: Any = headers or {}
    response = AWSResponse("https://aws.example", status, told, None)
    response._content = content  # type: ignore[attr-defined]
    return response


def crc(body: bytes) -> dict[str, str]:
    return {"x-amz-crc32": str(zlib.crc32(body))}


class TestARequest:
    @pytest.mark.parametrize("token", [None, "a token"])
    @pytest.mark.parametrize("service", CALLS)
    @time_machine.travel("2026-11-29T12:00:00Z", tick=False)
    def test_is_signed_as_the_sdk_signs_it(self, service, token, line, monkeypatch, cloud):
        taken = line(service, answer({}))
        calls = JsonCalls(session(), client(service))
        credentials = Credentials("AKIDEXAMPLE", "s" * 40, token)
        monkeypatch.setattr(calls, "_credentials", credentials)

        calls(*CALLS[service])

        (sent,) = taken.asked
        again = AWSRequest(sent.method, sent.url, headers=_signed_too(sent), data=sent.body)
        signing = client(service).meta.service_model.signing_name
        SigV4Auth(credentials, signing, "eu-west-1").add_auth(again)
        assert sent.headers["authorization"] == again.headers["authorization"]
        assert sent.headers["x-amz-date"] == again.headers["x-amz-date"]

    def test_is_signed_with_the_key_of_its_day_and_of_its_secret(self, line, cloud, monkeypatch):
        calls = JsonCalls(session(), client("dynamodb"))
        first = calls._signing_key("a secret", "20261129")

        assert calls._signing_key("a secret", "20261130") != first
        assert calls._signing_key("another", "20261129") != first
        assert calls._signing_key("a secret", "20261129") == first

    @pytest.mark.parametrize(
        ("service", "method", "parameters"),
        [
            *((service, *call) for service, call in CALLS.items()),
            *(("dynamodb", *call) for call in WRITES.items()),
        ],
    )
    def test_says_what_the_sdks_own_says(self, service, method, parameters, line, cloud):
        taken = line(service, answer({}), answer({}))

        send(service, method, **parameters)
        getattr(client(service), method)(**parameters)

        ours, theirs = taken.asked
        assert _without_token(ours.body) == _without_token(theirs.body)
        assert (ours.method, ours.url) == (theirs.method, theirs.url)
        for name in ("content-type", "x-amz-target", "user-agent"):
            assert (
                _text(ours.headers.get(name)).split("#")[0]
                == _text(theirs.headers.get(name)).split("#")[0]
            )

    def test_of_a_transaction_has_one_token_however_often_it_is_sent(self, line, cloud, waits):
        silent = ReadTimeoutError(endpoint_url="https://aws.example")
        taken = line("dynamodb", silent, answer({}), answer({}))

        send("dynamodb", "transact_write_items", TransactItems=[])
        send("dynamodb", "transact_write_items", TransactItems=[])

        first, again, other = (json.loads(each.body or b"") for each in taken.asked)
        assert first == again
        assert len({first["ClientRequestToken"], other["ClientRequestToken"]}) == 2

    def test_names_the_trace_that_it_belongs_to(self, line, cloud, monkeypatch):
        monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988;Sampled=1")
        taken = line("dynamodb", answer({}))

        send("dynamodb", "get_item", **KEY)

        assert taken.asked[0].headers["x-amzn-trace-id"] == "Root=1-5759e988;Sampled=1"

    def test_is_not_sent_without_credentials(self, line, cloud, monkeypatch):
        taken = line("dynamodb")
        calls = JsonCalls(session(), client("dynamodb"))
        monkeypatch.setattr(calls, "_credentials", None)

        with pytest.raises(NoCredentialsError):
            calls("get_item", KEY)

        assert taken.asked == []

    def test_holds_no_value_that_json_lacks(self, cloud):
        with pytest.raises(TypeError):
            send("dynamodb", "get_item", TableName={1, 2})


ELSEWHERE: list[dict[str, str]] = [
    {"AWS_DEFAULT_REGION": "cn-north-1"},
    {"AWS_DEFAULT_REGION": "us-gov-west-1"},
    {"AWS_DEFAULT_REGION": "us-gov-west-1", "AWS_USE_FIPS_ENDPOINT": "true"},
    {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_USE_DUALSTACK_ENDPOINT": "true"},
    {"AWS_DEFAULT_REGION": "us-iso-east-1", "AWS_USE_DUALSTACK_ENDPOINT": "true"},
    {"AWS_ENDPOINT_URL": "http://[::1]:4566/"},
    {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566/aws"},
    {"AWS_ENDPOINT_URL": "https://Gate.example:443/a way/é/"},
    {"AWS_ENDPOINT_URL": "http://user:secret@gate.example"},
    {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_SQS": "http://[::1]:2"},
]


class TestWhereARequestGoes:
    @pytest.mark.parametrize("told", ELSEWHERE, ids=lambda told: " ".join(told.values()))
    @pytest.mark.parametrize("service", CALLS)
    def test_is_where_the_sdk_sends_it(self, service, told, monkeypatch):
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        of = _new_session()
        made: Any = of.create_client(service, config=Config(parameter_validation=False))
        made.meta.events.unregister("before-send", botocore_stubber)
        credentials: Any = of.get_credentials()
        sent: list[AWSPreparedRequest] = []

        def take(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
            sent.append(request)
            return answer({})

        made.meta.events.register("before-send", take)
        method, parameters = CALLS[service]

        with time_machine.travel("2026-11-29T12:00:00Z", tick=False):
            JsonCalls(of, made)(method, parameters)
            getattr(made, method)(**parameters)
            ours, theirs = sent
            again = AWSRequest("POST", theirs.url, headers=_signed_too(ours), data=ours.body)
            scope = _text(theirs.headers["authorization"]).split("/")
            SigV4Auth(credentials, scope[3], scope[2]).add_auth(again)

        assert ours.url == theirs.url
        assert ours.headers["authorization"] == again.headers["authorization"]

    def test_names_no_user_of_a_gate(self, monkeypatch):
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://user:secret@Gate.example:80")
        of = _new_session()

        request = JsonCalls(of, of.create_client("kms"))._signed("Sign", b"{}")

        assert request.headers["host"] == "gate.example"


class TestTheCutService:
    @pytest.mark.parametrize("service", CALLS)
    def test_goes_where_the_whole_one_goes(self, service, cloud, monkeypatch):
        """In the layer a service has only our operations (layers/portico/cut.py)."""
        made: Any = client(service)
        whole = JsonCalls(session(), made)
        cut = runpy.run_path(str(ROOT / "layers" / "portico" / "cut.py"))["OPERATIONS"]
        names = cut[service].split()
        monkeypatch.setitem(vars(made.meta.service_model), "operation_names", names)

        ours = JsonCalls(session(), made)

        assert (ours._origin, ours._base, ours._host) == (whole._origin, whole._base, whole._host)


HOOKS = {
    "generate_idempotent_uuid": "done here: a transaction has its token",
    "add_recursion_detection_header": "done here: the trace",
    "rebuild_and_replace_user_agent_handler": "the client's own name is enough",
    "add_retry_headers": "tells AWS about attempts; nothing depends on it",
    "_handle_request_validation_mode_member": "of S3's checksums",
    "block_endpoint_discovery_required_operations": "no operation of ours needs discovery",
    "inject_api_version_header_if_needed": "of endpoint discovery",
    "_handle_sqs_compatible_error": "other names for errors of SQS, which nobody reads",
    "handler": "signs, as is done here",
    "_soon": "asked here too",
    "_ask": "asked here too",
    "RetryHandler": "asked here too",
}
"""What botocore does around a call of ours, and why it is not missed."""


class TestWhatTheSdkDoesAroundACall:
    @pytest.mark.parametrize(
        ("service", "method"),
        [
            *((service, call[0]) for service, call in CALLS.items()),
            *(("dynamodb", method) for method in WRITES),
            ("kms", "get_public_key"),
            ("sqs", "change_message_visibility"),
        ],
    )
    def test_is_known_hook_by_hook(self, service, method, cloud):
        made: Any = client(service)
        name = made.meta.service_model.service_id.hyphenize()
        operation = made.meta.method_to_api_mapping[method]
        events = (
            "provide-client-params before-parameter-build before-endpoint-resolution before-call "
            "request-created before-sign before-parse response-received after-call "
            "after-call-error needs-retry"
        )
        found = [
            hook
            for event in events.split()
            for hook in made.meta.events._emitter._handlers.prefix_search(
                f"{event}.{name}.{operation}"
            )
        ]

        # Other tests may have left hooks of their own.
        names = {_name_of(each) for each in found if _is_the_sdks(each)}
        assert "generate_idempotent_uuid" in names
        assert names <= HOOKS.keys()


class TestAnAnswer:
    def test_is_the_json_that_came(self, line, cloud):
        body = b'{"Item": {"n": {"N": "7"}, "b": {"B": "AP8="}}}'
        line("dynamodb", answer(body, headers=crc(body)))

        found = send("dynamodb", "get_item", **KEY)

        assert row_of(found["Item"]) == {"n": 7, "b": b"\x00\xff"}

    def test_that_is_empty_holds_nothing(self, line, cloud):
        line("dynamodb", answer(b""))

        assert send("dynamodb", "put_item", TableName="people", Item={}) == {}

    def test_that_was_damaged_is_asked_for_again(self, line, cloud, waits):
        body = b'{"Item": {"n": {"N": "7"}}}'
        damaged = answer(b'{"Item": {"n": {"N": "9"}}}', headers=crc(body))
        taken = line("dynamodb", damaged, answer(body, headers=crc(body)))

        found = send("dynamodb", "get_item", **KEY)

        assert row_of(found["Item"]) == {"n": 7}
        assert len(taken.asked) == 2

    def test_that_is_damaged_twice_is_none(self, line, cloud, waits):
        damaged = [answer(b"{}", headers=crc(b"{ }")) for _ in range(2)]
        line("dynamodb", *damaged)

        with pytest.raises(ChecksumError):
            send("dynamodb", "get_item", **KEY)

    @pytest.mark.parametrize("checksum", ["", "abc", "-1", "1.5"])
    def test_whose_checksum_is_no_number_is_none(self, checksum, line, cloud):
        line("dynamodb", answer(b"{}", headers={"x-amz-crc32": checksum}))

        with pytest.raises(BotoCoreError):
            send("dynamodb", "get_item", **KEY)

    @pytest.mark.parametrize("body", [b"<html>", b"\xff", b'{"a":', b"[]"])
    def test_that_is_no_json_is_none(self, body, line, cloud):
        line("dynamodb", answer(body))

        with pytest.raises(BotoCoreError):
            send("dynamodb", "get_item", **KEY)

    @pytest.mark.parametrize("service", ["dynamodb", "kms", "sesv2"])
    def test_is_repeated_once_when_it_does_not_come(self, service, line, cloud, waits):
        method, parameters = CALLS[service]
        silent = ReadTimeoutError(endpoint_url="https://aws.example")
        taken = line(service, silent, answer({"Signature": "AA=="}))

        send(service, method, **parameters)

        assert len(taken.asked) == 2
        assert waits == [REPEAT_AFTER]

    def test_that_does_not_come_twice_is_none(self, line, cloud, waits):
        silent = [ReadTimeoutError(endpoint_url="https://aws.example") for _ in range(2)]
        taken = line("dynamodb", *silent)

        with pytest.raises(ReadTimeoutError):
            send("dynamodb", "get_item", **KEY)

        assert len(taken.asked) == 2

    def test_is_never_asked_for_again_of_whom_may_have_mailed(self, line, cloud):
        silent = ReadTimeoutError(endpoint_url="https://aws.example")
        taken = line("sesv2", silent, patient=True)

        with pytest.raises(ReadTimeoutError):
            send("sesv2", "send_email", patient=True, Content={})

        assert len(taken.asked) == 1


class TestARefusal:
    @pytest.mark.parametrize(
        ("status", "code", "attempts"),
        [
            (400, "ValidationException", 1),
            (400, "ConditionalCheckFailedException", 1),
            (400, "ThrottlingException", 2),
            (400, "ProvisionedThroughputExceededException", 2),
            (500, "InternalServerError", 2),
            (503, "ServiceUnavailable", 2),
        ],
    )
    def test_is_what_it_is_to_the_sdk(self, status, code, attempts, line, cloud, waits):
        def refused() -> AWSResponse:
            return answer({"__type": f"com.amazonaws#{code}", "message": "no"}, status)

        ours = line("dynamodb", refused(), refused())
        with pytest.raises(ClientError) as error:
            send("dynamodb", "get_item", **KEY)
        theirs = line("dynamodb", refused(), refused())
        with pytest.raises(ClientError) as sdks:
            client("dynamodb").get_item(**KEY)

        assert len(ours.asked) == len(theirs.asked) == attempts
        assert type(error.value) is type(sdks.value)
        assert error.value.response["Error"] == sdks.value.response["Error"]
        assert str(error.value).split(" (")[0] == str(sdks.value).split(" (")[0]

    @pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b'{"a":', b"[]", b'"x"'])
    @pytest.mark.parametrize("service", ["dynamodb", "sesv2"])
    def test_that_nobody_can_read_is_one(self, service, body, line, cloud, waits):
        method, parameters = CALLS[service]
        line(service, answer(body, 400))

        with pytest.raises(ClientError) as error:
            send(service, method, **parameters)

        assert reason(error.value)

    def test_brings_the_row_that_was_in_the_way(self, line, cloud):
        item = {"n": {"N": "3"}}
        body = {"__type": "x#ConditionalCheckFailedException", "message": "no", "Item": item}
        line("dynamodb", answer(body, 400))

        with pytest.raises(client("dynamodb").exceptions.ConditionalCheckFailedException) as error:
            send("dynamodb", "put_item", TableName="people", Item={})

        assert error.value.response["Item"] == item

    def test_of_a_mail_is_named_in_a_header(self, line, cloud):
        refused = answer({"message": "no"}, 400, {"x-amzn-errortype": "MessageRejected:http://x"})
        line("sesv2", refused)

        with pytest.raises(client("sesv2").exceptions.MessageRejected):
            send("sesv2", "send_email", Content={})


class TestBytes:
    @given(st.binary(max_size=64))
    def test_come_back_from_a_table_and_from_its_stream(self, content):
        assert row_of(item_of({"b": content})) == {"b": content}
        assert row_of({"b": {"B": b64encode(content).decode()}}) == {"b": content}

    def test_are_signed_and_published_by_kms(self, cloud):
        kms = boto3.client("kms")
        made = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["KeyMetadata"]["KeyId"]

        signed = sign(made, b"\x00message")

        assert public_key(made) == kms.get_public_key(KeyId=made)["PublicKey"]
        proved = kms.verify(
            KeyId=made,
            Message=b"\x00message",
            Signature=signed,
            SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
        )
        assert proved["SignatureValid"]


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _new_session() -> Session:
    """Return a session that reads the environment anew, with the models that are read already."""
    made = Session()
    made.set_credentials("AKIDEXAMPLE", "s" * 40)
    made.register_component("data_loader", session().get_component("data_loader"))
    return made


def _signed_too(request: AWSPreparedRequest) -> dict[str, str]:
    """Return the headers that the SDK's signer signs as they are; it adds others itself."""
    added = {"authorization", "user-agent", "x-amzn-trace-id", "host", "x-amz-date"}
    return {name: each for name, each in request.headers.items() if name not in added}


def _without_token(body: Any) -> dict[str, Any]:
    """Return what a body says; a token for repeats is another each time."""
    said: dict[str, Any] = json.loads(body)
    return said | {name: len(said[name]) for name in said if name.endswith("Token")}


def _is_the_sdks(hook: Any) -> bool:
    return str(getattr(_inner(hook), "__module__", "")).startswith(("botocore.", "portico."))


def _name_of(hook: Any) -> str:
    inner = _inner(hook)
    return str(getattr(inner, "__name__", type(inner).__name__))


def _inner(hook: Any) -> Any:
    return getattr(hook, "func", hook)
