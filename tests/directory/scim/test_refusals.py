"""A log for humans: what a directory sent, what we did, and why not
(portico/directory/scim/refusals.py, cli/trail.py)."""

import pytest

from portico.directory.scim.refusals import record_subject
from tests.directory.scim.conftest import GROUP_ROUTE, ONE, USERS, person


def told(portal, subject):
    lines = [each for each in portal.records_trail() if each["pk"] == f"acme#trail#{subject}"]
    return [(each["name"], each.get("detail", {})) for each in lines]


class TestARecord:
    def test_says_what_was_sent_and_by_which_key(self, portal, directory):
        id_ = directory.adds("ann@example.com")
        directory.changes(id_, {"op": "replace", "path": "displayName", "value": "Anna"})

        ((name, detail),) = told(portal, record_subject("SCIM", id_))

        # The row keeps the newest line; the stream has brought the one before to the trail.
        assert (name, detail["fields"]) == ("record.changed", "displayName")


class TestARefusal:
    def test_of_somebody_new_stands_under_the_address(self, portal, directory):
        directory.adds("ann@example.com")

        assert (
            directory.sends(
                f"POST {USERS}", person("Ann@example.com", email="b@example.com")
            ).status
            == 409
        )

        reason = "userName: another user or record of the directory has it"
        (line,) = [e for e in portal.records_trail() if e["name"] == "record.refused"]
        assert line["pk"].startswith("acme#trail#address-")
        assert line["detail"] == {"reason": reason}

    def test_of_somebody_known_stands_under_the_record(self, portal, directory):
        directory.adds("ann@example.com")
        id_ = directory.adds("bob@example.com")
        taken = {"op": "replace", "path": "userName", "value": "ann@example.com"}

        assert directory.changes(id_, taken).status == 409

        assert "record.refused" in str(told(portal, record_subject("SCIM", id_)))

    def test_of_a_filter_is_nobodys(self, portal, directory):
        directory.sends(f"GET {USERS}", query={"filter": 'password sw "a"'})

        assert not [each for each in portal.records_trail() if each["name"] == "record.refused"]

    def test_quotes_nothing_that_was_sent(self, portal, directory):
        body = person("ann@example.com", displayName="a-secret\x1b[2J")

        assert directory.sends(f"POST {USERS}", body).status == 400

        assert "a-secret" not in str(portal.rows("sign-in"))

    @pytest.mark.parametrize(
        "path",
        [
            'emails[primary eq "a-secret@example.com"].value',
            'emails[type eq "work" and value eq "a-secret@example.com"].value',
            """emails[type eq "it's" and value eq "a-secret@example.com"].value""",
        ],
        ids=range(3),
    )
    def test_quotes_no_path_that_was_sent(self, portal, directory, path):
        id_ = directory.adds()
        change = {"op": "replace", "path": path, "value": "b@example.com"}

        assert directory.changes(id_, change).status == 400

        (line,) = [e for e in portal.records_trail() if e["name"] == "record.refused"]
        assert "a-secret" not in str(line)

    def test_is_told_to_the_directory_though_it_cannot_be_recorded(self, directory, wire):
        directory.adds("ann@example.com")
        wire.cut("dynamodb.PutItem")

        assert directory.sends(f"POST {USERS}", person("ann@example.com")).status == 409


class TestDir02AnIdThatIsNone:
    """An empty one, or one of several parts, would be the address of something else: of a list, whose
    filter nobody has looked at.
    """

    @pytest.mark.parametrize("id_", ["", "/", "//", "/.search", "../Users", "x/y"], ids=range(6))
    @pytest.mark.parametrize("route", [ONE, GROUP_ROUTE], ids=["user", "group"])
    @pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
    def test_finds_nothing(self, directory, wire, route, method, id_):
        directory.adds("ann@example.com")
        wire.forget()
        body = {"Operations": [{"op": "add", "path": "displayName", "value": "x"}]}
        body = person() if method == "PUT" else body
        more = {"query": {"filter": "(" * 500}} if method == "GET" else {"body": body}
        more = {} if method == "DELETE" else more

        path = {"user": id_, "group": id_}
        answer = directory.sends(f"{method} {route}", path=path, **more)

        assert answer.status == 404
        assert "dynamodb.Query" not in wire.operations
        assert "Resources" not in (answer.body or {})
