"""The recipes of CONTRIBUTING.md name files that exist, and all of those that an example touches."""

import re
from fnmatch import fnmatchcase

import pytest

from tests.support.doors import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text()
PATHS = sorted(
    set(re.findall(r"(?<![\w/.:*])(?:[\w.*-]+/)+[\w.*-]*\w", TEXT)) - {".venv/dev/bin/python"}
)
"""Everything that reads as a path of the house."""

RECIPES = {
    title: body
    for title, _, body in (
        each.partition("\n") for each in re.split(r"^### ", TEXT, flags=re.MULTILINE)[1:]
    )
}

EXAMPLES = {
    "A route": "/v1/account/history",
    "A workspace setting": "account_deletion|account-deletion",
    "A problem": '"last-way-in"|errors.LastWayIn|class LastWayIn|`last-way-in`|\\[last-way-in',
    "A provider": "(\"|'|`|#|-| )facebook(\"|'|`|\\b:|,| import)|facebook\\.|any\\(facebook",
    "A row": "email-change#",
    "An event": r"password\.removed",
    "A notice": r"password-removed|\"password_removed\"|Change\.PASSWORD_REMOVED",
    "A command": r"cli\.doctor|cli/doctor|portico doctor",
    "A language": '"pt"|\\bpt: |\\bpt, it',
}
"""What the files of an earlier change have in them."""

HOUSE = "bench cli docs events functions layers local recipes tests".split()
TEXTS = {".css", ".html", ".js", ".json", ".md", ".py", ".yaml"}

HISTORY = "CHANGELOG.md UPGRADING.md CONTRIBUTING.md tests/docs/* docs/decisions/*".split()
"""What tells of changes, and is no part of one more."""

MADE = ["functions/sign_in_page/static/bundle/*"]
"""What ``make bundle`` writes, of files that a recipe names."""

OWN = {
    "A route": ["tests/account/*"],
    "A workspace setting": [
        "layers/portico/portico/account/*",
        "tests/account/*",
        "tests/backchannel/*",
        "tests/contract/*",
        "tests/directory/scim/test_hold.py",
        "tests/properties/test_moves.py",
        "tests/template/test_calls.py",
    ],
    "A problem": ["layers/portico/portico/account/*", "tests/account/*"],
    "A provider": ["tests/*", "events/*", "layers/portico/portico/sso/providers/*"],
    "A row": [
        "layers/portico/portico/account/*",
        "tests/account/*",
        "tests/exports/*",
        "tests/properties/*",
        "tests/rotation/*",
    ],
    "An event": ["layers/portico/portico/account/*", "tests/passwords/*"],
    "A notice": ["layers/portico/portico/account/*"],
    "A command": [
        "docs/releases.md",
        "tests/release/test_pipeline.py",
        # What is handed over names it.
        "functions/sign_in_page/static/assets/words/findings/*",
    ],
    "A language": ["tests/*"],
}
"""What is the example's own: its flow, and the tests of that."""


def touched(pattern: str) -> list[str]:
    """Return the files of the house that have *pattern* in them."""
    found = re.compile(pattern)
    texts = (
        each for folder in HOUSE for each in (ROOT / folder).rglob("*") if each.suffix in TEXTS
    )
    files = [*texts, *(each for each in ROOT.glob("*") if each.suffix in TEXTS)]
    return [
        str(each.relative_to(ROOT))
        for each in files
        if "node_modules" not in each.parts and found.search(each.read_text())
    ]


def is_one_of(path: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(path, each) for each in patterns)


class TestTheRecipes:
    @pytest.mark.parametrize("path", PATHS)
    def test_name_what_exists(self, path):
        assert list(ROOT.glob(path)), f"{path} is named, and is not there"

    def test_name_many_files(self):
        assert len(PATHS) > 50

    def test_are_the_ones_with_an_example(self):
        assert RECIPES.keys() == EXAMPLES.keys() == OWN.keys()

    @pytest.mark.parametrize("title", EXAMPLES)
    def test_name_every_file_that_their_example_touched(self, title):
        files = touched(EXAMPLES[title])
        named = re.findall(r"`([\w./*-]+)`", RECIPES[title])
        known = [*named, *OWN[title], *HISTORY, *MADE]
        left_out = [each for each in files if not is_one_of(each, known)]

        assert len(files) >= 3
        assert left_out == []


class TestTheLoop:
    def test_names_targets_that_make_has(self):
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        named = set(re.findall(r"`make ([a-z-]+)`", TEXT))

        assert {"lint", "test", "run"} <= named
        assert named <= targets

    def test_says_how_long_each_takes(self):
        rows = re.findall(r"^\| `(?:make|\.venv).*\|$", TEXT, re.MULTILINE)

        assert len(rows) >= 6
        assert all(re.search(r"\d+ (s|min)\b[^|]*\|$", each) for each in rows)
