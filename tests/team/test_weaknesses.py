"""API-06: what weakens a workspace (portico/team/weaknesses.py): of every setting one change that does, or
none."""

from typing import Any

import pytest

from portico.team.weaknesses import WEAKENS, told, weakened
from portico.team.workspace_changes import SETTABLE

WEAKER: dict[str, list[tuple[Any, Any]]] = {
    "portal_url": [("https://a.test/x", "https://b.test/x"), ("https://a.test", "http://a.test")],
    "portal_enabled": [(False, True)],
    "entrance": [(False, True)],
    "portal_origins": [([], ["https://a.test"]), (["https://a.test"], ["https://b.test"])],
    "code_method": [(False, True)],
    "sso_method": [(False, True)],
    "password_method": [(False, True)],
    "sign_up": [(False, True)],
    "sign_up_domains": [(["a.test"], []), (["a.test"], ["a.test", "b.test"])],
    "sign_up_blocked": [(["a.test"], []), (["a.test"], ["b.test"])],
    "sign_up_disposable": [(False, True)],
    "code_in_subject": [(False, True)],
    "directory_rule": [
        ("sso_only", "match_required"),
        ("match_required", "off"),
        ("unknown", "match_required"),
    ],
    "directory_contacts": [(False, True)],
    "directory_hold": [(False, True)],
    "directory_groups": [(["a"], []), (["a"], ["a", "b"])],
    "session_idle_seconds": [(300, 301)],
    "session_absolute_seconds": [(300, 301)],
    "link_days": [(7, 8)],
    "office_networks": [([], ["198.51.100.0/24"])],
    "inbound_addresses": [(["help@acme.test"], [])],
    "trail_days": [(365, 7)],
}
NEVER = {
    "name",
    "paused_until",
    "areas",
    "request_flows",
    "locale",
    "logo",
    "accent_color",
    "sender_name",
    "account_deletion",
    "send_on_open",
    "check_pasted_code",
    "support_url",
    "privacy_url",
    "terms_url",
    "pause_text",
    "powered_by",
}
"""Whoever adds a setting says here, or above, whether it weakens."""


class TestEverySetting:
    def test_is_classified(self):
        assert WEAKER.keys() | NEVER == SETTABLE.keys() == WEAKENS.keys()
        assert not WEAKER.keys() & NEVER

    @pytest.mark.parametrize("name", WEAKER)
    def test_weakens_one_way_and_not_the_other(self, name):
        for before, after in WEAKER[name]:
            assert weakened(WEAKENS, {name: before}, {name: after}) == [name]
            assert weakened(WEAKENS, {name: before}, {name: before}) == []
        before, after = WEAKER[name][0]
        both_ways = name == "portal_url"
        assert weakened(WEAKENS, {name: after}, {name: before}) == ([name] if both_ways else [])

    @pytest.mark.parametrize("name", sorted(NEVER))
    @pytest.mark.parametrize(("before", "after"), [(False, True), (1, 2), (2, 1), (None, "x")])
    def test_that_decides_nothing_never_weakens(self, name, before, after):
        assert weakened(WEAKENS, {name: before}, {name: after}) == []

    def test_narrows_by_a_first_domain(self):
        assert weakened(WEAKENS, {"sign_up_domains": []}, {"sign_up_domains": ["a.test"]}) == []


def test_changes_are_told_in_signs():
    before = {
        "sign_up": False,
        "office_networks": [],
        "link_days": 7,
        "session_idle_seconds": 28800,
    }
    after = {"sign_up": True, "office_networks": ["a", "b"], "link_days": 8}
    after |= {"session_idle_seconds": 604800}

    said = told(sorted(after), before, after)

    assert said == (
        "link_days: 7 → 8, office_networks: – → a b, session_idle_seconds: 8h → 7d, "
        "sign_up: false → true"
    )
