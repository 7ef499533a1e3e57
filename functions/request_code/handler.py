"""POST /v1/codes and /v1/codes/resend: ask for a code by mail, and ask again."""

import os

from portico.codes.request import AskedAgain, AskedCode, CodeRequests
from portico.edge.door import Door
from portico.edge.responses import Response
from portico.events import Caller
from portico.settings import RequestCodeSettings

settings = RequestCodeSettings.read(os.environ)
codes = CodeRequests.from_settings(settings)
handler = Door("request_code", settings)


@handler.takes("POST /v1/codes", AskedCode)
def request(asked: AskedCode, caller: Caller) -> Response:
    """Ask for a code; the answer is the same for every address."""
    return Response(202, codes.request(asked, caller).answer())


@handler.takes("POST /v1/codes/resend", AskedAgain)
def resend(asked: AskedAgain, caller: Caller) -> Response:
    """Ask for one more mail."""
    return Response(202, codes.resend(asked, caller).answer(), outcome="resent")
