"""The tags that a release needs, its own and the one before (release/__main__.py)."""

import subprocess

import pytest

from release.__main__ import missing_tags
from release.last import ROOT, LastRelease


@pytest.fixture
def git(tmp_path):
    def git(*command: str) -> str:
        named = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
        done = subprocess.run(
            ["git", "-C", str(tmp_path), *named, *command],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.strip()

    git("init", "--quiet")
    git("commit", "--allow-empty", "--quiet", "--message", "0.4.0")
    return git


@pytest.fixture
def last(git):
    found = LastRelease("0.4.0", git("rev-parse", "HEAD"))
    git("commit", "--allow-empty", "--quiet", "--message", "0.5.0")
    return found


class TestARelease:
    def test_needs_its_own_tag_and_that_of_the_one_before(self, git, last):
        assert list(missing_tags("0.5.0", last, git)) == [
            "HEAD has no tag v0.5.0: git tag -s v0.5.0",
            f"The last release has no tag v0.4.0: git tag -s v0.4.0 {last.commit}",
        ]

    def test_that_has_both_lacks_nothing(self, git, last):
        git("tag", "--annotate", "v0.4.0", last.commit, "--message", "0.4.0")
        git("tag", "--annotate", "v0.5.0", "--message", "0.5.0")

        assert list(missing_tags("0.5.0", last, git)) == []

    def test_needs_the_tag_where_it_is_built(self, git, last):
        git("tag", "v0.4.0", last.commit)
        git("tag", "v0.5.0", last.commit)

        (said,) = missing_tags("0.5.0", last, git)

        assert said == "HEAD has no tag v0.5.0: git tag -s v0.5.0"

    def test_on_the_way_needs_no_tag_of_its_own(self, git, last):
        git("tag", "v0.4.0", last.commit)

        assert list(missing_tags("0.5.0.dev0", last, git)) == []

    def test_is_not_made_while_the_last_ones_tag_is_elsewhere(self, git, last):
        git("tag", "v0.4.0")

        (said,) = missing_tags("0.5.0.dev0", last, git)

        assert said.startswith(f"v0.4.0 is on {git('rev-parse', 'HEAD')[:12]}, and")


class TestThisClone:
    def test_has_the_tag_of_the_last_release_on_its_commit(self):
        def git(*command: str) -> str:
            done = subprocess.run(
                ["git", "-C", str(ROOT), *command], capture_output=True, text=True, check=False
            )
            return done.stdout.strip()

        last = LastRelease.read()
        if last.tag not in git("tag", "--list").split():
            pytest.skip(f"this clone has no tag {last.tag}: git fetch --tags")

        assert git("rev-list", "-n", "1", last.tag) == last.commit
