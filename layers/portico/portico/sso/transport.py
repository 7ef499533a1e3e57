"""HTTP to providers and portals: only public https addresses, no redirects, limits on time and size.

A team types an issuer, whose discovery document names more addresses, or a portal's address. We check each one when
the socket connects, so that a name that resolves differently the second time gains nothing.
"""

import socket
import threading
import time
from contextlib import suppress
from typing import Any

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.poolmanager import PoolManager

from portico.aws import deadline
from portico.sso.public_addresses import NotPublic, check_url, is_public

LARGEST_ANSWER = 1024 * 1024
CHUNK = 64 * 1024
MOST_ADDRESSES = 3
"""Addresses of one name that we try."""
PROVIDER_CONNECT_TIMEOUT = 2.0
PROVIDER_READ_TIMEOUT = 3.0
ANSWER_TIME = 4.0
"""Seconds that one whole answer may take, because a provider may also send it byte by byte. Its head
has as long once more."""

CUT_AGAIN = 0.1
"""Seconds until a connection that was not there to be cut is cut again."""


class ProviderAway(Exception):
    """The provider is out of reach, redirects, or its answer is 5xx, too long or too slow."""


def _public_socket(self: HTTPConnection) -> socket.socket:
    host: str = self._dns_host
    found = socket.getaddrinfo(host, self.port, type=socket.SOCK_STREAM)[:MOST_ADDRESSES]
    if not found or not all(is_public(str(each[4][0])) for each in found):
        raise NotPublic("a public address")
    for family, kind, protocol, _, address in found[:-1]:
        # Even a network without IPv6 resolves names to IPv6 addresses.
        with suppress(OSError):
            return _connected(family, kind, protocol, address)
    family, kind, protocol, _, address = found[-1]
    return _connected(family, kind, protocol, address)


def _connected(family: int, kind: int, protocol: int, address: Any) -> socket.socket:
    deadline.ask()
    opened = socket.socket(family, kind, protocol)
    opened.settimeout(deadline.at_most(PROVIDER_CONNECT_TIMEOUT))
    try:
        opened.connect(address)
    except OSError:
        opened.close()
        raise
    return opened


class _PublicConnection(HTTPSConnection):
    _new_conn = _public_socket


class _InTime(HTTPConnectionPool):
    """Ends a request whose answer's head does not come in time.

    The read timeout begins anew with each byte, so a head may come byte by byte without an end.
    """

    def _make_request(self, conn: Any, *args: Any, **kwargs: Any) -> Any:
        is_over = threading.Event()
        watched = conn, is_over, deadline.at_most(ANSWER_TIME)
        threading.Thread(target=_cut_in_time, args=watched, daemon=True).start()
        try:
            return super()._make_request(conn, *args, **kwargs)
        finally:
            is_over.set()


def _cut_in_time(conn: HTTPConnection, is_over: threading.Event, allowed: float) -> None:
    wait = allowed
    while not is_over.wait(wait):
        # While it connects, which has a timeout of its own, there is nothing to cut yet.
        with suppress(OSError, AttributeError):
            conn.sock.shutdown(socket.SHUT_RDWR)
        wait = CUT_AGAIN


class _PublicPool(_InTime, HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class _TimedPool(_InTime, HTTPSConnectionPool):
    pass


class _NoPool(HTTPConnectionPool):
    def __init__(self, *_: Any, **__: Any) -> None:
        raise NotPublic("an https address")


class ProviderAdapter(HTTPAdapter):
    """The adapter through which ``requests`` sends."""

    def __init__(self, *, loopback: bool, reads_answers: bool = True) -> None:
        self._loopback = loopback
        self._reads_answers = reads_answers
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make pools whose sockets connect only to public addresses."""
        self.poolmanager = PoolManager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = (
            {"https": _TimedPool, "http": _InTime}
            if self._loopback
            else {"https": _PublicPool, "http": _NoPool}
        )

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """Send one request and read its answer, within the time that is left.

        Raises:
            ProviderAway: there was no usable answer.
        """
        deadline.ask()
        try:
            check_url(request.url or "", loopback=self._loopback)
            timeout = (
                deadline.at_most(PROVIDER_CONNECT_TIMEOUT),
                deadline.at_most(PROVIDER_READ_TIMEOUT),
            )
            answer = super().send(request, stream=True, timeout=timeout)
            # As requests itself fills it.
            answer._content = _bounded(answer) if self._reads_answers else _unread(answer)  # noqa: SLF001
        except (RequestException, HTTPError, OSError, ValueError) as error:
            raise ProviderAway(type(error).__name__) from error
        if answer.status_code >= 500:
            raise ProviderAway(f"status {answer.status_code}")
        if 300 <= answer.status_code < 400:
            raise ProviderAway("redirected")
        return answer


def mount(made: Session, *, loopback: bool, reads_answers: bool = True) -> None:
    """Make *made* send everything through our adapter, and ignore the environment."""
    made.trust_env = False
    adapter = ProviderAdapter(loopback=loopback, reads_answers=reads_answers)
    made.mount("https://", adapter)
    made.mount("http://", adapter)


def _unread(answer: Response) -> bytes:
    answer.close()
    return b""


def _bounded(answer: Response) -> bytes:
    ends = time.monotonic() + ANSWER_TIME
    content = b""
    with answer:
        # Read what has arrived, and do not wait for a whole chunk: otherwise a provider that
        # sends a byte a second would never be too slow.
        while chunk := answer.raw.read1(CHUNK, decode_content=True):
            content += chunk
            if len(content) > LARGEST_ANSWER:
                raise ValueError("too large")
            if time.monotonic() > ends:
                raise ValueError("too slow")
            deadline.ask()
    return content
