"""*Copy as command* on every screen of the console: whoever adds a screen or a form says its command.

Which command it is, and that it does what it says, the browser shows (tests/browser/test_console_commands.py).
"""

import re
from collections.abc import Mapping

import pytest
import typer

from cli.app import ALONE, app
from cli.option_names import CONNECTION, WORKSPACE
from portico.team.workspace_key import KEY_LIFETIME
from portico.team.workspace_keys import LONGEST_KEY_LABEL
from tests.page.test_console import MODULES

OF_THEIR_SCREEN = {"log-filter.js", "log-export.js"}
"""Forms that have none of their own, since that of their screen says what is shown: the filter that is in
the address, and the rows that it lets through. A form elsewhere says its own."""

SAYS = re.compile(r"place\.commands = (?!\[\])|\bcommands: (?!null\b)(?=\(|\w+[,\n])")
"""Where a module says what the command is."""

SCREENS = re.search(r"^const SCREENS = \{\n(.*?)^\};", MODULES["shell.js"], re.DOTALL | re.MULTILINE)[1]  # type: ignore[index]  # fmt: skip
RARE = re.compile(r'rare\((?:(\w+)|\(\) => import\("\./([\w-]+\.js)"\)), \(\{ (\w+)(?:: \w+)? \}\)')

type Modules = Mapping[str, str]


def brought(module: str, name: str) -> str:
    """The module that *module* takes a name from."""
    for names, path in re.findall(
        r'^(?:import|export) \{ ([^}]*) \} from "\./([\w-]+\.js)"', MODULES[module], re.MULTILINE
    ):
        if name in {each.split(" as ")[0] for each in names.split(", ")}:
            return str(path)
    return module


def screens() -> dict[str, tuple[str, str]]:
    """Every screen by its key: its module, and the function in it."""
    loaded = dict(re.findall(r'^const (\w+) = \(\) => import\("\./([\w-]+\.js)"\);', MODULES["shell.js"], re.MULTILINE))  # fmt: skip
    found = {}
    for key, shown in re.findall(r'^  "?([\w-]+)"?: (.*),$', SCREENS, re.MULTILINE):
        if later := RARE.match(shown):
            loader, path, function = later.groups()
            module = path or loaded[loader]
        else:
            module, function = "shell.js", shown
        found[key] = (brought(module, function), function)
    return found


ALL = screens()


def functions_of(text: str) -> dict[str, str]:
    """The functions of a module by their names, each with its text."""
    whole = re.findall(
        r"^(?:export )?(?:async )?function (\w+)\((.*?)^\}$", text, re.DOTALL | re.MULTILINE
    )
    return dict(whole) | dict(re.findall(r"^export const (\w+) = (\(.*)$", text, re.MULTILINE))


def says_its_command(module: str, function: str, modules: Modules) -> bool:
    """Whether a screen's function says it, or one of its module that it gives the place to."""
    functions = functions_of(modules[module])
    seen: set[str] = set()
    ahead = [function]
    while ahead:
        name = ahead.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        if SAYS.search(functions[name]):
            return True
        ahead += re.findall(r"\b(\w+)\(place\b", functions[name])
    return False


class TestEveryScreen:
    def test_is_found(self):
        named = re.findall(r'^  "?([\w-]+)"?:', SCREENS, re.MULTILINE)

        assert list(ALL) == named
        assert len(ALL) > 30
        assert not [
            key for key, (path, name) in ALL.items() if name not in functions_of(MODULES[path])
        ]

    @pytest.mark.parametrize("key", ALL)
    def test_says_its_command(self, key):
        assert says_its_command(*ALL[key], MODULES), (
            f"{key}: say what does the same in a terminal: place.commands, or commands of its form"
        )

    @pytest.mark.parametrize("key", ALL)
    def test_would_be_missed_without_it(self, key):
        silent = {name: SAYS.sub("", text) for name, text in MODULES.items()}

        assert not says_its_command(*ALL[key], silent)


