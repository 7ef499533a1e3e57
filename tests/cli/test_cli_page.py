"""docs/cli.md has every command and option, and no page shows one that there is not (cli/*.py)."""

import inspect
import re
import shlex
from typing import Any

import pytest
import typer

from cli import checks_mail, checks_state
from cli.app import app
from cli.contact_csv import opened
from cli.findings import DEPLOY, Patient
from cli.local_option import with_local_url
from cli.setting_options import SETTINGS
from portico.imports.columns import NEEDED_FIELDS, OPTIONAL_FIELDS
from portico.people.contact_import import ContactLine
from tests.docs.test_docs import PAGES, ROOT, anchors, page

TREE: Any = typer.main.get_command(app)


def loaded(command: Any) -> Any:
    # A command of one word is loaded when its command line is read.
    return command.make_context(command.name, [], resilient_parsing=True).command


def options(command: Any) -> set[str]:
    return {
        option
        for each in loaded(command).params
        for option in (*each.opts, *each.secondary_opts)
        if option.startswith("--")
    }


COMMANDS = {
    group: {name: options(command) for name, command in commands.commands.items()}
    for group, commands in TREE.commands.items()
    if hasattr(commands, "commands")
}
ALONE = {name: options(one) for name, one in TREE.commands.items() if name not in COMMANDS}
"""Commands of one word."""
SHARED = {"--stack", "--local", "--json", "--help"}
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(rf"portico ((?:{'|'.join(COMMANDS)}) [^`\n]*)")


def to_paste(text: str) -> list[str]:
    """Return the lines of a page's blocks that begin with the command."""
    lines = [
        line.strip().removeprefix(".venv/dev/bin/")
        for block in BLOCK.findall(text)
        for line in re.sub(r"\\\n\s*", " ", block).splitlines()
    ]
    return [each for each in lines if re.match("portico [a-z]", each)]


class TestAnyPage:
    @pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
    def test_shows_commands_and_options_that_there_are(self, path):
        for line in SHOWN.findall(path.read_text()):
            group, name, *_ = line.split()
            shown = set(re.findall(r"(?<=\s)--[a-z-]+", line))
            assert shown <= COMMANDS[group].get(name, set()) | SHARED, line

    @pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
    def test_shows_options_that_the_commands_of_one_word_have(self, path):
        for name, line in re.findall(rf"portico ({'|'.join(ALONE)}) ([^`\n]*)", path.read_text()):
            assert set(re.findall(r"(?<=\s)--[a-z-]+", line)) <= ALONE[name] | SHARED, line

    @pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
    def test_shows_whole_commands_to_paste(self, path):
        for line in to_paste(path.read_text()):
            word, *rest = shlex.split(line, comments=True)[1:]
            command = TREE.commands[word]
            if word not in ALONE:
                command = command.commands[rest.pop(0)]
            # One that lacks an option refuses itself, and says what.
            command.make_context(command.name, with_local_url(rest))


def work_with_a_key() -> set[str]:
    """The commands that ask over HTTP if they are told where."""
    found = {
        f"{group} {name}": command
        for group in COMMANDS
        for name, command in TREE.commands[group].commands.items()
    } | {name: TREE.commands[name] for name in ALONE}
    return {
        name
        for name, command in found.items()
        if "url_here(" in inspect.getsource(inspect.unwrap(loaded(command).callback))
    }


class TestTheCommandsOwnPage:
    def test_has_every_command_that_works_with_a_key(self):
        (told,) = re.findall(r"Over HTTP work, so far: (.*?)\. Every other", page("cli.md"))

        listed, group = set(), ""
        for words in re.findall(r"`([a-z][a-z -]*)`", re.sub(r"\([^)]*\)", "", told)):
            first, _, second = words.partition(" ")
            group = first if second else group
            listed.add(words if second or words in ALONE else f"{group} {words}")
        assert listed == work_with_a_key()

    def test_has_every_command(self):
        described = set(re.findall(r"^### `portico ([a-z]+ [a-z-]+)", page("cli.md"), re.MULTILINE))
        assert described == {f"{group} {name}" for group in COMMANDS for name in COMMANDS[group]}
        alone = set(re.findall(r"^### `portico ([a-z]+)(?: [A-Z]|`)", page("cli.md"), re.MULTILINE))
        assert alone == ALONE.keys()

    def test_has_every_option(self):
        for part in page("cli.md").split("\n### `portico ")[1:]:
            group, name = part.replace("`", " ").split()[:2]
            named = set(re.findall(r"`(--[a-z-]+)", part))
            if group in ALONE:
                assert ALONE[group] - SHARED == named, part
                continue
            if group == "workspace":
                continue  # its options are its settings, which have a table of their own
            assert COMMANDS[group][name] - SHARED - named <= {"--no-complete"}, part

    def test_has_every_setting_by_its_names(self):
        rows = re.findall(r"^\| (`--.*`) \| `([a-z_]+)` \|$", page("cli.md"), re.MULTILINE)

        told = {field: set(re.findall(r"`(--[a-z-]+)`", names)) for names, field in rows}
        assert list(told) == list(SETTINGS)
        assert told == {
            each.name: {*each.opts, *each.secondary_opts} - {""}
            for each in TREE.commands["workspace"].commands["set"].params
            if each.name in SETTINGS
        }

    def test_has_every_option_of_the_command_itself(self):
        described = set(re.findall(r"(--[a-z-]+)", page("cli.md").partition("\n## Workspaces")[0]))

        assert options(TREE) <= described

    def test_shows_a_file_that_can_be_imported(self, tmp_path):
        (example,) = re.findall(r"```csv\n(.*?)```", page("cli.md"), re.DOTALL)
        file = tmp_path / "people.csv"
        file.write_text(example)

        with opened(file) as people:
            ann, ben = people.lines()
        assert isinstance(ann, ContactLine)
        assert isinstance(ben, ContactLine)

        assert ann.says == {"name": "Ann Archer", "language": "en", "active": True}
        assert ben.says == {"name": "Ben Baker", "language": None, "active": False}

    def test_has_every_column(self):
        listed = re.findall(r"^\| `([a-z]+)` \|", page("cli.md"), re.MULTILINE)
        assert listed == [*NEEDED_FIELDS, *OPTIONAL_FIELDS]


class TestTheDoctor:
    def test_sends_nobody_to_a_section_that_is_not_there(self):
        outputs = dict.fromkeys(
            (
                "SigningKeys",
                "MailDeadLetters",
                "TrailDeadLetters",
                "SignOutDeadLetters",
                "DeliveryDeadLetters",
            ),
            "x",
        )
        patient = Patient("portico", outputs, {}, {}, emulated=False)
        checks = [*checks_mail.checks(patient), *checks_state.checks(patient)]
        sections = {each.see for each in checks} | {DEPLOY, checks_mail.RAISE, checks_state.LETTERS}

        for each in sections | {"docs/operate.md#logs-and-metrics"}:
            path, _, anchor = each.partition("#")
            assert anchor in anchors((ROOT / path).read_text()), each
