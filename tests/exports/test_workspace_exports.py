"""A workspace goes to another stack, and its people sign in there (portico/exports/flow.py)."""

import io
import re
from typing import Any

import boto3
import pytest

from portico.account.contact_merge import ContactMerges
from portico.aws.tables import transact
from portico.directory.scim.group_store import SyncedGroups
from portico.directory.scim.synced_group import SyncedGroup
from portico.directory.scim.synced_user import SyncedUser
from portico.directory.scim.user_store import SyncedUsers
from portico.errors import TakenAlready
from portico.events import Event
from portico.exports.export_file import ExportUnreadable, ExportWriter, checked
from portico.exports.flow import OtherExport, WorkspaceExports
from portico.people.memberships import Role
from portico.people.store import settings_row_key
from portico.team.members import TeamMembers
from portico.team.workspace_key import Scope
from tests.account.test_erasure import Killed, kill_at
from tests.directory.scim.conftest import Client, made_by_hand
from tests.docs.test_docs import page
from tests.passwords.conftest import RIGHT, gives
from tests.sso.conftest import connected, stage, world
from tests.support.driver import NOON
from tests.support.openid_site import Site
from tests.team.test_manage_contacts import Desk
from tests.team.test_manage_workspace import House
from tests.team.test_refs import X, puts, told_by_userinfo
from tests.team.test_team_token import HOW

__all__ = ["connected", "stage", "world"]

EXPORTS = WorkspaceExports("people")
ANN = "ann@example.com"


def exported(portal: Any, *, passwords: bool = True) -> str:
    """Export Acme, and return the file."""
    text = io.StringIO()
    EXPORTS.export(portal.workspace, ExportWriter(text), by="cli:olga", passwords=passwords)
    return text.getvalue()


def imported(file: str) -> bool:
    lines = file.splitlines(keepends=True)
    return EXPORTS.import_(checked(lines), lines, by="cli:olga")


def another_stack(portal: Any, environments: Any = None) -> None:
    """Go on with a stack that has no rows, and another secret."""
    for table in ("people", "sign-in", "trail"):
        for row in portal.rows(table):
            portal.removes(table, row)
    if environments:
        secrets = boto3.client("secretsmanager")
        name = f"another-{portal.now.timestamp()}"
        arn = secrets.create_secret(Name=name, SecretString="n" * 64)["ARN"]
        environments(CODE_SECRET=arn)


def bare(rows: Any, prefix: str = "acme#") -> list[Any]:
    """Rows without their lines for the trail, and without what only the move itself wrote."""
    moved = {"exported", "imported"}
    return sorted(
        ({k: v for k, v in row.items() if k != "event"} for row in rows
         if row["pk"].startswith(prefix) and row["sk"] not in moved),
        key=lambda row: (row["pk"], row["sk"]),
    )  # fmt: skip


@pytest.fixture
def acme(portal, connected):
    """Acme with all that a workspace can have."""
    house = House(portal)
    portal.sets(password_method=True, directory_rule="off")
    gives(portal.ann)
    puts(Desk(house, Scope.WRITE_CONTACTS), email=ANN)
    portal.another_browser().signs_in_with("google")
    connected.lists("zoe@example.com")
    lou = portal.adds("Lou Lost", "lou@example.com")
    gives(lou)
    ContactMerges("people", "sign-in").merge(portal.workspace, house.zoe.id, lou.id, **HOW)
    document = {"userName": "zoe@example.com", "externalId": "e-1"}
    user = SyncedUser("0" * 22, 1, NOON, NOON, document, house.zoe.id)
    transact(SyncedUsers("people", "acme").moving(None, user))
    group = SyncedGroup("1" * 22, 1, NOON, NOON, {"displayName": "Zs", "externalId": "g-1"})
    groups = SyncedGroups("people", "acme")
    line = Event("group.added", NOON, "group-1", 365).rider()
    transact({**groups.moving(None, group, line), **groups.joining(group.id, user.id)})
    portal.link(label="Newsletter")
    return portal


