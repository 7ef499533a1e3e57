"""What can be said of a portal on the command line."""

from typing import Annotated, Any

import typer

from cli.complaints import Usage

Home = Annotated[str, typer.Argument(metavar="WORKSPACE", help="The workspace's id.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The portal's, part of its client id.")]
Redirects = typer.Option(
    "--redirect-uri", metavar="URI", help="Where codes are sent, exactly so. Repeat it for each."
)
PostLogouts = Annotated[
    list[str] | None,
    typer.Option(
        "--post-logout-uri",
        metavar="URI",
        help="Where contacts may be sent once they have signed out, exactly so. Repeat it.",
    ),
]
Areas = Annotated[
    list[str] | None,
    typer.Option(
        "--area", metavar="AREA", help="An area that it serves, if not all. Repeat it for each."
    ),
]
Begins = Annotated[
    str | None,
    typer.Option(
        "--initiate-login-uri",
        metavar="URI",
        help="Where contacts are sent who came by a portal link, to begin from there.",
    ),
]
Audience = Annotated[
    str | None,
    typer.Option(metavar="URI", help="What access tokens are for, if not the workspace."),
]
Label = Annotated[str | None, typer.Option(help="What your team calls it.")]

RESET: dict[str, dict[str, Any]] = {
    "post-logout-uri": {"post_logout_uris": []},
    "area": {"areas": []},
    "initiate-login-uri": {"initiate_login_uri": None},
    "audience": {"audience": None},
}
"""What can be taken back, and to what."""


def taken_back(named: list[str]) -> dict[str, Any]:
    """Return the fields of what was named for ``--reset``, as they are without it.

    Raises:
        Usage: there is no such thing to take back.
    """
    unknown = [each for each in named if each.removeprefix("--") not in RESET]
    if unknown:
        raise Usage(f"--reset {unknown[0]}: one of {', '.join(RESET)}")
    return {n: value for each in named for n, value in RESET[each.removeprefix("--")].items()}
