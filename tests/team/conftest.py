"""Members of a team who come by fake providers."""

from tests.sso.conftest import connected, stage, world

__all__ = ["connected", "stage", "world"]
