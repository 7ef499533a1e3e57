"""What a member asks of the API beside the console, in the same browser."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from tests.browser.member import Member

ASK = """async ([method, path, body, headers]) => {
  const send = (url, method, body, more) => fetch(url, {
    method, headers: { ...(body && { "Content-Type": body.png ? "image/png" : "application/json" }), ...more },
    body: body && (body.png ? Uint8Array.from(atob(body.png), (each) => each.charCodeAt(0)) : JSON.stringify(body)),
  });
  const entry = await send("/v1/session/refresh", "POST", { workspace: "acme", scope: "team" }, {});
  const token = (await entry.json()).access_token;
  const answer = await send(`/v1/workspaces/acme${path}`, method, body, { ...headers, Authorization: `Bearer ${token}` });
  const text = await answer.text();
  return { ok: answer.ok, text, etag: answer.headers.get("ETag") };
}"""


@dataclass(frozen=True)
class Desk:
    """What a test needs before, and takes back afterwards: by the API, as the member who is in."""

    member: Member

    def asks(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Ask a route, and read its answer, with its ``ETag`` as ``tag``."""
        if method == "POST":
            headers["Idempotency-Key"] = secrets.token_hex(16)
        if method in ("PUT", "PATCH", "DELETE") and "If-Match" not in headers:
            of = "/settings" if path == "/logo" else path
            headers["If-Match"] = self.asks("GET", of)["tag"] or ""
        told = self.member.page.evaluate(ASK, [method, path, body, headers])
        assert told["ok"], told["text"]
        return {**(json.loads(told["text"]) if told["text"] else {}), "tag": told["etag"]}
