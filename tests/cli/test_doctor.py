"""The doctor, before a stack that is well, and with one thing wrong at a time.

AWS answers at the SDK's own seam, from what this file says it would: no emulator has alarms, a
sandbox, or a function whose update failed. tests/emulated/test_doctor.py asks a whole one.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from cli.checks_limits import RSA, TEAM_DOORS
from cli.checks_mail_events import ARRIVALS, DEFAULT_BUS, RULE, SEND, TROUBLE, _lets
from portico import __version__
from portico.aws import clients
from tests.docs.test_docs import ROOT, anchors
from tests.support.template import resources

TOPIC = "arn:aws:sns:eu-west-1:111122223333:portico-MailTopic-1"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:portico-DeliveryQueue-1"
BUS = "arn:aws:events:eu-west-1:111122223333:event-bus/default"


def _policy(service: str, action: str, *, effect: str = "Allow") -> str:
    """A resource's policy as the template makes it."""
    principal = {"Service": f"{service}.amazonaws.com"}
    return json.dumps({
        "Statement": [{"Effect": effect, "Principal": principal, "Action": action}],
    })  # fmt: skip


def _policies(*policies: str) -> str:
    """Those policies as one."""
    statements = [one for each in policies for one in json.loads(each)["Statement"]]
    return json.dumps({"Statement": statements})


