"""Serve the standard over our rows: `scim2_server` does the protocol, this the storage.

It is loaded by one door alone, because it costs more than everything else that a door loads.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC
from functools import cache
from typing import Any

from scim2_models import (
    Context,
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

from portico.directory.scim.group_sync import GroupSync
from portico.directory.scim.scim_shapes import Term
from portico.directory.scim.sync import DirectorySync, NameTaken, UserMoved
from portico.directory.scim.synced_user import SyncedUser
from portico.directory.scim.user_list import WalkedList
from portico.directory.scim.user_model import MOST_RESULTS, User, provider
from portico.errors import InvalidRequest


class DirectoryService(ScimService):
    """The protocol, with the answers that both Entra ID and Okta read."""

    def patch_response(
        self,
        base_url: str,
        resource: Resource[Any],
        response_parameters: ResponseParameters[Any],
    ) -> ScimResponse:
        """Answer a change with what it is about as it is: an empty answer says nothing was done."""
        return self.resource_response(
            self.publish(base_url, resource),
            Context.RESOURCE_REPLACEMENT_RESPONSE,
            response_parameters,
        )


@cache
def directory_service() -> DirectoryService:
    """Return the one service of this environment. It holds nothing of a request."""
    return DirectoryService(provider())


@dataclass
class UserStorage(ScimStorage):
    """Our rows, as `scim2_server` asks for them, for one request.

    Args:
        sync: what the key may write.
        users: the list of all users, by pages.
        terms: of the request's filter; ``None``: it has none.
        groups: those that users are in.
    """

    sync: DirectorySync
    users: WalkedList[SyncedUser]
    terms: list[Term] | None
    groups: GroupSync
    seen: SyncedUser | None = None
    """The user whom the request was about, as they were read or written last."""
    keeps_active: bool = False
    """Whether the request leaves open who may come in."""

    def serve(self, request: ScimRequest) -> ScimResponse:
        """Serve the request.

        Raises:
            SCIMException: it is refused.
            UserMoved: somebody has changed the user meanwhile. Nothing was written.
            TryLater: nothing was written.
        """
        if request.method == "PUT":
            request = self._saying_active(request)
        return ScimHandler(directory_service(), self).handle(request)

    def _saying_active(self, request: ScimRequest) -> ScimRequest:
        """Return a replacement that the standard allows: with ``active``, whatever it was.

        Nobody is let in, and nobody is put out, by leaving a word out: :meth:`update` writes what
        the user was when they were read.
        """
        content = json.loads(request.body)
        if "active" in content:
            return request
        self.keeps_active = True
        content["active"] = True
        return replace(request, body=json.dumps(content, ensure_ascii=False).encode())

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        """Read one user."""
        return _resource(self._user(resource_id))

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,
    ) -> SearchPage:
        """Find users by a key, or read a page of all."""
        count = MOST_RESULTS if search_request.count is None else search_request.count
        start = search_request.start_index or 1
        if self.terms is None:
            total, page = self.users.page(start=start, size=count)
            return SearchPage(total, [_resource(each) for each in page])
        first, *others = self.terms
        found = [
            user
            for user in self.sync.users.found(first.name, first.value)
            if user.says(first.name, first.value)
            and all(user.says(each.name, each.value) for each in others)
        ]
        page = found[start - 1 :][:count]
        return SearchPage(len(found), [_resource(each) for each in page])

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """Keep a new user."""
        return self._kept(lambda: self.sync.create(resource.model_dump()))

    def update(
        self,
        resource_type: ResourceType,
        resource: Resource[Any],
        *,
        expected_version: str | None = None,
    ) -> Resource[Any]:
        """Keep another state of a user. It is about the state that was read for this request."""
        before = self._as_read(str(resource.id), expected_version)
        sent = resource.model_dump()
        if self.keeps_active:
            sent["active"] = before.active
        kept = self._kept(lambda: self.sync.change(before, sent))
        if before.may_come_in and self.seen is not None and not self.seen.may_come_in:
            self.groups.left += 1
        return kept

    def delete(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        expected_version: str | None = None,
    ) -> None:
        """Forget a user."""
        user = self._as_read(resource_id, expected_version)
        if self.groups.leave_all(user.id):
            # Their row says what their groups say of them.
            user = self._user(user.id)
        self.sync.delete(user)
        self.groups.left += user.may_come_in

    def _user(self, id_: str) -> SyncedUser:
        user = self.sync.users.get(id_)
        if user is None:
            raise NotFoundException(detail="There is no user with this id")
        self.seen = user
        return user

    def _as_read(self, id_: str, version: str | None) -> SyncedUser:
        """Return the user as this request has read them. The write asks whether they still are."""
        if self.seen is None or self.seen.id != id_ or _version(self.seen) != version:
            raise UserMoved
        return self.seen

    def _kept(self, write: Callable[[], SyncedUser]) -> Resource[Any]:
        try:
            self.seen = write()
        except NameTaken as taken:
            detail = f"{taken.what}: another user or record of the directory has it"
            raise UniquenessException(detail=detail) from None
        except InvalidRequest as wrong:
            raise InvalidValueException(detail=f"{wrong.field}: {wrong.reason}") from None
        return _resource(self.seen)


def _resource(user: SyncedUser) -> User[Any]:
    created, changed = (each.astimezone(UTC) for each in (user.created_at, user.changed_at))
    found: User[Any] = User.model_validate(user.document | {"schemas": [str(User.__schema__)]})
    found.id = user.id
    found.meta = Meta(
        resource_type="User", created=created, last_modified=changed, version=_version(user)
    )
    return found


def _version(user: SyncedUser) -> str:
    return f'W/"{user.version}"'
