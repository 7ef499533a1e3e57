"""Which changes make a new version of a door, and who calls it by which name.

Emulators refuse a template with CodeDeploy, so what gradual deployment makes is looked at after SAM's
translation.
"""

import json
import re
from typing import Any

import pytest

from tests.support.template import resources, template, translated

ALIAS = "Aliaslive"
DOORS = sorted(resources("AWS::Serverless::Function"))
NOT_OF_A_VERSION = {"ReservedConcurrentExecutions", "VersionDescription", "Events"}
"""Properties that belong to the function, its description or its callers."""
MOST_OF_A_DESCRIPTION = 256
"""Characters. Source: Lambda's API reference, PublishVersion."""


def made(*given: str) -> dict[str, Any]:
    found: dict[str, Any] = translated(*given)["Resources"]
    return found


def of_type(kind: str, *given: str) -> dict[str, Any]:
    return {name: each for name, each in made(*given).items() if each["Type"] == kind}


def versions(*given: str) -> dict[str, str]:
    """The version of each door, by the name that decides whether there will be a new one."""
    return {
        each["Properties"]["FunctionName"]["Ref"]: name
        for name, each in of_type("AWS::Lambda::Version", *given).items()
    }


def parameters_in(value: Any) -> set[str]:
    """The parameters that a value follows, through conditions and conditions of conditions."""
    parameters, conditions = template()["Parameters"], template()["Conditions"]
    found: set[str] = set()
    if isinstance(value, list):
        return found.union(*map(parameters_in, value))
    if not isinstance(value, dict):
        return found
    for name, inner in value.items():
        match name:
            case "Ref":
                found |= {inner} & parameters.keys()
            case "Condition" if isinstance(inner, str):
                found |= parameters_in(conditions[inner])
            case "Fn::If":
                found |= parameters_in(conditions[inner[0]]) | parameters_in(inner[1:])
            case "Fn::Sub":
                text = inner if isinstance(inner, str) else inner[0]
                found |= set(re.findall(r"\$\{(\w+)\}", text)) & parameters.keys()
            case _:
                found |= parameters_in(inner)
    return found


class TestADoor:
    def test_is_called_by_its_alias_alone(self):
        functions = of_type("AWS::Lambda::Function").keys()
        aliases = {f"{name}{ALIAS}" for name in functions}
        assert of_type("AWS::Lambda::Alias").keys() == aliases

        for kind in ("AWS::Lambda::Permission", "AWS::Lambda::EventSourceMapping"):
            for each in of_type(kind).values():
                assert each["Properties"]["FunctionName"]["Ref"] in aliases
        (api,) = of_type("AWS::ApiGatewayV2::Api").values()
        called = set(re.findall(r"\$\{(\w+)\}/invocations", json.dumps(api)))
        assert called == aliases - {
            f"{name}{ALIAS}"
            for name in ("SendMail", "RecordDelivery", "RecordTrail", "SignOutPortals")
        }

    def test_keeps_the_versions_of_before_and_their_layers(self):
        for kind in ("AWS::Lambda::Version", "AWS::Lambda::LayerVersion"):
            assert {each["DeletionPolicy"] for each in of_type(kind).values()} == {"Retain"}


