"""Fake Microsoft, Google, Facebook, X and one OpenID Connect provider, as one WSGI application.

They check what the real ones check: client secret, PKCE, redirect address, and that a code is used
once and in time. They can misbehave: for one sign-in on their page, or for all by ``_switch``.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from local.providers import page
from local.providers.discovery_document import Home, document, keys
from local.providers.faults import Faults
from local.providers.grants import CODE_LIVES, Grant, Grants, Rejected, client_id
from local.providers.keys import Ring
from local.providers.modes import FAULTS, KINDS, OPENID, ORDINARY, PLACES, modes_of
from local.providers.people import ACCOUNTS, Account
from local.providers.rules import may_enter, refusal, rejection, wrong_with
from local.providers.tokens import Facts, id_token

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROTATIONS = ("new-key", "same-kid")


@dataclass
class Providers:
    """All five providers, with their accounts."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    faults: Faults = field(default_factory=Faults)
    accounts: dict[str, list[Account]] = field(
        default_factory=lambda: {kind: list(each) for kind, each in ACCOUNTS.items()}
    )
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Every request so far: the provider and the endpoint."""
    kept: dict[str, str] = field(default_factory=dict)
    """The mode of each provider for every sign-in."""
    places: dict[str, str] = field(default_factory=dict)
    """The endpoint of each provider's fault; by default the token endpoint."""
    mint: Callable[[Facts, dict[str, Any], str, Ring], Any] = id_token
    """Makes the id tokens. Tests replace it for attacks that no mode has."""
    more: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Further members of each provider's discovery document."""
    grants: Grants = field(default_factory=Grants)
    rings: dict[str, Ring] = field(default_factory=lambda: {kind: Ring(kind) for kind in KINDS})

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        try:
            endpoint, values = _MAP.bind_to_environ(environ).match()
            answer = self._answer(request, endpoint, **values)
        except HTTPException as error:
            answer = Response(page.saying(error.name, ""), error.code, mimetype="text/html")
        answer.headers["cache-control"] = "no-store"
        return answer(environ, start_response)

    def switch(self, kind: str, mode: str, *, at: str = "token") -> None:
        """Set a provider's mode from now on. An empty mode is the normal one.

        Raises:
            ValueError: the provider has no such mode or endpoint.
        """
        if kind not in KINDS or at not in PLACES:
            raise ValueError(kind, at)
        if mode != ORDINARY and mode not in [each.name for each in modes_of(kind)]:
            raise ValueError(mode)
        if mode in ROTATIONS:
            # This happens once. Then the provider behaves normally.
            self.rings[kind].rotate(rename=mode == "new-key")
            mode = ORDINARY
        self.kept[kind], self.places[kind] = mode, at

    def _answer(self, request: Request, endpoint: str, **values: str) -> Response:
        if endpoint == "index":
            return _page(page.listing(self.kept))
        if endpoint == "switch":
            return self._switched(request)
        kind = values["kind"]
        if kind not in KINDS or (endpoint in ("discovery", "keys") and kind not in OPENID):
            raise NotFound
        self.asked.append((kind, endpoint))
        fault = self._fault(request, kind, endpoint)
        return fault or getattr(self, f"_{endpoint}")(request, **values)

    def _fault(self, request: Request, kind: str, endpoint: str) -> Response | None:
        mode = ""
        if self.places.get(kind, "token") == endpoint:
            mode = self.kept.get(kind, "")
        if endpoint == "token" and mode not in FAULTS:
            mode = self.grants.mode_of(request.form.get("code", ""))
        return self.faults.answer(mode, request)

    def _switched(self, request: Request) -> Response:
        # A page on another origin cannot send this type without a preflight.
        if request.mimetype != "application/json":
            return _json({"message": "send JSON"}, 415)
        try:
            asked = json.loads(request.get_data())
            self.switch(asked["provider"], asked.get("mode", ""), at=asked.get("at", "token"))
        except (ValueError, KeyError, TypeError, AttributeError):
            known = {kind: [each.name for each in modes_of(kind)] for kind in KINDS}
            return _json({"message": "no such provider, mode or endpoint", "modes": known}, 400)
        return _json({"kept": self.kept})

    # What an OpenID Connect provider publishes.

    def _discovery(self, request: Request, kind: str, tenant: str = "") -> Response:
        home = Home(request.host_url, kind, tenant)
        content = document(home, mode=self.kept.get(kind, ""))
        return _json(content | self.more.get(kind, {}))

    def _keys(self, request: Request, kind: str, **_: str) -> Response:
        return _json({"keys": keys(Home(request.host_url, kind), self.rings[kind])})

    # A sign-in.

    def _authorize(self, request: Request, kind: str, tenant: str = "", **_: str) -> Response:
        # The issuer is that of the person's own tenant, whatever tenant the address names.
        query, home = request.args, Home(request.host_url, kind)
        wrong = wrong_with(query.to_dict(), kind)
        if wrong:
            return _page(page.saying("This app is not set up correctly", wrong), 400)
        modes = query.getlist("_mode")
        if not modes and "_account" not in query:
            asked = {name: value for name, value in query.items() if not name.startswith("_")}
            kept = self.kept.get(kind, "")
            accounts = [each for each in self.accounts[kind] if may_enter(each, tenant)]
            return _page(page.choosing(kind, accounts, modes_of(kind), kept, asked))
        # The value of the Cancel button comes before that of the list below it.
        mode = modes[0] if modes else ""
        if "_keep" in query:
            self.switch(kind, mode)
        elif mode in ROTATIONS:
            self.rings[kind].rotate(rename=mode == "new-key")
        mode = mode or self._kept_at_tokens(kind)
        # Accept accounts that the page does not offer: the door must not rely on the provider.
        chosen = query.get("_account")
        account = next((each for each in self.accounts[kind] if each.key == chosen), None)
        if mode in ("deny", "error"):
            return self._back(request, kind, refusal(kind, mode))
        if account is None:
            raise NotFound
        grant = Grant(
            kind=kind,
            account=account,
            mode=mode,
            issuer=home.issuer,
            redirect_uri=query["redirect_uri"],
            challenge=query["code_challenge"],
            nonce=query.get("nonce"),
            ends_at=self._epoch() + CODE_LIVES.get(kind, 600),
        )
        answer = {"code": self.grants.agree(grant)}
        if kind == "oidc" and mode != "no-answer-issuer":
            answer["iss"] = home.issuer
        if mode == "wrong-answer-issuer":
            answer["iss"] = "https://issuer.example"
        return self._back(request, kind, answer)

    def _kept_at_tokens(self, kind: str) -> str:
        is_elsewhere = self.places.get(kind, "token") != "token"
        return "" if is_elsewhere else self.kept.get(kind, "")

    def _back(self, request: Request, kind: str, answer: dict[str, str]) -> Response:
        more = {"state": request.args["state"]}
        # Facebook appends this to every address that it redirects to.
        end = "#_=_" if kind == "facebook" else ""
        return redirect(f"{request.args['redirect_uri']}?{urlencode(answer | more)}{end}", 302)

    def _token(self, request: Request, kind: str, **_: str) -> Response:
        try:
            grant = self.grants.redeem(kind, request, now=self._epoch())
        except Rejected as rejected:
            return _json(rejection(kind, str(rejected)), 400)
        mode = grant.mode
        if mode == "refused":
            return _json(rejection(kind, "invalid_grant"), 400)
        if mode == "problem":
            return _json({"type": "about:blank", "title": "Bad Request"}, 400)
        answer: dict[str, Any] = {
            "access_token": grant.access_token,
            "token_type": "bearer",
            "expires_in": 3600,
        }
        if kind in OPENID and mode != "no-id-token":
            facts = Facts(
                kind, mode, grant.issuer, client_id(kind), grant.nonce, grant.access_token, self._epoch()
            )  # fmt: skip
            answer["id_token"] = self.mint(
                facts, grant.account.claims, grant.account.name, self.rings[kind]
            )
        if mode == "no-access-token":
            del answer["access_token"]
        return _json(answer)

    def _user(self, request: Request, kind: str, **_: str) -> Response:
        grant = self.grants.of_token(request)
        if grant is None:
            return _json({"error": "invalid_token"}, 401)
        claims = {"name": grant.account.name, **grant.account.claims}
        if grant.mode == "no-email":
            claims = {k: v for k, v in claims.items() if "email" not in k}
        if grant.mode == "no-subject":
            claims = {k: v for k, v in claims.items() if k not in ("id", "sub")}
        if kind == "x":
            return _json({"data": claims})
        if grant.mode == "other-user":
            claims["sub"] = "somebody-else"
        return _json(claims)

    def _epoch(self) -> int:
        return int(self.now().timestamp())


