"""What can be said of a connection on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from cli.option_names import CONNECTION
from portico.sso.rules import PROVIDER_KINDS

Id = Annotated[str, typer.Argument(metavar="ID", help="The connection's id, part of its URL.")]
Kind = Annotated[str, typer.Option(CONNECTION["kind"], help=f"One of {' '.join(PROVIDER_KINDS)}.")]
ClientId = Annotated[
    str, typer.Option(CONNECTION["client_id"], help="The id that the provider gave the app.")
]
SecretFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="File with the client secret; - is standard input. Without it, you are asked for it.",
    ),
]
Label = Annotated[
    str | None,
    typer.Option(CONNECTION["label"], help="What the button says, e.g. Acme account."),
]
Tenants = Annotated[
    list[str] | None,
    typer.Option(
        CONNECTION["tenants"],
        metavar="TENANT",
        help="Microsoft: a tenant's id (repeat it for each), or organizations, or common.",
    ),
]
HostedDomains = Annotated[
    list[str] | None,
    typer.Option(
        CONNECTION["hosted_domains"],
        metavar="DOMAIN",
        help="Google: only accounts of this domain. Repeat it for each.",
    ),
]
Issuer = Annotated[
    str | None,
    typer.Option(
        CONNECTION["issuer"],
        metavar="URL",
        help="oidc: the issuer, as its discovery document spells it.",
    ),
]
DiscoveryUrl = Annotated[
    str | None,
    typer.Option(
        CONNECTION["discovery_url"],
        metavar="URL",
        help="oidc: the discovery document, if it is not below the issuer (Azure AD B2C).",
    ),
]
VouchesFor = Annotated[
    list[str] | None,
    typer.Option(
        CONNECTION["vouches_for"],
        metavar="DOMAIN",
        help="A domain whose addresses this provider may speak for. Repeat it for each.",
    ),
]
