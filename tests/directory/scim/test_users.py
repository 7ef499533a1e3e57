"""Users of a directory: create, read, replace, change, delete, find (functions/sync_directory,
portico/edge/scim_routes.py, portico/directory/scim)."""

import json

import pytest

from portico.directory.scim.synced_user import MOST_EMAILS
from tests.directory.scim.conftest import BASE, ERROR, USER, USERS, person

NOBODY = "0" * 22


class TestAUser:
    def test_is_kept_as_it_was_sent(self, directory):
        added = directory.sends(f"POST {USERS}", person())

        assert added.status == 201
        told = added.body
        assert added.headers["location"] == told["meta"]["location"]
        assert told["meta"].pop("location").endswith(f"/scim/v2/acme/Users/{told['id']}")
        assert added.headers["etag"] == told["meta"]["version"] == 'W/"1"'
        assert told["meta"]["resourceType"] == "User"
        assert {name: told[name] for name in told if name not in ("id", "meta")} == {
            "schemas": [USER],
            "externalId": "id-of-ann@example.com",
            "userName": "ann@example.com",
            "displayName": "Ann",
            "active": True,
            "emails": [{"value": "ann@example.com", "type": "work", "primary": True}],
            "name": {"familyName": "Archer", "givenName": "Ann"},
        }
        assert directory.reads(told["id"]).body["userName"] == "ann@example.com"

    def test_brings_no_password_and_nothing_else_that_we_do_not_use(self, directory):
        directory.adds(password="a-secret-of-ann", department="a-secret-of-ann", title="x")

        assert "a-secret-of-ann" not in str(directory.portal.rows("people"))

    def test_comes_in_bytes_as_the_gateway_hands_them_over(self, directory):
        body = json.dumps(person("zoë@example.com")).encode()

        added = directory.sends(f"POST {USERS}", body)

        assert added.body["userName"] == "zoë@example.com"

    def test_may_come_in_if_nothing_is_said_of_it(self, directory):
        body = person()
        del body["active"]

        assert directory.sends(f"POST {USERS}", body).body["active"] is True

    def test_is_replaced_whole(self, directory):
        id_ = directory.adds()
        body = person(displayName=None, name={"givenName": "Anna"})

        replaced = directory.replaces(id_, body)

        assert (replaced.status, replaced.headers["etag"]) == (200, 'W/"2"')
        assert replaced.body["name"] == {"givenName": "Anna"}
        assert "displayName" not in replaced.body

    @pytest.mark.parametrize("active", [True, False], ids=["active", "inactive"])
    def test_that_is_replaced_without_a_word_of_it_stays_active_or_not(self, directory, active):
        id_ = directory.adds(active=active)
        body = person(displayName="Other")
        del body["active"]

        assert directory.replaces(id_, body).body["active"] is active

    def test_is_deleted_and_gone_for_every_request(self, directory):
        id_ = directory.adds()

        assert directory.removes(id_).status == 204

        said = [
            directory.reads(id_),
            directory.removes(id_),
            directory.switches(id_, True),
            directory.replaces(id_, person()),
        ]
        assert [each.status for each in said] == [404] * 4
        assert directory.finds('userName eq "ann@example.com"') == []
        assert directory.finds('externalId eq "id-of-ann@example.com"') == []

    def test_that_is_deleted_leaves_no_name_and_no_address(self, directory):
        id_ = directory.adds("cy@example.com", external="the-id-of-cy", displayName="Cyan Cy")
        directory.removes(id_)

        left = [each for each in directory.portal.rows("people") if "#keys" not in each["pk"]]
        assert not [w for w in ("cy@example", "the-id-of-cy", "Cyan") if w in str(left)]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"userName": ""}, "userName"),
            ({"userName": "x" * 201}, "userName"),
            ({"userName": "a\x1b[31mb"}, "userName"),
            ({"externalId": "\u202ex"}, "externalId"),
            ({"displayName": "a\nb"}, "displayName"),
            ({"name": {"givenName": "x" * 201}}, "name.givenName"),
            ({"emails": [{"value": "no address"}]}, "email"),
            ({"emails": [{"value": "a@example.com", "type": "x" * 41}]}, "emails.type"),
            (
                {"emails": [{"value": f"a{n}@example.com"} for n in range(MOST_EMAILS + 1)]},
                "emails",
            ),
            ({"active": "perhaps"}, "active"),
            ({"emails": "ann@example.com"}, "emails"),
        ],
        ids=lambda each: each if isinstance(each, str) else None,
    )
    def test_with_a_value_that_is_none_is_refused_by_its_name(self, directory, change, field):
        refused = directory.sends(f"POST {USERS}", person() | change)

        assert (refused.status, refused.body["schemas"]) == (400, [ERROR])
        assert field in refused.body["detail"]
        assert "pydantic" not in refused.body["detail"]
        assert directory.finds('userName eq "ann@example.com"') == []


