"""An update must not replace or delete what keeps people, sessions and mails.

The last release's template is compared with this tree's, both as CloudFormation sees them. Then bad
templates are, to see that each kind of loss is found (release/kept.py).
"""

import copy
from typing import Any

import pytest

from release.kept import REPLACED_BY, losses
from release.last import LastRelease, NotInThisClone
from tests.support.last_release import last_release
from tests.support.template import ROOT, translated

HARMLESS = {
    "Identity would be replaced: EmailIdentity differs.": (
        "until 0.4.0 MailIdentity could not be empty, and where it is not the name is the same"
    )
}
"""Differences of texts that make no difference, and why. Empty it with each release."""


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> dict[str, Any]:
    """The last release's template, translated by today's translator, as AWS would."""
    file = tmp_path_factory.mktemp("last") / "template.yaml"
    file.write_text(last_release().text("template.yaml"))
    return translated(template=file)


@pytest.fixture
def after() -> dict[str, Any]:
    """This tree's, to be spoiled."""
    return copy.deepcopy(translated())


class TestAnUpdateToThisTree:
    def test_loses_nothing(self, before):
        assert set(losses(before, translated())) == HARMLESS.keys()

    def test_is_compared_in_all_that_keeps_something(self, before):
        kept = {each["Type"] for each in before["Resources"].values()} & REPLACED_BY.keys()
        assert kept == REPLACED_BY.keys() - OF_THIS_TREE
        # A kind that keeps something and is not compared would be lost without a word.
        types = {each["Type"] for each in translated()["Resources"].values()}
        keeping = ("Table", "Key", "Secret", "Queue", "Topic", "Bucket", "Identity")
        assert {each for each in types if each.endswith(keeping)} <= REPLACED_BY.keys()


OF_THIS_TREE = {"AWS::SNS::Topic"}
"""Kinds that the last release had none of. Empty it with each release."""
TABLE, KEY, SECRET = "PeopleTable", "SigningKeyA", "CodeSecret"
SPOILED = {
    "a table that is gone": (
        lambda all_: all_["Resources"].pop(TABLE),
        "PeopleTable (AWS::DynamoDB::Table) would be deleted",
    ),
    "a table of another name": (
        lambda all_: all_["Resources"].update(People=all_["Resources"].pop(TABLE)),
        "PeopleTable (AWS::DynamoDB::Table) would be deleted",
    ),
    "a table with another key": (
        lambda all_: all_["Resources"][TABLE]["Properties"]["KeySchema"].reverse(),
        "PeopleTable would be replaced: KeySchema differs.",
    ),
    "a table that is named": (
        lambda all_: all_["Resources"]["SignInTable"]["Properties"].update(TableName="sign-in"),
        "SignInTable would be replaced: TableName differs.",
    ),
    "a table without its stream": (
        lambda all_: all_["Resources"]["SignInTable"]["Properties"].pop("StreamSpecification"),
        "SignInTable would have another stream",
    ),
    "an index of another kind": (
        lambda all_: all_["Resources"][TABLE]["Properties"]["GlobalSecondaryIndexes"][0].update(
            Projection={"ProjectionType": "ALL"}
        ),
        "PeopleTable: an index would be deleted or made anew",
    ),
    "a table that nothing keeps": (
        lambda all_: all_["Resources"]["TrailTable"].update(DeletionPolicy="Delete"),
        "TrailTable is no longer kept: its DeletionPolicy was RetainExceptOnCreate.",
    ),
    "a key of another kind": (
        lambda all_: all_["Resources"][KEY]["Properties"].update(KeySpec="ECC_NIST_P256"),
        "SigningKeyA would be replaced: KeySpec differs.",
    ),
    "a key under another condition": (
        lambda all_: all_["Resources"][KEY].update(Condition="IsProd"),
        "SigningKeyA is there under another condition",
    ),
    "a condition that says something else": (
        lambda all_: all_["Conditions"].update(HasKeyA={"Fn::Equals": [{"Ref": "Stage"}, "prod"]}),
        "SigningKeyA: its condition HasKeyA says something else",
    ),
    "a secret that is described anew": (
        lambda all_: all_["Resources"][SECRET]["Properties"]["GenerateSecretString"].update(
            PasswordLength=65
        ),
        "CodeSecret would be replaced: GenerateSecretString differs.",
    ),
    "a queue of another type": (
        lambda all_: all_["Resources"]["MailRetryQueue"].update(Type="AWS::SNS::Topic"),
        "MailRetryQueue would be deleted: it becomes a AWS::SNS::Topic.",
    ),
    "a queue in order": (
        lambda all_: all_["Resources"]["MailRetryQueue"]["Properties"].update(FifoQueue=True),
        "MailRetryQueue would be replaced: FifoQueue differs.",
    ),
    "an api of another name": (
        lambda all_: all_["Resources"].update(Api=all_["Resources"].pop("HttpApi")),
        "HttpApi (AWS::ApiGatewayV2::Api) would be deleted",
    ),
}


class TestABadTemplate:
    @pytest.mark.parametrize("what", SPOILED)
    def test_is_told_by_what_it_would_lose(self, after, what):
        spoil, said = SPOILED[what]
        spoil(after)

        found = losses(translated(), after)

        assert [each for each in found if said in each], found

    def test_may_change_what_replaces_nothing(self, after):
        after["Resources"][TABLE]["Properties"]["BillingMode"] = "PROVISIONED"
        after["Resources"].pop("RevokeLog")
        after["Resources"][TABLE]["Properties"]["AttributeDefinitions"].append(
            {"AttributeName": "new", "AttributeType": "S"}
        )

        assert losses(translated(), after) == []


class TestTheLastRelease:
    def test_that_this_clone_does_not_have_is_told_with_what_to_do(self):
        with pytest.raises(NotInThisClone) as told:
            LastRelease("0.3.9", "f" * 40).text("template.yaml")

        assert "release 0.3.9" in str(told.value)
        assert "git fetch --unshallow" in str(told.value)
        assert "fetch-depth: 0" in str(told.value)

    def test_is_the_newest_that_the_changelog_dates(self):
        dated = [
            line.split()[1]
            for line in (ROOT / "CHANGELOG.md").read_text().splitlines()
            if line.startswith("## ") and " - " in line
        ]
        assert LastRelease.read().version == dated[0]
