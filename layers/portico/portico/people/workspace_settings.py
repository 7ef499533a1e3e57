"""The settings of a workspace: one table of every field, what it takes, and what is said of it.

The command and the door of a workspace's team check by it. No library does: pydantic would cost the
door a third of its cold start, and every field has a rule of its own anyway (decision 0036). Doors of
the daily path read the stored rows without these checks.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from portico.errors import Invalid
from portico.people import setting_rules
from portico.people.rules import LOCALES, Workspace
from portico.people.setting_kinds import (
    SettingCheck,
    listed,
    maybe,
    members,
    one_of,
    several,
    shaped,
    switch,
    text,
    texts,
    whole,
)

LARGEST_SETTINGS = 3584
"""Bytes of all settings together. Nearly every door reads the row, and one read unit is 4 KB;
the row's key and its place in the index need the rest."""
LONGEST_SESSION = 30 * 24 * 3600
SHORTEST_IDLE = 300
LATEST_PAUSE = 4_102_444_800
"""The year 2100, in seconds since 1970: no time in another unit is taken for one."""
MOST_ON_PAGE = 10
"""Connections, and portals that begin a sign-in of their own."""

MOST_GROUPS = 10
"""Groups whose people may come in. More would make the row too large that nearly every door reads."""


@dataclass(eq=False)
class SettingsRefused(Invalid):
    """Settings that are not allowed: each *field* with the *reason* in words."""

    problems: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SettingRule:
    """What one setting takes."""

    says: str
    """What it may be, in words."""
    check: SettingCheck
    """Returns the value to store, or raises a ValueError with the reason, if it has one."""


_name = text(setting_rules.printable, least=1, most=100)

SETTING_RULES: dict[str, SettingRule] = {
    "id": SettingRule("", text(setting_rules.workspace_id)),
    "version": SettingRule("", whole(0, 2**53)),
    "name": SettingRule("The portal's name, 1 to 100 characters.", _name),
    "portal_url": SettingRule(
        "The portal's address: https://, without a slash at the end.",
        text(setting_rules.portal_url, most=500),
    ),
    "portal_enabled": SettingRule("Whether anybody may sign in at all.", switch),
    "paused_until": SettingRule(
        "Until when the portal is closed to everybody.", whole(0, LATEST_PAUSE)
    ),
    "entrance": SettingRule(
        "Whether the workspace's address alone opens a sign-in. On for new ones.", switch
    ),
    "areas": SettingRule(
        "Paths of dashboard, tickets, ticket (with {id}) and request (with {flow}).",
        texts(setting_rules.areas),
    ),
    "request_flows": SettingRule(
        "Request forms that links may lead to, as in request:new-laptop.",
        listed(text(setting_rules.flow)),
    ),
    "portal_origins": SettingRule(
        "Other origins of the portal's pages, e.g. https://help.example.com.",
        listed(text(setting_rules.origin)),
    ),
    "locale": SettingRule(
        f"Language of page and mail: one of {' '.join(LOCALES)}.", one_of(LOCALES)
    ),
    "logo": SettingRule(
        "A picture, shown on the page and in mails.", maybe(shaped(r"[0-9a-f]{16}"))
    ),
    "accent_color": SettingRule(
        "Colour of buttons, as #rrggbb.", maybe(text(setting_rules.colour))
    ),
    "sender_name": SettingRule(
        "The sender name of mails, if it is not the portal's name.", maybe(_name)
    ),
    "code_method": SettingRule("Whether contacts may sign in with a mailed code.", switch),
    "sso_method": SettingRule(
        "Whether contacts may sign in through the workspace's SSO connections.", switch
    ),
    "password_method": SettingRule(
        "Whether contacts may sign in with a password of their own.", switch
    ),
    "sign_up": SettingRule(
        "Whether people may sign up and become contacts by proving an address.", switch
    ),
    "sign_up_domains": SettingRule(
        "Domains whose addresses may sign up, with subdomains. Without any, all may.",
        listed(text(setting_rules.domain)),
    ),
    "sign_up_blocked": SettingRule(
        "Domains whose addresses may not sign up, with subdomains.",
        listed(text(setting_rules.domain)),
    ),
    "sign_up_disposable": SettingRule(
        "Whether addresses of throw-away mail services may sign up.", switch
    ),
    "account_deletion": SettingRule("Whether contacts may delete their account.", switch),
    "send_on_open": SettingRule(
        "Mail the code as soon as a personal link's page is opened.", switch
    ),
    "check_pasted_code": SettingRule(
        "Check a pasted or filled-in code as soon as it is complete.", switch
    ),
    "code_in_subject": SettingRule(
        "Show the code in the mail's subject, which a locked screen shows too.", switch
    ),
    "directory_rule": SettingRule(
        "Who must sign in by SSO: off, match_required or sso_only.",
        one_of(("off", "match_required", "sso_only")),
    ),
    "directory_contacts": SettingRule(
        "Whether people whom a directory syncs become contacts, with their names from there.",
        switch,
    ),
    "directory_hold": SettingRule(
        "Whether access is held, for two hours at most, when a directory puts many out at once.",
        switch,
    ),
    "directory_groups": SettingRule(
        "Ids of synced groups whose people alone may come in by the directory.",
        listed(shaped(r"[A-Za-z0-9_-]{22}"), most=MOST_GROUPS),
    ),
    "groups_ruled_at": SettingRule("", whole(0, 2**53)),
    "connections": SettingRule(
        "The SSO providers that the page shows.",
        several(
            members(
                {
                    "id": shaped(r"[a-z][a-z0-9-]{1,30}"),
                    "kind": shaped(r"[a-z]{1,20}"),
                    "label": _name,
                    "on": switch,
                },
                maybe={"draft": switch, "waits": switch},
            ),
            most=MOST_ON_PAGE,
        ),
    ),
    "portals": SettingRule(
        "The portals on other sites that begin a sign-in of their own.",
        several(
            members(
                {
                    "id": shaped(r"[a-z][a-z0-9-]{0,30}"),
                    "initiate_login_uri": text(least=1, most=512),
                    "areas": several(text(), most=4),
                }
            ),
            most=MOST_ON_PAGE,
        ),
    ),
    "session_idle_seconds": SettingRule(
        "How long a session may be idle: 5 minutes up to its longest life.",
        whole(SHORTEST_IDLE, LONGEST_SESSION),
    ),
    "session_absolute_seconds": SettingRule(
        "How long a session may last: up to 30 days.", whole(SHORTEST_IDLE, LONGEST_SESSION)
    ),
    "link_days": SettingRule("How many days a new link works: 1 to 3650.", whole(1, 3650)),
    "office_networks": SettingRule(
        "Networks that many contacts share, /16 (IPv6: /32) at the widest.",
        listed(text(setting_rules.office)),
    ),
    "inbound_addresses": SettingRule(
        "Addresses of the help desk's own inbox. We never mail a code there.",
        listed(text(setting_rules.inbound)),
    ),
    "trail_days": SettingRule("How many days the trail is kept: 1 to 3650.", whole(1, 3650)),
}
"""Every field of a workspace's row."""


