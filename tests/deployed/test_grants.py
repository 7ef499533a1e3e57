"""What each door's role may do in the account, asked of the account itself, action by action.

The tests act as the role, as its function does, and make the call. The emulator checks actions
and resources, and neither leading keys nor who may take a role on: tests/template reads those.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.deployed.cloud import MAIL_FROM, Stack
from tests.support.template import resources
from tests.template.test_grants import MAY

DOORS = sorted(resources("AWS::Serverless::Function"))
TABLES = ("PeopleTable", "SignInTable", "TrailTable")
DENIED = {"AccessDenied", "AccessDeniedException"}

SERVICES = ("dynamodb", "kms", "secretsmanager", "sqs", "sesv2", "lambda", "iam")

NOWHERE = {"pk": {"S": "nobody#probe"}, "sk": {"S": "probe"}}
"""A row that nothing looks for."""
NEVER = {"ConditionExpression": "attribute_exists(nothing_has_this)"}
"""A write that is allowed still changes nothing."""

CALLS: dict[str, Callable[[str], tuple[str, dict[str, Any]]]] = {
    "GetItem": lambda table: ("get_item", {"TableName": table, "Key": NOWHERE}),
    "BatchGetItem": lambda table: (
        "batch_get_item",
        {"RequestItems": {table: {"Keys": [NOWHERE]}}},
    ),
    "Query": lambda table: (
        "query",
        {
            "TableName": table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": NOWHERE["pk"]},
        },
    ),
    "Scan": lambda table: ("scan", {"TableName": table}),
    "PutItem": lambda table: ("put_item", {"TableName": table, "Item": NOWHERE, **NEVER}),
    "UpdateItem": lambda table: ("update_item", {"TableName": table, "Key": NOWHERE, **NEVER}),
    "DeleteItem": lambda table: ("delete_item", {"TableName": table, "Key": NOWHERE, **NEVER}),
    "BatchWriteItem": lambda table: (
        "batch_write_item",
        {"RequestItems": {table: [{"DeleteRequest": {"Key": NOWHERE}}]}},
    ),
    "ConditionCheckItem": lambda table: (
        "transact_write_items",
        {"TransactItems": [{"ConditionCheck": {"TableName": table, "Key": NOWHERE, **NEVER}}]},
    ),
}
"""Every action on a table's rows, each as one call."""

BESIDE_TABLES = {
    "ResolveLink": set(),
    "RequestCode": set(),
    "VerifyCode": {"sign", "read the code secret"},
    "Password": {"sign", "publish the key", "read the code secret"},
    "Account": {"publish the key", "read the code secret"},
    "ManageWorkspace": {"publish the key"},
    "ManageContacts": {"publish the key"},
    "ManageLinks": {"publish the key"},
    "SyncDirectory": set(),
    "Diagnose": {"publish the key"},
    "StartSso": {"publish the key", "read the code secret", "read a client secret"},
    "FinishSso": {"read the code secret", "read a client secret"},
    "Session": {"sign", "publish the key", "read the code secret"},
    "Authorize": {"publish the key"},
    "Token": {"sign", "read the code secret"},
    "Userinfo": {"publish the key"},
    "EndSession": {"publish the key"},
    "Revoke": set(),
    "SendMail": {"read the code secret", "mail", "retry a mail", "give a mail up"},
    "RecordDelivery": {"read the code secret"},
    "RecordTrail": {"give a record up"},
    "SignOutPortals": {"sign", "queue a sign-out", "give a sign-out up"},
    "SignInPage": set(),
}
"""What each door does with keys, secrets, queues and SES, and nothing more."""

BY_INDEX = {"Account", "Diagnose", "ManageContacts", "ManageLinks", "ManageWorkspace"}
"""Doors that list by the index of People; which shelf of it, the leading keys say, which the
emulator does not enforce (tests/template/test_grants.py reads them)."""
LETS_GO = {
    "VerifyCode": {"PeopleTable"},
    "Account": {"PeopleTable", "TrailTable"},
    "ManageContacts": {"PeopleTable", "SignInTable", "TrailTable"},
    "SyncDirectory": {"PeopleTable"},
}
"""Whose rows a door may take away."""


