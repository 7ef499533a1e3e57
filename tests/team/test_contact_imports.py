"""Imports of contacts by API (portico/edge/import_routes.py, portico/imports/)."""

import math
from typing import Any

import pytest

from portico.edge.cursors import cursor_at
from portico.imports import csv_pieces, part_reader, rules
from portico.people import contact_import
from portico.people.memberships import Role
from portico.people.pointers import pointer_key
from portico.team.team_budget import MOST_USES, TeamUse
from portico.team.workspace_key import Scope
from tests.support.moves import moves
from tests.team.test_manage_contacts import Desk, house, lines
from tests.team.test_manage_workspace import CONTACTS

__all__ = ["house"]

IMPORTS = f"{CONTACTS}/imports"
ONE = f"{IMPORTS}/{{import_id}}"
BEGIN, SHOW, TAKE = f"POST {IMPORTS}", f"GET {ONE}", f"PUT {ONE}/parts/{{at}}"
FINISH, CANCEL, REPORT = f"POST {ONE}/finish", f"POST {ONE}/cancel", f"GET {ONE}/report"
BYTES = {"content-type": "application/octet-stream"}
HEADER = "email,name,language,active"


@pytest.fixture(autouse=True)
def one_writer(monkeypatch):
    # The emulated table loses what two threads write to it at once.
    monkeypatch.setattr(contact_import, "MOST_WRITERS", 1)


class Import:
    """One import, as a script sends it."""

    def __init__(self, who: Any, data: bytes | str, *, press: str = "1", **asked: Any) -> None:
        self.who = who
        self.data = data if isinstance(data, bytes) else data.encode()
        body = {"size": len(self.data), **asked}
        self.begun = who.sends(BEGIN, body, headers={"idempotency-key": press})
        self.refused: list[Any] = []
        self.answers: list[Any] = []
        self.job = self.begun.body.get("import", {})

    def sends(self, route: str, body: Any = None, **more: Any) -> Any:
        path = {"import_id": self.job["id"], **more.pop("path", {})}
        answer = self.who.sends(route, body, path=path, **more)
        self.job = answer.body.get("import", self.job)
        self.answers.append(answer)
        return answer

    def part(self, at: int | None = None, data: bytes | None = None) -> Any:
        at = self.job["next"] if at is None else at
        piece = (self.data if data is None else data)[at : at + csv_pieces.PIECE]
        return self.sends(TAKE, piece, path={"at": str(at)}, headers=BYTES)

    def runs(self) -> Any:
        """Send all of it, and finish."""
        while self.job["state"] == "open":
            answer = self.part()
            assert answer.status == 200, answer.body
            self.refused += answer.body["refused_rows"]
        while self.job["state"] == "read":
            assert self.sends(FINISH).status == 200
        return self.job

    def counts(self) -> dict[str, int]:
        names = ("rows", "added", "changed", "unchanged", "refused", "deactivated", "moved")
        return {name: self.job[name] for name in names if self.job[name]}


