"""A sample portal on its own origin, to which contacts return after they sign in.

It works like the front end of a real portal: it reads the session from the public API, with
credentials, across origins.
"""

import json
import mimetypes
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from local.sample_conversations import Channels, Conversations, NotSignedIn, Visitors
from local.sample_workspaces import WORKSPACES, workspace_key
from local.sample_world import SampleWorld
from portico.people.rules import Workspace

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PAGES = Path(__file__).parent / "sample_portal_pages"
HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


@dataclass(frozen=True)
class SamplePortal:
    """The portals of all workspaces, each below the workspace's id."""

    world: SampleWorld
    conversations: Conversations = field(default_factory=Conversations)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        answer: WSGIApplication
        try:
            answer = self._answer(Request(environ))
        except HTTPException as error:
            answer = error.get_response(environ)
        except Exception as error:  # noqa: BLE001 - a page of the sample must not take it down
            traceback.print_exc()
            answer = Response(f"{type(error).__name__}, see the terminal\n", 500)
        return answer(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.host.partition(":")[0] == "localhost":
            # For a browser localhost and 127.0.0.1 are two sites, and Portico is on 127.0.0.1.
            return redirect(f"{self.world.portal}{request.full_path.rstrip('?')}", 307)
        kind, values = _MAP.bind_to_environ(request.environ).match()
        if kind == "front":
            return redirect(f"{self.world.host}/_local/")
        if kind == "file":
            return _file(values["name"])
        workspace = self.world.workspace(values["workspace"])
        if workspace is None:
            raise NotFound
        if kind == "conversations":
            return self._converse(request, workspace)
        return self._page(workspace, kind, values.get("name", ""))

    def _converse(self, request: Request, workspace: Workspace) -> Response:
        """Answer the portal's page with the contact's conversations, or start one."""
        token = request.headers.get("authorization", "")
        try:
            contact = Visitors(self.world.host).contact_of(workspace.id, token)
            if request.method == "POST":
                text = str(request.get_json().get("text", ""))
                return _json(self.conversations.start(contact, text), 201)
        except NotSignedIn:
            return _json({"message": "Sign in"}, 401)
        except ValueError as error:
            return _json({"message": str(error)}, 400)
        keys = {each.id: workspace_key(each.id, "desk")[1] for each in WORKSPACES if each.keys}
        refs = Channels(self.world.host, keys).refs_of(workspace.id, contact)
        return _json({"conversations": self.conversations.of(contact, refs)}, 200)

    def _page(self, workspace: Workspace, kind: str, name: str) -> Response:
        logo = f"/assets/logo/{workspace.id}/{workspace.logo}.png" if workspace.logo else None
        config = {
            "api": self.world.host,
            "link": self.world.shared_link(workspace.id),
            "account": f"{self.world.host}/{workspace.id}#account",
            "area": {"kind": kind, "name": name, "text": f"{kind}:{name}" if name else kind},
            "workspace": {
                "id": workspace.id,
                "name": workspace.name,
                "locale": workspace.locale,
                "accent_color": workspace.accent_color,
                "logo_url": logo,
                "request_flows": workspace.request_flows,
            },
        }
        # Only this character could end the script element.
        text = json.dumps(config).replace("<", "\\u003c")
        page = (PAGES / "page.html").read_text().replace("CONFIG", text)
        return Response(page, mimetype="text/html", headers=HEADERS)


_MAP = Map(
    [
        Rule("/", endpoint="front"),
        Rule("/_portal/<name>", endpoint="file"),
        Rule("/<workspace>/", endpoint="dashboard"),
        Rule("/<workspace>/tickets", endpoint="tickets"),
        Rule("/<workspace>/tickets/<name>", endpoint="ticket"),
        Rule("/<workspace>/requests/<name>", endpoint="request"),
        Rule("/<workspace>/conversation", endpoint="conversation"),
        Rule("/<workspace>/conversations.json", endpoint="conversations", methods=["GET", "POST"]),
    ]
)


def _json(content: object, status: int) -> Response:
    return Response(json.dumps(content), status, mimetype="application/json", headers=HEADERS)


def _file(name: str) -> Response:
    known = {each.name: each for each in PAGES.iterdir() if each.suffix in (".css", ".js")}
    if name not in known:
        raise NotFound
    kind = mimetypes.guess_type(name)[0]
    return Response(known[name].read_bytes(), mimetype=kind, headers=HEADERS)
