"""The settings of a workspace as options, one for each, for the commands that take them."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import durations
from cli.complaints import Complaint, Usage, option_of
from portico.errors import InvalidRequest
from portico.people import logos
from portico.people.rules import Workspace
from portico.people.workspace_settings import describe

type Settings = dict[str, Any]

OPTIONS: dict[str, tuple[Any, str, list[str], str]] = {
    "name": (str, "TEXT", [], ""),
    "portal_url": (str, "URL", [], ""),
    "portal_enabled": (bool, "", ["--portal-enabled/--portal-disabled"], ""),
    "areas": (list[str], "NAME=PATH", ["--area"], "NAME= takes one away. May be repeated."),
    "request_flows": (list[str], "NAME", ["--request-flow"], "Repeat it for each."),
    "portal_origins": (list[str], "URL", ["--portal-origin"], "Repeat it for each."),
    "locale": (str, "CODE", [], ""),
    "accent_color": (str, "COLOUR", [], ""),
    "logo": (Path, "FILE", [], "A PNG of at most 64 KB."),
    "sender_name": (str, "TEXT", [], ""),
    "code_method": (bool, "", [], ""),
    "sso_method": (bool, "", ["--sso/--no-sso"], ""),
    "password_method": (bool, "", ["--passwords/--no-passwords"], ""),
    "sign_up": (bool, "", ["--sign-up/--no-sign-up"], ""),
    "sign_up_domains": (list[str], "DOMAIN", ["--sign-up-domain"], "Repeat it for each."),
    "sign_up_blocked": (list[str], "DOMAIN", ["--sign-up-blocked"], "Repeat it for each."),
    "sign_up_disposable": (bool, "", ["--disposable/--no-disposable"], ""),
    "account_deletion": (bool, "", ["--account-deletion/--no-account-deletion"], ""),
    "directory_rule": (str, "RULE", [], ""),
    "send_on_open": (bool, "", [], ""),
    "code_in_subject": (bool, "", [], ""),
    "session_idle_seconds": (str, "DURATION", ["--session-idle"], "As 30m or 8h."),
    "session_absolute_seconds": (str, "DURATION", ["--session-life"], "As 12h or 7d."),
    "link_days": (int, "DAYS", [], ""),
    "trail_days": (int, "DAYS", [], ""),
    "office_networks": (list[str], "RANGE", ["--office-network"], "Repeat it for each."),
    "inbound_addresses": (list[str], "EMAIL", ["--inbound-address"], "Repeat it for each."),
}
"""What a team may change today: its type here, what to write, its names, and what else to say."""


def taking_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give *command* an option per setting; its *settings* are those that were given.

    *command* may name a setting as a parameter of its own, to make it required.
    """
    signature = inspect.signature(command, eval_str=True)
    own = [each for each in signature.parameters.values() if each.name != "settings"]
    named = {each.name for each in own}
    others = [
        inspect.Parameter(
            field,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                kind | None,
                typer.Option(
                    *names, metavar=written or None, help=f"{describe(field)} {more}".strip()
                ),
            ],
        )
        for field, (kind, written, names, more) in OPTIONS.items()
        if field not in named
    ]

    def with_settings(**given: Any) -> None:
        settings = {n: v for n, v in given.items() if n in OPTIONS and v not in (None, [])}
        rest = {n: v for n, v in given.items() if n in named}
        command(**rest, settings=settings)

    with_settings.__signature__ = inspect.Signature(own + others)  # type: ignore[attr-defined]
    with_settings.__annotations__ = {each.name: each.annotation for each in own + others}
    with_settings.__doc__ = command.__doc__
    with_settings.__name__ = command.__name__
    return with_settings


def changes_of(settings: Settings, home: Workspace, reset: list[str]) -> Settings:
    """Return the fields that were given, as a workspace has them. The logo is not among them.

    Raises:
        Usage: a setting that has no default, or an area that is none, was named.
    """
    changes = {name: _default(name) for name in map(_field_of, reset)}
    changes |= {name: value for name, value in settings.items() if name != "logo"}
    for name in ("session_idle_seconds", "session_absolute_seconds"):
        if isinstance(changes.get(name), str):
            changes[name] = durations.seconds(changes[name])
    if "areas" in settings:
        kept = _default("areas") if "areas" in map(_field_of, reset) else home.areas
        changes["areas"] = _merged(kept, settings["areas"])
    return changes


def logo_of(settings: Settings) -> bytes | None:
    """Read the logo that was given.

    Raises:
        Complaint: it cannot be read, or is no PNG of at most 64 KB.
    """
    path = settings.get("logo")
    if path is None:
        return None
    try:
        return logos.checked(path.read_bytes())
    except OSError as error:
        raise Complaint(f"--logo: {path}: {error.strerror}") from None
    except InvalidRequest as refused:
        raise Complaint(f"--logo: {path}: {refused.reason}") from None


def _merged(areas: dict[str, str], given: list[str]) -> dict[str, str]:
    merged = dict(areas)
    for each in given:
        name, sign, path = each.partition("=")
        if not sign:
            raise Usage(f"--area {each}: as NAME=PATH")
        if path:
            merged[name] = path
        else:
            merged.pop(name, None)
    return merged


def _field_of(option: str) -> str:
    wanted = "--" + option.removeprefix("--")
    for field in OPTIONS:
        if wanted in (option_of(field), "--" + field.replace("_", "-")):
            return field
    raise Usage(f"--reset {option}: no such setting")


def _default(name: str) -> Any:
    field = next(each for each in fields(Workspace) if each.name == name)
    if field.default is not MISSING:
        return field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    raise Usage(f"--reset {name}: it has no default")
