"""*Copy as command*: what a screen shows or a form does, in a terminal, on every screen there is.

Without a key, without a secret, and without what a fragment says. What shows something is run at the
house, and so is what changes something of a test's own; of what would change what other tests look at, the
command itself reads whether it can be understood.
"""

import json
import re
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import typer
from playwright.sync_api import expect

from cli.app import app
from tests.browser.house import House
from tests.browser.member import Member
from tests.browser.terminal import CommandFailed
from tests.browser.test_console_looks import SCREENS, is_open

ANN = "ct_demo-acme-ann-00000000"
OLGA = "ct_demo-acme-olga-0000000"
SHOWS = {
    "connection list", "contact list", "contact merge", "contact show", "directory check",
    "directory held", "directory people", "directory status", "key list", "link list", "portal list",
    "portal show", "session list", "team list", "trail list", "trail overview", "trail show", "why",
    "workspace preview-mail", "workspace show",
}  # fmt: skip
"""What changes nothing. A merge is one of them by its --dry-run."""
MADE_FIRST = (
    "rotate={link}",
    "merge={contact}&with={other}",
    "unmerge={contact}&lost={lost}",
    "elsewhere={portal}",
    "edit-portal={portal}",
    "new-connection",
    "switch-connection=facebook&to=gone",
)
"""What is in none of those, since a test makes it, or a step of one that is."""
TYPED_FIRST = {"new-key", "new-portal"}
"""Forms whose command is refused as they are: something has to be typed or ticked before."""
TREE: Any = typer.main.get_command(app)


@pytest.fixture
def member(person) -> Member:
    return Member(person)


def words_of(command: str) -> list[str]:
    """The words that a shell makes of a command, but for the first."""
    printed = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {command}"], capture_output=True, text=True, check=True
    ).stdout
    portico, *words = printed.split("\0")[:-1]
    assert portico == "portico"
    return words


def commands_of(member: Member) -> list[str]:
    """What the screen that is open says."""
    folded = member.page.locator("main details.commands")
    if folded.get_attribute("open") is None:
        folded.get_by_text("Copy as command").click()
    commands = [each.input_value() for each in folded.get_by_label("Command").all()]
    assert commands
    return commands


def command_of(member: Member) -> list[str]:
    """The words of the only one."""
    (command,) = commands_of(member)
    return words_of(command)


def is_understood(words: list[str]) -> None:
    """Let the command itself read what was typed; nothing is done. It complains as it always does."""
    group, *rest = words
    context = TREE.make_context("portico", [group], resilient_parsing=True)
    command, name = TREE.commands[group], group
    if hasattr(command, "commands"):
        name, *rest = rest
        command = command.commands[name]
    command.make_context(name, rest, parent=context)


def name_of(words: list[str]) -> str:
    return words[0] if words[0] == "why" else " ".join(words[:2])


@dataclass
class Own:
    """What a test makes at the house for itself, when a text asks for it by its name."""

    house: House
    any: str = field(default_factory=lambda: secrets.token_hex(4))
    made: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        if name not in self.made:
            self.made[name] = getattr(self, f"_{name}")()
        return self.made[name]

    def says(self, text: str) -> str:
        return text.format_map(self)

    def types(self, *command: str) -> Any:
        """Type a command, and read its JSON."""
        return json.loads(self.house.team("--json", *map(self.says, command)))

    def _any(self) -> str:
        return self.any

    def _email(self) -> str:
        return f"z{self.any}@example.org" if self["contact"] else ""

    def _contact(self) -> str:
        return self._somebody("z")

    def _other(self) -> str:
        return self._somebody("y")

    def _lost(self) -> str:
        lost = self._somebody("x")
        self.types("contact", "merge", "acme", "{contact}", lost, "--yes")
        return lost

    def _somebody(self, letter: str) -> str:
        email = f"{letter}{self.any}@example.org"
        told = self.types("contact", "add", "acme", "--name", f"Z {self.any}", "--email", email)
        return str(told["contact"]["id"])

    def _member(self) -> str:
        self.types("team", "add", "acme", "{contact}", "--role", "agent")
        return self["contact"]

    def _link(self) -> str:
        return str(self.types("link", "create", "acme", "--label", "L {any}")["link"]["id"])

    def _short(self) -> str:
        return self["link"][:8]

    def _key(self) -> str:
        options = ("--owner", OLGA, "--label", "K {any}", "--scope", "links")
        return str(self.types("key", "add", "acme", *options)["key"]["id"])

    def _portal(self) -> str:
        uri = ("--redirect-uri", "https://p{any}.test/cb")
        self.types("portal", "add", "acme", "p{any}", *uri)
        return f"p{self.any}"

    def is_gone(self) -> None:
        """Leave nothing behind that other tests count or list."""
        if "portal" in self.made:
            self.types("portal", "remove", "acme", "{portal}", "--yes")
        if "key" in self.made:
            self.types("key", "revoke", "acme", "{key}")
        if "member" in self.made:
            self.types("team", "remove", "acme", "{member}")


