"""POST /v1/passwords/*, POST /v1/sign-up, PUT /v1/account/password: all that has to do with passwords."""

import os

from portico.codes.request import CodeRequests
from portico.edge.door import Door
from portico.edge.responses import Response
from portico.edge.session_response import signed_in
from portico.events import Caller
from portico.mail.letters import Purpose
from portico.passwords.change import PasswordChanges, TypedNewPassword
from portico.passwords.password_codes import AskedProof
from portico.passwords.reset import PasswordResets, TypedReset
from portico.passwords.sign_in import PasswordSignIns, TypedPassword
from portico.settings import PasswordSettings

settings = PasswordSettings.read(os.environ)
codes = CodeRequests.from_settings(settings)
sign_ins = PasswordSignIns.from_settings(settings)
resets = PasswordResets.from_settings(settings)
changes = PasswordChanges.from_settings(settings)
handler = Door("password", settings)


@handler.takes("POST /v1/passwords/sign-in", TypedPassword)
def sign_in(typed: TypedPassword, caller: Caller) -> Response:
    """Trade a password for a session."""
    verified = sign_ins.sign_in(typed, caller)
    return signed_in(verified.signed_in, caller, mark=verified.mark, **verified.answer())


@handler.takes("POST /v1/passwords/forgot", AskedProof)
def forgot(asked: AskedProof, caller: Caller) -> Response:
    """Ask for a code that sets a password; the answer is the same for every address."""
    return Response(202, codes.request(asked.code(), caller, purpose=Purpose.RESET).answer())


@handler.takes("POST /v1/passwords/reset", TypedReset)
def reset(typed: TypedReset, caller: Caller) -> Response:
    """Set a password by the code. This signs nobody in."""
    return Response(200, resets.reset(typed, caller).answer())


@handler.takes("POST /v1/sign-up", AskedProof)
def sign_up(asked: AskedProof, caller: Caller) -> Response:
    """Ask for a code that makes a contact; the answer is the same for every address."""
    return Response(202, codes.request(asked.code(), caller, purpose=Purpose.SIGN_UP).answer())


@handler.takes("PUT /v1/account/password", TypedNewPassword)
def change(typed: TypedNewPassword, caller: Caller) -> Response:
    """Set the password of the contact who is signed in."""
    changes.change(typed, caller)
    return Response(204)
