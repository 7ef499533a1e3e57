"""Groups that a directory sends, in the shapes of Entra ID and Okta (portico/directory/scim)."""

import json
from contextlib import suppress
from typing import Any

import pytest

from portico.directory.scim.group_service import MOST_MEMBERS_SHOWN
from portico.directory.scim.group_shapes import MOST_MEMBERS
from portico.people.rules import Workspace
from tests.account.test_erasure import Killed, kill_at
from tests.directory.scim.conftest import (
    BASE,
    GROUP,
    GROUP_ROUTE,
    GROUPS,
    PATCH,
    Client,
    made_by_hand,
)


@pytest.fixture
def people(directory) -> list[str]:
    """The ids of Ann, Ben and Cem."""
    return [directory.adds(f"{name}@example.com") for name in ("ann", "ben", "cem")]


@pytest.fixture
def group(directory, people) -> str:
    """A group with Ann and Ben."""
    return str(directory.groups("Customers", *people[:2], externalId="g-1"))


def puts_group(directory: Client, id_: str, body: Any, **more: Any) -> Any:
    sent = {"schemas": [GROUP], **body}
    return directory.sends(f"PUT {GROUP_ROUTE}", sent, path={"group": id_}, **more)


class TestAGroup:
    def test_is_kept_as_it_was_sent(self, directory, people, group):
        told = directory.reads_group(group).body

        assert (told["displayName"], told["externalId"]) == ("Customers", "g-1")
        assert {each["value"] for each in told["members"]} == set(people[:2])
        address = f"https://signin.acme.test/scim/v2/acme/Users/{told['members'][0]['value']}"
        assert told["members"][0]["$ref"] == address
        assert told["meta"]["resourceType"] == "Group"
        assert told["meta"]["location"].endswith(f"/scim/v2/acme/Groups/{group}")

    def test_of_microsofts_own_schema_is_taken(self, directory):
        schema = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/Group"

        made = directory.groups("Entra", schemas=[GROUP, schema], externalId="e-1")

        assert directory.members(made) == set()

    def test_of_a_name_that_another_has_is_refused_in_any_case(self, directory, group):
        body = {"schemas": [GROUP], "displayName": "CUSTOMERS"}

        answer = directory.sends(f"POST {GROUPS}", body)

        assert (answer.status, answer.body["scimType"]) == (409, "uniqueness")

    def test_may_be_renamed_and_leaves_its_name_free(self, directory, group):
        renamed = {"op": "replace", "value": {"id": group, "displayName": "Others"}}

        assert directory.regroups(group, renamed).status == 200

        assert directory.finds_groups('displayName eq "others"') == [group]
        assert directory.groups("Customers") != group

    def test_of_another_id_in_its_value_is_refused(self, directory, group):
        renamed = {"op": "replace", "value": {"id": "B" * 22, "displayName": "Others"}}

        assert directory.regroups(group, renamed).status == 400

    def test_is_deleted_and_leaves_no_row(self, portal, directory, people):
        before = {row["pk"] for row in portal.rows("people")}
        group = directory.groups("Soon gone", *people)

        assert directory.sends(f"DELETE {GROUP_ROUTE}", path={"group": group}).status == 204

        assert directory.reads_group(group).status == 404
        assert (
            directory.regroups(group, {"op": "add", "path": "members", "value": []}).status == 404
        )
        left = {row["pk"] for row in portal.rows("people") if "#scim" in row["pk"]}
        assert left <= before

    def test_leaves_no_member_who_came_while_it_was_deleted(
        self, portal, directory, people, group, wire
    ):
        """By a request that has written the member, and not yet the group, when its row goes."""
        add = {"op": "add", "path": "members", "value": [{"value": people[2]}]}
        sent: list[Any] = []

        def comes(operation: str, request: Any, arrive: Any) -> Any:
            if operation == "dynamodb.TransactWriteItems":
                ((part,),) = [
                    each.values() for each in json.loads(request.body)["TransactItems"][:1]
                ]
                if (part.get("Key") or part["Item"])["sk"] == {"S": "group"}:
                    sent.append(part)
                    if len(sent) == 2:
                        raise Killed
                    if len(sent) == 1:
                        with suppress(Killed):
                            directory.regroups(group, add)
            return arrive()

        wire.meddler = comes
        assert directory.sends(f"DELETE {GROUP_ROUTE}", path={"group": group}).status == 204
        wire.meddler = None

        assert len(sent) == 3
        keys = [(row["pk"], row["sk"]) for row in portal.rows("people")]
        assert [key for key in keys if "#scim#" in key[0] and group in "".join(key)] == []

    @pytest.mark.parametrize("arrives", [False, True], ids=["before", "after"])
    def test_has_no_member_without_it_wherever_its_deletion_is_cut_off(
        self, portal, directory, people, wire, arrives
    ):
        add = {"op": "add", "path": "members", "value": [{"value": people[2]}]}
        for number in range(1, 9):
            group = directory.groups(f"Of {number} {arrives}", *people[:2])
            kill_at(wire, number, arrives=arrives)
            with suppress(Killed):
                directory.sends(f"DELETE {GROUP_ROUTE}", path={"group": group})
            wire.meddler = None
            # Whoever joins in this moment joins a group that is there, or none.
            directory.regroups(group, add)
            rows = [(row["pk"], row["sk"]) for row in portal.rows("people")]
            members = [sk for pk, sk in rows if pk == f"acme#scim#{group}" and sk != "group"]
            memberships = [sk for _, sk in rows if sk == f"in#{group}"]
            is_there = (f"acme#scim#{group}", "group") in rows
            assert is_there or not (members or memberships)

            assert directory.sends(f"DELETE {GROUP_ROUTE}", path={"group": group}).status in (
                204,
                404,
            )

            left = [row for row in portal.rows("people") if group in row["pk"] + row["sk"]]
            assert left == []

    def test_lives_on_if_the_directory_changes_it_after_a_deletion_was_cut_off(
        self, portal, directory, people, group, wire
    ):
        kill_at(wire, 2, arrives=True)
        with suppress(Killed):
            directory.sends(f"DELETE {GROUP_ROUTE}", path={"group": group})
        wire.meddler = None

        change = {"op": "add", "path": "members", "value": [{"value": people[2]}]}
        assert directory.regroups(group, change).status == 200

        assert people[2] in directory.members(group)

    def test_of_another_workspace_is_not_there(self, portal, directory, group):
        portal.team.create_workspace(Workspace("other", "Other", "https://other.test"), by="test")
        other = Client(portal, made_by_hand(portal, "other"))

        path = {"workspace": "other", "group": group}
        bodies = {
            "PUT": {"schemas": [GROUP], "displayName": "Theirs", "members": []},
            "PATCH": {"schemas": [PATCH], "Operations": [{"op": "remove", "path": "members"}]},
        }
        before = directory.reads_group(group).body
        for method in ("GET", "DELETE", "PUT", "PATCH"):
            answer = other.sends(f"{method} {GROUP_ROUTE}", bodies.get(method), path=path)
            assert answer.status == 404
        assert directory.reads_group(group).body == before

    def test_has_no_member_of_another_workspace(self, portal, directory, group):
        portal.team.create_workspace(Workspace("other", "Other", "https://other.test"), by="test")
        other = Client(portal, made_by_hand(portal, "other"))
        stranger = other.sends(
            f"POST {BASE}/Users",
            {"schemas": [], "userName": "x@example.com", "active": True},
            path={"workspace": "other"},
        ).body["id"]

        answer = directory.regroups(
            group, {"op": "add", "path": "members", "value": [{"value": stranger}]}
        )

        assert stranger not in {each["value"] for each in answer.body["members"]}
        assert stranger not in directory.members(group)
        keys = [(row["pk"], row["sk"]) for row in portal.rows("people")]
        assert [
            key for key in keys if key[0].startswith("acme#") and stranger in "".join(key)
        ] == []

    def test_takes_those_who_are_there_and_says_how_many_are_not(
        self, portal, directory, people, group
    ):
        gone = directory.adds("gone@example.com")
        directory.removes(gone)
        value = [{"value": each} for each in (gone, "fake", people[2])]

        told = directory.regroups(group, {"op": "add", "path": "members", "value": value})

        assert told.status == 200
        assert {each["value"] for each in told.body["members"]} == set(people)
        (line,) = [e for e in portal.records_trail() if e["name"] == "group.changed"]
        assert line["detail"] == {"came": "1", "unknown": "2"}
        keys = [(row["pk"], row["sk"]) for row in portal.rows("people")]
        assert [key for key in keys if "#scim#" in key[0] and gone in "".join(key)] == []

    def test_loses_who_is_deleted(self, directory, people, group):
        assert directory.removes(people[0]).status == 204

        assert directory.members(group) == {people[1]}

    def test_is_told_in_the_trail(self, portal, directory, people):
        def told() -> dict[str, Any]:
            lines = portal.records_trail()
            return {each["name"]: each.get("detail") for each in lines if "group." in each["name"]}

        group = directory.groups("Customers", *people[:2], externalId="g-1")
        assert told()["group.added"] == {"fields": "displayName externalId", "came": "2"}

        directory.regroups(group, {"op": "remove", "path": "members"})
        assert told()["group.changed"] == {"went": "2"}

        directory.sends(f"DELETE {GROUP_ROUTE}", path={"group": group})
        assert "group.deleted" in told()


