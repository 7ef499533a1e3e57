"""UPGRADING.md, held against what differs between the last release's template and this tree's."""

import re
from typing import Any

import pytest

from release.last import LastRelease
from tests.support.last_release import last_release
from tests.support.template import ROOT, template

NEWEST = (
    (ROOT / "UPGRADING.md").read_text().partition("\n## To the unreleased version\n")[2]
).partition("\n## ")[0]
NOTED = set(re.findall(r"`(\w+)`", NEWEST))


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("last") / "template.yaml"
    file.write_text(last_release().text("template.yaml"))
    return template(file)


def of_type(whole: dict[str, Any], kind: str) -> dict[str, Any]:
    return {
        name: each["Properties"]
        for name, each in whole["Resources"].items()
        if each["Type"] == kind
    }


def grants(role: dict[str, Any]) -> Any:
    return [each["PolicyDocument"] for each in role.get("Policies", [])]


class TestTheNewestSection:
    def test_names_every_parameter_that_came_or_went_or_is_another_by_default(self, before):
        old, new = before["Parameters"], template()["Parameters"]
        changed = old.keys() ^ new.keys() | {
            name
            for name in old.keys() & new.keys()
            if old[name].get("Default") != new[name].get("Default")
        }

        assert changed - NOTED == set()

    def test_names_every_function_whose_role_is_granted_something_else(self, before):
        old, new = of_type(before, "AWS::IAM::Role"), of_type(template(), "AWS::IAM::Role")
        changed = old.keys() ^ new.keys() | {
            name for name in old.keys() & new.keys() if grants(old[name]) != grants(new[name])
        }

        assert {each.removesuffix("Role") for each in changed - NOTED} - NOTED == set()

    def test_is_no_longer_held_against_a_release_that_is_not_the_last(self):
        # Its title changes with a release, and release/last.toml must, too.
        sections = re.findall(r"^## To (\S+)$", (ROOT / "UPGRADING.md").read_text(), re.MULTILINE)
        assert sections[0] == LastRelease.read().version

    def test_names_every_table_that_is_described_otherwise(self, before):
        kind = "AWS::DynamoDB::Table"
        old, new = of_type(before, kind), of_type(template(), kind)
        differs = {
            name
            for name in old.keys() | new.keys()
            if old.get(name, {}) | ENCRYPTION != new.get(name, {}) | ENCRYPTION
        }

        assert {each.removesuffix("Table") for each in differs} - NOTED == set()


ENCRYPTION = {"SSESpecification": None}
"""Follows the parameter DataKey, which the section names."""
