"""What a release hands out: zipped code, a template that names it, a manifest, an SBOM, checksums.

``python -m release`` makes it from what ``sam build`` left. The same build gives the same bytes, so
anybody can build the commit and compare.
"""

import base64
import hashlib
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portico import __version__

CODE = re.compile(r"^( +)(CodeUri|ContentUri): (\w+)$", re.MULTILINE)
"""Where ``sam build`` names the folder of a function or a layer."""
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file: the oldest that a zip can say. A build's own would differ each time."""
PLAIN, PROGRAM = 0o644, 0o755
LEFT_OUT = {"RECORD"}
"""pip's list of the files it has written, with the checksums of programs that name this machine."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """A folder that a cloud team deploys with ``sam deploy --template-file …/template.yaml``."""

    folder: Path

    @property
    def manifest(self) -> dict[str, Any]:
        """The version, and the ``CodeSha256`` that Lambda will state for each function and layer."""
        stated: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text())
        return stated


def make(built: Path, folder: Path, *, architecture: str, commit: str, sbom: str) -> Artefact:
    """Write a release's folder.

    Args:
        built: what ``sam build`` left, with its template.yaml.
        folder: a new one.
        architecture: what it was built for.
        commit: the 40 digits of the commit that was built.
        sbom: the bill of materials, as CycloneDX JSON.

    Raises:
        FileExistsError: the folder is there.
    """
    folder.mkdir(parents=True)
    (folder / "code").mkdir()
    template = (built / "template.yaml").read_text()
    parts: dict[str, dict[str, str]] = {"functions": {}, "layers": {}}
    for _, kind, name in CODE.findall(template):
        packed = folder / "code" / f"{name}.zip"
        pack(built / name, packed)
        parts["functions" if kind == "CodeUri" else "layers"][name] = _lambdas_digest(packed)
    manifest = {
        "version": __version__,
        "commit": commit,
        "architecture": architecture,
        **{kind: dict(sorted(found.items())) for kind, found in parts.items()},
    }
    (folder / "template.yaml").write_text(CODE.sub(r"\1\2: code/\3.zip", template))
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    (folder / "sbom.cdx.json").write_text(sbom)
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    (folder / "SHA256SUMS").write_text(
        "".join(f"{_digest(each).hex()}  {each.relative_to(folder)}\n" for each in files)
    )
    return Artefact(folder)


def pack(folder: Path, target: Path) -> None:
    """Zip a folder so that the same files make the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for file in sorted(each for each in folder.rglob("*") if each.is_file()):
            if file.name in LEFT_OUT and file.parent.suffix == ".dist-info":
                continue
            entry = zipfile.ZipInfo(str(file.relative_to(folder)), LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is built
            entry.external_attr = (PROGRAM if file.suffix == ".so" else PLAIN) << 16
            packed.writestr(entry, file.read_bytes(), compresslevel=9)


def steady(sbom: str) -> str:
    """Take out of a bill of materials what differs each time: its time, and its serial number."""
    bill: dict[str, Any] = json.loads(sbom)
    bill.pop("serialNumber", None)
    bill.get("metadata", {}).pop("timestamp", None)
    bill.setdefault("metadata", {})["component"] = {
        "type": "application",
        "bom-ref": f"portico@{__version__}",
        "name": "portico",
        "version": __version__,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
    }
    return json.dumps(bill, indent=2, sort_keys=True) + "\n"


def _digest(file: Path) -> bytes:
    return hashlib.sha256(file.read_bytes()).digest()


def _lambdas_digest(file: Path) -> str:
    return base64.b64encode(_digest(file)).decode()
