"""Why somebody does not get in: facts in, findings out (portico/diagnosis/diagnose.py)."""

import json
import shlex
from dataclasses import replace
from datetime import timedelta
from string import Formatter
from typing import Any

import pytest

from portico.deliveries.ses_events import DeliveryState
from portico.deliveries.suppression import Strike, Why
from portico.diagnosis.diagnose import diagnose, diagnosis_answer
from portico.diagnosis.facts import DiagnosisSubject, Near
from portico.diagnosis.findings import HandOver, Press, Recipient, Remedy, Say
from portico.diagnosis.sentences import SENTENCES
from portico.directory.store import Record
from portico.links.rules import PERSONAL, Link
from portico.people.rules import LOCALES
from portico.sessions.rules import Session
from tests.diagnosis.cases import ACME, ANN, NOW, facts, first, line

HOUR = timedelta(hours=1)
SSO_ONLY = replace(ACME, directory_rule="sso_only")
OF_STRANGERS: dict[str, Any] = {"reason": "mailbox-budget", "most": "4", "window": "hour", "until": "2026-11-21T12:40:00+00:00", "has_kept": "yes"}  # fmt: skip
OF_ALL: dict[str, Any] = OF_STRANGERS | {"most": "10", "window": "day", "has_kept": "no"}


def struck(why=Why.BOUNCED, *, at=NOW - HOUR):
    return replace(ANN, strikes=frozenset({str(Strike(at, at, why, "0123456789ab-1", "5.1.1"))}))


def link(**more):
    return Link("0123456789abcdef", "acme", "x", PERSONAL, NOW - 90 * HOUR, NOW + HOUR, contact=ANN.id, **more)  # fmt: skip


def record(*, active):
    return Record("csv", "ann", None, None, "ann@example.com", ("ann@example.com",), active, NOW)


def session(*, n=0, minutes=20.0):
    at = NOW - timedelta(minutes=minutes)
    return Session("ses_1", "acme", ANN.id, 1, "code", at, NOW + HOUR, NOW + HOUR, HOUR, False, n, "x", None, False, at, "k", None, None, 365)  # fmt: skip


IN = line("session.started", minutes=20, session="ses_1", method="code")
TOLD = line("portal.granted", minutes=8, portal="help", session="ses_1")
FETCHED = line("session.started", minutes=8, portal="help", parent="ses_1", session="pse_1")
MAILED = line("code.mailed", generation="1", sign_in="0123456789ab")


