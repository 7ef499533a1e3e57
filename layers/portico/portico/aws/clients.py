"""AWS clients: one botocore session per environment, and each client is made at first use.

A second session costs a fifth of a cold start (docs/performance.md); a second client costs little.
"""

import logging
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session, get_session

from portico.aws import deadline
from portico.aws.json_calls import JsonCalls
from portico.errors import TryLater

CONNECT_TIMEOUT = 0.5
READ_TIMEOUT = 1.0
REPEAT_AFTER = 0.05
"""Seconds before an unanswered call is repeated, once."""
# One repeat. The newer modes wait up to a second before it, which is more than a request's
# deadline leaves. The legacy mode waits as long (except for DynamoDB), but its wait can be set.
_ONE_REPEAT: Any = {"mode": "legacy", "max_attempts": 1}
_NO_REPEAT: Any = {"mode": "legacy", "max_attempts": 0}

_FAST = Config(
    connect_timeout=CONNECT_TIMEOUT,
    read_timeout=READ_TIMEOUT,
    retries=_ONE_REPEAT,
    parameter_validation=False,
    tcp_keepalive=True,
    # DynamoDB's one endpoint for each account: it would be found by the credentials of each call.
    account_id_endpoint_mode="disabled",
)
# A sender may wait for SES; a mail sent twice because we hung up is worse than a slow one.
_PATIENT = _FAST.merge(Config(read_timeout=5.0, retries=_NO_REPEAT))

# At debug level botocore logs what it sends and gets: mails with their codes, and the secret
# itself. A template can lower the level of Lambda's root logger; this logger keeps its own.
logging.getLogger("botocore").setLevel(logging.WARNING)


@cache
def session() -> Session:
    """Return the one session of this environment."""
    return get_session()


@cache
def client(service: str, *, patient: bool = False) -> Any:
    """Return the one client of *service*. It starts no attempt after the deadline."""
    made: Any = session().create_client(service, config=_PATIENT if patient else _FAST)
    name = made.meta.service_model.service_id.hyphenize()
    made.meta.events.register_first(f"before-send.{name}", _ask)
    made.meta.events.register_first(f"needs-retry.{name}", _soon)
    return made


def send(service: str, operation: str, /, *, patient: bool = False, **parameters: Any) -> Any:
    """Call *service* and return the answer's JSON, where bytes are Base64.

    Raises:
        ClientError: AWS refused it.
        BotoCoreError: there was no answer, or none that can be read.
        TryLater: the deadline is over.
    """
    # With the arguments that others use, because other arguments would make another client.
    made = client(service, patient=True) if patient else client(service)
    return _calls(made)(operation, parameters)


def call(service: str, operation: str, /, **parameters: Any) -> Any:
    """Call *service* as :func:`send` does, where every error means that AWS failed us.

    Raises:
        TryLater: whatever went wrong.
    """
    try:
        return send(service, operation, **parameters)
    except (ClientError, BotoCoreError) as error:
        raise TryLater(cause=f"{service}.{operation}: {reason(error)}") from error


def reason(error: Exception) -> str:
    """Name an AWS error without its message, which may quote what we sent."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "unknown"))
    return type(error).__name__


@cache
def _calls(made: Any) -> JsonCalls:
    return JsonCalls(session(), made)


def _ask(**_: Any) -> None:
    # Asked here and not before the call: the SDK's repeat is an attempt too, and takes as long.
    deadline.ask()


def _soon(attempts: int, caught_exception: Exception | None, **_: Any) -> float | None:
    # This answers only how long to wait. The SDK decides elsewhere whether to repeat at all.
    return REPEAT_AFTER if attempts == 1 and caught_exception is not None else None
