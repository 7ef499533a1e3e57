"""The settings of a workspace as options, one for each, for the commands that take them."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from cli import durations, moments
from cli.option_names import WORKSPACE, field_of, similar, switch
from cli.output import Shown
from cli.refusals import NotUnderstood, Refusal
from portico.clock import in_largest_unit
from portico.errors import InvalidRequest
from portico.people.rules import LOCALES, Workspace
from portico.people.workspace_words import WORDS_FIELDS, WorkspaceWords

type Settings = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """How one setting is typed. What it is called, ``option_names`` says."""

    kind: Any
    metavar: str | None = None
    more: str = ""
    """What its help adds to what the setting may be."""
    is_time: bool = False
    """Kept in seconds, typed and shown with a unit."""
    is_moment: bool = False
    """Kept in seconds since 1970, typed and shown as a date and a time."""

    def option(self, field: str) -> Any:
        """Declare its option."""
        name = WORKSPACE[field]
        name = switch(name) if self.kind is bool else name
        return typer.Option(name, metavar=self.metavar, help=self.more)


EACH = "Repeat it for each."
SETTINGS: dict[str, Setting] = {
    "name": Setting(str, "TEXT"),
    "portal_url": Setting(str, "URL"),
    "portal_enabled": Setting(bool),
    "paused_until": Setting(
        str,
        "TIME",
        "As 2h, or 2026-12-24T18:00+01:00. To end it: --reset paused-until.",
        is_moment=True,
    ),
    "pause_text": Setting(
        list[str], "LANGUAGE=TEXT", "de= takes one away. Without a language: the portal's own."
    ),
    "entrance": Setting(bool),
    "areas": Setting(list[str], "NAME=PATH", "NAME= takes one away. May be repeated."),
    "request_flows": Setting(list[str], "NAME", EACH),
    "portal_origins": Setting(list[str], "URL", EACH),
    "locale": Setting(str, "CODE"),
    "accent_color": Setting(str, "COLOUR"),
    "logo": Setting(Path, "FILE", "A PNG of at most 64 KB."),
    "sender_name": Setting(str, "TEXT"),
    "support_url": Setting(str, "LINK"),
    "privacy_url": Setting(str, "LINK"),
    "terms_url": Setting(str, "LINK"),
    "powered_by": Setting(bool),
    "code_method": Setting(bool),
    "sso_method": Setting(bool),
    "password_method": Setting(bool),
    "sign_up": Setting(bool),
    "sign_up_domains": Setting(list[str], "DOMAIN", EACH),
    "sign_up_blocked": Setting(list[str], "DOMAIN", EACH),
    "sign_up_disposable": Setting(bool),
    "account_deletion": Setting(bool),
    "directory_rule": Setting(str, "RULE"),
    "directory_contacts": Setting(bool),
    "directory_hold": Setting(bool),
    "directory_groups": Setting(list[str], "GROUP", EACH),
    "send_on_open": Setting(bool),
    "code_in_subject": Setting(bool),
    "check_pasted_code": Setting(bool),
    "session_idle_seconds": Setting(str, "DURATION", "As 30m or 8h.", is_time=True),
    "session_absolute_seconds": Setting(str, "DURATION", "As 12h or 7d.", is_time=True),
    "link_days": Setting(int, "DAYS"),
    "trail_days": Setting(int, "DAYS"),
    "office_networks": Setting(list[str], "RANGE", EACH),
    "inbound_addresses": Setting(list[str], "EMAIL", EACH),
}
"""What a team may change."""


OF_NEW_WORKSPACES: Settings = {"entrance": True}
"""What a new workspace has. One made before there was the setting has none until its team says so."""


class SettingsCommand(TyperCommand):
    """A command that takes settings, and says what each may be when it is asked for help."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Describe the settings: whoever checks them knows, and is slow to load."""
        from portico.people.words_rules import WORDS_RULES
        from portico.people.workspace_settings import SETTING_RULES

        for option in self.params:
            setting = SETTINGS.get(str(option.name))
            if setting is not None:
                rule = (SETTING_RULES | WORDS_RULES)[str(option.name)]
                option.help = f"{rule.says} {setting.more}".strip()  # type: ignore[attr-defined]
        super().format_help(ctx, formatter)


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
            annotation=Annotated[setting.kind | None, setting.option(field)],
        )
        for field, setting in SETTINGS.items()
        if field not in named
    ]

    def with_settings(**given: Any) -> None:
        settings = {n: v for n, v in given.items() if n in SETTINGS and v not in (None, [])}
        rest = {n: v for n, v in given.items() if n in named}
        command(**rest, settings=settings)

    with_settings.__signature__ = inspect.Signature(own + others)  # type: ignore[attr-defined]
    with_settings.__annotations__ = {each.name: each.annotation for each in own + others}
    with_settings.__doc__ = command.__doc__
    with_settings.__name__ = command.__name__
    return with_settings


