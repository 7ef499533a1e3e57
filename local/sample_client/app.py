"""A sample portal on another site, which no cookie of the sign-in page reaches.

It is a server-rendered back end with its own sessions, as any web framework makes them, and an
OpenID client of any issuer. It imports nothing of Portico.
"""

import json
import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from local.sample_client import pages
from local.sample_client.openid import Away, Client, Refused, Registration, SignedIn
from local.sample_client.tokens import NotBelieved
from local.sample_client.visits import Visit, Visits

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

COOKIE = "portal_visit"
HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
STYLES = {
    "portal": Path(__file__).parents[1] / "sample_portal_pages" / "portal.css",
    "client": Path(__file__).parent / "client.css",
}


class SampleClient:
    """The portal of one company, at ``registration.home``."""

    def __init__(
        self, registration: Registration, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._registration = registration
        self._client = Client(registration, now)
        self._visits = Visits()
        self._now = now

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
        home = self._registration.home
        if request.host != urlsplit(home).netloc:
            # Use one host name only, because cookies and registered addresses belong to it.
            return redirect(home + request.full_path.rstrip("?"), 307)
        endpoint, values = _MAP.bind_to_environ(request.environ).match()
        if endpoint == "backchannel_logout":
            return self._backchannel_logout(request)
        # For SameSite, other ports of localhost are the same site, so check the origin.
        if request.method == "POST" and request.headers.get("origin") != home:
            return Response("Not from this portal\n", 403)
        visit = self._visits.of(request.cookies.get(COOKIE))
        try:
            if endpoint in _AREAS:
                return self._area(request, visit, endpoint, values)
            answer: Callable[..., Response] = getattr(self, f"_{endpoint}")
            return answer(request, visit, **values)
        except Away as away:
            print(f"The other portal: its issuer is away ({away})", flush=True)
            text = "Sign-in does not answer. Try again in a moment."
            return self._trouble("Sign-in is not available", text, 503)

    # Areas: signed out, they lead to the sign-in and back.

    def _area(
        self, request: Request, visit: Visit, endpoint: str, values: Mapping[str, str]
    ) -> Response:
        if endpoint == "request" and values["flow"] not in pages.FLOWS:
            raise NotFound
        signed_in = self._standing(visit)
        if signed_in is None:
            return self._begin(visit, request.path)
        return self._page(_AREAS[endpoint](signed_in, *values.values()))

    def _home(self, _: Request, visit: Visit) -> Response:
        signed_in = self._standing(visit)
        if signed_in is None:
            return self._page(pages.signed_out(self._registration.issuer))
        page = pages.home(visit, signed_in)
        visit.said = ""
        return self._page(page)

    def _whoami(self, _: Request, visit: Visit) -> Response:
        """Say who is signed in, for tests. It never returns a token."""
        signed_in = self._standing(visit)
        told = {
            "signed_in": signed_in is not None,
            "claims": signed_in.claims if signed_in else None,
            "userinfo": visit.userinfo,
            "refreshed": visit.refreshed,
            "ends_at": signed_in.ends_at.isoformat(timespec="seconds") if signed_in else None,
        }
        return Response(json.dumps(told), mimetype="application/json", headers=HEADERS)

    # Signing in.

    def _login(self, request: Request, visit: Visit) -> Response:
        """Third-party initiated login (OpenID Connect Core 1.0, 4)."""
        if request.args.get("iss") != self._registration.issuer:
            text = "Another service wanted to sign you in. This portal does not know it."
            return self._trouble("Sign-in did not begin", text, 400)
        target = request.args.get("target_link_uri", "")
        is_ours = target.startswith(f"{self._registration.home}/")
        to = target.removeprefix(self._registration.home) if is_ours else "/"
        return self._begin(visit, to, login_hint=request.args.get("login_hint", ""))

    def _begin(self, visit: Visit, to: str, login_hint: str = "") -> Response:
        url, begun = self._client.begin(to, login_hint=login_hint)
        visit.begins(begun)
        self._visits.keep(visit)
        return self._with_cookie(redirect(url, 303), visit)

    def _callback(self, request: Request, visit: Visit) -> Response:
        begun = visit.begun.pop(request.args.get("state", ""), None)
        if begun is None:
            if visit.signed_in is not None:
                return redirect("/", 303)
            text = "This sign-in was not begun in this browser, or it is over."
            return self._trouble("Sign-in did not work", text, 400)
        try:
            signed_in = self._client.finish(begun, request.args.to_dict())
        except Refused as refused:
            return self._trouble("Sign-in did not work", f"The answer was: {refused}", 400)
        except NotBelieved as wrong:
            print(f"The other portal did not believe {wrong}", flush=True)
            return self._trouble("Sign-in did not work", "The answer was not in order.", 400)
        visit = self._visits.renew(visit)
        visit.signed_in = signed_in
        # A path of this portal, and never `//elsewhere`.
        to = "/" + begun.to.lstrip("/\\")
        return self._with_cookie(redirect(to, 303), visit)

    # Being signed in.

    def _standing(self, visit: Visit) -> SignedIn | None:
        """Return who is signed in, after asking the issuer again if it is time."""
        with visit.lock:
            signed_in = visit.signed_in
            if signed_in is None or self._now() < signed_in.ends_at:
                return signed_in
            return self._refreshed(visit, signed_in)

    def _refresh(self, _: Request, visit: Visit) -> Response:
        with visit.lock:
            if visit.signed_in is not None and self._refreshed(visit, visit.signed_in):
                visit.said = "Refreshed."
        return redirect("/", 303)

    def _refreshed(self, visit: Visit, before: SignedIn) -> SignedIn | None:
        try:
            visit.signed_in = self._client.refresh(before)
        except (Refused, NotBelieved) as why:
            print(f"The other portal: not refreshed ({why})", flush=True)
            visit.leaves()
        else:
            visit.refreshed += 1
        return visit.signed_in

    def _userinfo(self, _: Request, visit: Visit) -> Response:
        signed_in = self._standing(visit)
        if signed_in is not None:
            try:
                visit.userinfo = self._client.userinfo(signed_in)
            except (Refused, NotBelieved) as why:
                visit.said = f"Userinfo was not told: {why}"
        return redirect("/", 303)

    # Signing out.

    def _sign_out(self, _: Request, visit: Visit) -> Response:
        signed_in = visit.signed_in
        # Sign out here first, whatever the issuer does then.
        visit.leaves()
        if signed_in is None:
            return redirect("/signed-out", 303)
        return redirect(self._client.sign_out_url(signed_in), 303)

    def _signed_out(self, _: Request, visit: Visit) -> Response:
        if visit.signed_in is not None:
            return redirect("/", 303)
        return self._page(pages.signed_out(self._registration.issuer, bye=True))

    def _backchannel_logout(self, request: Request) -> Response:
        """Sign out whom the issuer names (OpenID Connect Back-Channel Logout 1.0, 2.5 to 2.8).

        It comes from the issuer's server: no browser, no cookie. Only the token proves it.
        """
        try:
            claims = self._client.signed_out(request.form.get("logout_token", ""))
        except NotBelieved as wrong:
            print(f"The other portal did not believe {wrong}", flush=True)
            return Response("", 400, headers=HEADERS)
        except Away:
            return Response("", 503, headers=HEADERS)
        left = self._visits.sign_out(claims)
        print(f"The other portal: told of a sign-out, of {left} browsers here", flush=True)
        return Response("", 200, headers=HEADERS)

    # Answers.

    def _style(self, _: Request, __: Visit, name: str) -> Response:
        if name not in STYLES:
            raise NotFound
        return Response(STYLES[name].read_bytes(), mimetype="text/css")

    def _trouble(self, title: str, text: str, status: int) -> Response:
        return self._page(pages.trouble(self._registration.issuer, title, text), status)

    def _page(self, page: str, status: int = 200) -> Response:
        answer = Response(page, status, mimetype="text/html", headers=HEADERS)
        # The form of *Sign out* is redirected to the issuer, and back.
        answer.headers["content-security-policy"] = (
            "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
            f"frame-ancestors 'none'; form-action 'self' {self._registration.issuer}"
        )
        return answer

    def _with_cookie(self, answer: Response, visit: Visit) -> Response:
        # Lax, not Strict: the issuer's answer is another site's navigation.
        secure = self._registration.home.startswith("https:")
        answer.set_cookie(COOKIE, visit.id, httponly=True, samesite="Lax", secure=secure)
        answer.headers["cache-control"] = "no-store"
        return answer


_AREAS: dict[str, Callable[..., str]] = {
    "tickets": pages.tickets,
    "ticket": pages.ticket,
    "request": pages.request,
}

_MAP = Map(
    [
        Rule("/", endpoint="home", methods=["GET"]),
        Rule("/tickets", endpoint="tickets", methods=["GET"]),
        Rule("/tickets/<id>", endpoint="ticket", methods=["GET"]),
        Rule("/requests/<flow>", endpoint="request", methods=["GET"]),
        Rule("/login", endpoint="login", methods=["GET"]),
        Rule("/callback", endpoint="callback", methods=["GET"]),
        Rule("/refresh", endpoint="refresh", methods=["POST"]),
        Rule("/userinfo", endpoint="userinfo", methods=["POST"]),
        Rule("/sign-out", endpoint="sign_out", methods=["POST"]),
        Rule("/backchannel-logout", endpoint="backchannel_logout", methods=["POST"]),
        Rule("/signed-out", endpoint="signed_out", methods=["GET"]),
        Rule("/whoami.json", endpoint="whoami", methods=["GET"]),
        Rule("/<name>.css", endpoint="style", methods=["GET"]),
    ]
)
