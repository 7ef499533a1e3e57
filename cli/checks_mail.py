"""What the doctor asks of mail, and of the alarms."""

from collections.abc import Iterator

from cli.findings import ATTENTION, BROKEN, NOT_HERE, OK, Check, Patient, ask

ALMOST = 0.8
"""Of a day's quota: time to ask for more, which takes SES a day."""
RAISE = "docs/operate.md#what-to-raise-and-when"

type Answers = Iterator[tuple[str, str] | tuple[str, str, str]]


def checks(patient: Patient) -> list[Check]:
    """Return the questions about one stack's mail and alarms."""
    identity = patient.parameters.get("MailIdentity", "")
    return [
        Check("SES account", "docs/deploy.md#mail", lambda: _account(patient)),
        Check(f"SES identity {identity}", "docs/deploy.md#mail", lambda: _identity(patient)),
        Check("alarms", "docs/operate.md#alarms", lambda: _alarms(patient)),
    ]


def _account(patient: Patient) -> Answers:
    account = ask("sesv2", "get_account")
    if account.get("ProductionAccessEnabled"):
        yield OK, "out of the sandbox"
    else:
        state = BROKEN if patient.is_prod else ATTENTION
        yield state, "in the sandbox: only verified addresses get mail"
    if not account.get("SendingEnabled", True) or account.get("EnforcementStatus") == "SHUTDOWN":
        yield BROKEN, "sending is paused: SES says why in its console", RAISE
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


def _identity(patient: Patient) -> Answers:
    name = patient.parameters.get("MailIdentity", "")
    identity = ask("sesv2", "get_email_identity", EmailIdentity=name)
    if identity.get("VerifiedForSendingStatus"):
        yield OK, "verified"
    else:
        yield BROKEN, "not verified: SES takes no mail from it"
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
            yield BROKEN, f"{name} is gone"
        elif alarm["StateValue"] == "ALARM":
            quiet = False
            yield BROKEN, f"{name} rings: {alarm.get('AlarmDescription', '')}".rstrip(": ")
    if quiet:
        yield OK, f"all {len(ours)} are quiet"
    if not any(each.get("AlarmActions") for each in found.values()):
        yield ATTENTION, "they tell nobody: deploy with AlarmTopic"
