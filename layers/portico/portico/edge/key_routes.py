"""The routes of a workspace's keys."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from portico.clock import SYSTEM, Clock, epoch
from portico.edge.responses import Response
from portico.edge.team_access import TeamAccess, idempotency_key_of, press_of
from portico.errors import InvalidRequest, TakenAlready
from portico.events import Caller
from portico.settings import ManageWorkspaceSettings
from portico.team.caller_uses import last_uses
from portico.team.rules import Action
from portico.team.workspace_key import (
    KEY_LIFETIME,
    LONGEST_KEY_LIFETIME,
    Scope,
    WorkspaceKey,
)
from portico.team.workspace_keys import WorkspaceKeys


@dataclass(frozen=True, slots=True)
class AskedKey:
    """POST …/keys: make a key. *scope* is a list that is separated by spaces."""

    label: str
    scope: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class KeyRoutes:
    """What the door answers about keys."""

    access: TeamAccess
    keys: WorkspaceKeys
    clock: Clock = SYSTEM

    @classmethod
    def behind(cls, access: TeamAccess, settings: ManageWorkspaceSettings) -> Self:
        """Make the routes from a door's settings."""
        return cls(access, WorkspaceKeys(settings.people_table, settings.sign_in_table))

    def list(self, path: dict[str, str], caller: Caller) -> Response:
        """Answer with all keys that are kept, without their secrets."""
        member = self.access.of_member(path, caller, Action.READ_TEAM)
        found = self.keys.of(member.workspace)
        used = last_uses(self.keys.sign_in_table, member.workspace.id, [each.id for each in found])
        return Response(200, {"keys": [self._listed(each, used.get(each.id)) for each in found]})

    def add(self, asked: AskedKey, path: dict[str, str], caller: Caller) -> Response:
        """Make a key, for which the caller answers."""
        member = self.access.of_member(path, caller, Action.WRITE_TEAM)
        once = idempotency_key_of(caller, member, "keys", asked)
        try:
            key, text = self.keys.add(
                member.workspace,
                member.contact,
                label=asked.label,
                scopes=_scopes(asked.scope),
                lifetime=_lifetime(asked.days),
                id_=once.random_part(),
                asked=once.body,
                host=caller.host,
                by=member.by,
            )
        except TakenAlready:
            once.demand_same(self.keys.find(member.workspace, once.random_part()).asked)
            raise
        return Response(201, {"key": self._answer(key), "text": text})

    def rotate(self, path: dict[str, str], caller: Caller) -> Response:
        """Give a key another secret. The one before stays good for a week."""
        member = self.access.of_member(path, caller, Action.WRITE_TEAM)
        press = press_of(caller, member, "rotate", path["key"], at=self.clock.now())
        key, text = self.keys.rotate(
            member.workspace,
            path["key"],
            member.contact,
            press=press,
            host=caller.host,
            by=member.by,
        )
        return Response(200, {"key": self._answer(key), "text": text})

    def revoke(self, path: dict[str, str], caller: Caller) -> Response:
        """Revoke a key."""
        member = self.access.of_member(path, caller, Action.WRITE_TEAM)
        key = self.keys.revoke(member.workspace, path["key"], host=caller.host, by=member.by)
        return Response(200, {"key": self._answer(key)})

    def _listed(self, key: WorkspaceKey, used: datetime | None) -> dict[str, Any]:
        return {**self._answer(key), "last_used_at": epoch(used) if used else None}

    def _answer(self, key: WorkspaceKey) -> dict[str, Any]:
        return {
            "id": key.id,
            "label": key.label,
            "state": key.state(at=self.clock.now()),
            "scope": " ".join(key.scopes),
            "owner": key.owner,
            "created_at": epoch(key.created_at),
            "expires_at": epoch(key.expires_at),
        }


def _lifetime(days: int | None) -> timedelta:
    if days is None:
        return KEY_LIFETIME
    # Before a span is made of it: of a number without a limit there is none.
    if not 1 <= days <= LONGEST_KEY_LIFETIME.days:
        raise InvalidRequest("days", f"1 to {LONGEST_KEY_LIFETIME.days}")
    return timedelta(days=days)


def _scopes(text: str) -> list[Scope]:
    try:
        return [Scope(each) for each in text.split(" ") if each]
    except ValueError:
        raise InvalidRequest("scope", f"of {' '.join(Scope)}") from None
