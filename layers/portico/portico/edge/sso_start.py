"""The answer that sends a browser to a provider."""

from portico.edge.responses import Response, keep
from portico.edge.sso_metrics import count
from portico.ids import BROWSER_COOKIE
from portico.sso.start import StartedTrip
from portico.sso.states import STATE_LIFETIME


def sent_away(begun: StartedTrip) -> Response:
    """Answer with the provider's address, and a cookie to recognise the browser when it returns."""
    count("start_sso", "sso-started", workspace_id=begun.workspace_id, connection=begun.connection)
    # The trip may take ten minutes, and typing a code ten more.
    cookie = keep(BROWSER_COOKIE, begun.browser, stays=STATE_LIFETIME * 4)
    return Response(200, {"authorize_url": begun.authorize_url}, cookies=[cookie])
