"""POST /v1/codes/verify: trade a code for a session."""

import os

from portico.codes.verify import Codes, TypedCode
from portico.edge.door import Door
from portico.edge.responses import Response
from portico.edge.session_response import signed_in
from portico.events import Caller
from portico.settings import VerifyCodeSettings

settings = VerifyCodeSettings.read(os.environ)
codes = Codes.from_settings(settings)
handler = Door("verify_code", settings)


@handler.takes("POST /v1/codes/verify", TypedCode)
def verify(typed: TypedCode, caller: Caller) -> Response:
    """Trade a code for a session."""
    verified = codes.verify(typed, caller)
    return signed_in(verified.signed_in, caller, mark=verified.mark, **verified.answer())