WELL: dict[str, Any] = {
    "cloudformation.ListStackResources": {
        "StackResourceSummaries": [
            {"ResourceType": f"AWS::{kind}", "LogicalResourceId": name, "PhysicalResourceId": name}
            for kind, name in (
                ("CloudWatch::Alarm", "MailAgeAlarm"),
                ("Lambda::Function", "SendMail"),
                ("Events::Rule", RULE),
                ("Lambda::Alias", "arn:aws:lambda:eu-west-1:111122223333:function:SendMail:live"),
                ("Lambda::EventSourceMapping", "SendMailSignIn"),
            )
        ]
    },
    "sesv2.GetAccount": {
        "ProductionAccessEnabled": True,
        "SendingEnabled": True,
        "EnforcementStatus": "HEALTHY",
        "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 1200.0},
    },
    "sesv2.GetConfigurationSet": {"SendingOptions": {"SendingEnabled": True}},
    "sesv2.GetConfigurationSetEventDestinations": {
        "EventDestinations": [
            {
                "Name": "trouble",
                "Enabled": True,
                "MatchingEventTypes": ["REJECT", "DELIVERY_DELAY", "BOUNCE", "COMPLAINT"],
                "SnsDestination": {"TopicArn": TOPIC},
            },
            {
                "Name": "event-bus",
                "Enabled": True,
                "MatchingEventTypes": ["DELIVERY", "BOUNCE", "COMPLAINT"],
                "EventBridgeDestination": {"EventBusArn": BUS},
            },
        ]
    },
    "sns.ListSubscriptionsByTopic": {
        "Subscriptions": [
            {"Protocol": "email", "Endpoint": "x@acme.test", "SubscriptionArn": f"{TOPIC}:0"},
            {"Protocol": "sqs", "Endpoint": QUEUE, "SubscriptionArn": f"{TOPIC}:1"},
        ]
    },
    "sns.GetSubscriptionAttributes": {"Attributes": {"RawMessageDelivery": "true"}},
    "sns.GetTopicAttributes": {"Attributes": {"Policy": _policy("ses", "sns:Publish")}},
    "events.DescribeRule": {"Name": RULE, "State": "ENABLED"},
    "events.ListTargetsByRule": {
        "Targets": [
            {
                "Id": "1",
                "Arn": "arn:aws:lambda:eu-west-1:111122223333:function:RecordDelivery:live",
            }
        ]
    },
    "sesv2.GetEmailIdentity": {
        "VerifiedForSendingStatus": True,
        "DkimAttributes": {"SigningEnabled": True, "Status": "SUCCESS"},
    },
    "cloudwatch.DescribeAlarms": {
        "MetricAlarms": [
            {"AlarmName": "MailAgeAlarm", "StateValue": "OK", "AlarmActions": ["arn:topic"]}
        ]
    },
    "kms.DescribeKey": {"KeyMetadata": {"KeyState": "Enabled"}},
    "kms.GetPublicKey": {"PublicKey": b"x"},
    "secretsmanager.DescribeSecret": {"VersionIdsToStages": {"1": ["AWSCURRENT"]}},
    "dynamodb.DescribeTable": {
        "Table": {
            "TableStatus": "ACTIVE",
            "DeletionProtectionEnabled": True,
            "StreamSpecification": {"StreamEnabled": True},
        }
    },
    "dynamodb.DescribeTimeToLive": {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED"}},
    "dynamodb.DescribeContinuousBackups": {
        "ContinuousBackupsDescription": {
            "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}
        }
    },
    "sqs.GetQueueAttributes": {
        "Attributes": {
            "ApproximateNumberOfMessages": "0",
            "Policy": _policy("sns", "sqs:SendMessage"),
        }
    },
    "lambda.GetFunctionConfiguration": {
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "Environment": {"Variables": {"CONFIGURATION_SET": "portico"}},
    },
    "lambda.GetAlias": {"FunctionVersion": "7"},
    "lambda.GetEventSourceMapping": {"State": "Enabled", "LastProcessingResult": "OK"},
    "lambda.GetAccountSettings": {
        "AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 950}
    },
    "servicequotas.ListServiceQuotas": {"Quotas": [{"QuotaName": RSA, "Value": 1000.0}]},
    "apigateway.GetAccount": {"throttleSettings": {"rateLimit": 10000.0, "burstLimit": 5000}},
    "dynamodb.DescribeLimits": {"TableMaxWriteCapacityUnits": 40000},
}
MORE = {
    "SigningKeys": "arn:key",
    "CodeSecret": "codes",
    "ConfigurationSet": "portico",
    "MailTopic": TOPIC,
    "DeliveryQueue": "https://sqs.eu-west-1.amazonaws.com/111122223333/portico-DeliveryQueue-1",
    "Version": __version__,
    "MailDeadLetters": "https://sqs.test/mail",
    "TrailDeadLetters": "https://sqs.test/trail",
    "SignOutDeadLetters": "https://sqs.test/sign-outs",
    "DeliveryDeadLetters": "https://sqs.test/deliveries",
}


class Hospital:
    """One stack, and who looks at it."""

    def __init__(self, terminal):
        self.terminal = terminal
        self.says = copy.deepcopy(WELL)
        self.turns: dict[str, Iterator[dict[str, Any]]] = {}
        self.identities = {"acme.test": self.says["sesv2.GetEmailIdentity"]}
        self.asked: list[str] = []

    def answers(self, model, params, **_):
        operation = f"{model.service_model.signing_name}.{model.name}"
        operation = operation.replace("ses.", "sesv2.").replace("monitoring.", "cloudwatch.")
        self.asked.append(operation)
        answer = self.says.get(operation)
        if operation in self.turns:
            answer = next(self.turns[operation])
        if operation == "sesv2.GetEmailIdentity":
            name = unquote(params["url_path"].rpartition("/")[2])
            answer = self.identities.get(name, "NotFoundException")
        if isinstance(answer, str):
            return _Status(400), {"Error": {"Code": answer, "Message": "as the test wants it"}}
        return None if answer is None else (_Status(200), answer)

    def sets(self, operation, *path, to):
        place = self.says[operation]
        for each in path[:-1]:
            place = place[each]
        place[path[-1]] = to

    def looks(self, *, code=0):
        result = self.terminal.runs("doctor", "stack", "--stack", "portico", "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)["findings"]

    def finds(self, state, *, code=0):
        (found,) = [each for each in self.looks(code=code) if each["state"] == state]
        return found


class _Status:
    def __init__(self, code):
        self.status_code = code


@pytest.fixture(scope="module")
def staff(cloud, exchange):
    """Whom the doctor asks: the clients of all services, made once."""
    services = ("cloudformation", "sesv2", "cloudwatch", "kms", "secretsmanager", "dynamodb", "sqs")
    clients.client.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", exchange.url)
        more = ("lambda", "service-quotas", "apigateway", "sns", "events")
        found = [clients.client(each, patient=True) for each in (*services, *more)]
    yield [each.meta.events for each in found]
    clients.client.cache_clear()


@pytest.fixture
def hospital(terminal, staff):
    before = terminal.wire.stacks["portico"]
    terminal.wire.stacks = {"portico": before | MORE}
    terminal.wire.parameters = {
        "Stage": "prod",
        "MailIdentity": "acme.test",
        "MailQuota": "50000",
        "PasswordConcurrency": "0",
        "TeamConcurrency": "0",
        "ThrottleRate": "200",
        "ThrottleBurst": "400",
        "MailFrom": "signin@mail.acme.test",
    }
    hospital = Hospital(terminal)
    for each in staff:
        each.register("before-call", hospital.answers)
    yield hospital
    for each in staff:
        each.unregister("before-call", hospital.answers)


class TestAMailDomain:
    def test_is_looked_at_beside_the_account(self, hospital):
        hospital.identities["acme.test"] |= {"MailFromAttributes": {}}

        # Nobody answers there: what DNS says is not looked at.
        result = hospital.terminal.runs(
            "doctor", "mail", "Acme.test", "--dns", "127.0.0.1#9", "--stack", "portico", "--json"
        )

        found = json.loads(result.stdout)["findings"]
        assert result.exit_code == 0, result.output
        assert [each["what"] for each in found if each["state"] == "ok"] == [
            "identity of acme.test",
            "DKIM of acme.test",
            *["SES account"] * 2,
        ]
        assert "not looked at" in json.dumps(found)

    def test_without_an_identity_is_broken(self, hospital):
        result = hospital.terminal.runs(
            "doctor", "mail", "other.test", "--dns", "127.0.0.1#9", "--stack", "portico", "--json"
        )

        assert result.exit_code == 1
        assert "create-email-identity --email-identity other.test" in result.stdout

    def test_wants_a_name_server_by_its_address(self, hospital):
        said = hospital.terminal.refused("doctor", "mail", "acme.test", "--dns", "dns", code=2)

        assert "--dns" in said


class TestAStackWithoutItsIdentity:
    def test_is_told_how_to_make_it(self, hospital):
        del hospital.identities["acme.test"]

        found = hospital.finds("broken", code=1)

        assert found["what"] == "SES identity acme.test"
        assert "aws sesv2 create-email-identity --email-identity acme.test" in found["said"]
        assert "CreateIdentity=true" in found["said"]
        assert found["see"] == "docs/deploy.md#mail"


class TestAStackThatIsWell:
    def test_is_all_ok(self, hospital):
        findings = hospital.looks()

        assert {each["state"] for each in findings} == {"ok"}
        assert {each["see"] for each in findings} == {""}
        assert len(findings) >= 19

    def test_is_told_in_one_line_each(self, hospital):
        result = hospital.terminal.says("doctor", "stack")

        assert "out of the sandbox" in result.stdout
        assert "1,200 of 50,000 mails in 24 hours, 14 a second" in result.stdout
        assert "Nothing is broken." in result.stdout

    def test_never_reads_the_secret(self, hospital):
        hospital.looks()

        assert "secretsmanager.GetSecretValue" not in hospital.asked

    def test_is_left_as_it_is(self, hospital):
        hospital.looks()

        verbs = ("Describe", "Get", "List")
        assert all(each.partition(".")[2].startswith(verbs) for each in hospital.asked)


BROKEN = {
    "paused": ("sesv2.GetAccount", "SendingEnabled", False, "sending is paused"),
    "sandbox": ("sesv2.GetAccount", "ProductionAccessEnabled", False, "in the sandbox"),
    "quota": ("sesv2.GetAccount", "SendQuota.SentLast24Hours", 50000.0, "the quota is used up"),
    "set paused": (
        "sesv2.GetConfigurationSet", "SendingOptions.SendingEnabled", False,
        "paused for the configuration set",
    ),
    "identity": ("sesv2.GetEmailIdentity", "VerifiedForSendingStatus", False, "not verified"),
    "no alarm": ("cloudwatch.DescribeAlarms", "MetricAlarms", [], "MailAgeAlarm is missing"),
    "key": ("kms.DescribeKey", "KeyMetadata.KeyState", "PendingDeletion", "PendingDeletion"),
    "secret": ("secretsmanager.DescribeSecret", "VersionIdsToStages", {}, "no current version"),
    "secret gone": ("secretsmanager.DescribeSecret", "DeletedDate", "2026-11-21", "for deletion"),
    "function": (
        "lambda.GetFunctionConfiguration", "LastUpdateStatus", "Failed", "its last update failed",
    ),
    "trigger": ("lambda.GetEventSourceMapping", "State", "Disabled", "SendMailSignIn is disabled"),
}  # fmt: skip
ON_MANY = {
    "stream": ("dynamodb.DescribeTable", "Table.StreamSpecification", {}, "its stream is off"),
    "unprotected": (
        "dynamodb.DescribeTable", "Table.DeletionProtectionEnabled", False,
        "deletion protection is off",
    ),
    "swept": (
        "dynamodb.DescribeTimeToLive", "TimeToLiveDescription.TimeToLiveStatus", "DISABLED",
        "TTL is off",
    ),
    "backups": (
        "dynamodb.DescribeContinuousBackups",
        "ContinuousBackupsDescription.PointInTimeRecoveryDescription", {},
        "point-in-time recovery is off",
    ),
    "letters": ("sqs.GetQueueAttributes", "Attributes.ApproximateNumberOfMessages", "3", "3 dead"),
}  # fmt: skip
ATTENTION = {
    "nearly": ("sesv2.GetAccount", "SendQuota.SentLast24Hours", 40000.0, "40,000 of 50,000"),
    "review": ("sesv2.GetAccount", "EnforcementStatus", "PROBATION", "under review"),
    "dkim": ("sesv2.GetEmailIdentity", "DkimAttributes.Status", "PENDING", "DKIM does not sign"),
    "updating": (
        "lambda.GetFunctionConfiguration", "LastUpdateStatus", "InProgress", "still being updated",
    ),
    "between versions": (
        "lambda.GetAlias", "RoutingConfig", {"AdditionalVersionWeights": {"8": 0.3}},
        "SendMail: 30% of its calls go to version 8, the others to 7",
    ),
    "concurrency": (
        "lambda.GetAccountSettings", "AccountLimit.ConcurrentExecutions", 99, "99 function calls",
    ),
    "reserved": (
        "lambda.GetAccountSettings", "AccountLimit.UnreservedConcurrentExecutions", 99,
        "reservations leave only 99",
    ),
    "mail rate": ("sesv2.GetAccount", "SendQuota.MaxSendRate", 1.0, "1 mails a second"),
    "mail quota": (
        "sesv2.GetAccount", "SendQuota.Max24HourSend", 49999.0,
        "MailQuota says 50,000 mails in 24 hours, but SES allows 49,999",
    ),
    "signatures": (
        "servicequotas.ListServiceQuotas", "Quotas", [{"QuotaName": RSA, "Value": 399.0}],
        "399 RSA signatures a second, but ThrottleRate allows requests that need 400",
    ),
    "no such quota": ("servicequotas.ListServiceQuotas", "Quotas", [], "does not list"),
    "requests": (
        "apigateway.GetAccount", "throttleSettings.rateLimit", 199.0,
        "ThrottleRate is 200, but the account allows 199",
    ),
    "burst": (
        "apigateway.GetAccount", "throttleSettings.burstLimit", 399,
        "ThrottleBurst is 400, but the account allows 399",
    ),
    "writes": (
        "dynamodb.DescribeLimits", "TableMaxWriteCapacityUnits", 3999, "3,999 write units",
    ),
}  # fmt: skip


class TestAStackWithOneThingWrong:
    @pytest.mark.parametrize("what", BROKEN)
    def test_is_broken_and_says_where_to_read_on(self, hospital, what):
        operation, path, value, said = BROKEN[what]
        hospital.sets(operation, *path.split("."), to=value)

        findings = [each for each in hospital.looks(code=1) if each["state"] == "broken"]

        assert [each for each in findings if said in each["said"]]
        assert all(_leads_somewhere(each["see"]) for each in findings)

    @pytest.mark.parametrize("what", ON_MANY)
    def test_is_broken_wherever_it_is_wrong(self, hospital, what):
        operation, path, value, said = ON_MANY[what]
        hospital.sets(operation, *path.split("."), to=value)

        findings = [each for each in hospital.looks(code=1) if each["state"] == "broken"]

        assert {each["said"] for each in findings if said in each["said"]}
        assert len(findings) >= 2
        assert all(_leads_somewhere(each["see"]) for each in findings)

    @pytest.mark.parametrize("what", ATTENTION)
    def test_may_only_want_attention(self, hospital, what):
        operation, path, value, said = ATTENTION[what]
        hospital.sets(operation, *path.split("."), to=value)

        found = hospital.finds("attention")

        assert said in found["said"]
        assert _leads_somewhere(found["see"])

    @pytest.mark.parametrize(
        ("deployed", "said"),
        [
            ("0.6.0", f"0.6.0, but this command is {__version__}"),
            ("", f"older than 0.5.0, and this command is {__version__}"),
        ],
    )
    def test_of_another_version_than_the_command_says_so(self, hospital, deployed, said):
        hospital.terminal.wire.stacks["portico"]["Version"] = deployed

        assert hospital.finds("attention")["said"] == said

    def test_in_the_sandbox_is_no_fault_before_production(self, hospital):
        hospital.terminal.wire.parameters["Stage"] = "dev"
        hospital.sets("sesv2.GetAccount", "ProductionAccessEnabled", to=False)

        assert "sandbox" in hospital.finds("attention")["said"]

    def test_in_a_new_account_is_warned_of_its_concurrency(self, hospital):
        limit = hospital.says["lambda.GetAccountSettings"]["AccountLimit"]
        limit |= {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}

        found = hospital.finds("attention")

        assert found["said"] == "10 function calls at once, fewer than 100: ask for 1,000"
        assert found["see"] == "docs/first-day.md#limits-to-ask-for"

    @pytest.mark.parametrize(("wanted", "warned"), [("900", False), ("901", True)])
    def test_cannot_reserve_what_lambda_keeps_free(self, hospital, wanted, warned):
        hospital.terminal.wire.parameters["PasswordConcurrency"] = wanted

        said = [each["said"] for each in hospital.looks() if each["state"] == "attention"]

        assert [each.startswith("PasswordConcurrency takes 901,") for each in said] == [
            True
        ] * warned

    def test_reserves_for_each_of_the_teams_doors(self, hospital):
        parameters = hospital.terminal.wire.parameters
        parameters |= {"PasswordConcurrency": "1", "TeamConcurrency": "900"}

        said = [each["said"] for each in hospital.looks() if each["state"] == "attention"]

        taken = f"PasswordConcurrency takes 1 and TeamConcurrency takes {900 * TEAM_DOORS:,}"
        assert [each.startswith(taken) for each in said] == [True]

    def test_reads_all_pages_of_quotas(self, hospital):
        pages = iter([
            {"Quotas": [{"QuotaName": "Keys", "Value": 1.0}], "NextToken": "more"},
            {"Quotas": [{"QuotaName": RSA, "Value": 100.0}]},
        ])  # fmt: skip
        hospital.turns["servicequotas.ListServiceQuotas"] = pages

        assert "100 RSA signatures" in hospital.finds("attention")["said"]

    def test_with_an_alarm_that_rings_names_it(self, hospital):
        alarm = hospital.says["cloudwatch.DescribeAlarms"]["MetricAlarms"][0]
        alarm |= {"StateValue": "ALARM", "AlarmDescription": "Codes wait for their mail."}

        found = hospital.finds("broken", code=1)

        assert found["said"] == "MailAgeAlarm rings: Codes wait for their mail."
        assert found["see"] == "docs/operate.md#alarms"

    def test_with_alarms_that_tell_nobody_says_so(self, hospital):
        hospital.says["cloudwatch.DescribeAlarms"]["MetricAlarms"][0]["AlarmActions"] = []

        assert "AlarmTopic" in hospital.finds("attention")["said"]

    @pytest.mark.parametrize("nearer", ["signin@mail.acme.test", "mail.acme.test"])
    @pytest.mark.parametrize(("verified", "state"), [(True, "attention"), (False, "broken")])
    def test_with_an_identity_nearer_to_the_sender_names_it(
        self, hospital, nearer, verified, state
    ):
        hospital.identities[nearer] = {"VerifiedForSendingStatus": verified}

        found = hospital.finds(state, code=0 if verified else 1)

        assert f"SES uses the identity {nearer}" in found["said"]
        assert _leads_somewhere(found["see"])

    @pytest.mark.parametrize("sender", ["signin@other.test", "signin@notacme.test"])
    def test_with_a_sender_outside_of_its_identity_says_so(self, hospital, sender):
        hospital.terminal.wire.parameters["MailFrom"] = sender

        found = hospital.finds("broken", code=1)

        assert found["what"] == f"MailFrom {sender}"
        assert "not within the identity acme.test" in found["said"]

    def test_whose_identity_is_the_address_itself_is_asked_about_that(self, hospital):
        hospital.terminal.wire.parameters["MailIdentity"] = "signin@mail.acme.test"
        hospital.identities["signin@mail.acme.test"] = hospital.identities["acme.test"]

        assert {each["state"] for each in hospital.looks()} == {"ok"}

    def test_that_names_no_identity_is_asked_about_the_senders_domain(self, hospital):
        hospital.terminal.wire.parameters |= {"MailFrom": "signin@acme.test", "MailIdentity": ""}

        findings = hospital.looks()

        assert {each["state"] for each in findings} == {"ok"}
        assert "SES identity acme.test" in {each["what"] for each in findings}

    def test_ends_with_a_complaint(self, hospital):
        hospital.sets("kms.DescribeKey", "KeyMetadata", "KeyState", to="Disabled")

        result = hospital.terminal.runs("doctor", "stack", "--stack", "portico")

        assert result.exit_code == 1
        assert result.stderr.strip() == "1 broken."
        assert "KMS says Disabled" in result.stdout
        assert "see docs/operate.md#rotating-the-signing-key" in result.stdout


def _destinations(hospital):
    """The two that template.yaml makes: of trouble, and of arrivals."""
    return hospital.says["sesv2.GetConfigurationSetEventDestinations"]["EventDestinations"]


def _subscription(hospital):
    return hospital.says["sns.ListSubscriptionsByTopic"]["Subscriptions"][1]


class TestWhatSesTells:
    """Without it, every mail would count as delivered."""

    @pytest.mark.parametrize("which", [0, 1])
    @pytest.mark.parametrize("how", ["gone", "off", "elsewhere"])
    def test_that_goes_nowhere_is_broken(self, hospital, which, how):
        destinations = _destinations(hospital)
        if how == "gone":
            del destinations[which]
        elif how == "off":
            destinations[which]["Enabled"] = False
        elif which == 0:
            destinations[which]["SnsDestination"]["TopicArn"] = f"{TOPIC}-of-others"
        else:
            destinations[which]["EventBridgeDestination"]["EventBusArn"] = f"{BUS}-of-others"

        found = hospital.finds("broken", code=1)

        assert found["what"] == "mail events"
        lost = ("BOUNCE, COMPLAINT, DELIVERY_DELAY, REJECT of portico", "DELIVERY of portico")
        assert found["said"].startswith(lost[which])
        assert ("counts as delivered" in found["said"]) is (which == 0)
        assert _leads_somewhere(found["see"])

    @pytest.mark.parametrize("kind", TROUBLE)
    def test_that_leaves_one_kind_of_trouble_out_is_broken(self, hospital, kind):
        _destinations(hospital)[0]["MatchingEventTypes"].remove(kind)

        assert hospital.finds("broken", code=1)["said"].startswith(f"{kind} of portico")

    def test_that_comes_by_two_destinations_is_ok(self, hospital):
        first = _destinations(hospital)[0]
        second = copy.deepcopy(first) | {"Name": "more"}
        first["MatchingEventTypes"] = ["BOUNCE", "COMPLAINT"]
        second["MatchingEventTypes"] = ["DELIVERY_DELAY", "REJECT"]
        _destinations(hospital).append(second)

        assert {each["state"] for each in hospital.looks()} == {"ok"}

    def test_of_another_set_than_the_stacks_is_looked_at_there(self, hospital):
        hospital.sets(
            "lambda.GetFunctionConfiguration",
            "Environment",
            to={"Variables": {"CONFIGURATION_SET": "by-hand"}},
        )

        found = hospital.finds("broken", code=1)

        assert found["what"] == "mail events"
        assert found["said"].startswith("mails go out by the configuration set by-hand")
        assert "portico" in found["said"]

    def test_of_a_sender_whose_variables_are_not_to_be_read_is_of_the_stacks_set(self, hospital):
        hospital.sets(
            "lambda.GetFunctionConfiguration",
            "Environment",
            to={"Error": {"ErrorCode": "AccessDeniedException", "Message": "KMS"}},
        )

        assert {each["state"] for each in hospital.looks()} == {"ok"}

    def test_of_a_set_that_is_gone_is_broken(self, hospital):
        hospital.says["sesv2.GetConfigurationSetEventDestinations"] = "NotFoundException"

        found = hospital.finds("broken", code=1)

        assert found["said"].startswith("there is no configuration set portico")
        assert _leads_somewhere(found["see"])

    @pytest.mark.parametrize("how", ["gone", "of another queue", "of another kind"])
    def test_that_no_queue_hears_is_broken(self, hospital, how):
        if how == "gone":
            del hospital.says["sns.ListSubscriptionsByTopic"]["Subscriptions"][1]
        elif how == "of another queue":
            _subscription(hospital)["Endpoint"] += "0"
        else:
            _subscription(hospital)["Protocol"] = "https"

        found = hospital.finds("broken", code=1)

        assert found["said"].startswith("the topic does not tell the queue")
        assert "counts as delivered" in found["said"]
        assert _leads_somewhere(found["see"])

    def test_that_waits_to_be_confirmed_is_broken(self, hospital):
        _subscription(hospital)["SubscriptionArn"] = "PendingConfirmation"

        assert "is not confirmed" in hospital.finds("broken", code=1)["said"]

    def test_is_found_on_a_later_page(self, hospital):
        whole = hospital.says["sns.ListSubscriptionsByTopic"]["Subscriptions"]
        hospital.turns["sns.ListSubscriptionsByTopic"] = iter([
            {"Subscriptions": whole[:1], "NextToken": "more"},
            {"Subscriptions": whole[1:]},
        ])  # fmt: skip

        assert {each["state"] for each in hospital.looks()} == {"ok"}

    @pytest.mark.parametrize(
        ("attributes", "said"),
        [
            ({"RawMessageDelivery": "false"}, "wraps each event"),
            (
                {"RawMessageDelivery": "true", "FilterPolicy": '{"kind": ["x"]}'},
                "leaves events out",
            ),
        ],
    )
    def test_that_comes_changed_is_broken(self, hospital, attributes, said):
        hospital.says["sns.GetSubscriptionAttributes"] = {"Attributes": attributes}

        found = hospital.finds("broken", code=1)

        assert said in found["said"]
        assert _leads_somewhere(found["see"])

    def test_has_no_filter_once_it_was_taken_away(self, hospital):
        """As docs/deliveries.md says to do."""
        hospital.says["sns.GetSubscriptionAttributes"] = {
            "Attributes": {"RawMessageDelivery": "true", "FilterPolicy": "{}"}
        }

        assert {each["state"] for each in hospital.looks()} == {"ok"}

    def test_that_may_not_be_looked_at_wants_attention(self, hospital):
        hospital.says["sns.ListSubscriptionsByTopic"] = "AuthorizationError"

        assert "may not call sns:" in hospital.finds("attention")["said"]

    @pytest.mark.parametrize(
        ("operation", "said"),
        [
            ("sns.GetTopicAttributes", "the topic's policy does not let SES publish"),
            ("sqs.GetQueueAttributes", "the policy of the queue does not let the topic send"),
        ],
    )
    @pytest.mark.parametrize("how", ["none", "of others", "another action", "denied", "denied too"])
    def test_that_a_policy_keeps_back_is_broken(self, hospital, operation, said, how):
        ours = ("ses", "sns:Publish") if "Topic" in operation else ("sns", "sqs:SendMessage")
        policy = {
            "none": "",
            "of others": _policy("events", ours[1]),
            "another action": _policy(ours[0], "sns:Subscribe"),
            "denied": _policy(*ours, effect="Deny"),
            "denied too": _policies(_policy(*ours), _policy(*ours, effect="Deny")),
        }[how]
        hospital.sets(operation, "Attributes", "Policy", to=policy)

        found = hospital.finds("broken", code=1)

        assert found["what"] == "mail rights"
        assert found["said"].startswith(said)
        assert _leads_somewhere(found["see"])

    def test_that_a_policy_denies_without_tls_is_ok(self, hospital):
        (denied,) = json.loads(_policy("ses", "sns:*", effect="Deny"))["Statement"]
        denied |= {"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
        policy = _policies(_policy("ses", "sns:Publish"), json.dumps({"Statement": [denied]}))
        hospital.sets("sns.GetTopicAttributes", "Attributes", "Policy", to=policy)

        assert {each["state"] for each in hospital.looks()} == {"ok"}

    @pytest.mark.parametrize("action", ["sns:*", "SNS:Publish", ["sns:Subscribe", "sns:Publish"]])
    @pytest.mark.parametrize(
        "principal", ["*", {"Service": ["events.amazonaws.com", "ses.amazonaws.com"]}]
    )
    def test_that_a_policy_lets_through_in_other_words_is_ok(self, hospital, action, principal):
        statement = {"Effect": "Allow", "Principal": principal, "Action": action}
        policy = json.dumps({"Statement": statement})
        hospital.sets("sns.GetTopicAttributes", "Attributes", "Policy", to=policy)

        assert {each["state"] for each in hospital.looks()} == {"ok"}

    @pytest.mark.parametrize(
        ("operation", "answer", "said"),
        [
            ("events.DescribeRule", {"State": "DISABLED"}, "is switched off"),
            ("events.DescribeRule", "ResourceNotFoundException", "there is no rule"),
            ("events.ListTargetsByRule", {"Targets": []}, "does not wake RecordDelivery"),
            (
                "events.ListTargetsByRule",
                {"Targets": [{"Id": "1", "Arn": "arn:aws:sqs:eu-west-1:111122223333:other"}]},
                "does not wake RecordDelivery",
            ),
        ],
    )
    def test_that_no_rule_hands_on_is_broken(self, hospital, operation, answer, said):
        hospital.says[operation] = answer

        found = hospital.finds("broken", code=1)

        assert found["what"] == "mail arrivals"
        assert said in found["said"]
        assert "has arrived" in found["said"]
        assert _leads_somewhere(found["see"])

    @pytest.mark.parametrize(
        ("arn", "state"), [("RecordDelivery:live", "ok"), ("RecordTrail:live", "broken")]
    )
    def test_that_wakes_another_function_is_broken(self, hospital, arn, state):
        summaries = hospital.says["cloudformation.ListStackResources"]["StackResourceSummaries"]
        function = {"LogicalResourceId": "RecordDelivery", "PhysicalResourceId": "RecordDelivery"}
        summaries.append(function | {"ResourceType": "AWS::Lambda::Function"})
        (target,) = hospital.says["events.ListTargetsByRule"]["Targets"]
        target["Arn"] = f"arn:aws:lambda:eu-west-1:111122223333:function:{arn}"

        found = hospital.looks(code=int(state == "broken"))

        assert [each["state"] for each in found if each["what"] == "mail arrivals"] == [state]

    def test_whose_rule_is_no_part_of_the_stack_is_broken(self, hospital):
        summaries = hospital.says["cloudformation.ListStackResources"]["StackResourceSummaries"]
        summaries[:] = [each for each in summaries if each["LogicalResourceId"] != RULE]

        assert f"no rule {RULE}" in hospital.finds("broken", code=1)["said"]

    def test_is_asked_for_as_the_template_makes_it(self):
        made = [
            each["EventDestination"]
            for each in resources("AWS::SES::ConfigurationSetEventDestination").values()
        ]
        (trouble,) = [each for each in made if "SnsDestination" in each]
        (arrivals,) = [each for each in made if "EventBridgeDestination" in each]
        ((subscription,),) = [list(resources("AWS::SNS::Subscription").values())]

        assert sorted(trouble["MatchingEventTypes"]) == sorted(TROUBLE)
        assert trouble["SnsDestination"] == {"TopicARN": {"Ref": "MailTopic"}}
        assert set(ARRIVALS) <= set(arrivals["MatchingEventTypes"])
        assert arrivals["EventBridgeDestination"]["EventBusArn"]["Fn::Sub"].endswith(DEFAULT_BUS)
        assert subscription["RawMessageDelivery"] is True
        (topic,) = resources("AWS::SNS::TopicPolicy").values()
        queues = resources("AWS::SQS::QueuePolicy").values()
        (queue,) = (each for each in queues if {"Ref": "DeliveryQueue"} in each["Queues"])
        assert _lets(json.dumps(topic["PolicyDocument"]), "ses.amazonaws.com", "sns:publish")
        assert _lets(json.dumps(queue["PolicyDocument"]), "sns.amazonaws.com", SEND)
        function = resources("AWS::Serverless::Function")["RecordDelivery"]
        kinds = {f"RecordDelivery{name}": each["Type"] for name, each in function["Events"].items()}
        assert kinds[RULE] == "EventBridgeRule"


class TestAnAnswerThatDoesNotCome:
    @pytest.mark.parametrize(
        ("code", "state", "exit_code", "said"),
        [
            ("AccessDeniedException", "attention", 0, "these credentials may not call kms:"),
            ("UnknownOperationException", "not here", 0, "this AWS has no kms:"),
            ("KMSInternalException", "broken", 1, "kms:describe_key said KMSInternalException"),
        ],
    )
    def test_is_a_finding_of_its_own(self, hospital, code, state, exit_code, said):
        hospital.says["kms.DescribeKey"] = code

        assert said in hospital.finds(state, code=exit_code)["said"]

    def test_of_the_stack_itself_may_be_tried_later(self, hospital):
        hospital.says["cloudformation.ListStackResources"] = "Throttling"

        assert "Cannot read the stack" in hospital.terminal.refused("doctor", "stack", code=3)


def _leads_somewhere(see):
    path, _, anchor = see.partition("#")
    return anchor in anchors((ROOT / path).read_text())


class TestPortals:
    """Those that may sign in without PKCE are named, one by one."""

    ADD = ("--redirect-uri", "https://a.test/cb")

    @pytest.fixture(autouse=True)
    def _of_acme(self, acme):
        """The workspace that they belong to."""

    def _portals(self, hospital):
        return [each for each in hospital.looks() if each["what"] == "portals"]

    def test_that_all_send_pkce_are_ok(self, hospital):
        hospital.terminal.says("portal", "add", "acme", "help", *self.ADD)

        (found,) = self._portals(hospital)

        assert (found["state"], found["said"]) == ("ok", "all 1 send PKCE")

    def test_that_may_leave_it_out_are_named(self, hospital):
        say = hospital.terminal.says
        for name in ("help", "old", "older", "off"):
            more = () if name == "help" else ("--without-pkce",)
            say("portal", "add", "acme", name, *self.ADD, *more)
        say("portal", "set", "acme", "off", "--off")

        found = self._portals(hospital)

        assert [each["state"] for each in found] == ["attention", "attention"]
        assert [each["said"].split()[0] for each in found] == ["prt_acme_old", "prt_acme_older"]
        assert "portico portal set acme old --with-pkce" in found[0]["said"]
        assert _leads_somewhere(found[0]["see"])

    def test_that_cannot_be_read_are_a_finding(self, hospital):
        hospital.terminal.wire.stacks["portico"] |= {"PeopleTable": "gone"}

        found = hospital.finds("broken", code=1)

        assert found["what"] == "portals"
        assert found["said"] == "dynamodb:query said ResourceNotFoundException"


LIVE = "arn:aws:lambda:eu-west-1:111122223333:function:SendMail:live"
LAYER = "arn:aws:lambda:eu-west-1:111122223333:layer:PorticoLayer:7"


class TestAStackThatIsHeldAgainstARelease:
    @pytest.fixture
    def compares(self, hospital, tmp_path):
        """Look for a release's code where this runs."""
        (stack,) = [hospital.says["cloudformation.ListStackResources"]["StackResourceSummaries"]]
        (alias,) = [each for each in stack if each["ResourceType"] == "AWS::Lambda::Alias"]
        alias["PhysicalResourceId"] = LIVE
        hospital.says["lambda.GetFunctionConfiguration"] |= {
            "CodeSha256": "door=",
            "Layers": [{"Arn": LAYER}],
        }
        hospital.says["lambda.GetLayerVersionByArn"] = {"Content": {"CodeSha256": "layer="}}

        def compares(functions, layers, code=0):
            file = tmp_path / "manifest.json"
            file.write_text(
                json.dumps({"version": "0.5.0", "functions": functions, "layers": layers})
            )
            result = hospital.terminal.runs(
                "doctor", "stack", "--stack", "portico", "--json", "--release", str(file)
            )
            assert result.exit_code == code, result.output
            return [
                (each["state"], each["said"])
                for each in json.loads(result.stdout)["findings"]
                if each["what"] == "release"
            ]

        return compares

    def test_has_its_code(self, compares):
        assert compares({"SendMail": "door="}, {"PorticoLayer": "layer="}) == [
            ("ok", "all 2 functions and layers have the code of 0.5.0")
        ]

    def test_has_other_code_in_a_function(self, compares):
        assert compares({"SendMail": "other="}, {"PorticoLayer": "layer="}, code=1) == [
            ("broken", "not the code of 0.5.0: SendMail")
        ]

    def test_has_other_code_in_a_layer(self, compares):
        assert compares({"SendMail": "door="}, {"PorticoLayer": "other="}, code=1) == [
            ("broken", "not the code of 0.5.0: PorticoLayer")
        ]

    def test_lacks_a_function(self, compares):
        both = {"SendMail": "door=", "Session": "door="}
        assert compares(both, {"PorticoLayer": "layer="}, code=1) == [
            ("broken", "0.5.0 has what does not run here: Session")
        ]

    def test_that_is_too_old_for_what_runs_is_refused_in_words(self, hospital, compares):
        hospital.terminal.wire.stacks["portico"] |= {"Version": "0.7.0", "SafeBackTo": "0.6.0"}

        ((state, said),) = compares({"SendMail": "door="}, {"PorticoLayer": "layer="}, code=1)

        assert state == "broken"
        assert said.startswith("The stack runs 0.7.0, and 0.5.0 is too far back")

    def test_is_held_against_manifests_alone(self, hospital, tmp_path):
        (tmp_path / "x.json").write_text("[]")
        command = ["doctor", "stack", "--stack", "portico", "--release", str(tmp_path / "x.json")]

        result = hospital.terminal.runs(*command)

        assert result.exit_code == 2
        assert "is no manifest of a release" in " ".join(result.stderr.split())
