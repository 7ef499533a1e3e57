"""The routes of the HTTP API and their doors, read from the translated template."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_VARIABLE = re.compile(r"\{(\w+)(\+?)\}")
_CALLED = re.compile(r"\$\{(\w+)(?:\.Arn)?\}/invocations")
"""A function, or the alias of one."""
DEFAULT = "$default"


class Match(NamedTuple):
    """The route that a request takes."""

    key: str
    """API Gateway's route key, e.g. ``GET /{workspace}``."""
    door: str
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Route:
    key: str
    door: str
    method: str
    pattern: re.Pattern[str]
    rank: tuple[bool, int, bool, int]


@dataclass(frozen=True, slots=True)
class Routes:
    """Routes by their keys. A more exact route wins, as at API Gateway."""

    doors: Mapping[str, str]
    """The door of each route key, including ``$default``."""
    _routes: list[_Route] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        found = [_route(key, door) for key, door in self.doors.items() if key != DEFAULT]
        self._routes.extend(sorted(found, key=lambda each: each.rank))

    def match(self, method: str, path: str) -> Match | None:
        """Return the route of a request, or ``None`` if there is none."""
        for route in self._routes:
            hit = route.pattern.fullmatch(path)
            if hit and route.method in (method, "ANY"):
                return Match(route.key, route.door, hit.groupdict())
        if DEFAULT in self.doors:
            return Match(DEFAULT, self.doors[DEFAULT], {})
        return None


def routes_of(template: Mapping[str, Any]) -> Routes:
    """Read the routes of a translated template's HTTP API. Doors are named by logical ids."""
    return Routes(dict(_integrations(template)))


def http_api(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the properties of the template's one HTTP API."""
    (api,) = (
        each["Properties"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::ApiGatewayV2::Api"
    )
    properties: Mapping[str, Any] = api
    return properties


def aliases(template: Mapping[str, Any]) -> dict[str, str]:
    """Return the function of each alias. Both are named by logical ids."""
    return {
        name: each["Properties"]["FunctionName"]["Ref"]
        for name, each in template["Resources"].items()
        if each["Type"] == "AWS::Lambda::Alias"
    }


def _integrations(template: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    functions = aliases(template)
    for path, methods in http_api(template)["Body"]["paths"].items():
        for method, operation in methods.items():
            if "x-amazon-apigateway-integration" not in operation:
                continue
            uri = json.dumps(operation["x-amazon-apigateway-integration"]["uri"])
            called = _CALLED.search(uri)
            if called is None:
                raise ValueError(f"{method} {path} leads to no function")
            name = "ANY" if method.startswith("x-amazon") else method.upper()
            yield (
                (DEFAULT if path == f"/{DEFAULT}" else f"{name} {path}"),
                functions.get(called[1], called[1]),
            )


def _route(key: str, door: str) -> _Route:
    method, _, path = key.partition(" ")
    pattern, end = "", 0
    for each in _VARIABLE.finditer(path):
        pattern += re.escape(path[end : each.start()])
        pattern += f"(?P<{each[1]}>{'.+' if each[2] else '[^/]+'})"
        end = each.end()
    pattern += re.escape(path[end:])
    rank = (path.endswith("+}"), path.count("{"), method == "ANY", -len(path))
    return _Route(key, door, method, re.compile(pattern), rank)
