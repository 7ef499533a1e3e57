"""Which changes weaken a workspace's security: they need a fresh sign-in, and owners are told.

One table for each kind of thing says of every field what weakens it. A field that is in no table is
found by a test, so whoever adds a setting has to decide.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from portico.clock import in_largest_unit
from portico.people.directory_rule import DirectoryRule

type Weakens = Callable[[Any, Any], bool]
"""Whether a change of a field from the first value to the second weakens."""

_STRICTNESS = [DirectoryRule.OFF, DirectoryRule.MATCH_REQUIRED, DirectoryRule.SSO_ONLY]


def never(_before: Any, _after: Any) -> bool:
    """It decides nothing about who gets in, for how long, or what is told to whom."""
    return False


def on(before: Any, after: Any) -> bool:
    """It opens something when it is switched on."""
    return after is True and before is not True


def off(before: Any, after: Any) -> bool:
    """It protects something until it is switched off."""
    return before is True and after is not True


def more(before: Any, after: Any) -> bool:
    """Each further one gets more."""
    return not set(after or []) <= set(before or [])


def fewer(before: Any, after: Any) -> bool:
    """Each one protects something."""
    return not set(before or []) <= set(after or [])


def longer(before: Any, after: Any) -> bool:
    """The longer, the more time for whoever has stolen something."""
    return bool(after > (before or 0))


def shorter(before: Any, after: Any) -> bool:
    """The shorter, the less can be found out later."""
    return bool(after < (before or 0))


def changed(before: Any, after: Any) -> bool:
    """Any other value may be somebody else's. Taking it away gives nobody anything."""
    return after not in (None, "", [], before)


def _another_site(before: Any, after: Any) -> bool:
    """Another origin may use the sessions, and contacts are sent there."""
    return bool(urlsplit(before or "")[:2] != urlsplit(after)[:2])


def _looser(before: Any, after: Any) -> bool:
    """The directory decides about fewer people."""
    return _STRICTNESS.index(DirectoryRule(after)) < _STRICTNESS.index(DirectoryRule(before))


def _wider(before: Any, after: Any) -> bool:
    """Addresses of further domains: without a list, those of all."""
    return bool(before) and (not after or more(before, after))


def _more_groups(before: Any, after: Any) -> bool:
    """People of further groups may come in: without any, those of all."""
    return bool(before) and (not after or more(before, after))


def _another_secret(before: Any, after: Any) -> bool:
    """Somebody else knows the new one; without any, everybody is the portal."""
    return more(before, after) or (bool(before) and not after)


def _either(before: Any, after: Any) -> bool:
    """Owners are told that one of them has to confirm it, and that one has."""
    return (before is True) is not (after is True)


def _told_no_more(before: Any, after: Any) -> bool:
    """A portal that is not told that a contact has signed out keeps them signed in."""
    return before is not None and after != before


WEAKENS: dict[str, Weakens] = {
    "name": never,
    "portal_url": _another_site,
    "portal_enabled": on,
    "paused_until": never,
    "entrance": on,
    "areas": never,
    "request_flows": never,
    "portal_origins": more,
    "locale": never,
    "logo": never,
    "accent_color": never,
    "sender_name": never,
    "code_method": on,
    "sso_method": on,
    "password_method": on,
    "sign_up": on,
    "sign_up_domains": _wider,
    "sign_up_blocked": fewer,
    "sign_up_disposable": on,
    "account_deletion": never,
    "send_on_open": never,
    "code_in_subject": on,
    "check_pasted_code": never,
    "directory_rule": _looser,
    "directory_contacts": on,
    "directory_hold": on,
    "directory_groups": _more_groups,
    "session_idle_seconds": longer,
    "session_absolute_seconds": longer,
    "link_days": longer,
    "office_networks": more,
    "inbound_addresses": fewer,
    "trail_days": shorter,
    "support_url": never,
    "privacy_url": never,
    "terms_url": never,
    "pause_text": never,
    "powered_by": never,
}
"""Settings and words of a workspace."""

PORTAL_WEAKENS: dict[str, Weakens] = {
    "label": never,
    "redirect_uris": more,
    "post_logout_uris": more,
    "secrets": _another_secret,
    "areas": never,
    "initiate_login_uri": changed,
    "backchannel_logout_uri": _told_no_more,
    "audience": changed,
    "without_pkce": on,
    "on": on,
}
"""What is registered of a portal."""

CONNECTION_WEAKENS: dict[str, Weakens] = {
    "kind": changed,
    "label": never,
    "client_id": changed,
    "on": on,
    "draft": never,
    "waits": _either,
    "issuer": changed,
    "discovery_url": changed,
    "tenants": more,
    "hosted_domains": _wider,
    "vouches_for": more,
    "secret": changed,
}
"""What is set of a connection."""


def weakened(
    rules: Mapping[str, Weakens], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[str]:
    """Return the fields by which a change weakens.

    Args:
        rules: the table of the kind of thing that is changed.
        before: the fields that it changes, with their values; one that is not there was not set.
        after: the same fields, with their new values.
    """
    return sorted(name for name in after if rules[name](before.get(name), after[name]))


def told(fields: Iterable[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Say changes in signs, which a mail of any language can quote: ``sign_up: false → true``."""
    return ", ".join(
        f"{each}: {_sign(each, before.get(each))} → {_sign(each, after[each])}" for each in fields
    )


def _sign(field: str, value: Any) -> str:
    if field.endswith("_seconds") and value is not None:
        return in_largest_unit(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return " ".join(map(str, value)) or "–"
    return "–" if value in (None, "") else str(value)
