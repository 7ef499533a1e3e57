"""portico.js as a package for npm, installed from what `npm pack` makes."""

import json
import subprocess

from portico import __version__
from tests.browser.house import ROOT

TSC = ROOT / "requirements" / "node_modules" / ".bin" / "tsc"


def node(project, script):
    run = ["node", "--input-type=module", "--eval", script]
    return subprocess.run(run, cwd=project, check=False, capture_output=True, text=True, timeout=60)


def checked(project, line):
    (project / "portal.ts").write_text(
        f"""import {{ createPortico, PorticoError, type Session }} from "portico-js";
const portico = createPortico({{ workspace: "acme", origin: "https://signin.example.com" }});
const session: Session | null = await portico.session();
{line}
"""
    )
    run = [str(TSC), "--noEmit", "--strict", "--target", "es2022", "--lib", "es2023,dom"]
    run += ["--module", "nodenext", "--moduleResolution", "nodenext", "--types", "", "portal.ts"]
    return subprocess.run(run, cwd=project, check=False, capture_output=True, text=True, timeout=60)


class TestThePackage:
    def test_is_of_the_products_version_and_depends_on_nothing(self, package):
        made = json.loads((package / "node_modules/portico-js/package.json").read_text())

        # npm writes 0.5.0-dev.0 where Python writes 0.5.0.dev0.
        assert made["version"] == __version__.replace(".dev", "-dev.")
        assert not made.keys() & {"dependencies", "peerDependencies", "scripts"}
        assert {each.name for each in (package / "node_modules/portico-js").iterdir()} == {
            *made["files"],
            "package.json",
            "README.md",
        }

    def test_is_the_module_that_portico_serves(self, package):
        served = ROOT / "functions/sign_in_page/static/assets/portico.js"
        packed = package / "node_modules/portico-js/portico.js"

        assert packed.read_bytes() == served.read_bytes()

    def test_is_imported_by_node(self, package):
        script = """import { createPortico, PorticoError } from "portico-js";
            const portico = createPortico({ workspace: "acme", origin: "http://127.0.0.1:1" });
            const error = await portico.session().catch((error) => error);
            console.log(error instanceof PorticoError, error.type);"""

        assert node(package, script).stdout == "true unreachable\n"

    def test_asks_for_the_origin(self, package):
        script = 'import { createPortico } from "portico-js"; createPortico({ workspace: "acme" });'

        assert (
            "TypeError: createPortico: origin is where Portico is" in node(package, script).stderr
        )

    def test_has_types(self, package):
        right = "if (session) { const name: string = session.contact.name; console.log(name, PorticoError); }"
        wrong = "session.contact.name; portico.signsOut(); createPortico({ workspace: 'acme' });"

        assert checked(package, right).stdout == ""
        said = checked(package, wrong).stdout
        assert "'session' is possibly 'null'" in said
        assert "'signsOut' does not exist" in said
        assert "'origin' is missing" in said

    def test_says_of_a_session_that_it_has_a_token_and_of_a_sign_in_that_it_may_have_none(
        self, package
    ):
        of_a_session = (
            "const token: string | undefined = session?.access_token; console.log(token);"
        )
        signs_in = "const signedIn = await portico.verify({ challenge: 'chl_1', code: 'X' });"

        assert checked(package, of_a_session).stdout == ""
        said = checked(package, f"{signs_in} signedIn.access_token.length;").stdout
        assert "'signedIn.access_token' is possibly 'undefined'" in said