def table(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


def many(n: int, first: int = 0) -> list[str]:
    return [f"c{each}@example.com,Contact {each},," for each in range(first, first + n)]


@pytest.fixture
def admin(house):
    return house["admin"]


class TestAnImport:
    def test_adds_and_changes_contacts_and_says_how_many(self, admin, portal):
        rows = ["c1@example.com,Contact One,de,", "zoe@example.com,Zoe Twice,,no", "nobody,N,,"]
        done = Import(admin, table(*rows))

        assert done.begun.status == 201
        assert (done.job["state"], done.job["next"]) == ("open", 0)
        assert done.job["part_size"] == csv_pieces.PIECE
        assert done.runs()["state"] == "finished"
        assert done.counts() == {
            "rows": 3, "added": 1, "changed": 1, "refused": 1, "deactivated": 1,
        }  # fmt: skip
        new = portal.team.contact("acme", "c1@example.com")
        assert (new.name, new.language) == ("Contact One", "de")
        zoe = portal.team.contact("acme", "zoe@example.com")
        assert (zoe.name, zoe.active) == ("Zoe Twice", False)

    def test_says_which_row_was_refused_and_why_without_what_it_has(self, admin):
        done = Import(admin, table("jörg@example.com,Jörg,,", "c2@example.com,Two,xx,"))

        done.runs()

        first, second = done.refused
        assert (first["line"], first["column"]) == (2, "email")
        assert (second["line"], second["column"]) == (3, "language")
        assert done.sends(REPORT).body == {"refused_rows": [first, second], "next": None}
        assert "example" not in str(done.refused)

    def test_api_05_has_a_report_with_pages_of_its_own(self, admin, monkeypatch):
        monkeypatch.setattr(part_reader, "MOST_ROWS_OF_A_PART", 2)
        done = Import(admin, table("x,X,,", "y,Y,,", "z,Z,,"))
        done.runs()
        name = f"acme|import|{done.job['id']}"

        first = done.sends(REPORT, query={"limit": "1"}).body
        second = done.sends(REPORT, query={"limit": "9", "cursor": first["next"]}).body

        assert [each["line"] for each in first["refused_rows"]] == [2, 3]
        assert [each["line"] for each in second["refused_rows"]] == [4]
        assert second["next"] is None
        for cursor in (
            cursor_at(["names#"], of=name),
            cursor_at(["part#"], of="acme|import|imp_x"),
        ):
            answer = done.sends(REPORT, query={"cursor": cursor})
            assert answer.problem == (400, "invalid-request")

    def test_again_changes_nothing(self, admin, portal):
        Import(admin, table(*many(3))).runs()
        heads = [row for row in portal.rows("people") if row["sk"] == "head"]

        again = Import(admin, table(*many(3)), press="2")

        again.runs()
        assert again.counts() == {"rows": 3, "unchanged": 3}
        assert [row for row in portal.rows("people") if row["sk"] == "head"] == heads

    def test_dry_shows_its_columns_and_writes_no_contact(self, admin, portal):
        before = portal.rows("people")

        dry = Import(admin, table(*many(2), header="E-Mail,Full Name,lang,enabled"), dry_run=True)
        dry.runs()

        assert dry.job["columns"] == {
            "email": "E-Mail", "name": "Full Name", "language": "lang", "active": "enabled",
        }  # fmt: skip
        assert dry.counts() == {"rows": 2, "added": 2}
        assert portal.rows("people") == before

    def test_reads_columns_as_they_are_said(self, admin, portal):
        done = Import(
            admin,
            "Kunde,Adresse,name\nAnn Other,other@example.com,x\n",
            columns={"name": "Kunde", "email": "Adresse"},
            ignore_unknown=True,
        )

        done.runs()

        assert done.job["left_out"] == ["name"]
        assert portal.team.contact("acme", "other@example.com").name == "Ann Other"

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ("email,name,phone\n", "Unknown columns: phone"),
            ("email\n", "Missing: name"),
            ("email,name,E-Mail\n", "Two columns are the email"),
            (b"PK\x03\x04" + bytes(60), "this is a spreadsheet"),
        ],
    )
    def test_of_a_file_that_cannot_be_read_says_why(self, admin, data, said):
        answer = Import(admin, data).part()

        assert answer.problem == (400, "invalid-request")
        assert answer.body["errors"][0]["field"] == "file"
        assert said in answer.body["errors"][0]["reason"]

    @pytest.mark.parametrize(
        "data",
        [
            "email\tname\nodd@example.com\tOdd\n",
            "sep=;\r\nemail;name\r\nodd@example.com;Odd\r\n",
            "email,name\nodd@example.com,Odd\n".encode("utf-16"),
            "email,name\nodd@example.com,Odd\n".encode("utf-16-be"),
            "\ufeffemail,name,,\nodd@example.com,Odd,,\n",
            "email,name,language\nodd@example.com,Odd,en-US\n",
            "id,email,name,active\n4711,odd@example.com,Odd\n",
            "email,name\rodd@example.com,Odd",
        ],
        ids=["tab", "sep", "utf-16", "utf-16-be", "empty", "country", "foreign-id", "cr"],
    )
    def test_reads_odd_files(self, admin, portal, data):
        done = Import(admin, data)

        done.runs()

        assert done.counts() == {"rows": 1, "added": 1}
        assert portal.team.contact("acme", "odd@example.com").name == "Odd"

    def test_ends_at_a_quote_that_is_never_closed(self, admin):
        done = Import(admin, table("c1@example.com,One,,", 'c2@example.com,"Two,,', *many(4, 9)))

        done.runs()

        assert done.counts() == {"rows": 2, "added": 1, "refused": 1}
        (remark,) = done.refused
        assert remark["line"] == 3
        assert "never closed" in remark["reason"]

    def test_takes_only_what_is_asked_for(self, admin):
        for asked in ({}, {"size": 0}, {"size": 2**40}, {"size": True}, {"size": "1"}):
            answer = admin.sends(BEGIN, asked, headers={"idempotency-key": "x"})
            assert answer.problem == (400, "invalid-request"), asked
        for columns in ({"phone": "x"}, {"name": 1}, {"name": "\ud800"}, ["name"]):
            body = {"size": 9, "columns": columns}
            answer = admin.sends(BEGIN, body, headers={"idempotency-key": "x"})
            assert answer.problem == (400, "invalid-request"), columns

    def test_is_begun_once_for_each_press(self, admin):
        one, same = Import(admin, table(*many(1))), Import(admin, table(*many(1)))

        other = Import(admin, table(*many(2)))

        assert one.job["id"] == same.job["id"]
        assert other.begun.problem == (422, "other-body")

    def test_is_told_to_the_trail_as_one_line_and_one_for_each_contact(self, admin, house):
        Import(admin, table(*many(2))).runs()

        (line,) = lines(house, "contact.imported")
        by = f"member:{house.portal.team.contact('acme', 'admin@example.com').id}"
        assert (line["pk"], line["by"]) == ("acme#trail#acme", by)
        assert line["detail"] == {
            "rows": "2", "added": "2", "state": "finished", "dry_run": "false",
        }  # fmt: skip
        added = [each for each in lines(house, "contact.added") if each["by"] == by]
        assert len(added) == 2

    def test_is_gone_after_a_day(self, admin, portal):
        done = Import(admin, table(*many(1)))
        done.runs()

        portal.forward(hours=23)
        admin.signs_in()
        assert done.sends(SHOW).status == 200
        portal.forward(hours=1)
        admin.signs_in()

        assert done.sends(SHOW).problem == (404, "not-found")
        assert done.sends(REPORT).problem == (404, "not-found")

    def test_of_a_neighbour_is_as_one_that_is_not_there(self, admin, house):
        theirs = Import(admin, table(*many(1)))
        theirs.job["id"] = "imp_" + "0" * 22

        for answer in (theirs.sends(SHOW), theirs.part(0), theirs.sends(FINISH)):
            assert answer.problem == (404, "not-found")


