"""Who may do what, and to whom: the rules of the team."""

import pytest

from portico.people.memberships import Role
from portico.team.rules import MAY, RANKS, Action, may, may_act_on

HIGHER = {
    Role.OWNER: {Role.ADMIN, Role.AGENT, Role.AUDITOR},
    Role.ADMIN: {Role.AGENT, Role.AUDITOR},
    Role.AGENT: set(),
    Role.AUDITOR: set(),
}
"""Of each role, the roles that it may act on: written out, so that a rank cannot drift."""


class TestARole:
    @pytest.mark.parametrize("role", Role)
    @pytest.mark.parametrize("other", Role)
    def test_acts_on_lower_roles_alone(self, role, other):
        assert may_act_on(role, other, is_self=False) is (other in HIGHER[role])

    @pytest.mark.parametrize("role", Role)
    def test_acts_on_itself_and_on_whoever_has_none(self, role):
        assert may_act_on(role, role, is_self=True)
        assert may_act_on(role, None, is_self=False)

    def test_has_a_rank(self):
        assert RANKS.keys() == set(Role)


class TestAnAction:
    @pytest.mark.parametrize("action", Action)
    def test_is_an_owners_always(self, action):
        assert may(Role.OWNER, action)

    def test_on_the_team_is_an_owners_alone(self):
        assert [each for each in Role if may(each, Action.WRITE_TEAM)] == [Role.OWNER]

    def test_that_writes_settings_is_no_agents_and_no_auditors(self):
        assert [each for each in Role if may(each, Action.WRITE_SETTINGS)] == [
            Role.OWNER,
            Role.ADMIN,
        ]

    def test_is_listed(self):
        assert MAY.keys() == set(Action)
