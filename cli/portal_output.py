"""How ``portico portal`` shows what is registered, and what it remarks on."""

from collections.abc import Mapping
from shlex import quote
from typing import Any

from cli.closed_portal import closed
from cli.command import Command
from cli.output import Shown, told, without
from portico.openid.redirect_uris import web_origin
from portico.openid.registered_client import RegisteredClient
from portico.people.rules import Workspace

GUIDES = "docs/portals/README.md"


def kind(row: Mapping[str, Any]) -> str:
    """Return ``public`` or ``confidential``."""
    return "public" if row["public"] else "confidential"


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
        **without(told(portal), ["secrets", "rotated_by"]),
        "client_id": portal.client_id,
        "public": portal.is_public and not portal.is_removed,
        "secrets_kept": len(portal.secrets),
        "state": state(portal),
        **found_at(command.deployment.api_url),
    }


def found_at(issuer: str) -> dict[str, str]:
    """Return where a library finds all that it must know of us."""
    return {"issuer": issuer, "discovery": f"{issuer}/.well-known/openid-configuration"}


def short(row: Mapping[str, Any]) -> dict[str, Shown]:
    """Return a portal as a line of a list."""
    return {
        "id": row["id"],
        "state": row["state"],
        "kind": "-" if row["state"] == "removed" else kind(row),
        # Lines of one cell, so that all of it fits on a terminal of eighty columns.
        "client id and redirect URIs": [row["label"], row["client_id"], *row["redirect_uris"]],
    }


def content(row: Mapping[str, Any]) -> dict[str, Shown]:
    """Return what a card has of a portal."""
    several = "2, until --retire-old-secret" if row["secrets_kept"] > 1 else "1"
    may_leave_pkce_out = row["without_pkce"] and not row["public"]
    return {
        "client id": row["client_id"],
        "issuer": row["issuer"],
        "discovery": row["discovery"],
        "state": row["state"],
        "kind": kind(row),
        "secrets": None if row["public"] else several,
        "redirect URIs": row["redirect_uris"],
        "post-logout URIs": row["post_logout_uris"],
        "initiate login URI": row["initiate_login_uri"],
        "back-channel logout URI": row["backchannel_logout_uri"],
        "areas": row["areas"] or "all",
        "audience": row["audience"] or row["workspace"],
        "PKCE": "may be left out" if may_leave_pkce_out else "required",
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
    also: dict[str, Any] = {} if secret is None else {"secret": secret}
    lines = env(command, portal, secret) if new else {}
    if lines:
        also["env"] = lines
    if secret is not None:
        command.note(
            "The secret is shown only now: Portico keeps a hash. If it is lost: --new-secret"
        )
    command.card(portal.label, content(told), portal=told, **also)
    if lines:
        command.line("# The portal's .env")
    for name, value in lines.items():
        command.line(f"{name}={quote(value)}")
    if secret is not None:
        command.line("")
        command.line(secret)
