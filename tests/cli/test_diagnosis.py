"""Why can't Ann get in? Each answer by itself: rows in, words out."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cli.diagnosis import Case, conclusion, explained
from cli.held_mail import held_mail
from cli.sso_refusals import REASONS
from cli.trail_words import CAUSES, ENDED, FATES, WITHHELD
from portico.deliveries.causes import Cause
from portico.deliveries.store import EVENTS
from portico.deliveries.suppression import Strike, Why
from portico.people.rules import Contact, Workspace
from portico.sessions.rules import SessionEnd
from portico.trail.lookup import Line
from tests.docs.test_docs import ROOMS, in_code

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ACME = Workspace("acme", "Acme Support", "https://portal.acme.test")
ANN = Contact("ct_ann", "acme", "Ann Archer", "ann@example.com")


OF_STRANGERS = {
    "most": "4",
    "window": "hour",
    "until": "2026-11-21T12:40:00+00:00",
    "has_kept": "yes",
}
OF_ALL = {
    "most": "10",
    "window": "day",
    "until": "2026-11-22T09:00:00+00:00",
    "has_kept": "no",
}


def line(name, *, minutes=5, by="contact", **detail):
    at = NOW - timedelta(minutes=minutes)
    return Line(f"evt_{name}", name, at, ANN.id, by, "203.0.113.7", detail)


def concluded(*lines, home=ACME, contact=ANN):
    return " ".join(conclusion(Case(home, "ann@example.com", contact), list(lines), at=NOW))


class TestWhatStands:
    def test_a_portal_that_is_off_keeps_everybody_out(self):
        said = concluded(line("session.started"), home=replace(ACME, portal_enabled=False))

        assert "is switched off: nobody gets in" in said
        assert "portico workspace set acme --portal-enabled" in said

    def test_an_address_may_be_nobodys(self):
        said = concluded(line("code.requested"), contact=None)

        assert "no contact with the address ann@example.com in acme" in said
        assert "portico contact add acme" in said

    def test_a_contact_may_be_deactivated_and_the_trail_knows_since_when(self):
        off = replace(ANN, active=False)
        switch = line("contact.deactivated", minutes=60, by="cli:olga")

        assert "Ann Archer is deactivated since 2026-11-21 11:00 UTC, by cli:olga." in concluded(
            line("code.withheld", reason="contact-inactive"), switch, contact=off
        )
        assert "Ann Archer is deactivated." in concluded(contact=off)

    def test_mail_to_the_address_may_be_held_back(self):
        said = concluded(contact=replace(ANN, suppressed="bounce"))

        assert "No mail is sent to ann@example.com after a bounce." in said

    def test_an_address_that_came_back_gets_none_for_a_day_and_the_server_says_why(self):
        sent = NOW - timedelta(hours=1)
        strike = str(Strike(sent, sent, Why.BOUNCED, "0123456789ab-1", "5.1.1"))
        bounced = line("mail.bounced", cause="no-such-mailbox", said="550 5.1.1 who\ufffd?")

        said = concluded(bounced, contact=replace(ANN, strikes=frozenset({strike})))

        assert (
            "No mail is sent to ann@example.com after a bounce (5.1.1) on 2026-11-21 11:00 UTC, "
            "until 2026-11-22 11:00 UTC."
        ) in said
        assert 'The mail came back: there is no such mailbox ("550 5.1.1 who\ufffd?").' in said

    def test_a_complaint_keeps_nobody_out(self):
        strike = str(Strike(NOW, NOW, Why.COMPLAINED, "0123456789ab-1", "-"))

        said = concluded(contact=replace(ANN, strikes=frozenset({strike})))

        assert "No mail" not in said
        notice = held_mail(replace(ANN, strikes=frozenset({strike})), at=NOW)
        assert notice is not None
        assert "No notice is sent" in notice
        assert "until somebody lifts it" in notice

    def test_a_mail_may_be_delayed(self):
        said = concluded(line("mail.delayed", minutes=3, cause="mailbox-full"), line("code.mailed"))

        assert "the mail is delayed: the mailbox is full" in said


class TestAPortalOnAnotherSite:
    IN = line("session.started", minutes=9, session="ses_1", method="code")
    TOLD = line("portal.granted", minutes=8, portal="help", session="ses_1")

    def test_that_fetched_nothing_is_named(self):
        said = concluded(self.TOLD, self.IN)

        assert (
            "Portico told the portal help at 2026-11-21 11:52 UTC, but the portal did not fetch"
            in said
        )
        assert "portico portal show acme help" in said

    def test_that_fetched_its_tokens_is_no_reason(self):
        fetched = line("session.started", minutes=8, portal="help", parent="ses_1")

        assert concluded(fetched, self.TOLD, self.IN).startswith("Ann Archer signed in at")

    def test_has_a_moment_to_fetch_them(self):
        told = line("portal.granted", minutes=1, portal="help", session="ses_1")

        assert concluded(told, self.IN).startswith("Ann Archer signed in at")

    def test_says_nothing_of_what_was_tried_since(self):
        refused = line("code.refused", minutes=7, attempts_left="0")

        assert "typed five wrong codes" in concluded(refused, self.TOLD, self.IN)

    def test_ends_a_session_of_its_own_and_no_other(self):
        ended = line("session.ended", portal="help", parent="ses_1", reason="ended-by-portal")

        assert concluded(ended, self.IN).startswith("Ann Archer signed in at")
        assert explained(ended) == "the portal revoked its tokens"


class TestWhatHappened:
    @pytest.mark.parametrize(
        ("happened", "said"),
        [
            (
                line("session.started", method="code"),
                "Ann Archer signed in at 2026-11-21 11:55 UTC, 5 min",
            ),
            (line("session.ended", reason="refresh-reuse"), "an old token came back"),
            (line("contact.signed-out", by="cli:olga", sessions="2"), "ended all sessions: 2"),
            (line("contact.signed-out", by="key:desk"), "ended all sessions"),
            (line("code.refused", attempts_left="0"), "typed five wrong codes"),
            (line("code.refused", attempts_left="1"), "1 attempt left"),
            (
                line("code.refused", attempts_left="4", reason="already-linked"),
                "the account is connected to another contact",
            ),
            (line("code.mailed", generation="1"), "has not been typed"),
            (line("code.requested"), "no mail has left"),
            (line("code.requested", minutes=1), "is on its way"),
            (line("code.resent", minutes=1), "is on its way"),
            (line("sso.started", connection="entra"), "has not come back"),
            (
                line("sso.refused", connection="entra", reason="misconfigured"),
                (
                    "was not let in: the connection is not set up as the provider needs it. Test the "
                    "connection: portico connection test acme entra"
                ),
            ),
            (
                line("sso.refused", connection="entra", reason="answer: invalid_scope"),
                "the provider refused, and said: invalid_scope.",
            ),
            (
                line("sso.refused", connection="entra", reason="contact-inactive"),
                "portico contact activate acme ann@example.com",
            ),
            # A pause may have passed by the time that somebody asks.
            (
                line("sso.refused", connection="entra", reason="portal-unavailable"),
                (
                    "the portal was switched off or paused meanwhile. See whether it is on, or "
                    "paused: portico workspace show acme"
                ),
            ),
            (
                line("code.withheld", reason="portal-unavailable"),
                (
                    "the portal was switched off, or paused. See whether it is on, or paused: "
                    "portico workspace show acme"
                ),
            ),
            (
                line("sso.refused", connection="entra", reason="of-tomorrow"),
                "not let in: of-tomorrow. See docs/operate.md",
            ),
            (line("sso.address-needed", connection="entra"), "named no address"),
            (line("code.withheld", reason="mailbox-budget"), "Wait an hour"),
            (
                line("code.withheld", reason="mailbox-budget", **OF_STRANGERS),
                (
                    "used up its four mails of the hour that anybody may ask for, until 2026-11-21 "
                    "12:40 UTC. Wait until 2026-11-21 12:40 UTC, or make a personal link"
                ),
            ),
            (
                line("code.withheld", reason="mailbox-budget", **OF_ALL),
                (
                    "used up its ten mails of the day, until 2026-11-22 09:00 UTC. Wait until "
                    "2026-11-22 09:00 UTC. Until then no link helps"
                ),
            ),
            (line("code.withheld", reason="link-ended"), "create acme --contact ann@example.com"),
            (line("code.withheld", reason="mail-refused"), "portico doctor stack"),
        ],
        ids=lambda value: value.name if isinstance(value, Line) else None,
    )
    def test_newest_decides(self, happened, said):
        assert said in concluded(happened, line("session.ended", minutes=90, reason="signed-out"))

    def test_to_the_contact_themselves_does_not(self):
        said = concluded(line("contact.changed", fields="name"), line("code.mailed"))

        assert "has not been typed" in said

    def test_may_be_nothing(self):
        assert "Nobody has asked for a code" in concluded(line("contact.added"))

    def test_may_be_nothing_because_codes_are_off(self):
        home = replace(ACME, directory_rule="sso_only", connections=[{"id": "entra", "on": True}])

        said = concluded(home=home)

        assert "takes no codes: contacts sign in with single sign-on" in said
        assert "portico trail show acme --link ID" in said


class TestALine:
    def test_explains_every_cause_of_a_mail_in_trouble(self):
        assert CAUSES.keys() == set(Cause) - {Cause.REPORTED, Cause.UNCLEAR}
        assert FATES.keys() == set(EVENTS.values())

    def test_explains_every_reason_why_a_mail_was_withheld(self):
        source = (ROOMS / "sender" / "recipients.py").read_text()
        reasons = set(re.findall(r'(?:return|else) f?"([a-z-]+[a-z])"', source))
        reasons |= in_code(
            r'"(mailbox-budget|mail-refused|address-refused|already-a-contact|strangers-of-\w+|'
            r'too-many-bounces)"'
        )
        reasons |= {f"address-suppressed-{why}" for why in ("bounce", "complaint")}

        assert reasons == set(WITHHELD)
        assert (
            explained(line("code.withheld", reason="too-late"))
            == f"no mail: {WITHHELD['too-late']}"
        )

    def test_explains_every_reason_why_a_session_ended(self):
        reasons = in_code(r'"sessions?\.ended"[^()]*?reason="([a-z-]+)"')
        reasons |= in_code(r'"reason": "(ended-[a-z-]+)"')
        # Only these two are the row's word as well.
        reasons |= {SessionEnd.REFRESH_REUSE.value, SessionEnd.METHOD_OFF.value}

        assert reasons == set(ENDED)

    def test_explains_every_reason_why_somebody_came_back_in_vain(self):
        raised = in_code(r'Refusal\("([a-z-]+)"\)') | in_code(
            r'Refusal\(\s*"[a-z-]+", "([a-z-]+)"\)'
        )
        raised |= in_code(r'NotBelieved\("([a-z-]+)"\)')
        raised |= in_code(r'(?:text_in|key_in|guid_in)\([^()]*?"([a-z]+-[a-z-]+)"\)')
        raised |= in_code(r'f"(answer|id-token|away): \{')

        assert raised == {each.partition(":")[0] for each in REASONS}
        assert (
            explained(line("sso.refused", connection="entra", reason="id-token: ExpiredTokenError"))
            == "entra: the provider's ID token is not valid (ExpiredTokenError): its signature, "
            "issuer, audience or time"
        )

    def test_of_another_kind_is_told_as_it_is(self):
        assert explained(line("link.created", link="x", kind="shared")) == "link=x kind=shared"
