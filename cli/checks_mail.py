"""The doctor's checks of mail and alarms."""

from collections.abc import Iterator
from typing import Any

from cli.findings import (
    ATTENTION,
    BROKEN,
    MAKE_IDENTITY,
    NOT_HERE,
    OK,
    Check,
    Patient,
    Unanswered,
    ask,
)

ALMOST = 0.8
"""Share of a day's quota at which to ask for more, because SES takes a day."""
RAISE = "docs/operate.md#what-to-raise-and-when"

type Answers = Iterator[tuple[str, str] | tuple[str, str, str]]


def checks(patient: Patient) -> list[Check]:
    """Return the checks of one stack's mail and alarms."""
    sender = patient.parameters.get("MailFrom", "")
    identity = patient.parameters.get("MailIdentity") or sender.rpartition("@")[2]
    see = "docs/deploy.md#mail"
    return [
        Check("SES account", see, lambda: _account(patient)),
        Check(f"SES identity {identity}", see, lambda: _identity(patient, identity)),
        Check(f"MailFrom {sender}", see, lambda: _sender(sender, identity)),
        Check("alarms", "docs/operate.md#alarms", lambda: _alarms(patient)),
    ]


def _account(patient: Patient) -> Answers:
    account = ask("sesv2", "get_account")
    if account.get("ProductionAccessEnabled"):
        yield OK, "out of the sandbox"
    else:
        state = BROKEN if patient.is_prod else ATTENTION
        yield state, "in the sandbox: only addresses and domains that SES has verified get mail"
    if not account.get("SendingEnabled", True) or account.get("EnforcementStatus") == "SHUTDOWN":
        yield BROKEN, "sending is paused: see the SES console for the reason", RAISE
    elif account.get("EnforcementStatus") == "PROBATION":
        yield ATTENTION, "under review by SES: too many bounces or complaints", RAISE
    yield _quota(account.get("SendQuota", {}))
    name = patient.outputs.get("ConfigurationSet")
    if name:
        ours = ask("sesv2", "get_configuration_set", ConfigurationSetName=name)
        if not ours.get("SendingOptions", {}).get("SendingEnabled", True):
            yield BROKEN, f"sending is paused for the configuration set {name}", RAISE


def _quota(quota: dict[str, float]) -> tuple[str, str, str]:
    most, sent = quota.get("Max24HourSend", -1), quota.get("SentLast24Hours", 0)
    rate = f"{quota.get('MaxSendRate', 0):,.0f} a second"
    if most < 0:
        return OK, f"no daily quota, {rate}", RAISE
    used = f"{sent:,.0f} of {most:,.0f} mails in 24 hours, {rate}"
    if sent >= most:
        return BROKEN, f"the quota is used up: {used}", RAISE
    return (ATTENTION if sent >= ALMOST * most else OK), used, RAISE


def _sender(sender: str, name: str) -> Answers:
    domain = sender.rpartition("@")[2].lower()
    if name.lower() == sender.lower():
        # The identity has its own check.
        yield OK, "is the identity itself"
        return
    if "@" in name or not f".{domain}".endswith(f".{name.lower()}"):
        yield BROKEN, f"is not within the identity {name}: SES refuses mail from it"
    else:
        yield OK, f"is within the identity {name}"
    # SES uses the nearest identity, with its own verification, DKIM and MAIL FROM.
    for nearer in [sender, *_domains(domain, above=name.lower())]:
        own = _identity_of(nearer)
        if own is None:
            continue
        if own.get("VerifiedForSendingStatus"):
            yield ATTENTION, f"SES uses the identity {nearer} instead of {name}"
        else:
            yield BROKEN, f"SES uses the identity {nearer}, not verified, instead of {name}"
        return


def _domains(domain: str, *, above: str) -> Iterator[str]:
    """Yield *domain* and its parents, up to the one below *above*."""
    while domain.endswith(f".{above}"):
        yield domain
        domain = domain.partition(".")[2]


def _identity_of(name: str) -> dict[str, Any] | None:
    try:
        return ask("sesv2", "get_email_identity", EmailIdentity=name)
    except Unanswered as none:
        if none.reason != "NotFoundException":
            raise
        return None


def _identity(patient: Patient, name: str) -> Answers:
    identity = _identity_of(name)
    if identity is None:
        yield (
            BROKEN,
            f"SES has none, so it refuses every mail: deploy with CreateIdentity=true, or {MAKE_IDENTITY} {name}",
        )
        return
    if identity.get("VerifiedForSendingStatus"):
        yield OK, "verified"
    else:
        yield BROKEN, "not verified: SES refuses mail from it"
    dkim = identity.get("DkimAttributes", {})
    if dkim.get("SigningEnabled") and dkim.get("Status") == "SUCCESS":
        yield OK, "DKIM signs"
    elif patient.emulated:
        yield NOT_HERE, "DKIM: an emulated AWS signs nothing"
    else:
        status = dkim.get("Status", "unknown").lower().replace("_", " ")
        yield ATTENTION, f"DKIM does not sign ({status}): mail may be taken for spam"


def _alarms(patient: Patient) -> Answers:
    ours = patient.of("CloudWatch::Alarm")
    if not ours:
        yield (NOT_HERE if patient.emulated else BROKEN), "this stack has no alarms"
        return
    answer = ask("cloudwatch", "describe_alarms", AlarmNames=sorted(ours.values()))
    found = {each["AlarmName"]: each for each in answer.get("MetricAlarms", [])}
    quiet = True
    for name, physical in sorted(ours.items()):
        alarm = found.get(physical)
        if alarm is None:
            quiet = False
            yield BROKEN, f"{name} is missing"
        elif alarm["StateValue"] == "ALARM":
            quiet = False
            yield BROKEN, f"{name} rings: {alarm.get('AlarmDescription', '')}".rstrip(": ")
    if quiet:
        yield OK, f"all {len(ours)} are quiet"
    if not any(each.get("AlarmActions") for each in found.values()):
        yield ATTENTION, "they notify nobody: deploy with AlarmTopic"
