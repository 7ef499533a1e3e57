"""Serve groups by the standard. Their members never pass through the library in one piece."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Protocol

from scim2_models import (
    InvalidValueException,
    Meta,
    NotFoundException,
    Resource,
    ResourceType,
    ResponseParameters,
    SearchRequest,
    UniquenessException,
)
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService
from scim2_server.storage import ScimStorage, SearchPage

from portico.directory.scim.group_shapes import MemberChange
from portico.directory.scim.group_sync import GroupSync
from portico.directory.scim.scim_shapes import Term
from portico.directory.scim.sync import NameTaken, UserMoved
from portico.directory.scim.synced_group import SyncedGroup
from portico.directory.scim.user_list import WalkedList
from portico.directory.scim.user_model import MOST_RESULTS, Group, GroupMember
from portico.errors import InvalidRequest

MOST_MEMBERS_SHOWN = 1000
"""Members that one answer shows. A group that has more is shown without any."""
MOST_SHOWN_AFTER_A_CHANGE = 100


class ShownAttributes(Protocol):
    """What says which attributes an answer has."""

    @property
    def attributes(self) -> list[Any] | None:
        """Those alone."""

    @property
    def excluded_attributes(self) -> list[Any] | None:
        """All but those."""


@dataclass
class GroupStorage(ScimStorage):
    """The rows of groups, as `scim2_server` asks for them, for one request.

    Args:
        service: the one service.
        sync: what the key may write.
        listed: the list of all groups, by pages.
        terms: of the request's filter; ``None``: it has none.
        members: what the request says of members.
    """

    service: ScimService
    sync: GroupSync
    listed: WalkedList[SyncedGroup]
    terms: list[Term] | None
    members: MemberChange
    read: SyncedGroup | None = None
    """The group that the request is about, as it was read."""
    seen: None = None
    """The user whom the request was about: none."""
    base: str = ""
    """The address of the directory, which members are named by."""
    shown: int = MOST_MEMBERS_SHOWN
    """Members that this answer may still show."""

    def serve(self, request: ScimRequest) -> ScimResponse:
        """Serve the request.

        Raises:
            SCIMException: it is refused.
            UserMoved: somebody has changed the group meanwhile.
            TryLater: it is not finished. ShownAttributes again, it goes on.
        """
        self.base = request.base_url
        if request.method != "GET":
            self.shown = MOST_SHOWN_AFTER_A_CHANGE
        if request.method in ("PUT", "PATCH"):
            return self._change(request)
        return ScimHandler(self.service, self).handle(request)

    def _change(self, request: ScimRequest) -> ScimResponse:
        """Change a group: the library changes all but the members, and one write keeps both."""
        service = self.service
        with service.provider:
            target = service.match(request)
            kind = service.resource_type_at(str(target.endpoint))
            asked = service.read_response_parameters(kind, request.query)
            before = self._group(str(target.resource_id))
            conditions = service.read_conditions(request)
            current, wanted = _resource(before), None
            told = request.body, request.header("Content-Type")
            if request.method == "PUT":
                wanted = service.apply_replacement(
                    current, service.read_replacement(kind, *told), conditions
                )
            elif json.loads(request.body)["Operations"]:
                patch = service.read_patch(kind, *told)
                wanted = service.apply_patch(current, patch, conditions)
            else:
                # It was about members alone.
                service.check_preconditions(current, "PATCH", conditions)
            sent = (wanted or _resource(before)).model_dump()
            kept = self._kept(lambda: self.sync.change(before, sent, self.members))
            shown = self._showing(kept, asked)
            return service.replacement_response(request.base_url, shown, asked)

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        """Read one group."""
        group = self._group(resource_id)
        # Only an answer shows members. Whoever deletes a group needs none.
        return (
            self._showing(group, response_parameters) if response_parameters else _resource(group)
        )

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,
    ) -> SearchPage:
        """Find groups by a key, or read a page of all."""
        count = MOST_RESULTS if search_request.count is None else search_request.count
        start = search_request.start_index or 1
        if self.terms is None:
            total, page = self.listed.page(start=start, size=count)
        else:
            found = self._found(self.terms)
            total, page = len(found), found[start - 1 :][:count]
        return SearchPage(total, [self._showing(each, search_request) for each in page])

    def _found(self, terms: list[Term]) -> list[SyncedGroup]:
        # The members come last: whether somebody is in a known group is one row.
        first, *others = sorted(terms, key=lambda each: each.name == "members")
        groups = self.sync.groups.found(first.name, first.value)
        for each in others:
            if each.name == "members":
                asked = [(each.value, group.id) for group in groups]
                in_them = {group for _, group in self.sync.groups.memberships(asked)}
                groups = [group for group in groups if group.id in in_them]
            else:
                groups = [group for group in groups if group.says(each.name, each.value)]
        if first.name == "members":
            return groups
        return [group for group in groups if group.says(first.name, first.value)]

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """Keep a new group."""
        sent = resource.model_dump()
        return self._showing(self._kept(lambda: self.sync.create(sent, self.members)), None)

    def update(
        self,
        resource_type: ResourceType,
        resource: Resource[Any],
        *,
        expected_version: str | None = None,
    ) -> Resource[Any]:
        """Never asked: `serve` changes groups, with their members."""
        raise NotImplementedError

    def delete(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        expected_version: str | None = None,
    ) -> None:
        """Forget a group."""
        if self.read is None or self.read.id != resource_id:
            raise UserMoved
        self.sync.delete(self.read)

    def _group(self, id_: str) -> SyncedGroup:
        group = self.sync.groups.get(id_)
        if group is None:
            raise NotFoundException(detail="There is no group with this id")
        self.read = group
        return group

    def _kept(self, write: Callable[[], SyncedGroup]) -> SyncedGroup:
        try:
            return write()
        except NameTaken as taken:
            raise UniquenessException(detail=f"{taken.what}: another group has it") from None
        except InvalidRequest as wrong:
            raise InvalidValueException(detail=f"{wrong.field}: {wrong.reason}") from None

    def _showing(self, group: SyncedGroup, asked: ShownAttributes | None) -> Group[Any]:
        found = _resource(group)
        if not _wants_members(asked) or self.shown == 0:
            return found
        ids = self.sync.groups.members(group.id, most=self.shown)
        if ids:
            self.shown -= len(ids)
            told = [
                {"value": each, "type": "User", "$ref": f"{self.base}/Users/{each}"} for each in ids
            ]
            found.members = [GroupMember.model_validate(each) for each in told]
        return found


def _wants_members(asked: ShownAttributes | None) -> bool:
    if asked is None:
        return True
    without = {_name(each) for each in asked.excluded_attributes or ()}
    only = {_name(each) for each in asked.attributes or ()}
    return "members" not in without and (not only or "members" in only)


def _name(path: Any) -> str:
    """Return the attribute that a path names, without its schema and its parts."""
    return str(path).lower().rpartition(":")[2].partition(".")[0]


def _resource(group: SyncedGroup) -> Group[Any]:
    created, changed = (each.astimezone(UTC) for each in (group.created_at, group.changed_at))
    found: Group[Any] = Group.model_validate(group.document | {"schemas": [str(Group.__schema__)]})
    found.id = group.id
    found.meta = Meta(
        resource_type="Group",
        created=created,
        last_modified=changed,
        version=f'W/"{group.version}"',
    )
    return found
