"""``python -m release``: make what a release hands out. ``make release`` calls it."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from portico import __version__
from release.artefact import make, steady
from release.last import ROOT

CYCLONEDX = ROOT / ".venv" / "release" / "bin" / "cyclonedx-py"


def main() -> int:
    """Make the folder, and say where it is."""
    asked = argparse.ArgumentParser(prog="python -m release")
    asked.add_argument("--built", type=Path, default=ROOT / ".aws-sam" / "build")
    asked.add_argument("--to", type=Path, default=ROOT / "dist")
    asked.add_argument("--architecture", choices=["arm64", "x86_64"], default="arm64")
    given = asked.parse_args()
    if said := _git("status", "--porcelain", "--untracked-files=no"):
        print(f"There are changes that no commit has:\n{said}", file=sys.stderr)
        return 1
    tagged = f"v{__version__}" in _git("tag", "--points-at", "HEAD").split()
    if not tagged and ".dev" not in __version__:
        print(f"HEAD has no tag v{__version__}: git tag -s v{__version__}", file=sys.stderr)
        return 1
    folder = given.to / f"portico-{__version__}-{given.architecture}"
    if folder.exists():
        print(f"{folder} is there already.", file=sys.stderr)
        return 1
    commit = _git("rev-parse", "HEAD")
    make(given.built, folder, architecture=given.architecture, commit=commit, sbom=bill())
    print(folder)
    return 0


def bill() -> str:
    """Return the bill of materials of all that is shipped, as CycloneDX JSON."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as shipped:
        for file in sorted(
            [*ROOT.glob("layers/*/requirements.txt"), *ROOT.glob("functions/*/requirements.txt")]
        ):
            shipped.write(file.read_text() + "\n")
        shipped.flush()
        command = [CYCLONEDX, "requirements", "--output-reproducible", "--of", "JSON", shipped.name]
        done = subprocess.run(
            [str(each) for each in command], capture_output=True, text=True, check=True
        )
    return steady(done.stdout)


def _git(*command: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(ROOT), *command], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