@pytest.fixture
def own(house) -> Iterator[Own]:
    made = Own(house)
    yield made
    made.is_gone()


class TestEveryScreen:
    def test_says_what_a_terminal_does(self, member, house, own):
        made = [own.says(each) for each in MADE_FIRST]
        member.comes_in()

        for screen in [*SCREENS, *made]:
            is_open(member, screen)
            for command in commands_of(member):
                assert "ptk_" not in command
                words = words_of(command)
                if name_of(words) in SHOWS and "" not in words:
                    house.team(*words)
                elif screen.partition("=")[0] in TYPED_FIRST:
                    with pytest.raises(typer.BadParameter):
                        is_understood(words)
                else:
                    is_understood(words)

    def test_of_an_agent_says_it_too(self, member, house):
        member.comes_in("agent")

        for screen in ("find", "directory", f"contact={ANN}", f"trail={ANN}", f"edit={ANN}"):
            is_open(member, screen)
            for command in commands_of(member):
                is_understood(words_of(command))

    def test_has_nothing_of_what_a_fragment_says(self, member):
        member.comes_in()

        member.opens("contact=$(touch%20evil)")

        member.is_told("This is not there, or no longer.")
        expect(member.page.get_by_text("Copy as command")).to_have_count(0)


class TestALongCommand:
    def test_is_seen_whole_before_it_is_copied(self, person_with):
        member = Member(person_with(viewport={"width": 360, "height": 740}))
        member.comes_in()
        member.opens("add")
        member.types("Name", "Zoë O'Hara of the department for " + "very " * 10 + "long names")
        commands_of(member)

        field = member.page.get_by_label("Command")

        assert field.evaluate("each => each.scrollWidth <= each.clientWidth && each.scrollHeight <= each.clientHeight")  # fmt: skip


class TestAForm:
    def test_follows_what_is_typed(self, member):
        member.comes_in()
        member.opens("add")
        assert command_of(member) == ["contact", "add", "acme", "--name", "", "--email", ""]

        member.types("Name", 'Zoë O\'Hara; $(touch evil) `x` \\ "y"')
        member.types("Email", "zoe@example.org")

        assert command_of(member) == [
            "contact", "add", "acme", "--name", "Zoë O'Hara; $(touch evil) `x` \\ \"y\"",
            "--email", "zoe@example.org",
        ]  # fmt: skip

    def test_shows_what_it_copies_also_of_what_cannot_be_seen(self, member):
        member.comes_in()
        member.opens("add")
        name = "a\u202eb'\\\u200fc\U000e0041"

        member.types("Name", name)

        (command,) = commands_of(member)
        assert command.isascii()
        assert words_of(command)[4] == name

    def test_is_read_the_same_by_a_shell_that_looks_up_programs(self, member):
        member.comes_in()
        member.opens("add")

        member.types("Name", "=ls")

        # zsh would put the path of the program there.
        (command,) = commands_of(member)
        assert "--name '=ls'" in command

    def test_makes_no_option_of_what_begins_like_one(self, member):
        member.comes_in()
        member.opens("new-member")

        member.types("Email", "--role=owner")

        words = command_of(member)
        assert words == ["team", "add", "acme", "--role", "agent", "--", "--role=owner"]

    def test_keeps_a_secret_to_itself(self, member):
        member.comes_in()
        member.opens("new-connection=x")
        member.types("Client ID", "client-of-x")

        member.types("Client secret", "hush-hush")

        (command,) = commands_of(member)
        assert "client-of-x" in command
        assert "hush" not in command

    def test_says_nothing_to_change_where_nothing_is_changed(self, member):
        member.comes_in()
        for screen, shows in {
            "change=portal-look": "workspace show",
            f"edit={ANN}": "contact show",
        }.items():
            member.opens(screen)

            assert name_of(command_of(member)) == shows

    def test_says_each_kind_of_setting(self, member):
        member.comes_in()
        member.opens("change=authentication-sessions")
        member.types("New links are good for (days)", "30")
        member.types("Signed out after being unused for", "1.5")
        assert command_of(member) == ["workspace", "set", "acme", "--session-idle", "90m", "--link-days", "30"]  # fmt: skip

        member.opens("change=portal-open")
        member.field("Contacts can sign in").uncheck()
        member.types("What the page says meanwhile", "Back\nsoon")
        member.types("Paused until", "2036-12-24T18:00")
        words = command_of(member)

        assert "--portal-disabled" in words
        assert words[words.index("--pause-text") + 1] == "en=Back\nsoon"
        assert re.fullmatch(r"2036-12-24T\d\d:00:00\+00:00", words[words.index("--paused-until") + 1])  # fmt: skip
        is_understood(words)


