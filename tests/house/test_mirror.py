"""Where a test is: a module's tests have its name, or say in their first sentence what they test."""

import ast
import re
from pathlib import Path

import pytest

from tests.support.doors import ROOT

LAYER = ROOT / "layers" / "portico"
ROOMS = LAYER / "portico"
FOLDERS = {
    **{each.parent.name: each.parent for each in ROOMS.glob("*/__init__.py")},
    "cli": ROOT / "cli",
    "local": ROOT / "local",
}
"""Whose tests have a folder of the same name."""
MIRRORS = [path for room in FOLDERS for path in sorted((ROOT / "tests" / room).glob("test_*.py"))]
SENTENCE = re.compile(r".*?\.(?=\s|$)", re.DOTALL)
NAMED = re.compile(
    r"(?<![\w/.])(?:[\w*.-]+(?:/[\w*.-]+)*\.py\b|(?:portico|cli|local|bench)(?:\.\w+)+)"
)


def is_mirrored(test: Path) -> bool:
    """Say whether the room has a module that *test* is named after."""
    room = FOLDERS[test.parent.name]
    return any(each.stem == test.stem.removeprefix("test_") for each in room.rglob("*.py"))


def named(source: str) -> list[str]:
    """The modules that the first sentence of a test's docstring names."""
    sentence = SENTENCE.match(ast.get_docstring(ast.parse(source)) or "")
    return NAMED.findall(sentence[0]) if sentence else []


def exists(module: str) -> bool:
    """Say whether *module* is one: a path from the top or from the rooms, or a dotted name."""
    path = module.replace(".", "/")
    paths = [module] if module.endswith(".py") else [f"{path}.py", f"{path}/*.py"]
    return any(any(top.glob(each)) for top in (ROOT, LAYER, ROOMS) for each in paths)


def imported(folder: Path) -> set[str]:
    """The modules that the code below *folder* imports."""
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
            elif isinstance(node, ast.Import):
                found |= {each.name for each in node.names}
    return found


OF_A_BROWSER = ("conftest", "house", "member", "person")
"""What the browser tests have of their own, and bench plays as well: a house, and who visits it."""


class TestATestOfARoom:
    @pytest.mark.parametrize("path", MIRRORS, ids=lambda each: str(each.relative_to(ROOT)))
    def test_has_the_name_of_its_module_or_says_what_it_tests(self, path):
        assert is_mirrored(path) or named(path.read_text()), (
            "name the module in the docstring's first sentence: a path, or a dotted name"
        )

    @pytest.mark.parametrize("path", MIRRORS, ids=lambda each: str(each.relative_to(ROOT)))
    def test_names_only_modules_that_there_are(self, path):
        assert [each for each in named(path.read_text()) if not exists(each)] == []

    def test_is_there_for_every_room(self):
        assert len(FOLDERS) > 16
        assert {each.parent.name for each in MIRRORS} == FOLDERS.keys()


class TestWhatASentenceNames:
    def test_are_paths_and_dotted_names(self):
        source = (
            '"""About much (codes/request.py, cli/checks_*.py): `portico.printable`, or e.g. x."""'
        )

        assert named(source) == ["codes/request.py", "cli/checks_*.py", "portico.printable"]

    def test_are_not_those_of_the_sentences_after_it(self):
        assert named('"""About codes.\n\nLike codes/request.py."""') == []

    @pytest.mark.parametrize("module", ["codes/request.py", "layers/portico/cut.py", "cli.app"])
    def test_is_there(self, module):
        assert exists(module)

    @pytest.mark.parametrize("module", ["codes/asking.py", "portico.sso.knowing", "request.py"])
    def test_is_not_there(self, module):
        assert not exists(module)


class TestWhatBenchAndTestsShare:
    @pytest.mark.parametrize("folder", ["bench", "tests/support"])
    def test_is_in_tests_support(self, folder):
        ours = {each for each in imported(ROOT / folder) if each.startswith("tests")}

        assert ours
        shared = ("tests.support.", *(f"tests.browser.{each}." for each in OF_A_BROWSER))
        assert {each for each in ours if not f"{each}.".startswith(shared)} == set()

    @pytest.mark.parametrize("folder", ["layers", "functions", "cli", "local"])
    def test_is_no_part_of_what_is_used(self, folder):
        assert not [each for each in imported(ROOT / folder) if each.partition(".")[0] == "tests"]
