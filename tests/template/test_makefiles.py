"""The makefiles that SAM runs: they find the interpreter, and build for the template's Architecture.

SAM runs each in a copy of its folder, below the system's temporary folder: nothing but what lies in
that copy, the environment and the name of the folder they are started in can tell them anything.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.template import ROOT, resources, template

MAKEFILES = ["functions/Makefile", "layers/crypto/Makefile", "layers/portico/Makefile"]
ARCHITECTURES = template()["Parameters"]["Architecture"]["AllowedValues"]


class Scratch:
    """A folder as SAM makes one for a build, on a machine whose Pythons are pyenv's shims."""

    def __init__(self, folder: Path) -> None:
        self.code, self.artefact = folder / "scratch", folder / "artefact"
        self.home, self.shims = folder / "home", folder / "shims"
        shutil.copytree(ROOT / "functions", self.code)
        self.artefact.mkdir()
        real = Path(sys.base_prefix) / "bin" / "python3.13"
        versions = self.home / ".pyenv" / "versions" / "3.13.9" / "bin"
        _script(versions / "python3.13", f'exec "{real}" "$@"')
        for name in ("python3.13", "python3"):
            # What a shim does where no .python-version says which of its versions is meant.
            _script(self.shims / name, f'echo "pyenv: {name}: command not found" >&2; exit 127')

    def builds(self, door: str, architecture: str = "arm64", **environment: str):
        kept = {k: v for k, v in os.environ.items() if k not in {"ARCH", "PYTHON", "PYENV_ROOT"}}
        own = {
            "HOME": str(self.home),
            "PATH": f"{self.shims}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "ARTIFACTS_DIR": str(self.artefact),
        }
        # As SAM does: the makefile of the working copy, started in the scratch folder.
        return subprocess.run(
            ["make", "--makefile", ROOT / "functions" / "Makefile", f"build-{door}"],
            cwd=self.code / "architectures" / architecture,
            env=kept | own | environment, capture_output=True, text=True, check=False,
        )  # fmt: skip


@pytest.fixture
def scratch(tmp_path) -> Scratch:
    return Scratch(tmp_path)


class TestAMakefile:
    def test_finds_the_interpreter_behind_shims_that_do_not_know_which_is_meant(self, scratch):
        done = scratch.builds("Revoke")

        assert done.returncode == 0, done.stderr
        assert (scratch.artefact / "handler.py").is_file()
        assert list(scratch.artefact.glob("__pycache__/*.pyc"))

    def test_takes_the_interpreter_that_it_is_told(self, scratch):
        shutil.rmtree(scratch.home)
        given = str(Path(sys.base_prefix) / "bin" / "python3.13")

        assert scratch.builds("Revoke", PYTHON=given).returncode == 0

    def test_says_what_is_missing(self, scratch):
        shutil.rmtree(scratch.home)

        done = scratch.builds("Revoke", PATH=f"{scratch.shims}{os.pathsep}{_tools(scratch.home)}")

        assert done.returncode != 0
        assert "Portico needs Python 3.13" in done.stderr

    @pytest.mark.parametrize("asked", ARCHITECTURES)
    def test_refuses_an_architecture_that_is_not_the_templates(self, scratch, asked):
        (other,) = set(ARCHITECTURES) - {asked}

        done = scratch.builds("Revoke", other, ARCH=asked)

        assert done.returncode != 0
        assert f"sam build --parameter-overrides Architecture={asked}" in done.stderr
        assert scratch.builds("Revoke", asked, ARCH=asked).returncode == 0

    def test_finds_the_interpreter_as_all_others_do(self):
        def found(path: str) -> str:
            search = re.search(r"ifeq \(\$\(PYTHON\),\)\nPYTHON := .*?\nendif\n",
                               (ROOT / path).read_text(), re.DOTALL)  # fmt: skip
            assert search, path
            return search[0]

        assert len({found(path) for path in ["Makefile", *MAKEFILES]}) == 1


