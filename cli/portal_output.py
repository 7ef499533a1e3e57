"""How ``portico portal`` shows what is registered, and what it remarks on."""

from shlex import quote
from typing import Any

from cli.closed_portal import closed
from cli.command import Command
from cli.output import Shown, told, without
from portico.openid.redirect_uris import web_origin
from portico.openid.registered_client import RegisteredClient
from portico.people.rules import Workspace

GUIDES = "docs/portals/README.md"


def kind(portal: RegisteredClient) -> str:
    """Return ``public`` or ``confidential``."""
    return "public" if portal.is_public else "confidential"


def state(portal: RegisteredClient) -> str:
    """Return ``on``, ``off`` or ``removed``."""
    if portal.is_removed:
        return "removed"
    return "on" if portal.on else "off"


def remark(command: Command, workspace: Workspace, portal: RegisteredClient) -> None:
    """Note what a team should know of a portal that is on."""
    if not portal.on:
        return
    if why := closed(workspace, at=command.now()):
        command.note(" ".join(why))
    remark_on_settings(command, workspace, portal)


def remark_on_settings(command: Command, workspace: Workspace, portal: RegisteredClient) -> None:
    """Note where a portal and the settings of its workspace do not fit together."""
    from portico.openid.registration import cautions

    for each in (
        cautions(portal, workspace, loopback=command.deployment.loopback) if portal.on else []
    ):
        command.note(f"{portal.id}: {each}")


def row(command: Command, portal: RegisteredClient) -> dict[str, Any]:
    """Return a portal as JSON has it."""
    return {
        **without(told(portal), ["secrets"]),
        "client_id": portal.client_id,
        "public": portal.is_public and not portal.is_removed,
        "secrets_kept": len(portal.secrets),
        "state": state(portal),
        "issuer": command.deployment.api_url,
        "discovery": _discovery(command),
    }


def short(portal: RegisteredClient) -> dict[str, Shown]:
    """Return a portal as a line of a list."""
    return {
        "id": portal.id,
        "state": state(portal),
        "kind": "-" if portal.is_removed else kind(portal),
        # Lines of one cell, so that all of it fits on a terminal of eighty columns.
        "client id and redirect URIs": [portal.label, portal.client_id, *portal.redirect_uris],
    }


def env(command: Command, portal: RegisteredClient, secret: str | None) -> dict[str, str]:
    """Return what the portal must be told, by the names that docs/portals uses."""
    first = portal.redirect_uris[0]
    lines = {
        "PORTICO_ISSUER": command.deployment.api_url,
        "PORTAL_CLIENT_ID": portal.client_id,
        "PORTAL_CLIENT_SECRET": secret,
        "PORTAL_REDIRECT_URI": first,
        "PORTAL_URL": web_origin(first),
    }
    return {name: value for name, value in lines.items() if value}


def cors(portal: RegisteredClient) -> str:
    """Say what the portal's pages need to call Portico."""
    if not portal.is_public:
        return (
            "CORS: nothing to do. The portal's back end calls Portico, and its pages do not. "
            "A page that is to call Portico itself is a portal of its own, with --public."
        )
    if not any(web_origin(each) for each in portal.redirect_uris):
        return "CORS: nothing to do. An app's requests have no origin."
    return (
        "CORS: nothing to do. Every page may call the token endpoint; without credentials, since it "
        "reads no cookie."
    )


def show(
    command: Command, portal: RegisteredClient, *, secret: str | None = None, new: bool = False
) -> None:
    """Show a portal, and a secret that was made just now.

    With *new*, the lines of its ``.env`` too.
    """
    told = row(command, portal)
    several = "2, until --retire-old-secret" if len(portal.secrets) > 1 else "1"
    content: dict[str, Shown] = {
        "client id": portal.client_id,
        "issuer": command.deployment.api_url,
        "discovery": _discovery(command),
        "state": state(portal),
        "kind": kind(portal),
        "secrets": None if portal.is_public else several,
        "redirect URIs": portal.redirect_uris,
        "post-logout URIs": portal.post_logout_uris,
        "initiate login URI": portal.initiate_login_uri,
        "back-channel logout URI": portal.backchannel_logout_uri,
        "areas": portal.areas or "all",
        "audience": portal.aud,
        "PKCE": "may be left out" if portal.may_leave_pkce_out else "required",
    }
    also: dict[str, Any] = {} if secret is None else {"secret": secret}
    lines = env(command, portal, secret) if new else {}
    if lines:
        also["env"] = lines
    if secret is not None:
        command.note(
            "The secret is shown only now: Portico keeps a hash. If it is lost: --new-secret"
        )
    command.card(portal.label, content, portal=told, **also)
    if lines:
        command.line("# The portal's .env")
    for name, value in lines.items():
        command.line(f"{name}={quote(value)}")
    if secret is not None:
        command.line("")
        command.line(secret)


def _discovery(command: Command) -> str:
    return f"{command.deployment.api_url}/.well-known/openid-configuration"
