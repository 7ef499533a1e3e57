"""Faults of a fake provider's endpoint, in the place of an answer."""

import gzip
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

HUGE = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults that take time, and a way to end them early."""

    hang: float = 60.0
    """Seconds that a slow answer takes."""
    pause: float = 0.5
    """Seconds between two bytes of a slow stream."""
    stopped: threading.Event = field(default_factory=threading.Event)

    def answer(self, fault: str, request: Request) -> Response | None:
        """Return the answer of a fault; ``None`` if *fault* is not a fault."""
        match fault:
            case "slow":
                self.stopped.wait(self.hang)
                return Response("{}", 200, mimetype="application/json")
            case "drip":
                headers = {"content-length": "100000"}
                return Response(self._drops(), 200, mimetype="application/json", headers=headers)
            case "error-500":
                return Response('{"error":"server_error"}', 500, mimetype="application/json")
            case "html":
                return Response("<!doctype html><h1>Down for maintenance</h1>", 200, mimetype="text/html")  # fmt: skip
            case "huge":
                return Response(_zeros(), 200, mimetype="application/json")
            case "bomb":
                packed = gzip.compress(b" " * HUGE)
                headers = {"content-encoding": "gzip"}
                return Response(packed, 200, mimetype="application/json", headers=headers)
            case "loop":
                return redirect(request.url, 302)
        return None

    def _drops(self) -> Iterator[bytes]:
        ends = time.monotonic() + self.hang
        while time.monotonic() < ends and not self.stopped.wait(self.pause):
            yield b" "


def _zeros() -> Iterator[bytes]:
    for _ in range(HUGE // 65536):
        yield b"0" * 65536
