"""``portico session``: the browsers that a contact is signed in with, and portals on other sites."""

from datetime import datetime
from typing import Annotated, Any

import typer

from cli import durations
from cli.command import (
    Command,
    Told,
    asking,
    contact_of,
    looking_for,
    running,
    url_here,
    workspace_of,
)
from cli.option_names import WHO as NAMES
from cli.output import Shown
from cli.refusals import NotUnderstood, Refusal
from cli.remote_sessions import RemoteSessions
from cli.shared_options import AsJson, Local, Stack, Who, WorkspaceId
from portico.clock import SYSTEM
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
    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, NAMES) as (told, portico):
            remote = RemoteSessions(told, portico)
            whose = remote.contact(who)
            _list(told, whose["id"], whose["name"], remote.of(whose), all_)
        return
    with running(stack, local, as_json, NAMES) as command:
        contact = contact_of(command, workspace_id, who)
        found = command.sessions.of(contact)
        networks = _networks(command, contact, [each for each in found if all_ or _is_alive(each)])
        rows = [_row(each, networks) for each in found]
        _list(command, contact.id, contact.name, rows, all_)


def _list(
    told: Told, contact: str, name: str, rows: list[dict[str, Any]], with_ended: bool
) -> None:
    alive = [row for row in rows if row["state"] == "alive"]
    if len(alive) < len(rows) and not with_ended:
        told.note(f"{len(rows) - len(alive)} ended: --all shows them.")
        rows = alive
    now = SYSTEM.now()
    lines = [_short(row, now) for row in rows]
    told.list(f"Sessions of {name}", lines, contact=contact, sessions=rows)


def _is_alive(each: ListedSession) -> bool:
    return each.state == "alive"


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
    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, NAMES) as (told, portico):
            _demand_one_or_all(session, all_)
            remote = RemoteSessions(told, portico)
            whose = remote.contact(who)
            _show_ended(told, whose["id"], whose["name"], remote.end(whose, session), "a key")
        return
    with running(stack, local, as_json, NAMES) as command:
        _demand_one_or_all(session, all_)
        contact = contact_of(command, workspace_id, who)
        if session is None:
            ended = sum(each.state == "alive" for each in command.sessions.of(contact))
            workspace = workspace_of(command, workspace_id)
            command.sessions.end_all(workspace, contact.id, by=command.by, running=ended)
        else:
            ended = _end_one(command, contact, session)
        _show_ended(command, contact.id, contact.name, ended, command.by)


def _demand_one_or_all(session: str | None, everything: bool) -> None:
    if (session is None) is not everything:
        raise NotUnderstood("Say which: --session ID for one, or --all.")


def _show_ended(told: Told, contact: str, name: str, ended: int, by: str) -> None:
    if ended:
        told.note(TEN_MINUTES)
    shown: dict[str, Shown] = {"sessions ended": ended, "by": by}
    told.card(f"Signed out: {name}", shown, contact=contact, sessions_ended=ended)


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


def _short(row: dict[str, Any], at: datetime) -> dict[str, Shown]:
    used = f"used {durations.about(at - row['last_used_at'])} ago"
    alive = row["state"] == "alive"
    ends = f"ends in {durations.about(row['ends_at'] - at)}" if alive else row["state"]
    # Two lines each, so that all of it fits on a terminal of eighty columns.
    return {
        "id": row["id"],
        "where": _where(row),
        "when (UTC)": [f"since {row['signed_in_at']:%Y-%m-%d %H:%M}", f"{used}, {ends}"],
    }


def _where(row: dict[str, Any]) -> list[str]:
    if row["portal"] is not None:
        # Its tokens are held by the portal's own servers or pages, on whatever device.
        return [f"portal {row['portal']}", "ends with the browser's session above"]
    return [row["device"] or "-", f"{row['network'] or '-'}, by {row['method']}"]


def _ends(each: ListedSession) -> datetime:
    """Return when it ends if nobody uses it any more."""
    return min(each.session.idle_ends_at, each.session.expires_at)
