"""The settings of a workspace: every field, its range, and in words what is wrong with a value.

Only the CLI imports this, because pydantic alone would cost a door of the daily path a third of
its cold start. Doors read the stored rows without these checks.
"""

import json
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from portico.errors import Invalid
from portico.people import setting_rules
from portico.people.rules import LOCALES, Workspace

LARGEST_SETTINGS = 3584
"""Bytes of all settings together. Nearly every door reads the row, and one read unit is 4 KB;
the row's key, its place in the index and its event need the rest."""
LONGEST_SESSION = 30 * 24 * 3600
SHORTEST_IDLE = 300
LATEST_PAUSE = 4_102_444_800
"""The year 2100, in seconds since 1970: no time in another unit is taken for one."""


@dataclass(eq=False)
class SettingsRefused(Invalid):
    """Settings that are not allowed: each *field* with the *reason* in words."""

    problems: tuple[tuple[str, str], ...]


def checked(workspace: Workspace, changes: dict[str, Any] | None = None) -> Workspace:
    """Return *workspace* with *changes*, each value normalised.

    All settings are checked together, because some limit others.

    Raises:
        SettingsRefused: one or more settings are not allowed.
    """
    row = workspace.row() | (changes or {})
    unknown = row.keys() - WorkspaceSettings.model_fields.keys()
    if unknown:
        raise SettingsRefused(tuple((name, "there is no such setting") for name in sorted(unknown)))
    try:
        settings = WorkspaceSettings.model_validate(row)
    except ValidationError as refused:
        raise SettingsRefused(tuple(_in_words(each) for each in refused.errors())) from None
    return replace(workspace, **settings.model_dump())


def describe(field: str) -> str:
    """Describe a setting in words."""
    return WorkspaceSettings.model_fields[field].description or ""


type Name = Annotated[
    str, StringConstraints(min_length=1, max_length=100), AfterValidator(setting_rules.printable)
]
type Listed[T] = Annotated[list[T], Field(max_length=50), AfterValidator(setting_rules.once_each)]


class ShownConnection(BaseModel):
    """What the page needs of one SSO connection."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z]{1,20}$")]
    label: Name
    on: bool = True


class ShownPortal(BaseModel):
    """What the doors need of one registered client."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
    initiate_login_uri: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    areas: Annotated[list[str], Field(max_length=4)]


class WorkspaceSettings(BaseModel):
    """Every field of a workspace's row, and which values it takes."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Annotated[str, AfterValidator(setting_rules.workspace_id)]
    name: Name = Field(description="The portal's name, 1 to 100 characters.")
    portal_url: Annotated[
        str, StringConstraints(max_length=500), AfterValidator(setting_rules.portal_url)
    ] = Field(description="The portal's address: https://, without a slash at the end.")
    portal_enabled: bool = Field(description="Whether anybody may sign in at all.")
    paused_until: Annotated[int, Field(ge=0, le=LATEST_PAUSE)] = Field(
        description="Until when the portal is closed to everybody."
    )
    entrance: bool = Field(
        description="Whether the workspace's address alone opens a sign-in. On for new ones."
    )
    areas: Annotated[dict[str, str], AfterValidator(setting_rules.areas)] = Field(
        description="Paths of dashboard, tickets, ticket (with {id}) and request (with {flow})."
    )
    request_flows: Listed[Annotated[str, AfterValidator(setting_rules.flow)]] = Field(
        description="Request forms that links may lead to, as in request:new-laptop."
    )
    portal_origins: Listed[Annotated[str, AfterValidator(setting_rules.origin)]] = Field(
        description="Other origins of the portal's pages, e.g. https://help.example.com."
    )
    locale: Literal[LOCALES] = Field(  # type: ignore[valid-type]
        description=f"Language of page and mail: one of {' '.join(LOCALES)}."
    )
    logo: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")] | None = Field(
        description="A picture, shown on the page and in mails."
    )
    accent_color: Annotated[str, AfterValidator(setting_rules.colour)] | None = Field(
        description="Colour of buttons, as #rrggbb."
    )
    sender_name: Name | None = Field(
        description="The sender name of mails, if it is not the portal's name."
    )
    code_method: bool = Field(description="Whether contacts may sign in with a mailed code.")
    sso_method: bool = Field(
        description="Whether contacts may sign in through the workspace's SSO connections."
    )
    password_method: bool = Field(
        description="Whether contacts may sign in with a password of their own."
    )
    sign_up: bool = Field(
        description="Whether people may sign up and become contacts by proving an address."
    )
    sign_up_domains: Listed[Annotated[str, AfterValidator(setting_rules.domain)]] = Field(
        description="Domains whose addresses may sign up, with subdomains. Without any, all may."
    )
    sign_up_blocked: Listed[Annotated[str, AfterValidator(setting_rules.domain)]] = Field(
        description="Domains whose addresses may not sign up, with subdomains."
    )
    sign_up_disposable: bool = Field(
        description="Whether addresses of throw-away mail services may sign up."
    )
    account_deletion: bool = Field(description="Whether contacts may delete their account.")
    send_on_open: bool = Field(
        description="Mail the code as soon as a personal link's page is opened."
    )
    check_pasted_code: bool = Field(
        description="Check a pasted or filled-in code as soon as it is complete."
    )
    code_in_subject: bool = Field(
        description="Show the code in the mail's subject, which a locked screen shows too."
    )
    directory_rule: Literal["off", "match_required", "sso_only"] = Field(
        description="Who must sign in by SSO: off, match_required or sso_only."
    )
    connections: Annotated[list[ShownConnection], Field(max_length=10)] = Field(
        description="The SSO providers that the page shows."
    )
    portals: Annotated[list[ShownPortal], Field(max_length=10)] = Field(
        description="The portals on other sites that begin a sign-in of their own."
    )
    session_idle_seconds: Annotated[int, Field(ge=SHORTEST_IDLE)] = Field(
        description="How long a session may be idle: 5 minutes up to its longest life."
    )
    session_absolute_seconds: Annotated[int, Field(ge=SHORTEST_IDLE, le=LONGEST_SESSION)] = Field(
        description="How long a session may last: up to 30 days."
    )
    link_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        description="How many days a new link works: 1 to 3650."
    )
    office_networks: Listed[Annotated[str, AfterValidator(setting_rules.office)]] = Field(
        description="Networks that many contacts share, /16 (IPv6: /32) at the widest."
    )
    inbound_addresses: Listed[Annotated[str, AfterValidator(setting_rules.inbound)]] = Field(
        description="Addresses of the help desk's own inbox. We never mail a code there."
    )
    trail_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        description="How many days the trail is kept: 1 to 3650."
    )

    @model_validator(mode="after")
    def _together(self) -> "WorkspaceSettings":
        if self.session_idle_seconds > self.session_absolute_seconds:
            raise ValueError("session_idle_seconds: no longer than session_absolute_seconds")
        if self.request_flows and "request" not in self.areas:
            raise ValueError("request_flows: the portal needs an area called request for them")
        size = len(json.dumps(self.model_dump(), ensure_ascii=False).encode())
        if size > LARGEST_SETTINGS:
            raise ValueError(
                f"all settings: {LARGEST_SETTINGS} bytes together at most, and these are {size}"
            )
        return self


def _in_words(error: Any) -> tuple[str, str]:
    own = str(error.get("ctx", {}).get("error", ""))
    if not error["loc"]:
        field, _, reason = own.partition(": ")
        return field, reason
    field = str(error["loc"][0])
    if error["type"] == "too_long":
        return field, f"{error['ctx']['max_length']} at most"
    return field, own or describe(field) or str(error["msg"])
