"""``portico link``: what contacts open to sign in."""

import re
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from cli.complaints import Complaint
from cli.desk import AsJson, Desk, Local, Shown, Stack, desk, looking_for, without
from portico.links.flow import address_of
from portico.links.rules import Link, public_id
from portico.links.store import link_key
from portico.people.store import People

app = typer.Typer(help="Portal links: what contacts open to sign in.", no_args_is_help=True)

Home = Annotated[str, typer.Argument(metavar="WORKSPACE", help="The workspace's id.")]

LONGEST_LABEL = 100


@app.command()
def create(
    workspace: Home,
    *,
    contact: Annotated[
        str | None,
        typer.Option(metavar="WHO", help="Make it personal: the contact's id or primary email."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="AREA", help="Where it leads: dashboard, tickets, ticket:ID or request:FLOW."
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(min=1, max=3650, help="How long it lives, if not as the workspace has it."),
    ] = None,
    label: Annotated[str | None, typer.Option(help="A note for the team's own list.")] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Make a link and show its URL, this once: only a hash of the token is kept."""
    with desk(stack, local, as_json) as at:
        if label is not None and not (label.isprintable() and 0 < len(label) <= LONGEST_LABEL):
            raise Complaint(f"--label: 1 to {LONGEST_LABEL} printable characters")
        with looking_for(f"workspace {workspace}"):
            home = at.team.workspace(workspace)
        if not home.portal_enabled:
            at.note("The portal is disabled: the link opens once it is enabled again.")
        with looking_for(f"contact {contact} in {workspace}"):
            if contact and not at.team.contact(workspace, contact).active:
                at.note("The contact is deactivated: no code will be mailed.")
            lives = timedelta(days=days) if days else None
            link, token = at.office.create(
                workspace, by=at.by, contact=contact, to=to, lives=lives, label=label
            )
        at.note("The token is shown only now, and stored nowhere. Lost is lost: make a new link.")
        url = address_of(at.target.api_url, workspace, token, to=to)
        row = _row(link, at.now())
        at.card(f"A {link.kind} link of {home.name}", row, link=row, token=token, url=url)
        at.line(url)


@app.command(name="list")
def list_(
    workspace: Home,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """List a workspace's links. Those that expired are kept for 30 days more."""
    with desk(stack, local, as_json) as at:
        with looking_for(f"workspace {workspace}"):
            links = at.office.links(workspace)
        now = at.now()
        rows = [_row(each, now) for each in links]
        ended = [row for row in rows if row["state"] != "alive"]
        if ended and not all_:
            rows = [row for row in rows if row not in ended]
            at.note(f"{len(ended)} ended, see --all.")
        short = [_short(each, now) for each in links if all_ or each.is_alive(at=now)]
        at.list(f"Links of {workspace}", short, links=rows)


@app.command()
def revoke(
    workspace: Home,
    link: Annotated[
        str, typer.Argument(metavar="LINK", help="The link's id; its token or whole URL will do.")
    ],
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """End a link at once. Who has signed in through it stays signed in."""
    with desk(stack, local, as_json) as at:
        token = re.search(r"lnk_[A-Za-z0-9_-]{43}|prt_[a-z0-9-]+_[a-z0-9-]+", link)
        id_ = public_id(token[0]) if token else link
        with looking_for(f"link {id_} in {workspace}"):
            _leave_entrances(at, workspace, id_)
            ended = at.office.revoke(workspace, id_, by=at.by)
        row = _row(ended, at.now())
        at.card(f"Link {id_}", row, link=row)


def _leave_entrances(at: Desk, workspace: str, id_: str) -> None:
    (row,) = People(at.target.people_table, workspace).read(link_key(workspace, id_))
    if row is not None and row.get("portal"):
        raise Complaint(
            f"It is a portal's entrance: portico portal set {workspace} {row['portal']} --off"
        )


def _row(link: Link, at: datetime) -> dict[str, Shown]:
    content: dict[str, Any] = without(asdict(link), ["token_hash"])
    return {"id": content.pop("id"), "state": link.state(at=at), **content}


def _short(link: Link, at: datetime) -> dict[str, Shown]:
    return {
        "id": link.id,
        "state": link.state(at=at),
        "for": f"portal {link.portal}" if link.portal else link.email_hint or "everybody",
        "to": link.destination,
        "expires": f"{link.expires_at:%Y-%m-%d}" if link.expires_at else "never",
        "label": link.label,
    }
