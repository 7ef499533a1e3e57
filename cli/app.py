"""``portico``: what a cloud team does from a terminal, through the rooms the doors use."""

from typing import Any

import typer
from typer.core import TyperGroup

from cli import (
    connections,
    contacts,
    directory,
    doctor,
    guide,
    links,
    portals,
    sessions,
    trail,
    workspaces,
)
from cli.targets import LOCAL_URL

HELP = (
    "Workspaces, contacts, links, sessions, SSO connections, portals and directories of one "
    "Portico: a deployed one (--stack NAME, with your AWS credentials) or the one that `make run` started "
    "(--local).\n\n"
    "Ends with 0 when it is done, 1 when it is refused or there is no such thing, 2 when the "
    "command cannot be understood, 3 when something is out of reach and the same command may be "
    "tried later."
)


class Root(TyperGroup):
    """The command itself. Typer has no option whose value may be left out; this one has."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read ``--local`` alone as the URL that ``make run`` starts at."""
        return super().parse_args(ctx, with_local_url(args))


def with_local_url(args: list[str]) -> list[str]:
    """Return *args* with a URL behind every ``--local`` that has none."""
    whole: list[str] = []
    for n, each in enumerate(args):
        whole.append(each)
        if each == "--local" and not "".join(args[n + 1 : n + 2]).startswith("http"):
            whole.append(LOCAL_URL)
    return whole


app = typer.Typer(
    cls=Root,
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
app.add_typer(workspaces.app, name="workspace")
app.add_typer(contacts.app, name="contact")
app.add_typer(links.app, name="link")
app.add_typer(connections.app, name="connection")
app.add_typer(portals.app, name="portal")
app.add_typer(directory.app, name="directory")
app.add_typer(sessions.app, name="session")
app.add_typer(trail.app, name="trail")
app.add_typer(doctor.app, name="doctor")
app.command(name="guide")(guide.guide)
