"""What a team's script shares with contacts who sign in: no row that either writes (API-08)."""

from portico.people import contact_import
from portico.team.team_budget import MOST_USES, TeamUse
from portico.team.workspace_key import Scope
from portico.team.workspace_keys import WorkspaceKeys
from tests.support.wire import Sent
from tests.team.test_contact_imports import Import
from tests.team.test_manage_workspace import SETTINGS, House
from tests.team.test_team_token import HOW

WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"}


def written(sent: list[Sent]) -> set[str]:
    """The partitions that these requests write."""
    found = set()
    for each in sent:
        action = each.operation.removeprefix("dynamodb.")
        if action not in WRITES:
            continue
        parts = [
            change
            for part in each.parameters.get("TransactItems", [{"": each.parameters}])
            for kind, change in part.items()
            if kind != "ConditionCheck"
        ]
        found |= {(part.get("Key") or part["Item"])["pk"]["S"] for part in parts}
    return found


def test_a_key_at_full_speed_writes_rows_of_its_own(portal, wire):
    House(portal)
    owner = portal.team.contact("acme", "owner@example.com")
    key, text = WorkspaceKeys("people", "sign-in").add(
        portal.workspace, owner, label="Busy", scopes=[Scope.READ_SETTINGS], **HOW
    )
    wire.forget()
    portal.browser.signs_in()
    by_contact = written(wire.sent)
    wire.forget()

    for _ in range(2 * MOST_USES[TeamUse.BY_KEY]):
        headers = {"authorization": f"Bearer {text}"}
        path = {"workspace": "acme"}
        portal.knock("manage_workspace", SETTINGS, origin=None, headers=headers, path=path)
    by_key = written(wire.sent)

    assert len(by_contact) > 3
    newest = f"acme#visit#{key.id}"
    counted = {each.rpartition("#")[0] for each in by_key - {newest}}
    assert counted == {f"acme#team-use#{key.id}"}
    assert newest in by_key
    assert not by_key & by_contact


def test_an_import_writes_rows_of_its_own(portal, wire, monkeypatch):
    # The emulated table loses what two threads write to it at once.
    monkeypatch.setattr(contact_import, "MOST_WRITERS", 1)
    admin = House(portal)["admin"]
    rows = "".join(f"c{n}@example.com,Contact {n}\n" for n in range(20))
    wire.forget()
    portal.browser.signs_in()
    by_contact = written(wire.sent)
    wire.forget()

    Import(admin, f"email,name\n{rows}").runs()
    by_import = written(wire.sent)

    assert len(by_contact) > 3
    assert len(by_import) > 40
    assert not by_import & by_contact
