"""The console's own words, what it shows to which role, and that it names no address in a URL."""

import json
import re
from pathlib import Path

import pytest

from portico.edge.diagnosis_routes import PRESSED_BY
from portico.people.rules import LOCALES
from portico.team.rules import MAY, RANKS
from portico.team.weaknesses import CONNECTION_WEAKENS
from tests.browser.test_console_looks import MADE, SCREENS
from tests.page.test_words import values_of

ASSETS = Path(__file__).parents[2] / "functions/sign_in_page/static/assets"


def _words(folder):
    """Return the words of a folder, by language."""
    return {
        path.stem: json.loads(path.read_text())
        for path in (ASSETS / "words" / folder).glob("*.json")
    }


FIRST, OF_TRAIL = _words("console"), _words("trail")
WORDS = {language: FIRST[language] | OF_TRAIL[language] for language in FIRST}
ENGLISH = WORDS["en"]
OF_FINDINGS = json.loads((ASSETS / "words/findings/en.json").read_text())
MODULES = {path.name: path.read_text() for path in (ASSETS / "console").glob("*.js")}
ENTRY = (ASSETS / "console.js").read_text()
SOURCE = "\n".join([*MODULES.values(), ENTRY])

COMPOSED = re.compile(r"`((?:\w|\$\{[^}]*\})+)`")
"""Keys that a module puts together: `role_${role}`."""

LATIN_THAT_TURNS = re.compile(r"[A-Za-z0-9][_:/]*[_/](?![A-Za-z0-9_:/\u200e])")
"""A Latin word that ends in a sign, and no left-to-right mark after it."""


class TestTheWords:
    def test_are_there_for_every_locale_a_workspace_may_have(self):
        assert set(WORDS) == set(LOCALES)

    @pytest.mark.parametrize("language", sorted(WORDS))
    def test_say_the_same_things_in_the_same_order(self, language):
        assert list(WORDS[language]) == list(ENGLISH)

    @pytest.mark.parametrize("language", sorted(WORDS))
    def test_fill_in_the_same_values(self, language):
        said = WORDS[language].items()

        assert not {key for key, text in said if values_of(text) != values_of(ENGLISH[key])}

    @pytest.mark.parametrize("language", sorted(WORDS))
    def test_are_text_without_markup_or_stray_blanks(self, language):
        said = WORDS[language].items()

        assert not {
            key
            for key, text in said
            if not text or text != text.strip() or re.search(r"[<>&]|  ", text)
        }

    @pytest.mark.parametrize("language", sorted(set(WORDS) - {"en"}))
    def test_are_translated(self, language):
        same = [key for key in ENGLISH if WORDS[language][key] == ENGLISH[key]]

        assert len(same) <= 6, same

    def test_keep_the_end_of_a_latin_word_beside_it_in_arabic(self):
        # `ct_` would be read as `_ct`: at its end, a sign turns to the left without a mark.
        assert not [key for key, text in WORDS["ar"].items() if LATIN_THAT_TURNS.search(text)]

    def test_are_all_used(self):
        assert not set(ENGLISH) - _asked_for(SOURCE)

    def test_hold_whatever_a_module_asks_for(self):
        asking = re.compile(r'(?:\.(?:text|nodes|good)\(|key: )"(\w+)"')
        asked = set(asking.findall(SOURCE))

        assert len(asked) > 50
        assert asked <= set(ENGLISH) | set(OF_FINDINGS)

    def test_stand_in_one_folder_each_with_the_same_languages(self):
        assert set(FIRST) == set(OF_TRAIL)
        assert not set(FIRST["en"]) & set(OF_TRAIL["en"])

    def test_of_the_trail_are_asked_for_by_no_other_script(self):
        (named,) = re.findall(
            r'const trail = \(\) => import\("\./([\w-]+\.js)"\)', MODULES["shell.js"]
        )
        theirs = _reached(named) - _reached("shell.js")
        others = "\n".join(text for name, text in MODULES.items() if name not in theirs) + ENTRY

        assert {"logs.js", "changes.js", "overview.js", "directory.js"} <= theirs
        assert not _asked_for(others) & set(OF_TRAIL["en"])

    def test_that_only_the_trail_asks_for_are_in_its_folder(self):
        """Else every member loads them at first, whatever they came for."""
        theirs = _reached("trail-screens.js") - _reached("shell.js")
        others = "\n".join(text for name, text in MODULES.items() if name not in theirs) + ENTRY

        assert not set(FIRST["en"]) - _asked_for(others)


