"""Where a mark is given: `make` looks for it in the files that have its tests, and collects no others."""

import re

from tests.support.doors import ROOT

ALONE = set(re.findall(r"\$\(call marked,(\w+)\)", (ROOT / "Makefile").read_text()))
"""The marks whose tests have a target of their own."""
GIVEN = re.compile(rf"mark\.({'|'.join(sorted(ALONE))})\b|\badd_marker\(\s*[\"']")
"""As the Makefile finds it, and as it would not."""
# What a test needs, and no target.
NEEDS = {"emulated"}


def gives(path):
    """Say whether a file gives such a mark to its own tests, or, a conftest.py, to its folder's."""
    return path.name.startswith("test_") or path.name == "conftest.py"


class TestAMark:
    def test_has_a_target_that_looks_for_it(self):
        settings = (ROOT / "pyproject.toml").read_text()
        marks = re.findall(r'^    "(\w+): ', settings, re.MULTILINE)

        assert set(marks) - NEEDS == ALONE

    def test_is_given_where_its_tests_are(self):
        others = [each for each in (ROOT / "tests").rglob("*.py") if not gives(each)]

        assert others
        assert [str(each) for each in others if GIVEN.search(each.read_text())] == []
