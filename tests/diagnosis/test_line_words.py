"""Lines of the trail in words (portico/diagnosis/line_words.py, portico/diagnosis/sso_words.py)."""

import re

import pytest

from portico.deliveries.causes import Cause
from portico.deliveries.store import EVENTS
from portico.diagnosis.line_words import CAUSES, ENDED, FATES, WITHHELD, line_words
from portico.diagnosis.sso_words import REASONS
from portico.sessions.rules import SessionEnd
from tests.diagnosis.cases import line
from tests.docs.test_docs import ROOMS, in_code


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
            line_words(line("code.withheld", reason="too-late"))
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
            line_words(
                line("sso.refused", connection="entra", reason="id-token: ExpiredTokenError")
            )
            == "entra: the provider's ID token is not valid (ExpiredTokenError): its signature, "
            "issuer, audience or time"
        )

    @pytest.mark.parametrize(
        ("name", "detail", "said"),
        [
            ("record.added", {}, "for the first time"),
            ("record.changed", {"fields": "active emails"}, "changed active emails"),
            ("record.changed", {}, "changed them"),
            ("record.deactivated", {"fields": "active"}, "says that they are not active"),
            ("record.deactivated", {"deleted": "yes"}, "has deleted them"),
            ("record.held", {"until": "2026-11-30T03:12:00+00:00"}, "held until 2026-11-30T03:12"),
            ("record.kept", {}, "keeps them in"),
            ("record.let-go", {}, "lets them leave"),
            ("record.deactivated", {"fields": "groups", "group": "x"}, "in none of the groups"),
            (
                "record.refused",
                {"reason": "userName: taken"},
                "not kept",
            ),
            ("contact.left-directory", {}, "left the directory"),
            ("contact.back-in-directory", {}, "back in the directory"),
            ("directory.many-left", {"gone": "6", "active": "25"}, "6 of 25 people"),
        ],
        ids=range(13),
    )
    def test_of_a_directory_says_what_it_sent_and_what_came_of_it(self, name, detail, said):
        assert said in line_words(line(name, **detail))

    def test_of_another_kind_is_told_as_it_is(self):
        assert line_words(line("link.created", link="x", kind="shared")) == "link=x kind=shared"

    def test_of_a_sign_out_by_the_api_counts_no_sessions(self):
        assert (
            line_words(line("contact.signed-out", by="key:desk")) == "the team ended all sessions"
        )
        counted = line("contact.signed-out", by="cli:olga", sessions="2")
        assert line_words(counted) == "the team ended all sessions: 2"

    def test_of_a_code_says_whether_it_was_an_older_mails(self):
        assert line_words(line("code.refused", attempts_left="1")) == "a wrong code, 1 attempt left"
        older = line("code.refused", attempts_left="4", code="older")
        assert line_words(older) == "the code of an older mail, 4 attempts left"