class TestAPart:
    def test_ends_where_it_ends_and_the_next_goes_on(self, admin, portal, monkeypatch):
        monkeypatch.setattr(csv_pieces, "PIECE", 100)
        for module in ("portico.imports.flow", "portico.edge.import_routes"):
            monkeypatch.setattr(f"{module}.PIECE", 100)
        done = Import(admin, table(*many(9), "c3@example.com,Again,,", 'x@example.com,"X\nY",,'))

        done.runs()

        parts = [each for each in done.answers if "refused_rows" in each.body]
        assert len(parts) >= 4
        assert done.counts() == {"rows": 11, "added": 9, "refused": 2}
        # The line is counted over all parts, and an address is known in all of them.
        assert [(each["line"], each["column"]) for each in done.refused] == [
            (11, "email"), (12, "name"),
        ]  # fmt: skip
        assert done.refused[0]["reason"] == "it is already on line 5"

    def test_has_so_many_rows_at_most(self, admin, monkeypatch):
        monkeypatch.setattr(part_reader, "MOST_ROWS_OF_A_PART", 4)
        done = Import(admin, table(*many(10)))

        done.part()

        assert done.job["rows"] == 4
        done.runs()
        assert done.counts() == {"rows": 10, "added": 10}

    def test_stops_when_its_time_is_over(self, admin, monkeypatch):
        monkeypatch.setattr(part_reader, "AT_ONCE", 2)
        monkeypatch.setattr(part_reader, "ENOUGH", math.inf)
        done = Import(admin, table(*many(5)))

        assert done.part().body["import"]["rows"] == 2
        done.runs()

        assert done.counts() == {"rows": 5, "added": 5}

    def test_out_10_again_gets_the_same_answer(self, admin, portal, monkeypatch):
        monkeypatch.setattr(part_reader, "MOST_ROWS_OF_A_PART", 3)
        done = Import(admin, table(*many(2), "nobody,N,,", *many(3, 5)))
        first = done.part()
        rows = portal.rows("people")

        again = done.part(0)

        assert again.body == first.body
        assert portal.rows("people") == rows
        done.runs()
        late = done.part(0)
        assert late.status == 200
        assert late.body["refused_rows"] == first.body["refused_rows"]

    def test_of_another_body_or_place_is_refused_with_where_to_go_on(self, admin, monkeypatch):
        monkeypatch.setattr(part_reader, "MOST_ROWS_OF_A_PART", 3)
        done = Import(admin, table(*many(6)))
        done.part()
        goes_on = done.job["next"]

        for at, data in ((0, done.data.replace(b"c1", b"x1")), (goes_on + 1, None), (9**9, None)):
            answer = done.sends(
                TAKE,
                (data or done.data)[at : at + 99] or b"x",
                path={"at": str(at)},
                headers=BYTES,
            )
            assert answer.problem == (409, "not-next")
            assert answer.body["now"]["next"] == goes_on

    def test_is_as_long_as_it_is_said(self, admin):
        done = Import(admin, table(*many(6)))

        answer = done.sends(TAKE, done.data[:-1], path={"at": "0"}, headers=BYTES)

        assert answer.problem == (400, "invalid-request")
        for at in ("-1", "01", "x", "1e3"):
            answer = done.sends(TAKE, done.data, path={"at": at}, headers=BYTES)
            assert answer.problem == (404, "not-found")

    def test_of_two_that_come_at_once_counts_once(self, admin, portal, wire):
        Import(admin, table(*many(2))).runs()
        done, told = Import(admin, table(*many(2)), press="2"), []

        # Nothing is left to write but that the part was taken.
        wire.before("dynamodb.TransactWriteItems", lambda: told.append(done.part()))
        answer = done.part(0)

        assert answer.status == told[0].status == 200
        assert answer.body == told[0].body
        assert answer.body["import"]["rows"] == 2


