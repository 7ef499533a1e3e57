"""What is said when a command cannot be done, and the exit code that goes with it."""

from dataclasses import dataclass

from portico import errors
from portico.aws.retry import is_final
from portico.people.workspace_settings import SettingsRefused


@dataclass
class Complaint(Exception):
    """A sentence for the person at the terminal."""

    text: str
    code: int = 1


class Usage(Complaint):
    """The command cannot be understood."""

    def __init__(self, text: str) -> None:
        super().__init__(text, 2)


class OutOfReach(Complaint):
    """The same command may work later."""

    def __init__(self, text: str) -> None:
        super().__init__(text, 3)


def complaint_of(error: errors.PorticoError) -> Complaint:
    """Say what a room said, for somebody who does not know the rooms."""
    match error:
        case SettingsRefused(problems=problems):
            return Complaint("\n".join(f"{option_of(field)}: {why}" for field, why in problems))
        case errors.InvalidRequest(field=field, reason=reason):
            return Complaint(f"{option_of(field)}: {reason}")
        case errors.TakenAlready(what="workspace"):
            return Complaint("There is a workspace of this id already.")
        case errors.TakenAlready(what=what):
            return Complaint(f"Another contact of this workspace has this {what} already.")
        case errors.NotFound():
            return Complaint("There is no such thing.")
        case errors.TryLater(cause=cause):
            if is_final(error):
                return Complaint(f"AWS refused: {cause}")
            return OutOfReach(f"Out of reach, try again later: {cause}")
    return Complaint(type(error).__name__)


OPTIONS = {
    "id": "the workspace's id",
    "portal_enabled": "--portal-enabled",
    "areas": "--area",
    "request_flows": "--request-flow",
    "portal_origins": "--portal-origin",
    "office_networks": "--office-network",
    "inbound_addresses": "--inbound-address",
    "session_idle_seconds": "--session-idle",
    "session_absolute_seconds": "--session-life",
    "sso_method": "--sso",
    "tenants": "--tenant",
    "portal": "the portal's name",
    "portals": "portals with --initiate-login-uri",
    "redirect_uris": "--redirect-uri",
    "post_logout_uris": "--post-logout-uri",
}


def option_of(field: str) -> str:
    """Return how a setting is called here."""
    if field == "all settings":
        return field
    return OPTIONS.get(field, "--" + field.replace("_", "-"))