_OPENID = ".well-known/openid-configuration"
_MAP = Map(
    [
        Rule("/", endpoint="index", methods=["GET"]),
        Rule("/_switch", endpoint="switch", methods=["POST"]),
        Rule(f"/<any(google,oidc):kind>/{_OPENID}", endpoint="discovery"),
        # As Azure AD B2C has it: the document is not below the issuer that it names.
        Rule(f"/elsewhere/<any(oidc):kind>/{_OPENID}", endpoint="discovery"),
        Rule("/<any(google,oidc):kind>/authorize", endpoint="authorize", methods=["GET"]),
        Rule("/<any(google,oidc):kind>/token", endpoint="token", methods=["POST"]),
        Rule("/<any(google,oidc):kind>/keys", endpoint="keys"),
        Rule("/<any(google,oidc):kind>/userinfo", endpoint="user"),
        Rule(f"/<any(microsoft):kind>/<tenant>/v2.0/{_OPENID}", endpoint="discovery"),
        Rule("/<any(microsoft):kind>/<tenant>/oauth2/v2.0/authorize", endpoint="authorize"),
        Rule("/<any(microsoft):kind>/<tenant>/oauth2/v2.0/token", endpoint="token"),
        Rule("/<any(microsoft):kind>/<tenant>/discovery/v2.0/keys", endpoint="keys"),
        Rule("/<any(microsoft):kind>/userinfo", endpoint="user"),
        Rule("/<any(facebook):kind>/<version>/dialog/oauth", endpoint="authorize"),
        Rule("/<any(facebook):kind>/<version>/oauth/access_token", endpoint="token"),
        Rule("/<any(facebook):kind>/<version>/me", endpoint="user"),
        Rule("/<any(x):kind>/i/oauth2/authorize", endpoint="authorize"),
        Rule("/<any(x):kind>/2/oauth2/token", endpoint="token"),
        Rule("/<any(x):kind>/2/users/me", endpoint="user"),
    ]
)
"""The paths are those of the real providers, after the host."""


def _page(text: str, status: int = 200) -> Response:
    headers = {
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
        "referrer-policy": "no-referrer",
    }
    return Response(text, status, mimetype="text/html", headers=headers)


def _json(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content), status, mimetype="application/json")