def _reached(name):
    """Return the console's modules that one needs at once, and itself."""
    found, waiting = set(), [name]
    while waiting:
        one = waiting.pop()
        if one in MODULES and one not in found:
            found.add(one)
            waiting += re.findall(r'from "\./([\w-]+\.js)"', MODULES[one])
    return found


def _asked_for(source):
    """Return the keys that a source asks for, plainly or put together."""
    plain = set(re.findall(r'"([a-z_]+)"', source)) | set(re.findall(r"\b(\w+):", source))
    made = [re.sub(r"\$\{.*?\}", "[a-z_-]+", each) for each in COMPOSED.findall(source)]
    composed = [re.compile(rf"{each}\Z") for each in made if len(each.replace("[a-z_-]+", "")) > 3]
    return {key for key in ENGLISH if key in plain or any(each.match(key) for each in composed)}


class TestWhatARoleIsShown:
    RIGHTS = MODULES["rights.js"]

    def test_is_what_the_rules_allow(self):
        shown = re.findall(r'^  "([\w:-]+)": \[(.*?)\]', self.RIGHTS, re.MULTILINE)

        assert len(shown) > 10
        for action, roles in shown:
            allowed = next(may for name, may in MAY.items() if name.value == action)
            assert set(re.findall(r'"(\w+)"', roles)) == {each.value for each in allowed}, action

    def test_ranks_roles_as_the_rules_do(self):
        (ranks,) = re.findall(r"RANKS = \{(.*?)\}", self.RIGHTS)

        assert {role: int(rank) for role, rank in re.findall(r"(\w+): (\d)", ranks)} == {
            role.value: rank for role, rank in RANKS.items()
        }


class TestWhoHasAButton:
    RIGHTS = MODULES["rights.js"]

    def test_is_by_what_the_route_of_each_remedy_asks_for(self):
        (table,) = re.findall(r"PRESSED_BY = \{(.*?)\}", self.RIGHTS, re.DOTALL)

        assert dict(re.findall(r'"?([\w-]+)"?: "([\w:-]+)"', table)) == {
            remedy.value: action.value for remedy, action in PRESSED_BY.items()
        }


class TestAChangeOfAConnection:
    def test_makes_a_draft_by_the_fields_that_weaken_it(self):
        (table,) = re.findall(r"LETS_IN = \{(.*?)\}", MODULES["connection-fields.js"])
        shown = dict(re.findall(r'(\w+): "(\w+)"', table))

        # Its kind stays, and what is left makes no draft.
        left = {"kind", "label", "on", "draft", "waits", "secret"}
        assert shown == {
            name: rule.__name__.removeprefix("_")
            for name, rule in CONNECTION_WEAKENS.items()
            if name not in left
        }


class TestTheScreens:
    def test_are_all_looked_at_in_every_language(self):
        (table,) = re.findall(r"^const SCREENS = \{(.*?)^\};", MODULES["shell.js"], re.DOTALL | re.MULTILINE)  # fmt: skip
        named = set(re.findall(r'^  "?([\w-]+)"?:', table, re.MULTILINE))

        assert len(named) > 30
        assert named == {*(each.partition("=")[0] for each in SCREENS), *MADE}


class TestTheAddressBar:
    @pytest.mark.parametrize("name", sorted(MODULES))
    def test_has_no_address_of_a_person(self, name):
        # Wherever a fragment is made, only an id goes into it.
        made = re.findall(r"\.go\(`[^`]*\$\{([^}]*)\}", MODULES[name])

        assert not [each for each in made if "mail" in each]

    @pytest.mark.parametrize("name", sorted(MODULES))
    def test_takes_for_an_id_only_what_is_one(self, name):
        # An address may begin like an id.
        assert 'startsWith("ct_")' not in MODULES[name]


class TestAScreenByItsAddress:
    def test_is_shown_to_whom_the_rules_allow_what_it_sends(self):
        (table,) = re.findall(r"SCREEN_FOR = \{(.*?)\}", MODULES["rights.js"], re.DOTALL)
        needs = dict(re.findall(r'"?([\w-]+)"?: "([\w:-]+)"', table))
        (screens,) = re.findall(r"SCREENS = \{(.*?)\n\};", MODULES["shell.js"], re.DOTALL)

        assert len(needs) > 10
        assert set(needs) <= set(re.findall(r'^  "?([\w-]+)"?:', screens, re.MULTILINE))
        assert set(needs.values()) <= {each.value for each in MAY}
