"""The logos that teams uploaded. A logo's name changes with its content."""

import re
from dataclasses import dataclass

from portico.errors import InvalidRequest
from portico.ids import is_workspace
from portico.people.store import People
from portico.settings import SignInPageSettings

LARGEST_LOGO = 64 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_NAME = re.compile(r"logo/([a-z][a-z0-9-]{1,30})/([0-9a-f]{16})\.png\Z")


def checked(png: bytes) -> bytes:
    """Return *png* if it is a PNG of at most 64 KB. SVG is refused, because it can hold scripts.

    Raises:
        InvalidRequest: *png* is anything else.
    """
    if not png.startswith(_PNG):
        raise InvalidRequest("logo", "a PNG")
    if len(png) > LARGEST_LOGO:
        raise InvalidRequest("logo", "64 KB at most")
    return png


@dataclass(frozen=True, slots=True)
class Logos:
    """The logos of a deployment."""

    people_table: str

    @classmethod
    def from_settings(cls, settings: SignInPageSettings) -> "Logos":
        """Make the logos from a door's settings."""
        return cls(settings.people_table)

    def find(self, name: str) -> bytes | None:
        """Return the logo that ``logo/<workspace>/<digest>.png`` names."""
        named = _NAME.match(name)
        if named is None or not is_workspace(named[1]):
            return None
        found = People(self.people_table, named[1]).logo()
        return found[1] if found and found[0] == named[2] else None
