"""recipes/policies: IAM policies for people. They name what they allow, and what is deployed."""

import json
import re
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest

from tests.support.template import ROOT, resources, template, translated

FOLDER = ROOT / "recipes" / "policies"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
DEPLOYER = ("deployer", "deployer-data")
MOST_CHARACTERS = 6144
"""Of a managed policy, blanks aside. Source: IAM and AWS STS quotas."""

SERVICES = {
    "ApiGatewayV2": "apigateway",
    "CloudFormation": "cloudformation",
    "CodeDeploy": "codedeploy",
    "CloudWatch": "cloudwatch",
    "DynamoDB": "dynamodb",
    "IAM": "iam",
    "KMS": "kms",
    "Lambda": "lambda",
    "Logs": "logs",
    "Route53": "route53",
    "Events": "events",
    "SES": "ses",
    "SNS": "sns",
    "SQS": "sqs",
    "SecretsManager": "secretsmanager",
}
"""Of resource types, by IAM's prefix of their actions."""
MADE_BY = {
    "AWS::ApiGatewayV2::Api": ("apigateway:POST", "apigateway:DELETE"),
    "AWS::ApiGatewayV2::ApiMapping": ("apigateway:POST", "apigateway:DELETE"),
    "AWS::ApiGatewayV2::DomainName": ("apigateway:POST", "apigateway:DELETE"),
    "AWS::ApiGatewayV2::Stage": ("apigateway:POST", "apigateway:DELETE"),
    "AWS::CloudWatch::Alarm": ("cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"),
    "AWS::CloudWatch::Dashboard": ("cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"),
    "AWS::CodeDeploy::Application": (
        "codedeploy:CreateApplication",
        "codedeploy:DeleteApplication",
    ),
    "AWS::CodeDeploy::DeploymentGroup": (
        "codedeploy:CreateDeploymentGroup",
        "codedeploy:DeleteDeploymentGroup",
    ),
    "AWS::Events::Rule": (
        "events:PutRule",
        "events:PutTargets",
        "events:RemoveTargets",
        "events:DeleteRule",
    ),
    "AWS::DynamoDB::Table": ("dynamodb:CreateTable", "dynamodb:DeleteTable"),
    "AWS::IAM::Role": ("iam:CreateRole", "iam:DeleteRole"),
    "AWS::KMS::Key": ("kms:CreateKey", "kms:ScheduleKeyDeletion"),
    "AWS::Lambda::Alias": ("lambda:CreateAlias", "lambda:UpdateAlias", "lambda:DeleteAlias"),
    "AWS::Lambda::EventSourceMapping": (
        "lambda:CreateEventSourceMapping",
        "lambda:DeleteEventSourceMapping",
    ),
    "AWS::Lambda::Function": ("lambda:CreateFunction", "lambda:DeleteFunction"),
    "AWS::Lambda::LayerVersion": ("lambda:PublishLayerVersion", "lambda:DeleteLayerVersion"),
    "AWS::Lambda::Permission": ("lambda:AddPermission", "lambda:RemovePermission"),
    "AWS::Lambda::Version": ("lambda:PublishVersion", "lambda:DeleteFunction"),
    "AWS::Logs::LogGroup": ("logs:CreateLogGroup", "logs:DeleteLogGroup"),
    "AWS::Route53::RecordSetGroup": ("route53:ChangeResourceRecordSets",),
    "AWS::SES::ConfigurationSet": ("ses:CreateConfigurationSet", "ses:DeleteConfigurationSet"),
    "AWS::SES::ConfigurationSetEventDestination": (
        "ses:CreateConfigurationSetEventDestination",
        "ses:DeleteConfigurationSetEventDestination",
    ),
    "AWS::SES::EmailIdentity": ("ses:CreateEmailIdentity", "ses:DeleteEmailIdentity"),
    "AWS::SNS::Subscription": ("sns:Subscribe", "sns:Unsubscribe"),
    "AWS::SNS::Topic": ("sns:CreateTopic", "sns:DeleteTopic"),
    "AWS::SNS::TopicPolicy": ("sns:SetTopicAttributes",),
    "AWS::SQS::Queue": ("sqs:CreateQueue", "sqs:DeleteQueue"),
    "AWS::SQS::QueuePolicy": ("sqs:SetQueueAttributes",),
    "AWS::SecretsManager::Secret": ("secretsmanager:CreateSecret", "secretsmanager:DeleteSecret"),
}
"""What CloudFormation calls to make and to delete one, in the deployer's name."""


