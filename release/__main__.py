"""``python -m release``: make what a release hands out. ``make release`` calls it."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from portico import __version__
from release.artefact import make, steady
from release.last import ROOT, LastRelease

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
    if missing := list(missing_tags(__version__, LastRelease.read(), _git)):
        print("\n".join(missing), file=sys.stderr)
        return 1
    folder = given.to / f"portico-{__version__}-{given.architecture}"
    if folder.exists():
        print(f"{folder} is there already.", file=sys.stderr)
        return 1
    commit = _git("rev-parse", "HEAD")
    make(given.built, folder, architecture=given.architecture, commit=commit, sbom=bill())
    print(folder)
    return 0


def missing_tags(version: str, last: LastRelease, git: Callable[..., str]) -> Iterator[str]:
    """Say which tags are missing, and how to make each; nothing: none is.

    Args:
        version: this tree's. On its way to a release it needs no tag.
        last: the release before, by whose tag somebody who goes back finds it.
        git: runs git with these arguments and returns what it prints.
    """
    if ".dev" not in version and f"v{version}" not in git("tag", "--points-at", "HEAD").split():
        yield f"HEAD has no tag v{version}: git tag -s v{version}"
    if last.tag not in git("tag", "--list").split():
        yield f"The last release has no tag {last.tag}: git tag -s {last.tag} {last.commit}"
    elif (tagged := git("rev-list", "-n", "1", last.tag)) != last.commit:
        yield (
            f"{last.tag} is on {tagged[:12]}, and release/last.toml names {last.commit[:12]}: "
            "one of the two is wrong"
        )


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
