"""The last release, taken from this clone's history."""

import subprocess
import tarfile
import tomllib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).parents[1]


class NotInThisClone(RuntimeError):
    """The clone has not the release's commit. The message says how to get it."""


@dataclass(frozen=True, slots=True)
class LastRelease:
    """The release before this tree's."""

    version: str
    commit: str

    @property
    def tag(self) -> str:
        """The tag that its commit has."""
        return f"v{self.version}"

    @classmethod
    def read(cls, file: Path = ROOT / "release" / "last.toml") -> "LastRelease":
        """Read which release it is."""
        stated = tomllib.loads(file.read_text())
        return cls(stated["version"], stated["commit"])

    def text(self, path: str) -> str:
        """Return one file of it.

        Raises:
            NotInThisClone: the history ends before it.
        """
        return self._git("show", f"{self.commit}:{path}").decode()

    def unpack(self, folder: Path) -> Path:
        """Write all its files into *folder*, and return that.

        Raises:
            NotInThisClone: the history ends before it.
        """
        with tarfile.open(fileobj=BytesIO(self._git("archive", self.commit))) as files:
            files.extractall(folder, filter="data")
        return folder

    def _git(self, *command: str) -> bytes:
        git = ["git", "-C", str(ROOT), *command]
        done = subprocess.run(git, capture_output=True, check=False)
        if done.returncode:
            raise NotInThisClone(
                f"This clone does not have release {self.version} ({self.commit[:12]}), which "
                "release/last.toml names. A shallow clone has no history: run git fetch --unshallow "
                "(in GitHub Actions: actions/checkout with fetch-depth: 0).\n"
                f"{done.stderr.decode().strip()}"
            )
        return done.stdout
