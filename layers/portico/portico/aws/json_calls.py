"""JSON calls to AWS, signed and sent with less work than an SDK's client does for each.

A row is JSON before it is sent and JSON when it comes back, so most of what botocore does around a
call (models, serializers, parsers, some twenty hooks) changes nothing. Its credentials, endpoints,
connections, errors and its rules for a repeat stay in use (decision 26).
"""

import hmac
import json
import os
import zlib
from base64 import b64encode
from hashlib import sha256
from http import HTTPStatus
from time import gmtime, sleep, strftime
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import HTTPClientError, NoCredentialsError
from botocore.parsers import ResponseParserError, create_parser
from botocore.session import Session
from botocore.utils import normalize_url_path

_CHECKSUM = "x-amz-crc32"


class JsonCalls:
    """Calls of one service that speaks JSON.

    Answers are JSON as it was sent: bytes in them are Base64. Bytes in parameters may be bytes.
    """

    def __init__(self, session: Session, client: Any) -> None:
        """Take the endpoint, the connections and the hooks of *client*, which *session* made."""
        model = client.meta.service_model
        self._client = client
        self._model = model
        self._credentials: Any = session.get_credentials()
        # Private, and pinned with the whole library: time-outs, trust and proxies are its own.
        self._http: Any = client._endpoint.http_session  # noqa: SLF001
        self._events: Any = client.meta.events
        self._service = model.service_id.hyphenize()
        self._protocol = model.resolved_protocol
        self._agent = client.meta.config.user_agent
        self._origin, self._base, self._host = _endpoint(client)
        self._scope = f"{client.meta.region_name}/{model.signing_name}/aws4_request"
        self._key: tuple[tuple[str, str], bytes] = ("", ""), b""

    def __call__(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Call *method*, by its name in Python, and return the answer's JSON.

        An unanswered call is repeated as the client's own would be.

        Raises:
            ClientError: AWS refused it.
            BotoCoreError: there was no answer, or none that can be read.
        """
        operation = self._client.meta.method_to_api_mapping[method]
        # A repeat has the same token, so that what was done by a call whose answer was lost is not
        # done again, and not refused either.
        tokens = {name: str(uuid4()) for name in self._tokens(operation)}
        body = json.dumps(tokens | parameters, separators=(",", ":"), default=_base64).encode()
        attempts = 0
        while True:
            attempts += 1
            response, fault = self._send(operation, body)
            if response is not None and (answer := _good(response)) is not None:
                return answer
            refusal = self._refusal(operation, response) if response is not None else {}
            wait = self._wait(operation, attempts, (response, refusal), fault)
            if wait is not None:
                sleep(wait)
            elif fault is not None:
                raise fault
            elif refusal:
                error = self._client.exceptions.from_code(refusal["Error"]["Code"])
                raise error(refusal, operation)
            else:
                # botocore would take it for an empty answer, and so for a row that is not there.
                raise HTTPClientError(error="an answer that is no JSON")

    def _send(self, operation: str, body: bytes) -> tuple[AWSResponse | None, Exception | None]:
        try:
            request = self._signed(operation, body)
            # What emulates AWS answers here, such as moto; and here the deadline is kept.
            answers = self._events.emit(f"before-send.{self._service}.{operation}", request=request)
            response = next((each for _, each in answers if each is not None), None)
            response = response or self._http.send(request)
            # Whoever wants to know what was accepted hears it here, such as a local mailbox.
            event = f"response-received.{self._service}.{operation}"
            self._events.emit(event, request=request, response=response)
            if not response.headers.get(_CHECKSUM, "0").isdecimal():
                # botocore's rules for a repeat would fail on it as well.
                return None, HTTPClientError(error="a checksum that is no number")
            return response, None
        except Exception as fault:  # noqa: BLE001 - the rules for a repeat tell one from another
            return None, fault

    def _refusal(self, operation: str, response: AWSResponse) -> dict[str, Any]:
        """Read an error as botocore does; return nothing for an answer that is none."""
        if response.status_code < HTTPStatus.MULTIPLE_CHOICES:
            return {}
        headers = {name.lower(): each for name, each in response.headers.items()}
        raw = {"status_code": response.status_code, "headers": headers, "body": response.content}
        parser = create_parser(self._protocol)
        try:
            found: dict[str, Any] = parser.parse(
                raw, self._model.operation_model(operation).output_shape
            )
            shape = self._model.shape_for_error_code(found["Error"]["Code"])
            # The members of an error, such as the row that was in the way.
            return found | (parser.parse(raw, shape) if shape is not None else {})
        except (ValueError, LookupError, AttributeError, TypeError, ResponseParserError):
            return {"Error": {"Code": str(response.status_code)}}

    def _wait(
        self,
        operation: str,
        attempts: int,
        response: tuple[AWSResponse | None, dict[str, Any]],
        fault: Exception | None,
    ) -> float | None:
        """Return the seconds before a repeat; ``None`` if there is to be none.

        Raises:
            Exception: *fault*, if no repeat mends it.
        """
        answers = self._events.emit(
            f"needs-retry.{self._service}.{operation}",
            response=response if fault is None else None,
            endpoint=None,
            operation=self._model.operation_model(operation),
            attempts=attempts,
            caught_exception=fault,
            request_dict={"context": {}},
        )
        wait = next((each for _, each in answers if each is not None), None)
        return None if wait is False else wait

    def _signed(self, operation: str, body: bytes) -> AWSPreparedRequest:
        """Return the request with Signature Version 4.

        Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
        """
        if self._credentials is None:
            raise NoCredentialsError
        credentials = self._credentials.get_frozen_credentials()
        at = strftime("%Y%m%dT%H%M%SZ", gmtime())
        scope = f"{at[:8]}/{self._scope}"
        route, own = self._route(operation)
        path = route if self._base == "/" else _below(self._base, route)
        headers = {**own, "host": self._host, "x-amz-date": at}
        if credentials.token:
            headers["x-amz-security-token"] = credentials.token
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        signed = path if path == route else quote(normalize_url_path(path), safe="/~")
        asked = f"POST\n{signed}\n\n{lines}\n{names}\n{sha256(body).hexdigest()}"
        text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{sha256(asked.encode()).hexdigest()}"
        signature = hmac.digest(
            self._signing_key(credentials.secret_key, at[:8]), text.encode(), "sha256"
        ).hex()
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        headers["user-agent"] = self._agent
        trace = os.environ.get("_X_AMZN_TRACE_ID")
        if trace:
            headers["x-amzn-trace-id"] = quote(trace, safe="-=;:+&[]{}\"',")
        sent: Any = _Headers(headers)
        return AWSPreparedRequest("POST", f"{self._origin}{path}", sent, body, stream_output=False)

    def _signing_key(self, secret: str, day: str) -> bytes:
        of, key = self._key
        if of != (secret, day):
            key = f"AWS4{secret}".encode()
            for part in (day, *self._scope.split("/")):
                key = hmac.digest(key, part.encode(), "sha256")
            # In one assignment, because two threads may be here.
            self._key = (secret, day), key
        return key

    def _tokens(self, operation: str) -> list[str]:
        """Return the names of the parameters that make a repeat harmless."""
        names: list[str] = self._model.operation_model(operation).idempotent_members
        return names

    def _route(self, operation: str) -> tuple[str, dict[str, str]]:
        """Return the path of *operation*, and the headers that name it."""
        if self._protocol == "rest-json":
            path: str = self._model.operation_model(operation).http["requestUri"]
            return path, {"content-type": "application/json"}
        about = self._model.metadata
        return "/", {
            "content-type": f"application/x-amz-json-{about['jsonVersion']}",
            "x-amz-target": f"{about['targetPrefix']}.{operation}",
        }


def _endpoint(client: Any) -> tuple[str, str, str]:
    """Return the origin, the path and the ``Host`` of where the calls of *client* go.

    ``meta.endpoint_url`` is only botocore's first guess, from an older list: it is another host
    where FIPS or dual-stack endpoints are asked for, and one that there is not.
    """
    model = client.meta.service_model
    operations = map(model.operation_model, model.operation_names)
    # One whose endpoint could not depend on what it is asked. None of ours has one of its own.
    any_of_them = next(each for each in operations if not each.operation_context_parameters)
    # Private, as above.
    found = client._resolve_endpoint_ruleset(any_of_them, {}, {})  # noqa: SLF001
    url = urlsplit(found[0])
    # In small letters, without a user's name and the scheme's own port, as it is sent.
    host = f"[{url.hostname}]" if ":" in str(url.hostname) else str(url.hostname)
    if url.port not in {None, {"http": 80, "https": 443}.get(url.scheme)}:
        host = f"{host}:{url.port}"
    return f"{url.scheme}://{url.netloc}", url.path or "/", host


def _below(base: str, route: str) -> str:
    return base if route == "/" else base.removesuffix("/") + route


class _Headers(dict[str, str]):
    """Headers by their names in small letters; whoever asks may write them in any way.

    botocore's own is a mapping in Python, which costs a tenth of a call.
    """

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def get(self, name: str, otherwise: Any = None) -> Any:
        return super().get(name.lower(), otherwise)


def _good(response: AWSResponse) -> dict[str, Any] | None:
    """Return the JSON of an answer that is whole; ``None`` if it needs a closer look."""
    if response.status_code >= HTTPStatus.MULTIPLE_CHOICES:
        return None
    content = response.content
    checksum = response.headers.get(_CHECKSUM)
    if checksum is not None and int(checksum) != zlib.crc32(content):
        return None
    try:
        answer = json.loads(content or b"{}")
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _base64(value: Any) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"no JSON for {type(value).__name__}")
