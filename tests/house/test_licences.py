"""What we give away is licensed, and so is what we give away of others."""

import gzip
import json
import re
import runpy
import tomllib
from types import SimpleNamespace

import pytest

from tests.support.doors import ROOT

NOTICE = (ROOT / "NOTICE").read_text()
BUNDLED = (ROOT / "functions/bundle.config.mjs").read_text()
OF_OTHERS = sorted(set(re.findall(r"requirements/node_modules/([\w-]+)/", BUNDLED)))
"""Packages of npm that the bundler puts into a script."""
LISTS = sorted((ROOT / "layers/portico/portico").rglob("*.txt.gz"))


@pytest.fixture(scope="module")
def third_party():
    return SimpleNamespace(**runpy.run_path(str(ROOT / "layers" / "third_party.py")))


@pytest.fixture(scope="module")
def bundled(third_party) -> list[str]:
    names: list[str] = third_party.bundled()
    return names


def requirements() -> set[str]:
    """What makefiles hand to pip: every line that names a version."""
    files = [*ROOT.glob("layers/**/requirements.txt"), *ROOT.glob("functions/**/requirements.txt")]
    return {
        line.partition("==")[0]
        for each in files
        for line in each.read_text().splitlines()
        if "==" in line
        if not line.startswith((" ", "#"))
    }


def about(packed: bytes) -> str:
    """The lines at a list's head that say where it is from."""
    lines = gzip.decompress(packed).decode().splitlines()
    return " ".join(line.removeprefix("# ") for line in lines if line.startswith("#"))


class TestOurOwn:
    def test_is_under_the_apache_licence(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        text = (ROOT / "LICENSE").read_text()

        assert project["license"] == "Apache-2.0"
        assert all((ROOT / each).is_file() for each in project["license-files"])
        assert "Apache License" in text
        assert all(f"\n   {number}. " in text for number in range(1, 10))

    @pytest.mark.parametrize("name", ["LICENSE", "NOTICE"])
    def test_lies_in_the_layer_as_it_lies_at_the_top(self, name):
        assert (ROOT / "layers/portico" / name).read_bytes() == (ROOT / name).read_bytes()


class TestTheNotice:
    @pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
    def test_names_each_list_with_its_sources_and_holders(self, path):
        source = about(path.read_bytes())
        versions = re.findall(r"[\w-]+ \d+(?:\.\d+)+", source)
        holders = re.findall(r"Copyright \(c\) [^;,)]+", source)

        assert str(path.relative_to(ROOT)) in NOTICE
        assert versions
        assert holders
        assert [each for each in [*versions, *holders] if each not in NOTICE] == []

    @pytest.mark.parametrize("name", OF_OTHERS)
    def test_names_each_package_that_a_script_has_in_it(self, name):
        versions = json.loads((ROOT / "requirements/package.json").read_text())["dependencies"]

        assert f"{name} {versions[name]}" in NOTICE
        assert re.search(rf"{name} [^=]*Copyright \(c\) \S+ \w+", NOTICE)

    def test_is_there_for_scripts(self):
        assert OF_OTHERS

    def test_is_there_for_lists(self):
        assert len(LISTS) == 2

    def test_has_the_words_that_mit_and_bsd_ask_for(self):
        assert "The above copyright notice and this permission notice shall be included" in NOTICE
        assert "Redistributions in binary form must reproduce the above copyright" in NOTICE


class TestThirdParty:
    def test_is_all_that_is_bundled(self, bundled):
        assert set(bundled) == requirements()
        assert len(bundled) >= 20

    def test_is_written_as_the_packages_themselves_say(self, third_party, bundled):
        """Red after a lock? ``make licences`` writes it anew."""
        assert (ROOT / "THIRD_PARTY.txt").read_text() == third_party.written(bundled)

    def test_has_a_licence_and_a_text_for_each(self, bundled):
        written = (ROOT / "THIRD_PARTY.txt").read_text()
        headings = " ".join(re.findall("^={80}\n(.*)\n={80}$", written, re.MULTILINE))
        for name in bundled:
            assert re.search(rf"^  {re.escape(name)} +\S+ +\S+", written, re.MULTILINE), name
            assert re.search(rf"(^| ){re.escape(name)} \(", headings), name

    def test_has_no_licence_that_asks_for_our_source(self, third_party, bundled):
        found = {name: third_party.licence(name) for name in bundled}
        assert {name: each for name, each in found.items() if "GPL" in each} == {}

    def test_is_not_written_for_a_package_without_a_text(self, third_party, tmp_path, monkeypatch):
        folder = tmp_path / "bare-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text("Metadata-Version: 2.4\nName: bare\nVersion: 1.0\n")
        (folder / "RECORD").write_text("bare-1.0.dist-info/METADATA,,\n")
        monkeypatch.syspath_prepend(tmp_path)

        with pytest.raises(SystemExit, match="bare ships no licence file"):
            third_party.written(["bare"])
        with pytest.raises(SystemExit, match="bare states no licence"):
            third_party.licence("bare")
