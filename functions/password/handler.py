"""POST /v1/passwords/sign-in: trade a password for a session."""

import os

from portico.edge.door import Door
from portico.edge.responses import Response
from portico.edge.sessions import signed_in
from portico.events import Caller
from portico.passwords.signing_in import PasswordSignIns, TypedPassword
from portico.settings import Password

settings = Password.read(os.environ)
sign_ins = PasswordSignIns.from_settings(settings)
handler = Door("password", settings)


@handler.takes("POST /v1/passwords/sign-in", TypedPassword)
def sign_in(typed: TypedPassword, caller: Caller) -> Response:
    """Trade a password for a session."""
    verified = sign_ins.sign_in(typed, caller)
    return signed_in(verified.signed_in, caller, mark=verified.mark, **verified.answer())
