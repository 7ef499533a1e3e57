"""POST /v1/sso/start and /v1/account/identities: send a contact's browser to a provider. And Okta's
Universal Logout, by which the issuer of a connection signs somebody out.
"""

import os
from typing import Any

from portico.edge.door import Door
from portico.edge.responses import Response
from portico.edge.sso_start import sent_away
from portico.events import Caller
from portico.settings import StartSsoSettings
from portico.sso.link_account import AccountLinks, AskedAccount
from portico.sso.start import AskedSso, SsoStarts

settings = StartSsoSettings.read(os.environ)
starts = SsoStarts.from_settings(settings)
additions = AccountLinks.from_settings(settings, starts)
handler = Door("start_sso", settings)


@handler.takes("POST /v1/sso/start", AskedSso)
def start(asked: AskedSso, caller: Caller) -> Response:
    """Return the provider's address, and bind the trip to this browser."""
    return sent_away(starts.start(asked, caller))


@handler.takes("POST /v1/account/identities", AskedAccount)
def add(asked: AskedAccount, caller: Caller) -> Response:
    """Do the same to connect an account to the contact who is signed in."""
    return sent_away(additions.start(asked, caller))


@handler.changes("POST /oauth2/global-token-revocation/{workspace}/{connection}")
def sign_out(asked: dict[str, Any], path: dict[str, str], caller: Caller) -> Response:
    """End all sessions of the person whom the issuer names."""
    # Loaded here, because people come all day, and this is for few of those who leave.
    from portico.sso.universal_logout import UniversalLogout  # noqa: PLC0415

    tables = settings.people_table, settings.sign_in_table
    UniversalLogout(*tables, starts.discovery).end(path, asked, caller)
    return Response(204)
