"""What ``make release`` hands out: built twice, deployed from its zips, and known again by the doctor."""

import filecmp
import json
import os
import subprocess
import sys

import pytest

from local.emulator import emulated_aws
from release.__main__ import bill
from release.artefact import Artefact, make
from tests.deployed.cloud import STACK, deploy
from tests.support.sam_build import ARCHITECTURE, ROOT, Build, build
from tests.support.template import resources


@pytest.fixture(scope="module")
def released(built, tmp_path_factory) -> Artefact:
    folder = tmp_path_factory.mktemp("release") / "portico"
    return make(built.folder, folder, architecture=ARCHITECTURE, commit="f" * 40, sbom=bill())


class TestARelease:
    def test_is_the_same_to_the_byte_when_it_is_built_again(self, released, tmp_path):
        again = build(tmp_path / "build")
        second = make(
            again.folder,
            tmp_path / "again",
            architecture=ARCHITECTURE,
            commit="f" * 40,
            sbom=bill(),
        )

        files = [
            str(each.relative_to(released.folder))
            for each in released.folder.rglob("*")
            if each.is_file()
        ]
        assert len(files) == len(resources("AWS::Serverless::Function")) + 2 + 4
        compared = filecmp.cmpfiles(released.folder, second.folder, files, shallow=False)
        assert compared == (files, [], [])

    def test_bills_all_that_is_shipped(self, released):
        billed = json.loads((released.folder / "sbom.cdx.json").read_text())

        assert billed["bomFormat"] == "CycloneDX"
        names = {each["name"] for each in billed["components"]}
        assert {"botocore", "aws-lambda-powertools", "cryptography", "authlib"} <= names
        for each in billed["components"]:
            assert each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}"

    def test_is_deployed_from_its_zips_and_known_again(self, released):
        with emulated_aws() as emulator:
            stack = deploy(Build(released.folder), emulator)
            same = self._examines(stack, released.folder / "manifest.json")
            assert "functions and layers have the code of" in same

            client = stack.client("lambda")
            name = stack.names["Revoke"]
            other = (released.folder / "code" / "Userinfo.zip").read_bytes()
            client.update_function_code(FunctionName=name, ZipFile=other)
            # What nobody calls is no matter: $LATEST is not what the alias stays on.
            assert "not the code of" not in self._examines(stack, released.folder / "manifest.json")
            version = client.publish_version(FunctionName=name)["Version"]
            client.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
            assert ": Revoke" in self._examines(stack, released.folder / "manifest.json")

    def _examines(self, stack, manifest) -> str:
        command = [
            sys.executable, "-m", "cli", "doctor", "stack", "--stack", STACK,
            "--release", str(manifest), "--json",
        ]  # fmt: skip
        kept = {name: each for name, each in os.environ.items() if not name.startswith("AWS_")}
        done = subprocess.run(
            command, cwd=ROOT, env=kept | stack.emulator.environment(),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        (found,) = [
            each["said"]
            for each in json.loads(done.stdout)["findings"]
            if each["what"] == "release"
        ]
        return str(found)

    def test_has_a_digest_for_every_function_and_layer(self, released):
        stated = released.manifest
        assert stated["functions"].keys() == resources("AWS::Serverless::Function").keys()
        assert stated["layers"].keys() == resources("AWS::Serverless::LayerVersion").keys()
