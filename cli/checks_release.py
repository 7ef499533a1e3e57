"""The doctor's check of a release: do the running functions have its code, byte for byte?"""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from cli.findings import BROKEN, OK, Check, Patient, ask
from cli.refusals import NotUnderstood
from cli.way_back import number, too_far_back

SEE = "docs/releases.md#is-it-what-runs"

type Answers = Iterator[tuple[str, str] | tuple[str, str, str]]
type Manifest = dict[str, Any]


def manifest(file: Path) -> Manifest:
    """Read a release's ``manifest.json``.

    Raises:
        NotUnderstood: it is none.
    """
    try:
        stated: Manifest = json.loads(file.read_text())
        version, digests = stated["version"], {**stated["functions"], **stated["layers"]}
        number(version)
    except (OSError, ValueError, KeyError, TypeError):
        raise NotUnderstood(f"--release: {file} is no manifest of a release.") from None
    return {"version": version, "digests": digests}


def checks(patient: Patient, release: Manifest) -> list[Check]:
    """Return the check of one stack's functions, and of their layers."""
    return [Check("release", SEE, partial(_release, patient, release))]


def _release(patient: Patient, release: Manifest) -> Answers:
    wanted, version = release["digests"], release["version"]
    if back := too_far_back(version, patient.outputs):
        yield BROKEN, back
        return
    seen: dict[str, str] = {}
    live = {each.rpartition(":")[0]: each for each in patient.of("Lambda::Alias").values()}
    for name, physical in sorted(patient.of("Lambda::Function").items()):
        arns = [each for arn, each in live.items() if arn.endswith(f":{physical}")]
        # What is called is the alias's version; $LATEST may be another.
        row = ask("lambda", "get_function_configuration", FunctionName=(arns or [physical])[0])
        seen[name] = row["CodeSha256"]
        for layer in row.get("Layers", []):
            part = layer["Arn"].split(":")[6]
            if f"{part} {layer['Arn']}" not in seen:
                found = ask("lambda", "get_layer_version_by_arn", Arn=layer["Arn"])
                seen[f"{part} {layer['Arn']}"] = found["Content"]["CodeSha256"]
    others = sorted(
        {key.split()[0] for key, has in seen.items() if has != wanted.get(key.split()[0])}
    )
    missing = sorted(wanted.keys() - {key.split()[0] for key in seen})
    if others:
        yield BROKEN, f"not the code of {version}: {', '.join(others)}"
    if missing:
        yield BROKEN, f"{version} has what does not run here: {', '.join(missing)}"
    if not others and not missing:
        yield OK, f"all {len(wanted)} functions and layers have the code of {version}"
