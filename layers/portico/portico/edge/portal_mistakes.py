"""The line of a door's log about a mistake of a portal, which a browser is not told."""

from portico.edge.door import log
from portico.errors import InvalidRequest, PorticoError
from portico.openid.registered_client import ClientId

PARAMETERS = frozenset(
    (
        "client_id redirect_uri response_type response_mode scope state nonce prompt max_age "
        "login_hint ui_locales id_token_hint code_challenge code_challenge_method "
        "post_logout_redirect_uri parameters content-type"
    ).split()
)
"""Names that are the protocol's, or ours. Another one may be anything that somebody sent."""


def log_mistake(client: ClientId | None, reason: str, request_id: str) -> None:
    """Write what a portal did wrong, and to set or to send instead.

    A client id is public, and *reason* is ours: it quotes nothing of the request.
    """
    log.warning(
        "request.refused",
        extra={
            "portal": str(client) if client else None,
            "reason": reason,
            "request_id": request_id,
        },
    )


def log_refusal(client: ClientId | None, error: PorticoError, request_id: str) -> None:
    """Write the same of a request that was not even read, unless the fault is ours."""
    if isinstance(error, InvalidRequest):
        name = error.field if error.field in PARAMETERS else "a parameter"
        log_mistake(client, f"{name}: {error.reason}", request_id)