class TestMembers:
    @pytest.mark.parametrize(
        ("operation", "left"),
        [
            ({"op": "Add", "path": "members", "value": [{"value": 2}]}, {0, 1, 2}),
            ({"op": "add", "path": "members", "value": {"value": 2}}, {0, 1, 2}),
            ({"op": "add", "value": {"members": [{"value": 2}]}}, {0, 1, 2}),
            ({"op": "Add", "path": f"{GROUP}:members", "value": [{"value": 2}]}, {0, 1, 2}),
            ({"op": "Remove", "path": "members", "value": [{"value": 0}]}, {1}),
            ({"op": "remove", "path": 'members[value eq "{0}"]'}, {1}),
            ({"op": "Remove", "path": 'Members[Value EQ "{0}"]'}, {1}),
            ({"op": "remove", "path": "members"}, set()),
            ({"op": "replace", "path": "members", "value": [{"value": 2}]}, {2}),
            ({"op": "replace", "path": "members", "value": []}, set()),
            ({"op": "replace", "value": {"members": [{"value": 1}]}}, {1}),
        ],
        ids=lambda each: None if isinstance(each, set) else f"{each['op']}-{each.get('path')}"[:40],
    )
    def test_change_in_every_documented_way(self, directory, people, group, operation, left):
        def filled(value: Any) -> Any:
            if isinstance(value, dict):
                return {name: filled(each) for name, each in value.items()}
            if isinstance(value, list):
                return [filled(each) for each in value]
            if isinstance(value, int):
                return people[value]
            return value.replace("{0}", people[0])

        assert directory.regroups(group, filled(operation)).status == 200

        assert directory.members(group) == {people[n] for n in left}

    def test_come_and_go_in_one_request_as_okta_sends_it(self, directory, people, group):
        ann, _, cem = people
        operations = [
            {"op": "remove", "path": f'members[value eq "{ann}"]'},
            {"op": "add", "path": "members", "value": [{"value": cem, "display": "cem"}]},
            {"op": "replace", "value": {"displayName": "Renamed too"}},
        ]

        told = directory.regroups(group, *operations)

        assert told.status == 200
        assert told.body["displayName"] == "Renamed too"
        assert {each["value"] for each in told.body["members"]} == set(people[1:])
        assert all(each["$ref"].startswith("https://") for each in told.body["members"])

    @pytest.mark.parametrize(
        "operation",
        [
            {"op": "add", "path": "members", "value": [{"value": "x" * 22, "type": "Group"}]},
            {"op": "add", "path": "members", "value": [{"display": "nobody"}]},
            {"op": "add", "path": "members"},
            {"op": "add", "path": 'members[value eq "x"]', "value": []},
            {"op": "remove", "path": 'members[display eq "x"]'},
            {"op": "remove", "path": 'members[value eq "x"].value'},
            {"op": "replace", "path": "members", "value": [{"value": str(n)} for n in range(1001)]},
        ],
        ids=["nested", "no-value", "nothing", "filtered-add", "display", "deep", "too-many"],
    )
    def test_that_can_be_read_in_two_ways_are_refused(self, directory, people, group, operation):
        answer = directory.regroups(group, operation)

        assert answer.status == 400, answer.body
        assert directory.members(group) == set(people[:2])

    def test_are_replaced_by_a_put_that_names_them(self, directory, people, group):
        body = {"displayName": "Customers", "members": [{"value": people[2]}]}

        assert puts_group(directory, group, body).status == 200

        assert directory.members(group) == {people[2]}

    def test_stay_when_a_put_leaves_the_word_out(self, directory, people, group):
        assert puts_group(directory, group, {"displayName": "Renamed"}).status == 200

        assert directory.members(group) == set(people[:2])

    def test_are_left_out_where_nobody_wants_them(self, directory, group, wire):
        wire.forget()
        told = directory.reads_group(group, excludedAttributes="members").body

        assert "members" not in told
        assert "dynamodb.Query" not in [each.operation for each in wire.sent]

    def test_that_are_sent_again_change_nothing(self, directory, people, group):
        before = directory.reads_group(group).headers["etag"]
        again = {"op": "add", "path": "members", "value": [{"value": people[0]}]}
        gone = {"op": "remove", "path": f'members[value eq "{people[2]}"]'}

        assert directory.regroups(group, again, gone).status == 200

        assert directory.reads_group(group).headers["etag"] == before

    def test_move_the_etag(self, directory, people, group):
        before = directory.reads_group(group).headers["etag"]
        add = {"op": "add", "path": "members", "value": [{"value": people[2]}]}

        assert directory.regroups(group, add, headers={"if-match": before}).status == 200

        late = directory.regroups(group, add, headers={"if-match": before})
        assert late.status == 412

    @pytest.mark.parametrize("arrives", [False, True])
    def test_after_a_death_at_any_write_come_all(self, directory, people, wire, arrives):
        group, number = directory.groups("Later"), 0
        value = [{"value": each} for each in people]
        add = {"op": "add", "path": "members", "value": value}
        clear = {"op": "remove", "path": "members"}
        while True:
            assert directory.regroups(group, clear).status == 200
            writes = kill_at(wire, number, arrives=arrives)
            with suppress(Killed):
                directory.regroups(group, add)
            wire.meddler = None
            assert directory.regroups(group, add).status == 200
            assert directory.members(group) == set(people)
            if len(writes) <= number:
                break
            number += 1
        assert number >= 3


