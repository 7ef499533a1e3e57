"""What each field is called on the command line: one table for each kind of thing.

Options are declared from these tables, ``--reset`` reads them, and answers and refusals print
them. A name that is written elsewhere could disagree.
"""

from collections.abc import Mapping
from difflib import get_close_matches

WORKSPACE = {
    "id": "the workspace's id",
    "name": "--name",
    "portal_url": "--portal-url",
    "portal_enabled": "--portal-enabled",
    "paused_until": "--paused-until",
    "pause_text": "--pause-text",
    "entrance": "--entrance",
    "areas": "--area",
    "request_flows": "--request-flow",
    "portal_origins": "--portal-origin",
    "locale": "--locale",
    "accent_color": "--accent-color",
    "logo": "--logo",
    "sender_name": "--sender-name",
    "support_url": "--support",
    "privacy_url": "--privacy",
    "terms_url": "--terms",
    "powered_by": "--powered-by",
    "code_method": "--code-method",
    "sso_method": "--sso",
    "password_method": "--passwords",
    "sign_up": "--sign-up",
    "sign_up_domains": "--sign-up-domain",
    "sign_up_blocked": "--sign-up-blocked",
    "sign_up_disposable": "--disposable",
    "account_deletion": "--account-deletion",
    "directory_rule": "--directory-rule",
    "directory_contacts": "--directory-contacts",
    "directory_hold": "--directory-hold",
    "directory_groups": "--directory-group",
    "send_on_open": "--send-on-open",
    "code_in_subject": "--code-in-subject",
    "check_pasted_code": "--check-pasted-code",
    "session_idle_seconds": "--session-idle",
    "session_absolute_seconds": "--session-life",
    "link_days": "--link-days",
    "trail_days": "--trail-days",
    "office_networks": "--office-network",
    "inbound_addresses": "--inbound-address",
}
SWITCHED_OFF = {"--portal-enabled": "--portal-disabled"}
"""Switches whose other half is not called ``--no-…``."""

CONNECTION = {
    "id": "the connection's id",
    "kind": "--kind",
    "label": "--label",
    "client_id": "--client-id",
    "tenants": "--tenant",
    "hosted_domains": "--hosted-domain",
    "issuer": "--issuer",
    "discovery_url": "--discovery-url",
    "vouches_for": "--vouches-for",
    "connections": "the workspace's connections",
}
PORTAL = {
    "portal": "the portal's name",
    "label": "--label",
    "redirect_uris": "--redirect-uri",
    "post_logout_uris": "--post-logout-uri",
    "initiate_login_uri": "--initiate-login-uri",
    "backchannel_logout_uri": "--backchannel-logout-uri",
    "areas": "--area",
    "audience": "--audience",
    "without_pkce": "--without-pkce",
    "on": "--on",
    "portals": "portals with --initiate-login-uri",
}
TEAM = {"methods": "--method"}
KEY = {
    "email": "--owner",
    "owner": "--owner",
    "label": "--label",
    "scopes": "--scope",
    "lifetime": "--days",
    "overlap": "--overlap-days",
}
CONTACT = {
    "name": "--name",
    "email": "--email",
    "language": "--language",
    "time_zone": "--time-zone",
}
REF = {"channel": "--channel", "id": "--id", "name": "--name", "email": "--email"}
LINK = {
    "email": "--contact",
    "to": "--to",
    "label": "--label",
    "days": "--days",
    "overlap": "--overlap-days",
}
TRAIL = {"email": "--contact", "id": "--link"}
WHO = {"email": "WHO"}
"""Commands that take a contact's id or address as an argument."""
BREAK_GLASS = {"email": "CONTACT", "to": "--to"}


def name_of(field: str, names: Mapping[str, str]) -> str:
    """Return what a command calls *field*. A field that has no option keeps its own name."""
    return names.get(field, field)


def label_of(field: str, names: Mapping[str, str]) -> str:
    """Return an option's name without its dashes, as answers show it."""
    return name_of(field, names).removeprefix("--")


def switch(option: str) -> str:
    """Declare an option that is on or off, with both of its names."""
    return f"{option}/{SWITCHED_OFF.get(option, f'--no-{option[2:]}')}"


def field_of(option: str, names: Mapping[str, str]) -> str | None:
    """Return the field that *option* sets, with or without its dashes; ``None``: there is none."""
    wanted = f"--{option.removeprefix('--')}"
    return next((field for field, name in names.items() if name == wanted), None)


def similar(option: str, names: Mapping[str, str]) -> str | None:
    """Return the option that was probably meant."""
    options = [each for each in names.values() if each.startswith("--")]
    return next(iter(get_close_matches(f"--{option.removeprefix('--')}", options, n=1)), None)