class TestTheDecisiveFinding:
    @pytest.mark.parametrize(
        ("known", "cause", "ending"),
        [
            (facts(IN, home=replace(ACME, portal_enabled=False)), "portal-off", Press),
            (facts(home=replace(ACME, paused_until=int(NOW.timestamp()) + 1)), "portal-paused", Press),
            (facts(contact=None), "no-contact", Press),
            (facts(contact=replace(ANN, name="", email="")), "erased", HandOver),
            (facts(contact=replace(ANN, active=False)), "deactivated", Press),
            (facts(home=replace(ACME, code_method=False)), "method-off", Press),
            (facts(home=SSO_ONLY, record=record(active=True)), "method-off", Press),
            (facts(contact=struck()), "suppressed", Press),
            (facts(contact=struck(), refusing_since=NOW - HOUR), "domain-refuses", Press),
            (facts(links=[link(revoked_at=NOW)]), "link-revoked", Press),
            (facts(links=[replace(link(), expires_at=NOW)]), "link-expired", Press),
            (facts(TOLD, IN), "portal-unfetched", HandOver),
            (facts(IN, session=session()), "cookies-blocked", Say),
            (facts(IN, spent={"203.0.113.7": NOW + HOUR}), "network-budget", Say),
            (facts(line("mail.delayed"), MAILED), "delayed", Say),
            (facts(line("mail.bounced", cause="mailbox-full"), MAILED), "bounced", Say),
            (facts(line("mail.bounced", cause="sender-unproved"), MAILED), "bounced", HandOver),
            (facts(line("mail.bounced", cause="not-allowed"), MAILED), "bounced", HandOver),
            (facts(line("mail.bounced", cause="unclear"), MAILED), "bounced", Say),
            (facts(line("mail.rejected"), MAILED), "rejected", HandOver),
            (facts(line("code.withheld", **OF_STRANGERS)), "mailbox-budget", Press),
            (facts(line("code.withheld", **OF_ALL)), "mailbox-budget", Say),
            (facts(line("code.withheld", reason="too-late")), "withheld", Say),
            (facts(line("code.withheld", reason="mail-refused")), "withheld", HandOver),
            (facts(line("code.withheld", reason="link-ended")), "link-revoked", Press),
            (facts(line("code.refused", attempts_left="0")), "attempts-spent", Say),
            (facts(line("code.refused", attempts_left="3")), "wrong-code", Say),
            (facts(line("code.refused", attempts_left="4", code="older")), "older-code", Say),
            (facts(line("code.refused", attempts_left="4", reason="used")), "code-refused", Say),
            (facts(line("password.refused")), "wrong-password", Say),
            (facts(MAILED), "code-waits", Say),
            (facts(line("code.mailed", minutes=10)), "code-late", Say),
            (facts(line("code.requested", minutes=1)), "code-waits", Say),
            (facts(line("code.requested", minutes=2)), "our-fault", HandOver),
            (facts(line("code.resent", minutes=2)), "our-fault", HandOver),
            (facts(line("sso.started", connection="entra")), "other-browser", Say),
            (facts(line("sso.address-needed", connection="entra")), "address-asked", Say),
            (facts(line("sso.refused", connection="x1", reason="code-refused")), "secret-ended", HandOver),
            (facts(line("sso.refused", connection="x1", reason="no-user")), "provider-refused", HandOver),
            (facts(line("sso.refused", connection="x1", reason="answer: access_denied")), "provider-refused", Say),
            (facts(line("sso.refused", connection="x1", reason="connection-off")), "provider-refused", Press),
            (facts(line("sso.refused", connection="x1", reason="another-contact")), "provider-refused", Press),
            (facts(line("sso.refused", connection="x1", reason="away: TryLater")), "provider-refused", Say),
            (facts(line("session.ended", reason="refresh-reuse")), "session-ended", Say),
            (facts(line("contact.signed-out", by="member:ct_1")), "session-ended", Say),
            (facts(line("code.withheld", reason="contact-inactive")), "passed", Say),
            (facts(line("code.refused", attempts_left="4", reason="method-off")), "passed", Say),
            (facts(line("session.ended", reason="method-off")), "passed", Say),
            (facts(line("contact.changed", fields="name")), "never-tried", Say),
            (facts(IN), "nothing-wrong", Say),
        ],
        ids=lambda value: value if isinstance(value, str) else getattr(value, "__name__", "facts"),
    )  # fmt: skip
    def test_is_this_one(self, known, cause, ending):
        found = diagnose(known)[0]

        assert (found.cause, type(found.ending)) == (cause, ending)

    @pytest.mark.parametrize(
        ("event", "detail"),
        [
            ("sso.started", {}),
            ("sso.refused", {"reason": "code-refused"}),
            ("sso.refused", {"reason": "no-user"}),
        ],
    )
    def test_names_a_connection_as_its_button_does(self, event, detail):
        home = replace(ACME, connections=[{"id": "entra", "label": "Entra ID", "on": True}])

        found = first(line(event, connection="entra", **detail), home=home)

        assert "Entra ID" in found.said
        assert found.values["connection"] == "Entra ID"

    @pytest.mark.parametrize(
        ("state", "remedy", "command"),
        [
            ({"draft": True, "waits": True}, "test-connection", "connection test acme entra"),
            ({"waits": True}, "confirm-connection", "team confirm acme --connection entra"),
            ({}, "switch-connection-on", "connection on acme entra"),
        ],
        ids=["draft", "waits", "off"],
    )
    def test_of_a_connection_that_is_off_is_what_comes_next(self, state, remedy, command):
        entra = {"id": "entra", "label": "Entra ID", "on": False, **state}
        home = replace(ACME, connections=[entra])

        found = first(line("sso.refused", connection="entra", reason="connection-off"), home=home)

        assert (found.cause, isinstance(found.ending, Press)) == ("provider-refused", True)
        assert isinstance(found.ending, Press)
        assert (found.ending.remedy, found.ending.command) == (remedy, f"portico {command}")
        assert ("waits for its test, or for an owner" in found.said) is bool(state)
        assert found.reason == ("connection-draft" if state else "connection-off")

    def test_where_the_only_way_in_is_a_draft_is_what_comes_next_for_it(self):
        entra = {"id": "entra", "label": "Entra ID", "on": False, "waits": True}

        found = first(home=replace(SSO_ONLY, connections=[entra]), record=record(active=True))

        assert (found.cause, isinstance(found.ending, Press)) == ("method-off", True)
        assert isinstance(found.ending, Press)
        assert found.ending.remedy == "confirm-connection"

    def test_of_a_sso_only_workspace_is_the_record(self):
        entra = {"id": "entra", "label": "Entra ID", "on": True}
        home = replace(SSO_ONLY, connections=[entra])
        refused = line("sso.refused", connection="entra", reason="directory-record-inactive")

        off = first(refused, home=home, record=record(active=False))
        none = first(line("sso.refused", connection="entra", reason="not-in-directory"), home=home)

        assert (off.cause, none.cause) == ("left-directory", "no-record")
        assert isinstance(off.ending, HandOver)
        assert (off.ending.to, off.ending.value) == (
            Recipient.DIRECTORY,
            "csv ann (ann@example.com)",
        )

    def test_of_a_record_that_is_missing_counts_only_where_it_was_asked_for(self):
        home = replace(ACME, directory_rule="match_required")
        refused = line("sso.refused", connection="entra", reason="not-in-directory")

        assert first(MAILED, home=home).cause == "code-waits"
        assert first(refused, home=home).cause == "no-record"

    def test_names_the_other_ways_in_where_codes_are_off(self):
        home = replace(ACME, code_method=False, connections=[{"id": "g1", "label": "Google", "on": True}])  # fmt: skip
        passwords = replace(ACME, code_method=False, password_method=True)

        said = first(home=home).ending, first(home=passwords).ending

        assert "choose Google" in said[0].text
        assert "your password" in said[1].text

    def test_is_no_way_that_was_closed_where_they_have_come_in_by_another_since(self):
        assert first(IN, home=replace(ACME, code_method=False)).cause == "nothing-wrong"

    def test_is_no_link_where_another_is_alive_or_they_have_tried_since(self):
        ended = replace(link(), expires_at=NOW - HOUR)

        assert first(links=[ended, link()]).cause == "never-tried"
        assert first(MAILED, links=[ended]).cause == "code-waits"
        assert first(line("code.mailed", minutes=70), links=[ended]).cause == "link-expired"

    def test_is_no_mail_held_back_where_they_have_come_in_since(self):
        assert first(IN, contact=struck()).cause == "nothing-wrong"
        assert first(line("session.started", minutes=61, session="ses_1"), contact=struck()).cause == "suppressed"  # fmt: skip

    def test_is_no_complaint_that_stops_notices_alone(self):
        assert first(MAILED, contact=struck(Why.COMPLAINED)).cause == "code-waits"

    def test_comes_before_what_happened(self):
        found = diagnose(facts(MAILED, home=replace(ACME, portal_enabled=False)))

        assert [each.cause for each in found] == ["portal-off", "code-waits"]

    def test_is_no_portals_token(self):
        ended = line("session.ended", portal="help", parent="ses_1", reason="ended-by-portal")

        assert first(ended, IN).cause == "nothing-wrong"
        assert first(FETCHED, TOLD, IN).cause == "nothing-wrong"

    def test_is_no_portal_that_was_told_a_moment_ago_or_before_another_try(self):
        told = line("portal.granted", minutes=1, portal="help", session="ses_1")

        assert first(told, IN).cause == "nothing-wrong"
        assert first(MAILED, TOLD, IN).cause == "code-waits"

    def test_is_no_cookie_of_a_young_session_or_one_that_was_used(self):
        portal = line("portal.granted", minutes=12, portal="help")

        assert first(IN, session=session(minutes=10)).cause == "nothing-wrong"
        assert first(IN, session=session(n=1)).cause == "nothing-wrong"
        assert first(FETCHED, portal, IN, session=session()).cause == "nothing-wrong"


