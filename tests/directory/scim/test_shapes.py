"""What Entra ID and Okta send, which is not always what the standard has
(portico/directory/scim/scim_shapes.py). Each class is a complaint that was made in public.
"""

from typing import Any

import pytest

from portico.directory.scim.scim_shapes import (
    FilterRefused,
    ShapeRefused,
    activity_of,
    patch_of,
    terms_of,
)
from tests.directory.scim.conftest import PATCH, USER, USERS, person

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def replacing(value: Any, path: str | None = "active", op: str = "Replace") -> dict[str, Any]:
    return {"op": op, "value": value} | ({"path": path} if path else {})


class TestDir03ActiveInEverySpelling:
    """`"False"` as text was ignored, and 200 was answered with nothing done."""

    @pytest.mark.parametrize(
        "operation",
        [
            replacing(False),
            replacing("False"),
            replacing("false"),
            replacing("FALSE", op="replace"),
            replacing(False, op="Add"),
            replacing([{"$ref": None, "value": "False"}]),
            replacing({"value": False}),
            replacing("False", path="Active"),
            replacing(False, path=f"{USER}:active"),
            replacing({"active": False}, path=None),
            replacing({"active": "False"}, path=None),
            replacing({"Active": "false"}, path=None),
            replacing({f"{USER}:active": False}, path=None),
            replacing({USER: {"active": "False"}}, path=None),
            replacing({"active": False, "displayName": "Ann"}, path=""),
            {"OP": "replace", "Path": "active", "Value": "False"},
        ],
        ids=range(16),
    )
    def test_ends_access_by_patch(self, directory, operation):
        id_ = directory.adds()

        answer = directory.changes(id_, operation)

        assert (answer.status, answer.body["active"]) == (200, False)
        assert directory.reads(id_).body["active"] is False

    @pytest.mark.parametrize("value", [False, "False", "false"])
    def test_ends_access_by_put(self, directory, value):
        id_ = directory.adds()

        assert directory.replaces(id_, person(active=value)).body["active"] is False

    @pytest.mark.parametrize("value", ["perhaps", "", [], {}, [True, False], None, 2, -1])
    def test_is_refused_where_it_cannot_be_read(self, directory, value):
        id_ = directory.adds()

        refused = directory.switches(id_, value)

        assert (refused.status, refused.body["detail"].partition(":")[0]) == (400, "active")
        assert directory.reads(id_).body["active"] is True

    @pytest.mark.parametrize(
        "operation",
        [
            replacing(False, path="active.value"),
            replacing(False, path='active[value eq "True"].value'),
            replacing(False, path=f"{USER}:Active.value"),
            replacing({"active.value": False}, path=None),
        ],
        ids=range(4),
    )
    def test_is_refused_in_parts_that_it_does_not_have(self, directory, operation):
        id_ = directory.adds()

        refused = directory.changes(id_, operation)

        assert (refused.status, refused.body["detail"].partition(":")[0]) == (400, "active")

    @pytest.mark.parametrize("more", [{USER: {"active": False}}, {"active.value": False}])
    def test_is_refused_where_a_replacement_says_it_elsewhere(self, directory, more):
        id_ = directory.adds()
        body = person()
        del body["active"]

        assert directory.replaces(id_, body | more).status == 400

    @pytest.mark.parametrize("path", [" active", "active ", f" {USER}:active", f"{USER}.active"])
    def test_is_read_with_blanks_around_it(self, directory, path):
        id_ = directory.adds()

        assert directory.changes(id_, replacing("inactive", path=path)).body["active"] is False

    def test_is_never_taken_away(self, directory):
        id_ = directory.adds()

        assert directory.changes(id_, {"op": "remove", "path": "active"}).status == 400


class TestComingBack:
    """Reactivation was refused, and patches of `active: true` to who is active failed."""

    @pytest.mark.parametrize("value", [True, "True", "true"])
    def test_works(self, directory, value):
        id_ = directory.adds()
        directory.switches(id_, False)

        assert directory.switches(id_, value).body["active"] is True

    def test_of_who_is_here_changes_nothing(self, directory):
        id_ = directory.adds()

        answers = [directory.switches(id_, "True") for _ in range(3)]

        assert {(each.status, each.headers["etag"]) for each in answers} == {(200, 'W/"1"')}


