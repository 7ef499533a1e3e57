import re
from datetime import timedelta
from itertools import batched
from typing import Any

import boto3
import pytest

from portico.aws.values import item_of
from portico.ids import digest
from portico.links.rules import public_id

URL = re.compile(r"https://signin\.acme\.test/acme#l=(lnk_[A-Za-z0-9_-]{43})(?:&to=(.+))?\Z")


@pytest.fixture
def ann(acme):
    acme.says("contact", "add", "acme", "--name", "Ann", "--email", "ann@example.com")
    return acme


class TestCreatingALink:
    def test_shows_its_url_this_once(self, acme):
        told = acme.told("link", "create", "acme", "--to", "tickets")

        matched = URL.match(told["url"])
        assert matched is not None
        token, to = matched.groups()
        assert (token, to) == (told["token"], "tickets")
        assert told["link"]["id"] == public_id(token)
        assert told["link"]["kind"] == "shared"
        assert "shown only now" in told["notes"][0]

    def test_keeps_only_a_hash_of_its_token(self, acme):
        token = acme.told("link", "create", "acme")["token"]

        assert acme.row(f"acme#link#{public_id(token)}")["token_hash"] == digest(token)
        assert token not in str(acme.people())

    def test_puts_the_url_on_a_line_of_its_own(self, acme, monkeypatch):
        monkeypatch.setenv("COLUMNS", "40")

        said = acme.says("link", "create", "acme", "--label", "for the [red]handbook").stdout

        assert URL.match(said.strip().splitlines()[-1])
        assert "[red]" in said

    def test_for_a_contact_makes_it_personal(self, ann):
        told = ann.told("link", "create", "acme", "--contact", "Ann@example.com")

        assert told["link"]["kind"] == "personal"
        assert told["link"]["contact"].startswith("ct_")
        assert told["link"]["email_hint"] == "a•••@example.com"

    def test_for_nobody_says_so(self, acme):
        said = acme.refused("link", "create", "acme", "--contact", "bob@example.com")

        assert said == "There is no contact bob@example.com in acme."

    def test_for_somebody_who_may_not_come_in_warns(self, ann):
        ann.says("contact", "deactivate", "acme", "ann@example.com")

        notes = ann.told("link", "create", "acme", "--contact", "ann@example.com")["notes"]

        assert "The contact is deactivated: no code will be mailed." in notes

    def test_to_a_portal_that_is_off_warns(self, acme):
        acme.says("workspace", "set", "acme", "--portal-disabled")

        assert (
            "The portal of Acme Support is switched off"
            in acme.told("link", "create", "acme")["notes"][0]
        )

    @pytest.mark.parametrize("to", ["https://evil.test", "request:unknown", "ticket:", "admin"])
    def test_leads_only_to_areas_of_the_portal(self, acme, to):
        areas = ["--area", "tickets=/tickets", "--area", "ticket=/tickets/{id}"]
        flows = ["--area", "request=/new/{flow}", "--request-flow", "laptop"]
        acme.says("workspace", "set", "acme", *areas, *flows)

        said = acme.refused("link", "create", "acme", "--to", to)

        assert said == (
            "--to: no area of this workspace's portal. It has: dashboard, tickets, ticket:ID, "
            "request:laptop, account, team"
        )

    def test_lives_as_long_as_asked(self, acme, clock):
        short = acme.told("link", "create", "acme", "--days", "1")["link"]
        usual = acme.told("link", "create", "acme")["link"]

        assert short["expires_at"] == "2026-11-22T12:00:00+00:00"
        assert usual["expires_at"] == "2027-02-19T12:00:00+00:00"

    @pytest.mark.parametrize("days", ["0", "3651", "x"])
    def test_for_no_time_is_no_command(self, acme, days):
        acme.refused("link", "create", "acme", "--days", days, code=2)

    def test_with_a_label_that_would_upset_terminals_is_refused(self, acme):
        assert "printable" in acme.refused("link", "create", "acme", "--label", "a\x1b]0;b\x07")


class TestListingLinks:
    def test_says_what_state_each_is_in(self, acme, clock):
        old = acme.told("link", "create", "acme", "--days", "1")["link"]["id"]
        cut = acme.told("link", "create", "acme")["link"]["id"]
        new = acme.told("link", "create", "acme", "--label", "handbook")["link"]["id"]
        acme.says("link", "revoke", "acme", cut)
        clock.shift(timedelta(days=1))

        links = acme.told("link", "list", "acme", "--all")["links"]

        states = {each["id"]: each["state"] for each in links}
        assert states == {old: "expired", cut: "revoked", new: "alive"}

    def test_leaves_out_the_ended_ones_and_says_so(self, acme):
        cut = acme.told("link", "create", "acme")["link"]["id"]
        kept = acme.told("link", "create", "acme")["link"]["id"]
        acme.says("link", "revoke", "acme", cut)

        told = acme.told("link", "list", "acme")

        assert [each["id"] for each in told["links"]] == [kept]
        assert told["notes"] == ["1 ended: --all shows them."]

    def test_has_the_label_first_and_the_id_behind_it(self, acme):
        link = acme.told("link", "create", "acme", "--label", "Poster")["link"]

        heads, row = [
            line.split()
            for line in acme.says("link", "list", "acme").stdout.splitlines()
            if line.lstrip().startswith(("label", "Poster"))
        ]

        assert heads[:2] == ["label", "id"]
        assert row[:2] == ["Poster", link["id"]]

    def test_never_shows_a_token_or_its_hash(self, acme):
        token = acme.told("link", "create", "acme")["token"]

        said = acme.says("link", "list", "acme", "--json").stdout
        assert token not in said
        assert digest(token) not in said

    def test_shows_more_than_one_call_can_read(self, acme, many_links):
        assert len(acme.told("link", "list", "acme")["links"]) == 120

    def test_of_another_workspace_is_another_list(self, acme):
        acme.says("link", "create", "acme")
        acme.says(
            "workspace", "create", "globex", "--name", "G", "--portal-url", "https://p.globex.test",
            "--no-entrance",
        )  # fmt: skip

        assert acme.told("link", "list", "globex")["links"] == []
        assert acme.says("link", "list", "globex").stdout.strip() == "Links of globex: none"

    def test_of_no_workspace_says_so(self, terminal):
        assert terminal.refused("link", "list", "x1") == "There is no workspace x1."


