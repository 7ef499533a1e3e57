import re
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from portico.aws.tables import Rows, transact
from portico.clock import SYSTEM
from portico.directory.store import Directory, email_key, object_key
from portico.events import Event
from portico.people.flow import TeamPeople
from portico.people.identities import Identity, owning
from portico.people.rules import Workspace
from portico.sso.store import Connections
from tests.edge.test_printable import GOOD_NAMES
from tests.support.moves import moves

TENANT = "7b2f5a44-93b5-4b0f-9a1e-2f0a4c1d9e11"
ANN = "0d4b0c52-3c1e-4d8a-8a5e-6d1c3b2a1f00"
BOB = "1d4b0c52-3c1e-4d8a-8a5e-6d1c3b2a1f01"
HEADER = "source,external_id,tenant,object_id,user_name,emails,active"
ANN_IN = f"entra,a1,{TENANT},{ANN},ann@acme.test,ann@acme.test;Ann.Lee@Acme.test,true"
BOB_IN = f"entra,b1,{TENANT},{BOB},bob@acme.test,bob@acme.test,true"


@pytest.fixture
def directory(acme, tmp_path):
    """Acme with Ann and Bob, and a way to import lines."""
    acme.says("contact", "add", "acme", "--name", "Ann", "--email", "ann@acme.test")
    acme.says("contact", "add", "acme", "--name", "Bob", "--email", "bob@acme.test")
    return Office(acme, tmp_path / "directory.csv")


class Office:
    def __init__(self, terminal, file):
        self.terminal, self.file = terminal, file

    def imports(self, *lines, options=()):
        self.file.write_text("\n".join([HEADER, *lines]) + "\n")
        return self.terminal.told("directory", "import", str(self.file), "acme", *options)

    def refused(self, *lines, header=HEADER, options=()):
        self.file.write_text("\n".join([header, *lines]) + "\n")
        result = self.terminal.runs(
            "directory", "import", str(self.file), "acme", *options, "--stack", "portico"
        )
        assert result.exit_code == 1, result.output
        return " ".join(result.stderr.split())

    def checks(self):
        return self.terminal.told("directory", "check", "acme")

    def connects(self, tmp_path, *vouches):
        (tmp_path / "secret").write_text("secret")
        domains = [option for each in vouches for option in ("--vouches-for", each)]
        self.terminal.says(
            "connection", "add", "acme", "entra", "--kind", "microsoft", "--client-id", "a",
            "--tenant", TENANT, "--secret-file", str(tmp_path / "secret"), "--replace", *domains,
        )  # fmt: skip
        # Its test would ask Microsoft.
        connections = Connections("people", "acme")
        draft = connections.get("entra")
        assert draft
        event = Event("connection.switched-on", SYSTEM.now(), "connection-entra", 365, "test")
        workspace = TeamPeople("people").workspace("acme")
        connections.put(replace(draft, draft=False, on=True), workspace, event)

    def contact(self, email):
        return self.terminal.told("contact", "show", "acme", email)["contact"]

    def links(self, email, identity, record=None):
        contact = self.contact(email)
        part = owning(
            Rows("people", "acme#"), identity, workspace_id="acme", contact=contact["id"],
            sver=contact["sver"], at=SYSTEM.now(), record=record,
        )  # fmt: skip
        transact({"part": part})


