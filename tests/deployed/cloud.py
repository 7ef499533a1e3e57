"""An emulated account of AWS, and the stack in it, deployed as a cloud team deploys it."""

import json
import subprocess
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

import boto3

from local.emulator import ACCOUNT, Emulator
from tests.support.sam_build import ARCHITECTURE, ROOT, SAM, Build, environment

STACK = "portico-deployed"
MAIL_DOMAIN = "example.com"
MAIL_FROM = f"signin@{MAIL_DOMAIN}"
TAG = "team=support"
ALIAS = "live"
PORTAL = "https://portal.example.com"


@dataclass(frozen=True)
class Stack:
    emulator: Emulator
    outputs: dict[str, str] = field(default_factory=dict)
    name: str = STACK
    alias: str | None = ALIAS
    """By which functions are called; releases up to 0.4.0 have none."""

    def client(self, service: str) -> Any:
        """A client with the account's own rights; doors have their roles, and those are enforced."""
        given = self.emulator.environment()
        return boto3.client(  # type: ignore[call-overload]  # any service
            service,
            endpoint_url=self.emulator.endpoint,
            region_name=given["AWS_REGION"],
            aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
        )

    @cached_property
    def names(self) -> dict[str, str]:
        """What the account calls each resource, by logical id."""
        found = self.client("cloudformation").describe_stack_resources(StackName=STACK)
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in found["StackResources"]
        }

    def invoke(self, door: str, event: dict[str, Any]) -> Any:
        """Hand *event* to a deployed function by its alias, as the service that triggers it does."""
        name = f"{self.names[door]}:{self.alias}" if self.alias else self.names[door]
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
        said = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, said
        return said

    def mails(self) -> list[dict[str, Any]]:
        """What SES was handed, oldest first."""
        with urllib.request.urlopen(f"{self.emulator.endpoint}/_ministack/ses/messages") as answer:
            accounts = json.load(answer)["messages"]
        return [mail for mails in accounts.values() for mail in mails]

    def log_of(self, door: str) -> str:
        """What a door has logged, for the message of a failed test."""
        events = self.client("logs").filter_log_events(logGroupName=self.names[f"{door}Log"])[
            "events"
        ]
        return "\n".join(each["message"] for each in events)


def deploy(built: Build, emulator: Emulator, **parameters: str) -> Stack:
    """Deploy, or change the parameters of what is deployed."""
    chosen = {
        "Architecture": ARCHITECTURE,
        "MailFrom": MAIL_FROM,
        # For a portal's server on this machine, which is told of sign-outs.
        "ProviderLoopback": "open",
        **parameters,
    }
    command = [
        SAM, "deploy", "--template-file", built.template, "--stack-name", STACK, "--resolve-s3",
        "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset",
        "--no-progressbar", "--tags", TAG, "--parameter-overrides", *(f"{k}={v}" for k, v in chosen.items()),
    ]  # fmt: skip
    done = subprocess.run(
        [str(each) for each in command],
        cwd=ROOT, env={**environment(), **emulator.environment()},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (stack,) = Stack(emulator).client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return Stack(emulator, {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]})


def what_ses_asks(stack: Stack, recipient: str) -> set[str]:
    """The resources that a new account's SES asks the sender's role for, at one mail.

    The sandbox asks for the recipient's identity too, and an identity of the address itself goes
    before that of its domain.

    Source: SES's developer guide, "Controlling access to SES" and "Request production access".
    """
    identities = {MAIL_DOMAIN, MAIL_FROM, recipient, recipient.partition("@")[2]}
    arn = f"arn:aws:ses:{stack.emulator.environment()['AWS_REGION']}:{ACCOUNT}"
    configuration_set = f"{arn}:configuration-set/{stack.outputs['ConfigurationSet']}"
    return {configuration_set, *(f"{arn}:identity/{each}" for each in identities)}


def lets_mail_out(stack: Stack, resource: str, *, sender: str) -> bool:
    """Judge the sender's deployed role as IAM does when SES asks it."""
    policy = stack.client("iam").get_role_policy(
        RoleName=stack.names["SendMailRole"], PolicyName="door"
    )
    return any(
        {"ses:SendEmail", "ses:SendRawEmail"} <= set(each["Action"])
        and any(fnmatchcase(resource, like) for like in each["Resource"])
        and each["Condition"] == {"StringEquals": {"ses:FromAddress": sender}}
        for each in policy["PolicyDocument"]["Statement"]
        if each["Sid"] == "Mail"
    )


def let_mail_out(stack: Stack) -> None:
    """Make the mail identity, as most accounts have one, and grant what the emulator asks beyond AWS.

    The emulator checks sending mail against no resource but "*". So the role's own grant is judged
    here, for all that SES asks of a new account, before it is widened for the emulator.
    """
    for resource in what_ses_asks(stack, "ann@elsewhere.test"):
        assert lets_mail_out(stack, resource, sender=MAIL_FROM), f"the role may not use {resource}"
    widen_mail(stack)


def widen_mail(stack: Stack) -> None:
    """Make the mail identity, and grant what the emulator asks beyond AWS."""
    ses = stack.client("sesv2")
    with suppress(ses.exceptions.AlreadyExistsException):
        ses.create_email_identity(EmailIdentity=MAIL_DOMAIN)
    grant = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
    stack.client("iam").put_role_policy(
        RoleName=stack.names["SendMailRole"],
        PolicyName="emulator",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [grant]}),
    )
