"""``portico directory status``, ``people`` and ``groups``, and the setting that names groups
(cli/directory_synced.py, cli/directory_view.py)."""

from typing import Any

import pytest

from portico.directory.scim import group_walk
from portico.directory.scim.group_shapes import MemberChange
from portico.directory.scim.group_sync import GroupSync
from portico.directory.scim.sync import DirectorySync
from portico.people.flow import TeamPeople
from portico.team.mass_departure import MassDeparture


class Directory:
    """What a directory syncs to Acme, and the terminal of somebody who looks at it."""

    def __init__(self, terminal: Any) -> None:
        self.terminal = terminal

    @property
    def sync(self) -> DirectorySync:
        return DirectorySync("people", TeamPeople("people").workspace("acme"), "test")

    def adds(self, email: str, *, active: bool = True) -> str:
        return self.sync.create({"userName": email, "active": active}).id

    def groups(self, name: str, *members: str) -> str:
        change = MemberChange()
        change.replace(set(members))
        return GroupSync(self.sync, "sign-in").create({"displayName": name}, change).id

    def people(self) -> dict[str, Any]:
        told = self.terminal.told("directory", "people", "acme")
        return {each["user_name"]: each for each in told["people"]}

    def may_come_in(self) -> list[str]:
        shown = self.people().values()
        return [each["user_name"] for each in shown if each["active"] and each["allowed"]]


@pytest.fixture
def directory(acme: Any) -> Directory:
    return Directory(acme)


@pytest.fixture
def ann(directory: Directory) -> str:
    return directory.adds("ann@example.com")


@pytest.fixture
def customers(directory: Directory, ann: str) -> str:
    directory.adds("bob@example.com")
    directory.adds("cem@example.com", active=False)
    return directory.groups("Customers", ann)


class TestPeople:
    def test_are_listed_with_whether_they_may_come_in(self, acme, directory, ann, customers):
        acme.says("workspace", "set", "acme", "--directory-group", "Customers")

        told = directory.people()

        assert {name: (each["active"], each["allowed"]) for name, each in told.items()} == {
            "ann@example.com": (True, True),
            "bob@example.com": (True, False),
            "cem@example.com": (False, False),
        }
        assert told["ann@example.com"]["id"] == ann

    def test_are_listed_beyond_one_page(self, directory, monkeypatch):
        monkeypatch.setattr("cli.directory_synced.PAGE", 2)
        made = {directory.adds(f"p{n}@example.com") for n in range(5)}

        assert {each["id"] for each in directory.people().values()} == made

    def test_are_shown_one_by_one_with_what_was_sent(self, acme, ann, customers):
        for who in ("ann@example.com", "ANN@example.com"):
            told = acme.told("directory", "people", "acme", who)
            ((person),) = told["people"]
            assert (person["id"], person["groups"][0]["name"]) == (ann, "Customers")

        assert "Customers" in acme.says("directory", "people", "acme", "ann@example.com").stdout

    def test_who_were_never_sent_are_said_to_be_nobody(self, acme, ann):
        for who in ("nobody@example.com", "4711"):
            assert "has sent nothing of" in acme.refused("directory", "people", "acme", who)

    def test_are_shown_in_a_table(self, acme, ann):
        assert "ann@example.com" in acme.says("directory", "people", "acme").stdout

    def test_are_none_where_no_directory_syncs(self, acme, directory):
        assert directory.people() == {}


class TestGroups:
    def test_are_listed_with_members_and_whom_they_let_in(self, acme, directory, customers):
        other = directory.groups("Others")
        acme.says("workspace", "set", "acme", "--directory-group", "Customers")

        told = acme.told("directory", "groups", "acme")

        assert {each["id"]: each for each in told["groups"]} == {
            customers: {"id": customers, "name": "Customers", "members": 1, "lets_in": True},
            other: {"id": other, "name": "Others", "members": 0, "lets_in": False},
        }

    def test_are_none_of_another_workspace(self, acme, customers):
        acme.says(
            "workspace", "create", "globex", "--name", "Globex", "--portal-url", "https://g.test"
        )

        told = acme.told("directory", "groups", "globex")

        assert told["groups"] == []


class TestADirectoryGroup:
    @pytest.mark.parametrize("typed", ["Customers", "CUSTOMERS", None], ids=["name", "case", "id"])
    def test_is_kept_by_its_id_and_everybody_is_reckoned(self, acme, directory, customers, typed):
        told = acme.told("workspace", "set", "acme", "--directory-group", typed or customers)

        assert told["workspace"]["directory_groups"] == [customers]
        assert directory.may_come_in() == ["ann@example.com"]

    def test_is_reckoned_to_the_end_and_told(self, acme, directory, customers, monkeypatch):
        monkeypatch.setattr("cli.directory_synced.STEP", 1)

        said = acme.says("workspace", "set", "acme", "--directory-group", "Customers")

        assert "Everybody is reckoned by their groups: 1 may no longer come in." in " ".join(
            (said.stdout + said.stderr).split()
        )
        assert directory.may_come_in() == ["ann@example.com"]

    def test_that_is_not_there_is_refused_and_nothing_is_set(self, acme, directory, customers):
        said = acme.refused("workspace", "set", "acme", "--directory-group", "Custmers")

        assert "has no group Custmers" in said
        assert acme.told("workspace", "show", "acme")["workspace"]["directory_groups"] == []
        assert len(directory.may_come_in()) == 2

    def test_of_another_workspace_is_refused(self, acme, customers):
        acme.says(
            "workspace", "create", "globex", "--name", "Globex", "--portal-url", "https://g.test"
        )

        said = acme.refused("workspace", "set", "globex", "--directory-group", customers)

        assert "has no group" in said

    def test_is_taken_back_and_lets_all_active_people_in(self, acme, directory, customers):
        acme.says("workspace", "set", "acme", "--directory-group", "Customers")

        acme.says("workspace", "set", "acme", "--reset", "directory-group")

        assert sorted(directory.may_come_in()) == ["ann@example.com", "bob@example.com"]

    def test_is_not_reckoned_for_by_another_setting(self, acme, customers, monkeypatch):
        steps = []
        monkeypatch.setattr(group_walk.GroupReckoning, "go_on", lambda *_, **__: steps.append(1))

        acme.says("workspace", "set", "acme", "--name", "Acme again")

        assert steps == []

    def test_tells_the_owners_of_many_whom_it_puts_out(
        self, acme, directory, customers, monkeypatch
    ):
        noted: list[int] = []

        def note(_self: Any, _active: Any, *, gone: int, host: str, by: str) -> None:
            noted.append(gone)

        monkeypatch.setattr(MassDeparture, "note", note)
        for n in range(6):
            directory.adds(f"p{n}@example.com")

        acme.says("workspace", "set", "acme", "--directory-group", "Customers")

        assert noted == [7]


class TestTheStatus:
    def test_counts_people_and_has_the_addresses(self, acme, ann, customers):
        told = acme.told("directory", "status", "acme")

        assert told["people"] == {"active": 2, "inactive": 1, "complete": True}
        assert told["scim_url"].endswith("/scim/v2/acme")
        assert [each["name"] for each in told["groups"]] == ["Customers"]

    def test_says_what_to_do_first(self, acme):
        said = acme.says("directory", "status", "acme")

        assert "--scope scim" in said.stderr
        assert "may come in" in said.stdout

    def test_says_how_far_the_groups_are(self, acme, ann, customers):
        acme.says("workspace", "set", "acme", "--directory-group", "Customers")

        said = acme.says("directory", "status", "acme").stdout

        assert "Customers: 1" in said
        assert "everybody was reached once" in said
