"""/v1/account: a contact's own account, except setting a password and connecting accounts."""

import os

from portico.account.account_codes import AskedConfirmation, AskedEmailChange
from portico.account.email_change import TypedEmailChange
from portico.account.email_undo import AskedUndo
from portico.account.profile import TypedProfile
from portico.edge.account_routes import AccountFlows, downloaded, gone, showing, workspace_in
from portico.edge.door import Door
from portico.edge.responses import Response
from portico.events import Caller
from portico.settings import AccountSettings

settings = AccountSettings.read(os.environ)
flows = AccountFlows.from_settings(settings)
handler = Door("account", settings)


@handler.reads("GET /v1/account")
def read(query: dict[str, str], caller: Caller) -> Response:
    """Show the account."""
    return Response(200, flows.profiles.read(workspace_in(query), caller).answer())


@handler.takes("PATCH /v1/account", TypedProfile)
def edit(typed: TypedProfile, caller: Caller) -> Response:
    """Change name, language or time zone."""
    return showing(flows.profiles.edit(typed, caller))


@handler.takes("POST /v1/account/confirm", AskedConfirmation)
def confirm(asked: AskedConfirmation, caller: Caller) -> Response:
    """Ask for a code that begins a fresh session."""
    return Response(202, flows.codes.to_confirm(asked, caller).answer())


@handler.takes("POST /v1/account/email", AskedEmailChange)
def change_email(asked: AskedEmailChange, caller: Caller) -> Response:
    """Ask for a code that goes to a new address."""
    return Response(202, flows.codes.to_change_email(asked, caller).answer())


@handler.takes("POST /v1/account/email/confirm", TypedEmailChange)
def confirm_email(typed: TypedEmailChange, caller: Caller) -> Response:
    """Make the new address the primary one."""
    return showing(flows.email_changes.confirm(typed, caller))


@handler.takes("POST /v1/account/email/undo", AskedUndo)
def undo_email_change(asked: AskedUndo, caller: Caller) -> Response:
    """Undo a change of address, or only look at it."""
    return Response(200, flows.undos.undo(asked, caller).answer(caller))


@handler.reads("DELETE /v1/account/password")
def remove_password(query: dict[str, str], caller: Caller) -> Response:
    """Remove the password."""
    flows.ways.remove_password(workspace_in(query), caller)
    return Response(204)


@handler.reads("DELETE /v1/account/identities/{identity}")
def unlink(query: dict[str, str], caller: Caller) -> Response:
    """Remove a connected account."""
    flows.ways.unlink(workspace_in(query), query["identity"], caller)
    return Response(204)


@handler.reads("DELETE /v1/account/sessions/{session}")
def end_session(query: dict[str, str], caller: Caller) -> Response:
    """End one session."""
    flows.sessions.end(workspace_in(query), query["session"], caller)
    return Response(204)


@handler.reads("DELETE /v1/account/sessions")
def end_sessions(query: dict[str, str], caller: Caller) -> Response:
    """End all other sessions."""
    flows.sessions.end_others(workspace_in(query), caller)
    return Response(204)


@handler.reads("GET /v1/account/history")
def history(query: dict[str, str], caller: Caller) -> Response:
    """Show what happened."""
    lines = flows.histories.read(workspace_in(query), query.get("limit"), caller)
    return Response(200, {"events": lines})


@handler.reads("GET /v1/account/export")
def export(query: dict[str, str], caller: Caller) -> Response:
    """Return everything that we hold about the contact."""
    return downloaded(flows.histories.export(workspace_in(query), caller))


@handler.reads("DELETE /v1/account")
def delete(query: dict[str, str], caller: Caller) -> Response:
    """Delete the account."""
    workspace_id = workspace_in(query)
    flows.deletions.delete(workspace_id, caller)
    return gone(workspace_id)
