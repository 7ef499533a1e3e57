"""By which ways a team may come in, and what an owner confirms (portico/team/team_entry.py)."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from portico.errors import InvalidRequest, NotFound, TryLater
from portico.people.memberships import Role, connection_stamp
from portico.team.members import TeamMembers
from portico.team.rules import why_no_visit
from portico.team.team_entry import MOST_CONFIRMED, TeamEntries
from portico.team.team_settings import METHODS, TeamSettings
from tests.team.test_team_token import HOW, Member, refused

A_CONNECTION: dict[str, Any] = {
    "id": "google",
    "kind": "google",
    "client_id": "acme",
    "label": "Google",
    "on": True,
}


@pytest.fixture
def entries(portal):
    TeamMembers("people", "sign-in").add(portal.workspace, portal.ann, Role.OWNER, **HOW)
    return TeamEntries("people", "sign-in")


class TestMethods:
    def test_are_every_way_until_an_owner_names_some(self, entries, portal):
        assert entries.of(portal.workspace).methods == ()

        entries.set_methods(portal.workspace, ["sso", "code"], **HOW)
        assert entries.of(portal.workspace).methods == ("code", "sso")

        entries.set_methods(portal.workspace, [], **HOW)
        assert entries.of(portal.workspace).methods == ()

    def test_that_are_weakened_are_told_to_the_owners_and_to_the_trail(self, entries, portal):
        entries.set_methods(portal.workspace, ["sso"], **HOW)
        portal.delivers_mail()
        entries.set_methods(portal.workspace, ["sso", "password"], **HOW)
        portal.delivers_mail()

        assert "sso → password, sso" in portal.mails[-1].text
        (line,) = [
            each for each in portal.records_trail() if each["name"] == "team.methods-changed"
        ]
        assert line["detail"] == {"before": "sso", "methods": "password, sso"}

    def test_that_are_none_are_refused(self, entries, portal):
        with pytest.raises(InvalidRequest):
            entries.set_methods(portal.workspace, ["carrier-pigeon"], **HOW)

    def test_set_by_two_at_once_are_those_of_the_first(self, entries, portal, wire):
        other = TeamEntries("people", "sign-in")
        wire.before(
            "dynamodb.TransactWriteItems",
            lambda: other.set_methods(portal.workspace, ["sso"], **HOW),
        )

        with pytest.raises(TryLater):
            entries.set_methods(portal.workspace, ["code"], **HOW)
        assert entries.of(portal.workspace).methods == ("sso",)

    def test_that_we_do_not_know_let_nobody_in(self, portal):
        portal.browser.signs_in()
        session = _session(portal)
        settings = TeamSettings.from_row({"methods": ["passkey"]})

        assert not settings.allows(session)
        at = portal.now
        assert why_no_visit(session, settings, rested_since=at, at=at) == "method"

    @pytest.mark.parametrize(
        ("method", "way"), [("code", "code"), ("password", "password"), ("sso:google", "sso")]
    )
    def test_are_what_a_session_says(self, portal, method, way):
        portal.browser.signs_in()
        session = replace(_session(portal), method=method)

        assert TeamSettings((way,)).allows(session)
        assert not TeamSettings(tuple(each for each in METHODS if each != way)).allows(session)


class TestApi06AStampOfAConnection:
    @pytest.mark.parametrize(
        "change",
        [
            {"client_id": "eve"},
            {"issuer": "https://evil.test"},
            {"tenants": ["organizations"]},
            {"hosted_domains": ["evil.test"]},
            {"discovery_url": "https://evil.test/openid"},
            {"made_up_later": "x"},
            {"vouches_for": ["acme.test"]},
            {"stand_in": "http://127.0.0.1:1"},
            {"kind": "oidc"},
        ],
        ids=str,
    )
    def test_is_another_when_something_decides_that_was_changed(self, change):
        assert connection_stamp(A_CONNECTION | change) != connection_stamp(A_CONNECTION)

    def test_is_another_where_one_value_says_what_two_others_say(self):
        address = "https://evil.test/openid"
        split = A_CONNECTION | {"client_id": "a", "discovery_url": address}
        whole = A_CONNECTION | {"client_id": f"a|discovery_url={address}", "discovery_url": None}

        assert connection_stamp(whole) != connection_stamp(split)

    def test_is_too_long_for_whoever_looks_for_two_connections_with_one(self):
        # An owner confirms the harmless one, and the other needs no owner any more.
        _, _, told = connection_stamp(A_CONNECTION).rpartition(":")

        assert len(bytes.fromhex(told)) == sha256().digest_size

    def test_is_the_same_under_another_label(self):
        other = A_CONNECTION | {"label": "G", "on": False, "vouches_for": []}

        assert connection_stamp(other) == connection_stamp(A_CONNECTION)


class TestApi06AConnection:
    @pytest.fixture
    def by_google(self, connected, portal, entries):
        """Ann, who has come by Google, which vouches for her address."""
        member = Member(portal)
        member.browser.signs_in_with("google")
        return member

    def test_that_nobody_has_confirmed_gives_no_token(self, by_google):
        assert refused(by_google.asks()) == (403, "connection")

    def test_gives_one_once_an_owner_has_confirmed_it(self, by_google, entries, portal):
        entries.confirm_connection(portal.workspace, "google", **HOW)

        assert by_google.asks().status == 200

    def test_waits_for_an_owner_while_it_lets_nobody_in(
        self, by_google, entries, portal, connected
    ):
        def waiting():
            workspace = portal.team.workspace("acme")
            found = entries.waiting(workspace, [])
            assert {(each.what, each.until) for each in found} <= {("connection", None)}
            return "google" in {each.id for each in found}

        assert waiting()
        entries.set_methods(portal.workspace, ["code"], **HOW)
        assert not waiting()
        entries.set_methods(portal.workspace, ["code", "sso"], **HOW)
        assert waiting()
        entries.confirm_connection(portal.workspace, "google", **HOW)
        assert not waiting()
        connected.connect("google", vouches_for=["example.com", "acme.test"])
        assert waiting()
        connected.connect("google", on=False)
        assert not waiting()

    def test_that_was_changed_since_gives_none(self, by_google, entries, portal, connected):
        entries.confirm_connection(portal.workspace, "google", **HOW)
        connected.connect("google", vouches_for=["example.com", "acme.test"])

        assert refused(by_google.asks()) == (403, "connection")

        entries.confirm_connection(portal.workspace, "google", **HOW)
        assert by_google.asks().status == 200
        assert len(entries.of(portal.workspace).confirmed) == 1

    def test_stays_confirmed_however_many_members_are(self, by_google, entries, portal):
        """Else nobody comes in by it any more, and no owner either."""
        entries.confirm_connection(portal.workspace, "google", **HOW)
        for n in range(MOST_CONFIRMED + 1):
            moved = replace(portal.ann, id=f"ct_{n:020}", address_change=f"c{n}")
            entries.confirm_address(portal.workspace, moved, **HOW)

        confirmed = entries.of(portal.workspace).confirmed
        assert by_google.asks().status == 200
        assert len(confirmed) == MOST_CONFIRMED
        # The newest of the others.
        assert confirmed[0] == f"address:ct_{MOST_CONFIRMED:020}:c{MOST_CONFIRMED}"
        assert f"address:ct_{1:020}:c1" not in confirmed
        assert f"address:ct_{2:020}:c2" in confirmed

    def test_that_is_off_gives_none(self, by_google, entries, portal, connected):
        entries.confirm_connection(portal.workspace, "google", **HOW)
        portal.forward(minutes=1)
        assert by_google.browser.refreshes().status == 200
        connected.connect("google", on=False)

        assert refused(by_google.asks()) == (403, "method")

    def test_that_is_not_there_cannot_be_confirmed(self, entries, portal):
        with pytest.raises(NotFound):
            entries.confirm_connection(portal.workspace, "nothing", **HOW)
        with pytest.raises(NotFound):
            entries.confirm_address(portal.workspace, portal.ann, **HOW)


def _session(portal: Any) -> Any:
    from portico.sessions.rules import Session

    return Session.from_row(portal.session_rows()[-1])
