"""A portal with a back end in Python: FastAPI and authlib, an ordinary OpenID client of Portico.

README.md says how to run it.
"""

import html
import os
import secrets
import time
from urllib.parse import urlencode, urlsplit

import uvicorn
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from authlib.integrations.starlette_client.integration import StarletteIntegration
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from joserfc.errors import JoseError
from starlette.middleware.sessions import SessionMiddleware

ISSUER = os.environ["PORTICO_ISSUER"]
PORTAL_URL = os.environ["PORTAL_URL"]

TABS = 5
"""Sign-ins that one browser may have begun. More would not fit into a cookie, of 4 KB."""


def newest(begun: dict) -> dict:
    return dict([*begun.items()][-TABS:])


class Tabs(StarletteIntegration):
    """authlib keeps one sign-in a session. Two tabs may sign in at once, so this one keeps more."""

    async def set_state_data(self, session, state, data):
        start = f"_state_{self.name}_"
        kept = {"data": {k: v for k, v in data.items() if k != "url"}}
        kept["exp"] = time.time() + self.expires_in
        begun = {key: session.pop(key) for key in list(session) if key.startswith(start)}
        session.update(newest(begun | {f"{start}{state}": kept}))


oauth = OAuth()
oauth.framework_integration_cls = Tabs
portico = oauth.register(
    "portico",
    client_id=os.environ["PORTAL_CLIENT_ID"],
    client_secret=os.environ["PORTAL_CLIENT_SECRET"],
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
)

app = FastAPI()
# The cookie holds what a sign-in needs until it is back (one entry for each tab), and the name of
# the session. A real portal keeps its secret elsewhere.
app.add_middleware(
    SessionMiddleware,
    secret_key=secrets.token_urlsafe(),
    same_site="lax",
    https_only=PORTAL_URL.startswith("https:"),
)
# Who is signed in, with their id_token. In memory, for one process: tokens are no matter for cookies.
signed_in: dict[str, dict] = {}


def page(body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(
        f'<!doctype html><meta charset="utf-8"><title>Help center</title><h1>Help center</h1>{body}',
        status,
    )


def contact(request: Request) -> dict | None:
    return signed_in.get(request.session.get("id", ""))


@app.get("/")
def home(request: Request):
    who = contact(request)
    if who is None:
        return page('<p role="status">You are not signed in.</p><a href="/login">Sign in</a>')
    return page(
        f'<p role="status">Hello, {html.escape(who["name"])}</p>'
        '<form method="post" action="/sign-out"><button>Sign out</button></form>'
    )


@app.get("/tickets/{number}")
def ticket(number: int, request: Request):
    who = contact(request)
    if who is None:
        return RedirectResponse(f"/login?{urlencode({'to': request.url.path})}", 303)
    return page(f'<p role="status">Ticket {number} of {html.escape(who["name"])}</p>')


@app.get("/login")
async def login(request: Request, to: str = "/"):
    # A path of this portal, and never another site.
    is_ours = to.startswith("/") and to[1:2] not in {"/", "\\"} and len(to) < 100
    state = secrets.token_urlsafe(16)
    others = request.session.get("to", {})
    request.session["to"] = newest(others | {state: to if is_ours else "/"})
    return await portico.authorize_redirect(request, f"{PORTAL_URL}/callback", state=state)


@app.get("/callback")
async def callback(request: Request):
    to = request.session.get("to", {}).pop(request.query_params.get("state"), "/")
    try:
        token = await portico.authorize_access_token(request)
    except (AuthlibBaseError, JoseError) as error:
        print(f"Nobody was signed in: {error!r}")
        return page('<p role="alert">You are not signed in.</p><a href="/login">Try again</a>', 400)
    # A session that nobody could know before.
    signed_in.pop(request.session.get("id", ""), None)
    request.session["id"] = secrets.token_urlsafe()
    signed_in[request.session["id"]] = token["userinfo"] | {"id_token": token["id_token"]}
    return RedirectResponse(to, 303)


@app.post("/sign-out")
async def sign_out(request: Request):
    who = signed_in.pop(request.session.pop("id", ""), None)
    query = {"post_logout_redirect_uri": f"{PORTAL_URL}/", "client_id": portico.client_id}
    if who:
        query["id_token_hint"] = who["id_token"]
    metadata = await portico.load_server_metadata()
    return RedirectResponse(f"{metadata['end_session_endpoint']}?{urlencode(query)}", 303)


if __name__ == "__main__":
    where = urlsplit(PORTAL_URL)
    uvicorn.run(app, host=where.hostname, port=where.port)
