"""The JavaScript that browsers are sent is type-checked by ``make lint``, and by nothing else."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BUNDLE = ROOT / "functions/sign_in_page/static/bundle"
SERVED = [
    *(path for path in ROOT.glob("functions/**/*.js") if not path.is_relative_to(BUNDLE)),
    *ROOT.glob("local/**/*.js"),
]
"""The bundle is made of them."""
PACKAGES = [ROOT / "requirements/package.json", ROOT / "tests/clients/package.json"]


def settings() -> Any:
    # JSON with comments, as TypeScript reads it.
    text = re.sub(r"^\s*//.*$", "", (ROOT / "tsconfig.json").read_text(), flags=re.MULTILINE)
    return json.loads(text)


def recipe(target: str) -> str:
    """What ``make`` would run for *target* on a machine where nothing is installed yet."""
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", target],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


class TestTypes:
    def test_are_checked_in_every_file_that_is_served(self):
        checked = {path for each in settings()["include"] for path in ROOT.glob(each)}

        assert len(SERVED) > 30
        assert set(SERVED) == checked

    def test_are_checked_strictly(self):
        options = settings()["compilerOptions"]

        assert {name: options[name] for name in ("allowJs", "checkJs", "strict")} == {
            "allowJs": True,
            "checkJs": True,
            "strict": True,
        }

    @pytest.mark.parametrize("path", SERVED, ids=lambda path: path.name)
    def test_are_switched_off_nowhere(self, path):
        assert not re.search(r"@ts-(nocheck|ignore|expect-error)", path.read_text())

    def test_are_part_of_lint(self):
        assert "tsc --project ." in recipe("lint")


class TestTheBundle:
    def test_is_compared_with_its_sources_by_lint(self):
        assert "make fresh-bundle" in recipe("lint").replace("/usr/bin/make", "make")


class TestNode:
    @pytest.mark.parametrize("target", ["lint", "bundle", "clients"])
    def test_is_asked_for_by_name(self, target):
        assert f"make {target}" in recipe(target).partition("Node 20.19 or newer")[0]

    @pytest.mark.parametrize("target", ["run", "test", "cli", "build"])
    def test_is_not_needed(self, target):
        assert not re.search(r"\bnpm\b|\bnode\b|\btsc\b|\brolldown\b", recipe(target))

    def test_stands_among_what_a_machine_must_have(self):
        sentence = re.search(r"[^.;]*Node 20\.19[^.;]*[.;]", (ROOT / "README.md").read_text())

        assert sentence
        assert "`make lint`" in sentence[0]
        assert "`make bundle`" in sentence[0]
        assert "`make clients`" in sentence[0]

    @pytest.mark.parametrize("path", PACKAGES, ids=lambda path: path.parent.name)
    def test_brings_exact_versions(self, path):
        versions = json.loads(path.read_text())["dependencies"].values()

        assert versions
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", each) for each in versions)
