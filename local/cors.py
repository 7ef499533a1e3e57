"""Answer cross-origin calls as an HTTP API does, from its CORS configuration only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from werkzeug.datastructures import Headers

from local.routes import http_api


@dataclass(frozen=True, slots=True)
class Cors:
    """The CORS configuration of an HTTP API. Doors do not affect it."""

    origins: frozenset[str]
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    exposed: tuple[str, ...]
    credentials: bool
    max_age: int

    @classmethod
    def from_template(cls, template: Mapping[str, Any]) -> Self:
        """Read the configuration of a translated template.

        Raises:
            ValueError: the configuration is not the plain object that API Gateway imports.
        """
        said = http_api(template)["Body"].get("x-amazon-apigateway-cors", {})
        origins = said.get("allowOrigins", [])
        if not isinstance(origins, list) or not all(isinstance(each, str) for each in origins):
            raise ValueError("CorsConfiguration did not survive its translation")
        return cls(
            origins=frozenset(origins),
            methods=tuple(said.get("allowMethods", [])),
            headers=tuple(said.get("allowHeaders", [])),
            exposed=tuple(said.get("exposeHeaders", [])),
            credentials=said.get("allowCredentials", False),
            max_age=said.get("maxAge", 0),
        )

    def preflight(self, origin: str | None) -> Headers:
        """Return the headers of a preflight's answer; none for an unknown origin."""
        answer = Headers()
        if not self._knows(origin):
            return answer
        self._admit(answer, origin)
        answer["access-control-allow-methods"] = ",".join(self.methods)
        answer["access-control-allow-headers"] = ",".join(self.headers)
        answer["access-control-max-age"] = str(self.max_age)
        return answer

    def apply(self, headers: Headers, origin: str | None) -> None:
        """Replace a door's CORS headers by those of this configuration."""
        for name in [name for name in headers.keys() if name.lower().startswith(_OURS)]:  # noqa: SIM118
            headers.remove(name)
        if not self._knows(origin):
            return
        self._admit(headers, origin)
        if self.exposed:
            headers["access-control-expose-headers"] = ",".join(self.exposed)

    def _knows(self, origin: str | None) -> bool:
        return origin is not None and (origin in self.origins or "*" in self.origins)

    def _admit(self, headers: Headers, origin: str | None) -> None:
        headers["access-control-allow-origin"] = "*" if "*" in self.origins else str(origin)
        if self.credentials:
            headers["access-control-allow-credentials"] = "true"


_OURS = "access-control-"