class TestAFile:
    @pytest.mark.parametrize(
        ("screen", "before"), [("logo", "logo.png"), ("import", "contacts.csv")]
    )
    def test_is_called_as_the_one_that_is_chosen(self, member, tmp_path, screen, before):
        member.comes_in()
        member.opens(screen)
        assert before in commands_of(member)[0]
        file = tmp_path / f"its own {before}"
        file.write_bytes(b"\x89PNG\r\n\x1a\n" if screen == "logo" else b"E-Mail,Who\n")

        member.page.locator("input[type=file]").set_input_files(file)

        first = member.page.locator("main details.commands").get_by_label("Command").first
        expect(first).to_have_value(re.compile("its own"))
        assert file.name in words_of(first.input_value())

    def test_of_contacts_has_its_columns(self, member, tmp_path):
        member.comes_in()
        member.opens("import")
        file = tmp_path / "contacts.csv"
        file.write_text("Mail address,Who\n")
        member.page.locator("input[type=file]").set_input_files(file)
        member.page.get_by_text("Which column is what").click()

        member.field("Name").select_option("Who")

        assert command_of(member) == [
            "contact", "import", "acme", "contacts.csv", "--dry-run", "--column", "name=Who",
        ]  # fmt: skip


@dataclass(frozen=True)
class Typed:
    """A form, and what the command that it says has done once it was run."""

    name: str
    screen: str
    """The fragment."""
    typed: dict[str, str]
    """By the labels."""
    shows: tuple[str, ...]
    """The command that shows what was done."""
    done: tuple[str, ...]
    """What it says then."""
    ticks: tuple[str, ...] = ()
    chooses: tuple[tuple[str, str], ...] = ()
    cleans: tuple[str, ...] = ()
    """The command that takes it back."""


PLACE = "Europe/Berlin"
SHOW = ("contact", "show", "acme")
FORMS = [
    Typed("add", "add", {"Name": "It's $HOME {any}", "Email": "n{any}@example.org"}, (*SHOW, "n{any}@example.org"), ("It's $HOME {any}",)),
    Typed("edit", "edit={contact}", {"Name": "New {any}"}, (*SHOW, "{contact}"), ("New {any}", '"de"', PLACE), chooses=(("Language of their mail", "Deutsch"), ("Time zone", PLACE))),
    Typed("address", "address={contact}", {"New email address": "m{any}@example.org"}, (*SHOW, "{contact}"), ("m{any}@example.org",)),
    Typed("unmerge", "unmerge={contact}&lost={lost}", {}, (*SHOW, "{lost}"), ("x{any}@example.org",)),
    Typed("new-link", "new-link", {"Label": "L & {any}", "Good for how many days": "3"}, ("link", "list", "acme"), ("L & {any}",)),
    Typed("new-personal-link", "new-link={contact}", {"Label": "L {any}"}, ("link", "list", "acme", "--contact", "{contact}"), ("L {any}", '"tickets"'), chooses=(("Leads to", "The list of tickets"),)),
    Typed("rotate", "rotate={link}", {}, ("link", "show", "acme", "{link}"), ('"replaced"',), chooses=(("The old link works on for", "It ends at once"),)),
    Typed("new-member", "new-member", {"Email": "{email}"}, ("team", "list", "acme"), ("{email}",), chooses=(("Role", "auditor"),), cleans=("team", "remove", "acme", "{email}")),
    Typed("role", "role={member}", {}, ("team", "list", "acme"), ("{email}",), chooses=(("Role", "auditor"),)),
    Typed("new-portal", "new-portal", {"Short name": "q{any}", "Label": "P {any}", "Redirect addresses": "https://q{any}.test/a\nhttps://q{any}.test/b"}, ("portal", "show", "acme", "q{any}"), ("P {any}", "https://q{any}.test/a", "https://q{any}.test/b"), ticks=("It keeps no secret",), cleans=("portal", "remove", "acme", "q{any}", "--yes")),
    Typed("edit-portal", "edit-portal={portal}", {"Label": "Q {any}"}, ("portal", "show", "acme", "{portal}"), ("Q {any}",)),
    Typed("settings", "change=portal-help", {"Privacy page": "https://acme.test/{any}"}, ("workspace", "show", "acme"), ("https://acme.test/{any}",), cleans=("workspace", "set", "acme", "--privacy", "https://acme.example/privacy")),
]  # fmt: skip
"""What changes nothing but what a test has made, or can be taken back at once."""


