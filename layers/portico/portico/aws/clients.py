"""AWS clients: one botocore session an environment, each client made at first use.

A second session costs a fifth of a cold start (docs/performance.md), a second client little.
"""

import logging
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session, get_session

from portico.aws import deadline
from portico.errors import TryLater

CONNECT_TIMEOUT = 0.5
READ_TIMEOUT = 1.0
# One repeat. The legacy mode waits 50 ms before it, the newer ones up to a second,
# which is more than a request's deadline has to give.
_ONE_REPEAT: Any = {"mode": "legacy", "max_attempts": 1}
_NO_REPEAT: Any = {"mode": "legacy", "max_attempts": 0}

_FAST = Config(
    connect_timeout=CONNECT_TIMEOUT,
    read_timeout=READ_TIMEOUT,
    retries=_ONE_REPEAT,
    parameter_validation=False,
    tcp_keepalive=True,
)
# A sender may wait for SES; a mail sent twice because we hung up is worse than a slow one.
_PATIENT = _FAST.merge(Config(read_timeout=5.0, retries=_NO_REPEAT))

# At debug level botocore writes down what it sends and gets: mails with their codes, and the
# secret itself. Lambda opens the root logger as far as a template asks for; not this one.
logging.getLogger("botocore").setLevel(logging.WARNING)


@cache
def session() -> Session:
    """Return the one session of this environment."""
    return get_session()


@cache
def client(service: str, *, patient: bool = False) -> Any:
    """Return the one client of *service*."""
    return session().create_client(service, config=_PATIENT if patient else _FAST)


def call(service: str, operation: str, /, **parameters: Any) -> Any:
    """Call *service* where every error is a fault behind us.

    Raises:
        TryLater: whatever went wrong.
    """
    deadline.ask()
    try:
        return getattr(client(service), operation)(**parameters)
    except (ClientError, BotoCoreError) as error:
        raise TryLater(cause=f"{service}.{operation}: {reason(error)}") from error


def reason(error: Exception) -> str:
    """Name an AWS error without its message, which may quote what we sent."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "unknown"))
    return type(error).__name__
