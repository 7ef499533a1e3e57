"""The ground that the other tests here stand on."""

import pytest

from portico.aws.tables import ConditionFailed, Rows
from tests.support.emulator import open_account


class TestAnAccount:
    def test_has_the_tables_of_the_template(self, account):
        people = Rows(account.outputs["PeopleTable"], "acme#")

        people.put({"pk": "acme#workspace", "sk": "door"}, "attribute_not_exists(pk)")

        with pytest.raises(ConditionFailed):
            people.put({"pk": "acme#workspace", "sk": "door"}, "attribute_not_exists(pk)")

    def test_is_empty_whatever_was_written_in_another(self, account, emulator):
        row = {"pk": "acme#workspace", "sk": "door"}
        Rows(account.outputs["PeopleTable"], "acme#").put(row, "attribute_not_exists(pk)")

        with open_account(emulator) as other:
            found = Rows(other.outputs["PeopleTable"], "acme#").get("acme#workspace", "door")

        assert found is None

    def test_tells_each_door_its_environment(self, account):
        told = account.environments["VerifyCode"]

        assert told["SIGN_IN_TABLE"] == account.outputs["SignInTable"]
        assert told["SIGNING_KEYS"].startswith("arn:aws:kms:")