class TestABudget:
    def test_api_08_bounds_the_parts_of_a_whole_workspace(self, admin, house):
        done = Import(admin, table(*many(1)))
        most = MOST_USES[TeamUse.IMPORT]

        answers = [done.part(0) for _ in range(most)]

        assert [each.status for each in answers[:-1]] == [200] * (most - 1)
        assert answers[-1].problem == (429, "too-many-requests")
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert done.sends(SHOW).status == 200
        owner = Import(house["owner"], table(*many(1)))
        assert owner.begun.problem == (429, "too-many-requests")


class TestWhoImports:
    @pytest.mark.parametrize("role", ["admin", "owner"])
    def test_api_06_acts_on_nobody_as_high_as_themselves(self, house, role):
        house.joins("second", Role(role))
        rows = [
            "owner@example.com,O,,no",
            "second@example.com,S,,no",
            "agent@example.com,Agent Once,,",
        ]

        for press, dry in (("1", True), ("2", False)):
            done = Import(house[role], table(*rows), press=press, dry_run=dry)
            done.runs()
            refused = [each["line"] for each in done.refused]
            # An owner may act on themselves, but not switch themselves off.
            assert refused == [2, 3]
            assert done.counts() == {"rows": 3, "changed": 1, "refused": 2}

    def test_is_no_agent(self, house):
        answer = house["agent"].sends(BEGIN, {"size": 1}, headers={"idempotency-key": "1"})

        assert answer.problem == (403, "role-too-small")

    def test_with_a_key_switches_nobody_on_again_and_acts_on_no_member(self, house, portal):
        desk = Desk(house, Scope.WRITE_CONTACTS)
        portal.team.set_active("acme", "zoe@example.com", False, by="cli:olga")
        rows = ["zoe@example.com,Zoe Once,,yes", "agent@example.com,A,,", "c1@example.com,One,,"]

        done = Import(desk, table(*rows))
        done.runs()

        assert done.counts() == {"rows": 3, "added": 1, "refused": 2}
        assert [each["line"] for each in done.refused] == [2, 3]
        assert not portal.team.contact("acme", "zoe@example.com").active


