"""How a browser is sent to a provider."""

from portico.codes.pending_identity import BROWSER_COOKIE
from portico.edge.responses import Response, keep
from portico.edge.sso_metrics import count
from portico.sso.start import StartedTrip
from portico.sso.states import STATE_LIFETIME


def sent_away(begun: StartedTrip) -> Response:
    """Answer where to go, and the cookie by which the browser is known when it comes back."""
    count("start_sso", "sso-started", workspace_id=begun.workspace_id, connection=begun.connection)
    # The page may stay away for the trip's ten minutes and type a code for ten more.
    cookie = keep(BROWSER_COOKIE, begun.browser, stays=STATE_LIFETIME * 4)
    return Response(200, {"authorize_url": begun.authorize_url}, cookies=[cookie])