class TestAnEtag:
    def test_names_a_state_and_a_repeat_changes_none(self, directory):
        id_ = directory.adds()
        first = directory.switches(id_, False)

        again = directory.switches(id_, False)

        assert first.headers["etag"] == again.headers["etag"] == 'W/"2"'
        assert first.body["meta"] == again.body["meta"]

    @pytest.mark.parametrize("how", ["changes", "replaces", "removes"])
    def test_of_before_is_refused_where_it_is_sent(self, directory, how):
        id_ = directory.adds()
        directory.switches(id_, False)
        args = {
            "changes": [{"op": "replace", "path": "active", "value": True}],
            "replaces": [person()],
            "removes": [],
        }[how]

        refused = getattr(directory, how)(id_, *args, headers={"if-match": 'W/"1"'})

        assert refused.status == 412
        assert directory.reads(id_).body["active"] is False

    def test_of_now_is_taken(self, directory):
        id_ = directory.adds()
        change = {"op": "replace", "path": "displayName", "value": "Other"}

        assert directory.changes(id_, change, headers={"if-match": 'W/"1"'}).status == 200

    def test_saves_an_answer(self, directory):
        id_ = directory.adds()
        headers = {"if-none-match": 'W/"1"'}

        same = directory.sends(
            "GET /scim/v2/{workspace}/Users/{user}", path={"user": id_}, headers=headers
        )

        assert (same.status, same.body) == (304, None)


class TestAName:
    def test_is_one_in_every_case(self, directory):
        directory.adds("Ann@Example.com")

        again = directory.sends(f"POST {USERS}", person("ANN@EXAMPLE.COM", email="b@example.com"))

        assert (again.status, again.body["scimType"]) == (409, "uniqueness")

    def test_may_change_and_is_free_for_somebody_else_then(self, directory):
        ann = directory.adds("ann@example.com", email="first@example.com")
        rename = {"op": "Replace", "path": "userName", "value": "anna@example.com"}
        assert directory.changes(ann, rename).status == 200

        other = directory.adds("ann@example.com", email="second@example.com")

        assert directory.finds('userName eq "ann@example.com"') == [other]
        assert directory.finds('userName eq "anna@example.com"') == [ann]

    def test_may_change_its_case_alone(self, directory):
        ann = directory.adds("ann@example.com")
        rename = {"op": "Replace", "path": "userName", "value": "Ann@Example.com"}

        assert directory.changes(ann, rename).body["userName"] == "Ann@Example.com"
        assert directory.finds('userName eq "ann@example.com"') == [ann]

    def test_is_swapped_by_way_of_a_third_and_never_mixed_up(self, directory):
        ann, bob = directory.adds("a@example.com"), directory.adds("b@example.com")

        def named(id_, name):
            change = {"op": "replace", "value": {"userName": name, "emails": [{"value": name}]}}
            return directory.changes(id_, change).status

        assert named(ann, "b@example.com") == 409
        assert directory.reads(ann).body["userName"] == "a@example.com"
        assert named(ann, "third@example.com") == 200
        assert named(bob, "a@example.com") == 200
        assert named(ann, "b@example.com") == 200

        assert directory.finds('userName eq "a@example.com"') == [bob]
        assert directory.finds('emails.value eq "b@example.com"') == [ann]

    def test_of_somebody_deleted_is_free(self, directory):
        directory.removes(directory.adds("ann@example.com"))

        assert directory.adds("ann@example.com")


