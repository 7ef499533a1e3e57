"""Who may use a route of the team's side: find the caller, ask the rules, and count, in this order.

The doors for teams share this, so a new route cannot forget one of the three.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from portico.clock import SYSTEM, Clock
from portico.edge.idempotency import IdempotencyKey
from portico.errors import ChangedMeanwhile, PreconditionMissing, RoleTooSmall
from portico.events import Caller
from portico.people.memberships import Role
from portico.sessions.access_token_check import TokenChecker
from portico.team.caller_uses import CallerUses
from portico.team.rules import CHANGES, MAY, NEEDS_FRESH_SIGN_IN, SCOPE_FOR, Action, may
from portico.team.team_budget import IMPORTS, TeamUse, count_use
from portico.team.team_caller import KeyCaller, TeamCaller, TeamCallers


@dataclass(frozen=True, slots=True)
class TeamAccess:
    """The entry to the routes of a deployment's teams."""

    sign_in_table: str
    callers: TeamCallers
    uses: CallerUses
    clock: Clock = SYSTEM

    @classmethod
    def to(cls, people_table: str, sign_in_table: str, signing_keys: str) -> Self:
        """Make the entry from a door's settings."""
        checker = TokenChecker(signing_keys.split(","))
        callers = TeamCallers(people_table, sign_in_table, checker)
        return cls(sign_in_table, callers, CallerUses(sign_in_table))

    def of_member(self, path: dict[str, str], caller: Caller, action: Action) -> TeamCaller:
        """Return the member who asks, if they may. No key has this action.

        Raises:
            NotSignedIn, CrossSite, TryLater: as `TeamCallers.of_all`.
            RoleTooSmall: the member's role, or every key, is too small.
            ReAuthNeeded: the action asks for a younger sign-in.
            TooManyRequests: the caller's budget is spent.
        """
        found = self.callers.of_all(path["workspace"], caller)
        if isinstance(found, KeyCaller):
            raise RoleTooSmall(_roles_for(action))
        self._demand_member(found, caller, action)
        return found

    def of_anyone(
        self, path: dict[str, str], caller: Caller, action: Action
    ) -> TeamCaller | KeyCaller:
        """Return the member, or the key, that asks, if it may.

        Raises:
            NotSignedIn, CrossSite, TryLater: as `TeamCallers.of_all`.
            RoleTooSmall: the member's role, or the key's scopes, are too small.
            ReAuthNeeded: the action asks a member for a younger sign-in.
            TooManyRequests: the caller's budget is spent.
        """
        found = self.callers.of_all(path["workspace"], caller)
        if isinstance(found, TeamCaller):
            self._demand_member(found, caller, action)
            return found
        scope = SCOPE_FOR.get(action)
        if scope is None:
            raise RoleTooSmall(_roles_for(action))
        if scope not in found.key.scopes:
            raise RoleTooSmall((scope.value,))
        self.uses.note(found, caller.network)
        now = self.clock.now()
        count_use(self.sign_in_table, found.workspace.id, found.id, TeamUse.BY_KEY, at=now)
        self._count_import(found, action)
        return found

    def _demand_member(self, member: TeamCaller, caller: Caller, action: Action) -> None:
        if not may(member.role, action):
            raise RoleTooSmall(_roles_for(action))
        now = self.clock.now()
        if action in NEEDS_FRESH_SIGN_IN:
            member.standing.demand_fresh(at=now)
        self.uses.note(member, caller.network)
        if action is Action.IMPORT_CONTACTS:
            self._count_import(member, action)
            return
        use = TeamUse.CHANGE if action in CHANGES else TeamUse.READ
        count_use(self.sign_in_table, member.workspace.id, member.id, use, at=now)

    def _count_import(self, found: TeamCaller | KeyCaller, action: Action) -> None:
        """Count what an import asks for: in one budget, however many send parts."""
        if action is Action.IMPORT_CONTACTS:
            now, workspace = self.clock.now(), found.workspace
            count_use(self.sign_in_table, workspace.id, IMPORTS, TeamUse.IMPORT, at=now)


def demand_match(caller: Caller, etag: str, now: dict[str, object]) -> None:
    """Check that a change is about the state that its caller has seen.

    Args:
        caller: who asks, with ``If-Match``.
        etag: of the state as it is now.
        now: the state as it is now, for the answer.

    Raises:
        PreconditionMissing: there is no ``If-Match``.
        ChangedMeanwhile: it names another state.
    """
    if caller.if_match is None:
        raise PreconditionMissing
    if caller.if_match != etag:
        raise ChangedMeanwhile(now)


def idempotency_key_of(
    caller: Caller, found: TeamCaller | KeyCaller, route: str, body: object
) -> IdempotencyKey:
    """Return the ``Idempotency-Key`` of a creating request, bound to its caller, route and body.

    Raises:
        InvalidRequest: it is missing, or too long.
    """
    return IdempotencyKey.of(caller, f"{found.workspace.id}|{found.id}|{route}", body)


def press_of(
    caller: Caller, found: TeamCaller | KeyCaller, route: str, body: object, *, at: datetime
) -> tuple[str, ...]:
    """Return digests of a press that replaces what it made if it comes again; none without a key.

    The first is the one to keep, unless it is a repeat: what it was known by stays. The other is
    yesterday's: a repeat is one for a day at least and for two at most.

    Raises:
        InvalidRequest: the ``Idempotency-Key`` is empty, or too long.
    """
    if caller.idempotency_key is None:
        return ()
    once = idempotency_key_of(caller, found, route, body)
    today = at.toordinal()
    return once.random_part(today), once.random_part(today - 1)


def _roles_for(action: Action) -> tuple[str, ...]:
    return tuple(each.value for each in Role if each in MAY[action])