class TestMakeDeploy:
    """The root Makefile's own lines, with a SAM CLI that only says what it was asked."""

    @pytest.fixture
    def deploys(self, tmp_path):
        for name in ("Makefile", "samconfig.toml", "requirements"):
            (tmp_path / name).symlink_to(ROOT / name)
        tools = tmp_path / ".venv" / "tools"
        _script(tools / "bin" / "sam", 'echo "sam $*"')
        _script(tools / "bin" / "python", 'echo "python $*"')
        (tools / ".ready").touch()

        def deploys(answers: str | None = None, *given: str, stage: str = "prod"):
            if answers is not None:
                (tmp_path / "deployments.toml").write_text(answers)
            kept = {k: v for k, v in os.environ.items() if k not in {"ARCH", "STAGE", "MAKEFLAGS"}}
            # Environments are there: nothing is installed, however old they look.
            ready = [f"--old-file=.venv/{each}" for each in ("tools/.ready", "uv/bin/uv")]
            return subprocess.run(
                ["make", *ready, "deploy", f"STAGE={stage}", *given],
                cwd=tmp_path, env=kept, capture_output=True, text=True, check=False,
            )  # fmt: skip

        return deploys

    @staticmethod
    def answered(architecture: str, stage: str = "prod") -> str:
        """What SAM writes of the answers to its questions."""
        return (
            f"[{stage}.build.parameters]\n[{stage}.deploy.parameters]\nparameter_overrides = "
            f'"Stage=\\"{stage}\\" Architecture=\\"{architecture}\\" LogLevel=\\"INFO\\""\n'
        )

    @pytest.mark.parametrize("asked", ARCHITECTURES)
    def test_refuses_what_was_built_for_another_architecture_than_was_answered(
        self, deploys, asked
    ):
        (other,) = set(ARCHITECTURES) - {asked}

        done = deploys(self.answered(other), f"ARCH={asked}")

        assert done.returncode != 0
        assert f"make deploy ARCH={other}" in done.stderr
        assert "sam deploy" not in done.stdout

    @pytest.mark.parametrize("asked", ARCHITECTURES)
    def test_goes_on_where_both_are_the_same(self, deploys, asked):
        done = deploys(self.answered(asked), f"ARCH={asked}")

        assert done.returncode == 0, done.stderr
        assert f"Architecture={asked}" in done.stdout
        assert "sam deploy --guided --config-file deployments.toml --config-env prod" in done.stdout

    def test_asks_only_what_was_answered_for_its_own_stage(self, deploys):
        answers = (
            self.answered("x86_64", "dev")
            + self.answered("arm64")
            + self.answered("x86_64", "test")
        )

        assert deploys(answers).returncode == 0
        assert deploys(answers, stage="dev").returncode != 0

    @pytest.mark.parametrize("asked", ARCHITECTURES)
    def test_offers_the_first_time_what_it_was_built_for(self, deploys, asked, tmp_path):
        done = deploys(None, f"ARCH={asked}")

        assert done.returncode == 0, done.stderr
        stages = tomllib.loads((tmp_path / "deployments.toml").read_text())
        assert (
            f"Architecture={asked}" in stages["prod"]["deploy"]["parameters"]["parameter_overrides"]
        )
        assert (
            f"Architecture={asked}" in stages["dev"]["deploy"]["parameters"]["parameter_overrides"]
        )

    def test_goes_on_with_answers_that_say_nothing_of_it(self, deploys):
        assert (
            deploys('[prod.deploy.parameters]\nparameter_overrides = "Stage=prod"\n').returncode
            == 0
        )


class TestTheTemplate:
    def test_names_the_architecture_to_every_makefile(self):
        found = template()["Resources"].items()
        built = {name: each["Metadata"] for name, each in found if "BuildMethod" in
                 each.get("Metadata", {})}  # fmt: skip
        layers = resources("AWS::Serverless::LayerVersion")

        assert built.keys() == resources("AWS::Serverless::Function").keys() | layers.keys()
        for name, metadata in built.items():
            code = layers[name]["ContentUri"] if name in layers else "functions"
            folder = metadata["WorkingDirectory"]["Fn::Sub"]
            assert folder == f"{code}/architectures/${{Architecture}}"
            for each in ARCHITECTURES:
                assert (ROOT / folder.replace("${Architecture}", each)).is_dir()
        assert {str(built[name]["BuildArchitecture"]) for name in layers} == {
            "{'Ref': 'Architecture'}"
        }


def _script(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def _tools(folder: Path) -> Path:
    """A folder with make and a shell, and no Python."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("make", "sh"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder
