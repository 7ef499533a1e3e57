"""A server on a port of 127.0.0.1, which only this machine can reach."""

import json
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"


class PortTaken(RuntimeError):
    """Another process has the port. The message is a sentence for the terminal."""


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """Take a port before anything slow begins.

    Raises:
        PortTaken: the port is not free.
    """
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((HOST, port))
            taken.listen(128)
        except OSError as error:
            raise PortTaken(
                f"Port {port} is in use, or may not be used. Choose another: make run PORT=9000"
            ) from error
        yield taken


@contextmanager
def serving(taken: socket.socket, application: "WSGIApplication") -> Iterator[None]:
    """Answer requests on a port of :func:`listening`, each in its own thread."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    port = taken.getsockname()[1]
    server = make_server(
        HOST, port, application, threaded=True, request_handler=_Quiet, fd=taken.fileno()
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.daemon = True
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(2)
        server.server_close()


class _Quiet(WSGIRequestHandler):
    """Prints nothing, because the applications do, and keeps connections open."""

    protocol_version = "HTTP/1.1"

    def send_error(self, code: int, *_: Any) -> None:
        """Refuse malformed requests, such as a line of 64 KB, with the gateway's message."""
        status = HTTPStatus(431 if code == HTTPStatus.REQUEST_URI_TOO_LONG else code)
        text = json.dumps({"message": status.phrase}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(text)

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Print nothing."""
