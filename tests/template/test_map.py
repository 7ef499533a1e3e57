"""The rest of the map: what is kept, what is logged, who is let in from where."""

import json
import re
from datetime import timedelta

import pytest

from cli.checks_limits import TEAM_DOORS
from portico import errors
from portico.backchannel.portal_sign_outs import (
    FIRST_TELL_AGAIN,
    LAST_TELL_AGAIN,
    MOST_TELLS,
    TIME_TO_TELL,
)
from portico.edge.problems import PROBLEMS
from portico.edge.sso_callback import ALLOWED
from tests.support.template import (
    ROOT,
    doors,
    holds,
    resolved,
    resources,
    template,
    translated,
)

OWN_KEY = "arn:aws:kms:eu-west-1:123456789012:key/own"
KEEPING = {
    "AWS::DynamoDB::Table": ("SSESpecification", "KMSMasterKeyId"),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
    "AWS::SecretsManager::Secret": ("KmsKeyId",),
    "AWS::Logs::LogGroup": ("KmsKeyId",),
}
"""Whatever keeps something, and where it names its key."""
RESTORE = template(ROOT / "recipes" / "restore.yaml")
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


class TestWhatATableOfADeletedStackIsRestoredBy:
    @pytest.mark.parametrize("name", ["PeopleTable", "TrailTable"])
    def test_is_the_very_table(self, name):
        # What differed would be changed by the next deployment, or overlooked by it.
        restored = RESTORE["Resources"][name]
        assert restored["Properties"] == template()["Resources"][name]["Properties"]

    def test_has_all_that_outlives_a_stack_and_nothing_else(self):
        kept = {
            name
            for name, each in template()["Resources"].items()
            if each.get("DeletionPolicy", "Delete") != "Delete"
        }
        # The identity is SES's own, and is used where it is found.
        assert set(RESTORE["Resources"]) == kept - {"Identity"}
        for part in ("Parameters", "Conditions"):
            for name, each in RESTORE[part].items():
                assert each == template()[part][name]

    def test_is_never_taken_away_by_an_import_that_fails(self):
        for each in RESTORE["Resources"].values():
            assert each["DeletionPolicy"] == each["UpdateReplacePolicy"] == "Retain"


class TestASecondStackOfTheAccount:
    def test_has_no_name_that_the_account_has_once(self):
        # Everything else is of one region, or is named by CloudFormation itself.
        named_once = {"AWS::IAM::Role": "RoleName", "AWS::CloudWatch::Dashboard": "DashboardName",
                      "AWS::S3::Bucket": "BucketName"}  # fmt: skip
        named = [
            each.get(name) for kind, name in named_once.items() for each in resources(kind).values()
        ]
        assert {str(each) for each in named if each} == {
            "{'Fn::Sub': '${AWS::StackName}-${AWS::Region}'}"
        }

    def test_names_what_it_names_by_its_stack(self):
        stated = [
            each[name]
            for kind, name in (("AWS::Logs::LogGroup", "LogGroupName"),)
            for each in resources(kind).values()
        ]
        assert stated
        assert all("${AWS::StackName}" in each["Fn::Sub"] for each in stated)


class TestAFirstCreateThatFails:
    def test_leaves_nothing_that_a_second_one_would_meet(self):
        kept = {each.get("DeletionPolicy") for each in template()["Resources"].values()}
        # "Retain" would leave the identity, whose name can be made only once.
        assert kept == {None, "Delete", "RetainExceptOnCreate"}


class TestAKeyOfOnesOwn:
    @pytest.mark.parametrize("kind", KEEPING)
    def test_is_named_by_all_that_keeps_something(self, kind):
        for each in resources(kind).values():
            stated = resolved(each, {"DataKey": OWN_KEY})
            for part in KEEPING[kind]:
                stated = stated[part]
            assert stated == OWN_KEY

    @pytest.mark.parametrize("kind", KEEPING)
    def test_is_nowhere_named_unless_it_is_given(self, kind):
        assert "DataKey" not in str(
            [resolved(e, {"DataKey": ""}) for e in resources(kind).values()]
        )

    def test_takes_the_place_of_a_queues_own(self):
        for each in resources("AWS::SQS::Queue").values():
            assert resolved(each, {"DataKey": ""})["SqsManagedSseEnabled"] is True
            assert "SqsManagedSseEnabled" not in resolved(each, {"DataKey": OWN_KEY})


class TestABoundary:
    def test_bounds_every_role_if_it_is_given(self):
        boundary = "arn:aws:iam::123456789012:policy/bounds"
        for each in resources("AWS::IAM::Role").values():
            given = resolved(each, {"PermissionsBoundary": boundary})
            assert given["PermissionsBoundary"] == boundary
            assert "PermissionsBoundary" not in resolved(each, {"PermissionsBoundary": ""})


