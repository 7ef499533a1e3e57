"""``portico``: what a cloud team does from a terminal, through the rooms the doors use.

A command's module is loaded when the command is called, completed or asked for its help: loading
all of them would take longer than most commands do.
"""

from collections import UserDict
from functools import cached_property
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from cli.local_option import with_local_url
from cli.remote import with_url_first
from cli.shared_options import AsJson, Local, Stack, Url
from cli.typed_values import leave_values_as_typed
from portico import __version__

HELP = (
    "Manage one Portico: its workspaces, contacts, links, sessions, teams, SSO connections, "
    "portals and directories. --stack NAME is a deployed one, with your AWS credentials; --local is the one "
    "that `make run` started, --url one that you have a key of a workspace for.\n\n"
    "Exit codes: 0 done; 1 refused, or no such thing; 2 the command cannot be understood; "
    "3 something is out of reach, try the same command later."
)
GROUPS = {
    "workspace": ("cli.workspaces", "Workspaces: companies' portals and their rules."),
    "contact": ("cli.contacts", "Contacts: the people who may sign in."),
    "link": ("cli.links", "Portal links: what contacts open to sign in."),
    "team": ("cli.team", "The team: who looks after a workspace, and in which role."),
    "key": ("cli.workspace_keys", "Keys: what machines call Portico with, for one workspace."),
    "connection": ("cli.connections", "Connections: the SSO providers of a workspace."),
    "portal": ("cli.portals", "Portals on any site, as OpenID clients of a workspace."),
    "directory": ("cli.directory", "The directory: records, a dry run of its rule, break-glass."),
    "session": ("cli.sessions", "Sessions: where a contact is signed in."),
    "trail": ("cli.trail", "The trail: what happened."),
    "doctor": ("cli.doctor", "The doctor: is everything there, and does it work?"),
}
ALONE = {
    "why": ("cli.why", "Why somebody does not get in, and what to do about it."),
    "guide": ("cli.guide", "Write down how to sign in to a workspace for the first time."),
    "upgrade": ("cli.upgrade", "Bring a stack's rows to the version that is deployed."),
}
"""Commands of one word."""


class Commands(UserDict[str, Any]):
    """The commands of one group, loaded when somebody looks at them."""

    def __init__(self, module: str) -> None:
        self.module = module

    @cached_property
    def data(self) -> dict[str, Any]:  # type: ignore[override]
        """Load them."""
        group: Any = typer.main.get_group(import_module(self.module).app)
        return dict(group.commands)


class Alone(TyperCommand):
    """A command of one word, loaded when it is called."""

    def __init__(self, name: str, module: str, help_: str) -> None:
        super().__init__(name, help=help_)
        self.module = module

    def make_context(self, *args: Any, **more: Any) -> Any:
        """Let the loaded command read the command line."""
        loaded: Any = typer.main.get_command(import_module(self.module).app)
        return loaded.make_context(*args, **more)


class Root(TyperGroup):
    """The command itself. Typer has no option whose value may be left out; this one has."""

    def __init__(self, **attrs: Any) -> None:
        groups = {
            name: TyperGroup(name=name, help=about, commands=Commands(module), no_args_is_help=True)  # type: ignore[arg-type]
            for name, (module, about) in GROUPS.items()
        }
        alone = {name: Alone(name, *told) for name, told in ALONE.items()}
        super().__init__(**attrs | {"commands": {**groups, **alone}})

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read ``--local`` alone as the URL that ``make run`` starts at, and ``--url`` anywhere."""
        return super().parse_args(ctx, with_url_first(with_local_url(args)))


leave_values_as_typed()
app = typer.Typer(cls=Root, help=HELP, no_args_is_help=True, pretty_exceptions_show_locals=False)


def _print_version(wanted: bool) -> None:
    if not wanted:
        return
    typer.echo(f"portico {__version__}")
    raise typer.Exit


@app.callback()
def portico(
    *,
    stack: Stack = None,
    local: Local = None,
    url: Url = None,
    as_json: AsJson = False,
    version: bool = typer.Option(
        False, "--version", help="Show the version.", callback=_print_version, is_eager=True
    ),
) -> None:
    """Take what all commands share: the commands themselves read it (``shared_options``)."""
