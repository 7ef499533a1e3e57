"""The page's files: nothing inline, nothing from elsewhere, nothing forgotten."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "functions/sign_in_page/static"
PAGE = (STATIC / "index.html").read_text()
MODULES = sorted((STATIC / "assets").glob("*.js"))
FILES = [path for path in STATIC.rglob("*") if path.is_file()]


class TestThePage:
    def test_loads_every_module_at_once(self):
        # Without the hints each import would wait for the module that names it.
        hinted = set(re.findall(r'rel="modulepreload" href="/assets/([\w-]+\.js)"', PAGE))

        assert hinted == {path.name for path in MODULES} - {"page.js"}

    def test_has_no_inline_script_or_style(self):
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", PAGE)
        assert not re.search(r"<script(?![^>]*\ssrc=)", PAGE)

    def test_names_only_files_that_are_there(self):
        named = re.findall(r'(?:href|src)="(/[^"#]+)"', PAGE)

        assert named
        assert all((STATIC / path.lstrip("/")).is_file() for path in named)

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
    def test_asks_no_other_host(self, path):
        # The namespace of SVG is a name, not an address.
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        hosts = set(re.findall(r"https?://([\w.-]+)", text))

        assert hosts <= {"signin.example.com"}, "only in the example of portico.js"

    @pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
    def test_makes_no_markup_from_text(self, path):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function",
            path.read_text(),
        )

    @pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
    def test_writes_nothing_to_the_console(self, path):
        assert "console." not in path.read_text()


class TestTheModuleForPortals:
    def test_stands_alone(self):
        assert not re.search(
            r"^import |\bimport\(", (STATIC / "assets/portico.js").read_text(), re.MULTILINE
        )
