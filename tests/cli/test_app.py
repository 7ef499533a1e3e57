"""The command as it is started: its version, its completion, and what it loads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.app import ALONE, GROUPS
from portico import __version__

ROOT = Path(__file__).parents[2]
HEAVY = {
    "authlib",
    "boto3",
    "botocore",
    "cryptography",
    "joserfc",
    "pydantic",
    "publicsuffixlist",
    "requests",
    "rich",
    "sqlite3",
}
"""What costs a call a tenth of a second or more, or belongs to few commands."""


def starts(*command, code=0, **environment):
    """Run the command as a shell does, with no room for what a test has loaded."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", *command],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout


def loaded_by(*command, **environment):
    """The heavy packages that a command has loaded when it ends."""
    program = (
        "import sys, atexit\n"
        f"atexit.register(lambda: print('LOADED', *({HEAVY!r} & sys.modules.keys())))\n"
        f"sys.argv = ['portico', *{list(command)!r}]\n"
        "import runpy; runpy.run_module('cli', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "LOADED" in done.stdout, done.stderr
    return done, set(done.stdout.rpartition("LOADED")[2].split())


class TestTheVersion:
    def test_is_the_one_of_the_layer(self):
        assert starts("--version") == f"portico {__version__}\n"


class TestTheHelp:
    def test_lists_every_command_and_says_what_it_is_for(self, terminal):
        said = terminal.runs("--help").stdout

        for name, (_, about) in (GROUPS | ALONE).items():
            assert name in said
            assert about in said

    def test_of_a_setting_says_what_it_may_be(self, terminal):
        said = " ".join(terminal.runs("workspace", "set", "--help").stdout.split())

        assert "Whether contacts may delete their account." in said
        assert "A PNG of at most 64 KB." in said

    def test_is_shown_to_whoever_types_a_group_alone(self, terminal):
        assert "deactivate" in terminal.runs("contact").output

    def test_suggests_the_command_that_was_meant(self, terminal):
        result = terminal.runs("workspaces")

        assert result.exit_code == 2
        assert "Did you mean 'workspace'" in result.stderr


class TestACommand:
    @pytest.mark.parametrize(
        "command", [["--version"], ["--help"], ["workspace"], ["link", "create", "--help"]]
    )
    def test_that_asks_no_portico_loads_nothing_of_aws(self, command):
        _, loaded = loaded_by(*command)

        assert loaded <= {"rich"}

    def test_that_completes_loads_nothing_heavy(self):
        environment = {"_PORTICO_COMPLETE": "complete_bash", "COMP_CWORD": "1"}

        done, loaded = loaded_by(COMP_WORDS="portico w", **environment)

        assert done.stdout.startswith("workspace")
        assert loaded == set()

    @pytest.mark.parametrize(
        "command",
        [
            ["workspace", "show", "acme"],
            ["contact", "show", "acme", "ann@example.com"],
            ["link", "list", "acme"],
            ["trail", "show", "acme"],
            ["why", "acme", "ann@example.com"],
            ["portal", "list", "acme"],
            ["session", "list", "acme", "ann@example.com"],
        ],
    )
    def test_that_reads_loads_botocore_and_no_other_library_of_weight(self, wire, command):
        done, loaded = loaded_by(
            *command,
            "--stack",
            "portico",
            "--json",
            AWS_ENDPOINT_URL_CLOUDFORMATION=wire.url,
            AWS_ENDPOINT_URL_DYNAMODB="http://127.0.0.1:9",
        )

        assert "EndpointConnectionError" in done.stderr
        assert loaded == {"botocore"}

    def test_that_shows_a_workspace_loads_what_it_prints_with_and_no_more(self, acme, rows_of_acme):
        acme.wire.item = next(each for each in rows_of_acme if each["sk"]["S"] == "door")

        done, loaded = loaded_by(
            "workspace",
            "show",
            "acme",
            "--stack",
            "portico",
            AWS_ENDPOINT_URL_CLOUDFORMATION=acme.wire.url,
            AWS_ENDPOINT_URL_DYNAMODB=acme.wire.url,
        )

        assert "Acme Support" in done.stdout
        assert loaded == {"botocore", "publicsuffixlist", "rich"}

    def test_that_shows_links_loads_its_own_module_and_no_other(self):
        program = (
            "import sys; sys.argv = ['portico', 'link', '--help']\n"
            "import runpy\n"
            "try: runpy.run_module('cli', run_name='__main__')\n"
            "except SystemExit: pass\n"
            "print('LOADED', *(each for each in sys.modules if each.startswith('cli.')))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
        )
        loaded = set(done.stdout.rpartition("LOADED")[2].split())

        assert "cli.links" in loaded
        assert not loaded & {module for module, _ in GROUPS.values() if module != "cli.links"}


class TestCompletion:
    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("portico wor", {"workspace"}),
            ("portico contact de", {"deactivate"}),
            ("portico --ver", {"--version"}),
            ("portico --local 8000 tra", {"trail"}),
            ("portico workspace set acme --sign-up-", {"--sign-up-domain", "--sign-up-blocked"}),
            ("portico guide acme --out", {"--output"}),
        ],
    )
    def test_is_what_bash_asks_for(self, words, found):
        last = str(len(words.split()) - 1)

        said = starts(_PORTICO_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=last)

        assert set(said.split()) == found

    def test_is_what_zsh_asks_for(self):
        said = starts(_PORTICO_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="portico con")

        assert '"contact"' in said
        assert '"connection"' in said
        assert "workspace" not in said

    def test_is_what_fish_asks_for(self):
        said = starts(
            _PORTICO_COMPLETE="complete_fish",
            _TYPER_COMPLETE_ARGS="portico con",
            _TYPER_COMPLETE_FISH_ACTION="get-args",
        )

        assert {line.split("\t")[0] for line in said.splitlines()} == {"contact", "connection"}

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_has_a_script_for_the_shell(self, shell):
        said = starts(_PORTICO_COMPLETE=f"source_{shell}")

        assert f"_PORTICO_COMPLETE=complete_{shell}" in said

    def test_works_in_a_shell(self, tmp_path):
        command = tmp_path / "portico"
        command.write_text(f'#!/bin/sh\ncd "{ROOT}" && exec "{sys.executable}" -m cli "$@"\n')
        command.chmod(0o755)
        script = (
            'eval "$(_PORTICO_COMPLETE=source_bash portico)"\n'
            "COMP_WORDS=(portico contact imp) COMP_CWORD=2\n"
            "_portico_completion portico\n"
            'echo "${COMPREPLY[@]}"\n'
        )

        done = subprocess.run(
            ["bash", "-c", script],
            env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=True,
        )

        assert done.stdout.split() == ["import"]


class TestAnAnswerAsJson:
    @pytest.mark.parametrize(
        ("made", "thing"),
        [
            (["contact", "add", "acme", "--name", "A", "--email", "a@example.com"], "contact"),
            (["link", "create", "acme"], "link"),
            (["portal", "add", "acme", "x", "--redirect-uri", "https://a.test/cb"], "portal"),
            (
                ["connection", "add", "acme", "go", "--kind", "google", "--client-id", "a"],
                "connection",
            ),
        ],
    )
    def test_calls_the_workspace_what_it_always_did(self, acme, tmp_path, made, thing):
        secret = tmp_path / "secret"
        secret.write_text("s3cret")
        more = ["--secret-file", str(secret)] if thing == "connection" else []

        told = acme.told(*made, *more)[thing]

        assert told["workspace"] == "acme"
        assert "workspace_id" not in told