class TestWhoIsHeld:
    SOON = int((NOW + HOUR).timestamp())

    def test_is_told_with_until_when(self):
        held = first(contact=replace(ANN, out_from=self.SOON, off_by="directory:ann"))

        assert (held.cause, isinstance(held.ending, HandOver)) == ("leaving-held", True)
        assert [each.at for each in held.evidence] == [NOW + HOUR]
        assert "still in" in held.said

    def test_stands_behind_what_keeps_them_out(self):
        known = facts(
            home=replace(ACME, portal_enabled=False), contact=replace(ANN, out_from=self.SOON)
        )

        assert [each.cause for each in diagnose(known)] == ["portal-off", "leaving-held"]

    def test_is_out_once_the_moment_has_passed(self):
        gone = replace(ANN, out_from=int(NOW.timestamp()), off_by="directory:ann")

        assert first(contact=gone).cause == "deactivated"

    def test_is_told_of_whom_the_team_keeps(self):
        kept = replace(record(active=True), is_kept=True)

        assert first(record=kept).cause == "leaving-kept"

    def test_has_no_record_any_more_at_the_moment(self):
        entra = {"id": "entra", "label": "Entra ID", "on": True}
        over = replace(record(active=True), held_until=NOW)

        found = first(home=replace(SSO_ONLY, connections=[entra]), record=over)

        assert found.cause == "left-directory"