class TestImporting:
    def test_counts_what_it_did(self, directory):
        first = directory.imports(ANN_IN, BOB_IN)
        again = directory.imports(ANN_IN, BOB_IN.replace("bob@acme.test,bob", "robert,bob"))

        assert (first["added"], first["changed"], first["unchanged"]) == (2, 0, 0)
        assert (again["added"], again["changed"], again["unchanged"]) == (0, 1, 1)

    def test_keeps_what_a_sign_in_looks_for(self, directory):
        directory.imports(ANN_IN)

        for key in (email_key("acme", "ann.lee@acme.test"), object_key("acme", TENANT, ANN)):
            row = directory.terminal.row(key[0])
            assert (row["external_id"], row["active"]) == ("a1", True)

    def test_of_the_same_again_writes_no_record(self, directory):
        directory.imports(ANN_IN)
        before = directory.terminal.row("acme#record#entra#a1")

        directory.imports(ANN_IN)

        assert directory.terminal.row("acme#record#entra#a1") == before

    def test_is_told_to_the_trail(self, directory):
        directory.imports(ANN_IN, BOB_IN)

        event = directory.terminal.row("acme#directory")["event"]
        assert (event["name"], event["by"]) == ("directory.imported", "cli:olga")
        assert event["detail"] == {"added": "2", "changed": "0", "deactivated": "0"}
        assert directory.terminal.row("acme#record#entra#a1")["event"]["name"] == "record.added"

    def test_reads_what_a_spreadsheet_saves(self, directory):
        line = "entra,a1,,,Ann,ann@acme.test,TRUE"
        directory.file.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\n{line}\r\n".encode())

        told = directory.terminal.told("directory", "import", str(directory.file), "acme")

        assert told["added"] == 1

    @pytest.mark.parametrize("name", GOOD_NAMES)
    def test_has_names_as_people_have_them(self, directory, name):
        told = directory.imports(f"entra,a1,,,{name},ann@acme.test,true")

        assert told["added"] == 1

    def test_says_that_the_rule_is_off(self, directory):
        assert "rule is off" in directory.imports(ANN_IN)["notes"][0]

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("entra,a1,,,Ann,ann@acme.test", "line 2: the line has more or fewer values"),
            ("Entra AD,a1,,,Ann,ann@acme.test,true", "line 2: source:"),
            ("entra,,,,Ann,ann@acme.test,true", "line 2: external_id:"),
            ("entra,a1,,,,ann@acme.test,true", "line 2: user_name:"),
            ("entra,a1,,,Ann,ann,true", "line 2: emails: ann: not an email"),
            ("entra,a1,,,Ann,ann@acme.test,maybe", "line 2: active: true or false"),
            (f"entra,a1,{TENANT},,Ann,ann@acme.test,true", "line 2: tenant and object_id: both"),
            (f"entra,a1,acme.test,{ANN},Ann,ann@acme.test,true", "line 2: tenant: a GUID"),
            ("entra,a1,,,Ann,,true", "line 2: without an address, or tenant"),
            (f"{ANN_IN}\n{ANN_IN}", "line 3: record entra#a1 is already on line 2"),
            (
                f"{ANN_IN}\nhr,9,,,Eve,ann@acme.test,true",
                "line 3: ann@acme.test is already on line 2",
            ),
        ],
    )
    def test_keeps_nothing_of_a_file_with_a_wrong_line(self, directory, line, why):
        assert why in directory.refused(line, BOB_IN)
        assert list(Directory("people", "acme").all()) == []

    def test_wants_its_columns(self, directory):
        said = directory.refused("a", header="source,mail")

        assert "Missing: external_id, user_name, emails, active. Unknown: mail." in said

    def test_of_an_empty_file_is_a_mistake(self, directory):
        assert "no records" in directory.refused(options=["--complete"])

    def test_of_a_file_that_is_not_there_says_so(self, acme):
        assert "No such file" in acme.refused("directory", "import", "/nowhere.csv", "acme")


