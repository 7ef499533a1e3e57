"""What a release hands out, made of a small build. tests/deployed/test_release.py makes it of the whole."""

import hashlib
import json
import os
import zipfile

import pytest

from portico import __version__
from release.artefact import make, pack, steady

TEMPLATE = """\
Globals:
  Function:
    CodeUri: functions/
Resources:
  PorticoLayer:
    Properties:
      ContentUri: PorticoLayer
  Session:
    Properties:
      CodeUri: Session
"""


@pytest.fixture
def built(tmp_path):
    folder = tmp_path / "build"
    for name, text in {
        "Session/handler.py": "x = 1\n",
        "Session/b/c.so": "binary",
        "PorticoLayer/python/portico/__init__.py": "",
        "PorticoLayer/python/six-1.dist-info/RECORD": "bin/six,sha256=of-this-machine\n",
        "PorticoLayer/python/six-1.dist-info/LICENSE": "MIT",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "template.yaml").write_text(TEMPLATE)
    return folder


def made(built, folder):
    return make(built, folder, architecture="arm64", commit="f" * 40, sbom="{}\n")


class TestAZip:
    def test_has_the_same_bytes_whenever_it_is_made(self, built, tmp_path):
        pack(built / "Session", tmp_path / "first.zip")
        for each in (built / "Session").rglob("*"):
            os.utime(each, (1, 1))
            each.chmod(0o700)
        pack(built / "Session", tmp_path / "second.zip")

        assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()

    def test_has_other_bytes_when_a_file_differs(self, built, tmp_path):
        pack(built / "Session", tmp_path / "first.zip")
        (built / "Session" / "handler.py").write_text("x = 2\n")
        pack(built / "Session", tmp_path / "second.zip")

        assert (tmp_path / "first.zip").read_bytes() != (tmp_path / "second.zip").read_bytes()

    def test_can_be_read_by_lambda_and_names_no_machine(self, built, tmp_path):
        pack(built / "PorticoLayer", tmp_path / "layer.zip")

        with zipfile.ZipFile(tmp_path / "layer.zip") as packed:
            modes = {each.filename: each.external_attr >> 16 for each in packed.infolist()}
        assert modes == {
            "python/portico/__init__.py": 0o644,
            "python/six-1.dist-info/LICENSE": 0o644,
        }


class TestAnArtefact:
    def test_has_a_template_that_names_its_zips(self, built, tmp_path):
        text = (made(built, tmp_path / "out").folder / "template.yaml").read_text()

        assert "      CodeUri: code/Session.zip\n" in text
        assert "      ContentUri: code/PorticoLayer.zip\n" in text
        # Not code, but where it is by default.
        assert "    CodeUri: functions/\n" in text

    def test_states_what_lambda_will_state_of_each_part(self, built, tmp_path):
        artefact = made(built, tmp_path / "out")

        stated = artefact.manifest
        assert (stated["version"], stated["commit"]) == (__version__, "f" * 40)
        assert stated["functions"].keys() == {"Session"}
        assert stated["layers"].keys() == {"PorticoLayer"}
        # Base64 of the zip's SHA-256 (Lambda's API reference, FunctionConfiguration).
        assert len(stated["functions"]["Session"]) == 44

    def test_lists_the_checksums_of_all_its_files(self, built, tmp_path):
        folder = made(built, tmp_path / "out").folder

        lines = (folder / "SHA256SUMS").read_text().splitlines()
        sums = dict(reversed(line.split("  ")) for line in lines)
        files = {each for each in folder.rglob("*") if each.is_file() and each.name != "SHA256SUMS"}
        assert sums == {
            str(each.relative_to(folder)): hashlib.sha256(each.read_bytes()).hexdigest()
            for each in files
        }

    def test_is_not_written_over(self, built, tmp_path):
        made(built, tmp_path / "out")

        with pytest.raises(FileExistsError):
            made(built, tmp_path / "out")


class TestABillOfMaterials:
    def test_says_nothing_of_when_it_was_written(self):
        bills = [
            steady(json.dumps({"serialNumber": each, "metadata": {"timestamp": each}}))
            for each in ("first", "second")
        ]

        assert bills[0] == bills[1]
        assert json.loads(bills[0])["metadata"]["component"]["version"] == __version__
