"""The wheel of the Python client, as somebody installs it (clients/python/pyproject.toml)."""

import subprocess
import sys
import sysconfig
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

from portico import __version__
from release.last import ROOT

pytestmark = pytest.mark.slow

USED = """
import sys
sys.path[:0] = sys.argv[1:]
import portico_team
assert portico_team.__file__.startswith(sys.argv[1])
print(portico_team.Portico("https://signin.example.com", "ptk_acme_" + "k" * 22 + "_" + "s" * 49).workspace)
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("portico", "boto3", "yaml")))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("wheel")
    made = ROOT / "clients/python/src/portico_team/contract.py"
    before = made.read_text()
    subprocess.run(
        ["make", "client", f"INTO={folder}"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert made.read_text() == before
    (found,) = folder.glob("*.whl")
    return found


class TestTheWheel:
    def test_is_of_the_products_version_and_needs_one_library(self, wheel):
        assert wheel.name == f"portico_team-{__version__}-py3-none-any.whl"
        with zipfile.ZipFile(wheel) as packed:
            (metadata,) = [each for each in packed.namelist() if each.endswith("/METADATA")]
            told = message_from_bytes(packed.read(metadata))
        assert [each.split("<")[0].split(">")[0] for each in told.get_all("Requires-Dist", [])] == [
            "urllib3"
        ]
        assert told["License-Expression"] == "Apache-2.0"
        assert "Portico's API for the team" in told.get_payload()

    def test_has_its_types_and_licence_and_nothing_of_the_generator(self, wheel):
        with zipfile.ZipFile(wheel) as packed:
            names = {Path(each).name for each in packed.namelist()}

        assert {"py.typed", "contract.py", "LICENSE", "NOTICE"} <= names
        assert "generator.py" not in names

    def test_is_imported_without_the_product(self, wheel, tmp_path):
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(tmp_path)
        libraries = sysconfig.get_path("purelib")

        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", USED, str(tmp_path), libraries],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert done.returncode == 0, done.stderr
        assert done.stdout == "acme\n[]\n"