class TestDir02AFilter:
    @pytest.fixture
    def ann(self, directory):
        directory.adds("bob@example.com")
        return directory.adds("Ann@Example.com", external="Id-1", email="Ann.Archer@Example.com")

    @pytest.mark.parametrize(
        "filter_",
        [
            'userName eq "ann@example.com"',
            'USERNAME EQ "ANN@EXAMPLE.COM"',
            'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ann@example.com"',
            'externalId eq "Id-1"',
            'emails.value eq "ann.archer@example.com"',
            'emails eq "ANN.ARCHER@EXAMPLE.COM"',
            'emails[type eq "work"].value eq "ann.archer@example.com"',
            'externalId eq "Id-1" and userName eq "ann@example.com"',
            '  userName   eq   "ann@example.com"  ',
        ],
    )
    def test_finds_one_user_by_a_key(self, directory, ann, filter_, wire):
        wire.forget()
        found = directory.finds(filter_)

        assert found == [ann]

        asked = [each.operation for each in wire.sent]
        assert "dynamodb.Scan" not in asked
        assert len(asked) <= 5

    def test_finds_one_by_the_id(self, directory, ann):
        assert directory.finds(f'id eq "{ann}"') == [ann]

    def test_finds_people_who_are_not_active(self, directory, ann):
        directory.switches(ann, False)

        assert directory.finds('userName eq "ann@example.com"') == [ann]

    @pytest.mark.parametrize(
        "filter_",
        [
            f'userName eq "{NOBODY}"',
            f'externalId eq "{NOBODY}"',
            'externalId eq "id-1"',
            'emails.value eq "nobody@example.com"',
            'id eq "no-id"',
            'externalId eq "Id-1" and userName eq "bob@example.com"',
        ],
    )
    def test_that_fits_nobody_finds_nobody(self, directory, ann, filter_):
        assert directory.finds(filter_) == []

    @pytest.mark.parametrize(
        "filter_",
        [
            'userName eq "a" or "1" eq "1"',
            'userName eq "a" or userName eq "b"',
            'userName eq "a',
            "userName eq",
            "userName eq a",
            'password sw "a"',
            'password eq "a"',
            'meta.created co ""',
            'meta.lastModified gt "2020-01-01T00:00:00Z"',
            'userName sw "a"',
            "userName pr",
            'displayName eq "Ann"',
            'userName[type eq "work"].value eq "a"',
            "(" * 10_000 + 'userName eq "a"' + ")" * 10_000,
            "emails[" * 10_000 + "]" * 10_000,
            "not (" * 200 + ")" * 200,
            'userName eq "a" and ' * 40 + 'userName eq "a"',
            'userName eq "a" and userName eq "a" and userName eq "a" and userName eq "a"',
            'userName eq "' + "\\" * 901 + '"',
            "",
            "\x00",
        ],
        ids=range(21),
    )
    def test_of_another_kind_is_refused_cheaply(self, directory, ann, wire, filter_):
        wire.forget()

        refused = directory.sends(f"GET {USERS}", query={"filter": filter_, "count": "1"})

        assert (refused.status, refused.body["scimType"]) == (400, "invalidFilter")
        # The key's row and its budget, and nothing of a user.
        assert not [each for each in wire.sent if "#scim" in str(each.parameters)]