class TestDir02AGroupsFilter:
    @pytest.mark.parametrize(
        "filter_",
        [
            'displayName eq "Customers"',
            'displayName eq "customers"',
            'externalId eq "g-1"',
            'id eq "{group}"',
            'id eq "{group}" and members eq "{ann}"',
            'id eq "{group}" and members[value eq "{ann}"]',
            'members.value eq "{ann}"',
            'displayName eq "Customers" and externalId eq "g-1"',
        ],
    )
    def test_finds_it_by_a_key(self, directory, people, group, wire, filter_):
        asked = filter_.replace("{group}", group).replace("{ann}", people[0])
        wire.forget()

        assert directory.finds_groups(asked, excludedAttributes="members") == [group]

        assert "dynamodb.Scan" not in [each.operation for each in wire.sent]

    @pytest.mark.parametrize(
        "filter_",
        [
            'displayName eq "Others"',
            'externalId eq "G-1"',
            'members eq "{cem}"',
            'members eq "nobody"',
            'id eq "{group}" and members eq "{cem}"',
            'displayName eq "Customers" and externalId eq "g-2"',
        ],
    )
    def test_that_fits_none_finds_none(self, directory, people, group, filter_):
        asked = filter_.replace("{group}", group).replace("{cem}", people[2])

        assert directory.finds_groups(asked) == []

    @pytest.mark.parametrize(
        "filter_",
        [
            'displayName co "C"',
            'userName eq "x"',
            'members[display eq "x"]',
            'displayName[value eq "x"]',
            'emails[value eq "x"]',
            "(" * 10_000,
        ],
    )
    def test_of_another_kind_is_refused(self, directory, filter_):
        answer = directory.sends(f"GET {GROUPS}", query={"filter": filter_[:1500]})

        assert (answer.status, answer.body["scimType"]) == (400, "invalidFilter")


