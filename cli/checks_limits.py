"""The doctor's checks of the account's limits: those of *First day* that an API states."""

from collections.abc import Iterator
from typing import Any

from cli.findings import ATTENTION, NOT_HERE, OK, Check, Patient, ask

CONCURRENCY = 100
"""Function calls at once. With fewer, a busy minute gets 503; new accounts may have 10."""
TEAM_DOORS = 5
"""The doors that teams and their keys use, each with a share."""
KEPT_FREE = 100
"""Concurrency that nobody can reserve. Source: Lambda, Reserved concurrency."""
MAILS_A_SECOND = 14.0
"""SES's rate with production access. In the sandbox it is one."""
SIGNATURES_A_REQUEST = 2
"""At most. A portal on another site gets two tokens."""
WRITE_UNITS = 4_000
"""Per second and table. A new on-demand table takes this many from its first minute."""
RSA = "Cryptographic operations (RSA) request rate"
"""The name of KMS's quota in Service Quotas."""
SEE = "docs/first-day.md#limits-to-ask-for"

type Answers = Iterator[tuple[str, str] | tuple[str, str, str]]


def checks(patient: Patient) -> list[Check]:
    """Return the checks of the account's limits."""
    if patient.emulated:
        return [Check("limits", SEE, _of_no_account)]
    return [
        Check("limit: Lambda", SEE, lambda: _concurrency(patient)),
        Check("limit: SES", SEE, lambda: _mails(patient)),
        Check("limit: KMS", SEE, lambda: _signatures(patient)),
        Check("limit: API Gateway", SEE, lambda: _requests(patient)),
        Check("limit: DynamoDB", SEE, _writes),
    ]


def _of_no_account() -> Answers:
    yield NOT_HERE, "an emulated AWS has no limits"


def _concurrency(patient: Patient) -> Answers:
    limit = ask("lambda", "get_account_settings")["AccountLimit"]
    allowed = int(limit["ConcurrentExecutions"])
    free = int(limit.get("UnreservedConcurrentExecutions", allowed))
    said = f"{allowed:,} function calls at once"
    if allowed < CONCURRENCY:
        yield ATTENTION, f"{said}, fewer than {CONCURRENCY}: ask for 1,000"
    elif free < CONCURRENCY:
        yield ATTENTION, f"{said}, but reservations leave only {free:,} for all other functions"
    else:
        yield OK, said
    shares = {
        "PasswordConcurrency": _number(patient, "PasswordConcurrency"),
        "TeamConcurrency": _number(patient, "TeamConcurrency") * TEAM_DOORS,
    }
    if any(shares.values()) and allowed < KEPT_FREE + sum(shares.values()):
        told = " and ".join(f"{name} takes {share:,.0f}" for name, share in shares.items() if share)
        kept = f"Lambda keeps {KEPT_FREE} of {allowed:,} free"
        yield ATTENTION, f"{told}, but {kept}: deploying it fails"


def _mails(patient: Patient) -> Answers:
    quota = ask("sesv2", "get_account").get("SendQuota", {})
    rate, most = quota.get("MaxSendRate", 0.0), quota.get("Max24HourSend", -1)
    if rate < MAILS_A_SECOND:
        yield ATTENTION, f"{rate:,.0f} mails a second: ask for production access"
    else:
        yield OK, f"{rate:,.0f} mails a second"
    promised = _number(patient, "MailQuota")
    if 0 <= most < promised:
        yield (
            ATTENTION,
            f"MailQuota says {promised:,.0f} mails in 24 hours, but SES allows {most:,.0f}",
        )


def _signatures(patient: Patient) -> Answers:
    allowed = _quota("kms", RSA)
    if allowed is None:
        yield ATTENTION, f"Service Quotas does not list “{RSA}”"
        return
    needed = SIGNATURES_A_REQUEST * _number(patient, "ThrottleRate")
    said = f"{allowed:,.0f} RSA signatures a second"
    if allowed < needed:
        yield ATTENTION, f"{said}, but ThrottleRate allows requests that need {needed:,.0f}"
    else:
        yield OK, said


def _quota(service: str, name: str) -> float | None:
    more: dict[str, Any] = {}
    while True:
        answer = ask("service-quotas", "list_service_quotas", ServiceCode=service, **more)
        for each in answer["Quotas"]:
            if each["QuotaName"] == name:
                return float(each["Value"])
        if not answer.get("NextToken"):
            return None
        more = {"NextToken": answer["NextToken"]}


def _requests(patient: Patient) -> Answers:
    # HTTP APIs share this limit with REST APIs, and only the REST API service states it.
    allowed = ask("apigateway", "get_account").get("throttleSettings", {})
    said = f"{allowed.get('rateLimit', 0):,.0f} requests a second"
    short = False
    for parameter, kind in (("ThrottleRate", "rateLimit"), ("ThrottleBurst", "burstLimit")):
        wanted, given = _number(patient, parameter), allowed.get(kind, 0)
        if given < wanted:
            short = True
            yield (
                ATTENTION,
                f"{parameter} is {wanted:,.0f}, but the account allows {given:,.0f}",
            )
    if not short:
        yield OK, said


def _writes() -> Answers:
    allowed = int(ask("dynamodb", "describe_limits")["TableMaxWriteCapacityUnits"])
    said = f"{allowed:,} write units a second for a table"
    yield (ATTENTION if allowed < WRITE_UNITS else OK), said


def _number(patient: Patient, parameter: str) -> float:
    return float(patient.parameters.get(parameter) or 0)
