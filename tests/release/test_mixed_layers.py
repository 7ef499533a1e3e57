"""The last release's doors on this tree's layer, and this tree's on its (release/last.py).

While a stack is updated, nobody meets such a pair: an alias calls a version, which keeps the layer that
it was published with. These tests say what would happen without that, door by door, so that somebody
who must mix them by hand knows, and so that a name that is still needed does not go by accident.
"""

import json
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from release.last import ROOT
from tests.support.last_release import last_release

pytestmark = pytest.mark.slow

VARIABLES = """
import json, sys
sys.path[:0] = sys.argv[1:]
from portico import settings
print(json.dumps({door: sorted(each.variables()) for door, each in settings.ALL.items()}))
"""
START = """
import sys
sys.path[:0] = sys.argv[1:]
import handler
"""

EVERY_DOOR_OF_040 = {
    *("account", "authorize", "end_session", "finish_sso", "password", "record_trail"),
    *("request_code", "resolve_link", "revoke", "send_mail", "session", "sign_in_page"),
    *("start_sso", "token", "userinfo", "verify_code"),
}
DIE = {"0.4.0": EVERY_DOOR_OF_040}
"""By the last release: its doors that die at import on this tree's layer. The list may only get
shorter, and a release after 0.4.0 has none: a module that its doors import keeps its name, and a
setting that is new has a default, until the release after it is out.

0.4.0: between it and 0.5.0 nearly every module was given a noun for its name (`codes.asking` is
`codes.request`, the room `provider` is `openid`), before there was a promise to keep. Its functions
have no alias, so UPGRADING.md asks for a quiet hour.
"""
DIE_THERE = {"0.4.0": EVERY_DOOR_OF_040}
"""By the last release: doors of this tree, of those that it has too, that die on its layer. A door
that needs a module which is new joins the list; it may not be there without need."""


class Doors:
    """The doors of one tree, and the layer of one."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self.layer = tree / "layers" / "portico"
        asked = _python(VARIABLES, self.layer)
        assert asked.returncode == 0, asked.stderr
        self.variables: dict[str, list[str]] = json.loads(asked.stdout)
        assert self.variables

    def dying_on(self, layer: Path, doors: set[str]) -> Iterator[str]:
        """Yield those that do not start on another tree's layer, with the variables that they have."""
        for door in sorted(doors):
            env = dict.fromkeys(self.variables[door], f"{'stated':.<32}")
            started = _python(START, self.tree / "functions" / door, layer, env=env)
            if started.returncode:
                yield door


def _python(
    text: str, *path: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    # The libraries of both are this environment's: what is compared is our own code.
    libraries = sysconfig.get_path("purelib")
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", text, *map(str, path), libraries],
        env=env or {}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> Doors:
    return Doors(last_release().unpack(tmp_path_factory.mktemp("last")))


@pytest.fixture(scope="module")
def now() -> Doors:
    return Doors(ROOT)


class TestADoorOfTheLastRelease:
    def test_starts_on_its_own_layer(self, before):
        assert list(before.dying_on(before.layer, set(before.variables))) == []

    def test_starts_on_this_trees_layer_but_for_those_listed(self, before, now):
        dying = set(before.dying_on(now.layer, set(before.variables)))

        assert dying == DIE.get(last_release().version, set())


class TestADoorOfThisTree:
    def test_starts_on_the_last_releases_layer_but_for_those_listed(self, before, now):
        both = set(before.variables) & set(now.variables)

        dying = set(now.dying_on(before.layer, both))

        assert dying == DIE_THERE.get(last_release().version, set())
