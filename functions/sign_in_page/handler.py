"""GET /{workspace}, /{workspace}/team, /assets/*: the hosted pages, their files, the workspaces' logos."""

import os
from pathlib import Path

from portico.edge.assets import Assets
from portico.edge.door import Door
from portico.edge.problems import problem_at
from portico.edge.responses import Response
from portico.events import Caller
from portico.people.logos import Logos
from portico.settings import SignInPageSettings

settings = SignInPageSettings.read(os.environ)
assets = Assets(Path(__file__).parent / "static")
logos = Logos.from_settings(settings)
handler = Door("sign_in_page", settings, tells=problem_at)
# A path without a route gets a problem as its answer, like every refusal.
handler.refuses("$default")


@handler.reads("GET /", "GET /{workspace}", "HEAD /{workspace}")
def page(path: dict[str, str], caller: Caller) -> Response:
    """Answer the page; it is the same for every workspace, and opening it changes nothing."""
    return assets.page("index.html", accepts=caller.accept_encoding)


@handler.reads("GET /{workspace}/team", "HEAD /{workspace}/team")
def console(path: dict[str, str], caller: Caller) -> Response:
    """Answer the team's console. It is the same for everybody, and holds nothing that is theirs."""
    return assets.page("console.html", shows="index.html", accepts=caller.accept_encoding)


@handler.reads("GET /assets/{proxy+}", "HEAD /assets/{proxy+}")
def asset(path: dict[str, str], caller: Caller) -> Response:
    """Answer a file of the page, or a logo."""
    logo = logos.find(path["proxy"])
    if logo:
        return assets.picture(logo)
    return assets.asset(
        path["proxy"], known_as=caller.if_none_match, accepts=caller.accept_encoding
    )
