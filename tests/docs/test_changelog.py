"""The changelog is sorted as Keep a Changelog asks, and its newest version is the product's."""

import re
from datetime import date

from portico import __version__
from tests.support.doors import ROOT
from tests.support.openapi import contract
from tests.support.template import template

CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
UPGRADING = (ROOT / "UPGRADING.md").read_text()
SECTIONS = ["Added", "Changed", "Fixed", "For operators"]
UNRELEASED, *RELEASES = re.findall(r"^## (.+)$", CHANGELOG, re.MULTILINE)
VERSIONS = [each.partition(" - ")[0] for each in RELEASES]


def number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


class TestTheChangelog:
    def test_begins_with_what_is_not_released(self):
        assert UNRELEASED == "Unreleased"

    def test_gives_each_version_a_date(self):
        assert len(RELEASES) >= 4
        assert all(re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", each) for each in RELEASES)

    def test_goes_from_new_to_old(self):
        dates = [date.fromisoformat(each.partition(" - ")[2]) for each in RELEASES]

        assert sorted(set(map(number, VERSIONS)), reverse=True) == list(map(number, VERSIONS))
        assert sorted(dates, reverse=True) == dates

    def test_sorts_each_version_into_the_same_sections(self):
        for part in re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)[1:]:
            sections = re.findall(r"^### (.+)$", part, re.MULTILINE)
            assert sections == [each for each in SECTIONS if each in sections], part.split("\n")[0]
            assert sections
            before = part.partition("### ")[0]
            assert "\n* " not in before, "a line that no section has"

    def test_has_no_empty_section(self):
        for part in re.split(r"^### ", CHANGELOG, flags=re.MULTILINE)[1:]:
            assert "\n* " in part, part

    def test_ends_at_the_version_that_is_built(self):
        stated = template()["Outputs"]["Version"]["Value"]
        assert __version__ == contract()["info"]["version"] == stated

        built, on_the_way, _ = __version__.partition(".dev0")
        if on_the_way:
            # What is built now is not what the newest section describes.
            assert "\n## Unreleased\n" in CHANGELOG
            assert number(built) > number(VERSIONS[0])
        else:
            assert built == VERSIONS[0]


class TestUpgrading:
    def test_has_a_section_for_each_version_but_the_first(self):
        sections = re.findall(r"^## To (.+)$", UPGRADING, re.MULTILINE)

        assert sections == ["the unreleased version", *VERSIONS[:-1]]
