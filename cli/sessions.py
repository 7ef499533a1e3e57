"""``portico session``: the browsers that a contact is signed in with, and portals on other sites."""

from datetime import datetime
from typing import Annotated, Any

import typer

from cli import durations
from cli.complaints import Complaint, Usage
from cli.desk import AsJson, Desk, Local, Shown, Stack, contact_of, desk, home_of, looking_for
from portico.people.rules import Contact
from portico.sessions.team_sessions import ListedSession

app = typer.Typer(help="Sessions: where a contact is signed in.", no_args_is_help=True)

Home = Annotated[str, typer.Argument(metavar="WORKSPACE", help="The workspace's id.")]
Who = Annotated[
    str, typer.Argument(metavar="WHO", help="The contact's id (ct_...) or primary email.")
]
TEN_MINUTES = "A portal that already holds an access token believes it for ten minutes at most."


@app.command(name="list")
def list_(
    workspace: Home,
    who: Who,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """List where a contact is signed in, newest first. Never a token."""
    with desk(stack, local, as_json) as at:
        contact = contact_of(at, workspace, who)
        found = at.sessions.of(contact)
        shown = [each for each in found if all_ or each.state == "alive"]
        ended = sum(each.state != "alive" for each in found)
        if ended and not all_:
            at.note(f"{ended} ended, see --all.")
        networks = _networks(at, contact, shown)
        at.list(
            f"Sessions of {contact.name}",
            [_short(each, networks, at.now()) for each in shown],
            contact=contact.id,
            sessions=[_row(each, networks) for each in shown],
        )


@app.command()
def end(
    workspace: Home,
    who: Who,
    *,
    session: Annotated[
        str | None, typer.Option(metavar="ID", help="One session, as listed (ses_...).")
    ] = None,
    all_: Annotated[
        bool, typer.Option("--all", help="All of them, and open codes as well.")
    ] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Sign a contact out. The trail records who did it.

    They may sign in again at once; who must not is deactivated: portico contact deactivate.
    """
    with desk(stack, local, as_json) as at:
        if (session is None) is not all_:
            raise Usage("Say which: --session ID for one, or --all.")
        contact = contact_of(at, workspace, who)
        if session is None:
            ended = at.sessions.end_all(home_of(at, workspace), contact, by=at.by)
        else:
            ended = _end_one(at, contact, session)
        if ended:
            at.note(TEN_MINUTES)
        at.card(
            f"Signed out: {contact.name}",
            {"sessions ended": ended, "by": at.by},
            contact=contact.id,
            sessions_ended=ended,
        )


def _end_one(at: Desk, contact: Contact, session: str) -> int:
    with looking_for(f"session {session} of {contact.email}"):
        before = {each.session.id: each for each in at.sessions.of(contact)}.get(session)
        if before is not None and before.state != "alive":
            raise Complaint(f"The session has ended already: {before.state}.")
        at.sessions.end(contact, session, by=at.by)
    return 1


def _networks(at: Desk, contact: Contact, found: list[ListedSession]) -> dict[str, str | None]:
    """Return where each session began, which its row does not say and the trail does."""
    if not found:
        return {}
    since = min(each.session.signed_in_at for each in found)
    lines = at.trail(contact.workspace_id).lines([contact.id], since=since)
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
