"""How far back a stack may go, by what it says itself (cli/way_back.py)."""

from itertools import pairwise

import pytest

from cli.way_back import number, too_far_back
from portico import __version__
from release.last import LastRelease
from tests.support.template import template

RUNNING = {"Version": "0.7.0", "SafeBackTo": "0.6.0"}


class TestAVersion:
    def test_comes_after_those_before_it(self):
        rising = ["0.4.0", "0.5.0.dev0", "0.5.0", "0.5.1", "0.10.0.dev0", "0.10.0", "1.0.0"]

        assert all(number(one) < number(next_) for one, next_ in pairwise(rising))

    @pytest.mark.parametrize("text", ["", "0.5", "v0.5.0", "0.5.0rc1", "0.5.0 ", "None"])
    def test_is_no_other_text(self, text):
        with pytest.raises(ValueError, match="is no version"):
            number(text)


class TestWhatMayBeDeployed:
    @pytest.mark.parametrize("version", ["0.6.0", "0.6.1", "0.7.0.dev0", "0.7.0", "0.8.0", "1.0.0"])
    def test_is_what_is_newer_and_one_release_back(self, version):
        assert too_far_back(version, RUNNING) is None

    @pytest.mark.parametrize("version", ["0.4.0", "0.5.0.dev0", "0.5.9", "0.6.0.dev0"])
    def test_is_nothing_before_that(self, version):
        said = too_far_back(version, RUNNING)

        assert said == (
            f"The stack runs 0.7.0, and {version} is too far back: from 0.7.0 the way back was tried "
            "to 0.6.0, and no further. Deploy 0.6.0 first, with its own files, and go on from there. "
            "See docs/releases.md#going-back."
        )

    @pytest.mark.parametrize("outputs", [{}, {"ApiUrl": "x"}, {"Version": "0.7.0"}])
    def test_is_everything_where_the_stack_says_nothing_of_it(self, outputs):
        assert too_far_back("0.5.0", outputs) is None


class TestThisTree:
    def test_says_how_far_back_the_rehearsal_has_gone(self):
        stated = template()["Outputs"]["SafeBackTo"]["Value"]

        # tests/deployed/test_upgrade.py deploys this release, goes on to this tree, and back.
        assert stated == LastRelease.read().version
        assert number(stated) < number(__version__)
