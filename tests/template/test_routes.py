"""Every route of the template has somebody who answers it, and nobody waits at a door without one."""

import pytest

from local.routes import routes_of
from tests.support.doors import door
from tests.support.template import folder, translated

pytestmark = pytest.mark.usefixtures("cloud")


def routed() -> dict[str, set[str]]:
    doors: dict[str, set[str]] = {}
    for route, name in routes_of(translated()).doors.items():
        doors.setdefault(folder(name), set()).add(route)
    return doors


class TestARoute:
    def test_is_answered_by_its_door(self):
        for name, routes in routed().items():
            assert routes == set(door(name).handler.routes)
