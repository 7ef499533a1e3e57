"""What kinds of value a setting takes. JSON and the command line are judged by the same checks.

Each function returns a check, which returns the value to store or raises a ValueError with the
reason in words. Without words the setting's own description says what it may be.
"""

import re
from collections.abc import Callable, Collection
from typing import Any

from portico.people.setting_rules import once_each

type SettingCheck = Callable[[Any], Any]

MOST_LISTED = 50
LONGEST_SETTING = 4096
"""Characters of one text, before any rule looks at it: no rule works on a long text."""


class Unfit(ValueError):
    """The value is of another kind or size. The setting's description says what it may be."""


def no_rule(text: Any) -> Any:
    """Take a text as it is."""
    return text


def switch(value: Any) -> bool:
    """Check that a value is true or false: ``1`` and ``"yes"`` are neither."""
    if not isinstance(value, bool):
        raise Unfit
    return value


def text(
    rule: SettingCheck = no_rule, *, most: int = LONGEST_SETTING, least: int = 0
) -> SettingCheck:
    """Take text of *least* to *most* characters that *rule* takes."""

    def check(value: Any) -> Any:
        if not isinstance(value, str) or not least <= len(value) <= most:
            raise Unfit
        return rule(value)

    return check


def shaped(pattern: str) -> SettingCheck:
    """Take text of one shape."""
    shape = re.compile(pattern)

    def check(value: Any) -> Any:
        if not isinstance(value, str) or shape.fullmatch(value) is None:
            raise Unfit
        return value

    return check


def whole(least: int, most: int) -> SettingCheck:
    """Take a whole number. ``True`` is none, and neither is ``7.0``."""

    def check(value: Any) -> Any:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise Unfit
        return value

    return check


def one_of(allowed: Collection[str]) -> SettingCheck:
    """Take one of a few words."""

    def check(value: Any) -> Any:
        if not isinstance(value, str) or value not in allowed:
            raise Unfit
        return value

    return check


def listed(each: SettingCheck, *, most: int = MOST_LISTED) -> SettingCheck:
    """Take a list of *most* at most, in which nothing stands twice."""
    checked = several(each, most=most)
    return lambda value: once_each(checked(value))


def several(each: SettingCheck, *, most: int) -> SettingCheck:
    """Take a list of *most* at most."""

    def check(value: Any) -> Any:
        if not isinstance(value, list):
            raise Unfit
        if len(value) > most:
            raise ValueError(f"{most} at most")
        return [each(one) for one in value]

    return check


def texts(rule: SettingCheck) -> SettingCheck:
    """Take texts by name, that *rule* takes together."""

    def check(value: Any) -> Any:
        if not isinstance(value, dict):
            raise Unfit
        for name, one in value.items():
            text()(name)
            text()(one)
        return rule(value)

    return check


def members(
    checks: dict[str, SettingCheck], *, maybe: dict[str, SettingCheck] | None = None
) -> SettingCheck:
    """Take an object that has these members, perhaps some of *maybe*, and no other."""
    known = checks | (maybe or {})

    def check(value: Any) -> Any:
        if not isinstance(value, dict) or not checks.keys() <= value.keys() <= known.keys():
            raise Unfit
        return {name: known[name](one) for name, one in value.items()}

    return check


def maybe(rule: SettingCheck) -> SettingCheck:
    """Take ``None`` as well."""
    return lambda value: None if value is None else rule(value)
