"""The directory rule: which ways to sign in a workspace allows, and who needs a record.

An unknown rule, which a downgrade can leave behind, counts as the strictest.
"""

from enum import StrEnum


class DirectoryRule(StrEnum):
    """Whether SSO, or every sign-in, needs a directory record."""

    OFF = "off"
    MATCH_REQUIRED = "match_required"
    """SSO is only for contacts with an active record; the others may use a code."""
    SSO_ONLY = "sso_only"
    """SSO with a matching record is the only way in: no code, no password, no proof."""

    @classmethod
    def _missing_(cls, _value: object) -> "DirectoryRule":
        # Show and obey an unknown rule as the strictest.
        return cls.SSO_ONLY


def takes_codes(rule: str) -> bool:
    """Say whether a code signs somebody in under *rule*."""
    return rule in (DirectoryRule.OFF, DirectoryRule.MATCH_REQUIRED)


def takes_passwords(rule: str) -> bool:
    """Say whether a password signs somebody in under *rule*."""
    return rule in (DirectoryRule.OFF, DirectoryRule.MATCH_REQUIRED)


def takes_sign_ups(rule: str) -> bool:
    """Say whether *rule* lets people sign up. Where a directory decides, nobody can."""
    return rule == DirectoryRule.OFF


def needs_record(rule: str) -> bool:
    """Say whether SSO needs an active directory record under *rule*."""
    return rule != DirectoryRule.OFF
