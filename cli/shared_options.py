"""Options and arguments that several commands share."""

from typing import Annotated, Any

import typer

from cli.remote import SAID


def _said_before(ctx: typer.Context, param: typer.CallbackParam, value: Any) -> Any:
    """Return what was said before the command, if nothing is said behind it."""
    return value or ctx.find_root().params.get(str(param.name))


Stack = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="A deployed stack, by its name (or PORTICO_STACK).",
        callback=_said_before,
    ),
]
Local = Annotated[
    str | None,
    typer.Option(
        metavar="[PORT or URL]",
        help="The Portico that `make run` started, at port 8000 or where you say (or "
        "PORTICO_LOCAL=1, a port or a URL).",
        callback=_said_before,
    ),
]


def _keep_url(value: str | None) -> str | None:
    SAID.url = value
    return value


Url = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="A Portico that is asked over HTTP, with the key of a workspace in PORTICO_KEY (or "
        "PORTICO_URL). Before the command or after it; not all commands are in the API.",
        callback=_keep_url,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.", callback=_said_before)]

TAKES_IDS = {"ignore_unknown_options": True}
"""For commands that are told an id of random letters: some begin with a dash, and are no options."""

WorkspaceId = Annotated[str, typer.Argument(metavar="WORKSPACE", help="The workspace's id.")]
Who = Annotated[
    str, typer.Argument(metavar="WHO", help="The contact's id (ct_...) or primary email.")
]
