"""The rest of the map: what is kept, what is logged, who is let in from where."""

import json
import re

import pytest

from portico import errors
from portico.edge.problems import PROBLEMS
from portico.edge.sso_callback import ALLOWED
from tests.support.template import doors, resolved, resources, template

NAMES_PEOPLE = (
    "path",
    "query",
    "body",
    "sourceIp",
    "userAgent",
    "domainName",
    "authorizer",
    "identity",
)
"""Parts of access-log variables that carry links, addresses or people."""


class TestATable:
    @pytest.mark.parametrize("name", ["PeopleTable", "SignInTable", "TrailTable"])
    def test_is_on_demand_encrypted_and_swept(self, name):
        table = resources("AWS::DynamoDB::Table")[name]
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert resolved(table["SSESpecification"], {"DataKey": ""}) == {"SSEEnabled": True}
        assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}

    @pytest.mark.parametrize("name", ["PeopleTable", "TrailTable"])
    def test_that_is_durable_outlives_its_stack(self, name):
        table = template()["Resources"][name]
        # A first create that fails takes back what it made: nothing is in it, and a second try is free.
        assert table["DeletionPolicy"] == "RetainExceptOnCreate"
        assert table["UpdateReplacePolicy"] == "Retain"
        recovery = table["Properties"]["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True}
        protection = table["Properties"]["DeletionProtectionEnabled"]
        assert resolved(protection, {"Stage": "prod"}) is True
        assert resolved(protection, {"Stage": "dev"}) is False


class TestTheAccessLog:
    def test_holds_route_keys_and_no_people(self):
        log = resources("AWS::Serverless::HttpApi")["HttpApi"]["AccessLogSettings"]["Format"]
        variables = re.findall(r"\$context\.([\w.]+)", log)
        assert {"routeKey", "status", "responseLatency", "requestId"} <= set(variables)
        assert not [each for each in variables if any(part in each for part in NAMES_PEOPLE)]
        json.loads(log)


class TestADoorsLog:
    def test_never_holds_what_libraries_say_when_debugged(self):
        # botocore would write whole requests down: addresses, and mails with their codes.
        logging = template()["Globals"]["Function"]["LoggingConfig"]
        assert logging["ApplicationLogLevel"] == "INFO"
        assert "DEBUG" not in template()["Parameters"]["LogLevel"]["AllowedValues"]


class TestALogGroup:
    def test_is_kept_for_a_stated_time(self):
        groups = resources("AWS::Logs::LogGroup")
        assert len(groups) == len(doors()) + 1
        assert all(
            each["RetentionInDays"] == {"Ref": "LogRetentionDays"} for each in groups.values()
        )

    def test_belongs_to_one_door(self):
        for name, door in resources("AWS::Serverless::Function").items():
            assert door["LoggingConfig"]["LogGroup"] == {"Ref": f"{name}Log"}


class TestSigningKeys:
    @pytest.mark.parametrize(
        ("chosen", "signs_first"), [("A", "A"), ("A+B", "A"), ("B+A", "B"), ("B", "B")]
    )
    def test_are_the_chosen_ones_and_the_first_signs(self, chosen, signs_first):
        listed = resolved(
            doors()["session"]["Environment"]["Variables"]["SIGNING_KEYS"], {"SigningKeys": chosen}
        )
        keys = re.findall(r"SigningKey([AB])", str(listed))
        assert keys[0] == signs_first
        assert sorted(keys) == sorted(chosen.split("+"))

    @pytest.mark.parametrize("chosen", ["A", "A+B", "B+A", "B"])
    def test_that_are_listed_exist(self, chosen):
        for key in "AB":
            condition = template()["Resources"][f"SigningKey{key}"]["Condition"]
            exists = resolved({"Fn::If": [condition, True, False]}, {"SigningKeys": chosen})
            assert exists == (key in chosen)

    def test_are_rsa_since_gateways_verify_nothing_else(self):
        for key in resources("AWS::KMS::Key").values():
            assert (key["KeySpec"], key["KeyUsage"]) == ("RSA_2048", "SIGN_VERIFY")


class TestCrossSiteCalls:
    def test_are_for_listed_origins_with_credentials(self):
        cors = resources("AWS::Serverless::HttpApi")["HttpApi"]["CorsConfiguration"]
        assert cors["AllowCredentials"] is True
        assert cors["ExposeHeaders"] == ["retry-after"]
        assert set(cors["AllowMethods"]) == {"GET", "POST", "PUT", "PATCH", "DELETE"}
        assert "*" not in str(cors)


class TestTheIssuer:
    def test_is_the_own_domain_or_left_to_the_gateway(self):
        issuer = doors()["verify_code"]["Environment"]["Variables"]["ISSUER"]
        assert resolved(issuer, {"OwnDomain": ""}) == ""
        assert "https://${OwnDomain}" in str(resolved(issuer, {"OwnDomain": "signin.example.com"}))


class TestThePasswordDoor:
    def test_shares_what_runs_at_once_with_all_doors_unless_it_is_given_a_share(self):
        share = doors()["password"]["ReservedConcurrentExecutions"]
        assert template()["Parameters"]["PasswordConcurrency"]["Default"] == 0
        assert resolved(share, {"PasswordConcurrency": "0"}) is None
        assert resolved(share, {"PasswordConcurrency": "20"}) == "20"

    def test_is_watched_for_guesses(self):
        alarm = resources("AWS::CloudWatch::Alarm")["GuessesAlarm"]
        assert alarm["MetricName"] == PROBLEMS[errors.GuessesSpent].metric
        assert alarm["Dimensions"] == [{"Name": "service", "Value": "password"}]


class TestTheDoorsOfSso:
    def test_keep_off_loopback_unless_a_laptop_says_otherwise(self):
        parameter = template()["Parameters"]["ProviderLoopback"]
        assert (parameter["Default"], parameter["AllowedValues"]) == ("", ["", "open"])
        (rule,) = template()["Rules"]["LoopbackIsForLaptops"]["Assertions"]
        assert "ProviderLoopback" in str(rule["Assert"])

    def test_have_more_time_than_they_take(self):
        # A door that Lambda ends says nothing; one that ends itself sends the browser back.
        assert doors()["finish_sso"]["Timeout"] > ALLOWED.total_seconds() + 2


class TestTheRetryQueue:
    def test_gives_the_sender_its_time_and_five_tries(self):
        queue = resources("AWS::SQS::Queue")["MailRetryQueue"]
        assert queue["VisibilityTimeout"] >= 6 * doors()["send_mail"]["Timeout"]
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 5

    def test_reports_each_failed_mail_alone(self):
        (source,) = [e for e in doors()["send_mail"]["Events"].values() if e["Type"] == "SQS"]
        assert source["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


class TestAStreamsReader:
    @pytest.mark.parametrize(("door", "waits"), [("send_mail", 0), ("record_trail", 5)])
    def test_is_bounded_and_filtered_and_only_the_trails_waits_for_a_batch(self, door, waits):
        sources = [
            e["Properties"] for e in doors()[door]["Events"].values() if e["Type"] == "DynamoDB"
        ]
        assert sources
        for each in sources:
            assert each["MaximumBatchingWindowInSeconds"] == waits
            assert each["BisectBatchOnFunctionError"] is True
            assert each["MaximumRetryAttempts"] > 0
            assert each["DestinationConfig"]["OnFailure"]["Type"] == "SQS"
            for one in each["FilterCriteria"]["Filters"]:
                json.loads(one["Pattern"])
