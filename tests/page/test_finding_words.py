"""The findings of a diagnosis in the console's languages: a sentence for each code, and the values that it names."""

import json
import re
from itertools import chain
from pathlib import Path

import pytest

from portico.deliveries.causes import Cause
from portico.diagnosis.findings import FindingCause, SeenCode, Task
from portico.diagnosis.line_evidence import SAID, SECRET, line_evidence
from portico.diagnosis.line_words import CAUSES, ENDED, FATES, WHY_REFUSED, WITHHELD
from portico.diagnosis.sso_causes import DRAFT
from portico.diagnosis.sso_words import REASONS
from portico.people.rules import LOCALES
from tests.diagnosis.cases import evidence_words, line, named
from tests.page.test_words import values_of

FOLDER = Path(__file__).parents[2] / "functions/sign_in_page/static/assets/words/findings"
WORDS = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
ENGLISH = WORDS["en"]
BESIDE = {"until": {"moment"}, "left": {"count"}}
"""What stands after a sentence that has such a value."""
REASONS_OF: dict[FindingCause, set[str]] = {
    FindingCause.BOUNCED: set(CAUSES),
    FindingCause.WITHHELD: set(WITHHELD) - {"mailbox-budget"},
    FindingCause.CODE_REFUSED: set(WHY_REFUSED),
    FindingCause.SESSION_ENDED: set(ENDED),
    FindingCause.PROVIDER_REFUSED: {
        DRAFT,
        *(SAID.get(each, each.partition(": ")[0]) for each in REASONS if each != SECRET),
    },
    FindingCause.SUPPRESSED: {"bounce", "complaint"},
    FindingCause.NO_CONTACT: {"sign-in"},
    FindingCause.LINK_REVOKED: {"on-the-way"},
    FindingCause.CODE_WAITS: {"just-asked"},
}
"""Also what is no finding's reason, since evidence says it in the same words."""
LINES = [
    *(("code.withheld", {"reason": each}) for each in sorted(WITHHELD)),
    *(("code.refused", {"reason": each}) for each in sorted(WHY_REFUSED)),
    ("code.refused", {"attempts_left": "3"}),
    ("code.refused", {"attempts_left": "3", "code": "older"}),
    *(("session.ended", {"reason": each}) for each in sorted(ENDED)),
    ("contact.signed-out", {}),
    *(("sso.refused", {"reason": each, "connection": "google"}) for each in sorted(REASONS)),
    *(("mail.bounced", {"cause": each, "said": "550"}) for each in sorted(Cause)),
    *((each, {}) for each in FATES),
    *((each, {}) for each in ("code.requested", "code.resent", "code.mailed", "session.started")),
    *((each, {"connection": "google"}) for each in ("sso.started", "sso.address-needed")),
    ("password.refused", {}),
]
"""Lines of a try to get in, with every reason that they may have."""


def key_of(*codes: str) -> str:
    return "_".join(codes).replace("-", "_")


class TestTheWordsOfFindings:
    def test_are_there_for_every_locale_a_workspace_may_have(self):
        assert set(WORDS) == set(LOCALES)

    @pytest.mark.parametrize("language", sorted(WORDS))
    def test_have_a_sentence_for_every_code_of_a_diagnosis(self, language):
        causes = {key_of(cause) for cause in FindingCause}
        reasons = {key_of(cause, each) for cause, all_ in REASONS_OF.items() for each in all_}
        tasks = {key_of("task", each) for each in Task}
        seen = {key_of("seen", each) for each in SeenCode}

        missing = (causes | reasons | tasks | seen) - set(WORDS[language])
        assert not missing

    def test_have_no_sentence_for_anything_else(self):
        known = chain(
            map(key_of, FindingCause),
            (key_of(cause, each) for cause, all_ in REASONS_OF.items() for each in all_),
            (key_of("seen", each) for each in SeenCode),
            (key_of("task", each) for each in Task),
            BESIDE,
        )

        assert not set(ENGLISH) - set(known)

    @pytest.mark.parametrize("language", sorted(WORDS))
    def test_name_the_same_values_in_the_same_order_of_sentences(self, language):
        assert list(WORDS[language]) == list(ENGLISH)
        for key, text in WORDS[language].items():
            assert values_of(text) == values_of(ENGLISH[key]), key

    @pytest.mark.parametrize("language", sorted(WORDS))
    def test_are_text_without_markup_or_stray_blanks(self, language):
        for key, text in WORDS[language].items():
            assert text == text.strip() != "", key
            assert not re.search(r"[<>&]|  ", text), key

    @pytest.mark.parametrize("language", sorted(set(WORDS) - {"en"}))
    def test_are_translated(self, language):
        assert not [key for key in ENGLISH if WORDS[language][key] == ENGLISH[key]]

    @pytest.mark.parametrize("key", sorted(BESIDE))
    def test_say_what_stands_after_a_sentence(self, key):
        assert values_of(ENGLISH[key]) == BESIDE[key]


@pytest.mark.parametrize(("name", "detail"), LINES, ids=range(len(LINES)))
def test_evidence_of_any_line_has_a_whole_sentence_and_what_it_names(name, detail):
    seen = line_evidence(line(name, **detail), "Ann").answer()

    assert named(evidence_words(seen)) <= set(seen["values"]), seen
    # A mail server's own words stand after it.
    assert seen["values"].get("said") == detail.get("said")