def changes_of(
    settings: Settings,
    workspace: Workspace,
    words: WorkspaceWords,
    reset: list[str],
    *,
    at: datetime,
) -> Settings:
    """Return the fields that were given, as a workspace has them. The logo is not among them.

    Args:
        settings: what was typed.
        workspace: the settings before.
        words: the fields of the words row before.
        reset: settings to put back to their default.
        at: the time.

    Raises:
        NotUnderstood: a setting that has no default, or an area that is none, was named.
        Refusal: a pause is over already.
    """
    changes = {name: _default(name) for name in map(_field_of, reset)}
    changes |= {name: value for name, value in settings.items() if name != "logo"}
    for name, setting in SETTINGS.items():
        if setting.is_time and isinstance(changes.get(name), str):
            changes[name] = durations.seconds(changes[name])
        if setting.is_moment and isinstance(changes.get(name), str):
            changes[name] = moments.seconds(changes[name], at=at)
    was_reset = set(map(_field_of, reset))
    if "areas" in settings:
        kept = _default("areas") if "areas" in was_reset else workspace.areas
        changes["areas"] = _merged(kept, settings["areas"])
    if "pause_text" in settings:
        texts = _default("pause_text") if "pause_text" in was_reset else words.pause_text
        locale = changes.get("locale", workspace.locale)
        changes["pause_text"] = _texts(texts, settings["pause_text"], locale=locale)
    return changes


def shown(field: str, value: Any) -> Shown:
    """Return a field's value as answers show it."""
    setting = SETTINGS[field]
    if setting.is_moment:
        return moments.written(value) if value else None
    return in_largest_unit(value) if setting.is_time else value


def logo_of(settings: Settings) -> bytes | None:
    """Read the logo that was given.

    Raises:
        Refusal: it cannot be read, or is no PNG of at most 64 KB.
    """
    path = settings.get("logo")
    if path is None:
        return None
    from portico.people import logos

    try:
        return logos.checked(path.read_bytes())
    except OSError as error:
        raise Refusal(f"--logo: {path}: {error.strerror}") from None
    except InvalidRequest as refused:
        raise Refusal(f"--logo: {path}: {refused.reason}") from None


def _merged(areas: dict[str, str], given: list[str]) -> dict[str, str]:
    merged = dict(areas)
    for each in given:
        name, sign, path = each.partition("=")
        if not sign:
            raise NotUnderstood(f"{WORKSPACE['areas']} {each}: as NAME=PATH")
        if path:
            merged[name] = path
        else:
            merged.pop(name, None)
    return merged


def _texts(texts: dict[str, str], given: list[str], *, locale: str) -> dict[str, str]:
    merged = dict(texts)
    for each in given:
        language, sign, text = each.partition("=")
        if not sign or language not in LOCALES:
            language, text = locale, each
        if text:
            merged[language] = text
        else:
            merged.pop(language, None)
    return merged


def _field_of(option: str) -> str:
    field = field_of(option, WORKSPACE)
    if field is None:
        meant = similar(option, WORKSPACE)
        hint = f" Did you mean {meant}?" if meant else ""
        raise NotUnderstood(f"--reset {option}: there is no such setting.{hint}")
    return field


def _default(name: str) -> Any:
    if name in OF_NEW_WORKSPACES:
        # New and old workspaces begin with different values, and no row says which it is.
        said = switch(WORKSPACE[name]).replace("/", " or ")
        raise NotUnderstood(f"--reset {WORKSPACE[name]}: it has no default. Say {said}.")
    known = WorkspaceWords if name in WORDS_FIELDS else Workspace
    field = next(each for each in fields(known) if each.name == name)
    if field.default is not MISSING:
        return field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    raise NotUnderstood(f"--reset {WORKSPACE[name]}: it has no default.")
