"""How a new or renewed session travels: the cookie of a browser, the body of a back end."""

from typing import Any

from portico.edge.responses import Response, keep
from portico.events import Caller
from portico.sessions.proofs import SignedIn


def signed_in(session: SignedIn, caller: Caller, **content: Any) -> Response:
    """Answer with *content*, and keep the refresh token where only this caller has it."""
    if not caller.is_browser:
        # A portal's back end has no cookie jar to speak of, and no page that could be tricked.
        content["refresh_token"] = session.refresh_token
    cookie = keep(session.workspace, session.refresh_token, stays=session.stays)
    return Response(200, content, cookies=[cookie])
