"""What holds of the search rows after every test: whoever can be found is found as they are now.

The fixture ``tables`` asks this when a test is over.
"""

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from portico.aws.values import Row, row_of
from portico.people.rules import Contact
from portico.people.search_rows import contact_in, found_by, search_keys

PLANTED: set[str] = set()
"""Contacts whose head a test has written as no version of ours would. They are left alone."""


def hold() -> None:
    """Compare all search rows with all heads.

    Raises:
        AssertionError: a head says something else than its name and address, or a row is missing,
            or one is left.
    """
    rows = _people()
    planted = {each.partition("#contact#")[2] for each in PLANTED}
    PLANTED.clear()
    rows = [row for row in rows if contact_of(row) not in planted]
    heads = [row for row in rows if row["sk"] == "head" and "found_by" in row]
    wanted = set()
    for head in heads:
        contact = Contact.from_row(head)
        assert head["found_by"] == found_by(contact.email, contact.name), "found by what is no more"
        wanted |= set(search_keys(contact, head["found_by"]))
    found = {(row["pk"], row["sk"]) for row in rows if "#find#" in row["pk"]}
    assert found == wanted, "search rows that are missing, or left over"


def contact_of(row: Row) -> str:
    """Return whose head or search row it is; of any other row something else."""
    if row["sk"] == "head":
        return str(row["pk"]).partition("#contact#")[2]
    return contact_in(row["sk"])


def _people() -> list[Row]:
    table = dynamodb_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].tables["people"]
    return [row_of(item.to_json()["Attributes"]) for item in table.all_items()]