class TestEntra:
    def test_tests_its_connection_with_somebody_who_does_not_exist(self, directory):
        guid = "2f8f2c4e-4f5a-4b2f-9a63-3f4a3f0f7a51"

        answer = directory.sends(f"GET {USERS}", query={"filter": f'userName eq "{guid}"'})

        assert (answer.status, answer.body["totalResults"]) == (200, 0)

    def test_may_send_its_flag_with_every_request(self, directory):
        flag = {"aadOptscim062020": ""}
        id_ = directory.sends(f"POST {USERS}", person(), query=flag).body["id"]

        assert directory.finds('userName eq "ann@example.com"', **flag) == [id_]
        change = {"op": "replace", "value": {"active": False}}
        assert directory.changes(id_, change, query=flag).body["active"] is False

    def test_changes_several_things_by_dotted_names_without_a_path(self, directory):
        id_ = directory.adds()
        value = {
            "displayName": "Ann Archer",
            "name.familyName": "Archer-Bell",
            'emails[type eq "work"].value': "bell@example.com",
            f"{ENTERPRISE}:department": "Sales",
        }

        told = directory.changes(id_, {"op": "replace", "value": value}).body

        assert told["displayName"] == "Ann Archer"
        assert told["name"]["familyName"] == "Archer-Bell"
        assert told["emails"] == [{"value": "bell@example.com", "type": "work", "primary": True}]
        assert directory.finds('emails.value eq "bell@example.com"') == [id_]

    def test_adds_an_address_of_a_kind_that_was_not_there(self, directory):
        id_ = directory.adds()
        path = 'emails[type eq "home"].value'

        directory.changes(id_, {"op": "Add", "path": path, "value": "home@example.com"})

        assert directory.finds('emails.value eq "home@example.com"') == [id_]
        assert directory.finds('emails.value eq "ann@example.com"') == [id_]

    @pytest.mark.parametrize("value", ["4711", [{"$ref": "../Users/4711", "value": "4711"}]])
    def test_names_a_manager_whom_we_do_not_keep(self, directory, value):
        id_ = directory.adds()

        answer = directory.changes(id_, replacing(value, path=f"{ENTERPRISE}:manager"))

        assert (answer.status, answer.headers["etag"]) == (200, 'W/"1"')

    def test_adds_a_person_with_nulls_and_names_of_no_schema(self, directory):
        body = person(department=None, title=None) | {ENTERPRISE: {"manager": None}}

        assert directory.sends(f"POST {USERS}", body).status == 201


class TestOkta:
    def test_looks_for_a_person_as_it_pages(self, directory):
        id_ = directory.adds()

        found = directory.finds('userName eq "ann@example.com"', startIndex="1", count="100")

        assert found == [id_]

    def test_replaces_the_whole_person_with_an_id_and_a_password(self, directory):
        id_ = directory.adds()
        body = person(active=False, id=id_, password="a-secret-of-okta", groups=[])

        assert directory.replaces(id_, body).body["active"] is False
        assert "a-secret-of-okta" not in str(directory.portal.rows("people"))

    def test_gets_numbers_that_are_numbers(self, directory):
        body = directory.sends(f"GET {USERS}", query={"startIndex": "1", "count": "2"}).body

        assert {type(body[each]) for each in ("totalResults", "startIndex", "itemsPerPage")} == {
            int
        }


class TestAPatch:
    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"Operations": []},
            {"Operations": {}},
            {"Operations": ["x"]},
            {"Operations": [{}]},
            {"Operations": [{"op": "move", "path": "active"}]},
            {"Operations": [{"op": "replace", "value": "x"}]},
            {"Operations": [{"op": "remove", "value": {"active": True}}]},
            {"Operations": [{"op": "replace", "path": 7, "value": 1}]},
            {"Operations": [{"op": "replace", "path": "(" * 250, "value": 1}]},
            {"Operations": [{"op": "replace", "path": "a[" * 90, "value": 1}]},
            {"Operations": [{"op": "replace", "path": "a" * 300, "value": 1}]},
            {"Operations": [{"op": "replace", "path": "active", "value": True}] * 101},
            {"Operations": [{"op": "replace", "path": "active", "PATH": "x", "value": True}]},
        ],
        ids=range(14),
    )
    def test_that_is_none_is_refused(self, directory, body):
        id_ = directory.adds()

        refused = directory.sends(
            "PATCH /scim/v2/{workspace}/Users/{user}",
            body | {"schemas": [PATCH]},
            path={"user": id_},
        )

        assert refused.status == 400
        assert directory.reads(id_).headers["etag"] == 'W/"1"'

    @pytest.mark.parametrize("name", ["id", "meta", "meta.version"])
    def test_of_what_is_ours_is_refused(self, directory, name):
        id_ = directory.adds()

        refused = directory.changes(id_, replacing("x", path=name))

        assert (refused.status, refused.body["scimType"]) == (400, "mutability")

    def test_keeps_nothing_of_itself_if_one_part_fails(self, directory):
        id_ = directory.adds()

        refused = directory.changes(
            id_, replacing("Other", path="displayName"), replacing("x\x00", path="userName")
        )

        assert refused.status == 400
        assert directory.reads(id_).body["displayName"] == "Ann"


class TestDir02AShape:
    @pytest.mark.parametrize("value", [True, "True", "yes", 1, "1", {"value": "true"}, "enabled"])
    def test_of_yes(self, value):
        assert activity_of(value) is True

    @pytest.mark.parametrize("value", [False, "False", "no", 0, "0", [{"value": "x"}][:0] or "off"])
    def test_of_no(self, value):
        assert activity_of(value) is False

    def test_of_neither(self):
        with pytest.raises(ShapeRefused, match="active"):
            activity_of("maybe")

    def test_leaves_other_operations_as_they_are(self):
        operations = [{"op": "add", "path": "emails", "value": [{"value": "a@example.com"}]}]

        assert patch_of({"schemas": [PATCH], "Operations": operations}) == {
            "schemas": [PATCH],
            "Operations": operations,
        }

    @pytest.mark.parametrize("much", ["(" * 1024, " " * 1024, "a" * 1024, 'id eq "' + "x" * 1000])
    def test_of_a_filter_is_judged_by_its_first_kilobyte(self, much):
        with pytest.raises(FilterRefused):
            terms_of(much)
