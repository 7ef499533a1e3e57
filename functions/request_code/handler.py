"""POST /v1/codes, /v1/codes/resend, /v1/codes/mail: ask for a code, again, and for its mail."""

import os

from portico.codes.request import AskedAgain, AskedCode, AskedMail, CodeRequests
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


@handler.takes("POST /v1/codes/mail", AskedMail)
def mail(asked: AskedMail, caller: Caller) -> Response:
    """Say what became of the newest mail, to the page of a personal link."""
    return Response(200, codes.told(asked, caller).answer(), outcome="told")