class TestWhatAFormSays:
    @pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
    def test_does_what_the_form_would(self, member, house, own, form):
        member.comes_in()
        member.opens(own.says(form.screen))
        for label, text in form.typed.items():
            member.types(label, own.says(text))
        for label in form.ticks:
            member.field(label).check()
        for label, option in form.chooses:
            member.chooses(label, option)

        house.team(*command_of(member))

        try:
            shown = house.team("--json", *map(own.says, form.shows))
            assert not [each for each in form.done if own.says(each) not in shown], shown
        finally:
            if form.cleans:
                own.types(*form.cleans)

    def test_of_a_key_ends_when_it_says(self, member, own):
        member.comes_in()
        member.opens("new-key")
        member.types("Label", own.says("K {any}"))
        member.field("links").check()
        member.types("Good for how many days", "7")

        key = own.types(*command_of(member))["key"]

        own.made["key"] = key["id"]
        assert (key["label"], key["scopes"]) == (own.says("K {any}"), ["links"])
        spans = [datetime.fromisoformat(key[each]) for each in ("created_at", "expires_at")]
        assert spans[1] - spans[0] == timedelta(days=7)

    def test_of_an_erasure_asks_once_more(self, member, house, own):
        member.comes_in()
        member.opens(own.says("erase={contact}"))
        words = command_of(member)

        with pytest.raises(CommandFailed, match="To do it: --yes"):
            house.team(*words)

        assert own.types(*words, "--yes")["erased"]

    def test_of_a_connection_takes_its_secret_from_elsewhere(self, member, house, own, tmp_path):
        file = tmp_path / "secret"
        file.write_text("of-x")
        secret = ("--secret-file", str(file))
        member.comes_in()
        member.opens("new-connection=x")
        id_ = own.says("x{any}")
        member.types("Name in the redirect URI", id_)
        member.types("Client ID", "a")
        made = own.types(*command_of(member), *secret)["connection"]
        assert (made["id"], made["client_id"]) == (id_, "a")

        member.opens(f"change-connection={id_}")
        member.types("Client ID", "b")
        assert own.types(*command_of(member), *secret)["connection"]["client_id"] == "b"

        member.opens(f"connection-secret={id_}")
        assert own.types(*command_of(member), *secret)["connection"]["client_id"] == "b"

        member.opens(f"switch-connection={id_}&to=gone")
        assert own.types(*command_of(member), "--yes")["connection"]["id"] == id_


QUESTIONS = [
    ("keys", "New secret for K {any}", ("key", "list", "acme"), "{key}"),
    ("contact={contact}", "Deactivate", (*SHOW, "{contact}"), '"active": false'),
    ("links", "Revoke link {short}", ("link", "show", "acme", "{link}"), '"revoked"'),
    ("team", "Take Z {any} off the team", (*SHOW, "{contact}"), "{contact}"),
    ("elsewhere={portal}", "New secret", ("portal", "show", "acme", "{portal}"), "{portal}"),
]


class TestAQuestion:
    @pytest.mark.parametrize(
        ("screen", "press", "shows", "done"), QUESTIONS, ids=[each[0] for each in QUESTIONS]
    )
    def test_says_what_its_press_does(self, member, house, own, screen, press, shows, done):
        for name in {"keys": ["key"], "links": ["link"], "team": ["member"]}.get(screen, []):
            own[name]
        member.comes_in()
        member.opens(own.says(screen))
        member.presses(own.says(press))
        asked = member.page.get_by_role("dialog")
        asked.get_by_text("Copy as command").click()
        member.person.finds_no_barrier()
        words = words_of(asked.get_by_label("Command").input_value())

        house.team(*words)

        assert own.says(done) in house.team("--json", *map(own.says, shows))
        if screen == "team":
            del own.made["member"]