class TestANewVersion:
    @pytest.mark.parametrize("layer", ["PorticoLayer", "CryptoLayer"])
    def test_is_made_by_another_layer(self, layer):
        before, after = versions(), versions(f"{layer}=s3://bucket/another")

        using = {
            name
            for name, each in resources("AWS::Serverless::Function").items()
            if {"Ref": layer} in each["Layers"]
        }
        assert {name for name in DOORS if before[name] != after[name]} == using != set()

    def test_is_made_by_another_file_of_the_door(self):
        before, after = versions(), versions("Session=s3://bucket/another")

        assert {name for name in DOORS if before[name] != after[name]} == {"Session"}

    @pytest.mark.parametrize("door", DOORS)
    def test_is_made_by_each_parameter_that_the_door_follows_and_no_other(self, door):
        # SAM knows no parameter's value. What is missing here would change nothing for people; what
        # is too many would fail the deployment, since Lambda makes no version where nothing changed.
        common = template()["Globals"]["Function"]
        own = resources("AWS::Serverless::Function")[door]
        followed = parameters_in(
            [value for name, value in own.items() if name not in NOT_OF_A_VERSION]
            + [common["Architectures"], common["Environment"]]
        )

        described = own["VersionDescription"]["Fn::Sub"]
        assert set(re.findall(r"\$\{(\w+)\}", described)) == followed
        versioned = made()[versions()[door]]["Properties"]["Description"]
        assert versioned == own["VersionDescription"]

    @pytest.mark.parametrize("door", DOORS)
    def test_has_a_description_that_lambda_takes(self, door):
        described = resources("AWS::Serverless::Function")[door]["VersionDescription"]["Fn::Sub"]
        longest = described
        for name in re.findall(r"\$\{(\w+)\}", described):
            stated = template()["Parameters"][name]
            if "AllowedValues" in stated:
                most = max(len(each) for each in stated["AllowedValues"])
            else:
                most = 12 if stated["Type"] == "Number" else stated["MaxLength"]
            longest = longest.replace(f"${{{name}}}", "x" * most)
        assert len(longest) <= MOST_OF_A_DESCRIPTION


class TestGradualDeployment:
    GRADUAL = "GradualDeployment=true"

    def test_is_none_unless_it_is_asked_for(self):
        assert template()["Parameters"]["GradualDeployment"]["Default"] == "false"
        for given in ((), ("GradualDeployment=false",)):
            types = {each["Type"] for each in made(*given).values()}
            assert not [each for each in types if "CodeDeploy" in each]
            assert not [each for each in made(*given).values() if "UpdatePolicy" in each]

    def test_moves_every_door(self):
        groups = of_type("AWS::CodeDeploy::DeploymentGroup", self.GRADUAL)
        moved = {
            each["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"]["Ref"]
            for each in of_type("AWS::Lambda::Alias", self.GRADUAL).values()
        }
        assert moved == groups.keys() == {f"{door}DeploymentGroup" for door in DOORS}

    def test_is_taken_back_when_an_alarm_rings(self):
        for group in of_type("AWS::CodeDeploy::DeploymentGroup", self.GRADUAL).values():
            stated = group["Properties"]
            assert stated["AutoRollbackConfiguration"]["Enabled"] is True
            assert "DEPLOYMENT_STOP_ON_ALARM" in stated["AutoRollbackConfiguration"]["Events"]
            condition, prod, other = stated["AlarmConfiguration"]["Fn::If"]
            assert condition == "IsProd"
            named = [each["Name"]["Ref"] for each in prod["Alarms"]]
            # The first looks at people and not at statuses: all may be 200 and nobody inside.
            assert named == ["FunnelAlarm", "DoorsFailAlarm", "MailAgeAlarm", "TrailAgeAlarm"]
            assert [each["Name"]["Ref"] for each in other["Alarms"]] == named[2:]
            assert prod["Enabled"] is other["Enabled"] is True

    def test_asks_no_alarm_that_may_ring_for_days(self):
        # CodeDeploy begins nothing while one of them rings, and dead letters lie until somebody looks.
        named = str(template()["Globals"]["Function"]["DeploymentPreference"]["Alarms"])
        assert "DeadLetters" not in named

    def test_has_a_role_with_the_stacks_boundary_and_no_role_of_sams(self):
        roles = of_type("AWS::IAM::Role", self.GRADUAL)
        assert roles.keys() - of_type("AWS::IAM::Role").keys() == set()
        role = template()["Resources"]["DeploymentRole"]
        assert role["Condition"] == "DeploysGradually"
        assert "PermissionsBoundary" in role["Properties"]
        for group in of_type("AWS::CodeDeploy::DeploymentGroup", self.GRADUAL).values():
            _, arn, _ = group["Properties"]["ServiceRoleArn"]["Fn::If"]
            assert arn == {"Fn::GetAtt": ["DeploymentRole", "Arn"]}