class TestRevokingALink:
    def test_takes_its_id_its_token_or_its_url(self, acme):
        for what in ("id", "token", "url"):
            told = acme.told("link", "create", "acme")
            known = {"id": told["link"]["id"], **told}

            ended = acme.told("link", "revoke", "acme", known[what])["link"]

            assert (ended["id"], ended["state"]) == (told["link"]["id"], "revoked")

    def test_is_told_to_the_trail(self, acme):
        id_ = acme.told("link", "create", "acme")["link"]["id"]
        acme.says("link", "revoke", "acme", id_)

        event = acme.row(f"acme#link#{id_}")["event"]
        assert (event["name"], event["by"]) == ("link.revoked", "cli:olga")

    def test_that_is_not_there_says_so(self, acme):
        said = acme.refused("link", "revoke", "acme", "0123456789abcdef")

        assert said == "There is no link 0123456789abcdef in acme."


class TestShow:
    def test_says_who_has_signed_in_by_it(self, portal, terminal):
        link, token = portal.link(label="handbook")
        browser = portal.another_browser()
        browser.asks_for_a_code(link=token)
        portal.delivers_mail()
        browser.types_the_mailed_code()
        portal.records_trail()

        told = terminal.told("link", "show", "acme", token)

        assert told["link"]["label"] == "handbook"
        (use,) = told["uses"]
        assert (use["contact"], use["email"]) == (portal.ann.id, "ann@example.com")
        assert "ann@example.com" in terminal.says("link", "show", "acme", link.id).stdout
        trail = terminal.says("trail", "show", "acme", "--link", link.id).stdout
        assert f"{portal.ann.id} signed in by code" in " ".join(trail.split())

    def test_of_none_says_so(self, acme):
        told = acme.told("link", "create", "acme")
        shown = acme.told("link", "show", "acme", told["url"])
        assert (shown["link"]["id"], shown["uses"]) == (told["link"]["id"], [])
        assert "not lately" in acme.says("link", "show", "acme", told["url"]).stdout
        said = acme.refused("link", "show", "acme", "0123456789abcdef")
        assert said == "There is no link 0123456789abcdef in acme."


class TestListOfOne:
    def test_has_the_links_of_that_contact_alone(self, acme):
        for name in ("ann", "ben"):
            acme.says("contact", "add", "acme", "--name", name, "--email", f"{name}@example.com")
        acme.says("link", "create", "acme")
        links = [
            acme.told("link", "create", "acme", "--contact", f"{name}@example.com")["link"]["id"]
            for name in ("ann", "ann", "ben")
        ]
        found = acme.told("link", "list", "acme", "--contact", "ann@example.com")["links"]
        assert {each["id"] for each in found} == set(links[:2])


class TestRotate:
    def test_shows_the_new_url_once_and_lets_the_old_one_work_on(self, acme, clock):
        old = acme.told("link", "create", "acme", "--to", "tickets", "--label", "handbook")
        told = acme.told("link", "rotate", "acme", old["url"], "--overlap-days", "2")

        assert told["url"].endswith(f"#l={told['token']}&to=tickets")
        assert told["link"]["label"] == "handbook"
        assert told["replaced"]["replaced_by"] == told["link"]["id"]
        clock.shift(timedelta(days=2))
        links = acme.told("link", "list", "acme", "--all")["links"]
        states = {each["id"]: each["state"] for each in links}
        assert states == {old["link"]["id"]: "replaced", told["link"]["id"]: "alive"}

    def test_twice_says_so(self, acme):
        id_ = acme.told("link", "create", "acme")["link"]["id"]
        acme.says("link", "rotate", "acme", id_)

        said = acme.refused("link", "rotate", "acme", id_)
        assert said == f"Link {id_} was rotated before: portico link list acme"

    def test_of_what_has_ended_says_so(self, acme):
        id_ = acme.told("link", "create", "acme")["link"]["id"]
        acme.says("link", "revoke", "acme", id_)

        assert (
            acme.refused("link", "rotate", "acme", id_) == f"There is no living link {id_} in acme."
        )


@pytest.fixture
def many_links(acme):
    one = acme.row(f"acme#link#{acme.told('link', 'create', 'acme')['link']['id']}")
    rows = [
        one | {"pk": f"acme#link#{n:016}", "id": f"{n:016}", "listed": f"shared#1#{n:016}"}
        for n in range(119)
    ]
    for some in batched(rows, 25, strict=False):
        asked: Any = [{"PutRequest": {"Item": item_of(row)}} for row in some]
        boto3.client("dynamodb").batch_write_item(RequestItems={"people": asked})
