"""A portal's back end with the lines of docs/portals/python.md, which lie where it is started."""

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

sys.path.insert(0, str(Path.cwd()))

import portico_client as portico  # type: ignore[import-not-found]  # of the docs


class Portal:
    """What one browser's session at the portal holds."""

    def __init__(self) -> None:
        self.session: dict[str, Any] = {}
        self.token: dict[str, Any] = {}

    def forgets(self) -> None:
        self.session, self.token = {}, {}

    def begins(self, to: str, more: dict[str, str] | None = None) -> str:
        return str(portico.begin(self.session, to, **(more or {})))

    def finishes(self, url: str) -> dict[str, Any]:
        answer = dict(parse_qsl(urlsplit(url).query))
        claims, self.token, to = portico.finish(self.session, answer)
        return self._told(claims) | {"to": to}

    def refreshes(self) -> dict[str, Any]:
        claims, self.token = portico.refresh(self.token)
        return self._told(claims)

    def userinfo(self) -> Any:
        return portico.userinfo(self.token)

    def signs_out(self, state: str) -> str:
        return str(portico.sign_out_url(self.token, **({"state": state} if state else {})))

    def gives_back(self) -> None:
        portico.give_back(self.token)

    def asked(self, query: str) -> str | None:
        target: str | None = portico.asked(dict(parse_qsl(query)))
        return target

    def _told(self, claims: dict[str, Any]) -> dict[str, Any]:
        return {"claims": claims, "access_token": self.token["access_token"]}


portal = Portal()
for line in sys.stdin:
    asked = json.loads(line)
    try:
        answer = {"said": getattr(portal, asked.pop("do"))(**asked)}
    except Exception as error:  # noqa: BLE001 - the test wants to see it, whatever it is
        answer = {"refused": getattr(error, "error", None) or str(error), "text": repr(error)}
    print(json.dumps(answer), flush=True)  # noqa: T201 - this is how it answers
