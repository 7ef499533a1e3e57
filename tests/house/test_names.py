"""One name, one thing: what is public in the layers, modules, rooms, and the import rules."""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.doors import ROOT

LAYERS = ROOT / "layers"
ROOMS = LAYERS / "portico" / "portico"
NAMED_TWICE = {
    "PROVIDER": "each file of sso/providers/ has one, by the same contract: table.py collects them",
    "log": "each module logs under a name of its own",
}
"""Public names that more than one module may have, with the reason."""
STEMS_OF_MANY_ROOMS = {"rules", "store", "flow"}
"""The pattern of a room: its rules, what it stores, what the team does with it."""
NO_GERUNDS_IN = ["layers", "functions", "cli", "local", "bench", "tests/support"]
NO_GERUNDS = {
    "setting": "a noun: what a team sets",
    "pending": "an adjective: the identity waits for its code",
    "relying": "the protocol's word: a relying party is who trusts a provider",
}
"""Words in -ing that may be part of a module's name, with the reason."""
CODE = {".py", ".js"}


def modules(folder: Path) -> list[Path]:
    """The modules below *folder*, but the empty fronts of packages."""
    return sorted(each for each in folder.rglob("*.py") if each.name != "__init__.py")


def names_of(source: str) -> set[str]:
    """The classes, types and constants at the top level of a module that others may use."""
    return {each for node in ast.parse(source).body for each in _named(node) if each[0] != "_"}


def _named(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.ClassDef(name=name) | ast.TypeAlias(name=ast.Name(id=name)):
            yield name
        case ast.Assign(targets=targets):
            found = (each for target in targets for each in ast.walk(target))
            yield from (each.id for each in found if isinstance(each, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.If(body=body, orelse=orelse) | ast.Try(body=body, orelse=orelse):
            yield from (each for inner in [*body, *orelse] for each in _named(inner))


@cache
def homes() -> dict[str, list[str]]:
    """Where each public name of the layers is made."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(LAYERS.rglob("*.py")):
        for name in names_of(path.read_text()):
            found[name].append(str(path.relative_to(LAYERS)))
    return found


def gerunds(paths: list[Path]) -> list[str]:
    """The names with a word in -ing that is a verb's."""
    return sorted(
        str(each)
        for each in paths
        if any(word.endswith("ing") and word not in NO_GERUNDS for word in words_of(each))
    )


def words_of(path: Path) -> list[str]:
    return path.stem.replace("-", "_").split("_")


def code_in(folder: str) -> list[Path]:
    files = (each.relative_to(ROOT) for each in (ROOT / folder).rglob("*"))
    return [each for each in files if each.suffix in CODE and "node_modules" not in each.parts]


def ranks() -> list[set[str]]:
    """The rooms of the import rules, from the top down."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layered,) = [each for each in contracts["contracts"] if each["type"] == "layers"]
    assert layered["containers"] == ["portico"]
    return [set(each.split(" | ")) for each in layered["layers"]]


class TestAPublicName:
    def test_is_read_where_a_class_a_type_or_a_constant_is_made(self):
        source = (
            "class A: ...\ntype B = int\nC = 1\nd: int = 2\nE, F = 3, 4\n_G = 5\ndef h(): ...\n"
        )

        assert names_of(source) == set("ABCdEF")

    def test_of_the_layers_is_one_things_alone(self):
        twice = {name: at for name, at in homes().items() if len(at) > 1}

        assert {name: at for name, at in twice.items() if name not in NAMED_TWICE} == {}

    @pytest.mark.parametrize("name", NAMED_TWICE)
    def test_that_may_be_there_twice_is(self, name):
        assert len(homes()[name]) > 1


class TestAModule:
    def test_has_a_stem_of_its_own_in_the_layer(self):
        found: dict[str, list[Path]] = defaultdict(list)
        for path in modules(ROOMS):
            found[path.stem].append(path.relative_to(ROOMS))

        assert len(found) > 100
        assert {
            stem: at
            for stem, at in found.items()
            if len(at) > 1 and stem not in STEMS_OF_MANY_ROOMS
        } == {}

    @pytest.mark.parametrize("stem", sorted(STEMS_OF_MANY_ROOMS))
    def test_of_many_rooms_is_in_many(self, stem):
        assert len([each for each in modules(ROOMS) if each.stem == stem]) > 1

    def test_is_not_called_like_a_room(self):
        rooms = {each.parent.name for each in ROOMS.rglob("*/__init__.py")}

        assert {"aws", "codes", "providers"} <= rooms
        assert [each for each in modules(ROOMS) if each.stem in rooms] == []

    @pytest.mark.parametrize("folder", NO_GERUNDS_IN)
    def test_is_a_noun_and_no_gerund(self, folder):
        assert code_in(folder)
        assert gerunds(code_in(folder)) == []

    def test_that_is_a_gerund_is_found(self):
        paths = [
            Path(each) for each in ("a/signing-up.js", "undoing.py", "signing_in.py", "ring/a.py")
        ]

        assert gerunds(paths) == ["a/signing-up.js", "signing_in.py", "undoing.py"]

    @pytest.mark.parametrize("word", NO_GERUNDS)
    def test_has_a_word_in_ing_only_where_one_is_needed(self, word):
        files = [each for folder in NO_GERUNDS_IN for each in code_in(folder)]

        assert any(word in words_of(each) for each in files)


class TestTheImportRules:
    def test_rank_every_room_once_and_nothing_that_is_not_there(self):
        ranked = [each for rank in ranks() for each in rank]
        there = {each.stem for each in ROOMS.iterdir() if each.name[0] not in "_."}
        data = {each.stem for each in ROOMS.iterdir() if each.is_file() and each.suffix != ".py"}

        assert sorted(ranked) == sorted(there - data)
