"""POST /v1/codes and below, /v1/links/renew: ask for a code, for its mail, for a new link."""

import os

from portico.codes.request import AskedAgain, AskedCode, AskedMail, CodeRequests
from portico.edge.door import Door
from portico.edge.responses import Response
from portico.events import Caller
from portico.links.rules import AskedRenewal
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


@handler.takes("POST /v1/links/renew", AskedRenewal)
def renew(asked: AskedRenewal, caller: Caller) -> Response:
    """Ask for a new link in the place of one that has ended; the answer is the same for all."""
    codes.renew(asked, caller)
    return Response(202, {}, outcome="renewed")