class TestAMove:
    def test_is_none_for_a_directory_which_finds_its_people(self, acme):
        directory = Client(acme, made_by_hand(acme))
        synced = directory.adds("synced@example.com", email="sy@example.com")
        directory.groups("Synced", synced, externalId="group-1")
        file = exported(acme)
        another_stack(acme)
        imported(file)

        directory = Client(acme, made_by_hand(acme, email="olaf@acme.example"))

        (id_,) = directory.finds('userName eq "SYNCED@example.com"')
        assert directory.finds('emails.value eq "sy@example.com"') == [id_]
        assert directory.switches(id_, False).status == 200

    def test_takes_everybody_along_who_then_sign_in(self, acme, connected, environments):
        site = Site.register(acme)
        portal, token, file = acme, acme.personal_link(), None
        acme.another_browser().signs_in(ANN)  # which confirms the ref
        before = acme.team.contact("acme", ANN)
        file = exported(acme)
        another_stack(acme, environments)
        assert portal.another_browser().opens_the_link(token).status == 404

        assert imported(file)

        browser = portal.another_browser()
        assert browser.opens_the_link(token).status == 200
        assert portal.another_browser().types_a_password(RIGHT).status == 200
        assert portal.another_browser().signs_in(ANN).status == 200
        by_google = portal.another_browser()
        assert by_google.signs_in_with("google").status == 303
        assert by_google.refreshes().body["contact"]["id"] == before.id
        after = portal.team.contact("acme", ANN)
        assert (after.id, after.sver, after.name) == (before.id, before.sver, before.name)
        signed_in = portal.another_browser()
        signed_in.signs_in(ANN)
        assert site.signs_in(signed_in)["id_token"]
        assert told_by_userinfo(portal) == [X]

    def test_takes_every_row_but_those_that_stay(self, acme):
        before = bare(acme.rows("people"))
        file = exported(acme)
        another_stack(acme)

        imported(file)

        stays = ("acme#keys", "acme#changes", "acme#contact#nobody")
        expected = [row for row in before if row["pk"] not in stays]
        assert bare(acme.rows("people")) == expected
        assert acme.rows("sign-in") == acme.rows("trail") == []

    def test_is_told_to_both_trails(self, acme):
        file = exported(acme)
        (line,) = [e for e in acme.records_trail() if e["name"] == "workspace.exported"]
        assert line["detail"] == {"passwords": "true"}
        another_stack(acme)

        imported(file)

        lines = [e["name"] for e in acme.records_trail()]
        assert lines == ["workspace.imported"]

    def test_takes_no_password_along_unless_it_is_asked_for(self, acme):
        file = exported(acme, passwords=False)

        assert "argon2" not in file
        another_stack(acme)
        imported(file)
        assert acme.another_browser().types_a_password(RIGHT).status == 401

    def test_leaves_a_neighbour_alone(self, acme):
        globex = acme.neighbour()
        file = exported(acme)

        assert "globex" not in file
        another_stack(acme)
        globex = acme.neighbour()
        theirs = bare(acme.rows("people"), "globex#")
        imported(file)
        assert bare(acme.rows("people"), "globex#") == theirs
        assert globex.ann.email in str(theirs)


TAKEN = """
`acme#workspace` / `door`
`acme#workspace` / `words`
`acme#workspace` / `team`
`acme#workspace` / `search`
`acme#team` / `ct_…`
`acme#team` / `owners`
`acme#contact#ct_…` / `head`
`acme#contact#ct_…` / `password`
`acme#contact#ct_…` / `email-change#<22 characters>`
`acme#contact#ct_…` / `merged` and `acme#contact#ct_…` / `merge#ct_…`
`acme#find#@` / `<address>#ct_…` and `acme#find#<letter>` / `<word>#ct_…`
`acme#email#<address>` / `pointer`
`acme#link#<public id>` / `link`
`acme#ref#<channel>#<hash of the id>` / `ref` and `acme#contact#ct_…` / `refs`
`acme#logo` / `png`
`acme#connection#<id>` / `connection`
`acme#portal#<name>` / `portal`
`acme#identity#<connection>#<hash of issuer and subject>` / `identity`
`acme#record#<source>#<external id>` / `record`
`acme#record-key#object#<tenant>#<object id>` and `acme#record-key#email#<hash>` / `record`
`acme#scim#<id>` / `user`
`acme#scim-key#name#<hash>` / `user`, and `acme#scim-key#external#<hash>` and `acme#scim-key#email#<hash>` / `<id>`
`acme#scim#<id>` / `group`
`acme#scim#<group>` / `member#<user>`, and `acme#scim#<user>` / `in#<group>`
`acme#scim-key#group#<hash>` / `group`, and `acme#scim-key#group-external#<hash>` / `<id>`
`acme#scim-users` / `<id>`, and `acme#scim-groups` / `<id>`
`acme#scim-held` / `held#<until>#<id>`, and `acme#scim-held` / `kept#<until>#<id>`
`acme#directory` / `import`
`acme#directory` / `reckoning`
"""
STAYS = """
`acme#changes` / `evt_<time><11 characters>`
`acme#workspace` / `exported`, `imported`
`acme#keys` / `key#<22 characters>`
`acme#contact#nobody` / `decoy-1-<parts>`
`acme#suppressed#<HMAC of the address>` / `suppressed`
The index `by_workspace`
"""


