"""Deploy template.yaml to the emulated AWS, with hollow functions.

Tables, keys, queues, streams and filters are the template's own. A few lines replace each function
and post its event to the front, where the doors run from the working copy. The doors' variables are
read back from the deployed stack, so nothing is listed twice.
"""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.emulator import ACCOUNT, PYTHON, REGION, ROOT, Emulator
from local.routes import aliases

NAME = "portico"
MAIL_FROM = "signin@portico.example"

type Json = dict[str, Any]

FRONT = "FRONT"
"""The variable that only a hollow function has."""

ISSUER = "TOKEN_ISSUER"
"""The variable of the one door that no request tells its host."""
NOBODY = "http://127.0.0.1/"

SHIM = """\
import json, os, urllib.request

def handler(event, context):
    asked = urllib.request.Request(
        os.environ["FRONT"] + context.function_name,
        json.dumps(event).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return json.load(answer)
"""
TRIGGERS = "AWS::Lambda::EventSourceMapping"
BUCKET = "portico-templates-{account}"
"""Names of buckets are one for all accounts."""
KEPT = (
    "AWS::DynamoDB::",
    "AWS::KMS::",
    TRIGGERS,
    "AWS::Lambda::Function",
    "AWS::SES::",
    "AWS::SNS::",
    "AWS::SQS::",
    "AWS::SecretsManager::",
)
"""Types of resources that the doors use. The front has the routes; AWS has roles, logs, alarms."""


class DeploymentFailed(RuntimeError):
    """The emulator refused the template. The message says which part."""


@dataclass(frozen=True)
class Stack:
    """The deployed stack."""

    name: str
    emulator: Emulator
    template: Json = field(repr=False)
    outputs: dict[str, str]
    environments: dict[str, dict[str, str]] = field(repr=False)
    """The variables of each door, by the function's logical id."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A running translation of template.yaml to CloudFormation, in its own process."""

    _process: subprocess.Popen[bytes]

    def result(self) -> Json:
        """Wait for the CloudFormation template.

        Raises:
            DeploymentFailed: template.yaml is not valid.
        """
        output, complaint = self._process.communicate()
        if self._process.returncode:
            raise DeploymentFailed(f"template.yaml is not valid:\n{complaint.decode()[-2000:]}")
        template: Json = json.loads(output)
        return template


@contextmanager
def translating(parameters: Mapping[str, str]) -> Iterator[Translation]:
    """Start to translate template.yaml. It takes about as long as the emulator's start."""
    # -P: do not search the script's own folder, which has an http.py.
    command = [PYTHON, "-P", ROOT / "local" / "translate.py", ROOT / "template.yaml"]
    given = [f"{name}={value}" for name, value in parameters.items()]
    process = subprocess.Popen(
        [*map(str, command), *given],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield Translation(process)
    finally:
        process.kill()
        process.communicate()


def deploy(
    emulator: Emulator,
    template: Json,
    *,
    front: str | None,
    parameters: Mapping[str, str],
    account: str = ACCOUNT,
) -> Stack:
    """Deploy the template with hollow doors.

    Args:
        emulator: the emulator to deploy to.
        template: the translation's result.
        front: the URL to post events to, before the function's logical id. Without it the doors
            have their environments, and no stream or queue calls them.
        parameters: further parameters of the template.
        account: twelve digits, for a stack in its own account.

    Raises:
        DeploymentFailed: the emulator could not make a resource.
    """
    local = localised(template, front)
    # A cloud team does this before it deploys.
    domain = MAIL_FROM.partition("@")[2]
    emulator.client("sesv2", account=account).create_email_identity(EmailIdentity=domain)
    given = {"MailFrom": MAIL_FROM, **parameters}
    formation = emulator.client("cloudformation", account=account)
    formation.create_stack(
        StackName=NAME,
        TemplateURL=_handed_over(emulator, local, account),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[
            {"ParameterKey": k, "ParameterValue": v}
            for k, v in given.items()
            if k in local["Parameters"]
        ],
    )
    while True:
        (stack,) = formation.describe_stacks(StackName=NAME)["Stacks"]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            break
        time.sleep(0.05)
    if stack["StackStatus"] != "CREATE_COMPLETE":
        raise DeploymentFailed(_why(formation))
    functions = emulator.client("lambda", account=account)
    environments = {
        name: functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        for name in doors(local)
    }
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    return Stack(NAME, emulator, template, outputs, environments)


def _handed_over(emulator: Emulator, template: Json, account: str) -> str:
    """Put the template where CloudFormation fetches it: a request has room for 51,200 bytes of it."""
    storage, bucket = emulator.client("s3", account=account), BUCKET.format(account=account)
    storage.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    storage.put_object(Bucket=bucket, Key="template.json", Body=json.dumps(template).encode())
    return f"{emulator.endpoint}/{bucket}/template.json"


def wake(stack: Stack) -> None:
    """Start the functions of streams and queues, so that the first mail does not wait for them."""
    functions = stack.emulator.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.invoke(
            FunctionName=mapping["FunctionArn"],
            InvocationType="Event",
            Payload=json.dumps({"Records": []}),
        )


def doors(template: Json) -> list[str]:
    """Return the logical ids of the functions."""
    resources = template["Resources"].items()
    return [name for name, each in resources if each["Type"] == "AWS::Lambda::Function"]


def localised(template: Json, front: str | None) -> Json:
    """Return the template with hollow functions, without what the emulator does not need."""
    copy: Json = json.loads(json.dumps(template))
    kept = KEPT if front else tuple(each for each in KEPT if each != TRIGGERS)
    resources = {k: v for k, v in copy["Resources"].items() if v["Type"].startswith(kept)}
    gone = copy["Resources"].keys() - resources.keys()
    functions = aliases(copy)
    for name, resource in resources.items():
        resource.pop("DeletionPolicy", None)
        resource.pop("UpdateReplacePolicy", None)
        if resource["Type"] == "AWS::Lambda::Function":
            _hollow_out(name, resource["Properties"], front or "")
        if resource["Type"] == TRIGGERS:
            # The front runs the working copy, so there is no version that an alias could stay on.
            alias = resource["Properties"]["FunctionName"]["Ref"]
            resource["Properties"]["FunctionName"] = {"Ref": functions.get(alias, alias)}
    outputs = {
        name: each
        for name, each in copy.get("Outputs", {}).items()
        if not any(removed in json.dumps(each["Value"]) for removed in gone)
    }
    return {
        "Parameters": copy.get("Parameters", {}),
        "Conditions": copy.get("Conditions", {}),
        "Resources": resources,
        "Outputs": outputs,
    }


def _hollow_out(name: str, properties: Json, front: str) -> None:
    for unneeded in ("Layers", "LoggingConfig"):
        properties.pop(unneeded, None)
    properties |= {
        "FunctionName": name,
        "Architectures": ["x86_64"],
        "Code": {"ZipFile": SHIM},
        "Handler": "index.handler",
        "Role": "arn:aws:iam::000000000000:role/none",
    }
    variables = properties["Environment"]["Variables"]
    variables[FRONT] = front
    if ISSUER in variables:
        # Elsewhere the API's own address. Here the front is the API, and no resource of the stack.
        variables[ISSUER] = "/".join((front or NOBODY).split("/")[:3])


def _why(formation: Any) -> str:
    events = formation.describe_stack_events(StackName=NAME)["StackEvents"]
    failed = [
        f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason', 'no reason given')}"
        for each in events
        if each["ResourceStatus"].endswith("FAILED")
    ]
    return "the emulated AWS did not take the template:\n" + "\n".join(failed or ["no reason"])
