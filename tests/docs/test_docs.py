"""Docs that name things of the code name all of them, and nothing else."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.directory_csv import read
from portico.edge.problems import PROBLEMS
from portico.people.rules import Workspace
from portico.sso.providers.table import PROVIDERS
from tests.deployed.test_artefacts import DOORS, MEGABYTES, MODULES, USUAL_MEGABYTES, USUAL_MODULES
from tests.support.template import doors, folder, template

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
OF_FOLDERS = [ROOT / "examples", ROOT / "npm", ROOT / "clients" / "python"]
PAGES = sorted(
    [
        *DOCS.rglob("*.md"),
        *ROOT.glob("*.md"),
        *ROOT.glob(".github/**/*.md"),
        *(each / "README.md" for each in OF_FOLDERS),
    ]
)
ROOMS = ROOT / "layers" / "portico" / "portico"
HANDLERS = list(ROOT.glob("functions/*/handler.py"))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
OF_RECORDS = ("added", "changed", "deactivated", "held", "kept", "let-go", "refused")
OF_CONNECTIONS = "added changed switched-on switched-off secret-replaced removed".split()


def page(name: str) -> str:
    return (DOCS / name).read_text()


def routes() -> set[str]:
    return {
        f"{event['Properties']['Method']} {event['Properties']['Path']}"
        for door in doors().values()
        for event in door["Events"].values()
        if event["Type"] == "HttpApi" and "Path" in event["Properties"]
    }


def in_code(pattern: str) -> set[str]:
    """What *pattern* captures in the rooms' source."""
    found = (re.findall(pattern, path.read_text()) for path in ROOMS.rglob("*.py"))
    return {each for some in found for each in some}


class TestAPage:
    @pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
    def test_has_one_paragraph_of_each_name_below_a_heading(self, path):
        # A merge can leave two versions of one.
        for part in re.split(r"^#+ ", path.read_text(), flags=re.MULTILINE):
            names = re.findall(r"^\*\*([^*]+)\*\*", part, re.MULTILINE)
            assert len(names) == len(set(names)), part.partition("\n")[0]


class TestLinks:
    @pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
    def test_lead_to_pages_and_headings(self, path):
        for target in LINK.findall(re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)):
            if target.startswith(("http://", "https://")):
                continue
            name, _, anchor = target.partition("#")
            found = (path.parent / name).resolve() if name else path
            assert found.exists(), f"{target} of {path.name}"
            if anchor:
                assert anchor in anchors(found.read_text()), f"{target} of {path.name}"

    def test_lead_to_pictures(self):
        pictures = re.findall(r'<img src="([^"]+)"', (ROOT / "README.md").read_text())
        assert pictures
        assert all((ROOT / each).exists() for each in pictures)

    def test_lead_to_every_decision(self):
        listed = (DOCS / "decisions" / "README.md").read_text()
        assert all(each.name in listed for each in (DOCS / "decisions").glob("0*.md"))


class TestTheApi:
    def test_is_described_problem_by_problem(self):
        # The last is said in the protocol's own words: no answer is a problem of that name.
        known = {kind.type for kind in PROBLEMS.values()} - {"protocol-refused"}
        assert known == set(re.findall(r"^\| `([a-z-]+)` \| \d", page("api.md"), re.MULTILINE))

    def test_has_every_function_of_its_module(self):
        module = (ROOT / "functions/sign_in_page/static/assets/portico.js").read_text()
        functions = set(re.findall(r"^    (?:async )?(\w+)\(\{.*\) \{$", module, re.MULTILINE))
        listed = re.findall(r"^\| `(\w+)\(", page("api.md"), re.MULTILINE)
        assert functions == set(listed)
        assert len(listed) >= 7