class TestAKindOfRow:
    def test_comes_along_or_is_known_to_stay(self):
        described = page("table.md").partition("\n## People")[2].partition("\n## ")[0]
        kinds = re.findall(r"^### (.+)$", described, re.MULTILINE)

        assert sorted(kinds) == sorted([*TAKEN.strip().split("\n"), *STAYS.strip().split("\n")])


class TestAnImportThatIsKilled:
    @pytest.mark.parametrize("arrives", [False, True])
    def test_out_11_at_any_write_opens_nothing_and_is_finished_by_the_same_file(
        self, portal, wire, arrives
    ):
        TeamMembers("people", "sign-in").add(portal.workspace, portal.ann, Role.OWNER, **HOW)
        for n in range(12):
            portal.adds(f"Con Tact{n}", f"c{n}@example.com")
        before, file, number = bare(portal.rows("people")), exported(portal), 0
        while True:
            another_stack(portal)
            writes = kill_at(wire, number, arrives=arrives)
            try:
                imported(file)
                wire.meddler = None
                break
            except Killed:
                wire.meddler = None
            is_last = number + 1 == len(writes) and self.is_open(portal)
            assert not self.is_open(portal) or (arrives and is_last)
            imported(file)
            assert bare(portal.rows("people")) == before
            number += 1
        assert number > 3

    def is_open(self, portal):
        pk, sk = settings_row_key("acme")
        return any((row["pk"], row["sk"]) == (pk, sk) for row in portal.rows("people"))


class TestAStackThatHasIt:
    def test_out_11_refuses_another_file_and_takes_the_same_one_once(self, portal):
        file = exported(portal)
        with pytest.raises(TakenAlready):
            imported(file)
        another_stack(portal)
        assert imported(file)
        rows = portal.rows("people")

        assert not imported(file)

        assert portal.rows("people") == rows
        portal.forward(minutes=1)
        with pytest.raises(TakenAlready):
            imported(exported(portal))

    def test_keeps_what_has_changed_since_another_import_of_the_same_file(self, portal, wire):
        file = exported(portal)
        another_stack(portal)
        seen = []

        def quicker(operation, _request, arrive):
            seen.append(operation)
            if seen.count("dynamodb.TransactWriteItems") == 2:
                wire.meddler = None
                assert imported(file)
                portal.team.set_active("acme", ANN, False, by="cli:olga")
            return arrive()

        wire.meddler = quicker
        assert imported(file)

        assert wire.meddler is None
        assert not portal.team.contact("acme", ANN).active

    def test_refuses_another_file_while_one_is_on_its_way(self, portal, wire):
        first = exported(portal)
        portal.adds("Con Tact", "c@example.com")
        second = exported(portal)
        another_stack(portal)
        kill_at(wire, 1, arrives=True)
        with pytest.raises(Killed):
            imported(first)
        wire.meddler = None

        with pytest.raises(OtherExport):
            imported(second)

        assert imported(first)


class TestAFile:
    @pytest.mark.parametrize(
        ("spoil", "said"),
        [
            (lambda lines: lines[:-1], "cut off"),
            (lambda lines: [*lines[:3], *lines[4:]], "cut off"),
            (
                lambda lines: [lines[0], lines[1].replace("example", "exemple"), *lines[2:]],
                "changed",
            ),
            (lambda lines: [*lines[:-1], lines[-1][:20]], "no JSON"),
            (lambda lines: [*lines, lines[3]], "behind its end"),
            (lambda lines: [lines[0].replace("acme", "globex"), *lines[1:]], "another workspace"),
            (lambda lines: [lines[0].replace('"version":1', '"version":2'), *lines[1:]], "format"),
            (lambda lines: ['{"a":1}\n'], "no export"),
            (lambda lines: ["[" * 99_999], "no JSON"),
            (lambda lines: [], "empty"),
        ],
        ids=["end", "row", "text", "half", "more", "foreign", "later", "none", "deep", "empty"],
    )
    def test_out_11_that_is_not_whole_is_refused_before_anything_is_written(
        self, portal, spoil, said
    ):
        lines = spoil(exported(portal).splitlines(keepends=True))

        with pytest.raises(ExportUnreadable, match=said) as refused:
            checked(lines)

        assert said in refused.value.reason