def checked(workspace: Workspace, changes: dict[str, Any] | None = None) -> Workspace:
    """Return *workspace* with *changes*, each value normalised.

    All settings are checked together, because some limit others.

    Raises:
        SettingsRefused: one or more settings are not allowed.
    """
    row = workspace.row() | (changes or {})
    demand_known(SETTING_RULES, row)
    values = checked_by(SETTING_RULES, row)
    problem = _of_all_together(values)
    if problem:
        raise SettingsRefused((problem,))
    return replace(workspace, **values)


def checked_by(rules: dict[str, SettingRule], values: dict[str, Any]) -> dict[str, Any]:
    """Return *values*, each as its rule stores it.

    Raises:
        SettingsRefused: one or more values are not allowed; it names all of them.
    """
    after, problems = {}, []
    for name, rule in rules.items():
        if name in values:
            try:
                after[name] = rule.check(values[name])
            except ValueError as wrong:
                problems.append((name, str(wrong) or rule.says or "not valid"))
    if problems:
        raise SettingsRefused(tuple(problems))
    return after


def demand_known(rules: Mapping[str, SettingRule], values: Mapping[str, Any]) -> None:
    """Check that *rules* know all values.

    Raises:
        SettingsRefused: they do not; it names those.
    """
    unknown = sorted(values.keys() - rules.keys())
    if unknown:
        raise SettingsRefused(tuple((name, "there is no such setting") for name in unknown))


def _of_all_together(row: dict[str, Any]) -> tuple[str, str] | None:
    if row["session_idle_seconds"] > row["session_absolute_seconds"]:
        return "session_idle_seconds", "no longer than session_absolute_seconds"
    if row["request_flows"] and "request" not in row["areas"]:
        return "request_flows", "the portal needs an area called request for them"
    size = len(json.dumps(row, ensure_ascii=False).encode())
    if size > LARGEST_SETTINGS:
        return "all settings", f"{LARGEST_SETTINGS} bytes together at most, and these are {size}"
    return None