@cache
def policy(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return read


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def actions(*names: str) -> set[str]:
    return {
        action
        for name in names
        for one in policy(name)["Statement"]
        for action in listed(one["Action"])
    }


@cache
def known() -> dict[str, Any]:
    """IAM's actions by service, as cfn-lint lists them."""
    (path,) = (ROOT / ".venv" / "tools" / "lib").glob(
        "python3.*/site-packages/cfnlint/data/AdditionalSpecs/Policies.json"
    )
    read: dict[str, Any] = json.loads(path.read_text())
    return read


class TestAPolicy:
    @pytest.mark.parametrize("name", NAMES)
    def test_is_one_that_iam_takes(self, name):
        whole = policy(name)
        sids = [each["Sid"] for each in whole["Statement"]]

        assert whole.keys() == {"Version", "Statement"}
        assert whole["Version"] == "2012-10-17"
        assert all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids)
        assert len(sids) == len(set(sids))
        assert {each["Effect"] for each in whole["Statement"]} == {"Allow"}
        assert len(json.dumps(whole, separators=(",", ":"))) <= MOST_CHARACTERS

    @pytest.mark.parametrize("name", NAMES)
    def test_has_no_star_among_its_actions(self, name):
        assert [each for each in actions(name) if "*" in each] == []

    @pytest.mark.parametrize("name", NAMES)
    def test_is_for_one_account_and_one_region(self, name):
        for one in policy(name)["Statement"]:
            for arn in listed(one["Resource"]):
                if arn == "*":
                    continue
                partition, service, region, account, rest = arn.split(":", 5)[1:]
                assert partition == "aws"
                assert "*" not in service + region + account
                # A star by itself would be all there is of the service, in the account.
                assert rest != "*"

    @pytest.mark.slow
    @pytest.mark.parametrize("name", NAMES)
    def test_knows_its_actions(self, name):
        for action in actions(name):
            service, _, verb = action.partition(":")
            assert verb.lower() in known()[service]["Actions"], action

    @pytest.mark.slow
    @pytest.mark.parametrize("name", NAMES)
    def test_allows_everywhere_only_what_has_no_place(self, name):
        everywhere = [each for each in policy(name)["Statement"] if each["Resource"] == "*"]

        for one in everywhere:
            for action in listed(one["Action"]):
                service, _, verb = action.partition(":")
                places = known()[service]["Actions"][verb.lower()].get("Resources", [])
                assert places == [], action


class TestADeployer:
    def test_may_make_and_delete_all_that_a_stack_has(self):
        types = {each["Type"] for each in translated()["Resources"].values()}

        assert types <= MADE_BY.keys()
        for kind in types:
            assert set(MADE_BY[kind]) <= actions(*DEPLOYER), kind

    def test_may_nothing_of_services_that_a_stack_has_nothing_of(self):
        types = {each["Type"].split("::")[1] for each in translated()["Resources"].values()}
        services = {each.partition(":")[0] for each in actions(*DEPLOYER)}

        # SAM keeps what it has built in S3.
        assert services - {"s3"} == {SERVICES[each] for each in {*types, "CloudFormation"}}

    def test_may_deploy_gradually_with_one_policy_more(self):
        made = translated("GradualDeployment=true")["Resources"]
        for kind in {each["Type"] for each in made.values()}:
            assert set(MADE_BY[kind]) <= actions(*DEPLOYER, "deployer-gradual"), kind
        services = {each.partition(":")[0] for each in actions("deployer-gradual")}
        assert services == {"codedeploy", "iam"}

    def test_hands_the_role_of_gradual_deployments_on_as_it_is(self):
        by_sid = {each["Sid"]: each for each in policy("deployer-gradual")["Statement"]}
        to = by_sid["GiveItsRole"]["Condition"]["StringEquals"]["iam:PassedToService"]
        assert to == "codedeploy.amazonaws.com"
        # Whoever may attach any policy can make themselves anything.
        (attached,) = template()["Resources"]["DeploymentRole"]["Properties"]["ManagedPolicyArns"]
        allowed = by_sid["ItsRole"]["Condition"]["ArnEquals"]["iam:PolicyARN"]
        assert attached == {"Fn::Sub": allowed.replace(":aws:", ":${AWS::Partition}:", 1)}

    def test_reads_no_row_and_no_secret_but_the_one_of_the_edge(self):
        rows = {"GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem"}
        assert not {f"dynamodb:{each}" for each in rows} & actions(*DEPLOYER)
        (one,) = [
            each
            for name in DEPLOYER
            for each in policy(name)["Statement"]
            if "secretsmanager:GetSecretValue" in listed(each["Action"])
        ]
        assert one["Resource"].endswith(":secret:portico/edge*")

    def test_hands_roles_to_functions_alone(self):
        (one,) = [
            each
            for each in policy("deployer")["Statement"]
            if "iam:PassRole" in listed(each["Action"])
        ]
        assert one["Condition"]["StringEquals"]["iam:PassedToService"] == "lambda.amazonaws.com"
        assert one["Resource"].endswith(":role/portico-*")

    def test_reaches_every_log(self):
        patterns = [
            arn
            for one in policy("deployer")["Statement"]
            if "logs:CreateLogGroup" in listed(one["Action"])
            for arn in listed(one["Resource"])
        ]
        for group in resources("AWS::Logs::LogGroup").values():
            name = group["LogGroupName"]["Fn::Sub"].replace("${AWS::StackName}", "portico")
            arn = f"arn:aws:logs:eu-west-1:111122223333:log-group:{name}"
            assert any(fnmatchcase(arn, each) for each in patterns), name
