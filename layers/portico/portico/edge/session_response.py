"""The answer with a new or renewed session: in a browser's cookie, or in a back end's body."""

from typing import Any

from portico.edge.responses import Response, cookie_name, keep
from portico.events import Caller
from portico.limits.known_browser import REMEMBERED, known_cookie
from portico.sessions.proof import SignedIn


def signed_in(
    session: SignedIn, caller: Caller, *, mark: str | None = None, **content: Any
) -> Response:
    """Answer with *content*, and with the refresh token as a cookie or in the body."""
    if not caller.is_browser:
        # A portal's back end keeps no cookies, and has no page that an attacker could trick.
        content["refresh_token"] = session.refresh_token
    cookies = [keep(cookie_name(session.workspace_id), session.refresh_token, stays=session.stays)]
    if mark:
        cookies.append(keep(known_cookie(session.workspace_id), mark, stays=REMEMBERED))
    return Response(200, content, cookies=cookies)
