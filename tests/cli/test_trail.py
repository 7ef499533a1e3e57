"""What the terminal makes of real trails."""

import csv
import io
import json
from itertools import batched
from typing import Any

import boto3
import pytest

from portico.aws import clients
from portico.aws.queries import PAGE
from portico.aws.values import item_of
from portico.links.rules import public_id
from portico.people.addresses import subject_of
from tests.directory.scim.conftest import USERS, Client, made_by_hand, person


def shown(terminal, *options):
    return terminal.told("trail", "show", "acme", *options)


def names(told):
    return [each["event"] for each in told["trail"]]


@pytest.fixture
def ann(portal):
    """Ann, who has typed a wrong code and then the right one, a minute for each step."""
    portal.records_trail()
    for step in (
        portal.browser.asks_for_a_code,
        portal.delivers_mail,
        lambda: portal.browser.types("0000000"),
        portal.browser.types_the_mailed_code,
    ):
        portal.forward(minutes=1)
        step()
        portal.records_trail()
    return portal


@pytest.fixture
def asked(terminal):
    """The partitions that are asked for, a page each time."""
    partitions: list[str] = []

    def note(request, **_):
        values = json.loads(request.body)["ExpressionAttributeValues"]
        # The workspace's own key is no line.
        if ":pk" in values:
            partitions.append(values[":pk"]["S"])

    events = clients.client("dynamodb").meta.events
    events.register("before-send.dynamodb.Query", note)
    yield partitions
    events.unregister("before-send.dynamodb.Query", note)


ADDRESS = subject_of("ann@example.com")
ANN = ("--contact", "ann@example.com")
NARROWED = {
    ("--event", "code.refused"): ["code.refused"],
    ("--event", "session", "--event", "contact"): ["session.started", "contact.added"],
    ("--failed",): ["code.refused"],
    ("--limit", "1"): ["session.started"],
    ("--since", "90s"): ["session.started", "code.refused"],
    ("--since", "2026-11-21T12:03", "--until", "2026-11-21T12:03"): ["code.refused"],
    ("--until", "4m"): ["contact.added"],
    ("--since", "2026-11-21T14:04+02:00"): ["session.started"],
}
TRIED = ["session.started", "code.refused", "code.mailed"]


class TestTheTrailOfAContact:
    def test_is_told_newest_first_with_what_was_asked_before_anybody_knew(self, terminal, ann):
        told = names(shown(terminal, *ANN))

        assert told == [*TRIED, "code.requested", "contact.added"]

    def test_is_narrowed_down(self, terminal, ann):
        for options, told in NARROWED.items():
            assert (options, names(shown(terminal, *ANN, *options))) == (options, told)

    def test_says_that_there_is_more(self, terminal, ann):
        assert (
            "There is more than these 2 lines" in shown(terminal, *ANN, "--limit", "2")["notes"][0]
        )
        assert shown(terminal, *ANN, "--limit", "5")["notes"] == []

    def test_is_a_table_for_people(self, terminal, ann):
        said = terminal.says("trail", "show", "acme", *ANN).stdout

        assert "a wrong code, 4 attempts left" in said
        assert "203.0.113.7" in said
        assert "signed in by code" in said

    def test_is_a_sheet_for_spreadsheets(self, terminal, ann):
        said = terminal.says("trail", "show", "acme", *ANN, "--csv").stdout

        header, first, *_ = csv.reader(io.StringIO(said))
        assert header == ["at", "event", "subject", "by", "network", "detail"]
        assert first[:2] == ["2026-11-21T12:04:00+00:00", "session.started"]

    def test_reads_no_more_than_is_shown(self, terminal, portal, asked):
        row = portal.records_trail()[0]
        rows = (
            {**row, "pk": f"acme#trail#{portal.ann.id}", "sk": f"2026-11-21T{n:05}#x"}
            for n in range(PAGE + 20)
        )
        for some in batched(rows, 25, strict=False):
            puts: list[Any] = [{"PutRequest": {"Item": item_of(each)}} for each in some]
            boto3.client("dynamodb").batch_write_item(RequestItems={"trail": puts})

        terminal.says("trail", "show", "acme", *ANN, "--csv", "--limit", "10")

        assert asked == [f"acme#trail#{portal.ann.id}", f"acme#trail#{ADDRESS}"]

    @pytest.mark.parametrize("when", ["soon", "2", "2026-13-01"])
    def test_wants_a_time_that_is_one(self, acme, when):
        said = acme.refused("trail", "show", "acme", "--since", when, code=2)

        assert said.startswith("--since: as 30m")


class TestTheTrailOfAStranger:
    def test_is_kept_under_the_address(self, terminal, portal):
        portal.browser.asks_for_a_code("Nobody@example.com")
        portal.delivers_mail()
        portal.records_trail()

        told = shown(terminal, "--contact", "nobody@EXAMPLE.com")

        assert names(told) == ["code.withheld"]

    def test_whose_address_is_none_is_refused_by_the_options_name(self, acme):
        assert (
            acme.refused("trail", "show", "acme", "--contact", "x@y") == "--contact: not a domain"
        )


class TestTheTrailOfALink:
    def test_tells_its_making_and_its_end(self, terminal, portal):
        link = public_id(portal.shared)
        portal.records_trail()
        portal.forward(minutes=1)
        terminal.says("link", "revoke", "acme", link)
        portal.records_trail()

        assert names(shown(terminal, "--link", link)) == ["link.revoked", "link.created"]

    def test_of_one_contact_tells_what_was_asked_for_by_it_and_no_other(self, terminal, portal):
        link = public_id(portal.personal_link())
        other = portal.personal_link()
        portal.records_trail()
        portal.forward(minutes=1)
        portal.browser.asks_for_a_code(None, link=other)
        portal.records_trail()

        assert names(shown(terminal, "--link", link)) == ["link.created"]
        assert "code.requested" in names(shown(terminal, "--link", public_id(other)))

    def test_is_not_asked_for_with_a_contact(self, acme):
        said = acme.refused("trail", "show", "acme", *ANN, "--link", "x", code=2)

        assert said == "Say --contact or --link, not both."


class TestTheTrailOfAWorkspace:
    def test_tells_what_was_done_to_it(self, terminal, portal):
        portal.records_trail()
        portal.forward(minutes=1)
        terminal.says("workspace", "set", "acme", "--name", "Acme Help")
        portal.records_trail()

        told = shown(terminal)

        assert names(told) == ["workspace.changed", "workspace.created"]
        assert told["trail"][0]["by"] == "cli:olga"

    def test_of_none_says_so(self, terminal):
        assert terminal.refused("trail", "show", "x1") == "There is no workspace x1."


class TestSomebodyOfADirectory:
    def test_is_shown_with_what_it_has_sent_of_them(self, terminal, portal):
        directory = Client(portal, made_by_hand(portal))
        id_ = directory.adds("ann@example.com")
        portal.records_trail()
        directory.switches(id_, False)
        portal.records_trail()
        assert directory.sends(f"POST {USERS}", person("ann@example.com")).status == 409
        portal.records_trail()

        told = names(shown(terminal, "--contact", "ann@example.com"))

        assert {
            "record.added",
            "record.deactivated",
            "record.refused",
            "contact.left-directory",
        } <= set(told)
