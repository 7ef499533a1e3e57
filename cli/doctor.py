"""``portico doctor``: check that a deployment is complete and healthy."""

from collections import Counter, defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import (
    checks_limits,
    checks_mail,
    checks_mail_domain,
    checks_mail_events,
    checks_portals,
    checks_release,
    checks_state,
)
from cli.command import Command, running
from cli.dns_lookup import NameServer, NoAnswer
from cli.findings import ATTENTION, BROKEN, Check, Finding, Patient, Unanswered, ask
from cli.output import Shown
from cli.refusals import NotUnderstood, OutOfReach, Refusal
from cli.shared_options import AsJson, Local, Stack
from portico.aws.clients import client

app = typer.Typer(no_args_is_help=True)


@app.callback()
def doctor() -> None:
    """Look at what is deployed, and say what to do. Changes nothing."""


@app.command()
def stack(
    *,
    release: Annotated[
        Path | None,
        typer.Option(
            metavar="MANIFEST", help="Compare the running code with this release's manifest.json."
        ),
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Look at a deployed stack: mail, limits, keys, tables, queues, functions, portals.

    Each finding is ok, attention, broken, or not here (where an emulated AWS lacks it). Ends with
    1 if anything is broken, so that a timer may run it. Reads no secret and changes nothing.
    """
    with running(stack, local, as_json, {}) as command:
        patient = examined(command.deployment.stack, emulated=command.deployment.loopback)
        asked = checks(patient)
        if release is not None:
            asked += checks_release.checks(patient, checks_release.manifest(release))
        _report(command, f"The stack {patient.name}", asked)


@app.command()
def mail(
    domain: Annotated[str, typer.Argument(help="The domain that codes are mailed from.")],
    *,
    dns: Annotated[
        str | None,
        typer.Option(
            metavar="IP", help="The name server to ask; without it, the one of this machine."
        ),
    ] = None,
    stack: Stack = None,
    local: Local = None,
    as_json: AsJson = False,
) -> None:
    """Look at a mail domain: SES's identity, DKIM, MAIL FROM, SPF, DMARC, sandbox and quota.

    What DNS lacks is said as the line to paste. Ends with 1 if anything is broken.
    """
    with running(stack, local, as_json, {}) as command:
        patient = examined(command.deployment.stack, emulated=command.deployment.loopback)
        try:
            server = NameServer.parse(dns) if dns else NameServer.of_this_machine()
        except (ValueError, NoAnswer) as wrong:
            raise NotUnderstood(f"--dns: {wrong}") from None
        name = domain.strip().rstrip(".").lower().encode("idna").decode()
        region = client("sesv2", patient=True).meta.region_name
        asked = [
            *checks_mail_domain.checks(name, region, server.records),
            *(each for each in checks_mail.checks(patient) if each.what == "SES account"),
        ]
        _report(command, f"Mail from {name}", asked)


def checks(patient: Patient) -> list[Check]:
    """Return all checks, in the order in which they are shown."""
    rooms = (checks_mail, checks_mail_events, checks_limits, checks_state, checks_portals)
    return [check for room in rooms for check in room.checks(patient)]


def examined(name: str, *, emulated: bool) -> Patient:
    """Read a stack's resources, outputs and parameters.

    Raises:
        OutOfReach: CloudFormation does not answer.
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
        raise OutOfReach(f"Cannot read the stack {name}: {none.call}: {none.reason}") from None
    return Patient(
        name,
        {each["OutputKey"]: each["OutputValue"] for each in told.get("Outputs", [])},
        {each["ParameterKey"]: each["ParameterValue"] for each in told.get("Parameters", [])},
        dict(resources),
        emulated=emulated,
    )


def _report(command: Command, title: str, asked: list[Check]) -> None:
    findings = [found for check in asked for found in check.findings()]
    command.list(title, _table(findings), findings=[asdict(each) for each in findings])
    states = Counter(each.state for each in findings)
    also = f", {states[ATTENTION]} to look at" if states[ATTENTION] else ""
    if states[BROKEN]:
        raise Refusal(f"{states[BROKEN]} broken{also}.")
    command.say(f"Nothing is broken{also}.")


def _table(findings: list[Finding]) -> list[dict[str, Shown]]:
    return [
        {
            "state": each.state,
            "what": each.what,
            "found": [each.said, *([f"see {each.see}"] if each.see else [])],
        }
        for each in findings
    ]
