"""The findings of a diagnosis in the console's languages: a sentence for each code, and the values that it names."""

import json
import re
from itertools import chain
from pathlib import Path

import pytest

from portico.diagnosis.findings import FindingCause, Task
from portico.diagnosis.line_words import CAUSES, ENDED, WHY_REFUSED, WITHHELD
from portico.diagnosis.mail_causes import STANDS_FIRST
from portico.diagnosis.sso_causes import DRAFT, SAID
from portico.diagnosis.sso_words import REASONS
from portico.people.rules import LOCALES
from tests.page.test_words import values_of

FOLDER = Path(__file__).parents[2] / "functions/sign_in_page/static/assets/words/findings"
WORDS = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
ENGLISH = WORDS["en"]
BESIDE = {"until": {"moment"}, "left": {"count"}}
"""What stands after a sentence that has such a value."""
REASONS_OF: dict[FindingCause, set[str]] = {
    FindingCause.BOUNCED: set(CAUSES),
    FindingCause.WITHHELD: set(WITHHELD) - STANDS_FIRST - {"mailbox-budget"},
    # A way in that is off is another finding.
    FindingCause.CODE_REFUSED: set(WHY_REFUSED) - {"method-off"},
    FindingCause.SESSION_ENDED: set(ENDED) - {"method-off"},
    FindingCause.SUPPRESSED: {"bounce", "complaint"},
    FindingCause.NO_CONTACT: {"sign-in"},
    FindingCause.LINK_REVOKED: {"on-the-way"},
    FindingCause.CODE_WAITS: {"just-asked"},
}
OF_PROVIDERS = {each.partition(": ")[0] for each in REASONS} | set(SAID.values()) | {DRAFT}
"""Most of them need a provider's administrator, who reads the API's English below the sentence."""


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

        missing = (causes | reasons | tasks) - set(WORDS[language])
        assert not missing

    def test_have_no_sentence_for_anything_else(self):
        known = chain(
            map(key_of, FindingCause),
            (key_of(cause, each) for cause, all_ in REASONS_OF.items() for each in all_),
            (key_of(FindingCause.PROVIDER_REFUSED, each) for each in OF_PROVIDERS),
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