class TestASearch:
    """A `POST`, so that no address stands in a query."""

    @pytest.fixture
    def ann(self, directory):
        directory.adds("bob@example.com")
        return directory.adds("ann@example.com")

    def asks(self, directory, **body):
        return directory.sends(f"POST {USERS}/.search", body)

    @pytest.mark.parametrize("at", ["/Users", ""], ids=["users", "root"])
    def test_finds_as_a_filter_does(self, directory, ann, at):
        body = {"filter": 'userName eq "ann@example.com"'}
        found = directory.sends(f"POST {BASE}{at}/.search", body)

        assert [each["id"] for each in found.body["Resources"]] == [ann]

    def test_lists_and_shows_what_is_asked_for(self, directory, ann):
        listed = self.asks(directory, startIndex=1, count=10, attributes=["userName"]).body

        assert listed["totalResults"] == 2
        assert set(listed["Resources"][0]) == {"schemas", "id", "userName"}

    def test_finds_by_a_name_in_any_case(self, directory, ann):
        found = self.asks(directory, Filter='userName eq "ann@example.com"').body

        assert [each["id"] for each in found["Resources"]] == [ann]

    @pytest.mark.parametrize("name", ["filter", "FILTER"])
    @pytest.mark.parametrize(
        "filter_",
        ["", "(" * 9999, 'password sw "a"', 7, {"a": 1}, 'userName eq "\ud800"'],
        ids=range(6),
    )
    def test_of_another_kind_is_refused(self, directory, ann, filter_, name):
        refused = self.asks(directory, **{name: filter_})

        assert (refused.status, refused.body["scimType"]) == (400, "invalidFilter")

    def test_by_two_filters_is_refused(self, directory, ann):
        by_name = 'userName eq "ann@example.com"'

        assert self.asks(directory, filter=by_name, Filter=by_name).status == 400


class TestAList:
    def test_comes_in_pages_of_which_each_has_everybody_once(self, directory):
        made = {directory.adds(f"p{n}@example.com") for n in range(7)}
        pages = []
        for start in ("1", "4", "7"):
            answer = directory.sends(f"GET {USERS}", query={"startIndex": start, "count": "3"})
            assert (answer.status, answer.body["totalResults"]) == (200, 7)
            assert answer.body["startIndex"] == int(start)
            pages.append([each["id"] for each in answer.body["Resources"]])

        assert [len(each) for each in pages] == [3, 3, 1]
        assert {id_ for page in pages for id_ in page} == made

    @pytest.mark.parametrize("start", ["9" * 12, "9" * 4000], ids=["12", "4000"])
    def test_has_nobody_at_a_place_that_no_list_has(self, directory, wire, start):
        directory.adds()
        wire.forget()

        answer = directory.sends(f"GET {USERS}", query={"startIndex": start})

        assert (answer.status, answer.body["totalResults"]) == (200, 1)
        # A key of DynamoDB has 1024 bytes at most.
        assert not [each for each in wire.sent if start in str(each.parameters)]

    def test_begins_anywhere(self, directory):
        for n in range(5):
            directory.adds(f"p{n}@example.com")
        whole = directory.sends(f"GET {USERS}").body["Resources"]

        from_third = directory.sends(f"GET {USERS}", query={"startIndex": "3", "count": "2"})

        assert [e["id"] for e in from_third.body["Resources"]] == [e["id"] for e in whole[2:4]]

    def test_costs_the_same_for_each_page(self, directory, wire):
        for n in range(9):
            directory.adds(f"p{n}@example.com")
        calls = []
        for start in ("1", "3", "5", "7"):
            wire.forget()
            directory.sends(f"GET {USERS}", query={"startIndex": start, "count": "2"})
            calls.append(len(wire.sent))

        assert len(set(calls[1:])) == 1

    def test_ends(self, directory):
        directory.adds()

        beyond = directory.sends(f"GET {USERS}", query={"startIndex": "500", "count": "10"})
        counted = directory.sends(f"GET {USERS}", query={"count": "0"})

        assert (beyond.status, beyond.body["totalResults"]) == (200, 1)
        assert not beyond.body.get("Resources")
        assert (counted.body["totalResults"], counted.body.get("Resources", [])) == (1, [])

    def test_shows_what_is_asked_for(self, directory):
        directory.adds()

        (one,) = directory.sends(f"GET {USERS}", query={"attributes": "userName"}).body["Resources"]

        assert set(one) == {"schemas", "id", "userName"}