class TestAnAddressOfNobody:
    BOB = replace(ANN, id="ct_bob", name="Bob", email="bob@example.com")

    def test_may_be_meant_to_be_anothers(self):
        found = diagnose(facts(contact=None, near=[Near(self.BOB, self.BOB.email)]))

        assert [each.cause for each in found] == ["mistyped", "no-contact"]
        assert isinstance(found[0].ending, Say)
        assert "bob@example.com" in found[0].ending.text

    def test_may_have_been_theirs(self):
        found = diagnose(facts(contact=None, near=[Near(self.BOB, self.BOB.email, is_former=True)]))

        assert found[0].cause == "former-address"

    @pytest.mark.parametrize("is_former", [False, True])
    def test_is_told_by_the_name_of_the_one_who_has_it(self, is_former):
        near = [Near(self.BOB, self.BOB.email, is_former=is_former)]

        found = diagnose(facts(contact=None, near=near))[0]

        assert "Bob (ct_bob)" in found.said
        assert found.values["contact_name"] == "Bob"
        (seen,) = found.evidence
        assert "Bob (ct_bob)" in seen.what
        assert seen.values["contact_name"] == "Bob"

    def test_names_nobody_to_whoever_may_not_list(self):
        near = [Near(self.BOB, self.BOB.email), Near(ANN, "zoe@example.com", is_former=True)]
        gone = replace(ANN, name="", email="", active=False, merged_into=self.BOB.id)

        for known in (
            facts(contact=None, near=near, hides=True),
            facts(contact=gone, near=near[:1], hides=True),
        ):
            told = json.dumps(diagnosis_answer(known))
            assert "Bob" not in told
            assert "_name" not in told
            assert self.BOB.id in told

    def test_of_one_without_a_name_is_told_by_the_id(self):
        nameless = replace(self.BOB, name="")

        found = diagnose(facts(contact=None, near=[Near(nameless, self.BOB.email)]))[0]

        assert found.said.endswith("ct_bob has bob@example.com, which is nearly the same.")
        assert "contact_name" not in found.values

    def test_was_merged_into_somebody_who_is_named(self):
        lost = replace(ANN, name="", email="", active=False, merged_into=self.BOB.id)
        found = diagnose(facts(contact=lost, near=[Near(self.BOB, self.BOB.email, is_former=True)]))

        assert found[0].cause == "merged"
        assert found[0].said.endswith("was merged into Bob (ct_bob).")
        assert found[0].values["other_name"] == "Bob"
        assert isinstance(found[0].ending, Say)
        assert "bob@example.com" in found[0].ending.text

    def test_shows_anothers_address_only_masked_to_whoever_may_not_list(self):
        near = [Near(self.BOB, self.BOB.email), Near(ANN, "zoe@example.com", is_former=True)]

        told = json.dumps(diagnosis_answer(facts(contact=None, near=near, hides=True)))

        assert "b\\u2022\\u2022\\u2022@example.com" in told
        assert "bob@" not in told
        assert "zoe@" not in told

    def test_of_a_sign_in_is_asked_for(self):
        known = facts(line("code.withheld", reason="not-a-contact"), contact=None)
        found = diagnose(replace(known, subject=DiagnosisSubject(None, sign_in="0123456789ab")))

        assert (found[0].cause, found[0].since) == ("no-contact", known.lines[0].at)
        assert isinstance(found[0].ending, Say)

    def test_of_a_contact_who_was_merged_is_the_other_ones(self):
        gone = replace(ANN, name="", email="", active=False, merged_into="ct_bob")

        known = first(contact=gone, near=[Near(self.BOB, self.BOB.email)])

        assert (known.cause, "bob@example.com" in known.ending.text) == ("merged", True)
        assert first(contact=gone).cause == "merged"


