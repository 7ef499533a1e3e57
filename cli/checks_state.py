"""The doctor's checks of keys, tables, queues and functions."""

from collections.abc import Iterator
from functools import partial

from cli.findings import ATTENTION, BROKEN, DEPLOY, NOT_HERE, OK, Check, Patient, ask
from portico import __version__

DURABLE = ("PeopleTable", "TrailTable")
STREAMED = ("PeopleTable", "SignInTable")
TABLES = ("PeopleTable", "SignInTable", "TrailTable")
VERSIONS = "docs/deploy.md#from-version-to-version"
LETTERS = "docs/operate.md#dead-letters"

type Answers = Iterator[tuple[str, str] | tuple[str, str, str]]


def checks(patient: Patient) -> list[Check]:
    """Return the checks of one stack's keys, tables, queues and functions."""
    outputs = patient.outputs
    keys = list(filter(None, outputs.get("SigningKeys", "").split(",")))
    found = [
        Check(
            f"signing key {n}" if len(keys) > 1 else "signing key",
            "docs/operate.md#rotating-the-signing-key",
            partial(_key, key),
        )
        for n, key in enumerate(keys, start=1)
    ]
    secret = partial(_secret, outputs.get("CodeSecret", ""))
    found.append(Check("code secret", "docs/operate.md#rotating-the-secret", secret))
    found += [Check(name, DEPLOY, partial(_table, patient, name)) for name in TABLES]
    found += [
        Check(name, LETTERS, partial(_queue, outputs[name]))
        for name in (
            "MailDeadLetters",
            "TrailDeadLetters",
            "SignOutDeadLetters",
            "DeliveryDeadLetters",
        )
        if name in outputs
    ]
    found.append(Check("version", VERSIONS, partial(_version, outputs.get("Version", ""))))
    functions = sorted(patient.of("Lambda::Function").items())
    found.append(Check("functions", DEPLOY, partial(_functions, functions)))
    if aliased := sorted(patient.of("Lambda::Alias").values()):
        found.append(Check("versions", VERSIONS, partial(_versions, aliased)))
    triggers = sorted(patient.of("Lambda::EventSourceMapping").items())
    found.append(Check("streams and queues", DEPLOY, partial(_triggers, triggers)))
    return found


def _key(key: str) -> Answers:
    state = ask("kms", "describe_key", KeyId=key)["KeyMetadata"]["KeyState"]
    if state != "Enabled":
        yield BROKEN, f"KMS says {state}: nobody can sign in"
        return
    ask("kms", "get_public_key", KeyId=key)
    yield OK, "enabled, and its public key can be read"


def _secret(secret: str) -> Answers:
    # Read its versions, never their content.
    answer = ask("secretsmanager", "describe_secret", SecretId=secret)
    stages = [each for some in answer.get("VersionIdsToStages", {}).values() for each in some]
    if answer.get("DeletedDate"):
        yield BROKEN, "it is marked for deletion: nobody can get a code"
    elif "AWSCURRENT" in stages:
        also = ", and the previous one is still valid" if "AWSPREVIOUS" in stages else ""
        yield OK, f"has a current version{also}"
    else:
        yield BROKEN, "has no current version: nobody can get a code"


def _table(patient: Patient, name: str) -> Answers:
    table = patient.outputs[name]
    row = ask("dynamodb", "describe_table", TableName=table)["Table"]
    if row["TableStatus"] not in ("ACTIVE", "UPDATING"):
        yield BROKEN, f"DynamoDB says {row['TableStatus']}"
        return
    missing = list(_missing(patient, name, row))
    if missing and patient.emulated:
        yield OK, "active"
        yield NOT_HERE, f"{', '.join(missing)}: an emulated AWS does not have it"
        return
    yield from ((BROKEN, f"{each} is off") for each in missing)
    if not missing:
        yield OK, "active, with everything in the template"


def _missing(patient: Patient, name: str, row: dict[str, object]) -> Iterator[str]:
    table = patient.outputs[name]
    sweep = ask("dynamodb", "describe_time_to_live", TableName=table)["TimeToLiveDescription"]
    if sweep.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
        yield "TTL"
    if name in STREAMED and not (row.get("StreamSpecification") or {}).get("StreamEnabled"):  # type: ignore[attr-defined]
        yield "its stream"
    if name in DURABLE:
        backups = ask("dynamodb", "describe_continuous_backups", TableName=table)
        recovery = backups["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
            yield "point-in-time recovery"
        if patient.is_prod and not row.get("DeletionProtectionEnabled"):
            yield "deletion protection"


def _queue(url: str) -> Answers:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = ask("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=names)["Attributes"]
    letters = sum(int(found.get(name, 0)) for name in names)
    if letters:
        yield BROKEN, f"{letters:,} dead letters"
    else:
        yield OK, "empty"


def _functions(functions: list[tuple[str, str]]) -> Answers:
    good = 0
    for name, physical in functions:
        row = ask("lambda", "get_function_configuration", FunctionName=physical)
        update, state = row.get("LastUpdateStatus", "Successful"), row.get("State", "Active")
        reason = row.get("LastUpdateStatusReason") or row.get("StateReason") or "no reason given"
        if "Failed" in (update, state):
            yield BROKEN, f"{name}: its last update failed: {reason}"
        elif update != "Successful" or state == "Pending":
            yield ATTENTION, f"{name}: still being updated"
        else:
            good += 1
    if good == len(functions):
        yield OK, f"all {good} are up to date"


def _version(deployed: str) -> Answers:
    if deployed == __version__:
        yield OK, f"{deployed}, and so is this command"
    elif not deployed:
        yield ATTENTION, f"older than 0.5.0, and this command is {__version__}"
    else:
        yield ATTENTION, f"{deployed}, but this command is {__version__}"


def _versions(aliases: list[str]) -> Answers:
    moving = 0
    for alias in aliases:
        # An alias's ARN is its function's, and its name.
        function, _, name = alias.rpartition(":")
        row = ask("lambda", "get_alias", FunctionName=function, Name=name)
        on_the_way = (row.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        for version, share in on_the_way.items():
            moving += 1
            door, stays = function.rpartition(":")[2], row["FunctionVersion"]
            said = f"{share:.0%} of its calls go to version {version}, the others to {stays}"
            yield ATTENTION, f"{door}: {said}"
    if not moving:
        yield OK, f"{len(aliases)} functions run one version each"


def _triggers(triggers: list[tuple[str, str]]) -> Answers:
    awake = 0
    for name, physical in triggers:
        row = ask("lambda", "get_event_source_mapping", UUID=physical)
        result = row.get("LastProcessingResult") or ""
        if row.get("State") not in ("Enabled", "Creating", "Enabling", "Updating"):
            yield BROKEN, f"{name} is {str(row.get('State')).lower()}: nothing calls its function"
        elif result.startswith("PROBLEM"):
            yield BROKEN, f"{name}: {result}", "docs/operate.md#logs-and-metrics"
        else:
            awake += 1
    if awake == len(triggers):
        yield OK, f"all {awake} call their functions"
