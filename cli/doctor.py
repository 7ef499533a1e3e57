"""``portico doctor``: is everything there, and well?"""

from collections import Counter, defaultdict
from dataclasses import asdict
from typing import Any

import typer

from cli import checks_mail, checks_state
from cli.complaints import Complaint, OutOfReach
from cli.desk import AsJson, Local, Shown, Stack, desk
from cli.findings import ATTENTION, BROKEN, Finding, Patient, Unanswered, ask

app = typer.Typer(help="The doctor: is everything there, and well?", no_args_is_help=True)


@app.callback()
def doctor() -> None:
    """Look at what is deployed, and say what to do. Changes nothing."""


@app.command()
def stack(stack: Stack = None, local: Local = None, as_json: AsJson = False) -> None:
    """Look at a deployed stack: mail, alarms, keys, tables, queues, functions.

    Each finding is ok, attention, broken, or not here (where an emulated AWS lacks it). Ends with
    1 if anything is broken, so that a timer may run it. Reads no secret and changes nothing.
    """
    with desk(stack, local, as_json) as at:
        patient = examined(at.target.stack, emulated=at.target.loopback)
        checks = [*checks_mail.checks(patient), *checks_state.checks(patient)]
        findings = [found for check in checks for found in check.findings()]
        at.list(
            f"The stack {patient.name}",
            _table(findings),
            findings=[asdict(each) for each in findings],
        )
        states = Counter(each.state for each in findings)
        also = f", {states[ATTENTION]} to look at" if states[ATTENTION] else ""
        if states[BROKEN]:
            raise Complaint(f"{states[BROKEN]} broken{also}.")
        at.say(f"Nothing is broken{also}.")


def examined(name: str, *, emulated: bool) -> Patient:
    """Read what a stack is made of.

    Raises:
        OutOfReach: CloudFormation does not tell.
    """
    try:
        (told,) = ask("cloudformation", "describe_stacks", StackName=name)["Stacks"]
        resources: dict[str, dict[str, str]] = defaultdict(dict)
        more: dict[str, Any] = {}
        while True:
            answer = ask("cloudformation", "list_stack_resources", StackName=name, **more)
            for each in answer["StackResourceSummaries"]:
                physical = each.get("PhysicalResourceId", "")
                resources[each["ResourceType"]][each["LogicalResourceId"]] = physical
            if not answer.get("NextToken"):
                break
            more = {"NextToken": answer["NextToken"]}
    except Unanswered as none:
        raise OutOfReach(f"The stack {name} cannot be seen: {none.call}: {none.reason}") from None
    return Patient(
        name,
        {each["OutputKey"]: each["OutputValue"] for each in told.get("Outputs", [])},
        {each["ParameterKey"]: each["ParameterValue"] for each in told.get("Parameters", [])},
        dict(resources),
        emulated=emulated,
    )


def _table(findings: list[Finding]) -> list[dict[str, Shown]]:
    return [
        {
            "state": each.state,
            "what": each.what,
            "found": [each.said, *([f"see {each.see}"] if each.see else [])],
        }
        for each in findings
    ]
