"""Restoring, as docs/operate.md says it: the stack is deleted, and its tables are taken into a new one.

The emulated AWS keeps tables whose stack goes, and imports them. It shows neither streams that were
off meanwhile, nor deletion protection, nor a restore to a point in time.
"""

import time
from typing import Any

import pytest

from local.emulator import emulated_aws
from tests.deployed.cloud import STACK, Stack, deploy, let_mail_out
from tests.deployed.visitors import CODE, MAILED_WITHIN, Acme, Browser, Visitor
from tests.support.template import ROOT

EDGE = "between us and our own CloudFront, and nobody else"
TABLES = ("PeopleTable", "TrailTable")


@pytest.fixture(scope="module")
def lost(built):
    """A stack that was deleted with somebody inside, whose tables are still there."""
    with emulated_aws({"AUTH": "true"}) as emulator:
        first = deploy(built, emulator)
        let_mail_out(first)
        acme = Acme(first)
        ann = Visitor(acme, acme.adds_a_contact(), Browser(first))
        ann.signs_in()
        before = {table: first.names[table] for table in TABLES}
        formation = first.client("cloudformation")
        formation.delete_stack(StackName=STACK)
        formation.get_waiter("stack_delete_complete").wait(
            StackName=STACK, WaiterConfig={"Delay": 1}
        )
        yield first, acme, ann, before


def imports(stack: Stack, tables: dict[str, str]) -> Any:
    """Take tables into a new stack of the old name, by the recipe."""
    formation = stack.client("cloudformation")
    formation.create_change_set(
        StackName=STACK,
        ChangeSetName="restore",
        ChangeSetType="IMPORT",
        TemplateBody=(ROOT / "recipes" / "restore.yaml").read_text(),
        Parameters=[{"ParameterKey": "Stage", "ParameterValue": "dev"}],
        ResourcesToImport=[
            {
                "ResourceType": "AWS::DynamoDB::Table",
                "LogicalResourceId": name,
                "ResourceIdentifier": {"TableName": table},
            }
            for name, table in tables.items()
        ],
    )
    waited = {"WaiterConfig": {"Delay": 1}}
    which = {"StackName": STACK, "ChangeSetName": "restore"}
    formation.get_waiter("change_set_create_complete").wait(**which, **waited)
    formation.execute_change_set(**which)
    formation.get_waiter("stack_import_complete").wait(StackName=STACK, **waited)


def second_code(stack: Stack, address: str) -> str:
    """Wait for the second mail to *address*; the first was the lost stack's."""
    ends = time.monotonic() + MAILED_WITHIN
    while time.monotonic() < ends:
        mails = [mail for mail in stack.mails() if address in mail["To"]]
        if len(mails) > 1 and (found := CODE.search(mails[1]["BodyText"])):
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"no second mail came\n{stack.log_of('SendMail')}")


class TestAStackThatWasDeleted:
    def test_comes_back_with_its_contacts_by_the_runbook(self, lost, built):
        first, acme, ann, before = lost
        left = set(first.client("dynamodb").list_tables()["TableNames"])
        assert set(before.values()) <= left

        imports(first, before)
        first.client("secretsmanager").create_secret(Name="portico/edge", SecretString=EDGE)
        again = deploy(built, first.emulator, EdgeSecret="portico/edge")  # a name
        let_mail_out(again)

        assert {table: again.names[table] for table in TABLES} == before
        acme.stack = again
        # Sessions have gone with their table, and nobody is let in by an old cookie.
        assert ann.refreshes().status_code == 401
        back = Visitor(acme, acme.adds_a_contact(), Browser(again))
        assert back.signs_in()
        returning = Visitor(acme, ann.contact, Browser(again))
        returning.asks_for_a_code()
        assert returning.types(second_code(again, ann.contact.email)).status_code == 200
        # Both streams are read again, the retained table's too.
        assert "code.requested" in acme.trail()
        self._doors_know_the_edge_secret(again)

    def _doors_know_the_edge_secret(self, stack: Stack) -> None:
        found = stack.client("lambda").get_function_configuration(
            FunctionName=stack.names["Session"]
        )
        assert found["Environment"]["Variables"]["EDGE_SECRET"] == EDGE