class TestEveryForm:
    FORMS = {  # noqa: RUF012
        (name, at): asked
        for name, text in MODULES.items()
        for at, asked in enumerate(re.findall(r"= form\(place, \{$(.*?)^  \}\);$", text, re.DOTALL | re.MULTILINE))
    }  # fmt: skip

    def test_is_found(self):
        made = sum(
            len(re.findall(r"(?<!function )\bform\(place", text)) for text in MODULES.values()
        )

        assert len(self.FORMS) == made > 20

    @pytest.mark.parametrize("form", FORMS, ids=str)
    def test_says_its_command_or_leaves_it_to_its_screen(self, form):
        own, left = (len(re.findall(rf"^    commands: {each}", self.FORMS[form], re.MULTILINE)) for each in (r"\(", "null,"))  # fmt: skip

        assert (own, left) == ((0, 1) if form[0] in OF_THEIR_SCREEN else (1, 0))

    def test_leaves_none_out_that_has_one(self):
        assert {name for name, _ in self.FORMS} >= OF_THEIR_SCREEN


class TestEveryQuestion:
    NOTHING_IS_DONE = {"once.js"}  # noqa: RUF012
    """It asks whether somebody leaves what is shown once."""

    ASKED = {  # noqa: RUF012
        name: text
        for name, text in MODULES.items()
        if name != "parts.js" and re.search(r"\bsure\(words", text)
    }

    @pytest.mark.parametrize("name", ASKED)
    def test_says_the_command_of_its_press(self, name):
        said = [line for line in self.ASKED[name].splitlines() if " yes: " in line]

        assert said
        wanted = "commands: null" if name in self.NOTHING_IS_DONE else "commands: place.inTerminal("
        assert not [each for each in said if wanted not in each]

    def test_is_found(self):
        assert set(self.ASKED) > self.NOTHING_IS_DONE
        assert len(self.ASKED) > 6


class TestACommand:
    TREE = typer.main.get_command(app)
    SAID = sorted({(name, each) for name, text in MODULES.items() for each in re.findall(r'\["([a-z]+ [a-z-]+|why)"[,\]]', text)})  # fmt: skip

    @pytest.mark.parametrize(("module", "said"), SAID)
    def test_is_there(self, module, said):
        group, _, name = said.partition(" ")

        assert said in ALONE or name in self.TREE.commands[group].commands, module  # type: ignore[attr-defined]

    def test_is_found_in_what_modules_say(self):
        assert len({said for _, said in self.SAID}) > 30


class TestAnOption:
    def test_of_a_setting_is_what_the_command_calls_it(self):
        (text,) = re.findall(r"const OPTIONS = \{\n(.*?)^\};", MODULES["settings-command.js"], re.DOTALL | re.MULTILINE)  # fmt: skip
        others = dict(re.findall(r'(\w+): "([\w-]+)"', text))
        (groups,) = re.findall(r"export const GROUPS = \{\n(.*?)^\};", MODULES["settings-fields.js"], re.DOTALL | re.MULTILINE)  # fmt: skip
        kinds = "switch|list|hours|days|moment|text|link|colour|pause|rule|groups"
        settings = {each for each in re.findall(r'"(\w+)"', groups) if not re.fullmatch(kinds, each)}  # fmt: skip

        assert len(settings) > 20
        called = {each: others.get(each, each.replace("_", "-")) for each in settings}
        assert called == {each: WORKSPACE[each].removeprefix("--") for each in settings}
        # And none that needs no name of its own.
        assert not [each for each, name in others.items() if name == each.replace("_", "-")]

    def test_of_a_connection_is_what_the_command_calls_it(self):
        text = MODULES["connection-fields.js"]
        (table,) = re.findall(r"const OPTIONS = \{ (.*?) \};", text)
        others = dict(re.findall(r'(\w+): "([\w-]+)"', table))
        (kinds,) = re.findall(r"const OF_KIND = \{\n(.*?)^\};", text, re.DOTALL | re.MULTILINE)
        fields = {"label", "client_id", "vouches_for", *re.findall(r'name: "(\w+)"', kinds)}

        assert {each: others.get(each, each.replace("_", "-")) for each in fields} == {
            each: CONNECTION[each].removeprefix("--") for each in fields
        }


class TestAKey:
    def test_ends_and_is_called_as_the_rules_say(self):
        (days,) = re.findall(r"^const DAYS = (\d+);", MODULES["keys.js"], re.MULTILINE)
        (longest,) = re.findall(r"^const LONGEST_LABEL = (\d+);", MODULES["keys.js"], re.MULTILINE)

        assert int(days) == KEY_LIFETIME.days
        assert int(longest) == LONGEST_KEY_LABEL
