"""The terminal in front of real sign-ins: whose sessions there are, and how they end."""

import json

import pytest

from portico.sessions.rules import SessionEnd
from portico.sessions.team_sessions import END_REASONS

CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"


@pytest.fixture
def ann(portal):
    """Ann, signed in with two browsers an hour apart."""
    portal.browser.has_signed_in()
    portal.records_trail()
    portal.forward(hours=1)
    portal.another_browser(source_ip="198.51.100.9").signs_in()
    portal.records_trail()
    return portal


def listed(terminal, *options):
    return terminal.told("session", "list", "acme", "ann@example.com", *options)["sessions"]


class TestListingSessions:
    def test_says_where_since_when_and_how(self, terminal, ann):
        newest, oldest = listed(terminal)

        assert newest["network"] == "198.51.100.9"
        assert oldest["network"] == "203.0.113.7"
        assert (oldest["method"], oldest["state"]) == ("code", "alive")
        assert oldest["signed_in_at"] == "2026-11-21T12:00:00+00:00"
        assert oldest["ends_at"] == "2026-11-21T20:00:00+00:00"

    def test_shows_when_one_was_last_used(self, terminal, ann):
        ann.forward(hours=2)
        ann.browser.refreshes()

        _, oldest = listed(terminal)

        assert oldest["last_used_at"] == "2026-11-21T15:00:00+00:00"
        assert oldest["ends_at"] == "2026-11-21T23:00:00+00:00"

    def test_is_a_table_for_people_and_never_shows_a_token_or_its_hash(self, terminal, ann):
        table = terminal.says("session", "list", "acme", ann.ann.id).stdout
        said = json.dumps(listed(terminal, "--all"))

        assert "Sessions of Ann Archer" in table
        assert "used 1 h ago, ends in 7 h" in table
        for row in ann.session_rows():
            assert row["current"] not in said
        for cookie in ann.browser.cookies.values():
            assert cookie not in said

    def test_leaves_out_what_has_ended_unless_it_is_asked_for(self, terminal, ann):
        ann.browser.signs_out()
        ann.forward(hours=8)

        assert listed(terminal) == []
        states = [each["state"] for each in listed(terminal, "--all")]
        assert states == ["rested too long", "signed out"]

    def test_says_that_a_way_in_was_closed(self, terminal, portal):
        portal.browser.asks_for_a_code()
        portal.delivers_mail()
        portal.sets(code_method=False)
        portal.browser.types_the_mailed_code()
        portal.forward(seconds=30)
        portal.browser.refreshes()

        (ended,) = listed(terminal, "--all")

        assert ended["state"] == "its way in was closed before its first refresh"

    def test_has_words_for_everything_that_ends_one(self):
        assert set(END_REASONS) == set(SessionEnd)

    def test_knows_what_ends_with_the_contact(self, terminal, ann):
        terminal.says("contact", "deactivate", "acme", "ann@example.com")

        assert listed(terminal) == []
        assert {each["state"] for each in listed(terminal, "--all")} == {"ended with all others"}

    def test_of_nobody_says_so(self, terminal, portal):
        said = terminal.refused("session", "list", "acme", "bob@example.com")

        assert said == "There is no contact bob@example.com in acme."


class TestEndingASession:
    def test_ends_that_one(self, terminal, ann):
        newest, oldest = listed(terminal)

        told = terminal.told("session", "end", "acme", "ann@example.com", "--session", oldest["id"])

        assert told["sessions_ended"] == 1
        assert ann.browser.refreshes().status == 401
        assert [each["id"] for each in listed(terminal)] == [newest["id"]]
        assert listed(terminal, "--all")[1]["state"] == "ended by the team"
        # The trail says who did it.
        line = next(each for each in ann.records_trail() if each["name"] == "session.ended")
        assert line["by"] == "cli:olga"
        assert line["detail"]["reason"] == "ended-by-team"
        assert line["detail"]["session"] == oldest["id"]

    def test_that_has_ended_leaves_it_as_it_was(self, terminal, ann):
        ann.browser.signs_out()
        row = next(row for row in ann.session_rows() if row.get("ended_at"))

        said = terminal.refused("session", "end", "acme", "ann@example.com", "--session", row["id"])

        assert said == "The session has ended already: signed out."
        assert row in ann.session_rows()

    def test_that_is_not_theirs_says_so(self, terminal, ann):
        said = terminal.refused("session", "end", "acme", "ann@example.com", "--session", "ses_x")

        assert said == "There is no session ses_x of ann@example.com."

    def test_wants_to_know_which(self, terminal, ann):
        assert terminal.refused("session", "end", "acme", ann.ann.id, code=2).startswith(
            "Say which"
        )


class TestEndingAllSessions:
    def test_ends_them_and_open_codes(self, terminal, ann):
        late = ann.another_browser(source_ip="192.0.2.1")
        late.asks_for_a_code()
        ann.delivers_mail()

        told = terminal.told("session", "end", "acme", "ann@example.com", "--all")

        assert told["sessions_ended"] == 2
        assert ann.browser.refreshes().status == 401
        assert late.types_the_mailed_code().status == 410
        assert "ten minutes" in told["notes"][0]
        # The trail says who did it, and how many there were.
        line = next(each for each in ann.records_trail() if each["name"] == "contact.signed-out")
        assert (line["by"], line["detail"]) == ("cli:olga", {"sessions": "2"})
        # They may come in again at once.
        ann.browser.signs_in()
        assert len(listed(terminal)) == 1
