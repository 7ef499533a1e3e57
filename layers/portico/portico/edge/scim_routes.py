"""/scim/v2/{workspace}: what a directory's own client sends, with a key of the workspace.

Answers and errors have the standard's form (RFC 7644, 3.1 and 3.12). They are the same for a user
of another workspace as for one who does not exist.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Self

from scim2_models import SCIMException
from scim2_server.responses import ScimResponse

from portico.account.synced_address import SyncedAddresses
from portico.clock import SYSTEM, Clock
from portico.directory.scim.both_kinds import DirectoryStorage, EverythingStorage
from portico.directory.scim.group_service import GroupStorage
from portico.directory.scim.group_sync import GroupSync
from portico.directory.scim.group_walk import GroupReckoning
from portico.directory.scim.held_people import SETTLED_AT_ONCE, HeldPeople
from portico.directory.scim.refusals import Refusals
from portico.directory.scim.service import UserStorage, directory_service
from portico.directory.scim.sync import DirectorySync, UserMoved
from portico.directory.scim.user_list import WalkedList
from portico.edge.responses import Response
from portico.edge.scim_requests import DirectoryRequest, asked_of, content_of
from portico.errors import (
    CrossSite,
    RoleTooSmall,
    TryLater,
)
from portico.events import Caller
from portico.sessions.access_token_check import bearer_of
from portico.settings import SyncDirectorySettings
from portico.team.caller_uses import CallerUses
from portico.team.departure_brake import DepartureBrake
from portico.team.directory_token import DirectoryTokens
from portico.team.mass_departure import MassDeparture
from portico.team.team_budget import TeamUse, count_use
from portico.team.team_caller import KeyCaller
from portico.team.workspace_key import Scope

SCIM_TRIES = 3
"""How often a request is done anew because another sync has changed the same user meanwhile."""
SETTLED_AGAIN_AFTER = timedelta(minutes=5)
"""From one look for whom a hold has left behind to the next, in a workspace that holds nobody."""
_OF_THE_LIBRARY = re.compile(r"\s*\[type=.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ScimRoutes:
    """What the door answers a directory."""

    people_table: str
    sign_in_table: str
    uses: CallerUses
    clock: Clock = SYSTEM
    _settled: dict[str, datetime] = field(default_factory=dict, repr=False, compare=False)
    """When this environment of the door last found nobody to settle, of workspaces that hold nobody."""

    @classmethod
    def behind(cls, settings: SyncDirectorySettings) -> Self:
        """Make the routes from the door's settings."""
        uses = CallerUses(settings.sign_in_table)
        return cls(settings.people_table, settings.sign_in_table, uses)

    def answer(self, event: Mapping[str, Any], caller: Caller) -> Response:
        """Answer a request, whatever its route."""
        found = self._key(event, caller)
        brake = self._brake(found)
        sync = DirectorySync(self.people_table, found.workspace, found.by, brake=brake)
        groups = GroupSync(sync, self.sign_in_table)
        self._reckon(sync, found, caller)
        self._settle(sync)
        try:
            asked = asked_of(event, caller, found.workspace.id)
            try:
                answer, storage = self._answer(groups, found, asked)
            finally:
                # The brake has counted whom it has let go.
                left = groups.left - (brake.counted if brake else 0)
                self._count(max(0, left), sync, found, caller)
            if storage.seen is not None and asked.request.body:
                addresses = SyncedAddresses(self.people_table, self.sign_in_table)
                addresses.settle(found.workspace, storage.seen, host=caller.host, by=found.by)
        except SCIMException as refused:
            answer = _refused(refused)
            if refused.status in (400, 409) and _writes(event):
                self._note(found, event, answer)
        return _response(answer)

    def _answer(
        self, groups: GroupSync, found: KeyCaller, asked: DirectoryRequest
    ) -> tuple[ScimResponse, DirectoryStorage]:
        for _ in range(SCIM_TRIES):
            storage = self._storage(groups, found, asked)
            try:
                return storage.serve(asked.request), storage
            except UserMoved:
                # What was asked is about the user as they are now, and so are its conditions.
                continue
        raise TryLater(cause="directory sync: two syncs change the same user or group")

    def _storage(
        self, groups: GroupSync, found: KeyCaller, asked: DirectoryRequest
    ) -> DirectoryStorage:
        listed = partial(WalkedList, sign_in_table=self.sign_in_table, key=found.id)
        users = UserStorage(groups.sync, listed(groups.sync.users), asked.terms, groups)
        of_groups = GroupStorage(
            directory_service(), groups, listed(groups.groups, kind="g"), asked.terms, asked.members
        )
        if asked.request.path == "/.search":
            return EverythingStorage(directory_service(), users, of_groups)
        return of_groups if asked.is_about_groups else users

    def _reckon(self, sync: DirectorySync, found: KeyCaller, caller: Caller) -> None:
        """Go on with what a change of the groups that let people in has left to do."""
        if not found.workspace.groups_ruled_at:
            return
        reckoning = GroupReckoning(sync, lambda left: self._count(left, sync, found, caller))
        # What is asked for is answered all the same, and by the rule of now.
        with suppress(TryLater):
            if reckoning.is_due():
                reckoning.go_on()

    def _brake(self, found: KeyCaller) -> DepartureBrake | None:
        if not found.workspace.directory_hold:
            return None
        return DepartureBrake(self.sign_in_table, found.workspace.id)

    def _settle(self, sync: DirectorySync) -> None:
        """Write what is left of the leaving of those whose moment has passed. They are out already.

        Where the setting was switched off, people may be held since before. Hardly any workspace has
        them, so it is looked at now and then.
        """
        id_, now = sync.workspace.id, self.clock.now()
        is_on, seen = sync.workspace.directory_hold, self._settled.get(id_)
        if not is_on and seen and timedelta() <= now - seen < SETTLED_AGAIN_AFTER:
            return
        with suppress(TryLater):
            if HeldPeople(sync).settle() < SETTLED_AT_ONCE:
                self._settled[id_] = now

    def _count(self, left: int, sync: DirectorySync, found: KeyCaller, caller: Caller) -> None:
        """Count who has left. Their access has ended, and no fault here may say that it has not."""
        if left:
            with suppress(TryLater):
                leaving = MassDeparture(self.people_table, self.sign_in_table, found.workspace)
                active, held = sync.users.count_active, HeldPeople(sync).count
                leaving.note(active, gone=left, held=held, host=caller.host, by=found.by)

    def _note(self, found: KeyCaller, event: Mapping[str, Any], answer: ScimResponse) -> None:
        """Record what was not kept, and why, for whoever wonders where somebody is."""
        user = (event.get("pathParameters") or {}).get("user")
        refusals = Refusals(self.sign_in_table, found.workspace, found.by)
        # The directory is told all the same.
        with suppress(TryLater):
            why, status = (answer.body or {}).get("detail", ""), int(answer.status)
            refusals.note(why, status=status, user=user, sent=content_of(event))

    def _key(self, event: Mapping[str, Any], caller: Caller) -> KeyCaller:
        """Return the key that asks, by itself or by a token.

        Raises:
            NotSignedIn: it is missing, bad, ended, or another workspace's.
            CrossSite: a browser sent it.
            RoleTooSmall: it has not the scope.
            TooManyRequests: its budget is spent.
        """
        text, workspace_id = bearer_of(caller), (event.get("pathParameters") or {})["workspace"]
        if caller.is_browser:
            raise CrossSite
        now = self.clock.now()
        tokens = DirectoryTokens(self.people_table, self.sign_in_table)
        found = tokens.opened(workspace_id, text or "", at=now)
        if Scope.SCIM not in found.key.scopes:
            raise RoleTooSmall((Scope.SCIM.value,))
        self.uses.note(found, caller.network)
        count_use(self.sign_in_table, workspace_id, found.id, TeamUse.BY_KEY, at=now)
        return found


def _writes(event: Mapping[str, Any]) -> bool:
    """Say whether a request has something to keep. A search by `POST` has not."""
    is_search = event["routeKey"].endswith("/.search")
    return event["requestContext"]["http"]["method"] != "GET" and not is_search


def _refused(refused: SCIMException) -> ScimResponse:
    answer = directory_service().error_response(refused)
    if answer.body and "detail" in answer.body:
        # The library's own words name its version and its pages.
        said = _OF_THE_LIBRARY.sub("", answer.body["detail"]).partition("\n")
        answer.body["detail"] = " ".join(said[2].split()) if said[2] else said[0]
    return answer


def _response(answer: ScimResponse) -> Response:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if answer.body is None:
        headers.pop("content-type", None)
    return Response(int(answer.status), answer.body, headers)