class TestLeavingTheDirectory:
    def test_ends_the_sessions_of_whose_address_it_was(self, directory):
        directory.imports(ANN_IN, BOB_IN)
        ann, bob = directory.contact("ann@acme.test"), directory.contact("bob@acme.test")

        told = directory.imports(ANN_IN.replace("true", "false"), BOB_IN)

        assert (told["deactivated"], told["signed_out"]) == (1, [ann["id"]])
        assert directory.contact("ann@acme.test")["sver"] == ann["sver"] + 1
        assert directory.contact("bob@acme.test")["sver"] == bob["sver"]

    def test_acc_10_ends_the_sessions_of_whoever_has_left_that_address(self, directory):
        directory.imports(ANN_IN)
        ann = directory.contact("ann@acme.test")
        moves(ann["id"], "ann@home.test")

        told = directory.imports(ANN_IN.replace("true", "false"))

        assert told["signed_out"] == [ann["id"]]
        assert f"{ann['id']} was found by ann@acme.test" in " ".join(told["notes"])
        assert directory.contact("ann@home.test")["sver"] == ann["sver"] + 2

    def test_is_told_to_the_trail_of_the_contact(self, directory):
        directory.imports(ANN_IN)
        ann = directory.contact("ann@acme.test")

        directory.imports(ANN_IN.replace("true", "false"))

        event = directory.terminal.row(f"acme#contact#{ann['id']}")["event"]
        assert (event["name"], event["by"]) == ("contact.left-directory", "cli:olga")
        assert event["subject"] == ann["id"]

    def test_ends_the_sessions_of_whose_account_it_was(self, directory):
        directory.terminal.says(
            "contact", "add", "acme", "--name", "Ann", "--email", "ann@home.test"
        )
        issuer = f"https://login.microsoftonline.com/{TENANT}/v2.0"
        directory.links("ann@home.test", Identity("entra", issuer, f"{TENANT}.{ANN}"))
        elsewhere = ANN_IN.replace("ann@acme.test;Ann.Lee@Acme.test", "")
        directory.imports(elsewhere)

        told = directory.imports(elsewhere.replace("true", "false"))

        assert told["signed_out"] == [directory.contact("ann@home.test")["id"]]

    def test_ends_the_sessions_of_whoever_came_in_by_the_record(self, directory):
        directory.terminal.says("contact", "add", "acme", "--name", "Cy", "--email", "cy@home.test")
        google = Identity("google", "https://accounts.google.com", "1234")
        directory.links("cy@home.test", google, record="entra#c1")
        directory.imports("entra,c1,,,Cy,cy@acme.test,true")

        told = directory.imports("entra,c1,,,Cy,cy@acme.test,false")

        assert told["signed_out"] == [directory.contact("cy@home.test")["id"]]

    def test_twice_signs_nobody_out_twice(self, directory):
        directory.imports(ANN_IN)
        gone = ANN_IN.replace("true", "false")
        directory.imports(gone)
        sver = directory.contact("ann@acme.test")["sver"]

        assert directory.imports(gone)["signed_out"] == []
        assert directory.contact("ann@acme.test")["sver"] == sver

    def test_is_what_a_complete_file_says_by_silence(self, directory):
        directory.imports(ANN_IN, BOB_IN, "hr,9,,,Eve,eve@acme.test,true")

        told = directory.imports(BOB_IN, options=["--complete"])

        assert told["deactivated"] == 1
        active = {each.name: each.active for each in Directory("people", "acme").all()}
        assert active == {"entra#a1": False, "entra#b1": True, "hr#9": True}

    def test_is_not_what_other_files_say(self, directory):
        directory.imports(ANN_IN, BOB_IN)

        assert directory.imports(BOB_IN)["deactivated"] == 0