class TestTheHouse:
    """docs/architecture.md and docs/language.md, which a contributor reads first."""

    @pytest.mark.parametrize("name", ["architecture.md", "language.md"])
    def test_has_every_room(self, name):
        rooms = {each.parent.name for each in ROOMS.glob("*/__init__.py")}
        table = re.split(r"^\| room \| what it \w+ \|\n", page(name), flags=re.MULTILINE)[1]
        listed = re.findall(r"^\| `(\w+)` \|", table.partition("\n\n")[0], re.MULTILINE)
        assert len(listed) == len(rooms)
        assert set(listed) == rooms

    def test_has_every_door(self):
        listed = re.findall(r"^\| `(\w+)` \|", page("architecture.md"), re.MULTILINE)
        assert doors().keys() <= set(listed)

    def test_says_how_long_doors_are(self):
        lines = sorted(len(each.read_text().splitlines()) for each in HANDLERS)
        shortest, longest, half = map(
            int,
            re.findall(
                r"shortest has (\d+) .* longest (\d+), .* have (\d+) or", page("architecture.md")
            )[0],
        )
        assert (shortest, longest) == (lines[0], lines[-1])
        assert half == lines[len(lines) // 2 - 1]


class TestThePerformance:
    def test_has_the_budgets_that_built_doors_are_held_to(self):
        rows = re.findall(
            r"^\| (`[a-z_`, ]+`) \| (\d+) \| (\d+) MB \|$", page("performance.md"), re.MULTILINE
        )
        told = {
            door: (int(modules), int(megabytes))
            for named, modules, megabytes in rows
            for door in re.findall(r"`(\w+)`", named)
        }

        assert told == {
            folder(each): (
                MODULES.get(each, USUAL_MODULES), MEGABYTES.get(each, USUAL_MEGABYTES),
            )
            for each in DOORS
        }  # fmt: skip


class TestTheTables:
    def test_are_described_event_by_event(self):
        events = in_code(
            r'"((?:workspace|contact|account|email|identity|link|code|notice|password|portal|sessions?'
            r'|sso|directory|group|team|key|mail|trail)\.(?!html|txt|json)[a-z-]+)"'
        )
        # Lines of the log, which are no lines of the trail.
        events -= {"mail.refused", "mail.unfinished"}
        # Their names are put together where they are written.
        events |= {f"record.{what}" for what in OF_RECORDS}
        events |= {f"group.{what}" for what in ("added", "changed", "deleted")}
        events |= {f"connection.{what}" for what in OF_CONNECTIONS}
        events |= {f"portal.{what}" for what in ("added", "changed", "removed")}
        table = page("table.md").partition("| event | rides on")[2]
        assert events == set(re.findall(r"`(\w+\.[a-z-]+)`", table))

    def test_are_described_setting_by_setting(self):
        assert all(name in page("table.md") for name in Workspace.__dataclass_fields__)


class TestSingleSignOn:
    def test_names_the_redirect_uri_of_the_callback(self):
        route = next(each for each in routes() if each.endswith("/callback")).partition(" ")[2]
        uri = "https://<your host>" + route.replace("{connection}", "<connection id>")
        # Once by itself, and in the table of each provider that has a form for it.
        assert page("sso.md").count(uri) == 1 + 4

    def test_names_the_scopes_that_are_asked_for(self):
        for kind, provider in PROVIDERS.items():
            scopes = re.split("[ ,]", provider.scope)
            assert [each for each in scopes if each not in page("sso.md")] == [], kind

    def test_names_every_reason_that_the_page_is_told(self):
        reasons = in_code(r'Refusal\(\s*"([a-z-]+)"') | in_code(r'"e", "([a-z-]+)"')
        for name in ("sso.md", "api.md"):
            assert [each for each in sorted(reasons) if f"`{each}`" not in page(name)] == []

    def test_shows_a_file_that_can_be_imported(self, tmp_path):
        (example,) = re.findall(r"```csv\n(.*?)```", page("sso.md"), re.DOTALL)
        file = tmp_path / "directory.csv"
        file.write_text(example)
        assert [each.active for each in read(file, at=datetime.now(UTC))] == [True, False]


class TestDeploying:
    def test_has_every_parameter_in_the_order_in_which_sam_asks(self):
        listed = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", page("deploy.md"), re.MULTILINE)
        names = [name for one in listed for name in re.findall(r"\w+", one)]
        assert names == list(template()["Parameters"])


class TestOperating:
    def test_has_every_reason_why_a_sign_in_was_refused(self):
        refusals = in_code(r'Refusal\(\s*"[a-z-]+", "([a-z-]+)"\)')
        refusals |= in_code(r'NotBelieved\("([a-z-]+)"\)')
        table = page("operate.md")
        assert [reason for reason in sorted(refusals) if f"`{reason}`" not in table] == []
        assert len(refusals) >= 15

    def test_has_every_reason_why_a_mail_was_withheld(self):
        source = (ROOMS / "sender" / "recipients.py").read_text()
        reasons = set(re.findall(r'return f?"([a-z-]+)', source))
        also = in_code(
            r'"(mailbox-budget|mail-refused|address-refused|already-a-contact|strangers-of-\w+)"'
        )
        table = page("operate.md").partition("| why withheld | it means |")[2]
        assert all(reason in table for reason in reasons | also)
        assert len(reasons | also) >= 9


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in headings)
    return {each.strip().replace(" ", "-") for each in plain}
