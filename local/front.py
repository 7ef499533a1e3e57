"""The local front: the HTTP API, events from streams and queues, and the local pages."""

import json
import mimetypes
import secrets
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, RequestRedirect, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from local.clock import FrontClock
from local.doors import Doors
from local.http import Gateway
from local.mail_world import FATES
from local.mailbox import Mailbox
from local.sample_world import SampleWorld
from local.withheld import WithheldMails

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PAGES = Path(__file__).parent / "pages"
CONTRACT = Path(__file__).parents[1] / "docs" / "openapi.yaml"
OWN = "/_local/"
EVENTS = f"{OWN}events/"

# The mailbox page shows the HTML of mails, which must not do more than a mail may.
PAGE_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; frame-src 'self'; style-src 'self' 'unsafe-inline'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
}


@dataclass
class Front:
    """One WSGI application for everything on the first port."""

    hosts: tuple[str, ...]
    """Host names with ports. The first is the front's own."""
    clock: FrontClock
    mailbox: Mailbox
    withheld: WithheldMails = field(default_factory=WithheldMails)
    secret: str = field(default_factory=secrets.token_urlsafe)
    """A secret path for events, which only the emulator's functions know. Other pages in the
    machine's browser can reach this port too."""
    doors: Doors | None = None
    gateway: Gateway | None = None
    world: SampleWorld | None = None
    stack: dict[str, Any] = field(default_factory=dict)

    @property
    def events_url(self) -> str:
        """The URL to which hollow functions post events; they append their name."""
        return f"http://{self.hosts[0]}{EVENTS}{self.secret}/"

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        try:
            answer = self._answer(request)
        except RequestRedirect as elsewhere:
            answer = redirect(elsewhere.new_url, elsewhere.code)
        except HTTPException as error:
            answer = _json({"message": error.name}, error.code or 500)
        except Exception as error:  # noqa: BLE001 - a page of the house must not take it down
            traceback.print_exc()
            answer = _json({"message": f"{type(error).__name__}, see the terminal"}, 500)
        return answer(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path.startswith(OWN) or request.path == OWN.rstrip("/"):
            return self._own(request)
        if self.gateway is None:
            return _json({"message": "Starting"}, 503)
        if request.host != self.hosts[0] and request.host in self.hosts and _is_a_visit(request):
            # For a browser localhost and 127.0.0.1 are two sites, and the portal is on 127.0.0.1.
            return redirect(f"http://{self.hosts[0]}{request.full_path.rstrip('?')}", 307)
        return self.gateway.answer(request)

    def _own(self, request: Request) -> Response:
        if not _is_from_here(request) or request.host not in self.hosts:
            return _json({"message": "Forbidden"}, 403)
        if request.path.startswith(EVENTS):
            return self._event(request)
        endpoint, values = _MAP.bind_to_environ(request.environ).match()
        answer: Callable[..., Response] = getattr(self, f"_{endpoint}")
        return answer(request, **values)

    def _event(self, request: Request) -> Response:
        secret, _, name = request.path.removeprefix(EVENTS).partition("/")
        if not secrets.compare_digest(secret, self.secret) or self.doors is None:
            raise NotFound
        event = request.get_json()
        answer = self.doors.invoke(name, event)
        if name == "RecordTrail":
            self.withheld.take(event)
        return _json(answer)

    def _index(self, _: Request) -> Response:
        return _page("index.html")

    def _mails(self, _: Request) -> Response:
        return _page("mailbox.html")

    def _file(self, _: Request, name: str) -> Response:
        return _page(name)

    def _mailbox_json(self, request: Request) -> Response:
        after = request.args.get("after", 0, type=int)
        return _json(self.mailbox.all(after=after))

    def _withheld_json(self, _: Request) -> Response:
        return _json(self.withheld.all())

    def _fates_json(self, _: Request) -> Response:
        world = self.mailbox.world
        labels = {name: each.label for name, each in FATES.items()}
        return _json({"fates": labels, "mailboxes": world.fates() if world else {}})

    def _switch(self, request: Request) -> Response:
        if not self._is_own_page(request) or self.mailbox.world is None:
            return _json({"message": "Forbidden"}, 403)
        try:
            asked = json.loads(request.get_data())
            self.mailbox.world.switch(str(asked["to"]), asked["fate"])
        except (ValueError, TypeError, KeyError):
            return _json({"message": f'send {{"to": "…", "fate": one of {list(FATES)}}}'}, 400)
        return self._fates_json(request)

    def _world_json(self, _: Request) -> Response:
        if self.world is None:
            return _json({"message": "Starting"}, 503)
        return _json(self.world.read(at=self.clock.now()))

    def _stack_json(self, _: Request) -> Response:
        return _json(self.stack, 200 if self.stack else 503)

    def _contract(self, _: Request) -> Response:
        headers = {"cache-control": "no-store"}
        return Response(CONTRACT.read_bytes(), mimetype="text/yaml", headers=headers)

    def _clock(self, request: Request) -> Response:
        if not self._is_own_page(request):
            return _json({"message": "Forbidden"}, 403)
        try:
            seconds = json.loads(request.get_data())["forward_seconds"]
            now = self.clock.forward(timedelta(seconds=seconds))
        except (ValueError, TypeError, KeyError, OverflowError):
            return _json({"message": 'send {"forward_seconds": 60}, forward only'}, 400)
        return _json({"now": now.isoformat(timespec="seconds")})

    def _is_own_page(self, request: Request) -> bool:
        # Another page in this browser could post here, but the browser always sends its origin.
        return request.headers.get("origin", self._origin) in {f"http://{h}" for h in self.hosts}

    def _now(self, _: Request) -> Response:
        return _json({"now": self.clock.now().isoformat(timespec="seconds")})

    @property
    def _origin(self) -> str:
        return f"http://{self.hosts[0]}"


_MAP = Map(
    [
        Rule(OWN, endpoint="index", methods=["GET"]),
        Rule(f"{OWN}mailbox", endpoint="mails", methods=["GET"]),
        Rule(f"{OWN}mailbox.json", endpoint="mailbox_json", methods=["GET"]),
        Rule(f"{OWN}withheld.json", endpoint="withheld_json", methods=["GET"]),
        Rule(f"{OWN}fates.json", endpoint="fates_json", methods=["GET"]),
        Rule(f"{OWN}fates", endpoint="switch", methods=["POST"]),
        Rule(f"{OWN}world.json", endpoint="world_json", methods=["GET"]),
        Rule(f"{OWN}stack.json", endpoint="stack_json", methods=["GET"]),
        Rule(f"{OWN}openapi.yaml", endpoint="contract", methods=["GET"]),
        Rule(f"{OWN}clock", endpoint="clock", methods=["POST"]),
        Rule(f"{OWN}clock", endpoint="now", methods=["GET"]),
        Rule(f"{OWN}<name>", endpoint="file", methods=["GET"]),
    ]
)


def _page(name: str) -> Response:
    known = {each.name: each for each in PAGES.iterdir() if each.is_file()}
    if name not in known:
        raise NotFound
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(known[name].read_bytes(), mimetype=kind, headers=PAGE_HEADERS)


def _json(content: Any, status: int = 200) -> Response:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    headers = {"cache-control": "no-store"}
    return Response(text, status, mimetype="application/json", headers=headers)


def _is_from_here(request: Request) -> bool:
    return ip_address(request.remote_addr or "127.0.0.1").is_loopback


def _is_a_visit(request: Request) -> bool:
    return request.method == "GET" and request.headers.get("sec-fetch-mode") == "navigate"
