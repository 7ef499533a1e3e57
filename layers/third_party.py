"""Write the licences of what a deployment carries: ``python layers/third_party.py``.

THIRD_PARTY.txt gets the licence files of every package that a layer or a function bundles, each text
once. The base layer gets copies of LICENSE and NOTICE: SAM builds a layer from its own folder and
sees no file above it. The packages bring their own licence files along, in their *.dist-info.
"""

import re
import shutil
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[1]
LISTS = ("layers/*/requirements.txt", "functions/*/requirements.txt")
"""Where layers and functions name what they bundle."""

OUR_FILES = ("LICENSE", "NOTICE")
WRITTEN = "THIRD_PARTY.txt"
SHIPPED = ROOT / "layers" / "portico"
"""The folder of the base layer, which every function has."""

LICENCE_FILE = re.compile(r"(licen[sc]e|copying|notice)[^/]*$", re.IGNORECASE)
LINE = "=" * 80

LICENCES = {
    "aws-lambda-powertools": "MIT-0",
    "jinja2": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0 AND BSD-3-Clause",
    "scim2-server": "Apache-2.0",
}
"""SPDX expressions as the licence files say, of packages whose metadata states none, or another."""


def bundled(root: Path = ROOT) -> list[str]:
    """Return the names of all packages that layers and functions bundle, sorted."""
    files = (path for pattern in LISTS for path in root.glob(pattern))
    names = (re.findall(r"^([a-z0-9._-]+)==", each.read_text(), re.MULTILINE) for each in files)
    return sorted({name for some in names for name in some})


def licence(name: str) -> str:
    """Return a package's licence as an SPDX expression, e.g. ``"BSD-3-Clause"``.

    Raises:
        SystemExit: its metadata states none, and ``LICENCES`` does not know it.
    """
    about = distribution(name).metadata
    stated = (about[field] for field in ("License-Expression", "License") if field in about)
    found = LICENCES.get(name) or next(stated, "")
    if not found:
        raise SystemExit(f"{name} states no licence: read its files, add it to LICENCES")
    return found


def texts(package: Distribution) -> Iterator[tuple[str, str]]:
    """Yield name and text of each licence file that a package ships, or of the one that its
    metadata holds whole.
    """
    stated = package.metadata.get("License") or ""
    if "\n" in stated.strip():
        lines = (line.rstrip() for line in stated.splitlines())
        yield "METADATA", dedent("\n".join(lines)).strip()
    for path in sorted(package.files or [], key=str):
        if path.parts[0].endswith(".dist-info") and LICENCE_FILE.search(str(path)):
            lines = (line.rstrip() for line in path.read_text("utf-8").splitlines())
            yield path.name, dedent("\n".join(lines)).strip()


def written(names: list[str]) -> str:
    """Return THIRD_PARTY.txt for the packages of these *names*.

    Raises:
        SystemExit: one ships no licence file; then its text must be found by hand.
    """
    whose: dict[str, list[str]] = {}
    for name in names:
        found = list(texts(distribution(name)))
        if not found:
            raise SystemExit(f"{name} ships no licence file")
        for file, text in found:
            whose.setdefault(text, []).append(f"{name} ({file})")
    table = "".join(
        f"  {each:<24}{distribution(each).version:<16}{licence(each)}\n" for each in names
    )
    parts = (f"{LINE}\n{', '.join(each)}\n{LINE}\n\n{text}\n" for text, each in whose.items())
    return "\n".join([ABOUT + table, *parts])


ABOUT = """\
Packages that Portico's layers and functions bundle, with their licences. The texts follow; each
package also carries its own in its folder *.dist-info of the artefact.
Made by layers/third_party.py.

"""


def main() -> None:
    """Write THIRD_PARTY.txt, and the base layer's copies."""
    (ROOT / WRITTEN).write_text(written(bundled()))
    for name in OUR_FILES:
        shutil.copyfile(ROOT / name, SHIPPED / name)


if __name__ == "__main__":
    main()