@dataclass(frozen=True)
class Role:
    """A door's own rights, from outside of it."""

    stack: Stack
    door: str
    clients: dict[str, Any] = field(repr=False)

    @classmethod
    def of(cls, stack: Stack, door: str) -> "Role":
        role = stack.client("iam").get_role(RoleName=stack.names[f"{door}Role"])["Role"]
        taken = stack.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="probe")
        given = taken["Credentials"]
        session: Any = boto3.Session(
            given["AccessKeyId"],
            given["SecretAccessKey"],
            given["SessionToken"],
            region_name=stack.emulator.environment()["AWS_REGION"],
        )
        endpoint = stack.emulator.endpoint
        return cls(
            stack, door, {each: session.client(each, endpoint_url=endpoint) for each in SERVICES}
        )

    def may(self, service: str, call: str, **parameters: Any) -> bool:
        """Whether the account lets the role make this call; how the call ends is no matter."""
        try:
            getattr(self.clients[service], call)(**parameters)
        except ClientError as error:
            return error.response["Error"]["Code"] not in DENIED
        return True

    def may_with_rows(self, action: str, table: str) -> bool:
        call, parameters = CALLS[action](self.stack.outputs[table])
        return self.may("dynamodb", call, **parameters)


@pytest.fixture(scope="module")
def client_secret(stack) -> str:
    name = f"portico/{stack.name}/connection/probe/idp"
    stack.client("secretsmanager").create_secret(Name=name, SecretString="x" * 32)
    return name


@pytest.fixture(params=DOORS, scope="module")
def role(request, stack) -> Role:
    return Role.of(stack, request.param)


class TestTheRoleOfADoor:
    def test_does_with_each_tables_rows_what_is_listed_and_no_more(self, role):
        may = {
            table: {action for action in CALLS if role.may_with_rows(action, table)}
            for table in TABLES
        }

        listed = {table: set(actions) for table, actions in MAY[role.door].items()}
        assert {table: actions for table, actions in may.items() if actions} == listed

    def test_lists_by_the_index_only_where_it_is_listed(self, role):
        by_index = role.may(
            "dynamodb",
            "query",
            TableName=role.stack.outputs["PeopleTable"],
            IndexName="by_workspace",
            KeyConditionExpression="#list = :all",
            ExpressionAttributeNames={"#list": "list"},
            ExpressionAttributeValues={":all": {"S": "acme#contacts#00"}},
        )
        assert by_index == (role.door in BY_INDEX)

    def test_hides_no_write_in_a_transaction(self, role):
        for table in TABLES:
            part = {"TableName": role.stack.outputs[table], "Key": NOWHERE, **NEVER}
            deleting = {"TransactItems": [{"Delete": part}]}
            may = role.may("dynamodb", "transact_write_items", **deleting)
            assert may == (table in LETS_GO.get(role.door, set()))

    def test_does_beside_tables_what_is_listed_and_no_more(self, role, client_secret):
        key, secret = role.stack.outputs["SigningKeys"], role.stack.outputs["CodeSecret"]
        queues = {
            "retry a mail": "MailRetryQueue",
            "give a mail up": "MailDeadLetters",
            "give a record up": "TrailDeadLetters",
            "queue a sign-out": "SignOutQueue",
            "give a sign-out up": "SignOutDeadLetters",
        }
        rsa = {"SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256", "MessageType": "RAW"}
        may = {
            "sign": role.may("kms", "sign", KeyId=key, Message=b"x", **rsa),
            "publish the key": role.may("kms", "get_public_key", KeyId=key),
            "read the code secret": reads(role, secret),
            "read a client secret": reads(role, client_secret),
            "mail": mails(role),
            **{what: sends(role, queue) for what, queue in queues.items()},
        }

        assert {what for what, allowed in may.items() if allowed} == BESIDE_TABLES[role.door]

    def test_changes_nothing_of_the_house_itself(self, role):
        names, outputs = role.stack.names, role.stack.outputs
        secret = outputs["CodeSecret"]
        value = {"SecretId": secret, "SecretString": "x" * 64}
        assert not role.may("dynamodb", "update_table", TableName=outputs["SignInTable"])
        assert not role.may("secretsmanager", "put_secret_value", **value)
        assert not role.may("kms", "disable_key", KeyId=outputs["SigningKeys"])
        assert not role.may("lambda", "invoke", FunctionName=names["SendMail"])
        assert not role.may("iam", "list_roles")


def reads(role: Role, secret: str) -> bool:
    return role.may("secretsmanager", "get_secret_value", SecretId=secret)


def sends(role: Role, queue: str) -> bool:
    # Nothing that a reader of this queue could take for a mail.
    url = role.stack.outputs[queue]
    return role.may("sqs", "send_message", QueueUrl=url, MessageBody="x", DelaySeconds=900)


def mails(role: Role) -> bool:
    # Raw, and to nobody's mailbox; the emulator keeps what it is handed.
    mail = {"Raw": {"Data": b"To: probe@example.com\r\n\r\nx"}}
    to = {"ToAddresses": ["probe@example.com"]}
    sending = {"FromEmailAddress": MAIL_FROM, "Destination": to, "Content": mail}
    return role.may("sesv2", "send_email", **sending)
