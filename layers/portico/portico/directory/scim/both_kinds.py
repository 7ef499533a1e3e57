"""Search users and groups together, as the standard has it."""

from dataclasses import dataclass
from typing import Any

from scim2_models import Resource, ResourceType, SearchRequest
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService
from scim2_server.storage import ScimStorage, SearchPage

from portico.directory.scim.group_service import GroupStorage
from portico.directory.scim.scim_shapes import GROUPS_FILTERED
from portico.directory.scim.service import UserStorage
from portico.directory.scim.user_model import MOST_RESULTS

type DirectoryStorage = "UserStorage | GroupStorage | EverythingStorage"
"""What serves one request."""


@dataclass
class EverythingStorage(ScimStorage):
    """Users and groups together, which can be searched and nothing else."""

    service: ScimService
    users: UserStorage
    groups: GroupStorage
    seen: None = None

    def serve(self, request: ScimRequest) -> ScimResponse:
        """Serve a search.

        Raises:
            SCIMException: it is refused.
            TryLater: DynamoDB is out of reach.
        """
        self.groups.base = request.base_url
        return ScimHandler(self.service, self).handle(request)

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,
    ) -> SearchPage:
        """Find users and then groups. What a page of users leaves, groups fill."""
        count = MOST_RESULTS if search_request.count is None else search_request.count
        start = search_request.start_index or 1
        users = self.users.search(resource_types, search_request)
        if any(each.name not in GROUPS_FILTERED.values() for each in self.groups.terms or ()):
            # It is about what only users have.
            return users
        among_groups = max(1, start - (users.total or 0))
        left = {"start_index": among_groups, "count": count - len(users.resources)}
        groups = self.groups.search(resource_types, search_request.model_copy(update=left))
        total = (users.total or 0) + (groups.total or 0)
        return SearchPage(total, users.resources + groups.resources)

    def get(self, *_: Any, **__: Any) -> Resource[Any]:
        """Never asked."""
        raise NotImplementedError

    def create(self, *_: Any, **__: Any) -> Resource[Any]:
        """Never asked."""
        raise NotImplementedError

    def update(self, *_: Any, **__: Any) -> Resource[Any]:
        """Never asked."""
        raise NotImplementedError

    def delete(self, *_: Any, **__: Any) -> None:
        """Never asked."""
        raise NotImplementedError
