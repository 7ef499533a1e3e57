"""The deployed part of the local house: template.yaml on the emulated AWS, its doors hollow.

Tables, keys, queues, streams and filters are the template's own. Each function is replaced by a
few lines that post its event to the front, where the doors run from the working copy. What the
doors need to know is read back from what was deployed, so nothing is listed twice.
"""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.emulator import ACCOUNT, PYTHON, ROOT, Emulator

NAME = "portico"
MAIL_FROM = "signin@portico.example"

type Json = dict[str, Any]

FRONT = "FRONT"
"""The one variable that a hollow function has and a door does not need."""

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
KEPT = (
    "AWS::DynamoDB::",
    "AWS::KMS::",
    TRIGGERS,
    "AWS::Lambda::Function",
    "AWS::SES::",
    "AWS::SQS::",
    "AWS::SecretsManager::",
)
"""What the doors call. Routes are the front's business; roles, logs and alarms are AWS's."""


class DeploymentFailed(RuntimeError):
    """The emulator did not take the template; the message says which part."""


@dataclass(frozen=True)
class Stack:
    """What was deployed."""

    name: str
    emulator: Emulator
    template: Json = field(repr=False)
    outputs: dict[str, str]
    environments: dict[str, dict[str, str]] = field(repr=False)
    """The variables of each door, by the function's logical id."""


@dataclass(frozen=True, slots=True)
class Translation:
    """template.yaml on its way to CloudFormation, in a process of its own."""

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
    """Begin to translate template.yaml, which takes about as long as the emulator's start."""
    # -P: the script's own folder must not be searched, it has an http.py.
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
        emulator: where to.
        template: the translation's result.
        front: the URL that events are posted to, followed by the function's logical id. Without
            one the doors know their environments, and no stream or queue wakes them.
        parameters: of the template, beside those that every local stack has.
        account: twelve digits, for a stack that has its emulator's account to itself.

    Raises:
        DeploymentFailed: a resource could not be made.
    """
    local = localised(template, front)
    # What a cloud team has done before it deploys.
    domain = MAIL_FROM.partition("@")[2]
    emulator.client("sesv2", account=account).create_email_identity(EmailIdentity=domain)
    given = {"MailFrom": MAIL_FROM, **parameters}
    formation = emulator.client("cloudformation", account=account)
    formation.create_stack(
        StackName=NAME,
        TemplateBody=json.dumps(local),
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


def wake(stack: Stack) -> None:
    """Start whom streams and queues wake, so that the first mail does not wait for it."""
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
    """Return the template less what the emulator need not have, with hollow functions."""
    copy: Json = json.loads(json.dumps(template))
    kept = KEPT if front else tuple(each for each in KEPT if each != TRIGGERS)
    resources = {k: v for k, v in copy["Resources"].items() if v["Type"].startswith(kept)}
    gone = copy["Resources"].keys() - resources.keys()
    for name, resource in resources.items():
        resource.pop("DeletionPolicy", None)
        resource.pop("UpdateReplacePolicy", None)
        if resource["Type"] == "AWS::Lambda::Function":
            _hollow_out(name, resource["Properties"], front or "")
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
    properties["Environment"]["Variables"][FRONT] = front


def _why(formation: Any) -> str:
    events = formation.describe_stack_events(StackName=NAME)["StackEvents"]
    failed = [
        f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason', 'no reason given')}"
        for each in events
        if each["ResourceStatus"].endswith("FAILED")
    ]
    return "the emulated AWS did not take the template:\n" + "\n".join(failed or ["no reason"])
