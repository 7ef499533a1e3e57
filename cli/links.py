"""``portico link``: what contacts open to sign in."""

import re
from datetime import datetime, timedelta
from itertools import islice
from typing import Annotated, Any

import typer

from cli.closed_portal import closed
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
from cli.option_names import LINK as NAMES
from cli.output import told, without
from cli.refusals import Refusal
from cli.remote_links import RemoteLinks, short
from cli.shared_options import TAKES_IDS, AsJson, Local, Stack, WorkspaceId
from portico.errors import TakenAlready
from portico.links.rules import Link, public_id

app = typer.Typer(no_args_is_help=True)

MOST_USES = 20
"""Sign-ins that `portico link show` shows."""
SHOWN_ONCE = "The URL is shown only now and stored nowhere. If it is lost, make a new link."

LinkId = Annotated[
    str, typer.Argument(metavar="LINK", help="The link's id, its token or its whole URL.")
]


@app.command()
def create(
    workspace_id: WorkspaceId,
    *,
    contact: Annotated[
        str | None,
        typer.Option(
            NAMES["email"],
            metavar="WHO",
            help="Make it personal: the contact's id or primary email.",
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            NAMES["to"],
            metavar="AREA",
            help="Where it leads: dashboard, tickets, ticket:ID or request:FLOW.",
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(
            NAMES["days"],
            min=1,
            max=3650,
            help="Days until it expires. Without it, the workspace's --link-days.",
        ),
    ] = None,
    label: Annotated[
        str | None, typer.Option(NAMES["label"], help="A note for the team's own list.")
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Make a link and show its URL, only this once: Portico keeps a hash of the token."""
    from portico.links.team_links import address_of

    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, NAMES) as (told_of, portico):
            row, token, address = RemoteLinks(told_of, portico).create(
                contact, to=to, days=days, label=label
            )
            told_of.note(SHOWN_ONCE)
            told_of.card(
                f"A {row['kind']} link of {workspace_id}", row, link=row, token=token, url=address
            )
            told_of.line(address)
        return
    with running(stack, local, as_json, NAMES) as command:
        with looking_for(f"workspace {workspace_id}"):
            workspace = command.team.workspace(workspace_id)
        if why := closed(workspace, at=command.now()):
            command.note(f"{why[0]} The link works once the portal is open again. {why[1]}")
        with looking_for(f"contact {contact} in {workspace_id}"):
            known = command.team.contact(workspace_id, contact) if contact else None
            if known and not known.is_in(at=command.now()):
                command.note("The contact is deactivated: no code will be mailed.")
            lifetime = timedelta(days=days) if days else None
            link, token = command.links.create(
                workspace_id, by=command.by, contact=contact, to=to, lifetime=lifetime, label=label
            )
        command.note(SHOWN_ONCE)
        url = address_of(command.deployment.api_url, workspace_id, token, to=to)
        row = _row(link, command.now())
        command.card(f"A {link.kind} link of {workspace.name}", row, link=row, token=token, url=url)
        command.line(url)


@app.command(name="list")
def list_(
    workspace_id: WorkspaceId,
    *,
    contact: Annotated[
        str | None,
        typer.Option(NAMES["email"], metavar="WHO", help="Only those of one contact."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Include those that have ended.")] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """List a workspace's links. Expired links are kept for 30 more days, or 90."""
    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, NAMES) as (told_of, portico):
            rows = RemoteLinks(told_of, portico).all(contact, ended=True)
            _list(told_of, workspace_id, rows, all_)
        return
    with running(stack, local, as_json, NAMES) as command:
        whose = contact_of(command, workspace_id, contact).id if contact else None
        with looking_for(f"workspace {workspace_id}"):
            links = command.links.all(workspace_id, contact=whose)
        now = command.now()
        _list(command, workspace_id, [_row(each, now) for each in links], all_)


def _list(told_of: Told, workspace_id: str, rows: list[dict[str, Any]], with_ended: bool) -> None:
    alive = [row for row in rows if row["state"] == "alive"]
    if len(alive) < len(rows) and not with_ended:
        told_of.note(f"{len(rows) - len(alive)} ended: --all shows them.")
        rows = alive
    told_of.list(f"Links of {workspace_id}", [short(row) for row in rows], links=rows)


@app.command(context_settings=TAKES_IDS)
def show(
    workspace_id: WorkspaceId,
    link: LinkId,
    *,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Show a link, and who has signed in by it lately."""
    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, NAMES) as (told_of, portico):
            row, uses = RemoteLinks(told_of, portico).show(_id(link), most=MOST_USES)
            _show(told_of, row, uses)
        return
    from portico.links.link_uses import LinkUse

    with running(stack, local, as_json, NAMES) as command:
        workspace, id_ = workspace_of(command, workspace_id), _id(link)
        with looking_for(f"link {id_} in {workspace_id}"):
            found = command.links.one(workspace, id_)
        lines = command.trail(workspace.id).lines([f"link-{id_}"])
        newest = list(islice(filter(None, map(LinkUse.of_line, lines)), MOST_USES))
        contacts = command.people(workspace.id).contacts_by_id(each.contact for each in newest)
        emails = {id_: each.email for id_, each in contacts.items()}
        told_uses = [
            {
                "contact": each.contact,
                "email": emails.get(each.contact),
                "at": each.at,
                "method": each.method,
            }
            for each in newest
        ]
        _show(command, _row(found, command.now()), told_uses)


def _show(told_of: Told, row: dict[str, Any], uses: list[dict[str, Any]]) -> None:
    by = [f"{each['at']:%Y-%m-%d %H:%M}  {each['email'] or each['contact']}" for each in uses]
    told_of.card(
        f"Link {row['id']}", {**row, "used (UTC)": by or "not lately"}, link=row, uses=uses
    )


@app.command(context_settings=TAKES_IDS)
def rotate(
    workspace_id: WorkspaceId,
    link: LinkId,
    *,
    overlap_days: Annotated[
        int,
        typer.Option(NAMES["overlap"], min=0, max=7, help="Days that the old link works on."),
    ] = 7,
    days: Annotated[
        int | None,
        typer.Option(
            NAMES["days"],
            min=1,
            max=3650,
            help="Days until the new one expires. Without it, the workspace's --link-days.",
        ),
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Put another link in the place of one, and show its URL, only this once."""
    from portico.links.team_links import address_of

    if at := url_here(stack, local, as_json):
        with asking(at, workspace_id, as_json, NAMES) as (told_of, portico):
            new, old, token, url = RemoteLinks(told_of, portico).rotate(
                _id(link), overlap_days=overlap_days, days=days
            )
            _show_rotated(told_of, workspace_id, new, old, token=token, url=url)
        return
    with running(stack, local, as_json, NAMES) as command:
        workspace, id_ = workspace_of(command, workspace_id), _id(link)
        with looking_for(f"living link {id_} in {workspace_id}"):
            try:
                after, token, before = command.links.rotate(
                    workspace,
                    id_,
                    overlap=timedelta(days=overlap_days),
                    lifetime=timedelta(days=days) if days else None,
                    by=command.by,
                )
            except TakenAlready:
                raise Refusal(
                    f"Link {id_} was rotated before: portico link list {workspace_id}"
                ) from None
        url = address_of(command.deployment.api_url, workspace_id, token, to=after.destination)
        row, old = _row(after, command.now()), _row(before, command.now())
        _show_rotated(command, workspace.name, row, old, token=token, url=url)


def _show_rotated(
    told_of: Told, name: str, row: dict[str, Any], old: dict[str, Any], *, token: str, url: str
) -> None:
    told_of.note(f"The old link works until {old['expires_at']:%Y-%m-%d %H:%M} UTC.")
    told_of.note("The URL is shown only now and stored nowhere. If it is lost, rotate this link.")
    title = f"A {row['kind']} link of {name}"
    told_of.card(title, row, link=row, token=token, url=url, replaced=old)
    told_of.line(url)


@app.command(context_settings=TAKES_IDS)
def revoke(
    workspace_id: WorkspaceId,
    link: LinkId,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """End a link at once. Whoever signed in through it stays signed in."""
    if url := url_here(stack, local, as_json):
        with asking(url, workspace_id, as_json, NAMES) as (told_of, portico):
            row = RemoteLinks(told_of, portico).revoke(_id(link))
            told_of.card(f"Link {row['id']}", row, link=row)
        return
    with running(stack, local, as_json, NAMES) as command:
        id_ = _id(link)
        with looking_for(f"link {id_} in {workspace_id}"):
            _leave_entrances(command, workspace_id, id_)
            ended = command.links.revoke(workspace_id, id_, by=command.by)
        row = _row(ended, command.now())
        command.card(f"Link {id_}", row, link=row)


def _id(link: str) -> str:
    """Return the public id that a link's id, token or URL names."""
    token = re.search(r"lnk_[A-Za-z0-9_-]{43}|prt_[a-z0-9-]+_[a-z0-9-]+|ent_[a-z0-9-]+", link)
    return public_id(token[0]) if token else link


def _leave_entrances(command: Command, workspace_id: str, id_: str) -> None:
    from portico.links.store import link_key

    (row,) = command.people(workspace_id).read(link_key(workspace_id, id_))
    if row is not None and row.get("portal"):
        raise Refusal(
            f"This link is a portal's entrance. To close it: portico portal set {workspace_id} {row['portal']} --off"
        )


def _row(link: Link, at: datetime) -> dict[str, Any]:
    content: dict[str, Any] = without(told(link), ["token_hash", "asks_email", "renewal", "gone"])
    return {"id": content.pop("id"), "state": link.state(at=at), **content}
