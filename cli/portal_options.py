"""What can be said of a portal on the command line."""

from typing import Annotated, Any

import typer

from cli.option_names import PORTAL, field_of, label_of
from cli.refusals import NotUnderstood

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The portal's name, part of its client id.")
]
Redirects = typer.Option(
    PORTAL["redirect_uris"],
    metavar="URI",
    help="An address that codes are sent to, exactly. Repeat it for each.",
)
PostLogouts = Annotated[
    list[str] | None,
    typer.Option(
        PORTAL["post_logout_uris"],
        metavar="URI",
        help="An address that contacts may be sent to after signing out, exactly. Repeat it.",
    ),
]
Areas = Annotated[
    list[str] | None,
    typer.Option(
        PORTAL["areas"],
        metavar="AREA",
        help="An area that the portal serves, if not all. Repeat it for each.",
    ),
]
Begins = Annotated[
    str | None,
    typer.Option(
        PORTAL["initiate_login_uri"],
        metavar="URI",
        help="Where contacts who came by a portal link begin to sign in.",
    ),
]
LogoutUri = Annotated[
    str | None,
    typer.Option(
        PORTAL["backchannel_logout_uri"],
        metavar="URI",
        help="Where the portal's server is told that a contact is signed out.",
    ),
]
Audience = Annotated[
    str | None,
    typer.Option(
        PORTAL["audience"],
        metavar="URI",
        help="Audience of the access tokens, if not the workspace.",
    ),
]
WithoutPkce = Annotated[
    bool | None,
    typer.Option(
        f"{PORTAL['without_pkce']}/--with-pkce",
        help="Whether requests may come without PKCE: only for a library that cannot send it.",
    ),
]
Label = Annotated[
    str | None, typer.Option(PORTAL["label"], help="Your team's name for the portal.")
]

DEFAULTS: dict[str, Any] = {
    "post_logout_uris": [],
    "areas": [],
    "initiate_login_uri": None,
    "backchannel_logout_uri": None,
    "audience": None,
    "without_pkce": False,
}
"""What can be put back, and to what."""
RESET = ", ".join(label_of(field, PORTAL) for field in DEFAULTS)
"""Their names, for help and messages."""


def defaults_of(options: list[str]) -> dict[str, Any]:
    """Return the fields that *options* set, each with its default.

    Raises:
        NotUnderstood: an option is none of the portal's, or has no default.
    """
    fields = {}
    for option in options:
        field = field_of(option, PORTAL)
        if field not in DEFAULTS:
            raise NotUnderstood(f"--reset {option}: it takes one of {RESET}")
        fields[field] = DEFAULTS[field]
    return fields
