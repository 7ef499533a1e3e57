"""What ``sam build`` makes, for the machine the tests run on."""

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAM = ROOT / ".venv" / "tools" / "bin" / "sam"
SHIPPED = ROOT / ".aws-sam" / "build"
"""What ``make build`` left: the artefacts that a cloud team would deploy."""
ARCHITECTURE = "x86_64" if platform.machine() in {"x86_64", "AMD64"} else "arm64"

LAYERS = ["PorticoLayer"]
WITH_CRYPTO = (
    "Session",
    "Password",
    "Account",
    "ManageWorkspace",
    "ManageContacts",
    "ManageLinks",
    "Diagnose",
    "StartSso",
    "FinishSso",
    "Authorize",
    "Token",
    "Userinfo",
    "EndSession",
)
LAYERS_OF = {door: ["PorticoLayer", "CryptoLayer"] for door in WITH_CRYPTO}
"""Layers of the doors that have more than one; a test compares it with the template."""


@dataclass(frozen=True)
class Build:
    folder: Path

    @property
    def template(self) -> Path:
        return self.folder / "template.yaml"

    def artefact(self, door: str) -> Path:
        return self.folder / door

    def path(self, door: str) -> list[Path]:
        """Where the deployed door finds its modules, in Lambda's own order."""
        layers = LAYERS_OF.get(door, LAYERS)
        return [self.artefact(door), *(self.folder / each / "python" for each in layers)]


def environment() -> dict[str, str]:
    """SAM's environment: the makefiles must find this very Python, whatever shims there are."""
    python = Path(sys.base_prefix) / "bin" / "python3.13"
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHON": str(python),
        "ARCH": ARCHITECTURE,
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }


def build(folder: Path, source: Path = ROOT) -> Build:
    """Build this tree, or another one that lies at *source*."""
    command = [
        SAM, "build", "--template-file", source / "template.yaml", "--build-dir", folder,
        "--parameter-overrides", f"Architecture={ARCHITECTURE}",
    ]  # fmt: skip
    done = subprocess.run(
        [str(each) for each in command],
        cwd=source, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return Build(folder)
