"""The page's files: no script inline, nothing from elsewhere, nothing forgotten."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "functions/sign_in_page/static"
PAGE = (STATIC / "index.html").read_text()
BUNDLE = STATIC / "bundle"
BUNDLED = (BUNDLE / "index.html").read_text()
BUNDLED_CONSOLE = (BUNDLE / "console.html").read_text()
CONSOLE = (STATIC / "console.html").read_text()
MODULES = sorted((STATIC / "assets").glob("*.js"))
MODULES_OF_THE_CONSOLE = sorted((STATIC / "assets/console").glob("*.js"))
STYLES = sorted((STATIC / "assets").glob("*.css"))
SCRIPTS = sorted((BUNDLE / "assets").glob("*.js"))
FILES = [path for path in STATIC.rglob("*") if path.is_file()]

ELSEWHERE = {"account.js", "account-codes.js", "account-forms.js", "account-history.js",
             "account-screen.js", "email-undo.js"}  # fmt: skip
"""What few visits need: it comes when it is needed."""
IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*["'`]\./([\w-]+\.js)["'`]""")


class TestThePage:
    def test_has_no_inline_script_or_attribute_of_style(self):
        for page in (PAGE, CONSOLE):
            assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
        for page in (PAGE, BUNDLED, CONSOLE, BUNDLED_CONSOLE):
            assert not re.search(r"\sstyle=|\son\w+=|javascript:", page)
            assert not re.search(r"<script(?![^>]*\ssrc=)", page)

    @pytest.mark.parametrize("page", [PAGE, CONSOLE], ids=["page", "console"])
    def test_names_only_files_that_are_there(self, page):
        named = re.findall(r'(?:href|src)="(/[^"#]+)"', page)

        assert named
        assert all((STATIC / path.lstrip("/")).is_file() for path in named)

    @pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(STATIC)))
    def test_asks_no_other_host(self, path):
        # The namespace of SVG is a name, not an address.
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        hosts = set(re.findall(r"https?://([\w.-]+)", text))

        assert hosts <= {"signin.example.com"}, "only in the example of portico.js"

    @pytest.mark.parametrize(
        "path",
        [*MODULES, *MODULES_OF_THE_CONSOLE, *SCRIPTS],
        ids=lambda path: str(path.relative_to(STATIC)),
    )
    def test_makes_no_markup_from_text(self, path):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function",
            path.read_text(),
        )

    @pytest.mark.parametrize(
        "path", [*MODULES, *MODULES_OF_THE_CONSOLE], ids=lambda path: str(path.relative_to(STATIC))
    )
    def test_writes_nothing_to_the_browsers_console(self, path):
        assert not re.search(r"console\.\w+\(", path.read_text())


class TestAStyleSheet:
    @pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
    def test_closes_every_block_before_the_next_rule_begins(self, path):
        # A block that stays open takes all that follows into itself, and no browser complains.
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        depth = 0
        for number, line in enumerate(text.splitlines(), 1):
            assert depth == 0 or line.startswith((" ", "}")) or not line, (number, line)
            depth += line.count("{") - line.count("}")

        assert depth == 0


RARE_IN_CONSOLE = {
    "preview.js",
    "import.js",
    "contact-screens.js",
    "logo-change.js",
    "merge.js",
    "trail-screens.js",
    "connection-screens.js",
    "portals.js",
    "team-screens.js",
}


class TestWhatBrowsersLoad:
    @pytest.mark.parametrize(
        ("page", "script"),
        [(BUNDLED, "/assets/page.js"), (BUNDLED_CONSOLE, "/assets/console.js")],
        ids=["page", "console"],
    )
    def test_is_one_script_and_nothing_else_that_the_page_names(self, page, script):
        named = re.findall(r'(?:href|src)="(?!data:|#|")([^"]+)"', page)

        assert named == [script]

    @pytest.mark.parametrize(
        ("page", "rule"),
        [(BUNDLED, ".card {"), (BUNDLED_CONSOLE, ".panel {")],
        ids=["page", "console"],
    )
    def test_has_the_style_in_the_page(self, page, rule):
        (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)

        assert rule in style or rule.replace(" {", ",") in style
        # Nothing in it loads another file.
        assert not re.search(r"@import|url\(", style)

    @pytest.mark.parametrize("page", [BUNDLED, BUNDLED_CONSOLE], ids=["page", "console"])
    def test_begins_with_the_style_that_both_pages_have(self, page):
        assert "<style>:root {\ncolor-scheme:light dark;" in page

    def test_says_no_value_of_the_style_twice(self):
        sheets = [
            (STATIC / f"assets/{name}.css").read_text() for name in ("base", "page", "console")
        ]
        base, page, console = (set(re.findall(r"^ +(--[\w-]+):", each, re.MULTILINE)) for each in sheets)  # fmt: skip

        assert len(base) > 12
        assert not (base & page | base & console | page & console)

    def test_has_the_rare_screens_elsewhere(self):
        assert {path.name for path in SCRIPTS} == {
            "page.js",
            "account.js",
            "email-undo.js",
            "console.js",
            "qr.js",
            *RARE_IN_CONSOLE,
        }
        needed = reached_from("page.js")
        assert needed == {path.name for path in MODULES} - ELSEWHERE - {"console.js"}

    @pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
    def test_takes_all_else_from_the_first_script(self, path):
        first: dict[str, set[str]] = {each: set() for each in ("page.js", "console.js", "qr.js")}
        first |= {each: {"console.js"} for each in RARE_IN_CONSOLE}

        expected = first.get(path.name, {"page.js"})
        assert set(IMPORTED.findall(path.read_text())) == expected

    def test_names_what_it_takes_by_its_own_name(self):
        # Scripts of two deployments may meet in a tab: then a thing is the right one, or none.
        (taken,) = re.findall(r"^import\{(.*?)\}from", (BUNDLE / "assets/account.js").read_text())
        names = {each.partition(" as ")[0] for each in taken.split(",")}

        assert {"PorticoError", "Visit", "emailProblem"} <= names
        assert min(map(len, names)) > 1


def reached_from(name: str) -> set[str]:
    """The modules that are loaded with one, itself among them."""
    reached: set[str] = set()
    ahead = [name]
    while ahead:
        module = ahead.pop()
        if module not in reached:
            reached.add(module)
            text = (STATIC / "assets" / module).read_text()
            ahead += re.findall(r'^import .*?from "\./([\w-]+\.js)"', text, re.MULTILINE)
    return reached


class TestTheModuleForPortals:
    def test_stands_alone(self):
        assert not re.search(
            r"^import |\bimport\(", (STATIC / "assets/portico.js").read_text(), re.MULTILINE
        )

    def test_is_no_part_of_the_bundle(self):
        # Portals import it by its plain name, and read it.
        assert not (BUNDLE / "assets/portico.js").exists()