class TestAListOfGroups:
    def test_comes_in_pages_of_which_each_has_every_group_once(self, directory, people):
        made = {directory.groups(f"Group {n}", people[0]) for n in range(3)}
        found = []
        for start in ("1", "3"):
            query = {"startIndex": start, "count": "2"}
            told = directory.sends(f"GET {GROUPS}", query=query).body
            assert told["totalResults"] == 3
            found += told["Resources"]

        assert {each["id"] for each in found} == made
        assert all(each["members"][0]["value"] == people[0] for each in found)

    def test_does_not_mix_its_places_with_those_of_users(self, directory, people):
        made = {directory.groups(f"Group {n}") for n in range(2)}
        directory.sends(f"GET {BASE}/Users", query={"startIndex": "1", "count": "1"})

        told = directory.sends(f"GET {GROUPS}", query={"startIndex": "2", "count": "1"}).body

        assert told["Resources"][0]["id"] in made

    def test_is_searched_together_with_users(self, directory, people, group):
        seen = []
        for start in (1, 3):
            body = {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
                "startIndex": start,
                "count": 2,
            }
            told = directory.sends(f"POST {BASE}/.search", body).body
            assert told["totalResults"] == 4
            seen += [each["id"] for each in told["Resources"]]

        assert sorted(seen) == sorted([*people, group])


class TestAGroupOfMany:
    """A group of 50,000 costs the same for each change as a group of three."""

    @pytest.fixture
    def many(self, portal, directory, people) -> str:
        group = str(directory.groups("Everybody", people[0]))
        for n in range(MOST_MEMBERS_SHOWN + 5):
            portal.writes("people", {"pk": f"acme#scim#{group}", "sk": f"member#~{n:021}"})
        return group

    def test_costs_the_same_for_each_change(self, directory, people, group, many, wire):
        def cost(id_: str) -> list[str]:
            wire.forget()
            add = {"op": "add", "path": "members", "value": [{"value": people[2]}]}
            assert directory.regroups(id_, add).status == 200
            return [each.operation for each in wire.sent]

        assert cost(many) == cost(group)

    def test_is_shown_without_members(self, directory, many):
        told = directory.reads_group(many)

        assert told.status == 200
        assert "members" not in told.body

    def test_takes_no_more_than_a_thousand_names_at_once(self, directory, group):
        operations = [
            {"op": "remove", "path": f'members[value eq "{n}"]'} for n in range(MOST_MEMBERS + 1)
        ]

        assert directory.regroups(group, *operations).status in (400, 413)
