"""``portico session``: the browsers that a contact is signed in with, and portals on other sites."""

from datetime import datetime
from typing import Annotated, Any

import typer

from cli import durations
from cli.command import Command, contact_of, looking_for, running, workspace_of
from cli.option_names import WHO as NAMES
from cli.output import Shown
from cli.refusals import NotUnderstood, Refusal
from cli.shared_options import AsJson, Local, Stack, Who, WorkspaceId
from portico.people.rules import Contact
from portico.sessions.team_sessions import ListedSession

app = typer.Typer(no_args_is_help=True)

TEN_MINUTES = "A portal that already holds an access token accepts it for ten minutes at most."


@app.command(name="list")
def list_(
    workspace_id: WorkspaceId,
    who: Who,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Include those that have ended.")] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """List where a contact is signed in, newest first. Tokens are never shown."""
    with running(stack, local, as_json, NAMES) as command:
        contact = contact_of(command, workspace_id, who)
        found = command.sessions.of(contact)
        shown = [each for each in found if all_ or each.state == "alive"]
        ended = sum(each.state != "alive" for each in found)
        if ended and not all_:
            command.note(f"{ended} ended: --all shows them.")
        networks = _networks(command, contact, shown)
        command.list(
            f"Sessions of {contact.name}",
            [_short(each, networks, command.now()) for each in shown],
            contact=contact.id,
            sessions=[_row(each, networks) for each in shown],
        )


@app.command()
def end(
    workspace_id: WorkspaceId,
    who: Who,
    *,
    session: Annotated[
        str | None, typer.Option(metavar="ID", help="One session, as listed (ses_...).")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All of them, and open codes too.")] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Sign a contact out. The trail records who did it.

    They may sign in again at once. To prevent that: portico contact deactivate.
    """
    with running(stack, local, as_json, NAMES) as command:
        if (session is None) is not all_:
            raise NotUnderstood("Say which: --session ID for one, or --all.")
        contact = contact_of(command, workspace_id, who)
        if session is None:
            ended = sum(each.state == "alive" for each in command.sessions.of(contact))
            workspace = workspace_of(command, workspace_id)
            command.sessions.end_all(workspace, contact.id, by=command.by, running=ended)
        else:
            ended = _end_one(command, contact, session)
        if ended:
            command.note(TEN_MINUTES)
        command.card(
            f"Signed out: {contact.name}",
            {"sessions ended": ended, "by": command.by},
            contact=contact.id,
            sessions_ended=ended,
        )


def _end_one(command: Command, contact: Contact, session: str) -> int:
    with looking_for(f"session {session} of {contact.email}"):
        before = {each.session.id: each for each in command.sessions.of(contact)}.get(session)
        if before is not None and before.state != "alive":
            raise Refusal(f"The session has ended already: {before.state}.")
        workspace = workspace_of(command, contact.workspace_id)
        command.sessions.end(workspace, contact.id, session, by=command.by)
    return 1


def _networks(
    command: Command, contact: Contact, found: list[ListedSession]
) -> dict[str, str | None]:
    """Return where each session began, which its row does not say and the trail does."""
    if not found:
        return {}
    since = min(each.session.signed_in_at for each in found)
    lines = command.trail(contact.workspace_id).lines([contact.id], since=since)
    return {
        each.detail["session"]: each.network for each in lines if each.name == "session.started"
    }


def _row(each: ListedSession, networks: dict[str, str | None]) -> dict[str, Any]:
    session = each.session
    return {
        "id": session.id,
        "state": each.state,
        "portal": session.portal,
        "parent": session.parent,
        "device": each.device,
        "network": networks.get(session.id),
        "method": session.method,
        "shared_computer": session.shared_computer,
        "signed_in_at": session.signed_in_at,
        "last_used_at": session.rotated_at,
        "ends_at": _ends(each),
    }


def _short(each: ListedSession, networks: dict[str, str | None], at: datetime) -> dict[str, Shown]:
    session = each.session
    used = f"used {durations.about(at - session.rotated_at)} ago"
    ends = f"ends in {durations.about(_ends(each) - at)}" if each.state == "alive" else each.state
    # Two lines each, so that all of it fits on a terminal of eighty columns.
    return {
        "id": session.id,
        "where": _where(each, networks),
        "when (UTC)": [f"since {session.signed_in_at:%Y-%m-%d %H:%M}", f"{used}, {ends}"],
    }


def _where(each: ListedSession, networks: dict[str, str | None]) -> list[str]:
    session = each.session
    if session.portal is not None:
        # Its tokens are held by the portal's own servers or pages, on whatever device.
        return [f"portal {session.portal}", "ends with the browser's session above"]
    return [each.device or "-", f"{networks.get(session.id) or '-'}, by {session.method}"]


def _ends(each: ListedSession) -> datetime:
    """Return when it ends if nobody uses it any more."""
    return min(each.session.idle_ends_at, each.session.expires_at)