class TestAnEnding:
    def test_that_is_pressed_is_a_route_and_the_same_command(self):
        pressed = first(contact=replace(ANN, active=False)).ending

        assert pressed == Press(
            Remedy.REACTIVATE,
            "POST /v1/workspaces/acme/contacts/ct_ann/reactivate",
            "portico contact activate acme ct_ann",
            contact="ct_ann",
        )

    def test_that_is_a_new_link_says_nothing_of_another_one(self):
        # Whoever has used up their mails may have no link at all, or one that works on.
        ending = first(line("code.withheld", **OF_STRANGERS)).ending

        assert isinstance(ending, Press)
        assert ending.then == "Please open this new link to sign in to Acme Support."

    def test_con_01_quotes_what_a_shell_would_obey(self):
        hostile = "$(rm${ifs}x)`id`'@example.com"
        known = facts(contact=None)
        found = diagnose(replace(known, subject=DiagnosisSubject(hostile)))[-1]

        assert isinstance(found.ending, Press)
        words = shlex.split(found.ending.command)
        assert words[-2:] == ["--email", hostile]

    def test_that_is_said_speaks_the_persons_language_then_the_workspaces(self):
        theirs = first(MAILED, contact=replace(ANN, language="de"), home=replace(ACME, locale="fr"))
        homes = first(MAILED, home=replace(ACME, locale="fr"))

        assert (theirs.ending.language, homes.ending.language) == ("de", "fr")

    def test_that_waits_tells_the_time_by_the_persons_clock(self):
        said = first(
            line("code.withheld", **OF_ALL), contact=replace(ANN, time_zone="Europe/Berlin")
        )

        assert "21 November 2026, 13:40" in said.ending.text

    def test_leads_to_the_portal_where_nobody_may_know_the_workspaces_address(self):
        home = replace(ACME, entrance=False)

        assert "https://signin.acme.test/acme" in first().ending.text
        assert "https://portal.acme.test" in first(home=home).ending.text

    def test_that_is_handed_over_has_the_exact_value(self):
        asked = first(line("sso.refused", connection="google", reason="code-refused")).ending
        portal = first(TOLD, IN).ending

        assert asked.value == "https://signin.acme.test/v1/sso/google/callback"
        assert (portal.to, portal.value) == (Recipient.PORTAL, "prt_acme_help")

    def test_names_what_the_mail_server_took(self):
        found = first(MAILED, deliveries={1: DeliveryState.DELIVERED})

        assert [each.what for each in found.evidence] == ["SES took the mail", "their mail server took the mail"]  # fmt: skip
        assert len(first(MAILED, deliveries={2: DeliveryState.DELIVERED}).evidence) == 1


class TestTheSentences:
    @pytest.mark.parametrize("language", LOCALES)
    def test_have_the_same_values_in_every_language(self, language):
        english = _values("en")

        assert _values(language) == english

    def test_are_all_said_somewhere(self):
        source = "".join(each.read_text() for each in SENTENCES.parent.glob("*.py"))

        assert {each for each in _values("en") if f'"{each}"' not in source} == set()


def _values(language):
    said = json.loads((SENTENCES / f"{language}.json").read_text())
    return {n: {v for _, v, _, _ in Formatter().parse(text) if v} for n, text in said.items()}