class TestAnAddress:
    def test_that_a_record_loses_finds_it_no_more(self, directory):
        directory.imports(ANN_IN)

        directory.imports(ANN_IN.replace(";Ann.Lee@Acme.test", ""))

        assert not directory.terminal.row(email_key("acme", "ann.lee@acme.test")[0])["active"]

    @pytest.mark.parametrize("order", [1, -1])
    def test_moves_to_another_record_in_one_import(self, directory, order):
        directory.imports(ANN_IN, BOB_IN)
        lines = [
            ANN_IN.replace(";Ann.Lee@Acme.test", ""),
            BOB_IN.replace(",bob@acme.test,true", ",bob@acme.test;ann.lee@acme.test,true"),
        ]

        told = directory.imports(*lines[::order])

        row = directory.terminal.row(email_key("acme", "ann.lee@acme.test")[0])
        assert (row["external_id"], row["active"], told["not_kept"]) == ("b1", True, [])

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_moves_down_a_chain_that_begins_with_who_leaves(self, directory, order):
        people = "hr,{0},,,{1},{2}@acme.test,{3}"
        before = [("1", "Cy", "one"), ("2", "Di", "two"), ("3", "Ed", "three")]
        directory.imports(*(people.format(*each, "true") for each in before))
        after = [
            ("1", "Cy", "one", "false"), ("2", "Di", "one", "true"), ("3", "Ed", "two", "true"),
        ]  # fmt: skip

        told = directory.imports(*(people.format(*after[n]) for n in order))

        owners = [
            directory.terminal.row(email_key("acme", f"{each}@acme.test")[0])["external_id"]
            for each in ("one", "two")
        ]
        assert (owners, told["not_kept"]) == (["2", "3"], [])

    def test_of_an_active_record_is_not_given_to_another(self, directory):
        directory.imports(ANN_IN)

        said = directory.refused("hr,9,,,Eve,ann@acme.test,true")

        assert "Some were not kept" in said
        assert directory.terminal.row(email_key("acme", "ann@acme.test")[0])["source"] == "entra"
        assert [each.name for each in Directory("people", "acme").all()] == ["entra#a1"]

    def test_of_who_has_left_is_free(self, directory):
        directory.imports(ANN_IN)
        directory.imports(ANN_IN.replace("true", "false"))

        directory.imports("hr,9,,,Eve,ann@acme.test,true")
        # The one who has left changes once more, and takes nothing back.
        renamed = ANN_IN.replace("true", "false").replace("ann@acme.test,ann", "annie,ann")
        told = directory.imports(renamed)

        assert told["not_kept"] == []
        assert directory.terminal.row(email_key("acme", "ann@acme.test")[0])["source"] == "hr"


class TestTheDryRun:
    def test_says_whom_each_rule_would_shut_out(self, directory, tmp_path):
        directory.connects(tmp_path, "acme.test")
        directory.imports(ANN_IN)

        told = directory.checks()

        assert (told["active_contacts"], told["with_a_match"]) == (2, 1)
        assert (told["shut_out_by_sso_only"], told["shut_out_by_match_required"]) == (1, 0)
        assert told["by_code_only_under_match_required"] == 1
        assert [(each["email"], each["why"]) for each in told["unmatched"]] == [
            ("bob@acme.test", "no record")
        ]

    def test_names_the_reason(self, directory, tmp_path):
        directory.imports(ANN_IN, BOB_IN.replace("true", "false"))
        reasons = [_reasons(directory)]
        directory.connects(tmp_path)
        reasons.append(_reasons(directory))
        directory.connects(tmp_path, "acme.test")
        reasons.append(_reasons(directory))

        assert reasons == [
            {"ann@acme.test": "no connection is on", "bob@acme.test": "no connection is on"},
            {
                "ann@acme.test": "no connection vouches for acme.test",
                "bob@acme.test": "the record is inactive",
            },
            {"bob@acme.test": "the record is inactive"},
        ]

    def test_counts_an_account_that_is_linked(self, directory, tmp_path):
        directory.connects(tmp_path)
        issuer = f"https://login.microsoftonline.com/{TENANT}/v2.0"
        directory.links("ann@acme.test", Identity("entra", issuer, f"{TENANT}.{ANN}"))
        directory.imports(ANN_IN, BOB_IN)

        assert "ann@acme.test" not in _reasons(directory)

    def test_counts_no_account_of_a_connection_that_is_off(self, directory, tmp_path):
        directory.connects(tmp_path)
        issuer = f"https://login.microsoftonline.com/{TENANT}/v2.0"
        directory.links("ann@acme.test", Identity("entra", issuer, f"{TENANT}.{ANN}"))
        directory.imports(ANN_IN)
        directory.terminal.says("connection", "off", "acme", "entra")

        assert _reasons(directory)["ann@acme.test"] == "no connection is on"

    def test_leaves_out_contacts_who_may_not_come_in_anyway(self, directory):
        directory.terminal.says("contact", "deactivate", "acme", "bob@acme.test")

        assert directory.checks()["active_contacts"] == 1

    def test_says_how_old_the_last_import_is(self, directory, clock):
        assert directory.checks()["notes"][0] == "No directory was ever imported."
        directory.imports(ANN_IN)
        clock.shift(timedelta(days=9))

        told = directory.checks()

        assert told["notes"][0] == "The last import is 9 days old."
        assert told["last_import"].startswith("2026-11-21T12:00")

    def test_changes_nothing(self, directory, tmp_path):
        directory.connects(tmp_path)
        directory.imports(ANN_IN)
        before = directory.terminal.people()

        directory.checks()
        said = directory.terminal.says("directory", "check", "acme").stdout

        assert directory.terminal.people() == before
        assert "bob@acme.test" in said


