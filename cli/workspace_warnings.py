"""What will not work for a workspace as its settings and its stack are."""

from typing import TYPE_CHECKING

from cli.same_site import is_same_site, list_date, origin_of, site_of
from portico.people.directory_rule import DirectoryRule
from portico.people.rules import Workspace

if TYPE_CHECKING:
    from cli.deployments import Deployment


def warnings(workspace: Workspace, deployment: "Deployment") -> list[str]:
    """Return what will not work for this workspace's portal as things are."""
    api = origin_of(deployment.api_url)
    # A portal that is a client needs no cookie of ours, and calls nothing that the page calls.
    clients = {origin_of(str(each["initiate_login_uri"])) for each in workspace.portals}
    found = [
        f"{portal} and Portico at {api} are on different sites ({site_of(portal)} and "
        f"{site_of(api)}), so browsers will not send the session from the one to the "
        "other. Make the portal an OpenID client, with --initiate-login-uri: portico "
        f"portal add {workspace.id}. Or give Portico a host of its own on the portal's site "
        "(parameter OwnDomain). "
        f"Assumed: the public suffix list of {list_date()}."
        for portal in sorted(workspace.origins - {api} - clients)
        if not is_same_site(portal, api)
    ]
    has_sso = workspace.sso_method and any(each.get("on") for each in workspace.connections)
    if not has_sso and workspace.rule is DirectoryRule.SSO_ONLY:
        found.append(
            "The directory rule lets people in by SSO only, and no connection is on: nobody can."
        )
    elif not (has_sso or workspace.takes_codes() or workspace.takes_passwords()):
        found.append("Codes are off and there is no other way to sign in: nobody can.")
    elif workspace.rule is not DirectoryRule.OFF:
        found.append(
            "A directory rule is on. Before it surprises anybody: portico directory check "
            f"{workspace.id}"
        )
    return found
