"""``portico link``: what contacts open to sign in."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from cli.closed_portal import closed
from cli.command import Command, looking_for, running, workspace_of
from cli.option_names import LINK as NAMES
from cli.output import Shown, told, without
from cli.refusals import Refusal
from cli.shared_options import AsJson, Local, Stack, WorkspaceId
from portico.errors import TakenAlready
from portico.links.rules import Link, public_id

app = typer.Typer(no_args_is_help=True)

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

    with running(stack, local, as_json, NAMES) as command:
        with looking_for(f"workspace {workspace_id}"):
            workspace = command.team.workspace(workspace_id)
        if why := closed(workspace, at=command.now()):
            command.note(f"{why[0]} The link works once the portal is open again. {why[1]}")
        with looking_for(f"contact {contact} in {workspace_id}"):
            if contact and not command.team.contact(workspace_id, contact).active:
                command.note("The contact is deactivated: no code will be mailed.")
            lifetime = timedelta(days=days) if days else None
            link, token = command.links.create(
                workspace_id, by=command.by, contact=contact, to=to, lifetime=lifetime, label=label
            )
        command.note(
            "The URL is shown only now and stored nowhere. If it is lost, make a new link."
        )
        url = address_of(command.deployment.api_url, workspace_id, token, to=to)
        row = _row(link, command.now())
        command.card(f"A {link.kind} link of {workspace.name}", row, link=row, token=token, url=url)
        command.line(url)


@app.command(name="list")
def list_(
    workspace_id: WorkspaceId,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Include those that have ended.")] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """List a workspace's links. Expired links are kept for 30 more days."""
    with running(stack, local, as_json, NAMES) as command:
        with looking_for(f"workspace {workspace_id}"):
            links = command.links.all(workspace_id)
        now = command.now()
        rows = [_row(each, now) for each in links]
        ended = [row for row in rows if row["state"] != "alive"]
        if ended and not all_:
            rows = [row for row in rows if row not in ended]
            command.note(f"{len(ended)} ended: --all shows them.")
        short = [_short(each, now) for each in links if all_ or each.is_alive(at=now)]
        command.list(f"Links of {workspace_id}", short, links=rows)


@app.command()
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
        command.note(f"The old link works until {before.expires_at:%Y-%m-%d %H:%M} UTC.")
        command.note(
            "The URL is shown only now and stored nowhere. If it is lost, rotate this link."
        )
        command.card(
            f"A {after.kind} link of {workspace.name}",
            row,
            link=row,
            token=token,
            url=url,
            replaced=old,
        )
        command.line(url)


@app.command()
def revoke(
    workspace_id: WorkspaceId,
    link: LinkId,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """End a link at once. Whoever signed in through it stays signed in."""
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


def _row(link: Link, at: datetime) -> dict[str, Shown]:
    content: dict[str, Any] = without(told(link), ["token_hash"])
    return {"id": content.pop("id"), "state": link.state(at=at), **content}


def _whose(link: Link) -> str:
    if link.front:
        return f"everybody, at /{link.workspace_id}"
    return f"portal {link.portal}" if link.portal else link.email_hint or "everybody"


def _short(link: Link, at: datetime) -> dict[str, Shown]:
    return {
        "id": link.id,
        "state": link.state(at=at),
        "for": _whose(link),
        "to": link.destination,
        "expires": f"{link.expires_at:%Y-%m-%d}" if link.expires_at else "never",
        "label": link.label,
    }