class TestWhatAParameterPromises:
    def test_is_no_ceiling_that_the_gateway_does_not_keep(self):
        said = template()["Parameters"]["ThrottleRate"]["Description"]
        assert "no ceiling" in said.replace("\n", " ")

    def test_is_no_share_that_a_small_account_cannot_give(self):
        for name in ("PasswordConcurrency", "TeamConcurrency"):
            assert template()["Parameters"][name]["Default"] == 0
        assert "only 0 deploys" in template()["Parameters"]["PasswordConcurrency"]["Description"]


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
    def test_are_answered_by_the_doors(self):
        # With a configuration of its own the gateway would drop what doors say.
        assert "CorsConfiguration" not in resources("AWS::Serverless::HttpApi")["HttpApi"]
        assert "x-amazon-apigateway-cors" not in str(translated())
        assert doors()["sign_in_page"]["Events"]["Elsewhere"]["Type"] == "HttpApi"


class TestTheIssuer:
    def test_is_the_own_domain_or_left_to_the_gateway(self):
        issuer = doors()["verify_code"]["Environment"]["Variables"]["ISSUER"]
        assert resolved(issuer, {"OwnDomain": ""}) == ""
        assert "https://${OwnDomain}" in str(resolved(issuer, {"OwnDomain": "signin.example.com"}))


class TestTheMailIdentity:
    @pytest.mark.parametrize(
        ("stated", "made"),
        [
            ("", "example.com"),
            ("mail.example.com", "mail.example.com"),
            ("help@example.com", "help@example.com"),
        ],
    )
    def test_is_the_stated_one_or_the_domain_that_is_mailed_from(self, stated, made):
        given = {"MailFrom": "signin@example.com", "MailIdentity": stated}
        identity = resources("AWS::SES::EmailIdentity")["Identity"]["EmailIdentity"]

        assert resolved(identity, given) == made

    @pytest.mark.parametrize("create", ["true", "false"])
    def test_is_made_if_the_stack_is_asked_to(self, create):
        condition = template()["Resources"]["Identity"]["Condition"]

        assert holds(condition, {"CreateIdentity": create}) == (create == "true")

    @pytest.mark.parametrize("create", ["true", "false"])
    @pytest.mark.parametrize(
        ("stated", "is_domain"),
        [("", True), ("mail.example.com", True), ("help@example.com", False)],
    )
    def test_tells_dns_records_if_it_is_a_domain_that_the_stack_makes(
        self, create, stated, is_domain
    ):
        given = {"CreateIdentity": create, "MailIdentity": stated}
        # An address has none, and to ask for them would fail the deployment.
        condition = template()["Outputs"]["DkimRecords"]["Condition"]

        assert holds(condition, given) == (create == "true" and is_domain)


class TestTheDoorsOfTeams:
    """API-08: whoever asks without end takes nothing from contacts who sign in."""

    def test_have_a_share_each_if_it_is_given_so_that_a_script_stops_nobodys_sign_in(self):
        shared = {
            name
            for name, door in doors().items()
            if "TeamConcurrency" in str(door.get("ReservedConcurrentExecutions", ""))
        }
        assert shared == of_teams()
        for name in shared:
            share = doors()[name]["ReservedConcurrentExecutions"]
            assert resolved(share, {"TeamConcurrency": "0"}) is None
            assert resolved(share, {"TeamConcurrency": "5"}) == "5"

    def test_are_counted_by_the_doctor(self):
        assert len(of_teams()) == TEAM_DOORS


def of_teams():
    """The doors that answer below a workspace's address, to its team or to its directory."""
    return {
        name
        for name, door in doors().items()
        if re.search("/v1/workspaces/|/scim/v2/", str(door.get("Events", {})))
    }


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


class TestTheQueueOfSignOuts:
    def test_gives_the_door_its_time_and_the_tries_that_it_counts(self):
        queue = resources("AWS::SQS::Queue")["SignOutQueue"]
        assert queue["VisibilityTimeout"] >= 6 * doors()["sign_out_portals"]["Timeout"]
        assert queue["RedrivePolicy"]["maxReceiveCount"] == MOST_TELLS
        assert doors()["sign_out_portals"]["Timeout"] > TIME_TO_TELL.total_seconds() + 2

    def test_hands_over_one_portal_at_a_time(self):
        # One that is slow holds up no other.
        events = doors()["sign_out_portals"]["Events"].values()
        (source,) = [e for e in events if e["Type"] == "SQS"]
        assert source["Properties"]["BatchSize"] == 1
        assert source["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]

    def test_is_kept_until_the_last_try_is_over(self):
        queue = resources("AWS::SQS::Queue")["SignOutQueue"]
        waits = [min(FIRST_TELL_AGAIN * 2**n, LAST_TELL_AGAIN) for n in range(MOST_TELLS)]
        assert queue["MessageRetentionPeriod"] > sum(waits, timedelta()).total_seconds()


class TestAStreamsReader:
    @pytest.mark.parametrize(
        ("door", "waits"), [("send_mail", 0), ("record_trail", 5), ("sign_out_portals", 0)]
    )
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


def test_what_ses_tells_waits_for_no_batch():
    (source,) = [e for e in doors()["record_delivery"]["Events"].values() if e["Type"] == "SQS"]
    assert source["Properties"]["MaximumBatchingWindowInSeconds"] == 0
