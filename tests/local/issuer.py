"""A small OpenID provider that is not Portico, for clients that must not mind whose it is."""

import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from werkzeug.wrappers import Request, Response

from local.providers.keys import Ring
from local.providers.tokens import Facts, id_token

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ANN = {"sub": "ct_ann", "name": "Ann <Archer>", "email": "ann@example.com"}


@dataclass
class Issuer:
    """Agrees to whatever is asked, and is strict at its token endpoint."""

    origin: str
    client: tuple[str, str]
    mode: str = ""
    """How its id tokens are spoiled: see local/providers/modes.py."""
    account: dict[str, Any] = field(default_factory=lambda: dict(ANN))
    away: bool = False
    ended: bool = False
    """Refresh tokens are no longer taken."""
    document: dict[str, Any] = field(default_factory=dict)
    """What its discovery document says otherwise."""
    left_out: str = ""
    """A member that its discovery document lacks."""
    ring: Ring = field(default_factory=lambda: Ring("issuer"))
    asked: list[str] = field(default_factory=list)
    now: Any = lambda: datetime.now(UTC)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _refresh: str = ""
    _access: str = ""

    def agrees(self, url: str, **changes: str | None) -> str:
        """Sign Ann in as the authorization request *url* asks, and return the answer's address."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = secrets.token_urlsafe(24)
        self._codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.origin} | changes
        left = {name: value for name, value in answer.items() if value is not None}
        return f"{asked['redirect_uri']}?{urlencode(left)}"

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        request = Request(environ)
        self.asked.append(request.path)
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if self.away:
            return Response("<h1>Bad gateway</h1>", 502, mimetype="text/html")
        match request.path:
            case "/.well-known/openid-configuration":
                content = self._described() | self.document
                content.pop(self.left_out, None)
                return _json(content)
            case "/keys":
                return _json({"keys": self.ring.published()})
            case "/token":
                return self._token(request)
            case "/userinfo":
                if request.headers.get("authorization") != f"Bearer {self._access}":
                    return _json({"error": "invalid_token"}, 401)
                return _json(self.account | {"told": "by userinfo"})
        return _json({}, 404)

    def _described(self) -> dict[str, Any]:
        ends = ("authorization", "token", "userinfo", "end_session")
        return {f"{name}_endpoint": f"{self.origin}/{name}" for name in ends} | {
            "issuer": self.origin,
            "jwks_uri": f"{self.origin}/keys",
            "authorization_response_iss_parameter_supported": True,
        }

    def _token(self, request: Request) -> Response:
        basic = request.authorization
        if basic is None or (basic.username, basic.password) != self.client:
            return _json({"error": "invalid_client"}, 401)
        form = request.form
        if form["grant_type"] == "refresh_token":
            if self.ended or form["refresh_token"] != self._refresh:
                return _json({"error": "invalid_grant"}, 400)
            return self._tokens(None)
        asked = self._codes.pop(form["code"], None)
        hashed = sha256(form["code_verifier"].encode()).digest()
        challenge = urlsafe_b64encode(hashed).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge:
            return _json({"error": "invalid_grant"}, 400)
        assert asked["code_challenge_method"] == "S256"
        assert asked["redirect_uri"] == form["redirect_uri"]
        return self._tokens(asked["nonce"])

    def _tokens(self, nonce: str | None) -> Response:
        self._access, self._refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        now = int(self.now().timestamp())
        facts = Facts("oidc", self.mode, self.origin, self.client[0], nonce, self._access, now)
        tokens = {
            "access_token": self._access,
            "token_type": "Bearer",
            "expires_in": 600,
            "refresh_token": self._refresh,
            "id_token": id_token(facts, self.account, self.account["name"], self.ring),
        }
        return _json(tokens)


def _json(content: object, status: int = 200) -> Response:
    return Response(json.dumps(content), status, mimetype="application/json")
