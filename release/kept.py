"""What an update must leave where it is: tables, keys, secrets, queues, and the mail identity.

Two translated templates are compared, since a change set can be asked of nobody but AWS. What would
replace or delete one of these loses people, sessions, or mails.
"""

import json
from collections.abc import Iterator
from typing import Any

type Template = dict[str, Any]

REPLACED_BY: dict[str, tuple[str, ...]] = {
    "AWS::DynamoDB::Table": (
        "TableName",
        "KeySchema",
        "LocalSecondaryIndexes",
        "ImportSourceSpecification",
    ),
    "AWS::KMS::Key": ("KeySpec", "KeyUsage", "MultiRegion", "Origin"),
    # The name replaces the secret; the rest generates a new value in the old one, which is no better.
    "AWS::SecretsManager::Secret": ("Name", "GenerateSecretString", "SecretString"),
    "AWS::SQS::Queue": ("QueueName", "FifoQueue"),
    "AWS::SNS::Topic": ("TopicName", "FifoTopic"),
    "AWS::SES::EmailIdentity": ("EmailIdentity",),
    "AWS::ApiGatewayV2::Api": ("ProtocolType",),
}
"""Properties whose change makes CloudFormation replace one. The API is here for its address, which is
in every link and the issuer of every token.

Source: CloudFormation's template reference, "Update requires: Replacement".
"""
STREAMED = "StreamSpecification"
"""Of a table: another view makes another stream, and what waits in the old one is not read."""
GUARDS = ("DeletionPolicy", "UpdateReplacePolicy")
STRONG = ("Retain", "RetainExceptOnCreate")


def losses(before: Template, after: Template) -> list[str]:
    """Say in sentences what an update from one template to the other would lose; empty: nothing."""
    return list(_losses(before, after))


def _losses(before: Template, after: Template) -> Iterator[str]:
    for name, old in before["Resources"].items():
        if old["Type"] not in REPLACED_BY:
            continue
        new = after["Resources"].get(name)
        if new is None:
            yield f"{name} ({old['Type']}) would be deleted: the template no longer has it."
            continue
        if new["Type"] != old["Type"]:
            yield f"{name} would be deleted: it becomes a {new['Type']}."
            continue
        yield from _differences(name, old, new)
        if old.get("Condition") != new.get("Condition"):
            yield f"{name} is there under another condition, so some stacks would lose it."
        elif (condition := old.get("Condition")) and _spelled(
            before["Conditions"][condition]
        ) != _spelled(after["Conditions"].get(condition)):
            yield f"{name}: its condition {condition} says something else, so some stacks would lose it."


def _differences(name: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    had, has = old.get("Properties", {}), new.get("Properties", {})
    for each in REPLACED_BY[old["Type"]]:
        if _spelled(had.get(each)) != _spelled(has.get(each)):
            yield f"{name} would be replaced: {each} differs."
    if had.get(STREAMED) and had[STREAMED] != has.get(STREAMED):
        yield f"{name} would have another stream: {STREAMED} differs."
    gone = {_index(each) for each in had.get("GlobalSecondaryIndexes", [])} - {
        _index(each) for each in has.get("GlobalSecondaryIndexes", [])
    }
    for index in sorted(gone):
        yield f"{name}: an index would be deleted or made anew: {index}."
    for guard in GUARDS:
        if old.get(guard) in STRONG and new.get(guard) not in STRONG:
            yield f"{name} is no longer kept: its {guard} was {old[guard]}."


def _index(index: dict[str, Any]) -> str:
    return f"{index['IndexName']} {_spelled(index['KeySchema'])} {_spelled(index['Projection'])}"


def _spelled(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
