"""The directory rule: which ways in a workspace leaves open, and who needs a record.

A rule that is unknown, as after a downgrade, opens nothing.
"""

from enum import StrEnum


class DirectoryRule(StrEnum):
    """Whether SSO, or any way in, needs a directory record."""

    OFF = "off"
    MATCH_REQUIRED = "match_required"
    """SSO only for contacts with an active record; others may use a code."""
    SSO_ONLY = "sso_only"
    """A match or a refusal: no code, no password, no proof."""

    @classmethod
    def _missing_(cls, _value: object) -> "DirectoryRule":
        # What is not known is shown and obeyed as the strictest.
        return cls.SSO_ONLY


def takes_codes(rule: str) -> bool:
    """Say whether a code signs somebody in under *rule*."""
    return rule in (DirectoryRule.OFF, DirectoryRule.MATCH_REQUIRED)


def takes_passwords(rule: str) -> bool:
    """Say whether a password signs somebody in under *rule*."""
    return rule in (DirectoryRule.OFF, DirectoryRule.MATCH_REQUIRED)


def takes_sign_ups(rule: str) -> bool:
    """Say whether somebody new may come in: never where a directory says who may."""
    return rule == DirectoryRule.OFF


def needs_record(rule: str) -> bool:
    """Say whether SSO needs an active directory record under *rule*."""
    return rule != DirectoryRule.OFF
