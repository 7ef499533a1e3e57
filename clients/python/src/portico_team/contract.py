"""The routes that take a key. Made of docs/openapi.yaml by `make client`: change that, not this."""

from typing import Any, TypedDict, cast

from portico_team.errors import Problem
from portico_team.transport import Transport


class ErrorsEntry(TypedDict):
    field: str
    reason: str


class ReadSettings(TypedDict):
    settings: dict[str, Any]


class CrossSite(Problem):
    kind = "cross-site"


class InvalidRequest(Problem):
    kind = "invalid-request"

    @property
    def errors(self) -> list[ErrorsEntry] | None:
        return cast("list[ErrorsEntry] | None", self.members.get("errors"))


class NotSignedIn(Problem):
    kind = "not-signed-in"


class RoleTooHigh(Problem):
    kind = "role-too-high"


class RoleTooSmall(Problem):
    kind = "role-too-small"

    @property
    def needs(self) -> list[str] | None:
        return cast("list[str] | None", self.members.get("needs"))


class TooManyRequests(Problem):
    kind = "too-many-requests"


class TryLater(Problem):
    kind = "try-later"


class Routes:
    """A method for each route that takes a key, by the name of its ``operationId``.

    Every method raises :class:`~portico_team.Problem` where Portico refuses, as the class of its type,
    and :class:`~portico_team.OutOfReach` where there is no answer.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def read_settings(self) -> ReadSettings:
        """Read the settings of a workspace.

        The key needs the scope ``settings:read``.
        """
        return cast("ReadSettings", self.transport.ask("GET", "/settings")[0])