class TestTheDirectoryRule:
    @pytest.mark.parametrize("rule", ["match_required", "sso_only", "off"])
    def test_is_a_setting(self, acme, rule):
        told = acme.told("workspace", "set", "acme", "--directory-rule", rule)

        assert told["workspace"]["directory_rule"] == rule

    def test_is_one_of_three(self, acme):
        said = acme.refused("workspace", "set", "acme", "--directory-rule", "on")

        assert said.startswith("--directory-rule: Who must sign in by SSO")

    def test_points_to_its_dry_run(self, acme, tmp_path):
        told = acme.told("workspace", "set", "acme", "--directory-rule", "match_required")

        assert any("portico directory check acme" in note for note in told["notes"])

    def test_that_nobody_can_meet_is_warned_of(self, acme):
        told = acme.told("workspace", "set", "acme", "--directory-rule", "sso_only")

        assert any("nobody can" in note for note in told["notes"])


class TestBreakingTheGlass:
    def test_makes_one_way_in_for_one_contact(self, directory):
        told = directory.terminal.told("directory", "break-glass", "acme", "ann@acme.test")

        assert re.match(r"https://signin\.acme\.test/acme#l=lnk_.{43}\Z", told["url"])
        row = directory.terminal.row(f"acme#link#{told['link']['id']}")
        assert row["break_glass"] is True
        assert row["contact"] == directory.contact("ann@acme.test")["id"]
        assert row["expires_at"] - row["created_at"] == 24 * 3600
        assert told["token"] not in str(directory.terminal.people())

    def test_is_told_to_the_trail(self, directory):
        told = directory.terminal.told("directory", "break-glass", "acme", "ann@acme.test")

        event = directory.terminal.row(f"acme#link#{told['link']['id']}")["event"]
        assert (event["name"], event["by"]) == ("link.created", "cli:olga")
        assert event["detail"]["kind"] == "break-glass"

    def test_lasts_as_long_as_asked_and_a_week_at_most(self, directory):
        command = ("directory", "break-glass", "acme", "ann@acme.test", "--hours")

        told = directory.terminal.told(*command, "2")

        row = directory.terminal.row(f"acme#link#{told['link']['id']}")
        assert row["expires_at"] - row["created_at"] == 2 * 3600
        assert directory.terminal.runs(*command, "169", "--stack", "portico").exit_code == 2

    def test_works_where_codes_are_off(self):
        shut = Workspace(
            "acme", "A", "https://a.test", code_method=False, directory_rule="sso_only"
        )

        assert not shut.takes_codes()
        assert shut.takes_codes(break_glass=True)

    def test_for_nobody_says_so(self, directory):
        said = directory.terminal.refused("directory", "break-glass", "acme", "eve@acme.test")

        assert said == "There is no contact eve@acme.test in acme."

    def test_for_who_may_not_come_in_warns(self, directory):
        directory.terminal.says("contact", "deactivate", "acme", "ann@acme.test")

        told = directory.terminal.told("directory", "break-glass", "acme", "ann@acme.test")

        assert "The contact is deactivated: no code will be mailed." in told["notes"]


def _reasons(directory):
    return {each["email"]: each["why"] for each in directory.checks()["unmatched"]}