class TestAnAddressThatWasLeft:
    """ACC-10, OUT-10: an import by API treats it as the command's does."""

    def moved(self, portal):
        moves(portal.ann.id, "ann@example.net")

    def test_switches_its_contact_off_if_no_row_has_their_own(self, admin, portal):
        self.moved(portal)
        done = Import(admin, table("ann@example.com,Ann,,no"))

        done.part()
        assert (done.job["state"], done.job["waiting"]) == ("read", 1)
        done.runs()

        assert done.counts() == {"rows": 1, "changed": 1, "deactivated": 1, "moved": 1}
        assert not portal.team.contact("acme", "ann@example.net").active

    def test_does_not_if_a_row_of_another_part_has_it(self, admin, portal, monkeypatch):
        monkeypatch.setattr(part_reader, "MOST_ROWS_OF_A_PART", 1)
        self.moved(portal)
        done = Import(admin, table("ann@example.com,Ann,,no", "ann@example.net,Ann Archer,xx,"))

        done.runs()

        assert done.counts() == {"rows": 2, "unchanged": 1, "refused": 1, "moved": 1}
        assert portal.team.contact("acme", "ann@example.net").active

    def test_leaves_none_behind_for_two_who_cancel_it_at_once(self, admin, portal, wire):
        self.moved(portal)
        done = Import(admin, table("ann@example.com,Ann,,no"))
        done.part()

        def deletes():
            for row in portal.rows("sign-in"):
                if row["sk"].startswith("wait#"):
                    portal.removes("sign-in", row)

        # First the import ends, then the rows that waited go: the other one was quicker.
        wire.before("dynamodb.TransactWriteItems", lambda: None)
        wire.before("dynamodb.TransactWriteItems", deletes)
        assert done.sends(CANCEL).body["import"]["state"] == "cancelled"
        assert not [row for row in portal.rows("sign-in") if row["sk"].startswith("wait#")]

    def test_leaves_no_address_behind_when_it_ends(self, admin, portal):
        self.moved(portal)
        for press, end in (("1", CANCEL), ("2", FINISH)):
            done = Import(admin, table("ann@example.com,Ann,,no", *many(2)), press=press)
            done.part()
            kept = [r for r in portal.rows("sign-in") if r["pk"] == f"acme#import#{done.job['id']}"]
            assert "ann@example.com" in str(kept)

            done.sends(end)

            kept = [r for r in portal.rows("sign-in") if r["pk"] == f"acme#import#{done.job['id']}"]
            assert "example.com" not in str(kept)
            assert next(r for r in kept if r["sk"] == "import")["salt"] == bytes(rules.SALT_BYTES)

    def test_stays_reserved(self, admin, portal):
        self.moved(portal)
        row = "ct_0123456789012345678901,ann@example.com,Other"

        done = Import(admin, table(row, header="id,email,name"))
        done.runs()

        (remark,) = done.refused
        assert remark["column"] == "email"
        assert "reserved" in remark["reason"]
        pk, _ = pointer_key("acme", "ann@example.com")
        assert "contact" not in next(r for r in portal.rows("people") if r["pk"] == pk)


class TestAnEnd:
    def test_comes_after_the_whole_file(self, admin):
        done = Import(admin, table(*many(1)))

        answer = done.sends(FINISH)

        assert answer.problem == (409, "not-next")
        assert answer.body["now"]["next"] == 0

    def test_is_the_same_twice(self, admin):
        done = Import(admin, table(*many(1)))
        done.runs()

        assert [done.sends(each).status for each in (FINISH, CANCEL, FINISH)] == [200] * 3
        assert done.job["state"] == "finished"

    def test_by_cancelling_takes_no_more_and_leaves_what_is_in(self, admin, portal, monkeypatch):
        monkeypatch.setattr(part_reader, "MOST_ROWS_OF_A_PART", 1)
        done = Import(admin, table(*many(2)))
        done.part()

        assert done.sends(CANCEL).body["import"]["state"] == "cancelled"

        assert done.part().problem == (409, "not-next")
        assert portal.team.contact("acme", "c0@example.com").active
